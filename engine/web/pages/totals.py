"""The foot of a list: which columns are summed, and how the sums are shown. Used by `lists`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.web.pages.cells import Cell, grouped

SUMMED = ("document", "report")
"""Kinds of lists whose columns are amounts; what a master says once for every use (a price) is none."""


def asked(form: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What the list is asked to sum: what has a sum and may be asked about at all. Prices are no amounts."""
    narrows = {each["name"] for each in form["narrows"]}
    names = [each["name"] for each in columns if each.get("summed") and each["name"] in narrows]
    return {"totals": ",".join(names)} if names and form["kind"] in SUMMED else {}


def told(
    form: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], sums: Mapping[str, Any] | None, shown: int
) -> list[Cell | None]:
    """A cell for every column; none at all where nothing is summed, or one row stands alone."""
    if not sums or shown < 2:
        return []
    cells = [_cell(form, each, sums.get(each["name"])) for each in columns]
    return cells if any(cells) else []


def _cell(form: Mapping[str, Any], column: Mapping[str, Any], found: Mapping[str, Any] | None) -> Cell | None:
    if found is None:
        return None
    unit = form.get("currency") if column["widget"] == "money" else found["unit"]
    return Cell("number", grouped(found["sum"]), unit=str(unit or ""))
