"""What was decided on before beside what is new, for who is asked again: one line a field. Used by `record`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.web.pages import contents

SHOWN = 60
"""So many lines are read before the record itself; the rest is one press away."""


def of(form: Mapping[str, Any], found: Mapping[str, Any], language: str, *, whole: bool) -> dict[str, Any] | None:
    """The comparison of the first task that has one; None where nothing was decided on before."""
    changed = next((each["changed"] for each in found["tasks"] if "changed" in each), None)
    if changed is None:
        return None
    shown = changed if whole else changed[:SHOWN]
    lines = [_line(form, found, each, _beside(found, each, changed), language) for each in shown]
    return {"lines": lines, "count": len(changed), "left": len(changed) - len(shown)}


def _beside(
    found: Mapping[str, Any], change: Mapping[str, Any], changed: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The values among which one stands, which say in what it is counted; of a row that is gone, its old ones."""
    table, _, rest = change["path"].strip("/").partition("/")
    if not rest:
        values: Mapping[str, Any] = found["values"]
        return values
    row = rest.partition("/")[0]
    standing = next((each for each in found["values"].get(table) or () if each["row"] == row), None)
    if standing is not None:
        return dict(standing)
    gone = f"/{table}/{row}/"
    return {each["path"].removeprefix(gone): each["old"] for each in changed if each["path"].startswith(gone)}


def _line(
    form: Mapping[str, Any],
    found: Mapping[str, Any],
    change: Mapping[str, Any],
    beside: Mapping[str, Any],
    language: str,
) -> dict[str, Any]:
    words = change["path"].strip("/").split("/")
    field = form["fields"].get(words[0], {})
    table = field.get("title", "") if len(words) == 3 else ""
    column = field.get("fields", {}).get(words[2]) if len(words) == 3 else field
    told = {"title": change["title"], "table": table, "row": change.get("row") or "", "kind": change.get("kind", "")}
    cells = {
        which: contents.told(form, found, column or {"title": "", "type": "text"}, change[which], beside, language)
        for which in ("old", "new")
    }
    return {**told, **cells}
