"""Checks of what effects aim at: actions, templates; and that something fires what only the system takes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.flow import effects_of
from engine.definitions.checks.forms import unknown
from engine.definitions.checks.workflows import ACTION, pairs, steps_of
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import EffectUse, Library, Workflow
from engine.errors import text
from engine.expressions import Expression

NOTICE = text("a notice of templates/notices", "templates/notices 中的通知")


def uses_of(workflow: Workflow) -> Iterator[EffectUse]:
    """Every effect of a workflow, of its actions, its steps and its timers."""
    for action in workflow.transitions.values():
        yield from effects_of(action)
    for step in steps_of(workflow):
        yield from (*step.do.values(), *step.on_refusal.values())
    for timer in workflow.timers.values():
        yield from timer.do.values()


def scheduled(library: Library) -> Iterator[EffectUse]:
    """Every effect of the schedules and alerts."""
    done = [*(each.do for each in library.schedules.values()), *(each.do for each in library.alerts.values())]
    return (use for do in done for use in do.values())


def effects_have_targets(library: Library) -> Iterator[Finding]:
    """Actions, templates and transitions that effects name are there; what an effect fires is open to *system*."""
    for _, workflow in pairs(library):
        for use in uses_of(workflow):
            template = use.options.get("template")
            if template is not None and template not in library.templates:
                yield unknown(use.at, NOTICE, template, library.templates)
            reversed_one = use.options.get("transition")
            if reversed_one is not None and reversed_one not in workflow.transitions:
                yield unknown(use.at, ACTION, reversed_one, workflow.transitions)
            yield from _action(library, use)
    for use in scheduled(library):
        template = use.options.get("template")
        if template is not None and template not in library.templates:
            yield unknown(use.at, NOTICE, template, library.templates)
        yield from _action(library, use)
    for report in library.reports.values():
        for action in report.transitions.values():
            for use in effects_of(action):
                yield from _action(library, use)


def _action(library: Library, use: EffectUse) -> Iterator[Finding]:
    name, target = use.options.get("action"), _target(use)
    if name is None or target is None:
        return
    workflow = library.workflows.get(target)
    actions = workflow.transitions if workflow else {}
    if name not in actions:
        yield unknown(use.at, text(f"an action of '{target}'", f"“{target}”的操作"), name, actions)
    elif not any(each.kind == "system" for each in actions[name].by):
        says = text(f"'{name}' of '{target}' is not open to system.", f"“{target}”的“{name}”未对 system 开放。")
        yield finding(use.at, "not_system", says)


def _target(use: EffectUse) -> str | None:
    """The form whose action an effect takes; None when the expression does not say."""
    on_record = use.options.get("on_record")
    if isinstance(on_record, Expression):
        return on_record.type.form
    form = use.options.get("form")
    return form if isinstance(form, str) else None


def system_actions_are_fired(library: Library) -> Iterator[Finding]:
    """An action that only the system takes is fired by an approval or an effect (a warning)."""
    uses = [*(use for _, each in pairs(library) for use in uses_of(each)), *scheduled(library)]
    fired = {(_target(use), use.options.get("action")) for use in uses}
    for form, workflow in pairs(library):
        approvals = {name for each in workflow.approvals.values() for name in (each.approved, each.refused)}
        for action in workflow.transitions.values():
            known = action.name in approvals or fired & {(form.name, action.name), (None, action.name)}
            if action.system_only and not known:
                says = text(f"Nothing ever takes '{action.name}'.", f"没有任何途径触发“{action.name}”。")
                yield finding(action.at, "never_fired", says, severity=WARNING)
