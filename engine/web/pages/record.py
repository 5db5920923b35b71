"""One record: what it says, what may be done now and why not the rest, where it came from. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.web.answers import Reply
from engine.web.pages.cells import cell
from engine.web.pages.lists import pill
from engine.web.pages.visit import Visit


def page(visit: Visit) -> Reply:
    """The record in full."""
    return visit.shown("record.html", told=told_of(visit, visit.words["form"], visit.words["id"]))


def told_of(visit: Visit, name: str, record: str) -> dict[str, Any]:
    """Everything that a record's page shows; also for the inbox."""
    found = visit.get(f"records/{name}/{record}", actions="all")
    form = visit.get(f"forms/{name}")
    return {
        "form": form,
        "record": found,
        "pill": pill(form, found["state"]),
        "fields": _fields(form, found, visit.language),
        "tables": _tables(form, found, visit.language),
        "may": _next_first(found),
        "may_not": [each for each in found["actions"] if "because" in each],
        "edit": visit.perhaps(f"records/{name}/{record}/fill"),
        "route": visit.get(f"records/{name}/{record}/route")["items"],
        "history": [_line(form, each, visit) for each in _history(visit, name, record)],
        "links": _links(visit, found["links"]),
    }


def _next_first(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What I may do, what the record waits for before everything else."""
    awaited = {each["step"] for each in found["tasks"] if each["kind"] == "expects"}
    may = [each for each in found["actions"] if "because" not in each]
    return sorted(may, key=lambda each: each["name"] not in awaited)


def _fields(form: Mapping[str, Any], found: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    return [
        {"title": field["title"], "type": field["type"], "cell": cell(field, found["values"].get(name), language)}
        for name, field in form["fields"].items()
        if field["type"] != "table" and name in found["values"]
    ]


def _tables(form: Mapping[str, Any], found: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Each table with only the columns in which anything stands."""
    tables = []
    for name, field in form["fields"].items():
        rows = found["values"].get(name)
        if field["type"] != "table" or rows is None:
            continue
        shown = {column: each for column, each in field["fields"].items() if _stands(rows, column)}
        cells = [[cell(each, row.get(column), language) for column, each in shown.items()] for row in rows]
        tables.append({"title": field["title"], "columns": list(shown.values()), "rows": cells})
    return tables


def _stands(rows: list[dict[str, Any]], column: str) -> bool:
    return any(row.get(column) not in (None, "", [], "0") for row in rows)


def _history(visit: Visit, name: str, record: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = visit.get(f"records/{name}/{record}/history")["items"]
    return lines[::-1]


def _line(form: Mapping[str, Any], line: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    changes = [_change(form, each, visit.language) for each in line["changes"]]
    return {
        **line,
        "changes": [each for each in changes if each is not None],
        "pill": pill(form, line["to"]) if line["to"] and line["to"] != line["from"] else None,
    }


def _change(form: Mapping[str, Any], change: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """One changed field in the words of the form; whole rows are told by their first fields."""
    words = change["path"].strip("/").split("/")
    field = form["fields"].get(words[0])
    if field is not None and len(words) == 3:
        field = field["fields"].get(words[2])
    if field is None or field["type"] == "table":
        return None
    old, new = (cell(field, change[each], language).shown for each in ("old", "new"))
    return {"title": field["title"], "old": old, "new": new}


def _links(visit: Visit, links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each linked record once, with its form's title."""
    titles = {each["form"]: each["title"] for each in visit.get("forms")["items"]}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for link in links:
        key = (link["direction"], link["id"])
        if key not in found:
            other = visit.perhaps(f"records/{link['form']}/{link['id']}")
            if other is None:
                continue
            number = other["number"] or titles.get(link["form"])
            found[key] = {**link, "number": number, "title": titles.get(link["form"], link["form"]), "rows": 0}
        found[key]["rows"] += 1
    return list(found.values())
