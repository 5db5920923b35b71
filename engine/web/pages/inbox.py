"""My tasks: a list at the left, the record at the right. Used by `routes`."""

from __future__ import annotations

from engine.web.answers import Reply
from engine.web.pages.record import told_of
from engine.web.pages.visit import Visit

MOST = 100


def page(visit: Visit) -> Reply:
    """My tasks, and the one that is chosen."""
    asked = {"form": visit.query["form"]} if visit.query.get("form") else {}
    tasks = visit.get("tasks", limit=str(MOST), **asked)["items"]
    chosen = next((each for each in tasks if each["id"] == visit.query.get("task")), None)
    opened = chosen or (tasks[0] if tasks else None)
    told = told_of(visit, opened["record"]["form"], opened["record"]["id"]) if opened else None
    return visit.shown("tasks.html", tasks=tasks, opened=opened, picked=chosen is not None, told=told)
