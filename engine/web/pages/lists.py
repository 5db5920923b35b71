"""The list of any form: its columns from the definition, filters as words in the address. Used by `routes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from engine.errors import say
from engine.web.answers import Reply
from engine.web.pages.cells import Cell, cell, tone
from engine.web.pages.visit import Visit
from engine.web.pages.words import WORDS

PAGE = 50
CORE = {"number": "text", "state": "state", "created": "moment", "updated": "moment", "created_by": "person"}
_KEPT = ("q", "state", "sort", "filter")


def page(visit: Visit) -> Reply:
    """One page of the list, with what narrows it."""
    name = visit.words["form"]
    form = visit.get(f"forms/{name}")
    asked = {word: visit.query[word] for word in _KEPT if visit.query.get(word)}
    chosen = {f: v for f, v in visit.query.items() if f.startswith("f.") and v}
    named = {field["to"]: _name_of(visit, field["to"]) for field in form["fields"].values() if field.get("to")}
    conditions = _conditions(form, asked, chosen, named)
    query: dict[str, str] = {"sort": "-created", **{word: asked[word] for word in ("q", "sort") if word in asked}}
    if conditions:
        query["filter"] = " and ".join(conditions)
    at = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    body = visit.get(f"records/{name}", limit=str(PAGE), count="exact", **query, **at)
    columns = columns_of(form, visit)
    rows = [_row(form, columns, each, visit) for each in body["items"]]
    words = {**asked, **chosen}
    following = urlencode({**words, "cursor": body["next"]}) if body["next"] else None
    return visit.shown(
        "list.html",
        form=form,
        columns=columns,
        rows=rows,
        bulk=_bulk(form, rows),
        count=body.get("count"),
        asked=asked,
        chosen=chosen,
        filters=_filters(form, chosen, named),
        following=following,
        later="cursor" in visit.query,
        base=urlencode(words),
        unsorted=urlencode({word: each for word, each in words.items() if word != "sort"}),
        exported=urlencode({"format": "csv", **query}),
    )


def columns_of(form: Mapping[str, Any], visit: Visit) -> list[dict[str, Any]]:
    """What the definition lists: fields, and what every record has."""
    words = visit.said()
    columns = []
    for name in form["list"] or ("number", "state", "created"):
        field = form["fields"].get(name)
        if field is not None and field["type"] != "table":
            columns.append({"name": name, **field})
        elif name in CORE:
            columns.append({"name": name, "type": CORE[name], "title": words[name]})
    return columns


def _row(
    form: Mapping[str, Any], columns: list[dict[str, Any]], item: Mapping[str, Any], visit: Visit
) -> dict[str, Any]:
    cells = [value_of(form, column, item, visit.language) for column in columns]
    return {"item": item, "cells": cells, "says": says(form, item, cells, visit.language)}


def says(form: Mapping[str, Any], item: Mapping[str, Any], cells: Iterable[Cell], language: str) -> str:
    """What a record is called: its number; what has none yet says so, what never has one by its first text."""
    if item["number"]:
        return str(item["number"])
    first = next((each.shown for each in cells if each.kind == "text"), "") if form["kind"] != "document" else ""
    return first or say(WORDS["no_number"], language)


def _bulk(form: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What may be done with many records of this page at once; None where nothing may."""
    states = {row["item"]["state"] for row in rows}
    actions = [each for each in form["actions"] if states & set(each["from"])]
    if not actions:
        return None
    lines = [{"id": row["item"]["id"], "says": row["says"], "state": row["item"]["state"]} for row in rows]
    return {"form": form["form"], "actions": actions, "lines": lines}


def value_of(form: Mapping[str, Any], column: Mapping[str, Any], item: Mapping[str, Any], language: str) -> Cell:
    """What stands in one column of a record."""
    name = column["name"]
    if name == "state":
        return pill(form, item["state"])
    if name in form["fields"]:
        return cell(column, item["values"].get(name), language)
    return replace(cell(column, item.get(name), language), tone="ago" if column["type"] == "moment" else "")


def pill(form: Mapping[str, Any], name: str) -> Cell:
    """A state as its title, in one of the four meanings."""
    states = {each["name"]: each for each in form["states"]}
    state = states.get(name)
    first = form["states"][0]["name"] if form["states"] else None
    meant = tone(state, first) if form["kind"] == "document" else _in_use(state)
    return Cell("pill", state["title"] if state else name, tone=meant)


def _in_use(state: Mapping[str, Any] | None) -> str:
    """What is not a paper on its way is in use, or out of it."""
    return "quiet" if state is None or state.get("end") else "good"


def _name_of(visit: Visit, form: str) -> str | None:
    """The field by which people name a record of this form; None where it has none that this person sees."""
    fields = (visit.perhaps(f"forms/{form}") or {"fields": {}})["fields"]
    return next((each for each in ("code", "account") if each in fields), None)


def _filters(
    form: Mapping[str, Any], chosen: Mapping[str, str], named: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """The fields by which a list is narrowed: those that it shows, and choices."""
    shown = [name for name in form["list"] if name in form["fields"]]
    names = [*shown, *(name for name, each in form["fields"].items() if each["type"] == "choice" and name not in shown)]
    return [
        {"name": f"f.{name}", "value": chosen.get(f"f.{name}", ""), **form["fields"][name]}
        for name in names
        if form["fields"][name]["type"] in ("choice", "boolean") or named.get(form["fields"][name].get("to", ""))
    ]


def _conditions(
    form: Mapping[str, Any], asked: Mapping[str, str], chosen: Mapping[str, str], named: Mapping[str, str | None]
) -> list[str]:
    """The filter in the language of expressions; what cannot be a word in it matches nothing."""
    conditions = [f"({asked['filter']})"] if "filter" in asked else []
    if "state" in asked:
        conditions.append(f"state == {_quoted(asked['state'])}")
    for word, value in chosen.items():
        name = word.removeprefix("f.")
        field = form["fields"].get(name, {})
        kind, by = field.get("type"), named.get(field.get("to", ""))
        if kind == "boolean":
            conditions.append(name if value == "true" else f"{name} == false")
        elif kind == "choice":
            conditions.append(f"{name} == {_quoted(value)}")
        elif by is not None:
            conditions.append(f"{name}.{by} == {_quoted(value)}")
    return conditions


def _quoted(value: str) -> str:
    plain = "".join(each for each in value if each not in "'\\\"" and each.isprintable())
    return f"'{plain}'"
