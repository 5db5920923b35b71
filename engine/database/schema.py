"""The schema: laid at once from the rooms' tables, or spelled out as SQL. Used by tests and by `freeze`.

A server never calls this; it migrates (`migrations`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from sqlalchemy import Connection, create_mock_engine
from sqlalchemy.schema import ExecutableDDLElement

from engine.database.types import metadata

URLS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


def run_plain(connection: Connection, sql: str) -> None:
    """Run one statement as it is written: no parameters, so that `%` and `:` mean themselves."""
    connection.exec_driver_sql(sql, execution_options={"no_parameters": True})


def lay_schema(connection: Connection, statements: Iterable[tuple[str, str]]) -> None:
    """Create every table of `metadata`, then run the statements `(dialect, SQL)` of this database (triggers)."""
    metadata.create_all(connection)
    for dialect, sql in statements:
        if dialect == connection.dialect.name:
            run_plain(connection, sql)


def spell_schema(dialect: str, statements: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The same as SQL, one statement after another."""
    spelled: list[str] = []

    def note(ddl: ExecutableDDLElement, *_: object, **__: object) -> None:
        spelled.append(str(ddl.compile(dialect=engine.dialect)).strip())

    engine = create_mock_engine(URLS[dialect], note)
    metadata.create_all(engine, tables=metadata.sorted_tables, checkfirst=False)
    yield from _even(spelled)
    for name, sql in statements:
        if name == dialect:
            yield sql.strip()


def _even(spelled: list[str]) -> Iterator[str]:
    """The same every time: a table's indexes come out of a set, in no order."""
    for is_index, group in groupby(spelled, lambda sql: sql.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))):
        found = list(group)
        yield from sorted(found) if is_index else found
