"""The columns of reports as fields, so that they are shown, narrowed and sorted as fields are. Used by `reports`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.models import Column, Field, Form, Option, Workflow
from engine.definitions.outline import DATE, INTEGER
from engine.errors import Text
from engine.expressions import Type

TYPES: Mapping[str, str] = {
    "text": "text",
    "integer": "integer",
    "decimal": "decimal",
    "money": "money",
    "quantity": "quantity",
    "date": "date",
    "moment": "moment",
    "boolean": "boolean",
    "reference": "reference",
    "choice": "choice",
}
"""The type of a column's field by that of its expression."""
KEPT_OPTIONS = frozenset({"options", "to", "scale", "unit", "each"})
"""Options of a field that a column of it keeps."""


@dataclass(frozen=True)
class ColumnFields:
    """Makes fields of the columns of one report."""

    desk: Desk
    forms: Mapping[str, Form]
    workflows: Mapping[str, Workflow]

    def field(self, name: str, data: Mapping[str, Any], column: Column, source: str, table: str) -> Field:
        """A column as a field, so that it is shown, narrowed and sorted as fields are."""
        origin = self._origin(column, source, table)
        type_ = _type_of(column)
        options: dict[str, Any] = {}
        plain = column.kind in ("value", "min", "max") and column.per is None
        if origin is not None and plain and origin.value_type.kind == type_.kind:
            options = {word: each for word, each in origin.options.items() if word in KEPT_OPTIONS}
        if column.kind in ("min", "max") and column.per is None:
            options["each"] = True
        named = origin.type if origin is not None and plain else TYPES[type_.kind]
        if type_.kind == "choice" and "options" not in options:
            options["options"] = self._states(column, source)
        if type_.kind == "reference" and named == "reference":
            options["to"] = type_.form or ""
        if data.get("of") in self.desk.marked.data["columns"]:
            options["of"] = data["of"]
        elif named == "quantity":
            named = "decimal"
        if named in ("decimal", "quantity", "money") and "scale" not in options and type_.scale is not None:
            options["scale"] = type_.scale
        title: Text = data.get("title") or (
            origin.title if origin is not None and column.kind == "value" else self.desk.title({}, name)
        )
        return Field(
            name=name,
            type=named,
            title=title,
            value_type=type_,
            options=options,
            live=column.expression if column.kind == "formula" else None,
            signed=True,
            at=self.desk.marked.place(("columns", name)),
        )

    def _origin(self, column: Column, source: str, table: str) -> Field | None:
        """The field whose value a column is, wherever a path leads to it."""
        if column.expression is None or column.expression.node.op != "attribute" or not source:
            return None
        ((head, *words),) = column.expression.names
        form, fields = self.forms.get(source), None
        if head == "row" and form is not None:
            fields = form.fields[table].fields
        found: Field | None = None
        for word in words:
            fields = fields if fields is not None else form.fields if form is not None else {}
            found = fields.get(word)
            form = self.forms.get(found.value_type.form or "") if found is not None else None
            fields = None
        return found

    def _states(self, column: Column, source: str) -> tuple[Option, ...]:
        """What may be chosen where it is a state."""
        states = self.workflows[source].states if source in self.workflows else {}
        titles = {name: each.title or {"en": name, "zh": name} for name, each in states.items()}
        options = column.expression.type.options if column.expression else ()
        return tuple(Option(each, titles.get(each, {"en": each, "zh": each})) for each in options)


def _type_of(column: Column) -> Type:
    if column.kind == "count" or column.expression is None:
        return INTEGER
    if column.per is not None:
        return DATE
    return column.expression.type
