"""Where the fields that a report names stand: in a record, in a row of the table that it runs over, behind references.

Used by `table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column, select, text

from engine.database.exact import ExactNumber, Rescaled, digits
from engine.database.headers import from_millionths
from engine.definitions.models import Form
from engine.expressions import EXACT, NotInSql, Type, places
from engine.records.columns import RecordColumns, RowColumns, element

LINKED = 6
"""Digits after the point of what links keep."""


class SourceColumns:
    """`Columns` of the records of a form (`it`) and, with a table, of its rows (`row`)."""

    def __init__(self, dialect: str, form: Form, table: str | None, forms: Mapping[str, Form]) -> None:
        self._dialect = dialect
        self._form = form
        self._table = table
        self._records = RecordColumns(dialect, form, forms)

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of the record or of its row."""
        if path[0] == "row" and self._table is not None:
            return self._records.row_field(self._table, path[1:], type)
        return self._records.column(path, type)

    def rows(self, path: tuple[str, ...]) -> RowColumns:
        """A table of the record, to be summed."""
        return self._records.rows(path)

    def taken(self, of: str, form: str, rest: bool) -> ColumnElement[Any]:
        """What of a record or row went into records of a form; with `rest`, what of its first quantity did not."""
        condition = "l.from_record = r.id AND l.reversed IS NULL AND l.to_form = :taken_form"
        if of == "row":
            condition += " AND l.from_row = e.key"
        sum_ = from_millionths(self._dialect, "coalesce(sum(l.quantity), 0)", LINKED)
        found = (
            select(literal_column(sum_, ExactNumber(LINKED)))
            .select_from(text("link AS l"))
            .where(text(condition).bindparams(bindparam("taken_form", form, unique=True)))
            .scalar_subquery()
        )
        return self._whole(of) - found if rest else found

    def _whole(self, of: str) -> ColumnElement[Any]:
        fields = self._form.fields if of != "row" or self._table is None else self._form.fields[self._table].fields
        first = next((each for each in fields.values() if each.value_type.kind in EXACT and each.live is None), None)
        if first is None:
            raise NotInSql("there is no quantity of which something could remain")
        held = element(self._dialect, first.name, first.value_type, "e.value" if of == "row" else "r.data")
        return Rescaled(held, digits(10 ** (LINKED - places(first.value_type))))
