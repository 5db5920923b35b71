"""What a scanned code is: what has exactly this number, code or barcode, and what is there of it. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from engine.web.answers import Reply
from engine.web.pages.cells import grouped
from engine.web.pages.lines import pill
from engine.web.pages.visit import LONGEST, Visit

PLACES = 5


def page(visit: Visit) -> Reply:
    """A place to scan, and what `code` is where one is asked for."""
    code = _code(visit)
    return visit.shown("scan.html", code=code, things=_things(visit, code) if code else None, grouped=grouped)


def found(visit: Visit) -> Reply:
    """What `code` is. A part of a page."""
    code = _code(visit)
    return visit.shown("scan_found.html", code=code, things=_things(visit, code), grouped=grouped)


def _code(visit: Visit) -> str:
    return visit.query.get("code", "").strip()[:LONGEST]


def _things(visit: Visit, code: str) -> list[dict[str, Any]]:
    """What has the code, as `GET /api/codes` tells it, and what is there of each."""
    if not code:
        return []
    forms = {each["form"]: each for each in visit.get("forms")["items"]}
    return [_thing(visit, forms[each["form"]], each) for each in visit.get("codes", text=code)["items"]]


def _thing(visit: Visit, form: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    code, title = item["named"]["code"], item["named"]["title"]
    known = visit.get(f"forms/{form['form']}")
    stock = _stock(visit, str(code)) if form["ledger"] == "item" and code else None
    shown = {"code": code, "title": title, "pill": pill(known, item["state"]), "stock": stock}
    return {"form": form, "item": item, **shown}


def _stock(visit: Visit, code: str) -> list[dict[str, Any]]:
    """What is there of an item at the places of who looks; nowhere when he belongs to none."""
    mine = [each for each in visit.get("me")["units"] if each["code"]][:PLACES]
    told = []
    for place in mine:
        body = visit.perhaps("stock", item=code, place=str(place["code"]), group="item")
        if body is not None:
            own = body["items"][0] if body["items"] else {"available": "0", "on_hand": "0", "unit": None}
            address = urlencode({"place": place["code"], "item": code})
            told.append({"place": place, "available": own["available"], "unit": own["unit"], "address": address})
    return told
