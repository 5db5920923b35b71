"""Checks that nothing is promised which nothing does yet; each goes with the line that builds it. Run by `CHECKS`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.checks.targets import uses_of
from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import Finding, finding
from engine.definitions.models import EffectUse, Library, Place
from engine.errors import text

CHOSEN = "chosen"


def only_what_is_built(library: Library) -> Iterator[Finding]:
    """Words that the language has and nothing acts on are refused, so that nobody relies on them."""
    for _, workflow in pairs(library):
        for action in workflow.transitions.values():
            if action.rows is not None:
                yield _not_built(action.at, "rows: chosen", "Actions on chosen rows", "选定行上的操作")
        for use in uses_of(workflow):
            yield from _effect(use)


def _effect(use: EffectUse) -> Iterator[Finding]:
    tables: Mapping[str, Mapping[str, Any]] = use.options.get("rows") or {}
    if any(each.get("each") == CHOSEN for each in (use.options, *tables.values())):
        yield _not_built(use.at, "each: chosen", "Effects on chosen rows", "选定行上的效果")
    if any("share" in (each.get("trace") or {}) for each in tables.values()):
        yield _not_built(use.at, "share", "Shares by age or in proportion", "按先后或按比例分摊")


def _not_built(at: Place | None, word: str, en: str, zh: str) -> Finding:
    return finding(at, "not_built", text(f"{en} are not built yet ('{word}').", f"尚不支持{zh}（“{word}”）。"))
