"""The course of an approval: which steps apply, which is next, when it is over. Used by `arrive` and `decide`.

Everything here takes a situation whose memory holds the approval and gives a new one; nothing is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.definitions.models import Approval, Step
from engine.errors import Text, rule, text
from engine.workflow import asking, panel, people
from engine.workflow import memory as memories
from engine.workflow.plan import Approving, Situation, Vote, Wait

VERDICTS = ("approve", "reject")


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an approval has got to: it waits, or fires one of its transitions."""

    situation: Situation
    waits: tuple[Wait, ...] = ()
    fire: str | None = None
    because: Text | None = None


def approval_of(situation: Situation) -> Approval | None:
    """The approval that goes on in the present state."""
    name = situation.workflow.states[situation.state].steps
    return None if name is None else situation.workflow.approvals[name]


def approving_of(situation: Situation) -> Approving:
    """Where the approval stands; there must be one."""
    approving = situation.memory.approval
    if approving is None:
        raise LookupError(f"no approval goes on in {situation.state}")
    return approving


def with_approving(situation: Situation, approving: Approving) -> Situation:
    """The same situation with the approval further on."""
    return replace(situation, memory=replace(situation.memory, approval=approving))


def with_votes(situation: Situation, new: Iterable[Vote]) -> Situation:
    """The same situation with more votes; whoever voted did the step, and so did the one he stood in for."""
    approving, memory = approving_of(situation), situation.memory
    for vote in new:
        memory = memories.did(memory, panel.names(vote.step, vote.part), [vote.person, vote.on_behalf])
        approving = replace(approving, votes=(*approving.votes, vote))
    return with_approving(replace(situation, memory=memory), approving)


def route_now(situation: Situation, approval: Approval) -> tuple[str, ...]:
    """The names of the steps and parts that apply now."""
    names: list[str] = []
    for step in approval.steps.values():
        if asking.applies(step.when, situation, step.name):
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
    """Go on until somebody is waited for or the approval is over.

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
            if not all(panel.enough(situation, approval, step, part) for part in parts_of(situation, step)):
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
        verdict = _verdict(situation, approval, step)
        if verdict == "refused":
            return Stand(_over(situation), fire=approval.refused, because=because)
        if verdict is None:
            return Stand(situation, waits=waits(situation, approval, step), because=because)
        situation = _passed(situation, approval, step)


def waits(situation: Situation, approval: Approval, step: Step) -> tuple[Wait, ...]:
    """What is open in a step, and who can act now."""
    actions = (*VERDICTS, "return") if approval.may_return_to else VERDICTS
    return tuple(
        Wait(
            kind="decide",
            step=step.name,
            part=part.name if part else None,
            actions=actions,
            ask=panel.asks(situation, step, part),
            people=panel.left(situation, approval, step, part),
            because=why_asked(step, part),
        )
        for part in parts_of(situation, step)
        if panel.standing(situation, approval, step, part) is None
    )


def why_asked(step: Step, part: Step | None) -> Text:
    """Why these people are asked, in the definition's own words."""
    who, when = people.words((part or step).ask), (part and part.when) or step.when
    if when is None:
        return text(f"Asks {who}.", f"由 {who} 审批。")
    return text(f"Asks {who}, because {when.text}.", f"由 {who} 审批，因为 {when.text}。")


def nobody(step: Step) -> Text:
    """The sentence for a step that finds nobody."""
    return text(f"Nobody is found to decide “{step.name}”.", f"找不到“{step.name}”的审批人。")


def _next(situation: Situation, approval: Approval) -> Step | None:
    """The next step that applies. A step that was skipped is asked about again as long as the approval goes on."""
    approving = approving_of(situation)
    for step in approval.steps.values():
        if step.name in approving.done:
            continue
        if approving.route is not None:
            if step.name in approving.route:
                return step
        elif asking.applies(step.when, situation, step.name) and parts_of(situation, step):
            return step
    return None


def _begin(situation: Situation, approval: Approval, step: Step) -> tuple[Situation, Text | None]:
    """Ask: fix how many are asked, and let those count who have just approved the step before."""
    approving, base = approving_of(situation), dict(approving_of(situation).base)
    parts = parts_of(situation, step)
    before = approving.done[-1] if approving.done else None
    for part in parts:
        base[panel.key(step.name, part.name if part else None)] = len(panel.able(situation, approval, step, part))
    situation = with_approving(situation, replace(approving, step=step.name, base=base))
    if approval.same_person != "acts_once" or before is None:
        return situation, None
    counted = [vote for part in parts for vote in _again(situation, approval, step, part, before)]
    if not counted:
        return situation, None
    says = text(
        f"“{step.name}” counts as approved by whoever approved “{before}” (same_person: acts_once).",
        f"“{step.name}”由刚审批“{before}”的同一人视为通过（same_person: acts_once）。",
    )
    return with_votes(situation, counted), says


def _again(situation: Situation, approval: Approval, step: Step, part: Step | None, before: str) -> list[Vote]:
    """Votes of those who approved the step just before. Where a decider has something to fill in, he is asked."""
    if (part or step).required or (part or step).asks or (part or step).edit:
        return []
    approvers = {
        vote.person for vote in approving_of(situation).votes if vote.step == before and vote.verdict == "approve"
    }
    found = panel.able(situation, approval, step, part)
    return [Vote(step.name, part.name if part else None, person, "approve") for person in found if person in approvers]


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
    return text(
        f"No step of “{approval.name}” applies ({conditions}).", f"“{approval.name}”没有适用的步骤（{conditions}）。"
    )
