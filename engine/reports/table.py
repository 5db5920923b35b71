"""Asks the database for the rows of a report: one statement, scope and visible columns only. Used by operations.

What the reader may not see is not in the statement: not shown, not grouped by, not sorted, narrowed or summed by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    Text,
    case,
    func,
    literal,
    literal_column,
    select,
    text,
    type_coerce,
)

from engine.database.exact import ExactNumber
from engine.database.headers import form_is, rows_source
from engine.database.periods import FirstDay, LocalDay
from engine.definitions.models import Column, Form, Report
from engine.definitions.stocked import STOCK
from engine.errors import invalid_at
from engine.errors import text as words
from engine.expressions import Environment, Expression, Reference, Type, places
from engine.records.columns import EXACT, sql_type
from engine.records.cursors import open_cursor, seal_cursor
from engine.records.keysets import Key, beyond, ordered
from engine.records.listing import within
from engine.reports.sources import SourceColumns
from engine.reports.stock import Ground, StockColumns

COUNTED = 1_000
RECORD, ROW = "_record", "_row"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOWHERE = Ground()


@dataclass(frozen=True)
class Asked:
    """What is asked of a report. `columns` are those that the reader sees; `scope` None is every org unit.

    `filter` and `sort` name columns. `only` are chosen rows, by record and row: the others are left out.
    """

    report: Report
    forms: Mapping[str, Form]
    columns: tuple[str, ...]
    environment: Environment
    scope: frozenset[str] | None = None
    filter: Expression | None = None
    sort: Sequence[tuple[str, bool]] = ()
    limit: int = 50
    cursor: str | None = None
    before: str | None = None
    count: bool = False
    totals: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] | None = None
    owner: str = ""
    secret: bytes = b""
    ground: Ground = NOWHERE
    asked: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True)
class Line:
    """One row: its values by column, and, where it stands for one record or row, which."""

    values: Mapping[str, Any]
    record: str | None = None
    row: str | None = None


@dataclass(frozen=True)
class Page:
    """Some rows, the cursors of what follows and went before, how many there are (stops at 1,001), and sums."""

    items: tuple[Line, ...]
    next: str | None
    previous: str | None
    count: int | None = None
    totals: Mapping[str, Decimal | int | None] | None = None


def page(connection: Connection, asked: Asked) -> Page:
    """One page."""
    inner, parameters = _query(connection.dialect.name, asked)
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


def chosen(asked: Asked, only: tuple[tuple[str, str], ...]) -> Asked:
    """The same question about these rows alone."""
    return replace(asked, only=only, filter=None, cursor=None, before=None)


@dataclass
class _Source:
    """What a report runs through: where its fields stand, which lines are within reach, what names a line."""

    columns: SourceColumns | StockColumns
    conditions: list[Any]
    names: Sequence[ColumnElement[Any]]
    parameters: dict[str, Any]
    records: str = ""

    def origin(self) -> str:
        """What stands in the FROM; asked when every column is made."""
        return self.columns.source() if isinstance(self.columns, StockColumns) else self.records


def _query(dialect: str, asked: Asked) -> tuple[Subquery, dict[str, Any]]:
    """The rows of the report within reach, as a table of its visible columns."""
    report = asked.report
    source = (_stock if report.source == STOCK else _records)(dialect, asked)
    if report.where is not None:
        source.conditions.append(report.where.sql(source.columns, asked.environment))
    made = {
        name: _element(report.columns[name], source.columns, asked.environment)
        for name in asked.columns
        if report.columns[name].kind != "formula"
    }
    shown = [each.label(name) for name, each in made.items()]
    if not report.grouped:
        shown += [each.label(name) for name, each in zip((RECORD, ROW), source.names, strict=True)]
    statement = select(*shown or [literal(1).label("_")]).select_from(text(source.origin())).where(*source.conditions)
    if report.grouped:
        keys = [made[name] for name in made if report.columns[name].kind == "value"]
        statement = statement.group_by(*keys) if keys else statement.having(func.count() > 0)
    return statement.subquery("t"), source.parameters


def _records(dialect: str, asked: Asked) -> _Source:
    report, form = asked.report, asked.forms[asked.report.source]
    parameters: dict[str, Any] = {}
    conditions: list[Any] = [text(form_is(form.name, "r.form"))]
    if asked.scope is not None:
        conditions.append(within(form.name, asked.scope, dialect, parameters))
    if asked.only is not None:
        conditions.append(literal_column("r.id", Text()).in_([record for record, _ in asked.only]))
        if report.table is not None:
            conditions.append(literal_column("e.key", Text()).in_([row for _, row in asked.only]))
    source = "record AS r"
    if report.table is not None:
        source += f" CROSS JOIN {rows_source(dialect, 'r.id', report.table)}"
    names = (literal_column("r.id", Text()), literal_column("e.key" if report.table else "''", Text()))
    columns = SourceColumns(dialect, form, report.table, asked.forms)
    return _Source(columns, conditions, names, parameters, source)


def _stock(dialect: str, asked: Asked) -> _Source:
    columns = StockColumns(dialect, str(asked.report.table), asked.forms, asked.ground)
    conditions = [text(each) for each in columns.conditions(asked.scope)]
    return _Source(columns, conditions, (literal_column("''", Text()), columns.line()), columns.parameters)


def _element(column: Column, columns: SourceColumns | StockColumns, environment: Environment) -> ColumnElement[Any]:
    """A column, worked out or summed, with the type of its values."""
    if column.expression is None:
        return type_coerce(func.count(), BigInteger())
    found = column.expression.sql(columns, environment)
    if column.kind == "count":
        return type_coerce(func.count(case((found, 1))), BigInteger())
    if column.kind == "sum":
        whole = column.expression.type
        kind = ExactNumber(places(whole)) if whole.kind in EXACT else BigInteger()
        return type_coerce(func.coalesce(func.sum(found), 0), kind)
    if column.kind in ("min", "max"):
        return type_coerce(func.min(found) if column.kind == "min" else func.max(found), found.type)
    return found if column.per is None else _first_day(column, found, environment)


def _first_day(column: Column, found: ColumnElement[Any], environment: Environment) -> ColumnElement[Any]:
    assert column.expression is not None
    is_moment = column.expression.type.kind == "moment"
    day = LocalDay(found, literal_column(f"'{environment.zone}'")) if is_moment else found
    return day if column.per == "day" else FirstDay(day, literal_column(f"'{column.per}'"))


# -- order and pages -----------------------------------------------------------------------------------------------


def _keys(asked: Asked, inner: Subquery) -> list[Key]:
    """What it is sorted by, then what makes a row the only one of its kind."""
    report = asked.report
    last = [RECORD, ROW] if not report.grouped else [each.name for each in inner.c if each.name in report.columns]
    wanted = {name: descending for name, descending in asked.sort if name in inner.c}
    rest = {name: False for name in last if name not in wanted}
    return [Key(inner.c[name], descending, not name.startswith("_")) for name, descending in {**wanted, **rest}.items()]


def _conditions(asked: Asked, inner: Subquery) -> list[ColumnElement[bool]]:
    return [] if asked.filter is None else [asked.filter.sql(_Named(inner), asked.environment)]


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
    sums = [type_coerce(func.sum(inner.c[name]), inner.c[name].type).label(name) for name in asked.totals]
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
