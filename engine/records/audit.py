"""Recounting what is kept of records: history, numbers, and everything that they are found by. Used by `verify`.

What a record is found by is worked out again from the record; faults are sentences for whoever runs the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import run
from engine.definitions.models import Form
from engine.records import proving
from engine.records.indexing import index_of
from engine.records.stored import Stored

MOST_SHOWN = 20

_QUESTIONS: Mapping[str, str] = {
    "a record that is not known by its id": (
        "SELECT r.id FROM record r LEFT JOIN record_id i ON i.id = r.id AND i.form = r.form WHERE i.id IS NULL"
    ),
    "a number that was given twice": (
        "SELECT form || ' ' || number AS id FROM record WHERE number IS NOT NULL "
        "GROUP BY form, number HAVING count(*) > 1"
    ),
    "rows of no record": (
        "SELECT DISTINCT t.record AS id FROM record_rows t LEFT JOIN record r ON r.id = t.record WHERE r.id IS NULL"
    ),
    "a reference of no record": (
        "SELECT DISTINCT t.record AS id FROM record_ref t LEFT JOIN record r ON r.id = t.record "
        "AND r.created = t.created WHERE r.id IS NULL"
    ),
    "an org unit that does not go with its record": (
        "SELECT DISTINCT t.record AS id FROM record_org t LEFT JOIN record r ON r.id = t.record AND r.form = t.form "
        "AND r.state = t.state AND r.created = t.created WHERE r.id IS NULL"
    ),
    "a unique value of no record": (
        "SELECT DISTINCT t.record AS id FROM record_unique t LEFT JOIN record r ON r.id = t.record "
        "AND r.form = t.form WHERE r.id IS NULL"
    ),
    "words of no record": (
        "SELECT DISTINCT t.record AS id FROM record_token t LEFT JOIN record r ON r.id = t.record "
        "AND r.form = t.form WHERE r.id IS NULL"
    ),
    "an open task of no record": (
        "SELECT t.id FROM task t LEFT JOIN record r ON r.id = t.record AND r.form = t.form "
        "WHERE r.id IS NULL AND t.ended IS NULL"
    ),
    "an ended task that still asks somebody": (
        "SELECT DISTINCT t.id FROM task t JOIN task_ask a ON a.task = t.id WHERE t.ended IS NOT NULL"
    ),
    "somebody asked by no task": (
        "SELECT DISTINCT a.task AS id FROM task_ask a LEFT JOIN task t ON t.id = a.task WHERE t.id IS NULL"
    ),
    "a waiting timer of no record": (
        "SELECT DISTINCT t.record AS id FROM timer t LEFT JOIN record r ON r.id = t.record "
        "WHERE r.id IS NULL AND t.fired IS NULL AND t.cancelled IS NULL"
    ),
    "a link of no record": (
        "SELECT DISTINCT t.id FROM link t LEFT JOIN record a ON a.id = t.from_record "
        "LEFT JOIN record b ON b.id = t.to_record WHERE a.id IS NULL OR b.id IS NULL"
    ),
}


@dataclass(frozen=True)
class Report:
    """Figures, what is wrong, and a hash that changes with any record or line of history."""

    figures: Mapping[str, int]
    faults: tuple[str, ...]
    root: str


def verify(connection: Connection, form_of: Callable[[Stored], Form | None] | None = None) -> Report:
    """Recount everything. `form_of` gives a record's form; without it, what records are found by is not worked out."""
    verdict = proving.verify(
        connection, None if form_of is None else lambda stored: _found_by(connection, stored, form_of)
    )
    faults = [f"{each.record}, line {each.n}: {each.what}" for each in verdict.breaches]
    for what, sql in _QUESTIONS.items():
        faults += [f"{line.id}: {what}" for line in run(connection, f"{sql} LIMIT {MOST_SHOWN}")]
    counted = ("task", "link", "vote", "outbox", "fact_value")
    counts = {name: int(run(connection, f"SELECT count(*) FROM {name}").scalar_one()) for name in counted}
    return Report({"record": verdict.records, "history": verdict.lines, **counts}, tuple(faults), verdict.root)


def _found_by(connection: Connection, stored: Stored, form_of: Callable[[Stored], Form | None]) -> Iterator[str]:
    form = form_of(stored)
    if form is None:
        yield "the form is not known"
        return
    index = index_of(form, stored)
    kept = _kept(connection, stored)
    if kept["refs"] != set(index.refs):
        yield "the references in rows are not those of the record"
    if kept["unique"] != set(index.unique):
        yield "the unique values are not those of the record"
    if kept["words"] != set(index.words):
        yield "the words are not those of the record"
    units = {f"{name}/{value}" for name in form.org if isinstance(value := stored.values.get(name), str)}
    if form.org and kept["units"] != units:
        yield "the org units are not those of the record"


def _kept(connection: Connection, stored: Stored) -> dict[str, set[Any]]:
    sql = (
        "SELECT 'refs' AS kind, field AS number, value AS word FROM record_ref WHERE record = :record UNION ALL "
        "SELECT 'unique', field, value FROM record_unique WHERE record = :record UNION ALL "
        "SELECT 'words', 0, token FROM record_token WHERE record = :record AND own = 1 UNION ALL "
        "SELECT 'units', 0, field || '/' || unit FROM record_org WHERE record = :record"
    )
    kept: dict[str, set[Any]] = {"refs": set(), "unique": set(), "words": set(), "units": set()}
    for line in run(connection, sql, {"record": stored.id}):
        kept[line.kind].add((line.number, line.word) if line.kind in ("refs", "unique") else line.word)
    return kept
