"""One part of a step sent back alone: it is asked again, and what its siblings decided stays. Used by `deciding`."""

from __future__ import annotations

from dataclasses import replace

from engine.definitions.models import Approval, Step
from engine.errors import invalid_at, text
from engine.workflow import panel
from engine.workflow.plan import Situation
from engine.workflow.progress import approving_of, with_approving


def holder(approval: Approval, name: str) -> Step | None:
    """The step that has a part of this name; None when it names no part."""
    return next((step for step in approval.steps.values() if name in step.parts), None)


def reopened(situation: Situation, approval: Approval, step: Step, name: str) -> Situation:
    """The same situation where that part has not decided. `step` is that of whoever returns it.

    Steps between are asked again too, unless the approval resumes where it was returned.
    """
    approving, held = approving_of(situation), holder(approval, name)
    assert held is not None
    if not panel.cast(approving, held.name, name):
        raise invalid_at("/to", "not_an_earlier_step", text("That part has not decided.", "该部分尚未审批过。"))
    votes = tuple(vote for vote in approving.votes if (vote.step, vote.part) != (held.name, name))
    if held.name == step.name:
        return with_approving(situation, replace(approving, votes=votes))
    order = list(approval.steps)
    later = {each for each in order if order.index(each) > order.index(held.name)}
    resumes = approval.resume == "returner"
    gone = {step.name} if resumes else later
    state = replace(
        approving,
        step=held.name,
        done=tuple(each for each in approving.done if each != held.name and (resumes or each not in later)),
        votes=tuple(vote for vote in votes if vote.step not in gone),
        resume_at=step.name if resumes else None,
    )
    return with_approving(situation, state)
