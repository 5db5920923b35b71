"""The first page, search over everything, notices, and oneself. Used by `routes`."""

from __future__ import annotations

from typing import Any

from engine.web.answers import Reply
from engine.web.pages.visit import Visit

FIRST, LATELY, FOUND = 8, 5, 8
LONGEST = 100


def home(visit: Visit) -> Reply:
    """What waits for me, and what I did lately."""
    tasks = visit.get("tasks", limit=str(FIRST))["items"]
    lately = _lately(visit)
    return visit.shown("home.html", tasks=tasks, lately=lately)


def _lately(visit: Visit) -> list[dict[str, Any]]:
    """The newest records of each kind of document that one may see."""
    groups = []
    for form in visit.get("forms")["items"]:
        if form["kind"] == "document":
            items = visit.get(f"records/{form['form']}", sort="-created", limit=str(LATELY))["items"]
            if items:
                groups.append({"form": form, "items": items, "states": states_of(visit, form["form"])})
    return groups


def states_of(visit: Visit, form: str) -> dict[str, dict[str, Any]]:
    """The states of a form by name."""
    return {each["name"]: each for each in visit.get(f"forms/{form}")["states"]}


def search(visit: Visit) -> Reply:
    """Everything that one may see by number, code, name or barcode, form by form."""
    asked = visit.query.get("q", "").strip()[:LONGEST]
    groups = []
    for form in visit.get("forms")["items"] if asked else ():
        items = visit.get(f"records/{form['form']}", q=asked, limit=str(FOUND))["items"]
        if items:
            groups.append({"form": form, "items": items})
    return visit.shown("search.html", asked=asked, groups=groups)


def notices(visit: Visit) -> Reply:
    """What I was told."""
    return visit.shown("notices.html", notices=visit.get("notices")["items"])


def me(visit: Visit) -> Reply:
    """Who I am here, my language, how to sign out."""
    return visit.shown("me.html")


def password(visit: Visit) -> Reply:
    """A new password of my own choice."""
    return visit.shown("password.html")


def new(visit: Visit) -> Reply:
    """What I may begin, on a phone."""
    return visit.shown("new.html")
