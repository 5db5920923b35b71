"""The rows of a report within reach, as a table of its visible columns: one SELECT. Used by `table`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
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

from engine.database.exact import ExactNumber, Fitting, digits
from engine.database.headers import form_is, rows_source
from engine.database.periods import FirstDay, LocalDay
from engine.definitions.models import Column
from engine.definitions.stocked import STOCK
from engine.expressions import EXACT, Environment, Type, places
from engine.records.listing import within
from engine.reports.asking import RECORD, ROW, Asked
from engine.reports.sources import SourceColumns
from engine.reports.stock import StockColumns


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


def question(dialect: str, asked: Asked) -> tuple[Subquery, dict[str, Any]]:
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
        return type_coerce(whole_sum(func.coalesce(func.sum(found), 0), whole), kind)
    if column.kind in ("min", "max"):
        return type_coerce(func.min(found) if column.kind == "min" else func.max(found), found.type)
    return found if column.per is None else _first_day(column, found, environment)


def whole_sum(element: ColumnElement[Any], of: Type) -> ColumnElement[Any]:
    """A sum that is exact or breaks the statement, alike in both databases."""
    return Fitting(element, digits(10 ** (places(of) if of.kind in EXACT else 0)))


def _first_day(column: Column, found: ColumnElement[Any], environment: Environment) -> ColumnElement[Any]:
    assert column.expression is not None
    is_moment = column.expression.type.kind == "moment"
    day = LocalDay(found, literal_column(f"'{environment.zone}'")) if is_moment else found
    return day if column.per == "day" else FirstDay(day, literal_column(f"'{column.per}'"))
