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

from engine.database.prepared import prepared

_BASES: Mapping[str, type[Exception]] = {"sqlite": sqlite3.Error, "postgresql": psycopg.Error}


class Result:
    """What one statement came to; its rows are read once."""

    __slots__ = ("_columns", "_lines", "rowcount")

    def __init__(self, columns: tuple[str, ...], lines: list[tuple[Any, ...]], rowcount: int) -> None:
        self._columns = columns
        self._lines = lines
        self.rowcount = rowcount
        """How many rows were written."""

    def all(self) -> list[Any]:
        """Every row."""
        return list(map(_row(self._columns), self._lines))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())

    def first(self) -> Any:
        """The first row; None when there is none."""
        return _row(self._columns)(self._lines[0]) if self._lines else None

    def one(self) -> Any:
        """The only row; anything else is our mistake."""
        (found,) = self.all()
        return found

    def scalar(self) -> Any:
        """The first value of the first row; None when there is none."""
        return self._lines[0][0] if self._lines else None

    def scalar_one(self) -> Any:
        """The first value of the only row."""
        ((value, *_),) = self._lines
        return value

    def scalars(self) -> list[Any]:
        """The first value of every row."""
        return [line[0] for line in self._lines]


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
    base = _BASES[connection.dialect.name]
    try:
        if base is psycopg.Error:
            alone = "chainstock_alone" in connection.get_execution_options()
            done = prepared(driver, connection.info).run(sql, parameters, begin=not alone)
            if done is not None:
                return Result(done.columns, done.lines, done.rowcount)
        cursor = driver.cursor()
        cursor.execute(sql, parameters)
        columns = tuple(column[0] for column in cursor.description or ())
        return Result(columns, cursor.fetchall() if columns else [], cursor.rowcount)
    except base as error:
        raise DBAPIError.instance(sql, None, error, base, dialect=connection.dialect) from error
