"""`decide`: one person's word on one step or part, and what it comes to. Used by operations.

Also `look_again` (people or data have changed: is it decided by that?) and `edited` (what was approved has changed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.definitions.models import Approval, Step
from engine.errors import Refusal, conflict, forbidden, invalid_at, not_found, rule, text
from engine.workflow import course, duties, panel, parting, rowwise, seats, signers
from engine.workflow import memory as memories
from engine.workflow.plan import SYSTEM, Approving, Decision, Situation, Vote

EARLIER = "earlier"


def decide(
    situation: Situation,
    step: str,
    part: str | None,
    verdict: str,
    on_behalf: str | None = None,
    to: str | None = None,
    rows: Iterable[str] | None = None,
) -> Decision:
    """The actor approves, rejects or returns, in his own name if he is asked, else for whom he stands in for.

    Raises `Refusal`. `on_behalf` says for whom when there are several.

    `verdict`: `approve`, `reject`, or `return` with `to` (`submitter`, or the name of an earlier step). Of a step that
    is taken row by row, `rows` are decided; None: all that he may decide now.
    """
    approval, step_asked, part_asked = opened(situation, step, part)
    if verdict not in (*course.VERDICTS, "return"):
        raise not_found()
    before = len(course.approving_of(situation).votes)
    if step_asked.each is None:
        votes = [_vote(situation, approval, step_asked, part_asked, verdict, on_behalf)]
    else:
        decided = _rows(situation, approval, step_asked, on_behalf, rows)
        votes = [
            _vote(rowwise.at(situation, step_asked.each, row), approval, step_asked, None, verdict, on_behalf)
            for row in decided
        ]
    if verdict == "return":
        whom = votes[0].on_behalf if votes else on_behalf
        return sent_back(situation, approval, step_asked, part_asked, whom, to or "submitter")
    return _decision(course.proceed(course.with_votes(situation, votes), approval), before)


def _vote(
    situation: Situation, approval: Approval, step: Step, part: Step | None, verdict: str, on_behalf: str | None
) -> Vote:
    """The actor's vote on a step, a part or a row, in his own name or for whom he stands in for."""
    principal = _admit(situation, approval, step, part, on_behalf)
    signer = seats.is_signer(situation, approval, step, part, principal)
    whom = None if principal == situation.actor else principal
    return Vote(step.name, part.name if part else None, situation.actor, verdict, whom, situation.row, signer)


def _decision(stand: course.Stand, before: int) -> Decision:
    """What an approval has come to, with the votes that came since there were `before`."""
    votes = course.approving_of(stand.situation).votes[before:]
    return Decision(votes, stand.situation.memory, stand.waits, stand.fire, stand.because, due=stand.due)


def _rows(
    situation: Situation, approval: Approval, step: Step, on_behalf: str | None, rows: Iterable[str] | None
) -> tuple[str, ...]:
    """The rows that the actor decides: those that he names, each of which he must be able to; else all such."""
    waiting = {row for each, found in rowwise.asked(situation, approval, step) if each == step for row in found}
    if rows is None:
        mine = _mine(situation, approval, step, on_behalf or situation.actor)
        for row in mine or tuple(waiting)[:1]:
            _admit(rowwise.at(situation, step.each, row), approval, step, None, on_behalf)
        return mine
    named = tuple(dict.fromkeys(rows))
    if not named:
        raise invalid_at("/rows", "required", text("Name the rows.", "请指明行。"))
    known = rowwise.rows_of(situation, step.each)
    for index, row in enumerate(named):
        if row not in known:
            raise invalid_at(f"/rows/{index}", "unknown_row", text("There is no such row.", "没有这一行。"))
        if row not in waiting:
            raise done()
    return named


def rows_to_decide(situation: Situation, step: str) -> tuple[str, ...]:
    """The rows that the actor can decide now in a step that is taken row by row."""
    approval, asked, _part = opened(situation, step, None)
    return _mine(situation, approval, asked, situation.actor)


def _mine(situation: Situation, approval: Approval, step: Step, person: str) -> tuple[str, ...]:
    asked = (rows for each, rows in rowwise.asked(situation, approval, step) if each == step)
    return tuple(row for rows in asked for row, people in rows.items() if person in people)


