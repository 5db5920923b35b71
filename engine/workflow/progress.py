"""The approval that goes on in a situation, and the same situation with it further on. Used by this room.

Everything takes a situation and gives a new one; nothing is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.definitions.models import Approval, Step
from engine.errors import Text, text
from engine.workflow import memory as memories
from engine.workflow import panel
from engine.workflow.plan import Approving, Situation, Vote


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
        memory = memories.did(memory, panel.names(vote.step, vote.part, vote.row), [vote.person, vote.on_behalf])
        approving = replace(approving, votes=(*approving.votes, vote))
    return with_approving(replace(situation, memory=memory), approving)


def begun(
    situation: Situation, approval: Approval, step: Step, parts: Iterable[Step | None], before: str | None
) -> tuple[Situation, Text | None]:
    """Fix how many are asked, and let those count who have just approved `before`, if the approval says so."""
    approving, voted_on = approving_of(situation), tuple(parts)
    base = dict(approving.base)
    for part in voted_on:
        name = panel.key(step.name, part.name if part else None, situation.row)
        base[name] = len(panel.able(situation, approval, step, part))
    situation = with_approving(situation, replace(approving, base=base))
    if approval.same_person != "acts_once" or before is None:
        return situation, None
    counted = [vote for part in voted_on for vote in _again(situation, approval, step, part, before)]
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
    able, name = panel.able(situation, approval, step, part), part.name if part else None
    found: dict[str, Vote] = {}
    approving = approving_of(situation)
    voted = panel.voters(panel.cast(approving, step.name, name, situation.row))
    able = tuple(person for person in able if person not in voted)
    for vote in approving.votes:
        if vote.step != before or vote.verdict != "approve" or vote.signer or vote.row not in (None, situation.row):
            continue
        mine = next((who for who in (vote.person, vote.on_behalf) if who in able and who not in found), None)
        if mine is not None and vote.person not in panel.voters(found.values()):
            behalf = None if mine == vote.person else mine
            found[mine] = Vote(step.name, name, vote.person, "approve", behalf, situation.row)
    return [found[person] for person in able if person in found]


def nobody(step: Step) -> Text:
    """The sentence for a step that finds nobody."""
    return text(f"Nobody is found to decide “{step.name}”.", f"找不到“{step.name}”的审批人。")
