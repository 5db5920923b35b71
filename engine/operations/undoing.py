"""Taking a decision back: within its time, and as long as nothing has followed from it. Used by `commands`.

History keeps both lines and the vote stays a fact. What the decider had written stays written; his word is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Approval
from engine.errors import Refusal, forbidden, not_found, rule, text
from engine.operations import acting, bodies, moving, presenting, rights, settling, trails
from engine.operations.calls import Answer
from engine.operations.folder import Event, Folder
from engine.records import journal, links, votes
from engine.records.tasks import Task
from engine.workflow import moves, signers, waiting
from engine.workflow.plan import SYSTEM, Memory

if TYPE_CHECKING:
    from engine.operations.operation import Operation

ENOUGH = 200


def remember(operation: Operation, folder: Folder, task: Task, before: Memory, state: str, proposed: int) -> None:
    """Keep what brings the record back to before the actor's decision, where the approval says that it may be."""
    approval = moving.approval_of(folder, task)
    if approval is None or approval.may.take_back is None:
        return
    settling.remember(folder, operation)
    fired = folder.state != state or folder.memory.approval is None or folder.memory.approval.step is None
    gave_back = trails.gave_up(folder) and bool(links.of(operation.connection, folder.id))
    followed = gave_back or any(each.outcomes for each in folder.proposals[proposed:])
    situation = operation.situation(folder)
    folder.memory = moves.undoable(situation, before, state, task.id, fired=fired, followed=followed)


def take_back(operation: Operation, task_id: str, body: Mapping[str, Any]) -> Answer:
    """`{comment?}`: my decision on a task is as if it had not been; the task opens again, with another id."""
    bodies.only(body, bodies.SENT["take_back"])
    task, folder = moving.opened(operation, task_id)
    approval = moving.approval_of(folder, task)
    if approval is None or approval.may.take_back is None:
        raise not_found()
    if not _decided(operation, folder, task) or not rights.may_decide(operation, folder, moves.TAKE_BACK):
        raise forbidden()
    acting.require_revision(folder, bodies.revision(body))
    words = bodies.comment(body)
    origin = folder.state
    try:
        folder.memory, folder.state = moves.take_back(operation.situation(folder), approval, task.id)
    except Refusal as refusal:
        raise _named(operation, folder, task, refusal) from refusal
    name = f"{moves.TAKE_BACK}:{signers.name(task.step, task.part)}"
    folder.note(Event(name, operation.actor_id, None, origin, folder.state, words))
    folder.reopens = True
    folder.waits = waiting(operation.situation(folder, SYSTEM, locking=True))
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))


def _decided(operation: Operation, folder: Folder, task: Task) -> bool:
    cast = votes.of(operation.connection, folder.id)
    return any(each.task == task.id and each.person == operation.actor_id for each in cast)


def _named(operation: Operation, folder: Folder, task: Task, refusal: Refusal) -> Refusal:
    """Who acted after the decision, if somebody did: “Wang Lei has acted since.”"""
    if refusal.code != "followed":
        return refusal
    who = _since(operation, folder, task)
    if who is None:
        return refusal
    known = presenting.person(operation, who) or {}
    name = str(known.get("title") or known.get("code") or "")
    says = text(f"{name} has acted since.", f"{name} 已在其后处理。")
    named = rule("followed", says)
    return Refusal(named.kind, named.code, says, rule=named.rule, who=[name])


def _since(operation: Operation, folder: Folder, task: Task) -> str | None:
    """The last other person who did anything but speak after the actor's vote on this task."""
    mine = [each.seq for each in votes.of(operation.connection, folder.id) if each.task == task.id]
    after = max(mine, default=0)
    lines = journal.read(operation.connection, folder.id, limit=ENOUGH)
    acted = [
        each.actor
        for each in lines
        if each.seq > after and each.actor not in (SYSTEM, operation.actor_id) and each.action != "comment"
    ]
    return acted[0] if acted else None


def offered(operation: Operation, folder: Folder) -> dict[str, Any] | None:
    """`{task, step, part?, until}` of my decision as long as it may be taken back."""
    undo = folder.memory.undo
    approval = _approval(folder)
    if undo is None or approval is None or approval.may.take_back is None or undo.person != operation.actor_id:
        return None
    if not rights.may_decide(operation, folder, moves.TAKE_BACK):
        return None
    try:
        moves.take_back(operation.situation(folder), approval, undo.task)
    except Refusal:
        return None
    until = datetime.fromisoformat(undo.at) + timedelta(seconds=approval.may.take_back.within)
    return {"task": undo.task, "until": until.isoformat()}


def _approval(folder: Folder) -> Approval | None:
    kept = folder.memory.approval
    return folder.workflow.approvals.get(kept.name) if kept is not None else None
