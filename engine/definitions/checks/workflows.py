"""Checks of workflows: every name in them is a name of something, and means one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from engine.definitions.checks.forms import unknown
from engine.definitions.findings import Finding, finding
from engine.definitions.models import Approval, Edit, Form, Library, Place, Step, Workflow
from engine.definitions.order import all_fields
from engine.errors import text

STATE = text("a state", "状态")
ACTION = text("an action", "操作")
STEP = text("a step", "审批步骤")
FIELD = text("a field of this form", "此表单的字段")


def pairs(library: Library) -> Iterator[tuple[Form, Workflow]]:
    """Forms with their workflows."""
    return ((library.forms[name], workflow) for name, workflow in library.workflows.items() if name in library.forms)


def steps_of(workflow: Workflow) -> Iterator[Step]:
    """All steps of all approvals, each followed by its parts."""
    for approval in workflow.approvals.values():
        yield from steps_in(approval)


def steps_in(approval: Approval) -> Iterator[Step]:
    """The steps of an approval, each followed by its parts."""
    for step in approval.steps.values():
        yield step
        yield from step.parts.values()


def states_exist(library: Library) -> Iterator[Finding]:
    """Start, origins, targets, expected actions and approvals of states are there."""
    for _, workflow in pairs(library):
        states, actions = workflow.states, workflow.transitions
        if workflow.start not in states:
            yield unknown(workflow.at, STATE, workflow.start, states)
        for action in actions.values():
            for word in (*action.origins, *(each.state for each in action.to)):
                if word not in states:
                    yield unknown(action.at, STATE, word, states)
        for name, state in states.items():
            for expected in state.expects:
                if expected not in actions or name not in actions[expected].origins:
                    what = text(f"an action from '{name}'", f"可从“{name}”执行的操作")
                    yield unknown(state.at, what, expected, (each.name for each in workflow.leaving(name)))
            if state.steps is not None and state.steps not in workflow.approvals:
                yield unknown(state.at, text("an approval", "审批"), state.steps, workflow.approvals)


def approvals_fit(library: Library) -> Iterator[Finding]:
    """What an approval fires is there, is the system's, and starts where the approval goes on."""
    for _, workflow in pairs(library):
        for approval in workflow.approvals.values():
            states = [state.name for state in workflow.states.values() if state.steps == approval.name]
            if not states:
                says = text(f"No state has 'steps: {approval.name}'.", f"没有状态使用审批“{approval.name}”。")
                yield finding(approval.at, "unused_approval", says)
            for name in (approval.approved, approval.refused):
                yield from _fired(workflow, approval, name, states)
            known = {"submitter", "earlier", *(each.name for each in steps_in(approval))}
            for step in approval.steps:
                if step in ("submitter", "earlier"):
                    says = text(f"'{step}' says where to return to.", f"“{step}”是表示退回位置的词。")
                    yield finding(approval.steps[step].at, "ambiguous", says)
            for name in approval.may_return_to:
                if name not in known:
                    yield unknown(approval.at, STEP, name, known)


def _fired(workflow: Workflow, approval: Approval, name: str, states: Iterable[str]) -> Iterator[Finding]:
    action = workflow.transitions.get(name)
    if action is None:
        yield unknown(approval.at, ACTION, name, workflow.transitions)
        return
    if not action.system_only:
        says = text(f"'{name}' is fired by an approval: 'by: [system]'.", f"“{name}”由审批触发，应为 by: [system]。")
        yield finding(action.at, "not_system", says)
    for state in states:
        if state not in action.origins:
            says = text(
                f"'{name}' does not start from '{state}', where the approval is.",
                f"“{name}”不从审批所在状态“{state}”出发。",
            )
            yield finding(action.at, "approval_state", says)


def edits_of(workflow: Workflow) -> Iterator[tuple[Place | None, Edit]]:
    """Everything that says who may write what, and where it stands."""
    states = ((each.at, edit) for each in workflow.states.values() for edit in each.edit.values())
    actions = ((each.at, edit) for each in workflow.transitions.values() for edit in each.edit.values())
    steps = ((each.at, edit) for each in steps_of(workflow) for edit in each.edit.values())
    return chain(states, actions, steps)


