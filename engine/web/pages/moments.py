"""Moments as a page tells them: in the zone of the chain, near ones by how long ago, exact on hover. Used by `visit`.

`templates/assets/src/moments.ts` tells them by the same rules, so that nothing jumps when the script is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from engine.errors import Text, say, text

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOW, NEAR, SOON = 45, 7 * 86_400, 86_400
"""Seconds within which it is now, from which on the day says more than how long ago, when a deadline is near."""

_DAY = text("{day} {name} {year}", "{year}年{month}月{day}日")
_NOW = text("just now", "刚刚")
_PAST: tuple[tuple[int, Text], ...] = (
    (60, text("{} min ago", "{}分钟前")),
    (3_600, text("{} h ago", "{}小时前")),
    (86_400, text("{} d ago", "{}天前")),
)
_COMING: tuple[tuple[int, Text], ...] = (
    (60, text("in {} min", "{}分钟后")),
    (3_600, text("in {} h", "{}小时后")),
    (86_400, text("in {} d", "{}天后")),
)


def day(told: date, language: str) -> str:
    """A day in the reader's format."""
    parts = {"day": told.day, "month": told.month, "name": MONTHS[told.month - 1], "year": told.year}
    return say(_DAY, language).format(**parts)


def written_day(told: str, language: str) -> str:
    """A day as records keep it (`2026-03-31`) in the reader's format; what is none stays as it is."""
    try:
        return day(date.fromisoformat(told), language)
    except ValueError:
        return told


@dataclass(frozen=True, slots=True)
class Moments:
    """How one reader is told moments, now."""

    zone: tzinfo
    language: str
    now: datetime

    def told(self, at: str, kind: str = "") -> str:
        """A moment (RFC 3339): `ago` and `due` by how long ago or until then, else its day and time."""
        moment = _read(at)
        if moment is None:
            return at
        return self._near(moment) if kind in ("ago", "due") else self._whole(moment)

    def exact(self, at: str) -> str:
        """The same to the second, with the zone that is meant."""
        moment = _read(at)
        if moment is None:
            return at
        local = moment.astimezone(self.zone)
        return f"{day(local, self.language)} {local:%H:%M:%S} ({_offset(local)})"

    def day(self, told: str) -> str:
        """A day as records keep it."""
        return written_day(told, self.language)

    def over(self, at: str) -> bool:
        """Whether it is past."""
        moment = _read(at)
        return moment is not None and moment < self.now

    def tells(self, at: str) -> str:
        """What a deadline means now: `overdue`, `soon`, or nothing yet."""
        moment = _read(at)
        left = None if moment is None else (moment - self.now).total_seconds()
        return "" if left is None or left >= SOON else "soon" if left >= 0 else "overdue"

    def _whole(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return f"{day(local, self.language)} {local:%H:%M}"

    def _near(self, moment: datetime) -> str:
        seconds = round((moment - self.now).total_seconds())
        away = abs(seconds)
        if away < NOW:
            return say(_NOW, self.language)
        if away >= NEAR:
            return day(moment.astimezone(self.zone), self.language)
        known = _COMING if seconds > 0 else _PAST
        size, words = next(each for each in reversed(known) if away >= each[0] or each is known[0])
        return say(words, self.language).replace("{}", str(max(1, away // size)))


def moments_in(zone: str, language: str, now: datetime) -> Moments:
    """Moments in a zone by its name; a name that this machine does not know is told as UTC."""
    try:
        known: tzinfo = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        known = UTC
    return Moments(known, language, now)


def _read(at: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _offset(local: datetime) -> str:
    told = f"{local:%z}"
    hours, minutes = told[:3], told[3:5]
    return f"UTC{hours[0]}{int(hours[1:])}" + (f":{minutes}" if minutes != "00" else "")
