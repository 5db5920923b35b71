"""A record as a line: its columns, what stands in each, what it is called, its state as a pill. Used by the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.errors import say
from engine.web.pages.cells import Cell, cell, tone
from engine.web.pages.visit import Visit
from engine.web.pages.words import WORDS

CORE = {"number": "text", "state": "state", "created": "moment", "updated": "moment", "created_by": "person"}
SAID = 4
"""Cells that a line of a report is called by."""
BULK = ("approve", "reject")
"""Verdicts that many tasks may be given at once."""


def columns_of(form: Mapping[str, Any], visit: Visit, chosen: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The columns that were chosen, or those of the definition: fields, and what every record has."""
    words = visit.said()
    columns = []
    for name in dict.fromkeys(chosen or form["list"] or ("number", "state", "created")):
        field = form["fields"].get(name)
        if field is not None and field["type"] != "table":
            columns.append({"name": name, **field})
        elif name in CORE:
            columns.append({"name": name, "type": CORE[name], "widget": CORE[name], "title": words[name]})
    return columns or columns_of(form, visit)


def says(form: Mapping[str, Any], item: Mapping[str, Any], cells: Iterable[Cell], language: str) -> str:
    """What a record is called: its number; what has none yet says so, what never has one by its first text."""
    if item["number"]:
        return str(item["number"])
    if form["kind"] == "report":
        return " · ".join([each.shown for each in cells if each.kind != "nothing"][:SAID]) or say(
            WORDS["no_number"], language
        )
    first = next((each.shown for each in cells if each.kind == "text"), "") if form["kind"] != "document" else ""
    return first or say(WORDS["no_number"], language)


def value_of(form: Mapping[str, Any], column: Mapping[str, Any], item: Mapping[str, Any], language: str) -> Cell:
    """What stands in one column of a record."""
    name = column["name"]
    if name == "state":
        return pill(form, item["state"])
    if name in form["fields"]:
        return cell(column, item["values"].get(name), language)
    return replace(cell(column, item.get(name), language), tone="ago" if column["widget"] == "moment" else "")


def pill(form: Mapping[str, Any], name: str) -> Cell:
    """A state as its title, in one of the four meanings."""
    state = next((each for each in form["states"] if each["name"] == name), None)
    return Cell("pill", state["title"] if state else name, tone=tone(state))


def lined(task: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A task as a list shows it: what its record is about in a line, and which verdicts many may be given at once.

    The line has no titles: what is only yes or no is not in it, and the same amount is there once.
    """
    record = task["record"]
    told = [each for each in record["shows"] if each.get("widget") != "check"]
    cells = [replace(cell(each, each["value"], language), unit=each.get("unit", "")) for each in told]
    shown = list({(each.kind, each.shown, each.unit): each for each in cells}.values())
    return {
        **task,
        "says": f"{record['title']} {record['number'] or ''}".strip(),
        "shown": [each for each in shown if each.kind != "nothing"],
        "bulk": [each for each in task["actions"] if each in BULK] if task["kind"] == "decide" else [],
    }
