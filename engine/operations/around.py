"""What a reader needs beside a record's values: units of quantities, names of files, rows by name. Used by `reading`.

Asked of what is shown to him already, so that nothing hidden comes in by this way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field
from engine.expressions import Reference
from engine.operations import asking, presenting, rights, stockwords
from engine.records import attachments
from engine.records.filling_plan import REFERENCES

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def units(operation: Operation, folder: Folder, shown: Mapping[str, Any]) -> dict[str, str]:
    """The unit of every item whose quantity the record shows, by the item's id."""
    found: dict[str, str] = {}
    for field, values in _placed(folder, shown):
        item = values.get(str(field.options.get("of")))
        if field.type == "quantity" and isinstance(item, dict) and item.get("id") not in (None, *found):
            unit = unit_of(operation, item["id"])
            if unit:
                found[item["id"]] = unit
    return found


def unit_of(operation: Operation, item: str) -> str | None:
    """The base unit of an item in the reader's words; None where he sees none."""
    told = stockwords.unit(operation, item)
    return told["title"] if told else None


def files(operation: Operation, folder: Folder, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Name, type and size of every file that the record shows, by its id."""
    found: dict[str, Any] = {}
    for field, values in _placed(folder, shown):
        for each in asking.files_in(field, values):
            known = attachments.get(operation.connection, each)
            if known is not None:
                found[known.id] = {"name": known.name, "type": known.type, "size": known.size}
    return found


def _placed(folder: Folder, shown: Mapping[str, Any]) -> Iterator[tuple[Field, Mapping[str, Any]]]:
    """Every field that is shown, with the values that it stands among."""
    for field in folder.form.fields.values():
        if field.type == "table":
            for row in shown.get(field.name) or ():
                yield from ((each, row) for each in field.fields.values() if each.name in row)
        elif field.name in shown:
            yield field, shown


def changes(operation: Operation, folder: Folder, stored: list[Any]) -> list[dict[str, Any]]:
    """Changed fields with references as `{id, code, title}`; a change in a row says by `row` which one it is."""
    names = _rows(operation, folder, stored)
    out = []
    for each in stored:
        words = each["path"].strip("/").split("/")
        field = _field(folder, words)
        told = {"path": each["path"], "old": each.get("old"), "new": each.get("new")}
        if field is not None and field.type in REFERENCES:
            told |= {which: _named(operation, told[which]) for which in ("old", "new")}
        if len(words) == 3:
            told["row"] = names.get(words[1])
        out.append(told)
    return out


def _field(folder: Folder, words: list[str]) -> Field | None:
    field = folder.form.fields.get(words[0])
    return field.fields.get(words[2]) if field is not None and len(words) == 3 else field


def _named(operation: Operation, value: Any) -> Any:
    if isinstance(value, list):
        return [_named(operation, each) for each in value]
    return presenting.named(operation, value) if isinstance(value, str) else value


def _rows(operation: Operation, folder: Folder, stored: list[Any]) -> dict[str, str]:
    """Rows by the first reference in them, as they are or as they are told of here."""
    hidden = rights.hidden(operation, folder)
    found: dict[str, str] = {}
    for name, rows in folder.tables():
        column = next((each for each in folder.form.fields[name].fields.values() if each.type == "reference"), None)
        if column is None or column.path in hidden:
            continue
        held = {row["row"]: row[column.name].id for row in rows if isinstance(row.get(column.name), Reference)}
        for each in stored:
            words = each["path"].strip("/").split("/")
            if len(words) == 3 and words[0] == name:
                told = each.get("new") or each.get("old") if words[2] == column.name else held.get(words[1])
                if isinstance(told, str) and words[1] not in found:
                    named = presenting.reference(operation, Reference(str(column.options.get("to")), told))
                    found[words[1]] = str(named["code"] or named["title"] or "")
    return found
