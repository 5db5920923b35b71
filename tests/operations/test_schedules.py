"""Schedules of the library: one run for all processes, one record for each unit, once however late; nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest

from engine.access import stamps
from engine.clock import to_stored
from engine.definitions.cron import BadCron, read_cron
from engine.operations import testclock, timing
from tests.operations.house import House
from tests.operations.times import furnish, stand_at

NIGHT = """schedules:
  night_run:
    title: {en: Night run, zh: 夜间任务}
    every: "0 22 * * *"
    zone: store
    for: {over: store, where: "it.code in ['S01', 'S02']"}
    do:
      made: {create: {form: chore, once_by: [store, date], values: {store: each, what: "'of the night'"}}}
"""


def with_schedules(house: House, words: str) -> None:
    library = house.be("adm").get("definitions/library/library")["text"].partition("schedules:")[0]
    house.publish(f"{library.rstrip()}\n{words}")


@pytest.fixture
def nightly(own_house: House) -> House:
    """A house with a schedule, on an afternoon."""
    furnish(own_house)
    with_schedules(own_house, NIGHT)
    stand_at(own_house, "2031-06-05T15:00:00+08:00")
    return own_house


def made(house: House, account: str = "clerk1") -> list[dict[str, object]]:
    items: list[dict[str, object]] = house.be(account).get("records/chore", limit="100")["items"]
    return items


def test_it_runs_at_its_time_for_each_unit_once(nightly: House) -> None:
    stand_at(nightly, "2031-06-05T21:59:00+08:00")
    assert made(nightly) == []
    stand_at(nightly, "2031-06-05T22:00:00+08:00")
    assert len(made(nightly)) == len(made(nightly, "clerk2")) == 1
    stand_at(nightly, "2031-06-05T23:59:00+08:00")
    assert timing.fire_due(nightly.services) == 0
    stand_at(nightly, "2031-06-06T22:30:00+08:00")
    assert len(made(nightly)) == len(made(nightly, "clerk2")) == 2
    assert nightly.verified()


def test_runs_that_were_missed_are_made_once_for_the_day_of_the_last(nightly: House) -> None:
    stand_at(nightly, "2031-06-09T08:00:00+08:00")
    assert len(made(nightly)) == 1
    stand_at(nightly, "2031-06-09T22:00:00+08:00")
    assert len(made(nightly)) == 2


def test_missed_runs_may_be_skipped(nightly: House) -> None:
    with_schedules(nightly, NIGHT.replace("zone: store", "missed: skip"))
    stand_at(nightly, "2031-06-09T08:00:00+08:00")
    assert made(nightly) == []
    stand_at(nightly, "2031-06-09T22:10:00+08:00")
    assert len(made(nightly)) == 1


def test_one_that_is_new_or_comes_at_other_times_looks_ahead_only(nightly: House) -> None:
    stand_at(nightly, "2031-06-05T23:00:00+08:00")
    with_schedules(nightly, NIGHT.replace("0 22", "0 20"))
    timing.fire_due(nightly.services)
    assert len(made(nightly)) == 1
    with_schedules(nightly, "")
    stand_at(nightly, "2031-06-07T12:00:00+08:00")
    with_schedules(nightly, NIGHT)
    timing.fire_due(nightly.services)
    assert len(made(nightly)) == 1
    stand_at(nightly, "2031-06-07T22:00:00+08:00")
    assert len(made(nightly)) == 2


def test_many_processes_make_one_run(nightly: House, tmp_path: Path) -> None:
    url = nightly.services.settings.database
    others = [House(url, tmp_path / str(number)) for number in range(3)]
    for night in range(4):
        nightly.services.database.transaction(
            lambda connection, night=night: stamps.put(
                connection, testclock.STAMP, to_stored(datetime(2031, 6, 5 + night, 14, 0, 1, tzinfo=UTC))
            )
        )
        start = Barrier(len(others))

        def fire(house: House, start: Barrier = start) -> None:
            start.wait()
            timing.fire_due(house.services)

        threads = [Thread(target=fire, args=(each,)) for each in others]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert len(made(nightly)) == len(made(nightly, "clerk2")) == night + 1
    for each in others:
        each.close()


@pytest.mark.parametrize(("words", "at", "last"), [
    ("0 22 * * *", "2031-06-05T22:00", "2031-06-05T22:00"),
    ("0 22 * * *", "2031-06-05T21:59", "2031-06-04T22:00"),
    ("*/15 8-9 * * 1-5", "2031-06-08T12:00", "2031-06-06T09:45"),
    ("0 6 1 * *", "2031-06-05T00:00", "2031-06-01T06:00"),
    ("0 6 13 * 5", "2031-06-12T00:00", "2031-06-06T06:00"),
    ("30 2 29 2 *", "2031-06-05T00:00", "2028-02-29T02:30"),
    ("0 0 * * 7", "2031-06-05T00:00", "2031-06-01T00:00"),
])  # fmt: skip
def test_times_come_as_they_are_written(words: str, at: str, last: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    moment = datetime.fromisoformat(at).replace(tzinfo=zone)
    assert read_cron(words).latest(moment, zone) == datetime.fromisoformat(last).replace(tzinfo=zone)


def test_an_hour_that_is_left_out_has_no_run_and_one_that_is_repeated_one() -> None:
    zone, cron = ZoneInfo("Europe/Berlin"), read_cron("30 2 * * *")
    found = set()
    moment = datetime(2031, 3, 25, tzinfo=UTC)
    while moment < datetime(2031, 11, 1, tzinfo=UTC):
        found.add(cron.latest(moment, zone))
        moment += timedelta(minutes=30)
    days = sorted(each.astimezone(zone).date() for each in found if each)
    assert len(days) == len(set(days))
    assert datetime(2031, 3, 30).date() not in days
    assert datetime(2031, 10, 26).date() in days


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("0 22 * *", 0),
        ("60 * * * *", 1),
        ("0 24 * * *", 2),
        ("0 0 0 * *", 3),
        ("0 0 31 2 *", 3),
        ("0 0 * 13 *", 4),
        ("0 0 * * 8", 5),
        ("*/0 * * * *", 1),
        ("5-3 * * * *", 1),
        ("a * * * *", 1),
        ("0 0 * * mon", 5),
    ],
)
def test_what_is_no_time_is_told_with_its_place(words: str, column: int) -> None:
    with pytest.raises(BadCron) as bad:
        read_cron(words)
    assert bad.value.column == column


def test_a_schedule_that_could_make_things_twice_or_never_comes_is_refused(nightly: House) -> None:
    library = nightly.be("adm").get("definitions/library/library")["text"]
    for old, new, code in (
        ("once_by: [store, date], ", "", "once_by"), ('"0 22 * * *"', '"0 25 * * *"', "cron"),
        ('"0 22 * * *"', '"* * * * *"', "too_often"), ("over: store", "over: shop", "unknown_name"),
        ("it.code in", "it.cod in", "unknown_field"), ("title: {en: Night", "zone: moon\n    title: {en: Night", ""),
    ):  # fmt: skip
        texts = [{"kind": "library", "name": "library", "text": library.replace(old, new)}]
        found = nightly.be("adm").send("POST", "definitions/check", {"texts": texts}).body
        assert any(code in each["code"] for each in found), (old, found)
