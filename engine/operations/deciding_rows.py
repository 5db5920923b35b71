"""The rows of a decision on a step that is taken row by row: which are meant, and that only those are written.

Used by `deciding`. Without `rows` all are meant that the decider can decide now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Step
from engine.errors import Fault, forbidden, invalid_at, text
from engine.operations import bodies, writing
from engine.records import filling, tasks
from engine.workflow import rows_to_decide

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def named(step: Step, body: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The rows that were sent; None when none were. A step that asks of the whole has no rows to be named."""
    if body.get("rows") is None:
        return None
    if step.each is None:
        says = text("This is decided as a whole.", "此步骤按整单审批。")
        raise invalid_at("/rows", "not_by_row", says)
    return tuple(each.lower() for each in bodies.words(body, "rows"))


def meant(operation: Operation, folder: Folder, step: Step, rows: tuple[str, ...] | None) -> tuple[str, ...]:
    """The rows that are decided."""
    return rows if rows is not None else rows_to_decide(operation.situation(folder), step.name)


def require_own(
    operation: Operation, folder: Folder, step: Step, rows: tuple[str, ...] | None, values: Mapping[str, Any]
) -> None:
    """Whoever decides rows writes in those only."""
    sent = values.get(step.each) if step.each is not None else None
    if not isinstance(sent, list):
        return
    mine = meant(operation, folder, step, rows)
    faults = tuple(_others(step, sent, mine))
    if faults:
        raise forbidden("not_writable", faults[0].says, faults)


def _others(step: Step, sent: list[Any], mine: tuple[str, ...]) -> Iterator[Fault]:
    says = text("This row is not being decided.", "此行不在本次审批中。")
    for index, row in enumerate(sent):
        name = row.get("row") if isinstance(row, dict) else None
        if isinstance(name, str) and name.lower() not in mine:
            yield Fault(f"/values/{step.each}/{index}", "not_writable", says, name)


def require_whole(operation: Operation, folder: Folder, step: Step, rows: tuple[str, ...] | None) -> None:
    """What the step requires must stand in the rows that are decided; others may still be empty."""
    mine = meant(operation, folder, step, rows)
    wanted = frozenset(step.required)
    faults = writing.faults_of(operation, folder, wanted)
    others = tasks.to_fill(operation.connection, folder.id) - wanted  # what a carried record lacks is another's task
    kept = [
        each
        for each in faults
        if each.code != "required"
        or (filling.field_of(each.path) not in others and (each.row is None or each.row in mine))
    ]
    writing.refuse(operation, folder, kept, "/values")
