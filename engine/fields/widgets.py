"""How values of a type are typed, narrowed and shown: the closed set that pages and scripts know. Used by operations.

A type names one of these as its `widget`; whatever is to be known of its values beside that is told from here, so that
nothing else has a list of types. A type of a third party that names none of them is typed and shown as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from engine.fields.kinds import FieldType


@dataclass(frozen=True, slots=True)
class Widget:
    """`asked`: how a list is narrowed by it (`text`, `number`, `day`, `choice`, `truth`, `record`), empty for not."""

    name: str
    asked: str = ""
    digits: bool = False
    """Digits stand under digits, in threes."""
    summed: bool = False
    """A column of them has a sum that says something."""
    scanned: bool = False
    """Read from the thing itself, by a scanner."""


WIDGETS: Mapping[str, Widget] = MappingProxyType(
    {
        each.name: each
        for each in (
            Widget("text", "text"),
            Widget("area", "text"),
            Widget("url", "text"),
            Widget("scan", "text", scanned=True),
            Widget("serials", scanned=True),
            Widget("number", "number", digits=True),
            Widget("whole", "number", digits=True),
            Widget("quantity", "number", digits=True, summed=True),
            Widget("money", "number", digits=True, summed=True),
            Widget("date", "day"),
            Widget("moment", "day"),
            Widget("check", "truth"),
            Widget("choice", "choice"),
            Widget("choices"),
            Widget("reference", "record"),
            Widget("person", "record"),
            Widget("org_unit", "record"),
            Widget("table"),
            Widget("file"),
            Widget("image"),
            Widget("signature"),
        )
    }
)


def widget_of(type_: FieldType) -> Widget:
    """The widget of a type."""
    return WIDGETS.get(type_.widget, WIDGETS["text"])


def shape(type_: FieldType, options: Mapping[str, Any]) -> dict[str, Any]:
    """What pages and scripts are told of a field beside its type: its widget, and whether it is digits and summed.

    What is said of `each` piece (a price) has no sum that says anything.
    """
    widget = widget_of(type_)
    told: dict[str, Any] = {"widget": widget.name}
    if widget.digits:
        told["digits"] = True
    if widget.summed and not options.get("each"):
        told["summed"] = True
    return told
