"""Whether each alert of the library is on, by what it watches. Used by operations, which turn it where figures move.

A mark is locked before the figure is read: who moves the same figure meanwhile waits, and reads what was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from engine.database.dialects import listed, one_of, rows_from, run
from engine.records.stored import dumps

Key = tuple[str, str]
"""An alert's name, and what it watches."""


class Mark(NamedTuple):
    """Whether the alert is on, and how often it has come on."""

    active: bool
    times: int


def lock(connection: Connection, keys: Iterable[Key]) -> Mapping[Key, Mark]:
    """The marks, nobody else's until the end of the transaction; in one order, so that nobody waits in a ring."""
    lines = [{"name": name, "key": key} for name, key in sorted(set(keys))]
    if not lines:
        return {}
    source = rows_from(connection.dialect.name, "lines", {"name": "words", "key": "words"})
    sql = (
        f"INSERT INTO alert_mark (name, key) SELECT name, key FROM {source} WHERE true ORDER BY name, key "
        "ON CONFLICT (name, key) DO UPDATE SET at = alert_mark.at RETURNING name, key, active, times"
    )
    found = run(connection, sql, {"lines": dumps(lines)})
    return {(line.name, line.key): Mark(bool(line.active), line.times) for line in found}


def turn(connection: Connection, key: Key, mark: Mark, at: int) -> None:
    """The alert is on, or off, from now on."""
    sql = "UPDATE alert_mark SET active = :active, times = :times, at = :at WHERE name = :name AND key = :key"
    known = {"name": key[0], "key": key[1], "active": int(mark.active), "times": mark.times, "at": at}
    run(connection, sql, known)


def forget(connection: Connection, names: Iterable[str]) -> None:
    """Alerts that are none any more: should one come back, it is off. How often it came on stays, for its timers."""
    dialect = connection.dialect.name
    sql = f"UPDATE alert_mark SET active = 0 WHERE active = 1 AND NOT ({one_of(dialect, 'name', 'names')})"
    run(connection, sql, {"names": listed(dialect, sorted(names))})
