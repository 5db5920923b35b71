"""Timers of records: set, cancelled, and claimed exactly once when they are due. Used by operations and `delivery`.

A timer is claimed in the transaction that does what it is for; when that is rolled back, it is due again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, listed, one_of, run, skip_locked
from engine.records.beside import Steps

AGAIN = "."
"""Between the occurrence of a timer that repeats and how often it has come; an occurrence at a moment ends in it."""

COLUMNS: Mapping[str, str] = {
    "record": "words",
    "name": "words",
    "occurrence": "words",
    "form": "words",
    "due": "whole",
}


@dataclass(frozen=True)
class Timer:
    """One timer of one record; `occurrence` tells apart the times it is set (a state entered again)."""

    record: str
    name: str
    occurrence: str
    form: str
    due: int
    broke: int = 0
    """How often what it is for has broken since it was set."""


def setting(connection: Connection, timers: Sequence[Timer]) -> Steps:
    """Set timers, or move those that have not fired; one that has fired stays as it is."""
    again = (
        " ON CONFLICT (record, name, occurrence) DO UPDATE SET due = excluded.due, cancelled = NULL, broke = 0, "
        "not_before = NULL "
        "WHERE timer.fired IS NULL"
    )
    steps = insert_steps(
        connection, "timer", COLUMNS, [{name: getattr(each, name) for name in COLUMNS} for each in timers]
    )
    return [(sql + again, parameters) for sql, parameters in steps]


def cancelling(
    connection: Connection, record: str, now: int, names: Iterable[str] | None = None, but: Sequence[Timer] = ()
) -> Steps:
    """Cancel the waiting timers of a record (or those of these names), `but` for those that are set beside it."""
    dialect = connection.dialect.name
    # Said so that PostgreSQL goes by the record: the index of all that waits looks small until it is not.
    sql = "UPDATE timer SET cancelled = :now WHERE record = :record AND coalesce(fired, cancelled) IS NULL"
    sql += " AND name NOT LIKE '%:%'"  # runs of a schedule are not the workflow's to cancel
    parameters: dict[str, Any] = {"record": record, "now": now}
    if names is not None:
        sql += f" AND {one_of(dialect, 'name', 'names')}"
        parameters["names"] = listed(dialect, names)
    if but:
        for occurrence in ("occurrence", "rtrim(occurrence, '0123456789')"):  # its repetitions stay too
            whole = f"name || '/' || {occurrence}"
            sql += f" AND NOT ({one_of(dialect, whole, 'kept')})"
        parameters["kept"] = listed(dialect, [f"{each.name}/{each.occurrence}" for each in but])
    return [(sql, parameters)]


def due(connection: Connection, now: int, limit: int = 100) -> list[Timer]:
    """Claim timers that are due, the earliest first: nobody else gets them, unless this transaction is rolled back."""
    sql = (
        "WITH claimed AS (SELECT record, name, occurrence FROM timer WHERE fired IS NULL AND cancelled IS NULL "
        "AND due <= :now AND (not_before IS NULL OR not_before <= :now) ORDER BY due, record, name, occurrence "
        f"LIMIT :most {skip_locked(connection.dialect.name)}) "
        "UPDATE timer SET fired = :now WHERE (record, name, occurrence) IN "
        "(SELECT record, name, occurrence FROM claimed) RETURNING record, name, occurrence, form, due, broke"
    )
    claimed = [Timer(**line._mapping) for line in run(connection, sql, {"now": now, "most": limit})]
    return sorted(claimed, key=lambda each: (each.due, each.record, each.name, each.occurrence))


def put_off(connection: Connection, timer: Timer, until: int) -> None:
    """What it is for broke: it is still due, and nobody claims it before `until`."""
    sql = (
        "UPDATE timer SET broke = broke + 1, not_before = :until WHERE record = :record AND name = :name "
        "AND occurrence = :occurrence AND fired IS NULL"
    )
    known = {"record": timer.record, "name": timer.name, "occurrence": timer.occurrence}
    run(connection, sql, {**known, "until": until})


def broken(connection: Connection) -> int:
    """How many timers wait that broke when they were due."""
    sql = "SELECT count(*) FROM timer WHERE fired IS NULL AND cancelled IS NULL AND broke > 0"
    return int(run(connection, sql).scalar_one())


def waiting(connection: Connection, record: str) -> list[Timer]:
    """The timers of a record that wait, the earliest first."""
    sql = (
        "SELECT record, name, occurrence, form, due FROM timer WHERE record = :record AND fired IS NULL "
        "AND cancelled IS NULL ORDER BY due, name, occurrence"
    )
    return [Timer(**line._mapping) for line in run(connection, sql, {"record": record})]
