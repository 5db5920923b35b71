"""Days and moments. Days are real ones; moments carry their offset and are kept in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.errors import text
from engine.expressions import Type, Value
from engine.fields.kinds import ALONE, Declared, FieldType, Known, Unfit, unfit_type

FIRST_YEAR, LAST_YEAR = 1900, 2199
FARTHEST = timedelta(hours=14)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


class DateField(FieldType):
    """A day."""

    name = "date"
    widget = "date"

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Date."""
        return Type("date")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """`2026-11-22`, a day that exists, from 1900 to 2199."""
        if not isinstance(raw, str):
            raise unfit_type("This must be a day like 2026-11-22.", "必须是日期，例如 2026-11-22。")
        try:
            day = date.fromisoformat(raw) if _DATE.fullmatch(raw) else None
        except ValueError:
            day = None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Unfit("date", text("There is no such day.", "没有这一天。"))
        return day

    def dump(self, value: Any, field: Declared) -> Any:
        """`2026-11-22`."""
        return value.isoformat()

    def load(self, stored: Any, field: Declared) -> Value:
        """The same day."""
        return date.fromisoformat(stored)


class MomentField(FieldType):
    """A moment, written as RFC 3339 with an offset."""

    name = "moment"
    widget = "moment"

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Moment."""
        return Type("moment")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A moment that exists, with its offset, from 1900 to 2199; leap seconds and 24:00 do not."""
        if not isinstance(raw, str):
            raise unfit_type(
                "This must be a moment like 2026-11-22T09:30:00+08:00.", "必须是时间，例如 2026-11-22T09:30:00+08:00。"
            )
        try:
            local = datetime.fromisoformat(raw) if _MOMENT.fullmatch(raw) else None
            offset = local.utcoffset() if local else None
            moment = local.astimezone(UTC) if local and offset is not None and abs(offset) <= FARTHEST else None
        except (ValueError, OverflowError):
            moment = None
        if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise Unfit(
                "moment",
                text(
                    "There is no such moment; write it with an offset, like 2026-11-22T09:30:00+08:00.",
                    "没有这个时间；请带时区书写，例如 2026-11-22T09:30:00+08:00。",
                ),
            )
        return moment

    def dump(self, value: Any, field: Declared) -> Any:
        """UTC, `2026-11-22T01:30:00Z`."""
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"

    def load(self, stored: Any, field: Declared) -> Value:
        """The same moment."""
        return datetime.fromisoformat(stored)
