"""What drafts would do to the records there are, for whoever may edit or publish definitions. Used by `routes`."""

from __future__ import annotations

from typing import Any

from engine.errors import forbidden
from engine.web.answers import Reply
from engine.web.pages.visit import Visit


def page(visit: Visit) -> Reply:
    """The drafts to choose from; the page asks for the rest piece by piece."""
    if not visit.get("me")["previews"]:
        raise forbidden()
    forms = visit.get("forms")["items"]
    told: dict[str, Any] = {
        "drafts": [
            {
                "kind": each["kind"],
                "name": each["name"],
                "layer": each["layer"],
                "by": (each["author"] or {}).get("title") or "",
            }
            for each in visit.get("definitions/drafts")["items"]
        ],
        "forms": [{"form": each["form"], "title": each["title"]} for each in forms if each["kind"] == "document"],
    }
    return visit.shown("foresee.html", told=told)
