"""Everything that one may see by number, code, name or barcode, form by form. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from engine.web.answers import Reply
from engine.web.pages.cells import Cell
from engine.web.pages.lines import columns_of, pill, says, value_of
from engine.web.pages.visit import LONGEST, Visit

FOUND, TOLD = 8, 3


def page(visit: Visit) -> Reply:
    """What is found: master data before documents, for whoever types a code means the thing itself."""
    asked = visit.query.get("q", "").strip()[:LONGEST]
    forms = sorted(visit.get("forms")["items"], key=lambda each: each["kind"] == "document") if asked else []
    groups = [group for each in forms if (group := _group(visit, each, asked)) is not None]
    groups.sort(key=lambda each: not each["exact"])
    return visit.shown("search.html", asked=asked, groups=groups)


def _group(visit: Visit, form: Mapping[str, Any], asked: str) -> dict[str, Any] | None:
    body = visit.get(f"records/{form['form']}", q=asked, limit=str(FOUND))
    if not body["items"]:
        return None
    known = visit.get(f"forms/{form['form']}")
    # A box that is ticked says nothing without its title, and a line has none.
    columns = [each for each in columns_of(known, visit) if each["name"] != "state" and each["widget"] != "check"]
    lines = [_line(known, columns, each, visit.language) for each in body["items"]]
    exact = [each["says"].lower() == asked.lower() for each in lines]
    lines.sort(key=lambda each: each["says"].lower() != asked.lower())
    more = f"/records/{form['form']}?{urlencode({'q': asked})}" if body["next"] else None
    return {"form": form, "lines": lines, "exact": any(exact), "more": more}


def _line(
    form: Mapping[str, Any], columns: list[dict[str, Any]], item: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """A record by its number or code, what else its list shows of it, and its state where it has several."""
    cells = [_valued(form, each, value_of(form, each, item, language)) for each in columns]
    told = [each for each in cells if each.kind != "nothing"]
    called = says(form, item, told, language)
    rest = [each for each in told if each.shown != called][:TOLD]
    return {"item": item, "says": called, "rest": rest, "pill": pill(form, item["state"])}


def _valued(form: Mapping[str, Any], column: Mapping[str, Any], told: Cell) -> Cell:
    """Money with its currency: there is no head over it that says so."""
    return replace(told, unit=str(form.get("currency") or "")) if column["widget"] == "money" else told
