"""`route`: the steps that a record has gone and will go, with people and reasons. Used by operations for reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.definitions.models import Approval, Step
from engine.errors import Text, text
from engine.workflow import asking, course, panel, rowwise, seats, signers
from engine.workflow.asking import Said
from engine.workflow.plan import Approving, RouteStep, Situation


def route(situation: Situation) -> tuple[RouteStep, ...]:
    """The predicted route: of the approval that goes on, of the next one that is near, or of the last one."""
    approval, approving = _approval(situation)
    if approval is None:
        return ()
    if approving is None:
        approving = Approving(approval.name, situation.state, 0, step=None)
    seen = course.with_approving(situation, approving)
    return tuple(_lines(seen, approval, over=_is_over(situation, approving)))


def _approval(situation: Situation) -> tuple[Approval | None, Approving | None]:
    workflow, kept = situation.workflow, situation.memory.approval
    present = course.approval_of(situation)
    if present is not None:
        return present, kept if kept is not None and kept.name == present.name else None
    for transition in workflow.leaving(situation.state):
        for alternative in transition.to:
            steps = workflow.states[alternative.state].steps
            if steps is not None:
                resumes = kept is not None and kept.resume_at is not None and kept.name == steps
                return workflow.approvals[steps], kept if resumes else None
    return (workflow.approvals[kept.name], kept) if kept is not None else (None, None)


def _is_over(situation: Situation, approving: Approving) -> bool:
    return approving.round > 0 and approving.step is None and approving.resume_at is None


def _lines(situation: Situation, approval: Approval, over: bool) -> Iterator[RouteStep]:
    approving = course.approving_of(situation)
    for step in approval.steps.values():
        if step.each is not None:
            yield _by_row(situation, approval, step, over)
            continue
        for part in panel.units(step):
            votes = signers.voiced(situation, step, part)
            decided = approving.step == step.name and panel.standing(situation, approval, step, part) is not None
            if step.name in approving.done or decided or (over and votes):
                persons = tuple(dict.fromkeys(vote.person for vote in votes))
                line = _line(step, part, persons, "done", _voted(votes[-1].verdict if votes else "approve"))
                yield _moved(line, approving, step, part, [(each.person, each.on_behalf) for each in votes])
            elif over:
                yield _left_out(approving, approval, step, part)
            else:
                yield _ahead(situation, approval, step, part)


def _by_row(situation: Situation, approval: Approval, step: Step, over: bool) -> RouteStep:
    """One line for a step that rows go through alone, and where each row is with it."""
    rows = {row: _of_row(situation, approval, step, row, over) for row in rowwise.rows_of(situation, step.each)}
    states = {state for state, _people in rows.values()}
    state = next((each for each in ("now", "next", "done") if each in states), "skipped")
    people = tuple(dict.fromkeys(who for here, found in rows.values() if here == state for who in found))
    says = course.why_asked(step, None) if state != "skipped" else text("It is asked of no row.", "没有需要审批的行。")
    named = {row: here for row, (here, _people) in rows.items()}
    return replace(_line(step, None, people, state, says, sure=state != "skipped"), rows=named)


def _of_row(situation: Situation, approval: Approval, step: Step, row: str, over: bool) -> tuple[str, tuple[str, ...]]:
    """Where a row is with a step, and who decided it, can decide it now, or would be asked."""
    approving = course.approving_of(situation)
    alone = rowwise.at(situation, step.each, row)
    cast = panel.cast(approving, step.name, None, row)
    if step.name in approving.passed.get(row, ()) or row in approving.ended or over:
        return ("done" if cast else "skipped"), tuple(dict.fromkeys(vote.person for vote in cast))
    if panel.key(step.name, None, row) in approving.base and approving.step is not None:
        return "now", seats.everybody(alone, approval, step, None)
    fixed = approving.route is not None and panel.key(step.name, None, row) in approving.route
    if fixed or step.when is None or asking.said(step.when, asking.eyes(alone)) is Said.YES:
        return "next", panel.able(alone, approval, step, None)
    return "skipped", ()


def _ahead(situation: Situation, approval: Approval, step: Step, part: Step | None) -> RouteStep:
    approving = course.approving_of(situation)
    applies = _applies(situation, step, part)
    if applies is Said.NO:
        return _inapplicable(step, part)
    if approving.step == step.name:
        people = seats.everybody(situation, approval, step, part)
        line = _line(step, part, people, "now", course.why_asked(step, part), sure=True)
        return _moved(line, approving, step, part, seats.acting(situation, approval, step, part))
    clean = replace(situation, memory=replace(situation.memory, approval=replace(approving, votes=())))
    because = course.why_asked(step, part)
    if applies is not Said.YES:
        because = text(f"Cannot be foretold: {because.get('en')}", f"暂无法预知：{because.get('zh')}")
    return _line(step, part, panel.able(clean, approval, step, part), "next", because, sure=applies is Said.YES)


def _inapplicable(step: Step, part: Step | None) -> RouteStep:
    when = (part and part.when) or step.when
    condition = when.text if when is not None else step.name
    because = text(f"Not asked: {condition} does not hold.", f"不适用：{condition} 不成立。")
    return _line(step, part, (), "skipped", because, sure=True)


def _left_out(approving: Approving, approval: Approval, step: Step, part: Step | None) -> RouteStep:
    """A step that was not gone: its condition did not hold when its turn came, or the outcome was there before."""
    if ((part and part.when) or step.when) is not None and _turn_came(approving, approval, step, part):
        return _inapplicable(step, part)
    return _line(step, part, (), "skipped", text("Not asked: it was decided before.", "未经过此步骤：此前已有结果。"))


def _turn_came(approving: Approving, approval: Approval, step: Step, part: Step | None) -> bool:
    """Whether an approval that is over came past this step; one that was refused went no further than that."""
    if approving.route is not None:
        return panel.key(step.name, part.name if part else None) not in approving.route
    if all(vote.step in approving.done for vote in approving.votes):
        return True
    order = list(approval.steps)
    return any(order.index(vote.step) >= order.index(step.name) for vote in approving.votes if vote.step in order)


def _moved(
    line: RouteStep, approving: Approving, step: Step, part: Step | None, acting: Iterable[tuple[str, str | None]]
) -> RouteStep:
    """With who handed it to whom, who was added by whom, and who acts for whom."""
    return replace(
        line,
        handed=signers.handed(approving, step, part),
        added=signers.added(approving, step, part),
        acting=tuple((person, whom) for person, whom in acting if whom is not None and whom != person),
    )


def _applies(situation: Situation, step: Step, part: Step | None) -> Said:
    fixed = course.approving_of(situation).route
    if fixed is not None:
        return Said.YES if panel.key(step.name, part.name if part else None) in fixed else Said.NO
    for asked in (step, part):
        if asked is not None and asked.when is not None:
            answer = asking.said(asked.when, asking.eyes(situation))
            if answer is not Said.YES:
                return answer
    return Said.YES


def _line(
    step: Step, part: Step | None, persons: tuple[str, ...], state: str, because: Text, sure: bool | None = None
) -> RouteStep:
    return RouteStep(step.name, part.name if part else None, (part or step).title, persons, state, because, sure=sure)


def _voted(verdict: str) -> Text:
    return text("Approved.", "已通过。") if verdict == "approve" else text("Rejected.", "已拒绝。")
