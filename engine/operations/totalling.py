"""Sums at the foot of a list: exact, of everything that is found, where that is little enough. Used by `listing`.

A quantity is summed where every item has the same unit; a field that one cannot be sure to see has no sum, nor one that
is worked out and not yet kept in every record that is found: what stands in its line follows from what is so just now.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.errors import invalid_at, text
from engine.fields import BY_NAME, widget_of
from engine.operations import around, rights

if TYPE_CHECKING:
    from engine.definitions.models import Field, Form
    from engine.operations.operation import Operation

MOST = 20


def wanted(operation: Operation, form: Form, sent: str | None) -> tuple[str, ...]:
    """The fields that are to be summed, each with the item that it is of."""
    if not sent:
        return ()
    return tuple(name for field in _fields(operation, form, sent) for name in (field.name, *_item(form, field)))


def _fields(operation: Operation, form: Form, sent: str) -> list[Field]:
    hidden = rights.everywhere_hidden(operation, form)
    found = []
    for name in dict.fromkeys(sent.split(",")):
        field = form.fields.get(name)
        if field is None or not widget_of(BY_NAME[field.type]).digits or field.path in hidden or field.live is not None:
            raise invalid_at("/totals", "unknown_field", text("There is no such field.", "没有这个字段。"))
        found.append(field)
    if len(found) > MOST:
        raise invalid_at("/totals", "too_many", text(f"At most {MOST} sums.", f"最多 {MOST} 个合计。"))
    return found


def _item(form: Form, field: Field) -> tuple[str, ...]:
    of = form.fields.get(str(field.options.get("of")))
    return (of.name,) if field.type == "quantity" and of is not None else ()


def sums(operation: Operation, form: Form, sent: str, values: Sequence[Sequence[Any]] | None) -> dict[str, Any] | None:
    """`{field: {sum, unit}}`; a field without one sum is left out, everything where there are too many records."""
    if values is None:
        return None
    told: dict[str, Any] = {}
    at = 0
    for field in _fields(operation, form, sent):
        with_item = bool(_item(form, field))
        lines = [(line[at], line[at + 1] if with_item else None) for line in values if line[at] is not None]
        at += 2 if with_item else 1
        units = {around.unit_of(operation, item) if item else None for _, item in lines} if with_item else {None}
        whole = field.compute is None or len(lines) == len(values)
        if len(units) == 1 and lines and whole:
            total = sum((Decimal(each) for each, _ in lines), Decimal(0))
            shown = int(total) if field.value_type.kind == "integer" else total
            told[field.name] = {"sum": str(BY_NAME[field.type].dump(shown, field)), "unit": units.pop()}
    return told
