"""The questions that an action asks (reason, signature, date), read with the field types. For `acting`, `deciding`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Workflow
from engine.errors import say
from engine.fields import BY_NAME, shape
from engine.fields.files import Typed
from engine.operations import presenting
from engine.operations.knowing import Knowing
from engine.records import filling

FILES = ("attachment", "image", "signature")

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def answers(
    operation: Operation,
    folder: Folder,
    asks: Mapping[str, Field],
    sent: Mapping[str, Any],
    *,
    all_of_them: bool = True,
) -> dict[str, Any]:
    """The answers as values; refuses with every fault at once (`/asks/why`). Not `all_of_them`: some may be missing."""
    filled = filling.answers(asks, sent, Knowing(operation, folder), operation.new_id)
    faults = filled.faults
    if not faults:
        environment = operation.environment(folder, asks=filled.values)
        faults = filling.check_answers(asks, filled.values, environment)
        faults = tuple(each for each in faults if all_of_them or each.code != "required")
    refusal = filling.refusal(filling.located(faults, filled.order, base="/asks"))
    if refusal is not None:
        raise refusal
    return filled.values


def asked_by(workflow: Workflow, action: str) -> Mapping[str, Field]:
    """What an action asks, or the step of which a vote (`approve:area`, `approve:head_office/finance`) tells."""
    transition = workflow.transitions.get(action)
    if transition is not None:
        return transition.asks
    verdict, _, where = action.partition(":")
    step, _, part = where.partition("/")
    for approval in workflow.approvals.values():
        found = approval.steps.get(step)
        if found is not None:
            if verdict in approval.asks:
                return approval.asks[verdict]
            return found.parts[part].asks if part in found.parts else found.asks
    return {}


def files_in(field: Field, values: Mapping[str, Any]) -> list[str]:
    """The files that a field names; a signature that was typed is none."""
    found = values.get(field.name) if field.type in FILES else None
    many = found if isinstance(found, (list, tuple)) else [found]
    return [one for one in many if isinstance(one, str) and not isinstance(one, Typed)]


def files_of(fields: Iterable[Field], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every file that is named, in tables too, with the path of its field."""
    for field in fields:
        if field.type == "table":
            for row in values.get(field.name) or ():
                yield from files_of(field.fields.values(), row)
        else:
            yield from ((field.path, file) for file in files_in(field, values))


def told(operation: Operation, folder: Folder, action: str, found: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What was answered, in words: `[{name, title, type, value}]`, references as `{id, code, title}`."""
    asked = asked_by(folder.workflow, action)
    return [
        {
            "name": name,
            "title": say(field.title, operation.call.language) or name,
            "type": field.type,
            **shape(BY_NAME[field.type], field.options),
            "value": presenting.kept(operation, field, found[name]),
        }
        for name, field in asked.items()
        if found and found.get(name) is not None and field.type != "table"
    ]


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
