"""My tasks: who wants what from me, since when and until when; the record of one of them beside. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from engine.web.answers import Reply
from engine.web.pages import told
from engine.web.pages.lines import lined
from engine.web.pages.visit import Visit

MOST = 100
NARROWED = ("form", "unit", "due")


def page(visit: Visit) -> Reply:
    """My tasks, and the one that is chosen."""
    every = visit.get("tasks", limit=str(MOST))["items"]
    asked = {word: visit.query[word] for word in NARROWED if visit.query.get(word)}
    found = visit.get("tasks", limit=str(MOST), **asked)["items"] if asked else every
    tasks = [lined(each, visit.language) for each in found]
    chosen = next((each for each in tasks if each["id"] == visit.query.get("task")), None)
    opened = chosen or (tasks[0] if tasks else None)
    beside = told.of(visit, opened["record"]["form"], opened["record"]["id"]) if opened else None
    island = [{name: each[name] for name in ("id", "says", "bulk")} for each in tasks]
    return visit.shown(
        "tasks.html",
        tasks=tasks,
        opened=opened,
        picked=chosen is not None,
        gone="task" in visit.query and chosen is None,
        told=beside,
        narrowed=_narrowed(every, asked),
        asked=asked,
        kept=urlencode(asked),
        island=island,
        more=len(found) == MOST,
    )


def _narrowed(every: list[dict[str, Any]], asked: Mapping[str, str]) -> dict[str, Any]:
    """By what the list may be narrowed: only where there is anything to choose, or something was chosen."""
    forms = {each["record"]["form"]: each["record"]["title"] for each in every}
    units = {unit["code"]: unit for each in every for unit in each["record"]["units"]}
    return {
        "forms": [{"form": name, "title": title} for name, title in sorted(forms.items())] if len(forms) > 1 else [],
        "units": [units[code] for code in sorted(units)] if len(units) > 1 or "unit" in asked else [],
        "due": "due" in asked or any(each["deadline"] for each in every),
    }
