"""The form of any form: an island that is told what it needs at once. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import forbidden
from engine.web.answers import Reply
from engine.web.pages.visit import Visit


def new(visit: Visit) -> Reply:
    """A record that is not there yet."""
    name = visit.words["form"]
    form = visit.get(f"forms/{name}")
    if "create" not in visit.get("me")["may"].get(name, ()):
        raise forbidden()
    told = {"form": form, "record": None, "filled": visit.get(f"records/{name}/fill")}
    return visit.shown("form.html", form=form, record=None, told=told)


def edit(visit: Visit) -> Reply:
    """A record whose fields I may write now."""
    name, record = visit.words["form"], visit.words["id"]
    form = visit.get(f"forms/{name}")
    found = visit.get(f"records/{name}/{record}")
    filled = visit.get(f"records/{name}/{record}/fill")
    if not filled["writable"]:
        raise forbidden()
    offered = [each["name"] for each in found["actions"] if not each["asks"]] if _begins(form, found) else []
    told = {"form": form, "record": found, "filled": filled, "offered": offered}
    return visit.shown("form.html", form=form, record=found, told=told)


def _begins(form: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether it is a paper that nobody has sent on yet; what is in use is saved, and retired elsewhere."""
    return form["kind"] == "document" and bool(form["states"]) and found["state"] == form["states"][0]["name"]
