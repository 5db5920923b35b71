"""Invents what a walk needs beside the definitions: values of fields, persons that hold every role. Used by `stage`.

What is invented is always the same, so that a walk can be repeated; quantities are not invented here but tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.definitions.models import Field, Form
from engine.expressions import Reference, Value

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
TODAY = date(2026, 1, 5)
STAFF = tuple(f"person{number}" for number in range(1, 7))
ROW = "1"

_PLAIN: Mapping[str, Value] = {
    "text": "x",
    "boolean": True,
    "integer": 1,
    "decimal": Decimal(10),
    "money": Decimal(10),
    "quantity": Decimal(1),
    "date": TODAY,
    "moment": NOW,
}


class Anybody:
    """Every person of the staff holds every role everywhere; duties still keep them apart."""

    def holders(self, role: str, relation: str, unit: str | None) -> tuple[str, ...]:
        """Everybody."""
        return STAFF

    def holds(self, person: str, role: str, relation: str, unit: str | None) -> bool:
        """Whoever is on the staff does."""
        return person in STAFF

    def active(self, person: str) -> bool:
        """Nobody leaves."""
        return True

    def manager_of(self, person: str) -> tuple[str, ...]:
        """Everybody else."""
        return tuple(each for each in STAFF if each != person)

    def owners_of(self, record: str) -> tuple[str, ...]:
        """Everybody."""
        return STAFF


def value(field: Field, owner: str) -> Value:
    """A value that the field could have; references are different for different fields."""
    kind = field.value_type.kind
    if kind == "reference":
        return Reference(field.value_type.form or "", f"{owner}.{field.name}")
    if kind == "choice":
        return field.value_type.options[0] if field.value_type.options else None
    return _PLAIN.get(kind)


def values(form: Form, owner: str) -> dict[str, Any]:
    """A filled record without its quantities: what is required, texts and money, and one row in each table."""
    filled: dict[str, Any] = {}
    for field in form.fields.values():
        if field.type == "table":
            row = {name: _first(column, f"{owner}.{field.name}") for name, column in field.fields.items()}
            filled[field.name] = [{"row": f"{owner}.{field.name}.{ROW}", **row}]
        else:
            filled[field.name] = _first(field, owner)
    return filled


def complete(form: Form, owner: str, filled: dict[str, Any]) -> set[tuple[str, str | None]]:
    """Fill in what is required and has a default that came out empty, as somebody would have to; what was written."""
    written: set[tuple[str, str | None]] = set()
    for field in form.fields.values():
        if field.type != "table" and _complete(filled, field, owner):
            written.add((field.name, None))
        for row in (filled.get(field.name) or ()) if field.type == "table" else ():
            for column in field.fields.values():
                if _complete(row, column, f"{owner}.{field.name}"):
                    written.add((column.path, row["row"]))
    return written


def _complete(into: dict[str, Any], field: Field, owner: str) -> bool:
    wanted = field.default is not None and field.required is not False and not is_quantity(field)
    if not wanted or into.get(field.name) is not None:
        return False
    into[field.name] = value(field, owner)
    return True


def answers(asked: Mapping[str, Field], owner: str) -> dict[str, Value]:
    """An answer to everything that an action asks."""
    return {name: value(field, owner) for name, field in asked.items()}


def is_quantity(field: Field | None) -> bool:
    """Whether a field is a quantity that somebody or an effect writes."""
    return field is not None and field.value_type.kind == "quantity" and field.compute is None and field.live is None


def _first(field: Field, owner: str) -> Value:
    kind = field.value_type.kind
    if kind == "quantity" or field.compute is not None or field.live is not None or field.default is not None:
        return None
    return value(field, owner) if field.required is not False or kind in ("text", "money") else None
