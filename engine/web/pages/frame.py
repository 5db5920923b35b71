"""What stands around every page: where one may go, what waits, who one is. Used by `visit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.web.pages.visit import Visit

WAITING = 20
"""Counted on every page, so not further than this."""


def frame_of(visit: Visit) -> dict[str, Any]:
    """The person, the forms in their groups, what may be begun, how much waits."""
    me = visit.get("me")
    forms = visit.get("forms")["items"]
    may = me["may"]
    waiting = len(visit.get("tasks", limit=str(WAITING))["items"])
    unread = sum(1 for each in visit.get("notices", limit="50")["items"] if each["read"] is None)
    return {
        "me": me,
        "documents": [each for each in forms if each["kind"] == "document"],
        "masters": [each for each in forms if each["kind"] != "document"],
        "new": [each for each in forms if each["kind"] == "document" and "create" in may.get(each["form"], ())],
        "waiting": f"{WAITING}+" if waiting == WAITING else waiting,
        "unread": unread,
    }
