"""The course of an approval: which steps apply, which is next, when it is over. Used by `arrive` and `decide`.

Everything here takes a situation whose memory holds the approval and gives a new one; nothing is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.definitions.models import Approval, Step
from engine.errors import Text, rule, text
from engine.workflow import asking, panel, people, rowwise, seats
from engine.workflow.plan import Due, Situation, Wait
from engine.workflow.progress import approval_of, approving_of, begun, nobody, with_approving, with_votes

__all__ = ["approval_of", "approving_of", "nobody", "with_approving", "with_votes"]

VERDICTS = ("approve", "reject")


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an approval has got to: it waits, or fires one of its transitions."""

    situation: Situation
    waits: tuple[Wait, ...] = ()
    fire: str | None = None
    because: Text | None = None
    due: tuple[Due, ...] = ()


def route_now(situation: Situation, approval: Approval) -> tuple[str, ...]:
    """The names of the steps and parts that apply now."""
    names: list[str] = []
    for step in approval.steps.values():
        if step.each is not None:
            names += dict.fromkeys(rowwise.route_of(situation, step))
        elif asking.applies(step.when, situation, step.name):
            parts = [part.name for part in step.parts.values() if asking.applies(part.when, situation, part.name)]
            if parts or not step.parts:
                names += [step.name, *(panel.key(step.name, part) for part in parts)]
    return tuple(names)


def parts_of(situation: Situation, step: Step) -> tuple[Step | None, ...]:
    """What is voted on in this step: its parts that apply, or the step itself (None)."""
    route = approving_of(situation).route
    return tuple(
        part
        for part in panel.units(step)
        if part is None
        or (
            asking.applies(part.when, situation, part.name)
            if route is None
            else panel.key(step.name, part.name) in route
        )
    )


def proceed(situation: Situation, approval: Approval, entering: bool = False) -> Stand:
    """Go on until somebody is waited for, something is due, or the approval is over.

    `entering`: the record is just being submitted, so that a step without people refuses the submission.
    """
    because: Text | None = None
    while True:
        approving = approving_of(situation)
        if approving.step is None:
            step = _next(situation, approval)
            if step is None:
                because = because or (None if approving.votes else _unasked(approval))
                return Stand(_over(situation), fire=approval.approved, because=because)
            if step.each is None and not _enough(situation, approval, step):
                because = nobody(step)
                if approval.nobody_found.otherwise != "refuse":
                    situation = _passed(situation, approval, step)
                    continue
                if entering and not approving.done:
                    raise rule("nobody_found", because, name=step.name)
                return Stand(_over(situation), fire=approval.refused, because=because)
            situation, repeated = _begin(situation, approval, step)
            because = repeated or because
        step = approval.steps[approving_of(situation).step or ""]
        stand = _walked(situation, approval, step, entering) if step.each else _voted(situation, approval, step)
        because = stand.because or because
        if stand.fire is not None or stand.due or stand.waits:
            return replace(stand, because=because)
        situation = stand.situation


def _voted(situation: Situation, approval: Approval, step: Step) -> Stand:
    """What a step has come to that asks about the whole record; without waits and all, it is passed."""
    verdict = _verdict(situation, approval, step)
    if verdict == "refused":
        return Stand(_over(situation), fire=approval.refused)
    if verdict is None:
        return Stand(situation, waits=waits(situation, approval, step))
    situation = _passed(situation, approval, step)
    if not step.do:
        return Stand(situation)
    number, situation = rowwise.occurrence(situation, step.name)
    return Stand(situation, due=(Due(step.name, number, tuple(step.do.values())),))


def _walked(situation: Situation, approval: Approval, step: Step, entering: bool) -> Stand:
    """The same of a walk that rows go alone."""
    entering = entering and not approving_of(situation).done
    walked = rowwise.on(situation, approval, step, entering=entering)
    if walked.refused:
        return Stand(_over(walked.situation), fire=approval.refused, because=walked.because)
    if walked.due:
        return Stand(walked.situation, because=walked.because, due=walked.due)
    if not walked.over:
        return Stand(walked.situation, waits(walked.situation, approval, step), because=walked.because)
    situation = walked.situation
    for each in rowwise.walk_of(approval, step):
        situation = _passed(situation, approval, each)
    return Stand(situation, because=walked.because)


def _enough(situation: Situation, approval: Approval, step: Step) -> bool:
    return all(panel.enough(situation, approval, step, part) for part in parts_of(situation, step))


