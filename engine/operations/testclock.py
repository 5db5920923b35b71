"""The settable clock of tests, kept in the database so that every process sees it. Refused unless it was asked for.

It stands still after it was first set, and goes forwards only. Setting it runs what has become due before it answers.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.access import stamps
from engine.clock import Clock, SystemClock, from_stored, to_stored
from engine.errors import forbidden, invalid_at, not_found, rule, text
from engine.operations import bodies, rights, timing
from engine.operations.calls import Answer, Call
from engine.operations.operation import Operation
from engine.operations.presenting import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from engine.operations.services import Services

STAMP = "clock"
STARTED = "clock_started"


class StoodClock:
    """A clock that stands where it was put."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The moment it was put to."""
        return self._at


class ShiftedClock:
    """The machine's clock, moved so that it started at a given moment."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        """The moved moment."""
        return SystemClock().now() + self._by


def clock_from(marks: Mapping[str, int]) -> Clock:
    """The clock that these stamps describe."""
    if marks.get(STAMP):
        return StoodClock(from_stored(marks[STAMP]))
    if marks.get(STARTED):
        return ShiftedClock(timedelta(microseconds=marks[STARTED]))
    return SystemClock()


def show(operation: Operation) -> Answer:
    """`{now}`; not there without the test clock."""
    if operation.services.settings.test_clock is None:
        raise not_found()
    return Answer(200, {"now": moment(to_stored(operation.now))})


def read(body: Mapping[str, Any], now: datetime) -> datetime:
    """The moment that somebody wants it to be; forwards only."""
    bodies.only(body, {"now"})
    wanted: datetime | None
    try:
        wanted = datetime.fromisoformat(bodies.word(body, "now"))
    except ValueError:
        wanted = None
    if wanted is None or wanted.tzinfo is None:
        raise invalid_at("/now", "bad_moment", text("A moment with its offset is expected.", "应为带时区的时间。"))
    if wanted < now:
        raise rule("clock_backwards", text("This clock only goes forwards.", "时钟只能向前。"))
    return wanted


def set_clock(services: Services, call: Call, body: Mapping[str, Any]) -> Answer:
    """Put the clock to `{now}` and do what has become due by then; answers `{now}`."""
    if services.settings.test_clock is None:
        raise not_found()

    def work(connection: Connection) -> datetime:
        operation = Operation(services, connection, call)
        if rights.reach(operation, operation.person_form, "edit") is not None:
            raise forbidden()
        wanted = read(body, operation.now)
        stamps.put(connection, STAMP, to_stored(wanted))
        return wanted

    wanted = services.database.transaction(work)
    timing.fire_due(services)
    return Answer(200, {"now": moment(to_stored(wanted))})


def start(connection: Connection, at: datetime) -> None:
    """Begin a database whose clock is shifted so that it is `at` now; a clock that was begun or put stays."""
    marks = stamps.read(connection)
    if STAMP not in marks and STARTED not in marks:
        stamps.put(connection, STARTED, to_stored(at) - to_stored(SystemClock().now()))
