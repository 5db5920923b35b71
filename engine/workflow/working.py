"""Working time: when a calendar's unit is open, and moments counted by it. Values only; used by operations.

A calendar says for each day of the week from when to when it is open, and for single days something else. What says
nothing of opening hours at all does not count: time then passes as it does everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

LOOKED_AHEAD = 3_660
"""Days after which a calendar that never opens again is not believed."""
HOUR = Decimal(3_600)

Hours = tuple[tuple[int, int], ...]
"""From when to when, in minutes of the day, each after the one before."""


@dataclass(frozen=True)
class Calendar:
    """Opening hours of one unit in its zone: by day of the week (Monday 0), and those of single days instead."""

    zone: ZoneInfo
    weekly: Mapping[int, Hours] = field(default_factory=dict)
    days: Mapping[date, Hours] = field(default_factory=dict)

    def later(self, start: datetime, seconds: int) -> datetime:
        """So many seconds of working time after a moment."""
        left = timedelta(seconds=seconds)
        for opens, closes in self._spans(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        return start + timedelta(seconds=seconds)

    def days_later(self, start: datetime, days: int) -> datetime:
        """The same time of day so many working days later; before or after hours, when it opens next."""
        local = start.astimezone(self.zone)
        left = days
        for ahead in range(1, LOOKED_AHEAD):
            day = local.date() + timedelta(days=ahead)
            left -= bool(self._hours(day))
            if left == 0:
                return self._open(datetime.combine(day, local.time(), self.zone).astimezone(UTC))
        return start + timedelta(days=days)

    def hours_between(self, start: datetime, end: datetime) -> Decimal:
        """Hours of working time between two moments, to two places; negative when the second is earlier."""
        if end < start:
            return -self.hours_between(end, start)
        passed = timedelta()
        for opens, closes in self._spans(start, (end - start).days + 2):
            if opens >= end:
                break
            passed += min(closes, end) - opens
        return (Decimal(passed // timedelta(seconds=1)) / HOUR).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def _open(self, moment: datetime) -> datetime:
        return next((opens for opens, _ in self._spans(moment)), moment)

    def _spans(self, start: datetime, days: int = LOOKED_AHEAD) -> Iterator[tuple[datetime, datetime]]:
        """When it is open from a moment on."""
        first = start.astimezone(self.zone).date()
        for ahead in range(days):
            day = first + timedelta(days=ahead)
            for since, until in self._hours(day):
                opens, closes = self._at(day, since), self._at(day, until)
                if closes > start and closes > opens:
                    yield max(opens, start), closes

    def _hours(self, day: date) -> Hours:
        found = self.days.get(day)
        return self.weekly.get(day.weekday(), ()) if found is None else found

    def _at(self, day: date, minutes: int) -> datetime:
        """A minute of a day, by the clock on the wall."""
        whole, rest = divmod(minutes, 1_440)
        wall = time(rest // 60, rest % 60)
        return datetime.combine(day + timedelta(days=whole), wall, self.zone).astimezone(UTC)


ALWAYS = Calendar(ZoneInfo("UTC"), dict.fromkeys(range(7), ((0, 1_440),)))
"""Where nobody has set a calendar, all time is working time."""


def minutes(words: object) -> int | None:
    """`09:30` in minutes of the day, `24:00` its end; None when it is no time of day."""
    hour, colon, minute = str(words or "").strip().partition(":")
    if not colon or not (hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()):
        return None
    if not (len(hour) <= 2 == len(minute)) or int(minute) > 59:
        return None
    found = int(hour) * 60 + int(minute)
    return found if found <= 1_440 else None


def hours(spans: Sequence[tuple[int, int]]) -> Hours:
    """Opening hours in order, those that touch joined."""
    found: list[tuple[int, int]] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        elif since < until:
            found.append((since, until))
    return tuple(found)
