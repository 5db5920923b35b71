"""Asks the database for the rows of a report: one statement, scope and visible columns only. Used by operations.

What the reader may not see is not in the statement: not shown, not grouped by, not sorted, narrowed or summed by.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError

from engine.database.exact import overflowed
from engine.errors import Kind, Refusal, invalid_at
from engine.errors import text as words
from engine.expressions import NotInSql, Reference, Type, sql_type
from engine.records.cursors import open_cursor, seal_cursor
from engine.records.keysets import Key, beyond, ordered
from engine.reports.asking import RECORD, ROW, Asked, Line, Page
from engine.reports.query import question, whole_sum

COUNTED = 1_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def page(connection: Connection, asked: Asked) -> Page:
    """One page. Refused when a sum is more than can be told exactly."""
    with _told_exactly():
        return _page(connection, asked)


@contextmanager
def _told_exactly() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if not overflowed(error):
            raise
        says = words("A sum here is too large to be told exactly; use a filter.", "合计过大，无法精确显示，请先筛选。")
        raise Refusal(Kind.LIMIT, "too_large", says, status=422) from error


def _page(connection: Connection, asked: Asked) -> Page:
    inner, parameters = question(connection.dialect.name, asked)
    keys = _keys(asked, inner)
    if asked.before is not None:
        keys = [replace(key, descending=not key.descending) for key in keys]
    conditions = _conditions(asked, inner)
    statement = select(*inner.c, *(key.element.label(f"k{index}") for index, key in enumerate(keys)))
    statement = statement.where(*conditions)
    mark = asked.cursor if asked.before is None else asked.before
    if mark is not None:
        statement = statement.where(beyond(keys, open_cursor(mark, asked.secret, _bound_to(asked))))
    lines = connection.execute(ordered(statement, keys).limit(asked.limit + 1), parameters).all()
    shown, more = lines[: asked.limit], len(lines) > asked.limit
    if asked.before is not None:
        shown = shown[::-1]
    later, earlier = (more, asked.cursor is not None) if asked.before is None else (bool(shown), more)
    return Page(
        items=tuple(_line(asked, each) for each in shown),
        next=_sealed(asked, keys, shown[-1]) if later and shown else None,
        previous=_sealed(asked, keys, shown[0]) if earlier and shown else None,
        count=_count(connection, inner, conditions, parameters) if asked.count else None,
        totals=_totals(connection, asked, inner, conditions, parameters) if asked.totals else None,
    )


def every(connection: Connection, asked: Asked, at_once: int) -> Generator[tuple[Line, ...], None, None]:
    """All rows in their order, `at_once` at a time; the database is asked once, and none is held longer."""
    inner, parameters = question(connection.dialect.name, asked)
    statement = ordered(select(*inner.c).where(*_conditions(asked, inner)), _keys(asked, inner))
    options = {"stream_results": True, "yield_per": at_once}
    with _told_exactly(), connection.execute(statement, parameters, execution_options=options) as result:
        for lines in result.partitions():
            fresh = replace(asked, environment=asked.environment.fuelled())
            yield tuple(_line(fresh, each) for each in lines)


def chosen(asked: Asked, only: tuple[tuple[str, str], ...]) -> Asked:
    """The same question about these rows alone."""
    return replace(asked, only=only, filter=None, cursor=None, before=None)


# -- order and pages -----------------------------------------------------------------------------------------------


def _keys(asked: Asked, inner: Subquery) -> list[Key]:
    """What it is sorted by, then what makes a row the only one of its kind."""
    report = asked.report
    last = [RECORD, ROW] if not report.grouped else [each.name for each in inner.c if each.name in report.columns]
    wanted = {name: descending for name, descending in asked.sort if name in inner.c}
    rest = {name: False for name in last if name not in wanted}
    return [Key(inner.c[name], descending, not name.startswith("_")) for name, descending in {**wanted, **rest}.items()]


def _conditions(asked: Asked, inner: Subquery) -> list[ColumnElement[bool]]:
    """What the filter asks; refused where it is worked out by no database."""
    if asked.filter is None:
        return []
    try:
        return [asked.filter.sql(_Named(inner), asked.environment)]
    except NotInSql as error:
        says = words(f"This cannot be asked of a list: {error}", f"列表不支持此筛选条件：{error}")
        raise invalid_at("/filter", "not_for_lists", says) from error


class _Named:
    """The columns of a report by their names, for filters."""

    def __init__(self, inner: Subquery) -> None:
        self._inner = inner

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A column; nothing lies behind it."""
        if len(path) != 1 or path[0] not in self._inner.c:
            raise invalid_at("/filter", "unknown_field", words("There is no such field.", "没有这个字段。"))
        return type_coerce(self._inner.c[path[0]], sql_type(type))

    def rows(self, path: tuple[str, ...]) -> Any:
        """A report has no tables."""
        raise invalid_at("/filter", "unknown_field", words("There is no such field.", "没有这个字段。"))


def _sealed(asked: Asked, keys: Sequence[Key], line: Any) -> str:
    values = [line._mapping[f"k{index}"] for index in range(len(keys))]
    return seal_cursor(values, asked.secret, _bound_to(asked))


def _bound_to(asked: Asked) -> list[Any]:
    text_of = asked.filter.text if asked.filter else None
    return [asked.owner, asked.report.name, list(asked.columns), text_of, list(asked.sort), list(asked.asked)]


def _count(connection: Connection, inner: FromClause, conditions: Sequence[Any], parameters: Mapping[str, Any]) -> int:
    some: Select[Any] = select(literal_column("1")).select_from(inner).where(*conditions).limit(COUNTED + 1)
    return int(connection.execute(select(func.count()).select_from(some.subquery()), parameters).scalar_one())


def _totals(
    connection: Connection, asked: Asked, inner: Subquery, conditions: Sequence[Any], parameters: Mapping[str, Any]
) -> dict[str, Decimal | int | None]:
    types = {name: asked.report.form.fields[name].value_type for name in asked.totals}
    sums = [
        type_coerce(whole_sum(func.sum(inner.c[name]), types[name]), inner.c[name].type).label(name)
        for name in asked.totals
    ]
    line = connection.execute(select(*sums).select_from(inner).where(*conditions), parameters).one()
    return {name: line._mapping[name] for name in asked.totals}


# -- values --------------------------------------------------------------------------------------------------------


def _line(asked: Asked, line: Any) -> Line:
    held = line._mapping
    values: dict[str, Any] = {}
    formulas = []
    for name in asked.columns:
        column = asked.report.columns[name]
        if column.kind == "formula":
            formulas.append(column)
        else:
            values[name] = _value(asked.report.form.fields[name].value_type, held[name])
    for column in formulas:
        assert column.expression is not None
        values[column.name] = column.expression.evaluate(asked.environment.with_names(**values))
    return Line(values, held.get(RECORD) or None, held.get(ROW) or None)


def _value(of: Type, raw: Any) -> Any:
    """A column as a value of the language."""
    if raw is None:
        return None
    if of.kind == "reference":
        return Reference(of.form or "", raw)
    if of.kind == "date":
        return date.fromisoformat(raw)
    if of.kind == "moment":
        return EPOCH + timedelta(microseconds=int(raw))
    if of.kind == "integer":
        return int(raw)
    return bool(raw) if of.kind == "boolean" else raw
