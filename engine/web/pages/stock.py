"""What lies where, and how it came there. Used by `routes`."""

from __future__ import annotations

from engine.web.answers import Reply
from engine.web.pages.visit import Visit

PAGE = 100


def page(visit: Visit) -> Reply:
    """Stock of one place, of one item over all places, or both."""
    asked = {name: visit.query[name] for name in ("place", "item", "cursor") if visit.query.get(name)}
    mine = [{"place": each} for each in visit.get("me")["units"]]
    places = mine or visit.get("stock", group="place")["items"]
    body = visit.get("stock", limit=str(PAGE), **asked) if asked.keys() & {"place", "item"} else None
    return visit.shown("stock.html", body=body, asked=asked, places=[each["place"] for each in places if each["place"]])


def trail(visit: Visit) -> Reply:
    """Every movement of an item at a place, with the balance after it."""
    asked = {name: visit.query[name] for name in ("place", "item", "lot", "cursor") if visit.query.get(name)}
    return visit.shown("trail.html", body=visit.get("stock/trail", limit=str(PAGE), **asked), asked=asked)
