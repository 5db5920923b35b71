"""What a task says to who has it: what is wanted in words, by whom, and of what record. Used by `inbox`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Step
from engine.errors import Text, text
from engine.expressions import Reference
from engine.operations import formview, presenting, rights, writing
from engine.records.tasks import Task

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

TOLD = 4
"""Fields of a record that stand beside its task."""
SHOWN = ("title", "type", "widget", "digits", "options")

_DECIDE = text("To decide", "待审批")


def title(folder: Folder, task: Task) -> Text:
    """The task's own title, else that of its step, else that of the action that is awaited."""
    if task.title:
        return task.title
    if task.kind == "decide":
        return _step_title(folder, task) or _DECIDE
    awaited = folder.workflow.transitions.get(task.step)
    return awaited.title if awaited is not None and awaited.title else folder.form.title


def _step_title(folder: Folder, task: Task) -> Text | None:
    steps = (each.steps[task.step] for each in folder.workflow.approvals.values() if task.step in each.steps)
    step: Step | None = next(steps, None)
    if step is None:
        return None
    part = step.parts.get(task.part or "")
    return (part.title if part is not None else None) or step.title or None


def about(operation: Operation, folder: Folder) -> dict[str, Any]:
    """`by`: who made the record; `shows`: `[{title, type, value, unit}]`, what its list shows him of it."""
    hidden = rights.hidden(operation, folder)
    current = writing.current(operation, folder)
    shows: list[dict[str, Any]] = []
    for name in (*folder.form.list, *((folder.form.amount,) if isinstance(folder.form.amount, str) else ())):
        field = folder.form.fields.get(name)
        if field is None or field.type == "table" or name in hidden or current.get(name) is None:
            continue
        known = formview.field(operation, field)
        told = {"name": name, **{word: known[word] for word in SHOWN if word in known}}
        if told["name"] not in {each["name"] for each in shows} and len(shows) < TOLD:
            shows.append(
                {**told, **_currency(operation, field), "value": presenting.value(operation, field, current[name])}
            )
    units = [presenting.reference(operation, each) for each in _units(folder)]
    return {"by": presenting.person(operation, folder.created_by), "units": units, "shows": shows}


def _currency(operation: Operation, field: Field) -> dict[str, str]:
    """What an amount is counted in."""
    known = operation.library.settings.get("currency")
    return {"unit": str(known)} if known and field.type == "money" else {}


def _units(folder: Folder) -> list[Reference]:
    """The org units that it belongs to."""
    return [each for name in folder.form.org if isinstance(each := folder.values.get(name), Reference)]
