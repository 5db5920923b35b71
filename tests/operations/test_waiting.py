"""What stands around every page is counted as the lists themselves would say, and is never older than the page."""

from __future__ import annotations

import pytest

from engine.errors import Refusal
from engine.operations import commands
from engine.operations.calls import Call
from tests.operations.house import Desk, House

COUNTS = {"tasks", "more_tasks", "notices", "more_notices"}


def _asks(desk: Desk) -> None:
    desk.makes("memo", {"note": "a"}, "hand_in")


def _counted(desk: Desk) -> dict[str, object]:
    told = desk.get("me/waiting")
    assert set(told) == COUNTS | {"now"}
    return {name: told[name] for name in COUNTS}


def _listed(desk: Desk) -> dict[str, object]:
    tasks = desk.get("tasks", limit="20")["items"]
    unread = [each for each in desk.get("notices", limit="500")["items"] if each["read"] is None]
    told = {"tasks": len(tasks), "more_tasks": len(tasks) == 20}
    return {**told, "notices": min(len(unread), 20), "more_notices": len(unread) >= 20}


def test_it_counts_what_the_lists_show(own_house: House) -> None:
    chief = own_house.be("mgr1")
    before = chief.get("me/waiting")
    for _ in range(3):
        _asks(own_house.be("clerk1"))
    now = chief.get("me/waiting")
    assert now["tasks"] > before["tasks"]
    for account in ("mgr1", "mgr2", "clerk1", "aud", "adm"):
        assert _counted(own_house.be(account)) == _listed(own_house.be(account)), account


def test_it_counts_no_further_than_twenty(own_house: House) -> None:
    for _ in range(25):
        _asks(own_house.be("clerk1"))
    told = own_house.be("mgr1").get("me/waiting")
    assert (told["tasks"], told["more_tasks"]) == (20, True)


def test_a_notice_that_was_read_waits_no_more(own_house: House) -> None:
    chief = own_house.be("mgr1")
    record = own_house.be("clerk1").makes("memo", {"note": "a"}, "hand_in")
    said = {"comment": "please look", "mentions": [chief.person]}
    own_house.be("clerk1").does("POST", f"records/memo/{record}/comments", said)
    assert chief.get("me/waiting")["notices"] == 2, "of the memo and of the comment"
    chief.does("PATCH", "notices")
    assert chief.get("me/waiting")["notices"] == 0


def test_a_page_asks_of_one_state_and_the_next_page_of_the_next(own_house: House) -> None:
    """A role that is taken away while a page is made is gone on the next one; neither mixes the two."""
    chief, adm = own_house.be("mgr1"), own_house.be("adm")
    _asks(own_house.be("clerk1"))
    held = [
        each["id"]
        for each in adm.get("records/assignment", limit="500")["items"]
        if each["values"]["person"]["id"] == chief.person
    ]
    call = Call(chief.actor, "en", route="page")
    with commands.looking(own_house.services, call) as look:
        assert look("me", {}).body["roles"]
        for each in held:
            adm.takes("assignment", each, "retire")
        assert look("me", {}).body["roles"], "this page began before"
        assert look("me/waiting", {}).body["tasks"] > 0
    with commands.looking(own_house.services, call) as look:
        assert look("me", {}).body["roles"] == []
        assert look("me/waiting", {}).body["tasks"] == 0
        assert look("tasks", {}).body["items"] == []


def _but_the_moment(told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name != "now"}


def test_it_is_answered_as_the_one_door_answers(house: House) -> None:
    clerk = house.be("clerk1")
    with commands.looking(house.services, Call(clerk.actor, "en")) as look:
        for path in ("me/waiting", "forms", "records/transfer", "stock"):
            assert _but_the_moment(look(path, {}).body) == _but_the_moment(clerk.get(path)), path
        with pytest.raises(Refusal) as refused:
            look("records/transfer/none-of-that-name", {})
    assert refused.value.status == 404


def test_nobody_is_told_nothing(house: House) -> None:
    with pytest.raises(Refusal) as refused, commands.looking(house.services, Call(None, "en")):
        raise AssertionError
    assert refused.value.status == 401
