"""The list of any form: its columns from the definition, filters as words in the address. Used by `routes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from engine.errors import Refusal
from engine.web.answers import Reply
from engine.web.pages import arranging, filters, totals
from engine.web.pages.arranging import Arranged
from engine.web.pages.lines import CORE, columns_of, says, value_of
from engine.web.pages.visit import Visit

PAGE = 50
NEWEST = "-created"
UNSORTED = {"created_by"}
"""What narrows a list and does not order it."""


def page(visit: Visit) -> Reply:
    """One page of the list, with what narrows it."""
    name = visit.words["form"]
    form = visit.get(f"forms/{name}")
    shape = arranging.arranged(visit, form)
    query = {**({} if form["kind"] == "report" else {"sort": NEWEST}), **shape.asked}
    at = {word: visit.query[word] for word in ("cursor", "before") if visit.query.get(word)}
    columns = columns_of(form, visit, shape.columns)
    counted = {"limit": str(PAGE), "count": "exact", **totals.asked(form, columns), **query}
    try:
        body = visit.get(f"records/{name}", **counted, **at)
        if "before" in at and body["previous"] is None:
            body = visit.get(f"records/{name}", **counted)
    except Refusal as refusal:
        return _refused(visit, form, shape, refusal)
    rows = [_row(form, columns, each, visit) for each in body["items"]]
    exported = {"format": "csv", "readable": "true", "fields": ",".join(each["name"] for each in columns)}
    return visit.shown(
        "list.html",
        form=form,
        columns=columns,
        rows=rows,
        bulk=_bulk(form, rows),
        count=body.get("count"),
        totals=totals.told(form, columns, body.get("totals"), len(rows)),
        following=_beside(shape, "cursor", body["next"]),
        earlier=_beside(shape, "before", body["previous"]),
        exported=urlencode({**query, **exported}),
        **_narrowing(visit, form, shape, body.get("named", {})),
    )


def _beside(shape: Arranged, word: str, cursor: str | None) -> str | None:
    """The address of the page after or before."""
    if cursor is None:
        return None
    return f"{shape.same}{'&' if shape.same else ''}{urlencode({word: cursor})}"


def _narrowing(visit: Visit, form: Mapping[str, Any], shape: Arranged, named: Mapping[str, Any]) -> dict[str, Any]:
    """What narrows the list and what may; its views and columns."""
    asked, kept = shape.asked, shape.kept
    return {
        "asked": asked,
        "kept": kept,
        "chips": filters.chips(visit, form, asked, named, {}, kept),
        "offered": filters.offered(visit, form, asked, named),
        "whole": urlencode(kept),
        "unsorted": urlencode({**kept, **{word: each for word, each in asked.items() if word != "sort"}}),
        "complaints": [],
        "sortable": {each["name"] for each in form["narrows"]} - UNSORTED,
        "known_forms": {each["form"] for each in visit.get("forms")["items"]},
        "tabs": shape.tabs(visit.said()),
        "viewed": shape.told(),
        "chooser": _chooser(visit, form, shape),
    }


def _chooser(visit: Visit, form: Mapping[str, Any], shape: Arranged) -> dict[str, Any]:
    """Every column that this person may have, those that he has first."""
    every = columns_of(form, visit, [*(() if form["kind"] == "report" else CORE), *form["fields"]])
    return {
        "form": form["form"],
        "offered": [{"name": each["name"], "title": each["title"]} for each in every],
        "chosen": [each["name"] for each in columns_of(form, visit, shape.columns)],
        "own": shape.columns is not None,
        "view": shape.view["id"] if shape.view else None,
        "words": {word: each for word, each in {**shape.kept, **shape.asked}.items() if word != "columns"},
    }


def _refused(visit: Visit, form: Mapping[str, Any], shape: Arranged, refusal: Refusal) -> Reply:
    """The page without rows: what is wrong with which condition, and how to go on without it."""
    wrong = filters.faults_of(refusal)
    told = _narrowing(visit, form, shape, {})
    told["chips"] = filters.chips(visit, form, shape.asked, {}, wrong, shape.kept)
    told["complaints"] = filters.complaints(refusal, told["chips"], {**shape.asked, **visit.query}, visit.language)
    told["mended"] = filters.mended({**shape.kept, **shape.asked}, wrong)
    nothing: dict[str, Any] = {"columns": [], "rows": [], "bulk": None, "count": None, "following": None, "totals": []}
    return visit.shown("list.html", refusal.status, form=form, exported=None, earlier=None, **nothing, **told)


def _row(
    form: Mapping[str, Any], columns: list[dict[str, Any]], item: Mapping[str, Any], visit: Visit
) -> dict[str, Any]:
    cells = [value_of(form, column, item, visit.language) for column in columns]
    return {"item": item, "cells": cells, "says": says(form, item, cells, visit.language), "to": _to(item)}


def _to(item: Mapping[str, Any]) -> str | None:
    """The page of the record that a line stands for; a sum of many has none."""
    of = item.get("record", item)
    return f"/records/{of['form']}/{of['id']}" if of else None


def _bulk(form: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What may be done with many records of this page at once; None where nothing may."""
    if form["kind"] == "report":
        return _chosen(form, rows)
    states = {row["item"]["state"] for row in rows}
    actions = [each for each in form["actions"] if states & set(each["from"])]
    if not actions:
        return None
    lines = [{"id": row["item"]["id"], "says": row["says"], "state": row["item"]["state"]} for row in rows]
    return {"form": form["form"], "actions": actions, "lines": lines}


def _chosen(form: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What may be done with chosen lines of a report: all of them in one, or none."""
    if not form["actions"]:
        return None
    lines = [{"id": row["item"]["id"], "says": row["says"], "state": "", "href": row["to"]} for row in rows]
    return {"form": form["form"], "actions": [{**each, "from": [""]} for each in form["actions"]], "lines": lines,
            "together": True}  # fmt: skip
