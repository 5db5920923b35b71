"""Checks of steps that are taken row by row: what these cannot say, and what only these can. Run by `CHECKS`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.forms import unknown
from engine.definitions.checks.workflows import pairs, steps_in
from engine.definitions.findings import Finding, finding
from engine.definitions.models import Approval, Form, Library, Place, Step, Workflow
from engine.errors import Text, text


def rows_are_walked(library: Library) -> Iterator[Finding]:
    """A step over rows names a table, has no parts and adds no rows; only such a step says what a refused row does."""
    for form, workflow in pairs(library):
        for approval in workflow.approvals.values():
            for step in steps_in(approval):
                yield from _step(form, step)
            yield from _timers(workflow, approval)


def _step(form: Form, step: Step) -> Iterator[Finding]:
    if step.each is None:
        if step.on_refusal:
            says = text(
                "What a refusal does stands in the transition that the approval fires; 'on_refusal' is for rows.",
                "整单被拒时执行审批触发的操作；on_refusal 只用于逐行步骤。",
            )
            yield _wrong(step.at, says)
        return
    tables = [name for name, field in form.fields.items() if field.type == "table"]
    if step.each not in tables:
        yield unknown(step.at, text("a table of this form", "此表单的表格"), step.each, tables)
    if step.parts:
        yield _wrong(step.at, text("A step that is taken row by row has no parts.", "逐行步骤不能再分部分。"))
    if step.binds:
        yield _wrong(step.at, text("Rows are decided alone: 'binds' is for parts.", "各行单独审批，binds 只用于部分。"))
    for edit in step.edit.values():
        if edit.rows not in (None, "fixed") and any(path.startswith(f"{step.each}.") for path in edit.fields):
            says = text("Whoever decides rows adds and divides none: 'rows: fixed'.", "逐行审批人不能增行或拆行。")
            yield _wrong(step.at, says)


def _timers(workflow: Workflow, approval: Approval) -> Iterator[Finding]:
    """The approval stands at the first step of a walk, whichever of them its rows have come to."""
    before: Step | None = None
    for step in approval.steps.values():
        if step.each is not None and before is not None and before.each == step.each:
            for timer in workflow.timers.values():
                if timer.step == step.name:
                    says = text(
                        f"Rows come to '{step.name}' one by one; the timer goes by the first of these steps.",
                        f"各行分别到达“{step.name}”，定时器应写这些步骤中的第一个。",
                    )
                    yield _wrong(timer.at, says)
        before = step


def _wrong(at: Place | None, says: Text) -> Finding:
    return finding(at, "row_by_row", says)
