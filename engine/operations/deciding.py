"""Deciding a task: approve, reject, return, comment; one or many. Used by `commands`.

A task is for one content of what its step can see: when the content has changed, the task has ended and a decision on
it meets `conflict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Step
from engine.errors import conflict, forbidden, invalid_at, not_found, text
from engine.operations import acting, asking, bodies, deciding_rows, rights, settling, taking, undoing, writing
from engine.operations.calls import Answer
from engine.operations.folder import Event, Folder
from engine.records import tasks
from engine.records.tasks import Task
from engine.workflow import decide as vote
from engine.workflow import edited, signers
from engine.workflow import writable as workflow_writable
from engine.workflow.deciding import acts_for, writes
from engine.workflow.plan import SYSTEM, Decision, Writable

if TYPE_CHECKING:
    from engine.operations.operation import Operation

VERDICTS = ("approve", "reject", "return")


def decide(operation: Operation, task_id: str, verdict: str, body: Mapping[str, Any]) -> Answer:
    """Decide a task with `{comment?, values?, asks?, to?, rows?}`; answers the small answer of its record."""
    folder = prepare(operation, task_id, verdict, body)
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))


def prepare(operation: Operation, task_id: str, verdict: str, body: Mapping[str, Any]) -> Folder:
    """Everything up to the point of writing down."""
    bodies.only(body, bodies.SENT["return"])
    task, folder = _open(operation, task_id)
    if verdict not in VERDICTS or task.kind != "decide":
        raise not_found()
    if task.ended is not None:  # its step may be no more: the record was carried over meanwhile
        acting.require_revision(folder, bodies.revision(body))
        raise conflict("task_done", text("This task is done already.", "该任务已处理。"))
    step = step_of(folder, task)
    to = body.get("to") if isinstance(body.get("to"), str) else body.get("step")
    to = to if isinstance(to, str) else None
    rows = deciding_rows.named(step, body)
    _may(operation, folder, task, verdict, to, rows)
    acting.require_revision(folder, bodies.revision(body))
    words = bodies.comment(body)
    whom, writes = _acting(operation, folder, task)
    asked = asking.asked_by(folder.workflow, f"{verdict}:{signers.name(task.step, task.part)}")
    answered = asking.answers(operation, folder, asked if writes else {}, bodies.mapping(body, "asks"))
    values = bodies.mapping(body, "values")
    deciding_rows.require_own(operation, folder, step, rows, values)
    voided = _edit(operation, folder, task, values) if values else None
    if verdict == "approve" and step.each is not None:
        deciding_rows.require_whole(operation, folder, step, rows)
    elif verdict == "approve" and writes:
        # what a carried record lacks is another's task, unless this very step requires it
        others = tasks.to_fill(operation.connection, folder.id)
        writing.require_whole(operation, folder, "/values", step.required, but=others - frozenset(step.required))
    before, state, proposed = folder.memory, folder.state, len(folder.proposals)
    decision = voided if voided and voided.fire else _cast(operation, folder, task, verdict, words, to, rows)
    name = f"{verdict}:{signers.name(task.step, task.part)}"
    folder.note(Event(name, operation.actor_id, whom, folder.state, folder.state, words, None, answered))
    _counted(operation, folder, decision, task)
    _go_on(operation, folder, decision, words)
    taking.tell_deciders(operation, folder, before.approval)
    if verdict != "return":
        undoing.remember(operation, folder, task, before, state, proposed)
    return folder


def _acting(operation: Operation, folder: Folder, task: Task) -> tuple[str | None, bool]:
    """For whom the actor decides, if not for himself; whether he is asked by the definition, not added to sign."""
    situation = operation.situation(folder)
    whom = acts_for(situation, task.step, task.part)
    own = None if whom == operation.actor_id else whom
    return own, writes(situation, operation.actor_id, task.step, task.part)


def _edit(operation: Operation, folder: Folder, task: Task, values: Mapping[str, Any]) -> Decision:
    """What the step lets its decider write; votes of siblings that bind it are void, which may itself decide."""
    writing.patch(operation, folder, values, _step_writable(operation, folder, task), "/values")
    writing.derive(operation, folder, "/values")
    paths = {path for path, _row in folder.wrote}
    decision = edited(operation.situation(folder, locking=True), paths, task.step, task.part)
    folder.memory = taking.voided_by(folder, decision.memory)
    return replace(decision, memory=folder.memory)


def comment(operation: Operation, task_id: str, body: Mapping[str, Any]) -> Answer:
    """Say something about a task's record; history keeps it."""
    bodies.only(body, {"comment"})
    _task, folder = _open(operation, task_id)
    words = bodies.comment(body)
    if not words:
        raise invalid_at("/comment", "required", text("Please write something.", "请填写内容。"))
    folder.note(Event("comment", operation.actor_id, None, folder.state, folder.state, words))
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))


