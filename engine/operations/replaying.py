"""A record handed in again, under a definition that somebody would publish or under its own: nothing of it stays.

Used by `weighing` for records that are over: who would have had to approve, and where it would have come to at once.
It is asked with what the record holds at the end and with the people of today, of both versions alike; effects are left
out, since the stock of today is not that of then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import Refusal, Text, forbidden, text
from engine.operations import rights, taking, writing
from engine.operations.expecting import Expecting, Line
from engine.records.filling_faults import field_of
from engine.workflow import arrive, look_again, recollect
from engine.workflow import take as step
from engine.workflow.plan import SYSTEM, Arrival, Memory

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


@dataclass(frozen=True, slots=True)
class Replay:
    """Where a record would come to by being handed in, or why it would be refused."""

    state: str
    step: str | None
    route: tuple[Line, ...]
    missing: tuple[str, ...] = ()
    """What would have to be filled in first; the route is told as if it were."""
    refused: Text | None = None
    code: str | None = None


GONE = text("The action with which it was handed in is no more.", "提交时所用的操作已不存在。")


def handed_in(folder: Folder) -> tuple[str, str] | None:
    """The action by which a record left its start, and who took it; None where nobody did."""
    flow, memory = folder.workflow, folder.memory
    for each in flow.leaving(flow.start):
        leaves = any(alternative.state != flow.start for alternative in each.to)
        if leaves and memory.occurrences.get(each.name):
            doers = memory.did.get(each.name) or ()
            return each.name, folder.submitted_by or (doers[0] if doers else SYSTEM)
    return None


def replayed(expecting: Expecting, folder: Folder, action: str, actor: str) -> Replay:
    """Hand a record in again, as the definition of its working copy has it; the copy is used up by it."""
    operation, flow = expecting.operation, folder.workflow
    folder.state, folder.memory, folder.waits = flow.start, Memory(), None
    folder.ready = folder.lived = False
    if action not in flow.transitions:
        return Replay(flow.start, None, (), (), GONE, "action_gone")
    try:
        if not rights.person_may(operation, folder, action, actor):
            raise forbidden()
        writing.derive(operation, folder)
        missing = _missing(operation, folder, action)
        _taken(operation, folder, action, actor)
    except Refusal as refusal:
        first = refusal.faults[0] if refusal.faults else None
        code = refusal.rule or (first.code if first else refusal.code)
        return Replay(folder.state, None, (), (), first.says if first else refusal.says, code)
    approval = folder.memory.approval
    return Replay(folder.state, approval.step if approval else None, expecting.route(folder), missing)


def _missing(operation: Operation, folder: Folder, action: str) -> tuple[str, ...]:
    """What is required and empty; whatever else is wrong with the record refuses it."""
    wanted = frozenset(writing.required_of(folder, action))
    faults = list(writing.faults_of(operation, folder, wanted, deciding=False))
    writing.refuse(operation, folder, [each for each in faults if each.code != "required"], "")
    return tuple(dict.fromkeys(field_of(each.path) for each in faults if each.code == "required"))


def _taken(operation: Operation, folder: Folder, action: str, actor: str) -> None:
    """The leg, and whatever follows by itself."""
    for _ in range(taking.DEEPEST):
        leg = step(operation.situation(folder, actor), action)
        folder.memory, folder.state = leg.memory, leg.target
        reached = _arrived(operation, folder)
        folder.memory, folder.waits = reached.memory, reached.waits
        if reached.fire is None:
            return
        folder.memory = recollect.agree(folder.memory, folder.flat())
        action, actor = reached.fire, SYSTEM


def _arrived(operation: Operation, folder: Folder) -> Arrival:
    """What it meets there; what decided steps would do is left out."""
    reached = arrive(operation.situation(folder, SYSTEM))
    for _ in range(taking.DEEPEST):
        if not reached.due:
            break
        folder.memory = reached.memory
        again = look_again(operation.situation(folder, SYSTEM))
        reached = replace(reached, memory=again.memory, waits=again.waits, fire=again.fire, due=again.due)
    return reached
