"""Cursors of lists: the sort values of the last record, signed, bound to who asks and what. Used by `listing` only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection

from engine.database.dialects import run
from engine.errors import Refusal, invalid_at, text

SIGNED = 32
SHORTEST_SECRET = 16


def signing_secret(connection: Connection) -> bytes:
    """The secret that cursors of this database are signed with; made when first asked, in a writing transaction."""
    made = {"value": secrets.token_bytes(32)}
    run(connection, "INSERT INTO records_secret (name, value) VALUES ('cursor', :value) ON CONFLICT DO NOTHING", made)
    return bytes(run(connection, "SELECT value FROM records_secret WHERE name = 'cursor'").scalar_one())


def seal_cursor(values: Sequence[Any], secret: bytes, asked: Sequence[Any]) -> str:
    """The cursor for what comes after a record with these sort values."""
    plain = orjson.dumps([{"d": str(value)} if isinstance(value, Decimal) else value for value in values])
    return base64.urlsafe_b64encode(_signature(plain, secret, asked) + plain).rstrip(b"=").decode()


def open_cursor(cursor: str, secret: bytes, asked: Sequence[Any]) -> list[Any]:
    """The sort values in a cursor; refuses what we did not give to this asker for this question."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise _no_cursor() from error
    signature, plain = raw[:SIGNED], raw[SIGNED:]
    if not hmac.compare_digest(signature, _signature(plain, secret, asked)):
        raise _no_cursor()
    return [Decimal(value["d"]) if isinstance(value, dict) else value for value in orjson.loads(plain)]


def _signature(plain: bytes, secret: bytes, asked: Sequence[Any]) -> bytes:
    if len(secret) < SHORTEST_SECRET:
        raise ValueError("cursors need a secret")
    return hmac.digest(secret, hashlib.sha256(orjson.dumps(asked)).digest() + plain, "sha256")


def _no_cursor() -> Refusal:
    return invalid_at("/cursor", "bad_cursor", text("This is no place in this list.", "游标无效。"))
