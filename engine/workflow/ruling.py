"""What *system* does to an open step when time has passed: decides it, or asks others. Used by operations."""

from __future__ import annotations

from dataclasses import replace

from engine.errors import conflict, rule, text
from engine.workflow import course, deciding, panel, rowwise
from engine.workflow.plan import SYSTEM, Decision, Situation, Vote, Wait


def rule_on(situation: Situation, verdict: str, part: str | None = None, to: str | None = None) -> Decision:
    """The open step (with `part`, that part of it) is approved, rejected or returned by *system*.

    Its word settles the step, however many votes it takes. Raises `Refusal` when nothing is open there.
    """
    approval, approving = course.approval_of(situation), situation.memory.approval
    if approval is None or approving is None or approving.step is None:
        raise _nothing_open()
    step, before = approval.steps[approving.step], len(approving.votes)
    open_parts = _open(situation, part)
    if verdict == "return":
        return deciding.sent_back(situation, approval, step, None, None, to or "submitter")
    if step.each is not None:
        asked = rowwise.asked(situation, approval, step)
        new = [Vote(each.name, None, SYSTEM, verdict, row=row) for each, rows in asked for row in rows]
    else:
        new = [Vote(step.name, each, SYSTEM, verdict) for each in open_parts]
    stand = course.proceed(course.with_votes(situation, new), approval)
    after = course.approving_of(stand.situation).votes
    return Decision(after[before:], stand.situation.memory, stand.waits, stand.fire, stand.because, due=stand.due)


def ask_others(situation: Situation, said_by: str, part: str | None = None) -> tuple[Situation, tuple[Wait, ...]]:
    """Others are asked too, or instead: `said_by` (`timer.effect`) says whom. Refused when that would leave nobody."""
    approval, approving = course.approval_of(situation), situation.memory.approval
    if approval is None or approving is None or approving.step is None:
        raise _nothing_open()
    step = approval.steps[approving.step]
    open_parts = _open(situation, part)
    name = panel.key(step.name, part)
    found = course.with_approving(situation, replace(approving, others={**approving.others, name: said_by}))
    if step.each is not None:
        return _of_rows(found, situation)
    base = dict(approving.base)
    for each in course.parts_of(found, step):
        called = each.name if each else None
        if called in open_parts:
            if not panel.enough(found, approval, step, each):
                raise rule("nobody_found", course.nobody(step), name=step.name)
            base[panel.key(step.name, called)] = _base(found, situation, step.name, called, base)
    found = course.with_approving(found, replace(course.approving_of(found), base=base))
    return found, course.waits(found, approval, step)


def _of_rows(after: Situation, before: Situation) -> tuple[Situation, tuple[Wait, ...]]:
    """The same for each row that stands at the step."""
    approval, approving = course.approval_of(after), course.approving_of(after)
    assert approval is not None
    step, base = approval.steps[approving.step or ""], dict(approving.base)
    rows = [row for each, rows in rowwise.asked(after, approval, step) if each == step for row in rows]
    for row in rows:
        alone, was = rowwise.at(after, step.each, row), rowwise.at(before, step.each, row)
        if not panel.enough(alone, approval, step, None):
            raise rule("nobody_found", course.nobody(step), name=step.name)
        base[panel.key(step.name, None, row)] = _base(alone, was, step.name, None, base)
    after = course.with_approving(after, replace(approving, base=base))
    return after, course.waits(after, approval, step)


def _base(after: Situation, before: Situation, step: str, part: str | None, base: dict[str, int]) -> int:
    """How many votes there can be: as many as before with others beside; with others instead, theirs and those cast."""
    approval = course.approval_of(after)
    assert approval is not None
    found = approval.steps[step]
    one = found.parts.get(part) if part else None
    own = set(panel.asks(before, found, one))
    if own <= set(panel.asks(after, found, one)):
        return base.get(panel.key(step, part, after.row), 0)
    voted = panel.voters(panel.cast(course.approving_of(after), step, part, after.row))
    return len(voted) + len([each for each in panel.able(after, approval, found, one) if each not in voted])


def _open(situation: Situation, part: str | None) -> tuple[str | None, ...]:
    """The parts of the present step that are not decided (None: the step itself)."""
    approval, approving = course.approval_of(situation), course.approving_of(situation)
    assert approval is not None
    step = approval.steps[approving.step or ""]
    if step.each is not None and part is None:
        return (None,)
    found = tuple(
        each.name if each else None
        for each in course.parts_of(situation, step)
        if panel.standing(situation, approval, step, each) is None and part in (None, each.name if each else None)
    )
    if not found:
        raise _nothing_open()
    return found


def _nothing_open() -> Exception:
    return conflict("task_done", text("This is already decided.", "此任务已处理。"))
