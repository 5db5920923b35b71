"""Schedules beside one another: each unit by its own clock, and one that breaks keeps nobody else from his."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from engine.database.dialects import run
from engine.operations import deliveries, scheduling, timing
from tests.operations.house import House
from tests.operations.test_schedules import NIGHT, made, with_schedules
from tests.operations.test_timing import data_of
from tests.operations.times import furnish, stand_at

BESIDE = """  beside:
    every: "0 22 * * *"
    for: {over: ask, where: it.total > 0}
    do: {made: {create: {form: chore, once_by: [store, day], values: {store: each.store, day: each.day}}}}
"""


@pytest.fixture
def nightly(own_house: House) -> House:
    """A house with a schedule, on an afternoon."""
    furnish(own_house)
    with_schedules(own_house, NIGHT)
    stand_at(own_house, "2031-06-05T15:00:00+08:00")
    return own_house


def lies_in(house: House, store: str, zone: str) -> Any:
    """The store's clock is another one; what came of saying so."""
    adm = house.be("adm")
    (found,) = adm.get("records/store", filter=f"code == '{store}'")["items"]
    return adm.edits("store", found["id"], {"zone": zone})


def counted(house: House) -> tuple[int, int]:
    """How many chores the first and the second store have."""
    return len(made(house)), len(made(house, "clerk2"))


def days_of(house: House, account: str = "clerk1") -> list[str]:
    """The days of the chores of somebody's store."""
    return sorted(each["values"]["day"] for each in made(house, account) if each["values"]["day"])


def test_each_unit_has_its_run_by_its_own_clock_and_for_its_own_day(nightly: House) -> None:
    assert lies_in(nightly, "S02", "Europe/Berlin").status == 200
    with_schedules(nightly, NIGHT.replace("what: \"'of the night'\"", "day: today"))
    stand_at(nightly, "2031-06-05T21:59:00+08:00")
    assert counted(nightly) == (0, 0)
    stand_at(nightly, "2031-06-05T22:00:00+08:00")
    assert counted(nightly) == (1, 0)
    stand_at(nightly, "2031-06-05T21:59:00+02:00")  # the first store's next day has begun long since
    assert counted(nightly) == (1, 0)
    stand_at(nightly, "2031-06-05T22:00:00+02:00")
    assert counted(nightly) == (1, 1)
    assert days_of(nightly, "clerk2") == ["2031-06-05"]
    stand_at(nightly, "2031-06-06T22:30:00+02:00")
    assert counted(nightly) == (2, 2)
    with_schedules(nightly, NIGHT.replace("zone: store", "zone: chain"))
    timing.fire_due(nightly.services)
    stand_at(nightly, "2031-06-07T22:00:00+08:00")
    assert counted(nightly) == (3, 3)
    assert nightly.verified()


def test_a_unit_that_says_no_zone_goes_by_the_one_above_it_and_else_by_the_library(nightly: House) -> None:
    adm = nightly.be("adm")
    region = adm.get("definitions/form/region")["text"]
    assert "org_unit: {code: code, name: name}" in region
    region = region.replace("org_unit: {code: code, name: name}", "org_unit: {code: code, name: name, zone: clock}")
    nightly.publish(
        region.replace("fields:\n", "fields:\n  clock: {type: text, title: {en: Clock, zh: 时钟}}\n"), policy=[]
    )
    flow = adm.get("definitions/workflow/region")["text"]
    nightly.publish(flow.replace("fields: [", "fields: [clock, "))
    (west,) = adm.get("records/region", filter="code == 'WEST'")["items"]
    assert adm.edits("region", west["id"], {"clock": "Europe/Berlin"}).status == 200
    (second,) = adm.get("records/store", filter="code == 'S02'")["items"]
    assert adm.edits("store", second["id"], {"region": west["id"], "zone": None}).status == 200
    assert lies_in(nightly, "S01", "").status == 200
    timing.fire_due(nightly.services)
    stand_at(nightly, "2031-06-05T22:00:00+08:00")
    assert counted(nightly) == (1, 0)
    stand_at(nightly, "2031-06-05T22:00:00+02:00")
    assert counted(nightly) == (1, 1)


