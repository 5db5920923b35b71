"""What one person may not do because of what he did before. Used when actions are taken and steps are decided."""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.models import Approval, Duty, Edit, Step
from engine.errors import Refusal, rule, text
from engine.workflow import asking, trail
from engine.workflow import memory as memories
from engine.workflow.plan import SYSTEM, Situation


def broken_duty(situation: Situation, person: str, names: Iterable[str]) -> Duty | None:
    """The first duty that this person would break by doing any of `names` (an action, or a step and its part)."""
    if person == SYSTEM:
        return None
    for duty in situation.workflow.duties.values():
        first, second = duty.not_both
        for name in names:
            other = second if name == first else first if name == second else None
            if other is not None and other != name and person in _did(situation, other):
                return duty
    return None


def _did(situation: Situation, name: str) -> tuple[str, ...]:
    """Whoever did it to this record (a duty is about the whole of it), or to one that it refers to."""
    return trail.doers(situation, name) if "." in name else tuple(situation.memory.did.get(name, ()))


def duty_refusal(duty: Duty) -> Refusal:
    """The refusal in the duty's words."""
    first, second = duty.not_both
    words = duty.says or text(
        f"One person may not do both “{first}” and “{second}”.", f"同一人不能既“{first}”又“{second}”。"
    )
    return rule("duty", words, name=duty.name)


def why_not(situation: Situation, approval: Approval, step: Step, part: Step | None, person: str) -> Refusal | None:
    """Why a person who is asked may not decide this; None when he may."""
    names = (step.name,) if part is None else (step.name, part.name, f"{step.name}/{part.name}")
    duty = broken_duty(situation, person, names)
    if duty is not None:
        return duty_refusal(duty)
    if not approval.submitter_may_decide:
        own = _own(situation, part or step, person)
        if own is not None:
            return own
    if _excluded(situation, part or step, person) or (part is not None and _excluded(situation, step, person)):
        words = text("Somebody who had a hand in this does not decide here.", "已参与此单的人不能在此审批。")
        return rule("except", words, name=(part or step).name)
    if approval.same_person == "refused" and _decided_before(situation, step, person):
        return rule("same_person", text("You have decided an earlier step.", "您已审批过之前的步骤。"))
    return None


def _own(situation: Situation, step: Step, person: str) -> Refusal | None:
    """Nobody decides what he asked for, made or last wrote, but for what this step lets its deciders write."""
    if person in (situation.memory.submitter, creator(situation)):
        words = text("Nobody decides on his own request.", "不能审批自己提交的单据。")
        return rule("submitter_may_not_decide", words, name="submitter_may_decide")
    if person == situation.memory.editor and not _within(situation, step.edit.values(), person):
        words = text("Whoever edited last does not decide.", "最后修改人不能审批。")
        return rule("editor_may_not_decide", words, name="submitter_may_decide")
    return None


def creator(situation: Situation) -> str | None:
    """Who made the record, if it is known."""
    record = situation.environment.names.get("record")
    values = getattr(record, "values", None)
    return asking.person(values.get("created_by")) if values is not None else None


def _within(situation: Situation, edits: Iterable[Edit], person: str) -> bool:
    allowed = {path for edit in edits for path in edit.fields}
    wrote = (path.partition("@")[0] for path, persons in situation.memory.wrote.items() if person in persons)
    return all(path in allowed for path in wrote)


def _excluded(situation: Situation, step: Step, person: str) -> bool:
    for kind, name in step.exclude:
        wrote = memories.writers(situation.memory, name, situation.row) if kind == "wrote" else ()
        if person in (wrote if kind == "wrote" else trail.doers(situation, name)):
            return True
    return False


def _decided_before(situation: Situation, step: Step, person: str) -> bool:
    approving = situation.memory.approval
    return approving is not None and any(
        person in (vote.person, vote.on_behalf)
        for vote in approving.votes
        if vote.step != step.name and (situation.row is None or vote.row in (None, situation.row))
    )
