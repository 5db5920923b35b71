"""Every chain of history recomputed, and each record's hash against its last line. Used by `audit`, which adds more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import run
from engine.records.archive import CORE, stored_from, unpack_rows
from engine.records.journal import DISCARD, FIELDS, Line, line_from
from engine.records.stored import Stored, content_hash, digest, loads

BATCH = 500


@dataclass(frozen=True)
class Breach:
    """Something that `verify` found: of which record, at which line (0: the record itself), what."""

    record: str
    n: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """How many records and lines were proved, what is wrong, and one hash over every head."""

    records: int
    lines: int
    breaches: tuple[Breach, ...]
    root: str


def verify(connection: Connection, also: Callable[[Stored], Iterable[str]] | None = None) -> Verdict:
    """Recompute every chain, and every record's hash against its last line; reads in the order of ids, in batches.

    `also` is asked of every record what else is wrong with it.
    """
    breaches: list[Breach] = []
    records = lines = 0
    root = hashlib.sha256()
    after = ""
    while ids := _next_ids(connection, after):
        after = ids[-1]
        chains = _chains(connection, ids[0], after)
        stored = _stored(connection, ids[0], after)
        for record in ids:
            chain = chains.get(record, [])
            found = stored.get(record)
            records += found is not None
            lines += len(chain)
            breaches += _prove(record, chain, found)
            if found is not None and also is not None:
                breaches += [Breach(record, 0, what) for what in also(found)]
            root.update(f"{record} {found.head if found else _head(chain)}\n".encode())
    return Verdict(records, lines, tuple(breaches), root.hexdigest())


def _next_ids(connection: Connection, after: str) -> list[str]:
    """Ids that any table knows: a record without history, and history without a record, are found as well."""
    sql = (
        "SELECT id FROM (SELECT id FROM record_id WHERE id > :after UNION SELECT id FROM record WHERE id > :after "
        "UNION SELECT record AS id FROM history WHERE record > :after) AS known ORDER BY id LIMIT :most"
    )
    return [line.id for line in run(connection, sql, {"after": after, "most": BATCH})]


def _chains(connection: Connection, first: str, last: str) -> dict[str, list[Line]]:
    sql = f"SELECT {', '.join(FIELDS)} FROM history WHERE record >= :first AND record <= :last ORDER BY record, n"
    found: dict[str, list[Line]] = {}
    for line in run(connection, sql, {"first": first, "last": last}):
        found.setdefault(line.record, []).append(line_from(line))
    return found


def _stored(connection: Connection, first: str, last: str) -> dict[str, Stored]:
    span = {"first": first, "last": last}
    rows: dict[str, dict[str, Any]] = {}
    for line in run(
        connection, "SELECT record, table_name, data FROM record_rows WHERE record >= :first AND record <= :last", span
    ):
        rows.setdefault(line.record, {})[line.table_name] = unpack_rows(loads(line.data))
    heads = run(connection, f"SELECT {', '.join(CORE)} FROM record WHERE id >= :first AND id <= :last", span)
    return {line.id: stored_from(line, rows.get(line.id, {}), whole=True) for line in heads}


def _head(chain: Sequence[Line]) -> str:
    return f"{chain[-1].n}.{chain[-1].hash}" if chain else ""


def _prove(record: str, chain: Sequence[Line], stored: Stored | None) -> Iterator[Breach]:
    previous: Line | None = None
    for number, line in enumerate(chain, start=1):
        for what in _wrong(line, previous, number):
            yield Breach(record, number, what)
        previous = line
    if stored is None:
        if not chain or chain[-1].action != DISCARD:
            yield Breach(record, 0, "the record is missing")
        return
    if stored.head != _head(chain):
        yield Breach(record, 0, "the record does not name the last line of its history")
    if chain and stored.revision != chain[-1].revision:
        yield Breach(record, 0, "the revision is not the one that history counted")
    if chain and content_hash(stored) != chain[-1].after_hash:
        yield Breach(record, 0, "the content is not what history left")


def _wrong(line: Line, previous: Line | None, number: int) -> Iterator[str]:
    values = {name: getattr(line, name) for name in FIELDS if name != "hash"}
    if digest(values) != line.hash:
        yield "the line was changed"
    if line.n != number:
        yield "a line is missing"
    if line.previous != (f"{previous.n}.{previous.hash}" if previous else ""):
        yield "the line does not follow the one before"
    same = previous is not None and previous.revision == line.revision
    if line.revision != (previous.revision if previous else 0) + (not same):
        yield "a revision is missing"
    expected = "" if previous is None else previous.before_hash if same else previous.after_hash
    if line.before_hash != expected or (same and previous is not None and line.after_hash != previous.after_hash):
        yield "the content before is not what the line before left"
