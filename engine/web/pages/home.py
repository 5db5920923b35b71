"""The first page, and what one may begin. Used by `routes`."""

from __future__ import annotations

from typing import Any

from engine.web.answers import Reply
from engine.web.pages.lines import lined, pill
from engine.web.pages.visit import Visit

FIRST, LATELY, TOLD = 8, 5, 5


def home(visit: Visit) -> Reply:
    """What waits for me, and what I did lately."""
    tasks = [lined(each, visit.language) for each in visit.get("tasks", limit=str(FIRST))["items"]]
    notices = [each for each in visit.get("notices", limit=str(TOLD))["items"] if each["read"] is None]
    return visit.shown("home.html", tasks=tasks, lately=_lately(visit), notices=notices)


def _lately(visit: Visit) -> list[dict[str, Any]]:
    """The newest records of each kind of document that one may see."""
    groups = []
    for form in visit.get("forms")["items"]:
        if form["kind"] == "document":
            items = visit.get(f"records/{form['form']}", sort="-created", limit=str(LATELY))["items"]
            if items:
                known = visit.get(f"forms/{form['form']}")
                groups.append({"form": form, "items": [{**each, "pill": pill(known, each["state"])} for each in items]})
    return groups


def new(visit: Visit) -> Reply:
    """What I may begin, on a phone."""
    return visit.shown("new.html")
