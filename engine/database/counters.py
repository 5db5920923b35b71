"""One order of numbers: how it is drawn from and looked at in either database. Used by `ledger`.

SQLite's writer is alone: a column of a table's only row is the counter, and what is seen of it is all there is.
PostgreSQL draws from a sequence, which waits for nobody: a number may be drawn while its transaction still runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.database.dialects import run


@dataclass(frozen=True, slots=True)
class Counter:
    """Where the numbers come from: in SQLite this column of a table of one row, in PostgreSQL this sequence."""

    table: str
    column: str
    sequence: str


@dataclass(frozen=True, slots=True)
class Head:
    """One look: the last number drawn, the database's own moment, and when the oldest transaction that runs began."""

    seq: int
    at: int
    oldest: int | None


def draw(connection: Connection, counter: Counter, count: int) -> int:
    """Draw `count` numbers one after another and give the last."""
    if connection.dialect.name == "postgresql":
        sql = " ".join((f"SELECT max(nextval('{counter.sequence}'))", "FROM generate_series(1, :count)"))
    else:
        named = f"{counter.column} = {counter.column}"
        sql = " ".join(("UPDATE", counter.table, "SET", named, "+ :count RETURNING", counter.column))
    return int(run(connection, sql, {"count": count}).scalar_one())


def drawing(counter: Counter, count: str) -> str:
    """As many new numbers as the parameter `count` says, as `drawn.number`, to stand in a FROM of PostgreSQL.

    So they are drawn by the statement that reads what a decision rests on; where the writer is alone, `draw` does.
    """
    return f"(SELECT nextval('{counter.sequence}') AS number FROM generate_series(1, :{count})) AS drawn"


def look(connection: Connection, counter: Counter) -> Head:
    """Look once; a statement of its own, finished before what was committed is read."""
    alone = f"SELECT {counter.column} AS seq, 0 AS at, NULL AS oldest FROM {counter.table}"
    row = run(connection, alone if connection.dialect.name == "sqlite" else _together(counter)).first()
    return Head(0, 0, None) if row is None else Head(int(row.seq), int(row.at), row.oldest)


def _together(counter: Counter) -> str:
    last = f"(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {counter.sequence})"
    return f"""
SELECT {last} AS seq,
  CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS at,
  (SELECT CAST(extract(epoch FROM min(a.xact_start)) * 1000000 AS bigint) FROM pg_stat_activity a
   WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend') AS oldest
"""
