"""The content of a record as its page shows it: fields, files, tables with only the columns that matter, totals.

Used by `record`. A long table is cut where the eye loses it; the whole of it is one press away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.web.pages.cells import Cell, cell, grouped, sized

SHOWN_ROWS = 100


def fields(form: Mapping[str, Any], found: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Every field that is no table and that may be seen; those in which nothing stands come last and are folded."""
    shown = [
        {
            "title": field["title"],
            "type": field["type"],
            "open": _is_open(form, found, name),
            "cell": told(form, found, field, found["values"].get(name), found["values"], language),
        }
        for name, field in form["fields"].items()
        if field["type"] != "table" and name in found["values"] and not _is_offer(form, found, name)
    ]
    return sorted(shown, key=lambda each: each["cell"].kind == "nothing")


def told(
    form: Mapping[str, Any],
    found: Mapping[str, Any],
    field: Mapping[str, Any],
    value: Any,
    beside: Mapping[str, Any],
    language: str,
) -> Cell:
    """One value with its unit or currency; a file by its name and size."""
    shown = cell(field, value, language)
    if shown.kind == "file":
        return _file(found, value, shown)
    if shown.kind == "number":
        return replace(shown, unit=_unit(form, found, field, beside))
    return shown


def _unit(
    form: Mapping[str, Any], found: Mapping[str, Any], field: Mapping[str, Any], beside: Mapping[str, Any]
) -> str:
    if field["widget"] == "money":
        return str(form.get("currency") or "")
    item = beside.get(field.get("of", ""))
    return str(found["units"].get(item.get("id"), "")) if isinstance(item, Mapping) else ""


def _file(found: Mapping[str, Any], value: Any, shown: Cell) -> Cell:
    known = found["files"].get(value if isinstance(value, str) else "")
    if known is None:
        return shown
    kind = "image" if str(known["type"]).startswith("image/") else "file"
    return replace(shown, kind=kind, shown=known["name"], hint=sized(known["size"]))


def tables(form: Mapping[str, Any], found: Mapping[str, Any], language: str, *, whole: bool) -> list[dict[str, Any]]:
    """Each table with only the columns in which anything stands, and its totals."""
    made = []
    for name, field in form["fields"].items():
        rows = found["values"].get(name)
        if field["type"] != "table" or rows is None:
            continue
        columns = {
            key: {**each, "open": _is_open(form, found, f"{name}.{key}")}
            for key, each in field["fields"].items()
            if stands(rows, key, each) and not _is_offer(form, found, f"{name}.{key}")
        }
        shown = rows if whole else rows[:SHOWN_ROWS]
        made.append(
            {
                "name": name,
                "title": field["title"],
                "columns": list(columns.values()),
                "count": len(rows),
                "left": len(rows) - len(shown),
                "rows": [
                    [told(form, found, each, row.get(key), row, language) for key, each in columns.items()]
                    for row in shown
                ],
                "totals": totals(form, found, columns, rows),
            }
        )
    return made


def _is_offer(form: Mapping[str, Any], found: Mapping[str, Any], path: str) -> bool:
    """A default that somebody else will say yes to later: until the record is on its way it is nobody's word."""
    return path in form.get("later", ()) and found["state"] == form["states"][0]["name"]


def _is_open(form: Mapping[str, Any], found: Mapping[str, Any], path: str) -> bool:
    """Whether somebody may still write it: what was proposed to him is not to be read as done. A draft is all so."""
    return any(path in each.get("open", ()) for each in form["states"][1:] if each["name"] == found["state"])


def heeded(form: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """What the form's rules warn of, with where it stands: the row by what it is about, and the field; once each."""
    said = Counter(f"{_place(form, found, each['path'])}{each['message']}" for each in found["warnings"])
    return [f"{line} × {times}" if times > 1 else line for line, times in said.items()]


def _place(form: Mapping[str, Any], found: Mapping[str, Any], path: str) -> str:
    name, _, rest = path.strip("/").partition("/")
    field = form["fields"].get(name)
    if field is None:
        return ""
    index, _, column = rest.partition("/")
    if not column:
        return f"{field['title']} · "
    row = found["values"][name][int(index)]
    about = next((each["code"] for each in row.values() if isinstance(each, Mapping) and each.get("code")), None)
    return f"{about or int(index) + 1} · {field['fields'][column]['title']} · "


def stands(rows: Sequence[Mapping[str, Any]], column: str, field: Mapping[str, Any]) -> bool:
    """Whether anything stands in a column; a nought in every row is nothing, unless it was worked out."""
    if field.get("worked_out"):
        return any(row.get(column) is not None for row in rows)
    return any(not _is_nothing(row.get(column)) for row in rows)


def _is_nothing(value: Any) -> bool:
    if value in (None, "", [], False):
        return True
    return isinstance(value, str) and value.strip("0.") == "" and value[0] == "0"


def totals(
    form: Mapping[str, Any],
    found: Mapping[str, Any],
    columns: Mapping[str, Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
) -> list[Cell | None]:
    """The sum of every column that can be summed: money, and quantities that are all of one unit."""
    if len(rows) < 2:
        return []
    sums = [_total(form, found, name, each, rows) for name, each in columns.items()]
    return sums if any(sums) else []


def _total(
    form: Mapping[str, Any], found: Mapping[str, Any], name: str, field: Mapping[str, Any], rows: Sequence[Any]
) -> Cell | None:
    if not field.get("summed"):
        return None
    units = {_unit(form, found, field, row) for row in rows if row.get(name) is not None}
    if len(units) != 1:
        return None
    try:
        total = sum((Decimal(str(row[name])) for row in rows if row.get(name) is not None), Decimal(0))
    except InvalidOperation:
        return None
    return Cell("number", grouped(f"{total:f}"), unit=units.pop())
