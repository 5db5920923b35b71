"""Statements straight through the driver: the fast path of everything that is read and posted. Used by `dialects`.

SQLAlchemy's own result machinery costs more than most of our statements take; here a statement is a cursor's, its rows
are named tuples. What the driver raises is raised as SQLAlchemy would.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_BASES: Mapping[str, type[Exception]] = {"sqlite": sqlite3.Error, "postgresql": psycopg.Error}


class Result:
    """What one statement came to; its rows are read once."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        count: int = self._cursor.rowcount
        return count

    def all(self) -> list[Any]:
        """Every row."""
        make = _row(tuple(column[0] for column in self._cursor.description))
        return [make(line) for line in self._cursor.fetchall()]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())

    def first(self) -> Any:
        """The first row; None when there is none."""
        line = self._cursor.fetchone()
        return None if line is None else _row(tuple(column[0] for column in self._cursor.description))(line)

    def one(self) -> Any:
        """The only row; anything else is our mistake."""
        (found,) = self.all()
        return found

    def scalar(self) -> Any:
        """The first value of the first row; None when there is none."""
        line = self._cursor.fetchone()
        return None if line is None else line[0]

    def scalar_one(self) -> Any:
        """The first value of the only row."""
        ((value, *_),) = self._cursor.fetchall()
        return value

    def scalars(self) -> list[Any]:
        """The first value of every row."""
        return [line[0] for line in self._cursor.fetchall()]


@lru_cache(maxsize=1024)
def _row(names: tuple[str, ...]) -> type[tuple[Any, ...]]:
    """A tuple that knows its columns by name; all of them at once as `_mapping`."""

    def mapping(self: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(names, self, strict=True))

    columns = {name: property(itemgetter(index)) for index, name in enumerate(names)}
    return type("Row", (tuple,), {"__slots__": (), "_mapping": property(mapping), **columns})


def execute(connection: Connection, sql: str, parameters: Mapping[str, Any]) -> Result:
    """Run one statement, spelled for this driver, in the transaction that is open on the connection."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    base = _BASES[connection.dialect.name]
    try:
        cursor.execute(sql, parameters)
    except base as error:
        raise DBAPIError.instance(sql, None, error, base, dialect=connection.dialect) from error
    return Result(cursor)
