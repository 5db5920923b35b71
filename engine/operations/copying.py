"""`cc`: who is told of a step or an approval, and may read the record from then on. Used by `settling`.

Whoever is copied in reads this one record wherever it belongs, if the policy lets him see records of its form at all,
and only the fields that he would see in his own. It opens where, never what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.definitions.models import Approval, Copy, Step
from engine.operations import wording
from engine.operations.folder import Folder
from engine.workflow import memory as memories
from engine.workflow.people import find
from engine.workflow.plan import SYSTEM, Approving

if TYPE_CHECKING:
    from engine.operations.operation import Operation

ASKED, APPROVED, REFUSED, RETURNED = "asked", "approved", "refused", "returned"


def note(operation: Operation, folder: Folder) -> None:
    """Tell those who are copied in on what has just happened, and remember that they may read it."""
    approvals = [each for each in folder.workflow.approvals.values() if _any(each)]
    if not approvals or folder.discarded:
        return
    before = memories.from_json(folder.stored.memory).approval if folder.stored else None
    for approval in approvals:
        for copy, moment in _copies(folder, approval, before):
            persons = find(copy.to, operation.situation(folder))
            if persons:
                readers = tuple(dict.fromkeys((*folder.memory.readers, *persons)))
                folder.memory = replace(folder.memory, readers=readers)
                folder.tells.append((persons, wording.COPIED, {"moment": moment}))


def _any(approval: Approval) -> bool:
    return bool(approval.cc) or any(
        step.cc or any(part.cc for part in step.parts.values()) for step in approval.steps.values()
    )


def _copies(folder: Folder, approval: Approval, before: Approving | None) -> Iterator[tuple[Copy, str]]:
    """Each `cc` whose moment has come, once."""
    after = folder.memory.approval
    for moment in _of_approval(folder, approval, before, after):
        yield from ((copy, moment) for copy in approval.cc.values() if moment in copy.at)
    for step in approval.steps.values():
        for moment in _of_step(folder, approval, step, before, after):
            for unit in (step, *step.parts.values()):
                yield from ((copy, moment) for copy in unit.cc.values() if moment in copy.at)


def _fired(folder: Folder, transition: str) -> bool:
    return any(each.action == transition and each.person == SYSTEM for each in folder.events)


def _returned(folder: Folder) -> bool:
    return any(each.action.partition(":")[0] == "return" for each in folder.events)


def _of_approval(
    folder: Folder, approval: Approval, before: Approving | None, after: Approving | None
) -> Iterator[str]:
    if after is not None and after.name == approval.name:
        if after.step is not None and (before is None or before.step is None or before.round != after.round):
            yield ASKED
        if _returned(folder):
            yield RETURNED
    if _fired(folder, approval.approved):
        yield APPROVED
    if _fired(folder, approval.refused):
        yield REFUSED


def _of_step(
    folder: Folder, approval: Approval, step: Step, before: Approving | None, after: Approving | None
) -> Iterator[str]:
    if after is None or after.name != approval.name:
        return
    same = before if before is not None and before.round == after.round else None
    if after.step == step.name and (same is None or same.step != step.name):
        yield ASKED
    if step.name in after.done and (same is None or step.name not in same.done):
        yield APPROVED
    if same is not None and same.step == step.name:
        if _fired(folder, approval.refused):
            yield REFUSED
        if _returned(folder):
            yield RETURNED
