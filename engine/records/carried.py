"""What records were before they were carried over to another version, so that it can be undone. Used by operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_rows, run
from engine.records.stored import Stored, loads

COLUMNS: Mapping[str, str] = {
    "run": "words",
    "record": "words",
    "form": "words",
    "revision": "whole",
    "data": "document",
}


@dataclass(frozen=True, slots=True)
class Carried:
    """One record of a run: its revision after it was carried over, and what it was before."""

    run: str
    record: str
    form: str
    revision: int
    before: Mapping[str, Any]


def note(connection: Connection, run: str, pairs: Iterable[tuple[Stored, int]]) -> None:
    """Keep what records were, each with the revision that it has now."""
    lines = [
        {"run": run, "record": each.id, "form": each.form, "revision": revision, "data": _before(each)}
        for each, revision in pairs
    ]
    insert_rows(connection, "carried", COLUMNS, lines)


def _before(stored: Stored) -> dict[str, Any]:
    return {
        "state": stored.state,
        "version": stored.version,
        "overlays": list(stored.overlays),
        "values": stored.values,
        "rows": stored.rows,
        "memory": stored.memory,
    }


def of_run(connection: Connection, run_id: str) -> list[Carried]:
    """The records of a run, in the order of ids."""
    sql = "SELECT run, record, form, revision, data FROM carried WHERE run = :run ORDER BY record"
    found = run(connection, sql, {"run": run_id})
    return [Carried(each.run, each.record, each.form, each.revision, loads(each.data)) for each in found]


def drop(connection: Connection, run_id: str, record: str) -> None:
    """It is what it was again."""
    run(connection, "DELETE FROM carried WHERE run = :run AND record = :record", {"run": run_id, "record": record})
