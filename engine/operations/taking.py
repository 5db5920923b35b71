"""Taking a transition: guards and alternative, effects in order, arrival, and what fires by itself after it.

Used by `acting`, `deciding`, `creating` and by `applying` (effects on other records). Nothing is written down here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from engine.clock import to_stored
from engine.definitions.models import EffectUse
from engine.effects import EffectCall, propose
from engine.effects import outcomes as o
from engine.errors import Refusal, Text, rule, text
from engine.operations import against, applying, numbers, pinning, wording, writing
from engine.operations.folder import Event, Folder, Proposal, stood
from engine.records import tasks
from engine.workflow import arrive, ask_others, edited, look_again, recollect, rule_on, waiting
from engine.workflow import take as step
from engine.workflow.plan import SYSTEM, Approving, Arrival, Decision, Leg, Memory

if TYPE_CHECKING:
    from engine.operations.operation import Operation

DEEPEST = 25
LEFT = "left"
Reached = TypeVar("Reached", Arrival, Decision)
BESIDE = (o.Move, o.Reserve, o.Release, o.Hold, o.Unhold, o.Trace, o.OpenTask, o.Notify, o.Webhook)
"""Outcomes that leave the record's own values as they were; stock is asked for anew by every expression."""


def take(
    operation: Operation,
    folder: Folder,
    action: str,
    *,
    actor: str | None = None,
    on_behalf: str | None = None,
    asks: Mapping[str, Any] | None = None,
    comment: str | None = None,
    because: Text | None = None,
    chosen: tuple[str, ...] | None = None,
) -> None:
    """Take a transition of this record and whatever follows by itself; raises `Refusal` with nothing done."""
    operation.depth += 1
    if operation.depth > DEEPEST:
        raise rule("too_deep", text("One action sets off too many others.", "一次操作引发了过多的后续操作。"))
    who = actor or operation.actor_id
    names = {**(asks or {}), **_chosen(folder, chosen)}
    situation = operation.situation(folder, who, locking=True, asks=names)
    try:
        leg = step(situation, action)
    except Refusal as refusal:
        raise against.located(operation, folder, action, refusal) from refusal
    _leave(operation, folder, leg, who)
    outcomes = perform(operation, folder, leg.effects, asks=names, chosen=chosen)
    folder.proposals.append(Proposal(action, leg.occurrence, outcomes))
    writing.derive(operation, folder)
    folder.state = leg.target
    folder.note(Event(action, who, on_behalf, leg.origin, leg.target, comment, because, asks))
    settle_in(operation, folder)
    operation.depth -= 1


def _chosen(folder: Folder, chosen: tuple[str, ...] | None) -> dict[str, Any]:
    """`chosen`, as expressions name it."""
    if chosen is None:
        return {}
    rows = {row["row"]: row for _, rows in folder.tables() for row in rows}
    return {"chosen": [rows[each] for each in chosen]}


def _leave(operation: Operation, folder: Folder, leg: Leg, who: str) -> None:
    folder.memory = leg.memory
    if not folder.started and leg.target != folder.workflow.start:
        folder.submitted = to_stored(operation.now)
        folder.submitted_by = who
        pinning.pin(operation, folder)
    numbers.give(operation, folder, leg.transition.name)


def perform(
    operation: Operation,
    folder: Folder,
    effects: tuple[EffectUse, ...],
    *,
    asks: Mapping[str, Any] | None = None,
    chosen: tuple[str, ...] | None = None,
    within: str | None = None,
) -> tuple[Any, ...]:
    """Let each effect propose, in order, each seeing what earlier ones proposed; apply it to the working copies."""
    done: list[Any] = []
    environment = None
    for use in effects:
        if environment is None:
            environment, subject = operation.environment(folder, locking=True, asks=asks), folder.subject
        outcomes = tuple(propose(EffectCall(use, folder.form, subject, environment, chosen, within)))
        for each in outcomes:
            follow(operation, applying.apply(operation, folder, each))
        if not all(isinstance(each, BESIDE) for each in outcomes):
            environment = None
        done += outcomes
    return tuple(done)


def follow(operation: Operation, what: applying.Follow | None) -> None:
    """Let happen what an outcome has set off."""
    if what is None:
        return
    if what.changed:
        content_changed(operation, what.folder)
    if what.arrives:
        settle_in(operation, what.folder)
    if what.action:
        take(operation, what.folder, what.action, actor=SYSTEM, because=operation.because)
    if isinstance(what.ruling, o.Decide):
        _rule(operation, what.folder, what.ruling)
    elif what.ruling is not None:
        _ask(operation, what.folder, what.ruling)


def _rule(operation: Operation, folder: Folder, ruling: o.Decide) -> None:
    """*system* decides the open step, because time has passed."""
    approval = folder.memory.approval
    if ruling.verdict == "return":
        remember_agreed(folder)
    decision = rule_on(operation.situation(folder, SYSTEM, locking=True), ruling.verdict, ruling.part, ruling.to)
    step = approval.step if approval and approval.step else ""
    name = f"{step}/{ruling.part}" if ruling.part else step
    folder.memory = decision.memory
    folder.votes += decision.votes
    origin = folder.state
    folder.note(Event(f"{ruling.verdict}:{name}", SYSTEM, None, origin, origin, because=operation.because))
    decision = carried_out(operation, folder, decision)
    folder.memory = decision.memory
    if decision.returned_to is not None:
        folder.state = decision.returned_to
        folder.note(Event("return", SYSTEM, None, origin, folder.state, because=operation.because))
        settle_in(operation, folder)
    elif decision.fire is not None:
        remember_agreed(folder)
        take(operation, folder, decision.fire, actor=SYSTEM, because=decision.because or operation.because)
    else:
        folder.waits = decision.waits


