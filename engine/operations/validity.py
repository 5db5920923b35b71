"""Dated records of which one holds at a time (`valid: {from, until, per, overlap: refuse}`). Used by `settling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import Fault, rule, text
from engine.records import archive, forms_json

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

SAYS = text("Another one holds on these days already.", "该期间内已有其他有效记录。")


def check(operation: Operation, folder: Folder) -> None:
    """Refuse a record that would hold on a day on which another one for the same holds already."""
    told = folder.form.told.get("valid") or {}
    if told.get("overlap") != "refuse" or folder.discarded or folder.workflow.states[folder.state].end:
        return
    values, _rows = forms_json.encode(folder.form, folder.values)
    same = {name: values.get(name) for name in told.get("per", ())}
    # Whoever dates another record for the same thing waits here until we are done.
    archive.load(operation.connection, [each for each in same.values() if isinstance(each, str)], lock=True)
    found = archive.find(operation.connection, folder.form.name, same)
    others = archive.heads(operation.connection, [each for each in found if each != folder.id])
    ends = {state.name for state in folder.workflow.states.values() if state.end}
    for other in others.values():
        if other.state not in ends and _meet(_span(values, told), _span(other.values, told)):
            faults = [Fault(f"/{told['from']}", "overlap", SAYS)]
            raise rule("overlap", SAYS, name="valid", faults=faults)


def _span(values: Any, told: Any) -> tuple[str, str]:
    """First and last day as texts that sort like days; open ends are before and after every day."""
    return str(values.get(told["from"]) or ""), str(values.get(told["until"]) or "~")


def _meet(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
