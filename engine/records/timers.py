"""Timers of records: set, cancelled, and claimed exactly once when they are due. Used by operations and `delivery`.

A timer is claimed in the transaction that does what it is for; when that is rolled back, it is due again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.database.dialects import run, skip_locked

_SET = (
    "INSERT INTO timer (record, name, occurrence, form, due) VALUES (:record, :name, :occurrence, :form, :due) "
    "ON CONFLICT (record, name, occurrence) DO UPDATE SET due = excluded.due, cancelled = NULL "
    "WHERE timer.fired IS NULL"
)


@dataclass(frozen=True)
class Timer:
    """One timer of one record; `occurrence` tells apart the times it is set (a state entered again)."""

    record: str
    name: str
    occurrence: str
    form: str
    due: int


def set(connection: Connection, timer: Timer) -> bool:
    """Set a timer, or move one that has not fired; False when it has fired already."""
    parameters = {
        "record": timer.record,
        "name": timer.name,
        "occurrence": timer.occurrence,
        "form": timer.form,
        "due": timer.due,
    }
    return run(connection, _SET, parameters).rowcount == 1


def cancel(connection: Connection, record: str, now: int, name: str | None = None) -> int:
    """Cancel the waiting timers of a record (or the one of that name); says how many that were."""
    sql = "UPDATE timer SET cancelled = :now WHERE record = :record AND fired IS NULL AND cancelled IS NULL"
    if name is None:
        return run(connection, sql, {"record": record, "now": now}).rowcount
    return run(connection, sql + " AND name = :name", {"record": record, "now": now, "name": name}).rowcount


def due(connection: Connection, now: int, limit: int = 100) -> list[Timer]:
    """Claim timers that are due, the earliest first: nobody else gets them, unless this transaction is rolled back."""
    sql = (
        "WITH claimed AS (SELECT record, name, occurrence FROM timer WHERE fired IS NULL AND cancelled IS NULL "
        "AND due <= :now ORDER BY due, record, name, occurrence "
        f"LIMIT :most {skip_locked(connection.dialect.name)}) "
        "UPDATE timer SET fired = :now WHERE (record, name, occurrence) IN "
        "(SELECT record, name, occurrence FROM claimed) RETURNING record, name, occurrence, form, due"
    )
    claimed = [Timer(**line._mapping) for line in run(connection, sql, {"now": now, "most": limit})]
    return sorted(claimed, key=lambda each: (each.due, each.record, each.name, each.occurrence))


def waiting(connection: Connection, record: str) -> list[Timer]:
    """The timers of a record that wait, the earliest first."""
    sql = (
        "SELECT record, name, occurrence, form, due FROM timer WHERE record = :record AND fired IS NULL "
        "AND cancelled IS NULL ORDER BY due, name, occurrence"
    )
    return [Timer(**line._mapping) for line in run(connection, sql, {"record": record})]
