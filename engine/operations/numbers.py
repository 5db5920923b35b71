"""Giving a record its number when its definition says so. Used by `taking` and `creating`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.definitions.models import Numbering
from engine.expressions import Reference
from engine.records import numbering

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def give(operation: Operation, folder: Folder, occasion: str) -> None:
    """Number the record if it has none and `given_at` names this occasion (`create` or an action)."""
    rule = folder.form.numbering
    if rule is None or folder.number is not None or rule.given_at != occasion:
        return
    texts = [_text(operation, folder, rule, part) for part in rule.parts]
    folder.number = numbering.next_number(operation.connection, folder.form.name, texts)


def _text(operation: Operation, folder: Folder, rule: Numbering, part: tuple[Any, ...]) -> str | int:
    """A part as text; the counter's width as a whole number."""
    kind = part[0]
    if kind == "counter":
        return int(part[1])
    if kind == "period":
        return _period(operation, rule.period)
    if kind == "path":
        return _path(operation, folder, tuple(part[1]))
    return str(part[-1])


def _path(operation: Operation, folder: Folder, path: tuple[str, ...]) -> str:
    value: Any = folder.values.get(path[0])
    for name in path[1:]:
        value = operation.shelf.field(value, name) if isinstance(value, Reference) else None
    return "" if value is None else str(value)


def _period(operation: Operation, period: str) -> str:
    today = operation.today
    if period == "day":
        return today.strftime("%Y%m%d")
    if period == "month":
        return today.strftime("%Y%m")
    if period == "year":
        return today.strftime("%Y")
    if period == "fiscal_year":
        starts = int(operation.library.settings.get("fiscal_year_starts", 1))
        return str(today.year if today.month >= starts else today.year - 1)
    return ""
