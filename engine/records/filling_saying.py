"""Says typed values as a request would say them, so that what effects write is read by the rules of what people write.

Used by operations, for effects that write fields. What is of another type than its field is said as it is, and then
refused by the field's own reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.definitions.models import Field, Form
from engine.expressions import Reference, Subject
from engine.fields import BY_NAME, Known, Typed
from engine.quantities import write
from engine.records.filling_patch import Filled, patch
from engine.records.filling_plan import NUMBERS, REFERENCES

_NO_VALUE: Mapping[str, Any] = MappingProxyType({})
"""An object that no field type reads: it is refused as of another type."""


@dataclass(frozen=True, slots=True)
class _Everything:
    fields: frozenset[str]
    rows: Mapping[str, str]


def put(
    form: Form, values: Mapping[str, Any], proposed: Mapping[str, Any], known: Known, new_id: Callable[[], str]
) -> Filled:
    """The values with the proposed ones put on, tables as lists of rows with their ids; faults as for a request."""
    tables = {name: "free" for name, each in form.fields.items() if each.type == "table"}
    sent = {name: _said_in(form.fields.get(name), value) for name, value in proposed.items()}
    return patch(form, values, sent, _Everything(frozenset(form.fields), tables), frozenset(), known, new_id)


def _said_in(of: Field | None, value: Any) -> Any:
    if of is None or of.type != "table":
        return said(of, value)
    return [_row(of, each) for each in value] if isinstance(value, Iterable) and not isinstance(value, str) else value


def _row(table: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each if name == "row" else said(table.fields.get(name), each) for name, each in row.items()}


def said(of: Field | None, value: Any) -> Any:
    """A value as the JSON of a request; nothing is rounded or cut."""
    if value is None or of is None:
        return value
    if of.type in _SAID:
        return _SAID[of.type](value)
    if of.type in REFERENCES:
        return value.id if isinstance(value, (Reference, Subject)) else _NO_VALUE
    if isinstance(value, (tuple, list)):
        return list(value)
    return BY_NAME[of.type].dump(value, of) if isinstance(value, Typed) else value


def _number(value: Any) -> Any:
    fits = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return write(Decimal(value or 0)) if fits else _NO_VALUE


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _day(value: Any) -> Any:
    return value.isoformat() if type(value) is date else _NO_VALUE


def _moment(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else _NO_VALUE


_SAID: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {**dict.fromkeys(NUMBERS, _number), "integer": _whole, "date": _day, "moment": _moment}
)