def paths_exist(library: Library) -> Iterator[Finding]:
    """Fields that workflows let write, require, scan, bind or show a refusal at are there."""
    for form, workflow in pairs(library):
        known = {each.path for each in all_fields(form.fields)}
        for at, path in _paths(workflow):
            if path not in known:
                yield unknown(at, FIELD, path, known)
        for at, edit in edits_of(workflow):
            columns = {each.name for each in all_fields(form.fields) if each.table}
            if edit.scan is not None and edit.scan not in columns:
                yield unknown(at, text("a field of a table", "表格字段"), edit.scan, columns)
        for step in steps_of(workflow):
            if step.each is not None and step.each not in form.fields:
                yield unknown(step.at, text("a table of this form", "此表单的表格"), step.each, form.fields)


def _paths(workflow: Workflow) -> Iterator[tuple[Place | None, str]]:
    for at, edit in edits_of(workflow):
        yield from ((at, path) for path in edit.fields)
    for state in workflow.states.values():
        yield from ((state.at, path) for path in state.required)
    for action in workflow.transitions.values():
        yield from ((action.at, path) for path in action.required)
        yield from ((guard.at, guard.field) for guard in action.guard.values() if guard.field is not None)
    for step in steps_of(workflow):
        yield from ((step.at, path) for path in (*step.required, *step.binds))
        yield from ((step.at, path) for kind, path in step.exclude if kind == "wrote")


def names_mean_one_thing(library: Library) -> Iterator[Finding]:
    """Actions, steps and parts have names of their own; an effect's name is used once in a transition."""
    for _, workflow in pairs(library):
        seen = dict.fromkeys(workflow.transitions, "action")
        for step in steps_of(workflow):
            if step.name in seen:
                says = text(f"'{step.name}' names something else already.", f"名称“{step.name}”已被使用。")
                yield finding(step.at, "ambiguous", says)
            seen[step.name] = "step"
        for action in workflow.transitions.values():
            for alternative in action.to:
                for name in alternative.do.keys() & action.do.keys():
                    says = text(
                        f"Two effects of '{action.name}' are called '{name}'.",
                        f"“{action.name}”有两个同名效果“{name}”。",
                    )
                    yield finding(alternative.do[name].at, "ambiguous", says)


def duties_and_timers_fit(library: Library) -> Iterator[Finding]:
    """Duties, exceptions and timers name actions, steps and states that are there."""
    for _, workflow in pairs(library):
        steps = {step.name for step in steps_of(workflow)}
        known = {*workflow.transitions, *steps}
        for duty in workflow.duties.values():
            for name in duty.not_both:
                if name not in known and "." not in name:
                    yield unknown(workflow.at, text("an action or a step", "操作或审批步骤"), name, known)
        for step in steps_of(workflow):
            for kind, name in step.exclude:
                if kind == "did" and name not in known and "." not in name:
                    yield unknown(step.at, text("an action or a step", "操作或审批步骤"), name, known)
        for timer in workflow.timers.values():
            if timer.state is not None and timer.state not in workflow.states:
                yield unknown(timer.at, STATE, timer.state, workflow.states)
            if timer.step is not None and timer.step not in steps:
                yield unknown(timer.at, STEP, timer.step, steps)
            if timer.state is None and timer.step is None and timer.moment is None:
                says = text("A timer says 'in', 'step' or 'at'.", "定时器须写 in、step 或 at。")
                yield finding(timer.at, "timer", says)


def nobody_writes_what_is_worked_out(library: Library) -> Iterator[Finding]:
    """A computed or live field is never in anybody's hands."""
    for form, workflow in pairs(library):
        for at, edit in edits_of(workflow):
            for path in edit.fields:
                field = form.field(path)
                if field is not None and (field.compute is not None or field.live is not None):
                    says = text(f"'{path}' is worked out, so nobody writes it.", f"“{path}”由系统计算，不能填写。")
                    yield finding(at, "worked_out", says)
