"""The hash of a posting: over everything that was posted, in keys of the outside, and over its source's posting before.

So it is the same on every database, and a changed byte, a posting taken out of a source's chain or an order turned
round is found. Used by `book` when posting, by `audit` when recounting.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import orjson

Head = tuple[int, str, str, int, int, str, int | None, str]
"""Seq, source, cause, happened, recorded, reason, version, person."""

Body = tuple[str, str, str, str, str, str, int, int | None, str, str, str]
"""Key, item, lot, owner, origin, target, quantity, value, kind, line, key of what it reverses."""


def hash_posting(previous: str, head: Head, body: Iterable[Body]) -> str:
    """The hash that is kept with the posting."""
    return hash_of([previous, head, list(body)])


def hash_of(content: Any) -> str:
    """Of any JSON content."""
    return sha256(orjson.dumps(content)).hexdigest()