def _ask(operation: Operation, folder: Folder, asked: o.AskOthers) -> None:
    """Others are asked to decide the open step, beside or instead of its people."""
    situation, waits = ask_others(
        operation.situation(folder, SYSTEM, locking=True), f"{operation.firing}.{asked.effect}", asked.part
    )
    folder.memory = situation.memory
    folder.waits = waits


def settle_in(operation: Operation, folder: Folder) -> None:
    """The record has reached a state: find out what waits there, or take what fires at once."""
    before = folder.memory.approval
    arrival = carried_out(operation, folder, arrive(operation.situation(folder, SYSTEM, locking=True)))
    folder.memory = arrival.memory
    folder.waits = arrival.waits
    tell_deciders(operation, folder, before)
    if arrival.fire is not None:
        remember_agreed(folder)
        take(operation, folder, arrival.fire, actor=SYSTEM, because=arrival.because)


def carried_out(operation: Operation, folder: Folder, reached: Reached) -> Reached:
    """Let happen what decided steps say, and look again at what that has decided, until nothing is due."""
    while reached.due:
        folder.memory = reached.memory
        for due in reached.due:
            done = perform(operation, folder, due.effects, chosen=due.rows, within=due.table)
            folder.proposals.append(Proposal(due.step, due.occurrence, done))
        writing.derive(operation, folder)
        again = look_again(operation.situation(folder, SYSTEM, locking=True))
        folder.votes += again.votes
        because = again.because or reached.because
        reached = replace(
            reached, memory=again.memory, waits=again.waits, fire=again.fire, due=again.due, because=because
        )
    return reached


def gone_on(operation: Operation, folder: Folder, because: Text) -> bool:
    """Nobody has voted, but people have left: go on if the votes that there are decide now; says whether they do."""
    approval = folder.memory.approval
    if folder.workflow.states[folder.state].steps is None or approval is None or approval.step is None:
        return False
    decision = look_again(operation.situation(folder, SYSTEM, locking=True))
    if decision.fire is None and not decision.due and decision.memory.approval == approval:
        return False
    folder.note(Event(f"{LEFT}:{approval.step}", SYSTEM, None, folder.state, folder.state, because=because))
    folder.votes += decision.votes
    decision = carried_out(operation, folder, decision)
    folder.memory, folder.waits = decision.memory, decision.waits
    if decision.fire is not None:
        remember_agreed(folder)
        take(operation, folder, decision.fire, actor=SYSTEM, because=decision.because or because)
    return True


def tell_deciders(operation: Operation, folder: Folder, before: Approving | None) -> None:
    """Whoever decided before a return and is not asked again is told that it has come back to whoever returned it."""
    after = folder.memory.approval
    if before is None or after is None or before.resume_at is None or after.resume_at is not None:
        return
    approval = folder.workflow.approvals.get(after.name)
    if approval is None or not approval.tells_deciders or after.round != before.round or after.step is None:
        return
    voted = (person for vote in after.votes if vote.step in after.done for person in (vote.person, vote.on_behalf))
    asked = {person for wait in folder.waits or () for person in wait.people}
    persons = tuple(each for each in dict.fromkeys(voted) if each and each not in (operation.actor_id, *asked))
    folder.tells.append((persons, wording.RESUMED, {}))


def content_changed(operation: Operation, folder: Folder) -> None:
    """Somebody edited the record outside a step: what was approved of it is void, and tasks are for the new content."""
    approval = folder.memory.approval
    if folder.workflow.states[folder.state].steps is None or approval is None or approval.step is None:
        folder.waits = waiting(operation.situation(folder))
        return
    situation = operation.situation(folder, locking=True)
    written = {path for path, _row in folder.wrote}
    begun = look_again(situation) if _supplies(operation, folder, written) else edited(situation, written)
    decision = carried_out(operation, folder, replace(begun, memory=voided_by(folder, begun.memory)))
    folder.memory = decision.memory
    folder.waits = decision.waits
    if decision.fire is not None:
        remember_agreed(folder)
        take(operation, folder, decision.fire, actor=SYSTEM, because=decision.because)


def _supplies(operation: Operation, folder: Folder, written: set[str]) -> bool:
    """Whether only that is filled in of which a task says that it is missing: nobody has decided on anything else."""
    if folder.stored is None or any(stood(folder.stored, path, row) is not None for path, row in folder.wrote):
        return False
    looks = (each for each in tasks.of(operation.connection, folder.id) if each.kind == "look")
    asked = {name for each in looks for name in each.content.split()}
    return bool(written) and written <= asked


def voided_by(folder: Folder, after: Memory) -> Memory:
    """The memory after an edit, with what the votes were given on that it has made void."""
    stored, approval = folder.stored, folder.memory.approval
    if stored is None or approval is None:
        return after
    return recollect.voided(after, approval.votes, {**stored.values, **stored.rows})


def remember_agreed(folder: Folder) -> None:
    """The values of this moment are what was agreed: the approval ended, or it is returned, to whomever.

    A return is decided after this: what is asked anew may be answered at once by what stands, and compared.
    """
    folder.memory = recollect.agree(folder.memory, folder.flat())
