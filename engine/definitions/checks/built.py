"""Checks that nothing is promised which nothing does yet; each goes with the line that builds it. Run by `CHECKS`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.checks.flow import effects_of
from engine.definitions.checks.targets import uses_of
from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import Finding, finding
from engine.definitions.models import EffectUse, Library, Transition
from engine.errors import text

CHOSEN = "chosen"
OF_REPORTS = ("create", "act", "update")


def only_what_is_built(library: Library) -> Iterator[Finding]:
    """Words that the language has and nothing acts on are refused, so that nobody relies on them.

    Chosen rows are of a table: an action on them needs a form with one, and only such an action has any.
    """
    for form, workflow in pairs(library):
        tables = [each for each in form.fields.values() if each.type == "table"]
        acting = {use.name: use for each in workflow.transitions.values() if each.rows for use in effects_of(each)}
        for action in workflow.transitions.values():
            if action.rows is not None and len(tables) != 1:
                says = text("Rows are chosen of a form with exactly one table.", "只有恰好一个表格的表单才能选定行。")
                yield finding(action.at, "chosen", says)
        for use in uses_of(workflow):
            if _walks_chosen(use) and use not in acting.values():
                says = text("No rows are chosen here ('rows: chosen').", "此处没有选定行（“rows: chosen”）。")
                yield finding(use.at, "chosen", says)
    for report in library.reports.values():
        for transition in report.transitions.values():
            yield from _of_report(transition)


def _walks_chosen(use: EffectUse) -> bool:
    tables: Mapping[str, Mapping[str, Any]] = use.options.get("rows") or {}
    return any(each.get("each") == CHOSEN for each in (use.options, *tables.values()))


def _of_report(action: Transition) -> Iterator[Finding]:
    """An action of a report has no record of its own: it makes records, writes into others, or acts on them."""
    for use in action.do.values():
        if use.effect not in OF_REPORTS or not _walks_chosen(use):
            listed = ", ".join(OF_REPORTS)
            says = text(
                f"An action of a report says one of {listed}, with 'each: chosen'.",
                f"报表的操作只能写 {listed}，并带 each: chosen。",
            )
            yield finding(use.at, "chosen", says)
    for who in action.by:
        if who.kind != "role" or who.unit is not None:
            says = text(
                f"Who acts on a report is a role of the chain: '{who.text}'.", f"报表操作人应为总部角色：“{who.text}”。"
            )
            yield finding(action.at, "people", says)
