"""Values in the address of a list, read strictly: numbers, days, choices, yes and no. Used by `conditions`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import overload

from engine.errors import Text, text
from engine.expressions import Type

BOUNDS = ("from", "to")
_SIGNS = {"": "==", "from": ">=", "to": "<="}
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_AGO = re.compile(r"-([0-9]{1,4})d", re.ASCII)
_MOST_PLACES = 6
TODAY = "today"


class Wrong(ValueError):
    """What was written is no value of the field; becomes a fault at its word."""

    def __init__(self, code: str, says: Text) -> None:
        super().__init__(code)
        self.code = code
        self.says = says


def bound(way: str) -> str:
    """The sign of a way to ask."""
    return _SIGNS[way]


def number(value: str, holds: Type) -> Decimal | int:
    """Plain digits, exact; with no more places than the field has."""
    if not _NUMBER.fullmatch(value):
        raise Wrong("number", text("This must be a number like 12.50.", "必须是数字，例如 12.50。"))
    places = 0 if holds.kind == "integer" else _MOST_PLACES if holds.scale is None else holds.scale
    found = Decimal(value)
    exact = found.quantize(Decimal(1).scaleb(-places))
    if exact != found:
        says = text(f"At most {places} digits after the point.", f"小数点后最多 {places} 位。")
        raise Wrong("places", says)
    return int(exact) if holds.kind == "integer" else exact


def truth(value: str) -> bool:
    """`true` or `false`."""
    if value not in ("true", "false"):
        raise Wrong("boolean", text("This must be true or false.", "应为 true 或 false。"))
    return value == "true"


def chosen(value: str, options: Sequence[str], most: int) -> list[str]:
    """One or several of the options, with commas between."""
    several = list(dict.fromkeys(each.strip() for each in value.split(",")))
    if len(several) > most or not set(several) <= set(options):
        raise Wrong("choice", text("This is not one of the options.", "不是可选项。"))
    return several


@overload
def day(value: str, today: date) -> date: ...
@overload
def day(value: str, today: date, zone: tzinfo, *, after: bool) -> datetime: ...
def day(value: str, today: date, zone: tzinfo | None = None, *, after: bool = False) -> date | datetime:
    """A day, `today`, or some days ago (`-7d`); with a zone the moment at which it begins, or ends."""
    ago = _AGO.fullmatch(value)
    try:
        if ago:
            found = today - timedelta(days=int(ago[1]))
        elif value == TODAY:
            found = today
        elif _DAY.fullmatch(value):
            found = date.fromisoformat(value)
        else:
            raise ValueError(value)
        if zone is None:
            return found
        return datetime.combine(found + timedelta(days=1 if after else 0), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        says = text("This must be a day like 2026-01-31, today, or -7d.", "必须是日期，例如 2026-01-31、today 或 -7d。")
        raise Wrong("date", says) from error
