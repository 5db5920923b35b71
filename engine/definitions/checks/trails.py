"""Checks of what is asked of another record: `order.purchasing` names a reference and what is done there."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.forms import unknown
from engine.definitions.checks.workflows import pairs, steps_of
from engine.definitions.findings import Finding
from engine.definitions.models import Form, Library, Place, Workflow
from engine.errors import text

REFERENCE = text("a reference of this form", "此表单的引用字段")
DEED = text("an action or a step", "操作或审批步骤")


def deeds_elsewhere_are_there(library: Library) -> Iterator[Finding]:
    """Duties, exceptions and `decider of` that look at another record name a reference, and what is done there."""
    for form, workflow in pairs(library):
        for at, name in _named(workflow):
            if "." in name:
                yield from _deed(library, form, at, name)


def _named(workflow: Workflow) -> Iterator[tuple[Place | None, str]]:
    for duty in workflow.duties.values():
        yield from ((workflow.at, name) for name in duty.not_both)
    for step in steps_of(workflow):
        yield from ((step.at, name) for kind, name in step.exclude if kind == "did")
        yield from ((step.at, who.name or "") for who in step.ask if who.kind == "decider_of")
    for action in workflow.transitions.values():
        yield from ((action.at, who.name or "") for who in action.by if who.kind == "decider_of")


def _deed(library: Library, form: Form, at: Place | None, name: str) -> Iterator[Finding]:
    *path, deed = name.split(".")
    here: Form | None = form
    for word in path:
        field = here.fields.get(word) if here is not None else None
        target = library.forms.get(field.value_type.form or "") if field is not None else None
        if target is None:
            known = [] if here is None else [each.name for each in here.fields.values() if each.value_type.form]
            yield unknown(at, REFERENCE, word, known)
            return
        here = target
    workflow = library.workflows.get(here.name) if here is not None else None
    deeds = [] if workflow is None else [*workflow.transitions, *(step.name for step in steps_of(workflow))]
    if deed not in deeds:
        yield unknown(at, DEED, deed, deeds)