def waits(situation: Situation, approval: Approval, step: Step) -> tuple[Wait, ...]:
    """What is open in a step, and who can act now; of a walk, at each step at which rows stand."""
    actions = (*VERDICTS, "return") if approval.may_return_to else VERDICTS
    if step.each is not None:
        return tuple(
            Wait("decide", each.name, None, actions, each.ask, _all_of(rows), why_asked(each, None), rows)
            for each, rows in rowwise.asked(situation, approval, step)
        )
    return tuple(
        Wait(
            kind="decide",
            step=step.name,
            part=part.name if part else None,
            actions=actions,
            ask=panel.asks(situation, step, part),
            people=seats.everybody(situation, approval, step, part),
            because=why_asked(step, part),
        )
        for part in parts_of(situation, step)
        if panel.standing(situation, approval, step, part) is None
    )


def _all_of(rows: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person for people_of in rows.values() for person in people_of))


def why_asked(step: Step, part: Step | None) -> Text:
    """Why these people are asked, in the definition's own words."""
    who, when = people.words((part or step).ask), (part and part.when) or step.when
    if when is None:
        return text(f"Asks {who}.", f"由 {who} 审批。")
    return text(f"Asks {who}, because {when.text}.", f"由 {who} 审批，因为 {when.text}。")


def _next(situation: Situation, approval: Approval) -> Step | None:
    """The next step that applies. A step that was skipped is asked about again as long as the approval goes on.

    A walk is gone again by rows that have come since.
    """
    approving = approving_of(situation)
    for step in approval.steps.values():
        if step.each is not None:
            if rowwise.to_walk(situation, approval, step):
                return rowwise.walk_of(approval, step)[0]
        elif step.name in approving.done:
            continue
        elif approving.route is not None:
            if step.name in approving.route:
                return step
        elif asking.applies(step.when, situation, step.name) and parts_of(situation, step):
            return step
    return None


def _begin(situation: Situation, approval: Approval, step: Step) -> tuple[Situation, Text | None]:
    """The approval stands here now: ask. Of a walk, each row is asked about when it comes to a step."""
    approving = approving_of(situation)
    situation = with_approving(situation, replace(approving, step=step.name))
    if step.each is not None:
        return situation, None
    before = approving.done[-1] if approving.done else None
    return begun(situation, approval, step, parts_of(situation, step), before)


def _verdict(situation: Situation, approval: Approval, step: Step) -> str | None:
    """A step with parts is approved when all are, and refused when one is (`wait: all` waits for the others)."""
    standings = [panel.standing(situation, approval, step, part) for part in parts_of(situation, step)]
    if step.parts and step.decide.wait == "all" and None in standings:
        return None
    if "refused" in standings:
        return "refused"
    return None if None in standings else "approved"


def _passed(situation: Situation, approval: Approval, step: Step) -> Situation:
    """The step is done. After a return to it, the steps between are asked again if what was agreed has changed."""
    approving = approving_of(situation)
    done = (*(name for name in approving.done if name != step.name), step.name)
    if approving.resume_at is not None:
        order = list(approval.steps)
        if all_again(situation, approval):
            done = tuple(name for name in done if order.index(name) <= order.index(step.name))
            dropped = [vote for vote in approving.votes if vote.step not in done]
            approving = replace(approving, votes=tuple(vote for vote in approving.votes if vote not in dropped))
        approving = replace(approving, resume_at=None)
    others = {name: each for name, each in approving.others.items() if name.partition("/")[0] != step.name}
    return with_approving(situation, replace(approving, step=None, done=done, others=others))


def all_again(situation: Situation, approval: Approval) -> bool:
    """Whether a return starts from the first step again: declared so, or what matters changed or cannot be compared."""
    if approval.resume != "returner":
        return True
    if approval.all_again_when is None:
        return False
    return asking.said(approval.all_again_when, asking.eyes(situation)) is not asking.Said.NO


def _over(situation: Situation) -> Situation:
    return with_approving(situation, replace(approving_of(situation), step=None, resume_at=None))


def _unasked(approval: Approval) -> Text:
    """Nothing applied: history names the conditions that let it pass."""
    conditions = "; ".join(
        f"{step.name}: {step.when.text}" for step in approval.steps.values() if step.when is not None
    )
    return text(f"No step applies ({conditions}).", f"没有适用的步骤（{conditions}）。")
