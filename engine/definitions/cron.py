"""When a schedule comes: five words (minute, hour, day, month, day of the week) as sets. Values only.

Read by the builder of schedules, asked by operations. Where day and day of the week are both narrowed, either will do,
as everywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOKED_BACK = 366 * 5
"""Days: the 29th of February comes within five years, but for 2100."""
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
WORDS = 5


class BadCron(ValueError):
    """What was written is no time that comes again; `column` is the word (from 1) that is wrong, 0 the whole."""

    def __init__(self, column: int) -> None:
        self.column = column
        super().__init__(str(column))


@dataclass(frozen=True, slots=True)
class Cron:
    """A time that comes again and again. Days of the week: 0 is Sunday."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool = False
    """Whether day and day of the week are both narrowed."""

    @property
    def a_day(self) -> int:
        """How often it comes on a day on which it comes."""
        return len(self.minutes) * len(self.hours)

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The last time that it came, up to now; an hour that a zone leaves out has none, one that is repeated one."""
        today = now.astimezone(zone).date()
        for back in range(LOOKED_BACK):
            day = today - timedelta(days=back)
            if self._comes_on(day):
                for wall in self._times():
                    local = datetime.combine(day, wall, zone)
                    moment = local.astimezone(UTC)
                    if moment <= now and moment.astimezone(zone).time() == wall:
                        return moment
        return None

    def _comes_on(self, day: date) -> bool:
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (by_day or by_weekday if self.either else by_day and by_weekday)

    def _times(self) -> list[time]:
        """The times of a day, the latest first."""
        return [
            time(hour, minute) for hour in sorted(self.hours, reverse=True) for minute in sorted(self.minutes)[::-1]
        ]


def read_cron(words: str) -> Cron:
    """`0 22 * * 1-5`; raises `BadCron`."""
    parts = words.split()
    if len(parts) != WORDS:
        raise BadCron(0)
    found = [_set(part, index) for index, part in enumerate(parts)]
    weekdays = frozenset(day % 7 for day in found[4])
    cron = Cron(words, found[0], found[1], found[2], found[3], weekdays, parts[2] != "*" and parts[4] != "*")
    if cron.latest(datetime(2100, 1, 1, tzinfo=UTC), ZoneInfo("UTC")) is None:
        raise BadCron(3)
    return cron


def _set(part: str, index: int) -> frozenset[int]:
    found: set[int] = set()
    for each in part.split(","):
        span, slash, step = each.partition("/")
        since, until = _span(span, index)
        if slash and not _number(step, 1, 1_000):
            raise BadCron(index + 1)
        found |= set(range(since, until + 1, int(step) if slash else 1))
    return frozenset(found)


def _span(span: str, index: int) -> tuple[int, int]:
    least, most = BOUNDS[index]
    if span == "*":
        return least, most if index != WORDS - 1 else most - 1
    first, dash, last = span.partition("-")
    if not _number(first, least, most) or (dash and not _number(last, int(first), most)):
        raise BadCron(index + 1)
    return int(first), int(last) if dash else int(first)


def _number(word: str, least: int, most: int) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 4 and least <= int(word) <= most
