"""What a scanned code is: what has exactly this number, code or barcode, and what is there of it. Used by `routes`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from engine.web.answers import Reply
from engine.web.pages.cells import grouped
from engine.web.pages.lists import pill
from engine.web.pages.search import LONGEST
from engine.web.pages.visit import Visit

FOUND = 20
PLACES = 5
_GTIN = re.compile(r"0*([0-9]{7,14})\Z", re.ASCII)
_LENGTHS = (8, 12, 13, 14)


def page(visit: Visit) -> Reply:
    """A place to scan, and what `code` is where one is asked for."""
    code = _code(visit)
    return visit.shown("scan.html", code=code, things=_things(visit, code) if code else None, grouped=grouped)


def found(visit: Visit) -> Reply:
    """What `code` is. A part of a page."""
    code = _code(visit)
    return visit.shown("scan_found.html", code=code, things=_things(visit, code), grouped=grouped)


def spelled(code: str) -> list[str]:
    """The code, and how the other lengths of a GTIN write the same number."""
    bare = _GTIN.match(code)
    others = [bare[1].zfill(length) for length in _LENGTHS if length >= len(bare[1])] if bare else []
    return list(dict.fromkeys([code, *others]))


def _code(visit: Visit) -> str:
    return visit.query.get("code", "").strip()[:LONGEST]


def _things(visit: Visit, code: str) -> list[dict[str, Any]]:
    """Master data before documents, as in a search; other lengths of a GTIN only where there are barcodes."""
    if not code:
        return []
    forms = sorted(visit.get("forms")["items"], key=lambda each: each["kind"] == "document")
    meant = {each.casefold() for each in spelled(code)}
    for each in spelled(code):
        if things := [thing for form in forms for thing in _of_form(visit, form, each, meant)]:
            return things
        forms = [form for form in forms if _has_barcodes(visit.get(f"forms/{form['form']}")["fields"])]
    return []


def _has_barcodes(fields: Mapping[str, Any]) -> bool:
    return any(each["type"] == "barcode" or _has_barcodes(each.get("fields") or {}) for each in fields.values())


def _of_form(visit: Visit, form: Mapping[str, Any], code: str, meant: set[str]) -> Iterable[dict[str, Any]]:
    for item in visit.get(f"records/{form['form']}", q=code, limit=str(FOUND))["items"]:
        if meant & set(_words([item["number"], item["values"]])):
            yield _thing(visit, form, item)


def _words(value: Any) -> Iterable[str]:
    """Every text in it, but not those of other records that it names."""
    if isinstance(value, str):
        yield value.casefold()
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif isinstance(value, Mapping) and "id" not in value:
        for each in value.values():
            yield from _words(each)


def _thing(visit: Visit, form: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    values = item["values"]
    code = values.get("code") or item["number"]
    known = visit.get(f"forms/{form['form']}")
    stock = _stock(visit, str(code)) if form["ledger"] == "item" and code else None
    title = values.get("name") or values.get("title")
    return {
        "form": form,
        "item": item,
        "code": code,
        "title": title,
        "pill": pill(known, item["state"]),
        "stock": stock,
    }


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
