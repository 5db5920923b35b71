"""Where the fields of a form's records stand in the tables, for expressions that become SQL. Used by `listing`.

The candidate is `record r`; a field of what it refers to is a subquery; a table is its rows as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, literal_column, select, text
from sqlalchemy.types import TypeEngine

from engine.database.headers import (
    form_is,
    header_integer,
    header_moment,
    header_number,
    header_text,
    header_truth,
    rows_source,
)
from engine.definitions.models import Form
from engine.expressions import EXACT, NotInSql, Type, places, sql_type

CORE: Mapping[str, TypeEngine[Any]] = {
    "id": Text(),
    "number": Text(),
    "state": Text(),
    "revision": BigInteger(),
    "version": BigInteger(),
    "created": BigInteger(),
    "created_by": Text(),
    "submitted": BigInteger(),
    "submitted_by": Text(),
    "updated": BigInteger(),
}
NEVER_EMPTY = frozenset({"id", "state", "revision", "created", "created_by", "updated"})
CANDIDATES = ("it", "record")
TEXTUAL = frozenset({"text", "choice", "date", "reference"})


def spelled(dialect: str, name: str, type: Type, column: str) -> str:
    """A field of a JSON column as SQL, by its type; raises `NotInSql` for lists and tables."""
    if type.kind in TEXTUAL:
        return header_text(dialect, name, column)
    if type.kind in EXACT:
        return header_number(dialect, name, places(type), column)
    if type.kind == "integer":
        return header_integer(dialect, name, column)
    if type.kind == "boolean":
        return header_truth(dialect, name, column)
    if type.kind == "moment":
        return header_moment(dialect, name, column)
    raise NotInSql(f"{name} is no single value")


def element(dialect: str, name: str, type: Type, column: str) -> ColumnElement[Any]:
    """The same as an element of a statement."""
    return literal_column(spelled(dialect, name, type, column), sql_type(type))


class RecordColumns:
    """`Columns` of the records of one form; `forms` are those that its references may lead to."""

    def __init__(self, dialect: str, form: Form, forms: Mapping[str, Form]) -> None:
        self._dialect = dialect
        self._form = form
        self._forms = forms

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of the candidate, or of a record that it refers to."""
        if path == ("it",) and type.kind == "reference":
            return literal_column("r.id", Text())
        steps = path[1:] if len(path) > 1 and path[0] in CANDIDATES else path
        if not steps:
            raise NotInSql("the record as a whole")
        return self._field(self._form, steps, type, "r", 1)

    def rows(self, path: tuple[str, ...]) -> RowColumns:
        """A table of the candidate."""
        steps = path[1:] if len(path) > 1 and path[0] in CANDIDATES else path
        table = self._form.fields.get(steps[0]) if len(steps) == 1 else None
        if table is None or table.type != "table":
            raise NotInSql(f"{'.'.join(path)} is no table of the record")
        return RowColumns(self, self._dialect, table.name)

    def row_field(self, table: str, steps: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of a row of a table, or of a record that the row refers to."""
        if steps == ("row",):
            return literal_column("e.key", Text())
        if len(steps) == 1:
            return element(self._dialect, steps[0], type, "e.value")
        found = self._form.fields[table].fields.get(steps[0])
        if found is None or found.value_type.kind != "reference":
            raise NotInSql(f"{steps[0]} refers to nothing")
        key = header_text(self._dialect, steps[0], "e.value")
        return self._through(found.value_type.form, key, steps[1:], type, 1)

    def behind(self, form: str, key: str, steps: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of the record of another form that is named by `key`, a piece of SQL."""
        return self._through(form, key, steps, type, 1)

    def _field(self, form: Form, steps: tuple[str, ...], type: Type, alias: str, depth: int) -> ColumnElement[Any]:
        name = steps[0]
        if len(steps) == 1:
            if name in CORE:
                return literal_column(f"{alias}.{name}", CORE[name])
            if name not in form.fields:
                raise NotInSql(f"{name} is not stored")
            return element(self._dialect, name, type, f"{alias}.data")
        found = form.fields.get(name)
        if found is None or found.value_type.kind != "reference":
            raise NotInSql(f"{name} refers to nothing that is searched")
        return self._through(
            found.value_type.form, header_text(self._dialect, name, f"{alias}.data"), steps[1:], type, depth
        )

    def _through(
        self, form: str | None, key: str, steps: tuple[str, ...], type: Type, depth: int
    ) -> ColumnElement[Any]:
        target = self._forms.get(form or "")
        if target is None:
            raise NotInSql("the form that is referred to is not known here")
        alias = f"r{depth}"
        value = self._field(target, steps, type, alias, depth + 1)
        source = text(f"record AS {alias}")
        return (
            select(value)
            .select_from(source)
            .where(text(f"{form_is(target.name, f'{alias}.form')} AND {alias}.id = {key}"))
            .scalar_subquery()
        )


class RowColumns:
    """`Rows` of one table of the candidate."""

    def __init__(self, columns: RecordColumns, dialect: str, table: str) -> None:
        self._columns = columns
        self._dialect = dialect
        self._table = table

    def column(self, path: tuple[str, ...], type: Type) -> ColumnElement[Any]:
        """A field of a row."""
        steps = path[1:] if len(path) > 1 and path[0] == "row" else path
        return self._columns.row_field(self._table, steps, type)

    def scalar(self, aggregate: ColumnElement[Any]) -> ColumnElement[Any]:
        """The aggregate over the rows of the candidate."""
        source = text(rows_source(self._dialect, "r.id", self._table))
        return select(aggregate).select_from(source).scalar_subquery()
