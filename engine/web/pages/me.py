"""Oneself: roles in words, language and light, who decides while one is away, the password. Used by `routes`."""

from __future__ import annotations

from typing import Any

from engine.operations.signing import SHORTEST_PASSWORD
from engine.web.answers import Reply
from engine.web.pages.visit import Visit

THEMES = ("", "light", "dark")
"""As the device is, or as somebody chose."""


def page(visit: Visit) -> Reply:
    """Who I am here, what I chose, who acts for me and for whom I act."""
    me = visit.get("me")
    forms = visit.get("forms")["items"]
    titles = {each["form"]: each["title"] for each in forms}
    substitutes = [_worded(each, titles) for each in visit.get("me/substitute")["items"]]
    told = {
        "people": me["people"] if "see" in me["may"].get(me["people"], ()) else None,
        "forms": [{"form": each["form"], "title": each["title"]} for each in forms if each["kind"] == "document"],
    }
    acting_for = [_worded(each, titles) for each in me["acting_for"]]
    return visit.shown(
        "me.html",
        substitutes=substitutes,
        acting_for=acting_for,
        themes=THEMES,
        told=told,
        channels=visit.get("me/channels"),
    )


def _worded(each: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """For which forms, by their titles; those that I may not see are not told."""
    return {**each, "titles": [titles[name] for name in each["forms"] or () if name in titles]}


def password(visit: Visit) -> Reply:
    """A new password of my own choice."""
    return visit.shown("password.html", shortest=SHORTEST_PASSWORD)
