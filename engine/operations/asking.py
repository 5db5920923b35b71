"""The questions that an action asks (reason, signature, date), read with the field types. For `acting`, `deciding`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field
from engine.fields import BY_NAME
from engine.operations.knowing import Knowing
from engine.records import filling

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def answers(operation: Operation, folder: Folder, asks: Mapping[str, Field], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as values; refuses with every fault at once (`/asks/why`)."""
    filled = filling.answers(asks, sent, Knowing(operation, folder), operation.new_id)
    faults = filled.faults
    if not faults:
        environment = operation.environment(folder, asks=filled.values)
        faults = filling.check_answers(asks, filled.values, environment)
    refusal = filling.refusal(filling.located(faults, filled.order, base="/asks"))
    if refusal is not None:
        raise refusal
    return filled.values


def stored(asks: Mapping[str, Field], found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The answers as history keeps them; None when nothing was asked."""
    if not found:
        return None
    return {name: _dumped(asks[name], value) for name, value in found.items() if value is not None and name in asks}


def _dumped(field: Field, value: Any) -> Any:
    if field.type == "table":
        return [
            {
                "row": row["row"],
                **{
                    each.name: _dumped(each, row[each.name])
                    for each in field.fields.values()
                    if row.get(each.name) is not None
                },
            }
            for row in value
        ]
    return BY_NAME[field.type].dump(value, field)
