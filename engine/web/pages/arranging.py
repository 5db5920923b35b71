"""How a list is arranged for whoever looks: which of his views, which conditions, order and columns. Used by `lists`.

The address says it all: `view=` names a view; with `changed` its own words stand in place of those that were kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from engine.web.pages import filters
from engine.web.pages.visit import Visit

ALL = "all"


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is asked; which columns (None: as the definition has them); what every link that changes it keeps."""

    form: str
    asked: Mapping[str, str]
    columns: list[str] | None
    view: Mapping[str, Any] | None
    views: list[Mapping[str, Any]]
    kept: Mapping[str, str]
    same: str
    """The address of the list as it is, without where one is in it."""
    dirty: bool

    def tabs(self, words: Mapping[str, str]) -> list[dict[str, Any]]:
        """The whole list, and every view; none when there are no views."""
        if not self.views:
            return []
        whole = {"title": words["whole_list"], "to": f"?view={ALL}", "current": self.view is None, "standing": False}
        mine = [
            {"title": each["name"], "to": f"?{urlencode({'view': each['id']})}", **_marks(self, each)}
            for each in self.views
        ]
        return [whole, *mine]

    def told(self) -> dict[str, Any]:
        """What the browser needs to keep it as a view."""
        narrowing = {word: value for word, value in self.asked.items() if word != "sort"}
        view = self.view and {name: self.view[name] for name in ("id", "name", "default")}
        shape = {"filters": narrowing, "sort": self.asked.get("sort"), "columns": self.columns}
        return {"form": self.form, "view": view, "dirty": self.dirty, **shape}


def _marks(arranged: Arranged, view: Mapping[str, Any]) -> dict[str, bool]:
    return {"current": arranged.view is not None and view["id"] == arranged.view["id"], "standing": view["default"]}


def arranged(visit: Visit, form: Mapping[str, Any]) -> Arranged:
    """Read the address, and this person's views of the form."""
    found = visit.get("me/views", form=form["form"])["items"]
    views = [each for each in found if each["name"] is not None]
    own = next((each for each in found if each["name"] is None), None)
    written = filters.asked_of(visit.query, form["narrows"])
    sent = [each for each in visit.query.get("columns", "").split(",") if each]
    view = _chosen(visit, views, written, sent)
    changed = bool(written or sent or "changed" in visit.query)
    asked = written if view is None or changed else _words(view)
    columns = sent or (view["columns"] if view else own["columns"] if own else None)
    named = {"view": view["id"]} if view else {"view": ALL} if any(each["default"] for each in views) else {}
    kept = {**named, **({"changed": "1"} if view else {}), **({"columns": ",".join(sent)} if sent else {})}
    same = urlencode(named if view and not changed else {**kept, **asked})
    dirty = view is not None and (asked != _words(view) or columns != view["columns"])
    return Arranged(str(form["form"]), asked, columns, view, views, kept, same, dirty)


def _chosen(
    visit: Visit, views: list[Mapping[str, Any]], written: Mapping[str, str], sent: list[str]
) -> Mapping[str, Any] | None:
    """The view that is named; without a word the one that stands."""
    named = visit.query.get("view")
    if named is None and not written and not sent:
        return next((each for each in views if each["default"]), None)
    return next((each for each in views if each["id"] == named), None)


def _words(view: Mapping[str, Any]) -> dict[str, str]:
    return {**view["filters"], **({"sort": view["sort"]} if view["sort"] else {})}
