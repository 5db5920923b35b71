"""Tables that hold the deed of the vectors, and the columns a query finds in them. Used by the tests of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from engine.database.exact import ExactNumber
from engine.expressions import NotInSql, Place, Reference, Type, microseconds, places
from tests.expressions.deeds import BOOK, deed, type_of

TABLES = MetaData()


def _column_type(of: Type) -> TypeEngine[Any]:
    if of.kind == "boolean":
        return Boolean()
    if of.kind in ("integer", "moment"):
        return BigInteger()
    if of.kind in ("decimal", "money", "quantity"):
        return ExactNumber(places(of))
    return Text()


def _columns(form: str) -> list[Column[Any]]:
    told = {name: type_of(text) for name, text in BOOK["forms"][form].items()}
    return [Column(name, _column_type(of)) for name, of in told.items() if of.kind not in ("table", "list")]


DEED = Table("deed", TABLES, Column("id", Text, primary_key=True), *_columns("deed"))
LINES = Table("deed_lines", TABLES, Column("record", Text), Column("row", Text), *_columns("deed.lines"))
REST = Table("deed_rest", TABLES, Column("record", Text), Column("row", Text), *_columns("deed.rest"))
BY_NAME = {"lines": LINES, "rest": REST}


def stored(value: Any) -> Any:
    """A value as the tables hold it."""
    if isinstance(value, Reference):
        return value.id
    if isinstance(value, Place):
        return value.key
    if isinstance(value, datetime):
        return microseconds(value)
    return value.isoformat() if isinstance(value, date) else value


def fill(connection: Connection, **changes: Any) -> None:
    """Make the tables anew, with one deed."""
    TABLES.drop_all(connection)
    TABLES.create_all(connection)
    put(connection, deed(**changes).values)


def put(connection: Connection, values: Mapping[str, Any], key: str = "d1") -> None:
    """Keep one deed."""
    header = {column.name: stored(values.get(column.name)) for column in DEED.columns if column.name != "id"}
    connection.execute(insert(DEED), [{"id": key, **header}])
    for name, table in BY_NAME.items():
        for row in values.get(name, ()):
            cells = {column.name: stored(row.get(column.name)) for column in table.columns}
            connection.execute(insert(table), [{**cells, "record": key}])


class DeedRows:
    """The rows of one table of the deed."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of the row itself."""
        if len(path) != 2:
            raise NotInSql("one step only")
        return self.table.columns[path[1]]

    def scalar(self, aggregate: ColumnElement[Any]) -> ColumnElement[Any]:
        """Over the rows of the deed."""
        return select(aggregate).select_from(self.table).where(self.table.c.record == DEED.c.id).scalar_subquery()


class DeedColumns:
    """The columns of the candidate `it`."""

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of the deed itself."""
        if path == ("it",):
            return DEED.c.id
        if len(path) != 2 or path[1] not in DEED.columns:
            raise NotInSql("one step only")
        return DEED.columns[path[1]]

    def rows(self, path: tuple[str, ...]) -> DeedRows:
        """A table of the deed."""
        return DeedRows(BY_NAME[path[-1]])


def answer(element: ColumnElement[Any]) -> Select[Any]:
    """Ask it of the deed."""
    return select(element).select_from(DEED).where(DEED.c.id == "d1")
