"""Timers: of states, of steps and of moments; and the clock that fires them before it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from structlog.testing import capture_logs

from engine.database.dialects import run
from engine.operations import deliveries, timing
from tests.operations.house import House

ZONE = ZoneInfo("Asia/Shanghai")


def told(house: House, record: str, words: str) -> int:
    items = house.be("mgr1").get("notices", limit="500")["items"]
    return sum(each["record"]["id"] == record and words in str(each) for each in items)


def test_a_timer_of_a_state_fires_once_when_it_is_due(own_house: House) -> None:
    record = own_house.be("clerk1").makes("memo", {"note": "a"}, "hand_in")
    own_house.pass_time(days=3, minutes=-5)
    assert own_house.be("clerk1").state("memo", record) == "open"
    own_house.pass_time(minutes=10)
    assert own_house.be("clerk1").state("memo", record) == "late"
    lines = [each["action"] for each in own_house.be("clerk1").history("memo", record)]
    assert lines.count("timer:stale") == lines.count("expire") == 1
    own_house.pass_time(days=10)
    assert len(own_house.be("clerk1").history("memo", record)) == len(lines)


def test_leaving_the_state_stops_its_timer(own_house: House) -> None:
    own_house.be("fin1").makes("limit", {"form": "memo", "level": "store", "amount": "1"})
    record = own_house.be("clerk1").makes("memo", {"note": "a"}, "hand_in")
    own_house.be("mgr1").takes("memo", record, "finish", asks={"word": "a"})
    own_house.pass_time(days=5)
    assert own_house.be("clerk1").state("memo", record) == "done"


def test_a_timer_follows_its_moment(own_house: House) -> None:
    now = datetime.fromisoformat(own_house.be("adm").get("clock")["now"])
    record = own_house.be("clerk1").makes(
        "memo", {"note": "a", "when": (now + timedelta(hours=1)).isoformat()}, "hand_in"
    )
    own_house.be("mgr1").edits("memo", record, {"when": (now + timedelta(hours=5)).isoformat()})
    own_house.pass_time(hours=3)
    assert told(own_house, record, "waits") == 0
    own_house.pass_time(hours=3)
    assert told(own_house, record, "waits") == 1


def test_a_timer_goes_by_a_day_from_its_first_moment_where_the_chain_is(own_house: House) -> None:
    now = datetime.fromisoformat(own_house.be("adm").get("clock")["now"]).astimezone(ZONE)
    day = (now + timedelta(days=2)).date()
    record = own_house.be("clerk1").makes("memo", {"note": "a", "due": day.isoformat()}, "hand_in")
    noon = datetime.combine(day, time(12), ZONE)
    own_house.be("adm").does("PUT", "clock", {"now": (noon - timedelta(minutes=1)).isoformat()})
    assert told(own_house, record, "waits") == 0
    own_house.be("adm").does("PUT", "clock", {"now": noon.isoformat()})
    assert told(own_house, record, "waits") == 1


def test_a_step_has_a_timer_of_its_own(own_house: House) -> None:
    slow = own_house.be("clerk1").makes("duel", {"amount": "50"}, "hand_in")
    fast = own_house.be("clerk1").makes("duel", {"amount": "150"}, "hand_in")
    for account in ("clerk1b", "clerk1c"):
        own_house.be(account).decides("duel", fast)
    own_house.pass_time(days=2)
    assert told(own_house, slow, "") == 1
    assert told(own_house, fast, "") == 0


def test_the_clock_goes_forwards_for_the_administrator_only(own_house: House) -> None:
    adm = own_house.be("adm")
    now = datetime.fromisoformat(adm.get("clock")["now"])
    back = adm.send("PUT", "clock", {"now": (now - timedelta(days=1)).isoformat()})
    assert (back.status, back.code) == (409, "clock_backwards")
    assert own_house.be("clerk1").send("PUT", "clock", {"now": (now + timedelta(days=1)).isoformat()}).status == 403
    for bad in ("tomorrow", "2030-01-01T00:00:00", None, 5):
        assert adm.send("PUT", "clock", {"now": bad}).status == 422
    set_to = (now + timedelta(days=1)).replace(microsecond=0)
    assert adm.does("PUT", "clock", {"now": set_to.isoformat()}) == adm.get("clock")


def test_without_the_test_clock_there_is_none(house: House) -> None:
    adm = house.be("adm")
    assert adm.send("GET", "clock").status == 404
    assert adm.send("PUT", "clock", {"now": "2999-01-01T00:00:00Z"}).status == 404


def data_of(house: House, record: str, put: str | None = None) -> str:
    """What is stored of a record, and something else in its place."""

    def work(connection: Connection) -> str:
        found = str(
            run(connection, "SELECT CAST(data AS TEXT) FROM record WHERE id = :id", {"id": record}).scalar_one()
        )
        if put is not None:
            run(connection, "UPDATE record SET data = :data WHERE id = :id", {"id": record, "data": put})
        return found

    return house.services.database.transaction(work)


def broke(logs: Sequence[Mapping[str, Any]]) -> list[float]:
    """How long each timer that broke was put off, as the log says."""
    return [each["wait"] for each in logs if each["event"] == "timer broke"]


def test_what_breaks_is_put_off_and_holds_no_other_timer_back(own_house: House) -> None:
    """A record that cannot be read, due first; mended, its timer fires once."""
    clerk = own_house.be("clerk1")
    bad = clerk.makes("memo", {"note": "bad"}, "hand_in")
    own_house.pass_time(minutes=1)
    good = clerk.makes("memo", {"note": "good"}, "hand_in")
    whole = data_of(own_house, bad, put="[7]")
    with capture_logs() as logs:
        own_house.pass_time(days=3)
        assert clerk.state("memo", good) == "late"
        assert "chainstock_timers_broken 1" in deliveries.figures(own_house.services).decode()
        assert timing.fire_due(own_house.services) == 0
        for wait in (timing.FIRST, timing.FIRST * 3):  # each time it breaks again, for longer
            own_house.pass_time(seconds=int(wait.total_seconds()))
    first = timing.FIRST.total_seconds()
    assert broke(logs) == [first, first * 3, first * 9]
    data_of(own_house, bad, put=whole)
    own_house.pass_time(seconds=int(timing.FIRST.total_seconds()))
    assert clerk.state("memo", bad) == "open"
    own_house.pass_time(hours=6)
    assert clerk.state("memo", bad) == "late"
    assert [each["action"] for each in clerk.history("memo", bad)].count("timer:stale") == 1
    assert "chainstock_timers_broken 0" in deliveries.figures(own_house.services).decode()
    assert own_house.verified()
