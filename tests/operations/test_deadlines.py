"""Deadlines of tasks: shown, moved, passed; and what then happens to a step: reminded, asked higher, decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.operations.conftest import Copy
from tests.operations.house import House
from tests.operations.times import furnish, keep_open, now, stand_at


@pytest.fixture(scope="module")
def timely(copy_of: Copy, lab_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which time passes; its clock stands and is only ever put forward."""
    made = furnish(House(copy_of(lab_url), tmp_path_factory.mktemp("data")))
    made.pass_time(minutes=1)
    yield made
    made.close()


def tasks(house: House, record: str, account: str = "mgr1") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.be(account).get(f"records/chore/{record}")["tasks"]
    return found


def deadline(house: House, record: str, part: str | None = None) -> datetime | None:
    found = [each["deadline"] for each in tasks(house, record) if part in (None, each["part"])]
    assert len(found) == 1
    return datetime.fromisoformat(found[0]) if found[0] else None


def asks(house: House, account: str, record: str) -> bool:
    return record in [each["record"]["id"] for each in house.be(account).get("tasks", limit="500")["items"]]


def lines(house: House, record: str, begins: str) -> list[dict[str, Any]]:
    return [each for each in house.be("mgr1").history("chore", record) if each["action"].startswith(begins)]


def chore(house: House, what: str, action: str = "hand_in", **values: Any) -> str:
    return house.be("clerk1").makes("chore", {"what": what, **values}, action)


def test_a_task_shows_its_deadline_and_is_found_by_it(timely: House) -> None:
    record = chore(timely, "plain")
    due = deadline(timely, record)
    assert due == now(timely) + timedelta(days=2)
    day = (now(timely) + timedelta(days=1)).date().isoformat()
    later = (now(timely) + timedelta(days=4)).date().isoformat()
    mine = timely.be("mgr1")
    assert record not in [each["record"]["id"] for each in mine.get("tasks", due=day)["items"]]
    assert record in [each["record"]["id"] for each in mine.get("tasks", due=later)["items"]]
    assert record not in [each["record"]["id"] for each in mine.get("tasks", due="overdue")["items"]]
    timely.pass_time(days=2, minutes=1)
    assert record in [each["record"]["id"] for each in mine.get("tasks", due="overdue")["items"]]
    assert deadline(timely, record) == due


def test_another_content_is_another_task_with_the_same_deadline(timely: House) -> None:
    record = chore(timely, "plain")
    due, task = deadline(timely, record), tasks(timely, record)[0]["id"]
    timely.pass_time(hours=5)
    assert timely.be("clerk1").edits("chore", record, {"what": "otherwise"}).status == 200
    assert tasks(timely, record)[0]["id"] != task
    assert deadline(timely, record) == due


def test_a_deadline_follows_its_moment_and_goes_with_it(timely: House) -> None:
    due = now(timely).replace(microsecond=0) + timedelta(days=1)
    record = chore(timely, "plain", due=due.isoformat())
    timely.be("mgr1").decides("chore", record)
    assert deadline(timely, record) == due
    later = due + timedelta(days=3)
    assert timely.be("mgr1").edits("chore", record, {"due": later.isoformat()}).status == 200
    assert deadline(timely, record) == later
    assert timely.be("mgr1").edits("chore", record, {"due": None}).status == 200
    assert deadline(timely, record) is None


def test_reminders_repeat_so_many_times_and_none_is_made_up_for(timely: House) -> None:
    record = chore(timely, "plain")
    timely.pass_time(days=1, minutes=1)
    assert len(lines(timely, record, "timer:again")) == 1
    timely.pass_time(hours=23)
    assert len(lines(timely, record, "timer:again")) == 1
    timely.pass_time(hours=1)
    assert len(lines(timely, record, "timer:again")) == 2
    timely.pass_time(days=10)
    timely.pass_time(days=10)
    assert len(lines(timely, record, "timer:again")) == 3
    skipped = chore(timely, "plain")
    timely.pass_time(days=30)
    assert len(lines(timely, skipped, "timer:again")) == 1


def test_a_reminder_that_does_not_hold_now_comes_again(timely: House) -> None:
    record = chore(timely, "quiet")
    timely.pass_time(days=1, minutes=1)
    assert lines(timely, record, "timer:again") == []
    assert timely.be("clerk1").edits("chore", record, {"what": "loud"}).status == 200
    timely.pass_time(days=1)
    assert len(lines(timely, record, "timer:again")) == 1


