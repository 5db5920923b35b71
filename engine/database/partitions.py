"""What is added to a table of many kinds for one of them: a partition where there are partitions, and its indexes.

Used by `records.publishing`. Which kind a row is, a condition says (`headers.form_is`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.database.schema import run_plain


def add_partition(connection: Connection, table: str, name: str, only: str) -> None:
    """PostgreSQL: a partition of `table` for the rows that `only` chooses; those in its default one move there."""
    if connection.dialect.name != "postgresql":
        return
    if connection.exec_driver_sql("SELECT to_regclass(%(name)s)", {"name": name}).scalar() is not None:
        return
    waiting = connection.exec_driver_sql(f"SELECT 1 FROM {table}_default WHERE {only} LIMIT 1").first()
    value = only.partition(" = ")[2]
    if waiting is None:
        run_plain(connection, f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES IN ({value})")
        return
    run_plain(connection, f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
    run_plain(
        connection,
        f"WITH moved AS (DELETE FROM {table}_default WHERE {only} RETURNING *) INSERT INTO {name} SELECT * FROM moved",
    )
    run_plain(connection, f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES IN ({value})")


def empty_first(dialect: str, term: str) -> str:
    """A term of an index in the order of lists, which show first what is empty; in SQLite that is so by itself."""
    return f"{term} NULLS FIRST" if dialect == "postgresql" else term


def add_index(connection: Connection, name: str, at: tuple[str, str], only: str, terms: Sequence[str]) -> None:
    """An index over rows of one kind. `at`: the table and its partition, which SQLite does not have."""
    table, partition = at
    listed = ", ".join(terms)
    if connection.dialect.name == "postgresql":
        run_plain(connection, f"CREATE INDEX IF NOT EXISTS {name} ON {partition} ({listed})")
        return
    # What chooses the kind leads although it is one value: SQLite's planner would otherwise take an index that begins
    # with it.
    kind = only.partition(" = ")[0]
    run_plain(connection, f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({kind}, {listed}) WHERE {only}")
