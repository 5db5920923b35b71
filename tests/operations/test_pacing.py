"""Where it waits: tasks by step, answers by person, returns by reason; for those only who keep processes going."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.house import Desk, House


@pytest.fixture
def watched(own_house: House) -> House:
    """A chain in which the director sees how tasks go, and somebody at a store would like to."""
    own_house.publish(policy=["p, manager, tasks, see, own"])
    return own_house


def plea(house: House, amount: str = "50") -> str:
    return house.be("clerk1").makes("plea", {"amount": amount}, "hand_in")


def step(desk: Desk, form: str, name: str, **query: str) -> dict[str, Any]:
    (found,) = [each for each in desk.get("waiting", **query)["steps"] if (each["form"], each["step"]) == (form, name)]
    told: dict[str, Any] = found
    return told


def test_what_waits_is_told_by_step_with_how_long_it_took_before(watched: House) -> None:
    director = watched.be("dir1")
    first, second = plea(watched), plea(watched)
    watched.pass_time(hours=2)
    watched.be("mgr1").decides("plea", first)
    watched.pass_time(hours=1)
    told = step(director, "plea", "local")
    assert (told["waiting"], told["answered"], told["title"], told["form_title"]) == (1, 1, "Local", "Plea")
    assert told["average"] == told["longest"]
    assert 7200 <= told["average"] < 7200 + 60
    (task,) = watched.be("mgr1").tasks("plea", second)
    assert told["oldest"] == task["since"]
    (person,) = director.get("waiting")["people"]
    assert (person["person"]["code"], person["answered"]) == ("mgr1", 1)
    assert 7200 <= person["average"] < 7200 + 60


def test_only_what_was_done_in_these_days_is_counted(watched: House) -> None:
    director = watched.be("dir1")
    watched.be("mgr1").decides("plea", plea(watched))
    watched.pass_time(days=2)
    assert step(director, "plea", "local", days="7")["answered"] == 1
    assert not [each for each in director.get("waiting", days="1")["steps"] if each["form"] == "plea"]
    assert director.get("waiting", days="1")["people"] == []
    for wrong in ("0", "367", "-1", "a", "\u0663"):
        refused = director.send("GET", "waiting", days=wrong)
        assert (refused.status, refused.errors) == (422, [("/days", "bad_days")]), wrong


def test_returns_are_counted_by_their_reasons(watched: House) -> None:
    for reason in ("the amount is wrong", "the amount is wrong", "nobody knows why"):
        record = plea(watched, "500")
        watched.be("mgr1").decides("plea", record)
        assert watched.be("ame").decides("plea", record, "return", asks={"reason": reason}).status == 200
    told = [
        (each["form"], each["step"], each["title"], each["reason"], each["count"])
        for each in watched.be("dir1").get("waiting")["returns"]
    ]
    assert told == [("plea", "area", "Area", "the amount is wrong", 2), ("plea", "area", "Area", "nobody knows why", 1)]


def test_sums_are_told_only_to_whom_all_of_it_is_open(watched: House) -> None:
    plea(watched)
    watched.be("clerk1").makes("duel", {"amount": "50"}, "hand_in")
    for account in ("clerk1", "mgr1", "fin1"):
        refused = watched.be(account).send("GET", "waiting")
        assert refused.status == 404, account
        assert not watched.be(account).get("me")["oversees"]
    director = watched.be("dir1")
    assert director.get("me")["oversees"]
    forms = {each["form"] for each in director.get("waiting")["steps"]}
    assert {"plea", "duel"} <= forms
    watched.publish(policy=["p, finance, tasks, see, chain"])
    assert {each["form"] for each in watched.be("fin1").get("waiting")["steps"]} >= {"plea"}
    hidden = {each["form"] for each in watched.be("adm").get("waiting")["steps"]}
    assert "plea" not in hidden
