"""The form of any form: an island that is told what it needs at once. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import forbidden
from engine.web.answers import Reply
from engine.web.pages import happened
from engine.web.pages.told import filled_first
from engine.web.pages.visit import LONGEST, Visit


def new(visit: Visit) -> Reply:
    """A record that is not there yet."""
    name = visit.words["form"]
    form = visit.get(f"forms/{name}")
    if "create" not in visit.get("me")["may"].get(name, ()):
        raise forbidden()
    told = {"form": form, "record": None, "filled": visit.get(f"records/{name}/fill")}
    told["awaited"] = visit.query.get("for", "")[:LONGEST]
    told["begun"] = _begun(visit, told["filled"])
    return visit.shown("form.html", form=form, record=None, told=told, returned=None)


def _begun(visit: Visit, filled: Mapping[str, Any]) -> dict[str, str]:
    """What was typed where it was missed (`?in=code&typed=L-9`), if one writes that field."""
    field, words = visit.query.get("in", ""), visit.query.get("typed", "")[:LONGEST].strip()
    return {field: words} if words and field in filled["writable"] and "." not in field else {}


def edit(visit: Visit) -> Reply:
    """A record whose fields I may write now."""
    name, record = visit.words["form"], visit.words["id"]
    form = visit.get(f"forms/{name}")
    found = visit.get(f"records/{name}/{record}", actions="all")
    action = _filling(visit, found)
    filled = visit.get(f"records/{name}/{record}/fill", **({"action": action["name"]} if action else {}))
    if not filled["writable"]:
        raise forbidden()
    offered = [action] if action else _offered(visit, form, found)
    told = {"form": form, "record": found, "filled": filled, "offered": offered, "filling": bool(action)}
    lines = visit.get(f"records/{name}/{record}/history", newest="true")["items"][::-1]
    return visit.shown("form.html", form=form, record=found, told=told, returned=happened.returned(lines))


def _filling(visit: Visit, found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The action that is asked for, where it lets one write what else one may not."""
    asked = visit.query.get("action")
    return next((each for each in found["actions"] if each["name"] == asked and filled_first(each)), None)


def _offered(visit: Visit, form: Mapping[str, Any], found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is done with it when it is filled: what it waits for from me, or what a paper begins with.

    That something is missing or wrong yet is no reason against it here: it is being filled in. What only gives the
    record up is no way on. What is in use is saved, and retired elsewhere.
    """
    mine = visit.get("me")["person"]["id"]
    awaited = {
        each["step"]
        for each in found["tasks"]
        if each["kind"] == "expects" and any(person["id"] == mine for person in each["people"])
    }
    begins = form["kind"] == "document" and bool(form["states"]) and found["state"] == form["states"][0]["name"]
    open_now = [each for each in found["actions"] if each["name"] in awaited or (begins and _may_come(each))]
    return sorted(open_now, key=lambda each: each["name"] not in awaited)


def _may_come(action: Mapping[str, Any]) -> bool:
    """Whether it leads on, now or when the record is filled as its rules ask."""
    return not action.get("gives_up") and action.get("code", "guard") == "guard"
