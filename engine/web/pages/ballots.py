"""Rows that are decided one by one, as a page tells them: who decides each, and what was said. Used by `record`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.web.pages import contents
from engine.web.pages.happened import name

VERDICTS = ("approve", "reject")
_TONES = {"row_waits": "attention", "row_approved": "good", "row_rejected": "wrong", "row_passed": "quiet"}
FIRST = 4
"""So many columns say what a row is about; the whole table stands below."""


def of(
    form: Mapping[str, Any],
    found: Mapping[str, Any],
    way: Sequence[Mapping[str, Any]],
    lines: Sequence[Mapping[str, Any]],
    language: str,
) -> list[dict[str, Any]]:
    """Each open task that is decided row by row, as a table."""
    made = []
    for task in found["tasks"]:
        table = _table_of(form, found, task.get("rows") or ())
        if table is not None:
            states = {
                each["row"]: each["state"]
                for step in way
                if step["step"] == task["step"]
                for each in step.get("rows", ())
            }
            made.append(_ballot(form, found, task, table, states, lines, language))
    return made


def _table_of(form: Mapping[str, Any], found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str | None:
    named = {each["row"] for each in rows}
    for table, field in form["fields"].items():
        if field["type"] == "table" and named & {each["row"] for each in found["values"].get(table) or ()}:
            return str(table)
    return None


def _ballot(
    form: Mapping[str, Any],
    found: Mapping[str, Any],
    task: Mapping[str, Any],
    table: str,
    states: Mapping[str, str],
    lines: Sequence[Mapping[str, Any]],
    language: str,
) -> dict[str, Any]:
    values = found["values"][table]
    fields = form["fields"][table]["fields"]
    shown = [column for column, field in fields.items() if contents.stands(values, column, field)][:FIRST]
    asked = {each["row"]: each for each in task["rows"]}
    said = dict(_said(task["step"], lines))
    rows = []
    for row in values:
        cells = [contents.told(form, found, fields[each], row.get(each), row, language) for each in shown]
        one = asked.get(row["row"])
        stands = _stands(row["row"], one, states, said)
        people = [name(each) for each in one["people"]] if one else [said[row["row"]][1]] if row["row"] in said else []
        about = next((each.shown for each in cells if each.kind != "nothing"), "")
        rows.append(
            {
                "row": row["row"],
                "says": about,
                "cells": cells,
                "mine": bool(one and one["mine"]),
                "people": people,
                "stands": stands,
                "tone": _TONES[stands],
            }
        )
    return {
        "task": task["id"],
        "title": task["title"],
        "columns": [fields[each] for each in shown],
        "rows": rows,
        "mine": any(each["mine"] for each in rows),
        "verdicts": [each for each in VERDICTS if each in task["actions"]],
    }


def _stands(
    row: str, asked: Mapping[str, Any] | None, states: Mapping[str, str], said: Mapping[str, tuple[str, str]]
) -> str:
    if asked is not None:
        return "row_waits"
    if row in said:
        return "row_rejected" if said[row][0] == "reject" else "row_approved"
    return "row_approved" if states.get(row) == "done" else "row_passed"


def _said(step: str, lines: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """What was decided of each row in a step, and by whom; what was said last comes last."""
    for line in lines:
        verdict, _, where = line["action"].partition(":")
        if where == step and verdict in VERDICTS:
            for row in line.get("rows") or ():
                yield row, (verdict, name(line["person"]))