def look_again(situation: Situation) -> Decision:
    """Nobody votes, but people or data have changed: who is waited for now, or what that has decided."""
    approval, approving = course.approval_of(situation), situation.memory.approval
    if approval is None or approving is None:
        raise done()
    return _decision(course.proceed(situation, approval), len(approving.votes))


def edited(situation: Situation, paths: Iterable[str], step: str | None = None, part: str | None = None) -> Decision:
    """What was approved has changed while the approval goes on. Votes that no longer fit are void.

    An edit of a step's own decider voids only the votes of siblings that say `binds` for one of `paths`; any other edit
    begins the approval again, in a new round.
    """
    approval, approving = course.approval_of(situation), situation.memory.approval
    if approval is None or approving is None or approving.step is None:
        raise done()
    written, current = set(paths), approval.steps[approving.step]
    if step is None:
        kept: tuple[Vote, ...] = ()
        fresh = replace(
            Approving(approving.name, approving.entered_from, approving.round + 1, step=None),
            handed=approving.handed,
            others=approving.others,
            added=approving.added,
        )
        if approval.route == "fixed_at_submission":
            fresh = replace(fresh, route=course.route_now(course.with_approving(situation, fresh), approval))
        situation = course.with_approving(situation, fresh)
    else:
        bound = {each.name for each in current.parts.values() if each.name != part and written & set(each.binds)}
        kept = tuple(vote for vote in approving.votes if vote.step != current.name or vote.part not in bound)
        situation = course.with_approving(situation, replace(approving, votes=kept))
    return _decision(course.proceed(situation, approval), len(kept))


def decider(situation: Situation, person: str, step: str, part: str | None) -> bool:
    """Whether this person can decide this step or part now."""
    try:
        approval, step_asked, part_asked = opened(situation, step, part)
    except Refusal:
        return False
    return any(
        seats.principal_of(here, approval, step_asked, part_asked, person) is not None
        for here in places(situation, approval, step_asked)
    )


def writes(situation: Situation, person: str, step: str, part: str | None) -> bool:
    """Whether this person decides it and may write what it lets its deciders write: an added signer only agrees."""
    try:
        approval, step_asked, part_asked = opened(situation, step, part)
    except Refusal:
        return False
    return any(
        seats.principal_of(here, approval, step_asked, part_asked, person)
        in panel.left(here, approval, step_asked, part_asked)
        for here in places(situation, approval, step_asked)
    )


def places(situation: Situation, approval: Approval, step: Step) -> tuple[Situation, ...]:
    """Where the actor may be asked in an open step: of the record, or of each row that stands there."""
    if step.each is None:
        return (situation,)
    asked = (rows for each, rows in rowwise.asked(situation, approval, step) if each == step)
    return tuple(rowwise.at(situation, step.each, row) for rows in asked for row in rows)


def acts_for(situation: Situation, step: str, part: str | None) -> str | None:
    """In whose name the actor decides this now; None when he cannot."""
    try:
        approval, step_asked, part_asked = opened(situation, step, part)
    except Refusal:
        return None
    found = (
        seats.principal_of(here, approval, step_asked, part_asked, situation.actor)
        for here in places(situation, approval, step_asked)
    )
    return next((each for each in found if each is not None), None)


def opened(situation: Situation, step: str, part: str | None) -> tuple[Approval, Step, Step | None]:
    """The step and part, if they are open."""
    approval, approving = course.approval_of(situation), situation.memory.approval
    if approval is None or approving is None or approving.step is None or step not in approval.steps:
        raise done()
    asked, here = approval.steps[step], approval.steps[approving.step]
    if here.each is not None and asked in rowwise.walk_of(approval, here):
        if part is None and any(each == asked for each, _rows in rowwise.asked(situation, approval, here)):
            return approval, asked, None
        raise done()
    if asked != here:
        raise done()
    for each in course.parts_of(situation, asked):
        if (each.name if each else None) == part:
            if panel.standing(situation, approval, asked, each) is not None:
                raise done()
            return approval, asked, each
    raise done()


