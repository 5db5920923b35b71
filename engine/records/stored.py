"""A record as the tables hold it: a frozen value, and the hash of its content. Used by every module of this room."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.errors import Refusal, invalid_at, text

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Stored:
    """One record. `values` is the header as JSON, `rows` the tables as lists of JSON rows (each with `row`, its id).

    Moments are microseconds. `revision` counts accepted operations; `head` names the last line of history as
    `<its number>.<its hash>` and is empty before the first. `version` is the library that the record is pinned to.
    """

    id: str
    form: str
    number: str | None
    state: str
    revision: int
    version: int | None
    overlays: tuple[str, ...]
    values: Mapping[str, Any]
    rows: Rows
    memory: Mapping[str, Any]
    created: int
    created_by: str
    submitted: int | None = None
    submitted_by: str | None = None
    updated: int = 0
    head: str = ""
    seq: int = 0
    whole: bool = field(default=True, compare=False)
    """Whether `rows` are here; a head is read without them and must not be saved."""

    @property
    def lines(self) -> int:
        """How many lines of history it has."""
        return int(self.head.partition(".")[0] or 0)


def dumps(value: Any) -> str:
    """JSON text; refuses what does not fit (a number beyond 64 bits, half a surrogate pair, a NUL)."""
    try:
        written = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except (orjson.JSONEncodeError, TypeError) as error:
        raise _unstorable() from error
    if "\\u0000" in written and "\\u0000" in written.replace("\\\\", ""):
        raise _unstorable()
    return written


def loads(stored: Any) -> Any:
    """What a document column gave: PostgreSQL has parsed it already, SQLite gives the text."""
    return orjson.loads(stored) if isinstance(stored, str) else stored


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value that is hashed."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Any) -> str:
    """SHA-256 of the canonical spelling."""
    return hashlib.sha256(canonical(value)).hexdigest()


def content_hash(stored: Stored) -> str:
    """The hash of everything that is kept of a record, but for `head`, which depends on it."""
    return digest(
        [
            [stored.id, stored.form, stored.number, stored.state, stored.revision, stored.version, stored.seq],
            [stored.created, stored.created_by, stored.submitted, stored.submitted_by, stored.updated],
            list(stored.overlays),
            stored.values,
            {name: list(rows) for name, rows in stored.rows.items() if rows},
            stored.memory,
        ]
    )


def _unstorable() -> Refusal:
    return invalid_at("", "unstorable", text("This cannot be stored as text.", "内容含有无法保存的字符。"))