def test_what_repeats_from_a_moment_goes_on_through_edits_and_stops_with_the_state(timely: House) -> None:
    due = now(timely).replace(microsecond=0) + timedelta(hours=1)
    record = chore(timely, "plain", due=due.isoformat())
    timely.be("mgr1").decides("chore", record)
    timely.pass_time(hours=1, minutes=1)
    assert len(lines(timely, record, "timer:often")) == 1
    assert timely.be("mgr1").edits("chore", record, {"what": "still"}).status == 200
    timely.pass_time(hours=2)
    assert len(lines(timely, record, "timer:often")) == 2
    assert timely.be("mgr1").takes("chore", record, "finish") == "done"
    timely.pass_time(days=2)
    assert len(lines(timely, record, "timer:often")) == 2


@pytest.mark.parametrize(
    ("what", "verdict", "state"),
    [("late", "reject", "refused"), ("passes", "approve", "doing"), ("back", "return", "draft")],
)
def test_the_system_decides_when_time_has_passed_and_history_says_why(
    timely: House, what: str, verdict: str, state: str
) -> None:
    record = chore(timely, what)
    timely.pass_time(days=3, minutes=1)
    assert timely.be("mgr1").state("chore", record) == state
    line = lines(timely, record, f"{verdict}:first")[0]
    assert line["person"]["code"] == "system"
    if what == "late":
        assert line["because"] == "The deadline “Answer” has passed."
        assert [each["because"] for each in lines(timely, record, "refuse")] == ["The deadline “Answer” has passed."]
    assert not asks(timely, "mgr1", record) or state == "doing"
    timely.pass_time(days=9)
    assert len(lines(timely, record, f"{verdict}:first")) == 1
    assert timely.verified()


def test_others_are_asked_beside_those_who_did_not_answer(timely: House) -> None:
    record = chore(timely, "higher")
    assert not asks(timely, "ame", record)
    task = tasks(timely, record)[0]["id"]
    timely.pass_time(hours=21)
    assert asks(timely, "ame", record)
    assert asks(timely, "mgr1", record)
    assert tasks(timely, record)[0]["id"] == task
    assert timely.be("ame").does("POST", f"tasks/{task}/approve", {})["state"] == "doing"


def test_others_are_asked_instead(timely: House) -> None:
    record = chore(timely, "others")
    timely.pass_time(hours=21)
    assert asks(timely, "dir1", record)
    assert not asks(timely, "mgr1", record)
    task = tasks(timely, record)[0]["id"]
    assert timely.be("mgr1").send("POST", f"tasks/{task}/approve", {}).status == 403
    assert timely.be("clerk1").edits("chore", record, {"what": "others, please"}).status == 200
    assert asks(timely, "dir1", record)
    timely.be("dir1").decides("chore", record)
    assert timely.be("mgr1").state("chore", record) == "doing"


def test_nobody_to_ask_instead_leaves_those_who_are_asked_and_history_says_so(timely: House) -> None:
    record = chore(timely, "nobody")
    timely.pass_time(hours=21)
    assert asks(timely, "mgr1", record)
    line = lines(timely, record, "timer:nobody")[0]
    assert line["because"] == "Nobody is found to decide “first”."


def test_one_part_is_decided_and_the_other_waits_each_by_its_working_time(timely: House) -> None:
    keep_open(timely, {"date": "2031-06-09"})
    keep_open(timely, store="S01", until="12:00")
    stand_at(timely, "2031-06-06T10:00:00+08:00")  # a Friday
    record = chore(timely, "plain", "spread")
    assert deadline(timely, record, "left") == datetime.fromisoformat("2031-06-10T10:00:00+08:00")
    assert deadline(timely, record, "right") == datetime.fromisoformat("2031-06-10T10:00:00+08:00")
    stand_at(timely, "2031-06-10T09:59:00+08:00")
    assert {each["part"] for each in tasks(timely, record)} == {"left", "right"}
    stand_at(timely, "2031-06-10T10:00:00+08:00")
    assert {each["part"] for each in tasks(timely, record)} == {"right"}
    timely.be("ame").decides("chore", record)
    assert timely.be("mgr1").state("chore", record) == "doing"


def test_a_calendar_that_cannot_be_read_is_refused_at_its_rows(timely: House) -> None:
    hours = [{"day": 8, "opens": "09:00", "closes": "8:00"}, {"day": 1, "opens": "noon", "closes": "24:01"}]
    values = {"hours": hours, "days": [{"date": "2031-01-01"}, {"date": "2031-01-02", "opens": "10:00"}]}
    reply = timely.be("adm").send("POST", "records/opening_hours", {"values": values})
    assert reply.status == 422
    assert sorted(reply.errors) == sorted(
        [
            ("/hours/0/day", "weekday"),
            ("/hours/0/closes", "time"),
            ("/hours/1/opens", "time"),
            ("/hours/1/closes", "time"),
            ("/days/1/closes", "time"),
        ]
    )