def _admit(situation: Situation, approval: Approval, step: Step, part: Step | None, on_behalf: str | None) -> str:
    """In whose name the actor votes. He, and whom he stands in for, may vote here and have not voted."""
    if situation.actor == SYSTEM:
        raise forbidden()
    acts_for = seats.principal_of(situation, approval, step, part, situation.actor)
    principal = on_behalf or acts_for or situation.actor
    approving = course.approving_of(situation)
    voted = panel.voters(signers.voiced(situation, step, part))
    if principal in voted:
        raise done()
    if situation.actor in voted:
        raise rule("one_vote", text("One person has one vote.", "一人只有一票。"))
    if acts_for is None and _was_faster(situation, voted):
        raise done()
    added = {each.person for each in signers.added(approving, step, part)}
    asked = (*panel.asked(situation, step, part), *panel.stand_in(situation, approval, step, part), *added)
    if principal not in asked:
        raise forbidden()
    for person in dict.fromkeys((principal, situation.actor)):
        refusal = duties.why_not(situation, approval, step, part, person)
        if refusal is not None:
            raise refusal
    if principal != situation.actor and situation.actor not in seats.deputies(
        situation, approval, step, part, principal
    ):
        raise forbidden()
    if principal not in seats.principals(situation, approval, step, part):
        if principal not in (*panel.able(situation, approval, step, part), *added):
            raise forbidden()
        raise rule("not_your_turn", text("Others are asked before you.", "还未轮到您审批。"))
    return principal


def _was_faster(situation: Situation, voted: frozenset[str]) -> bool:
    """Whether somebody for whom the actor would decide has decided himself."""
    return any(situation.actor in away.persons for absent, away in situation.away.items() if absent in voted)


def sent_back(
    situation: Situation, approval: Approval, step: Step, part: Step | None, on_behalf: str | None, to: str
) -> Decision:
    """The step is returned to the submitter or an earlier step; also by *system* (`ruling`)."""
    approving = course.approving_of(situation)
    if to not in may_return_to(approval):
        raise invalid_at("/to", "may_not_return_to", text("It cannot be returned there.", "不能退回到那里。"))
    names = panel.names(step.name, part.name if part else None)
    memory = memories.did(situation.memory, names, [situation.actor, on_behalf])
    situation = replace(situation, memory=memory)
    if parting.holder(approval, to) is not None:
        stand = course.proceed(parting.reopened(situation, approval, step, to), approval)
        return Decision((), stand.situation.memory, stand.waits, stand.fire, stand.because, due=stand.due)
    resume_at = step.name if approval.resume == "returner" else None
    kept = [
        vote
        for vote in approving.votes
        if vote.step != step.name or (vote.row is not None and resume_at) or _stands(approval, vote, part)
    ]
    approving = replace(approving, others={})
    if to == "submitter":
        state = replace(approving, step=None, votes=tuple(kept), resume_at=resume_at)
        memory = replace(memory, approval=state, came_from=situation.state)
        return Decision((), memory, (), None, None, returned_to=approving.entered_from)
    if to not in approving.done:
        raise invalid_at("/to", "not_an_earlier_step", text("That step has not decided.", "该步骤尚未审批过。"))
    order = list(approval.steps)
    again = {to} if resume_at else {name for name in approving.done if order.index(name) >= order.index(to)}
    state = replace(
        approving,
        step=None,
        done=tuple(name for name in approving.done if name not in again),
        votes=tuple(vote for vote in kept if vote.step not in again),
        resume_at=resume_at,
    )
    by_row = [each.name for each in approval.steps.values() if each.each is not None]
    walked = {each for each in by_row if each in again or (each == step.name and not resume_at)}
    state = rowwise.forget(state, walked) if walked else state
    stand = course.proceed(course.with_approving(situation, state), approval)
    return Decision((), stand.situation.memory, stand.waits, stand.fire, stand.because, due=stand.due)


def may_return_to(approval: Approval) -> tuple[str, ...]:
    """Where it may be returned to: `earlier` is any step that has decided."""
    to = tuple(each for each in approval.may_return_to if each != EARLIER)
    return (*to, *(each for each in approval.steps if each not in to)) if EARLIER in approval.may_return_to else to


def _stands(approval: Approval, vote: Vote, part: Step | None) -> bool:
    """Whether a vote on another part of the step stands when this part returns it."""
    return approval.keeps_parts and part is not None and vote.part != part.name


def done() -> Refusal:
    """Somebody was faster, or one has done it already."""
    return conflict("task_done", text("This is already decided.", "此任务已处理。"))
