"""Laying the whole schema at once, from the rooms' tables. Used by tests and by `freeze`; a server migrates instead."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from engine.database.types import metadata

Statements = Iterable[tuple[str, str]]
"""(dialect, SQL) of triggers and of what else no `Table` says; every room's `STATEMENTS`."""


def lay_schema(connection: Connection, statements: Statements) -> None:
    """Create every table of `metadata` and run the statements of this database."""
    metadata.create_all(connection)
    for dialect, sql in statements:
        if dialect == connection.dialect.name:
            connection.exec_driver_sql(sql)