def _open(operation: Operation, task_id: str) -> tuple[Task, Folder]:
    """The task and its record, locked; refused as not there when the record may not be seen."""
    first = tasks.get(operation.connection, task_id)
    if first is None:
        raise not_found()
    folder = operation.open(first.form, first.record, lock=True)
    rights.require_seen(operation, folder)
    task = tasks.get(operation.connection, task_id)
    if task is None:
        raise not_found()
    return task, folder


def step_of(folder: Folder, task: Task) -> Step:
    """The step (or part) that a task stands for."""
    for approval in folder.workflow.approvals.values():
        step = approval.steps.get(task.step)
        if step is not None:
            part = step.parts.get(task.part) if task.part else None
            return part or step
    raise not_found()


def _step_writable(operation: Operation, folder: Folder, task: Task) -> Writable:
    allowed = workflow_writable(operation.situation(folder), operation.actor_id, step=task.step, part=task.part)
    return rights.seen_only(operation, folder, allowed)


def _may(
    operation: Operation, folder: Folder, task: Task, verdict: str, to: str | None, rows: tuple[str, ...] | None
) -> None:
    """Refuse who may not decide this now, before anything that was sent is looked at."""
    if not rights.may_decide(operation, folder, verdict):
        raise forbidden()
    vote(operation.situation(folder), task.step, task.part, verdict, to=to, rows=rows)


def _counted(operation: Operation, folder: Folder, decision: Decision, task: Task) -> None:
    """A line of its own for each vote that counts again in a later step (`same_person: acts_once`)."""
    for each in decision.votes:
        if (each.step, each.part) != (task.step, task.part) and each.row is None:
            name = f"{each.step}/{each.part}" if each.part else each.step
            behalf = each.on_behalf
            because = decision.because
            folder.note(Event(f"{each.verdict}:{name}", each.person, behalf, folder.state, folder.state, None, because))


def _cast(
    operation: Operation,
    folder: Folder,
    task: Task,
    verdict: str,
    words: str | None,
    to: str | None,
    rows: tuple[str, ...] | None,
) -> Decision:
    if verdict == "return":
        taking.remember_agreed(folder)
    situation = operation.situation(folder, locking=True)
    decision = vote(situation, task.step, task.part, verdict, to=to, rows=rows)
    folder.memory = decision.memory
    folder.votes += decision.votes
    folder.voted_on = (task.id, task.content, words)
    return decision


def _go_on(operation: Operation, folder: Folder, given: Decision, words: str | None) -> None:
    decision = taking.carried_out(operation, folder, given)
    folder.memory = decision.memory
    if decision.returned_to is not None:
        origin = folder.state
        folder.state = decision.returned_to
        if folder.state != origin:
            folder.returned = {"by": operation.actor_id, **({"words": words} if words else {})}
        folder.note(Event("return", SYSTEM, None, origin, folder.state))
        taking.settle_in(operation, folder)
    elif decision.fire is not None:
        taking.remember_agreed(folder)
        taking.take(operation, folder, decision.fire, actor=SYSTEM, because=decision.because)
    else:
        folder.waits = decision.waits


def bulk_ids(verdict: str, body: Mapping[str, Any]) -> list[str]:
    """The tasks that a bulk decision names."""
    if verdict not in ("approve", "reject"):
        raise not_found()
    bodies.only(body, {"ids", "comment"})
    return acting.bulk_ids(body)
