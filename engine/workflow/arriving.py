"""`arrive`: what a record meets in the state it has reached; `waiting`: what it waits for now. Used by operations."""

from __future__ import annotations

from dataclasses import replace

from engine.definitions.models import Approval
from engine.errors import text
from engine.workflow import course, duties, foresight, people
from engine.workflow.plan import Approving, Arrival, Situation, Wait


def arrive(situation: Situation) -> Arrival:
    """After a leg (or a return): begin the approval of the state, or say who is expected to act.

    The situation has the state that was reached and the leg's memory. Raises `Refusal` when the first step, or a
    later one that is sure to come, finds nobody, or a condition is empty: then the submission is refused.
    """
    approval = course.approval_of(situation)
    if approval is None:
        return Arrival(expected(situation), None, None, situation.memory)
    begun = _begun(situation, approval)
    stand = course.proceed(begun, approval, entering=True)
    if stand.fire is None:
        foresight.require_people(begun, approval)
    return Arrival(stand.waits, stand.fire, stand.because, stand.situation.memory, stand.due)


def waiting(situation: Situation) -> tuple[Wait, ...]:
    """What the record waits for now, with the people of this moment. Begins nothing and decides nothing."""
    approval, approving = course.approval_of(situation), situation.memory.approval
    if approval is None:
        return expected(situation)
    if approving is None or approving.step is None:
        return ()
    return course.waits(situation, approval, approval.steps[approving.step])


def expected(situation: Situation) -> tuple[Wait, ...]:
    """One wait for each action that the state expects, with those who may take it."""
    state = situation.workflow.states[situation.state]
    waits: list[Wait] = []
    for action in state.expects:
        transition = situation.workflow.transitions[action]
        found = [
            person
            for person in people.find(transition.by, situation)
            if duties.broken_duty(situation, person, [action]) is None
        ]
        who = people.words(transition.by)
        waits.append(
            Wait(
                kind="expects",
                step=action,
                part=None,
                actions=(action,),
                ask=tuple(each for each in transition.by if each.kind != "system"),
                people=tuple(found),
                because=text(f"Expects {who}.", f"等待 {who}。"),
            )
        )
    return tuple(waits)


def _begun(situation: Situation, approval: Approval) -> Situation:
    """The approval at its beginning; after a return to the submitter, at the step of whoever returned it."""
    before = situation.memory.approval
    resumes = before is not None and before.name == approval.name and before.resume_at is not None
    if before is not None and resumes and not course.all_again(situation, approval):
        approving = replace(before, step=None, resume_at=None)
    else:
        approving = Approving(
            name=approval.name,
            entered_from=situation.memory.came_from or situation.workflow.start,
            round=before.round + 1 if before is not None else 1,
            step=None,
        )
    if approval.route == "fixed_at_submission":
        approving = replace(approving, route=course.route_now(situation, approval))
    return course.with_approving(situation, approving)
