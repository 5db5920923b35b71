"""What whoever has a task may do beside deciding it: hand it over, add a signer, nudge; and what tasks tell of it.

Used by `commands` and `inbox`. The workflow says who may and whom; here it is asked whether he sees the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Approval, People
from engine.errors import Kind, Refusal, forbidden, invalid_at, not_found, rule, text
from engine.operations import acting, bodies, commenting, presenting, reasons, rights, settling, taking, wording
from engine.operations.calls import Answer
from engine.operations.folder import Event, Folder
from engine.records import tasks
from engine.records.tasks import Task
from engine.workflow import moves, signers
from engine.workflow import waiting as waits_now
from engine.workflow.deciding import acts_for
from engine.workflow.plan import SYSTEM, Decision, Situation

if TYPE_CHECKING:
    from engine.operations.operation import Operation

Move = Callable[[Situation], Decision]
TOLD = {moves.HAND_OVER: wording.HANDED, moves.ADD_SIGNER: wording.ADDED}
"""By which notice whoever is asked now is told."""


def hand_over(operation: Operation, task_id: str, body: Mapping[str, Any]) -> Answer:
    """`{to, comment?}`: somebody else is asked in my place."""
    bodies.only(body, bodies.SENT[moves.HAND_OVER])
    task, folder = opened(operation, task_id)
    to = _to(body)
    return _move(operation, folder, task, moves.HAND_OVER, body, to, lambda s: moves.hand_over(s, *_at(task), to))


def add_signer(operation: Operation, task_id: str, body: Mapping[str, Any]) -> Answer:
    """`{to, where, comment?}`: somebody else must agree too: before me, after me, or beside me."""
    bodies.only(body, bodies.SENT[moves.ADD_SIGNER])
    task, folder = opened(operation, task_id)
    to, where = _to(body), body.get("where", "beside")

    def move(situation: Situation) -> Decision:
        return moves.add_signer(situation, *_at(task), to, where if isinstance(where, str) else "")

    return _move(operation, folder, task, moves.ADD_SIGNER, body, to, move, where=str(where))


def remove_signer(operation: Operation, task_id: str, body: Mapping[str, Any]) -> Answer:
    """`{to, comment?}`: a signer whom I added and who has not answered need not agree any more."""
    bodies.only(body, bodies.SENT[moves.REMOVE_SIGNER])
    task, folder = opened(operation, task_id)
    to = _to(body)

    def move(situation: Situation) -> Decision:
        return moves.remove_signer(situation, *_at(task), to)

    return _move(operation, folder, task, moves.REMOVE_SIGNER, body, to, move, seen=False)


def _move(
    operation: Operation,
    folder: Folder,
    task: Task,
    word: str,
    body: Mapping[str, Any],
    to: str,
    move: Move,
    *,
    where: str | None = None,
    seen: bool = True,
) -> Answer:
    """In the order of the contract: the right, the revision, whether it is done already, whom, then the rules."""
    approval = approval_of(folder, task)
    if approval is None or _declared(approval, word) is None:
        raise not_found()
    if not rights.may_decide(operation, folder, word) or not _may_ever(operation, folder, task):
        raise forbidden()
    acting.require_revision(folder, bodies.revision(body))
    if task.ended is not None:
        raise task_done()
    words = bodies.comment(body)
    if seen and not (to in operation.directory.persons and commenting.sees(operation, folder, to)):
        says = text("Nobody of that name sees this record.", "没有可查看此单据的该人员。")
        raise invalid_at("/to", "unknown_person", says)
    try:
        decision = move(operation.situation(folder, locking=True))
    except Refusal as refusal:
        raise _naming(operation, folder, refusal, approval, word) from refusal
    folder.memory = decision.memory
    told = {"to": to, **({"where": where} if where else {})}
    name = f"{word}:{signers.name(task.step, task.part)}"
    folder.note(Event(name, operation.actor_id, None, folder.state, folder.state, words, told=told))
    if decision.fire is not None:
        taking.remember_agreed(folder)
        taking.take(operation, folder, decision.fire, actor=SYSTEM, because=decision.because)
    else:
        folder.waits = decision.waits
    if word in TOLD:
        params = {"by": operation.actor_id, **({"words": words} if words else {})}
        folder.tells.append(((to,), TOLD[word], params))
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))


def _naming(operation: Operation, folder: Folder, refusal: Refusal, approval: Approval, word: str) -> Refusal:
    """A refusal of whom, with those who could be chosen."""
    if not any(each.code == "not_among" for each in refusal.faults):
        return refusal
    among: tuple[People, ...] = _declared(approval, word).to
    who = [reasons.people(reasons.sayer(operation, folder), among)]
    return Refusal(refusal.kind, refusal.code, refusal.says, faults=refusal.faults, who=who)


def _declared(approval: Approval, word: str) -> Any:
    """What an approval says of a move; None when it is closed."""
    may = approval.may
    return {moves.HAND_OVER: may.hand_over, moves.NUDGE: may.nudge}.get(word, may.add_signer)


def _may_ever(operation: Operation, folder: Folder, task: Task) -> bool:
    """Whether the actor is asked now, or the task is over: then it is said so, unless it never was his."""
    if task.ended is not None:
        return True
    found = moves.offered(operation.situation(folder), *_at(task))
    return bool(set(found) - {moves.NUDGE}) or _waits_his_turn(operation, folder, task)


def _waits_his_turn(operation: Operation, folder: Folder, task: Task) -> bool:
    return moves.involved(operation.situation(folder), *_at(task))


def _to(body: Mapping[str, Any]) -> str:
    if not isinstance(body.get("to"), str) or not body["to"]:
        raise invalid_at("/to", "required", text("Please choose a person.", "请选择人员。"))
    return str(body["to"])


def _at(task: Task) -> tuple[str, str | None]:
    return task.step, task.part


def opened(operation: Operation, task_id: str, *, lock: bool = True) -> tuple[Task, Folder]:
    """A task to be decided and its record, locked; refused as not there when the record may not be seen."""
    first = tasks.get(operation.connection, task_id)
    if first is None:
        raise not_found()
    folder = operation.open(first.form, first.record, lock=lock)
    rights.require_seen(operation, folder)
    task = tasks.get(operation.connection, task_id)
    if task is None or task.kind != "decide":
        raise not_found()
    return task, folder


def approval_of(folder: Folder, task: Task) -> Approval | None:
    """The approval that a task belongs to."""
    return next((each for each in folder.workflow.approvals.values() if task.step in each.steps), None)


def task_done() -> Refusal:
    """The task has ended."""
    return Refusal(Kind.CONFLICT, "task_done", text("This task is done already.", "该任务已处理。"))


# -- nudging ---------------------------------------------------------------------------------------------------------


def nudge(operation: Operation, task_id: str, body: Mapping[str, Any]) -> Answer:
    """`{comment?}`: those who are asked are told that somebody waits; not more often than is declared."""
    bodies.only(body, bodies.SENT[moves.NUDGE])
    task, folder = opened(operation, task_id)
    approval = approval_of(folder, task)
    if approval is None or approval.may.nudge is None:
        raise not_found()
    situation = operation.situation(folder)
    if not moves.may_nudge(situation, approval) or not rights.may_decide(operation, folder, moves.NUDGE):
        raise forbidden()
    acting.require_revision(folder, bodies.revision(body))
    if task.ended is not None:
        raise task_done()
    words = bodies.comment(body)
    name = signers.name(task.step, task.part)
    last = folder.memory.nudged.get(name)
    wait = timedelta(seconds=approval.may.nudge.every)
    if last is not None and operation.now - datetime.fromisoformat(last) < wait:
        says = text("They have been reminded not long ago.", "刚刚已催办过，请稍后再试。")
        raise rule("nudged_lately", says)
    folder.memory = moves.nudged(folder.memory, name, operation.now)
    asked = [each for each in waits_now(situation) if (each.step, each.part) == _at(task)]
    persons = tuple(person for each in asked for person in each.people if person != operation.actor_id)
    params = {"by": operation.actor_id, **({"words": words} if words else {})}
    folder.tells.append((persons, wording.NUDGED, params))
    folder.note(Event(f"{moves.NUDGE}:{name}", operation.actor_id, None, folder.state, folder.state, words))
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))


# -- what tasks tell -------------------------------------------------------------------------------------------------


def offered(operation: Operation, folder: Folder, task: Task) -> list[str]:
    """What the actor may do with a task now: what would be accepted, as far as the policy lets him."""
    found = moves.offered(operation.situation(folder), *_at(task))
    return [each for each in found if rights.may_decide(operation, folder, each)]


def told(operation: Operation, folder: Folder, task: Task) -> dict[str, Any]:
    """`for`: in whose name the actor would decide; `handed`, `added`: who gave it to whom, who was added by whom;
    `places`: where a signer may be added."""
    approval, approving = approval_of(folder, task), folder.memory.approval
    if task.kind != "decide" or approval is None or approving is None:
        return {"for": None, "handed": [], "added": [], "places": []}
    step = approval.steps[task.step]
    part = step.parts.get(task.part) if task.part else None
    situation = operation.situation(folder)
    principal = acts_for(situation, task.step, task.part)
    own = principal in (None, operation.actor_id)
    return {
        "for": None if own else presenting.person(operation, principal),
        "handed": [handed(operation, each) for each in signers.handed(approving, step, part)],
        "places": list(approval.may.add_signer.where) if approval.may.add_signer else [],
        "added": [
            added(operation, each, signers.said(approving, step, part, each.person))
            for each in signers.added(approving, step, part)
        ],
    }


def handed(operation: Operation, each: tuple[str, str]) -> dict[str, Any]:
    """Who gave his task to whom."""
    return {"from": presenting.person(operation, each[0]), "to": presenting.person(operation, each[1])}


def added(operation: Operation, each: Any, said: str | None) -> dict[str, Any]:
    """Who was added by whom, where, and what he said."""
    person, by = presenting.person(operation, each.person), presenting.person(operation, each.by)
    return {"person": person, "by": by, "where": each.where, "said": said}


def people(operation: Operation, task_id: str, query: Mapping[str, str]) -> Answer:
    """To whom I may hand a task over, or whom I may add (`move=add_signer`), by a part of name or account."""
    task, folder = opened(operation, task_id, lock=False)
    approval, move = approval_of(folder, task), query.get("move", moves.HAND_OVER)
    declared = _declared(approval, move) if approval is not None and move != moves.NUDGE else None
    found = _fitting(operation, folder, task, move, query.get("q", "").strip().casefold()) if declared else iter(())
    items = [
        {"id": each.id, "code": each.account, "title": each.name} for each in islice(found, commenting.MOST_PEOPLE)
    ]
    return Answer(200, {"items": items, "next": None})


def _fitting(operation: Operation, folder: Folder, task: Task, move: str, sought: str) -> Iterator[Any]:
    situation = operation.situation(folder)
    for person in commenting.readers(operation, folder, sought):
        try:
            if move == moves.HAND_OVER:
                moves.hand_over(situation, *_at(task), person.id)
            else:
                moves.add_signer(situation, *_at(task), person.id, _first_place(folder, task))
        except Refusal:
            continue
        yield person


def _first_place(folder: Folder, task: Task) -> str:
    approval = approval_of(folder, task)
    signer = approval.may.add_signer if approval else None
    return signer.where[0] if signer else ""
