"""Sessions and keys: random tokens that name a person for a while. Only their hashes are stored. Used by operations.

A session's token is its cookie; its CSRF token follows from it, so nothing else needs to be kept. A key is made for an
integrator, is shown once, and may be limited to grants `(object, action)`. Both end with their person.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, or_, select, update

from engine.access.tables import api_key, session
from engine.clock import from_stored, to_stored
from engine.database.dialects import run

SESSION = "css_"
KEY = "csk_"
_SECRET = 32
_SHOWN = 8

Grants = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token names. `via` is `session` or `key`, `token_id` the hash of a session's token or the key's id."""

    person: str
    account: str
    via: str
    token_id: str
    grants: Grants | None
    must_change: bool
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; `key` is never shown again."""

    id: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as its person sees it later."""

    id: str
    name: str
    prefix: str
    grants: Grants | None
    created: datetime
    expires: datetime | None


def csrf_of(token: str) -> str:
    """The CSRF token that belongs to a session's token; it tells nothing of the token."""
    digest = hashlib.sha256(b"chainstock csrf\0" + token.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def open_session(connection: Connection, person: str, at: datetime, lasts: timedelta) -> str:
    """Begin a session and give its token: always a new one."""
    token = SESSION + secrets.token_urlsafe(_SECRET)
    connection.execute(
        session.insert().values(
            token_hash=_hash(token), person=person, created=to_stored(at), expires=to_stored(at + lasts)
        )
    )
    return token


def end_session(connection: Connection, token: str, at: datetime) -> bool:
    """End a session; False when there was none that still ran."""
    ended = connection.execute(
        update(session)
        .where(session.c.token_hash == _hash(token), session.c.ended.is_(None))
        .values(ended=to_stored(at))
    )
    return ended.rowcount == 1


def make_key(
    connection: Connection,
    key_id: str,
    person: str,
    name: str,
    grants: Grants | None,
    at: datetime,
    expires: datetime | None,
) -> NewKey:
    """Make a key for a person; None as grants is everything that he may."""
    token = KEY + secrets.token_urlsafe(_SECRET)
    connection.execute(
        api_key.insert().values(
            id=key_id,
            token_hash=_hash(token),
            prefix=token[: len(KEY) + _SHOWN],
            person=person,
            name=name,
            grants=None if grants is None else [list(each) for each in grants],
            created=to_stored(at),
            expires=None if expires is None else to_stored(expires),
        )
    )
    return NewKey(key_id, name, token)


def keys_of(connection: Connection, person: str, at: datetime) -> tuple[KnownKey, ...]:
    """The keys of a person that still open something, oldest first."""
    rows = connection.execute(
        select(api_key)
        .where(api_key.c.person == person, api_key.c.ended.is_(None))
        .where(or_(api_key.c.expires.is_(None), api_key.c.expires > to_stored(at)))
        .order_by(api_key.c.created, api_key.c.id)
    )
    return tuple(
        KnownKey(row.id, row.name, row.prefix, _grants(row.grants), from_stored(row.created), _moment(row.expires))
        for row in rows
    )


def end_key(connection: Connection, key_id: str, person: str, at: datetime) -> bool:
    """End a key of this person; False when he has none of this id that still runs."""
    ended = connection.execute(
        update(api_key)
        .where(api_key.c.id == key_id, api_key.c.person == person, api_key.c.ended.is_(None))
        .values(ended=to_stored(at))
    )
    return ended.rowcount == 1


def end_of_person(
    connection: Connection, person: str, at: datetime, *, keys: bool = True, keep: str | None = None
) -> None:
    """End every session of a person (but the one with the token `keep`), and his keys too unless told otherwise."""
    mine = update(session).where(session.c.person == person, session.c.ended.is_(None))
    if keep is not None:
        mine = mine.where(session.c.token_hash != _hash(keep))
    connection.execute(mine.values(ended=to_stored(at)))
    if keys:
        connection.execute(
            update(api_key).where(api_key.c.person == person, api_key.c.ended.is_(None)).values(ended=to_stored(at))
        )


def end_all(connection: Connection, at: datetime) -> None:
    """End every session and every key."""
    for table in (session, api_key):
        connection.execute(update(table).where(table.c.ended.is_(None)).values(ended=to_stored(at)))


def identify(connection: Connection, token: str, at: datetime) -> Identity | None:
    """Whom a token names now; None when it is unknown, over or ended, or its person is not active."""
    if token.startswith(SESSION):
        return _by_session(connection, token, at)
    return _by_key(connection, token, at) if token.startswith(KEY) else None


_SESSION = (
    "SELECT s.token_hash, s.person, s.expires, a.name, a.must_change FROM session s "
    "JOIN account a ON a.person = s.person "
    "WHERE s.token_hash = :hash AND s.ended IS NULL AND a.active = 1 AND s.expires > :at"
)
_API_KEY = (
    "SELECT k.id, k.person, k.grants, k.expires, a.name FROM api_key k JOIN account a ON a.person = k.person "
    "WHERE k.token_hash = :hash AND k.ended IS NULL AND a.active = 1 AND (k.expires IS NULL OR k.expires > :at)"
)


def _by_session(connection: Connection, token: str, at: datetime) -> Identity | None:
    row = run(connection, _SESSION, {"hash": _hash(token), "at": to_stored(at)}).first()
    if row is None:
        return None
    return Identity(
        row.person, row.name, "session", row.token_hash, None, bool(row.must_change), from_stored(row.expires)
    )


def _by_key(connection: Connection, token: str, at: datetime) -> Identity | None:
    row = run(connection, _API_KEY, {"hash": _hash(token), "at": to_stored(at)}).first()
    if row is None:
        return None
    return Identity(row.person, row.name, "key", row.id, _grants(_loaded(row.grants)), False, _moment(row.expires))


def _loaded(stored: Any) -> Any:
    return orjson.loads(stored) if isinstance(stored, str) else stored


def _grants(stored: Sequence[Sequence[Any]] | None) -> Grants | None:
    return None if stored is None else tuple((str(thing), str(action)) for thing, action in stored)


def _moment(stored: int | None) -> datetime | None:
    return None if stored is None else from_stored(stored)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
