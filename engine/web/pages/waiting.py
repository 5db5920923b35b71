"""Where it waits: tasks that nobody can do, steps, people, returns; for whoever may see it. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Text, say, text
from engine.web.answers import Reply
from engine.web.pages.happened import initials, name
from engine.web.pages.visit import Visit

PERIODS = ("7", "30", "90", "365")
MOST = 50
_SPANS: tuple[tuple[int, Text], ...] = (
    (86_400, text("{} d", "{} 天")),
    (3_600, text("{} h", "{} 小时")),
    (60, text("{} min", "{} 分钟")),
)
_SHORT = text("under a minute", "不到 1 分钟")


def page(visit: Visit) -> Reply:
    """Of so many days: what is stuck, what waits where and how long, who answers how fast, why things come back."""
    days = visit.query.get("days", "30")
    found = visit.get("waiting", days=days)
    stuck = visit.get("tasks", all="true", nobody="true", limit=str(MOST))["items"]
    told = {
        "days": str(found["days"]),
        "periods": PERIODS,
        "stuck": [
            {**each, "says": f"{each['record']['title']} {each['record']['number'] or ''}".strip()} for each in stuck
        ],
        "more": len(stuck) == MOST,
        "steps": [{**each, **_spans(each, visit.language)} for each in found["steps"]],
        "people": [
            {
                "name": name(each["person"]),
                "face": initials(each["person"]),
                "answered": each["answered"],
                **_spans(each, visit.language),
            }
            for each in found["people"]
        ],
        "returns": found["returns"],
    }
    return visit.shown("waiting.html", told=told)


def _spans(each: Mapping[str, Any], language: str) -> dict[str, str]:
    return {word: span(each[word], language) for word in ("average", "longest")}


def span(seconds: int | None, language: str) -> str:
    """A time in its largest whole unit."""
    if seconds is None:
        return ""
    known = next(((size, words) for size, words in _SPANS if seconds >= size), None)
    return say(known[1], language).format(seconds // known[0]) if known else say(_SHORT, language)
