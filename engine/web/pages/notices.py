"""What I was told: what is new first, everything about one record together. Used by `routes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.web.answers import Reply
from engine.web.pages.visit import Visit

MOST = 100


def page(visit: Visit) -> Reply:
    """New ones, then those that I have read."""
    items = visit.get("notices", limit=str(MOST))["items"]
    titles = {each["form"]: each["title"] for each in visit.get("forms")["items"]}
    new = by_record((each for each in items if each["read"] is None), titles)
    old = by_record((each for each in items if each["read"] is not None), titles)
    return visit.shown("notices.html", new=new, old=old)


def by_record(items: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each record once, where its newest notice stands, with all that was told of it."""
    found: dict[str, dict[str, Any]] = {}
    for each in items:
        record = each["record"]
        title = titles.get(record["form"], record["form"])
        group = found.setdefault(record["id"], {"record": record, "title": title, "items": []})
        group["items"].append(each)
    return list(found.values())
