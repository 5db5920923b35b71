"""The only place that asks what time it is. Operations read it once and hand the moment down."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo, available_timezones

OF_THE_MACHINE = frozenset({"localtime", "Factory"})
"""What lies among the zones and is none: another clock on another machine, or no clock."""


class Clock(Protocol):
    """Tells the present moment in UTC."""

    def now(self) -> datetime:
        """The present moment, with UTC as its zone, whole microseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


def to_stored(moment: datetime) -> int:
    """Microseconds since 1970 in UTC: how every table keeps a moment."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_stored(micros: int) -> datetime:
    """The moment that a table keeps."""
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def zone_named(name: Any) -> ZoneInfo | None:
    """The zone of a name; None where there is none of it, whatever file the machine could read as one."""
    return ZoneInfo(name) if isinstance(name, str) and name in _zones() else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - OF_THE_MACHINE
