"""Whether the databases can work an expression out, found out without a database. Used by definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, literal_column
from sqlalchemy.types import TypeEngine

from engine.database.exact import ExactNumber
from engine.expressions.environment import Environment
from engine.expressions.expression import Expression
from engine.expressions.kinds import places
from engine.expressions.values import Place, Reference, Subject, Type, Value

KNOWN = ("now", "today", "actor", "chain", "system")
EXACT = frozenset({"decimal", "money", "quantity"})


class _Nothing:
    """A world that answers nothing."""

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        return None

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return None


class _Anywhere:
    """Columns and rows that hold whatever is asked for."""

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        return literal_column("x", sql_type(type))

    def rows(self, path: tuple[str, ...]) -> _Anywhere:
        return self

    def scalar(self, aggregate: ColumnElement[Any]) -> ColumnElement[Any]:
        return aggregate

    def taken(self, of: str, form: str, rest: bool) -> ColumnElement[Any]:
        return literal_column("x", ExactNumber(6))


def sql_type(type: Type) -> TypeEngine[Any]:
    """The column type of a value of this type."""
    if type.kind in EXACT:
        return ExactNumber(places(type))
    if type.kind in ("integer", "moment"):
        return BigInteger()
    return Boolean() if type.kind == "boolean" else Text()


def answered_in_sql(expression: Expression) -> None:
    """Raises `NotInSql` for what the databases cannot answer exactly, whichever columns they have."""
    empty: dict[str, Value] = dict.fromkeys(KNOWN)
    environment = Environment(empty, _Nothing(), datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1))
    expression.sql(_Anywhere(), environment)
