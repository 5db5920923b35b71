"""What stands around every page: where one may go, what waits, who one is. Used by `visit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.web.pages.visit import Visit


def frame_of(visit: Visit) -> dict[str, Any]:
    """The person, the forms in their groups, what may be begun, how much waits."""
    me = visit.get("me")
    forms = visit.get("forms")["items"]
    may = me["may"]
    waits = visit.get("me/waiting")
    return {
        "me": me,
        "now": waits["now"],
        "documents": [each for each in forms if each["kind"] == "document"],
        "masters": [each for each in forms if each["kind"] == "master"],
        "reports": [each for each in forms if each["kind"] == "report"],
        "new": [each for each in forms if each["kind"] == "document" and "create" in may.get(each["form"], ())],
        "waiting": f"{waits['tasks']}+" if waits["more_tasks"] else waits["tasks"],
        "unread": f"{waits['notices']}+" if waits["more_notices"] else waits["notices"],
    }
