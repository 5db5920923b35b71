"""Up to which time each schedule of the library has run. Used by operations, which claim a run before it is planned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from engine.database.dialects import listed, one_of, run


class Mark(NamedTuple):
    """How a schedule was written when it ran last (`cron`), and the time for which it ran."""

    cron: str
    last: int


def marks(connection: Connection) -> dict[str, Mark]:
    """All that is known, by the schedule's name."""
    lines = run(connection, "SELECT name, cron, last FROM schedule_mark", {})
    return {line.name: Mark(line.cron, line.last) for line in lines}


def begin(connection: Connection, name: str, cron: str, at: int) -> None:
    """A schedule is new, or comes at other times than it did: what is before `at` is none of its business."""
    sql = (
        "INSERT INTO schedule_mark (name, cron, last) VALUES (:name, :cron, :last) "
        "ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, last = excluded.last "
        "WHERE schedule_mark.cron <> excluded.cron"
    )
    run(connection, sql, {"name": name, "cron": cron, "last": at})


def claim(connection: Connection, name: str, cron: str, slot: int) -> bool:
    """This run is ours; False when another process has it, or a later one."""
    sql = "UPDATE schedule_mark SET last = :slot WHERE name = :name AND cron = :cron AND last < :slot"
    return run(connection, sql, {"name": name, "cron": cron, "slot": slot}).rowcount == 1


def forget(connection: Connection, names: Iterable[str]) -> None:
    """These schedules are gone; should they come back, they begin anew."""
    gone = listed(connection.dialect.name, sorted(names))
    run(
        connection,
        f"DELETE FROM schedule_mark WHERE {one_of(connection.dialect.name, 'name', 'names')}",
        {"names": gone},
    )
