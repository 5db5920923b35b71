"""Working time: counted through nights, closed days, breaks and the change of clocks; the same both ways."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.workflow.working import ALWAYS, Calendar, hours, minutes

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Calendar(
    SHANGHAI,
    dict.fromkeys(range(5), ((540, 720), (780, 1080))),
    {date(2031, 6, 9): (), date(2031, 6, 14): ((600, 660),)},
)


def at(words: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(("start", "seconds", "end"), [
    ("2031-06-05T10:00", 3_600, "2031-06-05T11:00"),
    ("2031-06-05T11:30", 3_600, "2031-06-05T13:30"),
    ("2031-06-05T08:00", 3 * 3_600, "2031-06-05T12:00"),
    ("2031-06-06T17:00", 2 * 3_600, "2031-06-10T10:00"),
    ("2031-06-13T18:00", 3_600, "2031-06-14T11:00"),
    ("2031-06-05T10:00", 0, "2031-06-05T10:00"),
])  # fmt: skip
def test_hours_are_counted_while_it_is_open(start: str, seconds: int, end: str) -> None:
    assert OFFICE.later(at(start), seconds) == at(end)
    assert OFFICE.hours_between(at(start), at(end)) == Decimal(seconds) / 3_600


@pytest.mark.parametrize(("start", "days", "end"), [
    ("2031-06-05T10:00", 1, "2031-06-06T10:00"),
    ("2031-06-06T10:00", 1, "2031-06-10T10:00"),
    ("2031-06-07T10:00", 2, "2031-06-11T10:00"),
    ("2031-06-05T20:00", 1, "2031-06-10T09:00"),
    ("2031-06-05T07:00", 1, "2031-06-06T09:00"),
    ("2031-06-13T10:30", 1, "2031-06-14T10:30"),
])  # fmt: skip
def test_days_are_days_on_which_it_opens(start: str, days: int, end: str) -> None:
    assert OFFICE.days_later(at(start), days) == at(end)


def test_what_never_opens_again_is_not_waited_for() -> None:
    shut = Calendar(SHANGHAI, {}, {date(2031, 1, 1): ((600, 660),)})
    start = at("2031-06-05T10:00")
    assert shut.later(start, 60) == start + timedelta(seconds=60)
    assert shut.days_later(start, 3) == start + timedelta(days=3)
    assert shut.hours_between(start, start + timedelta(days=3)) == 0


def test_clocks_that_change_neither_add_nor_lose_working_time() -> None:
    zone = ZoneInfo("Europe/Berlin")
    night = Calendar(zone, dict.fromkeys(range(7), ((0, 360),)))
    for day, length in (("2031-03-30", 5), ("2031-10-26", 7), ("2031-07-01", 6)):
        start = at(f"{day}T00:00", zone)
        assert night.hours_between(start, start + timedelta(hours=12)) == length


def test_adding_and_counting_agree_wherever_one_begins() -> None:
    chance = random.Random(7)
    for _ in range(200):
        start = at("2031-06-01T00:00") + timedelta(minutes=chance.randrange(20_000))
        seconds = chance.randrange(36, 100_000, 36)
        assert OFFICE.hours_between(start, OFFICE.later(start, seconds)) == Decimal(seconds) / 3_600
        assert OFFICE.hours_between(OFFICE.later(start, seconds), start) == -Decimal(seconds) / 3_600


def test_without_a_calendar_all_time_is_working_time() -> None:
    start = at("2031-06-07T23:00")
    assert ALWAYS.later(start, 7_200) == start + timedelta(hours=2)
    assert ALWAYS.hours_between(start, start + timedelta(days=2, minutes=30)) == Decimal("48.5")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("09:30", 570),
        ("9:05", 545),
        ("24:00", 1_440),
        ("24:01", None),
        ("9", None),
        ("9:5", None),
        ("09:60", None),
        ("", None),
        (None, None),
        ("aa:bb", None),
        ("٠٩:٣٠", None),
    ],
)
def test_times_of_day_are_read_strictly(words: object, found: int | None) -> None:
    assert minutes(words) == found


def test_spans_are_put_in_order_and_joined() -> None:
    assert hours([(780, 1_080), (540, 720), (700, 780), (5, 5)]) == ((540, 1_080),)
