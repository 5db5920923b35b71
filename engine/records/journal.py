"""The history of records: one line per change, chained by hash from the first line to `record.head`.

Written by operations with every change, read for a record's history, proved by `proving`. The table refuses every
update and delete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, run, run_together
from engine.records.beside import Steps
from engine.records.stored import Stored, content_hash, digest, dumps, loads

FIELDS: Mapping[str, str] = {
    "record": "words",
    "n": "whole",
    "form": "words",
    "seq": "whole",
    "revision": "whole",
    "at": "whole",
    "actor": "words",
    "on_behalf": "words",
    "action": "words",
    "origin": "words",
    "target": "words",
    "changes": "document",
    "route": "words",
    "version": "whole",
    "comment": "words",
    "because": "document",
    "asks": "document",
    "before_hash": "words",
    "after_hash": "words",
    "previous": "words",
    "hash": "words",
}
DISCARD = "discard"
"""The action of the last line of a record that is gone."""


@dataclass(frozen=True)
class Entry:
    """One line to be. `actor` is a person's id or `system`; `changes` are `{path, old, new}`, rows named by id."""

    actor: str
    action: str
    origin: str | None = None
    target: str | None = None
    on_behalf: str | None = None
    changes: Sequence[Mapping[str, Any]] = ()
    route: str = ""
    comment: str | None = None
    because: Mapping[str, str] | None = None
    asks: Mapping[str, Any] | None = None
    version: int | None = None
    """Under which definitions it was written, of a record that is bound to none yet."""


@dataclass(frozen=True)
class Change:
    """What one operation did to one record: from what (None: it was made), to what, and the lines that tell it."""

    before: Stored | None
    after: Stored
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Line:
    """One stored line of history."""

    record: str
    n: int
    form: str
    seq: int
    revision: int
    at: int
    actor: str
    on_behalf: str | None
    action: str
    origin: str | None
    target: str | None
    changes: Sequence[Mapping[str, Any]]
    route: str
    version: int | None
    comment: str | None
    because: Mapping[str, str] | None
    asks: Mapping[str, Any] | None
    before_hash: str
    after_hash: str
    previous: str
    hash: str


def append(connection: Connection, *changes: Change) -> dict[str, Stored]:
    """Write the lines of an operation in one statement; gives each record as it is to be saved, with its new `head`."""
    sealed, steps = seal(connection, *changes)
    run_together(connection, steps)
    return sealed


def seal(connection: Connection, *changes: Change) -> tuple[dict[str, Stored], Steps]:
    """Each record as it is to be saved, with its new `head`, and what writes the lines beside it.

    All lines of a change have the revision of `after` and the hashes of the record before and after the operation.
    """
    lines: list[dict[str, Any]] = []
    sealed: dict[str, Stored] = {}
    for change in changes:
        if not change.entries:
            raise ValueError("a change without a line of history")
        head = change.before.head if change.before else ""
        hashes = (content_hash(change.before) if change.before else "", content_hash(change.after))
        for entry in change.entries:
            line = _line(change.after, entry, head, hashes)
            head = f"{line['n']}.{line['hash']}"
            lines.append(line)
        sealed[change.after.id] = replace(change.after, head=head)
    return sealed, insert_steps(connection, "history", FIELDS, lines)


def _line(after: Stored, entry: Entry, head: str, hashes: tuple[str, str]) -> dict[str, Any]:
    line: dict[str, Any] = {
        "record": after.id,
        "n": int(head.partition(".")[0] or 0) + 1,
        "form": after.form,
        "seq": after.seq,
        "revision": after.revision,
        "at": after.updated,
        "actor": entry.actor,
        "on_behalf": entry.on_behalf,
        "action": entry.action,
        "origin": entry.origin,
        "target": entry.target,
        "changes": [dict(each) for each in entry.changes],
        "route": entry.route,
        "version": entry.version if after.version is None else after.version,
        "comment": entry.comment,
        "because": dict(entry.because) if entry.because is not None else None,
        "asks": dict(entry.asks) if entry.asks is not None else None,
        "before_hash": hashes[0],
        "after_hash": hashes[1],
        "previous": head,
    }
    return {**line, "hash": digest(line)}


def read(connection: Connection, record: str, after: int = 0, limit: int = 500, *, newest: bool = False) -> list[Line]:
    """Lines of a record's history in their order, from the one after number `after`.

    `newest`: the other way round, from the one before `after` on, or from the last where that is 0.
    """
    bound = "(:after = 0 OR n < :after) ORDER BY n DESC" if newest else "n > :after ORDER BY n"
    sql = f"SELECT {', '.join(FIELDS)} FROM history WHERE record = :record AND {bound} LIMIT :most"
    return [line_from(line) for line in run(connection, sql, {"record": record, "after": after, "most": limit})]


@dataclass(frozen=True)
class Committed:
    """That a record changed: with which number, and what its fields were before."""

    seq: int
    record: str
    changes: str


def of_numbers(connection: Connection, wanted: Iterable[int]) -> list[Committed]:
    """What changed with these numbers, in their order; `changes` as it is stored."""
    sql = (
        "SELECT h.seq, h.record, CAST(h.changes AS text) AS changes FROM @asked(seq) "
        "@find(history h ON h.seq = asked.seq) ORDER BY h.seq"
    )
    rows = run(connection, sql, {"asked": dumps([{"seq": each} for each in sorted(wanted)])})
    return [Committed(row.seq, row.record, row.changes) for row in rows]


def numbers(connection: Connection, after: int) -> dict[int, int]:
    """The later numbers than `after` that have changed a record, with their moments."""
    rows = run(connection, "SELECT seq, max(at) AS at FROM history WHERE seq > :after GROUP BY seq", {"after": after})
    return {row.seq: row.at for row in rows}


def line_from(line: Any) -> Line:
    """A line as the table gives it."""
    values = dict(line._mapping)
    return Line(**{**values, **{name: loads(values[name]) for name, kind in FIELDS.items() if kind == "document"}})