def test_what_is_no_zone_is_refused_at_its_field(nightly: House) -> None:
    """Neither is a file of the machine that can be read as one: another machine has another clock in it."""
    for name in ("Moon/Crater", "localtime", "Factory", "posixrules", "right/UTC", "Asia"):
        refused = lies_in(nightly, "S02", name)
        assert (refused.status, refused.errors) == (422, [("/zone", "unknown_zone")]), name


def broke(logs: Sequence[Mapping[str, Any]], event: str = "schedule broke") -> list[float]:
    """How long each schedule that broke was left alone, as the log says."""
    return [each["wait"] for each in logs if each["event"] == event]


def asks(house: House) -> list[str]:
    """Two requests of two days, for the second schedule."""
    lines = [{"item": {"code": house.item()}, "value": "1"}]
    days = ("2031-01-01", "2031-01-02")
    return [house.be("clerk1").makes("ask", {"day": each, "lines": lines}, "agree") for each in days]


def overlays_of(house: House, record: str, put: str) -> None:
    """What is stored of a record's overlays, which are read with the record."""
    sql = "UPDATE record SET overlays = :put WHERE id = :id"
    house.services.database.transaction(lambda connection: run(connection, sql, {"put": put, "id": record}))


def test_one_that_breaks_is_left_alone_for_a_while_and_the_others_and_the_timers_go_on(nightly: House) -> None:
    """What cannot even be read breaks the whole run over its form."""
    bad, _good = asks(nightly)
    late = nightly.be("clerk1").makes("memo", {"note": "good"}, "hand_in")
    with_schedules(nightly, NIGHT.replace("schedules:\n", f"schedules:\n{BESIDE}"))
    timing.fire_due(nightly.services)
    overlays_of(nightly, bad, "7")
    with capture_logs() as logs:
        stand_at(nightly, "2031-06-08T22:00:00+08:00")
        assert counted(nightly) == (1, 1)
        assert nightly.be("clerk1").state("memo", late) == "late"
        assert timing.fire_due(nightly.services) == 0
        nightly.pass_time(seconds=10)
    first = scheduling.FIRST.total_seconds()
    assert broke(logs) == [first, first * 3]
    overlays_of(nightly, bad, "[]")
    nightly.pass_time(seconds=30)
    assert counted(nightly) == (3, 1)
    assert nightly.services.caches.broken == {}
    assert nightly.verified()


def test_a_record_that_cannot_be_asked_keeps_no_other_from_its_run_and_has_its_own_when_it_can(nightly: House) -> None:
    bad, _good = asks(nightly)
    with_schedules(nightly, NIGHT.replace("schedules:\n", f"schedules:\n{BESIDE}"))
    timing.fire_due(nightly.services)
    whole = data_of(nightly, bad)
    data_of(nightly, bad, put="[7]")
    with capture_logs() as logs:
        stand_at(nightly, "2031-06-05T22:00:00+08:00")
    assert [each["record"] for each in logs if each["event"] == "record could not be asked"] == [bad]
    assert days_of(nightly) == ["2031-01-02"]
    assert "chainstock_timers_broken 1" in deliveries.figures(nightly.services).decode()
    data_of(nightly, bad, put=whole)
    nightly.pass_time(minutes=1)
    assert days_of(nightly) == ["2031-01-01", "2031-01-02"]
    assert "chainstock_timers_broken 0" in deliveries.figures(nightly.services).decode()


def test_a_condition_without_an_answer_is_no_and_the_others_have_theirs(nightly: House) -> None:
    where = "10 / (1 if it.code == 'S01' else 0) > 1 and it.code in ['S01', 'S02']"
    with_schedules(nightly, NIGHT.replace("it.code in ['S01', 'S02']", where))
    timing.fire_due(nightly.services)
    stand_at(nightly, "2031-06-05T22:00:00+08:00")
    assert counted(nightly) == (1, 0)
