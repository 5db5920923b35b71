"""Checks of who could ever decide: steps that exclude everybody whom they ask, and ask for more votes than persons.

What the people of today make impossible is found where they are known; see `operations.staffing`. Run by `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import ERROR, WARNING, Finding, finding
from engine.definitions.models import Approval, Library, People, Step, Transition, Workflow
from engine.errors import Text, text

ALONE = ("submitter", "editor")
"""Who is one person."""


def steps_can_find_somebody(library: Library) -> Iterator[Finding]:
    """A step, or an action, is open to one of those whom it names."""
    for _, workflow in pairs(library):
        for approval in workflow.approvals.values():
            for step in approval.steps.values():
                for part in step.parts.values() or (step,):
                    yield from _step(workflow, approval, part)
        for action in workflow.transitions.values():
            if action.by and all(each.kind == "submitter" for each in action.by):
                yield from _only_the_submitter(workflow, action)


def _step(workflow: Workflow, approval: Approval, step: Step) -> Iterator[Finding]:
    shut = [each for each in step.ask if _is_shut(workflow, approval, step, each)]
    severity = WARNING if approval.nobody_found.ask else ERROR
    if step.ask and len(shut) == len(step.ask):
        named = ", ".join(each.text for each in shut)
        says = text(
            f"'{step.name}' can never find anybody: it asks {named}, who may not decide it.",
            f"“{step.name}”永远找不到审批人：它请 {named} 审批，而这些人不得审批。",
        )
        yield finding(step.at, "nobody_ever", says, severity=severity, example=_shown(step))
        return
    open_to = [each for each in step.ask if each not in shut]
    most = len(open_to) if open_to and all(_is_one(each) for each in open_to) else None
    if most is not None and step.decide.need.isdigit() and int(step.decide.need) > most:
        says = text(
            f"'{step.name}' needs {step.decide.need} votes, and {most} can be given.",
            f"“{step.name}”需要 {step.decide.need} 票，最多只有 {most} 票。",
        )
        yield finding(step.at, "too_few_votes", says, severity=severity)


def _is_one(people: People) -> bool:
    single = people.kind == "field" and people.unit is not None and people.unit.type.kind == "reference"
    return people.kind in ALONE or single


def _is_shut(workflow: Workflow, approval: Approval, step: Step, people: People) -> bool:
    excluded = {name for kind, name in step.exclude if kind == "did"}
    excluded |= {name for duty in workflow.duties.values() if step.name in duty.not_both for name in duty.not_both}
    excluded -= {step.name}
    if people.kind == "decider_of":
        return people.name in excluded
    if people.kind != "submitter":
        return False
    return not approval.submitter_may_decide or (bool(_entering(workflow)) and _entering(workflow) <= excluded)


def _entering(workflow: Workflow) -> set[str]:
    """What people do to submit: the actions from the start."""
    return {each.name for each in workflow.leaving(workflow.start) if not each.system_only}


def _only_the_submitter(workflow: Workflow, action: Transition) -> Iterator[Finding]:
    for duty in workflow.duties.values():
        others = set(duty.not_both) - {action.name}
        if action.name in duty.not_both and _entering(workflow) and _entering(workflow) <= others:
            says = text(
                f"'{action.name}' is the submitter's alone, and '{duty.name}' keeps him from it.",
                f"“{action.name}”仅限提交人，而职责规则“{duty.name}”禁止其执行。",
            )
            yield finding(action.at, "nobody_ever", says)


def _shown(step: Step) -> tuple[Text, ...]:
    named = ", ".join(f"{kind}({name})" for kind, name in step.exclude)
    return (text(f"except {named}", f"除外：{named}"),) if named else ()
