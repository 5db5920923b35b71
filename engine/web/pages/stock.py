"""What lies where, how it came there, and what is on its way. Used by `routes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from engine.quantities import write
from engine.web.answers import Reply
from engine.web.pages.cells import grouped
from engine.web.pages.visit import LONGEST, Visit

PAGE = 100
LAST = 20
_ASKED = ("place", "item", "at", "q")


def page(visit: Visit) -> Reply:
    """Stock of one place, of one item over all places, or both; with neither, what may be asked."""
    asked = {name: visit.query[name] for name in _ASKED if visit.query.get(name)}
    if not asked.keys() & {"place", "item"}:
        mine = [each for each in visit.get("me")["units"] if each["code"]]
        if len(mine) != 1:
            return _shown(visit, "stock.html", asked, mine=mine, places=_places(visit) if not mine else [])
        asked["place"] = str(mine[0]["code"])
    if "item" not in asked:
        return _of_place(visit, asked)
    return _of_both(visit, asked) if "place" in asked else _of_item(visit, asked)


def _of_place(visit: Visit, asked: Mapping[str, str]) -> Reply:
    """Every item at a place, by code, narrowed by what is typed."""
    when = _only(asked, "at")
    rows = visit.get("stock", place=asked["place"], group="item", **when)["items"]
    parts = visit.get("stock", place=asked["place"], below="true", group="place", **when)["items"]
    words = asked.get("q", "").casefold().split()
    found = [each for each in rows if each["item"] and all(word in _spoken(each["item"]) for word in words)]
    start = _start(visit, len(found))
    return _shown(
        visit,
        "stock_place.html",
        asked,
        rows=found[start : start + PAGE],
        count=len(found),
        start=start,
        inner=[each["place"] for each in parts if each["place"] and each["place"]["code"] != asked["place"]],
        before=_address(asked, start=max(0, start - PAGE)) if start else None,
        following=_address(asked, start=start + PAGE) if start + PAGE < len(found) else None,
        place=_named(parts, "place", asked["place"]) or _by_code(visit, "place", asked["place"]),
        elsewhere=None if rows or parts else _mine_instead(visit, asked["place"]),
    )


def _mine_instead(visit: Visit, code: str) -> list[dict[str, Any]] | None:
    """Where I look after stock, when I find nothing at a place that is not mine; None when it is mine and empty."""
    mine = [each for each in visit.get("me")["units"] if each["code"]]
    return None if any(code.partition("/")[0] == each["code"] for each in mine) else mine


def _of_item(visit: Visit, asked: Mapping[str, str]) -> Reply:
    """Where an item is."""
    rows = visit.get("stock", item=asked["item"], group="place", **_only(asked, "at"))["items"]
    whole = visit.get("stock", item=asked["item"], group="item", **_only(asked, "at"))["items"]
    rows = [each for each in rows if each["place"]]
    return _shown(
        visit,
        "stock_item.html",
        asked,
        rows=rows,
        total=_sums(each for each in rows if "/" not in each["place"]["id"]),
        unit=whole[0]["unit"] if whole else None,
        item=whole[0]["item"] if whole else _by_code(visit, "item", asked["item"]),
        moving=_moving(visit, asked),
    )


def _of_both(visit: Visit, asked: Mapping[str, str]) -> Reply:
    """One item at one place: what can be sold, in which lots, what is on its way, and how it came to be."""
    both = _only(asked, "place", "item", "at")
    rows = visit.get("stock", below="true", limit=str(PAGE), **both)["items"]
    own = visit.get("stock", group="item", **both)["items"]
    told = own[0] if own else None
    item = told["item"] if told else _by_code(visit, "item", asked["item"])
    steps = None if "at" in asked else visit.perhaps("stock/trail", newest="true", limit=str(LAST), **both)
    return _shown(
        visit,
        "stock_card.html",
        asked,
        rows=rows,
        total=_sums(own),
        unit=(told or (rows[0] if rows else {})).get("unit"),
        item=item,
        place=_named(rows, "place", asked["place"]) or _by_code(visit, "place", asked["place"]),
        moving=_moving(visit, asked),
        steps=(steps or {"items": []})["items"],
        more=bool(steps and steps["next"]),
    )


def trail(visit: Visit) -> Reply:
    """Every movement of an item at a place, the newest first, with the balance after it."""
    asked = {name: visit.query[name] for name in ("place", "item", "lot") if visit.query.get(name)}
    body = visit.get("stock/trail", newest="true", limit=str(PAGE), **asked, **_only(visit.query, "cursor"))
    return _listed(visit, "trail.html", asked, body)


def movements(visit: Visit) -> Reply:
    """What moved at a place, of an item, or anywhere one may see; the newest first."""
    asked = {name: visit.query[name] for name in ("place", "item", "record") if visit.query.get(name)}
    inside = {"below": "true"} if asked.get("place") else {}  # what lies in its parts is its own too
    page = {"newest": "true", "limit": str(PAGE), **_only(visit.query, "cursor")}
    body = visit.get("stock/movements", **inside, **asked, **page)
    return _listed(visit, "stock_movements.html", asked, body)


def _listed(visit: Visit, template: str, asked: Mapping[str, str], body: Mapping[str, Any]) -> Reply:
    following = urlencode({**asked, "cursor": body["next"]}) if body["next"] else None
    first = urlencode(asked) if "cursor" in visit.query else None
    return _shown(visit, template, asked, body=body, following=following, first=first)


def _shown(visit: Visit, template: str, asked: Mapping[str, str], **values: Any) -> Reply:
    """A page with its chooser: which forms are items and places is what the definitions tell the ledger."""
    forms = visit.get("forms")["items"]
    kinds = {kind: next((each["form"] for each in forms if each["ledger"] == kind), None) for kind in ("item", "place")}
    return visit.shown(template, asked=asked, kinds=kinds, address=urlencode(asked), grouped=grouped, **values)


def _places(visit: Visit) -> list[dict[str, Any]]:
    """Places to begin with, for who belongs to none: the records that are places, as far as he sees them."""
    forms = [each["form"] for each in visit.get("forms")["items"] if each["ledger"] == "place"]
    found = [each for form in forms for each in visit.get(f"records/{form}", limit=str(PAGE), sort="number")["items"]]
    return sorted((each["named"] for each in found), key=lambda each: str(each["code"]))


def _by_code(visit: Visit, ledger: str, code: str) -> Mapping[str, Any]:
    """An item of which there is nothing, a place where nothing is: as its record is called; at least its code."""
    kinds = {each["form"]: each["ledger"] for each in visit.get("forms")["items"]}
    found = visit.perhaps("codes", text=code[:LONGEST]) if code.strip() else None
    named = [each["named"] for each in (found or {"items": []})["items"] if kinds.get(each["form"]) == ledger]
    return next((each for each in named if each["code"] == code), {"code": code, "title": None})


def _moving(visit: Visit, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    if "at" in asked:
        return []
    body = visit.perhaps("stock/moving", **_only(asked, "item", "place"))
    return list(body["items"]) if body else []


def _only(asked: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: asked[name] for name in names if name in asked}


def _named(rows: Iterable[Mapping[str, Any]], name: str, code: str) -> Mapping[str, Any] | None:
    return next((each[name] for each in rows if each[name] and each[name]["code"] == code), None)


def _spoken(named: Mapping[str, Any]) -> str:
    return f"{named['code']} {named['title']}".casefold()


def _sums(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    sums = {"on_hand": Decimal(0), "reserved": Decimal(0), "available": Decimal(0)}
    for each in rows:
        for name in sums:
            sums[name] += Decimal(each[name])
    return {name: write(each) for name, each in sums.items()}


def _start(visit: Visit, count: int) -> int:
    """Where the page begins in the list; what is no number begins at the first."""
    sent = visit.query.get("start", "0")
    wanted = int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= 9 else 0
    return wanted if wanted < count else 0


def _address(asked: Mapping[str, str], **more: int) -> str:
    return urlencode({**asked, **{name: value for name, value in more.items() if value}})
