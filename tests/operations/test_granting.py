"""What somebody may do at all, by which lines; what moving a line makes of it; who is told of whom."""

from __future__ import annotations

from typing import Any

import pytest

from engine.operations import previewed
from engine.operations.granting import Change
from engine.operations.previewed import Mark
from engine.operations.rights import Units
from tests.operations.house import House
from tests.operations.test_in_use import waits

RIGHT = ("duel", "see")


@pytest.mark.parametrize(
    ("before", "after", "gains", "loses"),
    [
        (frozenset(), frozenset({"a"}), True, False),
        (frozenset({"a"}), frozenset(), False, True),
        (frozenset({"a"}), frozenset({"b"}), True, True),
        (frozenset({"a"}), frozenset({"a", "b"}), True, False),
        (None, frozenset({"a"}), False, True),
        (frozenset({"a"}), None, True, False),
        (None, frozenset(), False, True),
        (frozenset(), None, True, False),
    ],
)
def test_units_that_come_are_gained_and_units_that_go_are_lost(
    before: Units, after: Units, gains: bool, loses: bool
) -> None:
    change = Change("somebody", RIGHT, before, after)
    assert (change.gains, change.loses) == (gains, loses)


def right(told: dict[str, Any], thing: str, action: str) -> dict[str, Any] | None:
    """One right of what somebody may do."""
    return next((each for each in told["rights"] if (each["object"], each["action"]) == (thing, action)), None)


def test_where_a_right_holds_is_told_by_the_topmost_units(house: House) -> None:
    adm = house.be("adm")
    area = right(adm.get("why", person="ame"), "duel", "see")
    assert area is not None
    assert [each["code"] for each in area["where"]["units"]] == ["EAST"]
    assert area["where"]["count"] > 2
    everywhere = right(adm.get("why", person="aud"), "stock", "see")
    assert everywhere is not None
    assert everywhere["where"] == {"units": None, "count": None}
    assert {(each["role"], each["where"]) for each in everywhere["lines"]} == {("auditor", "chain")}


def test_only_the_form_that_is_named_is_told_and_nothing_of_who_holds_nothing(house: House) -> None:
    adm = house.be("adm")
    told = adm.get("why", person="clerk1", form="duel")
    assert {each["object"].partition(".")[0] for each in told["rights"]} == {"duel"}
    assert right(told, "duel", "hand_in") is not None
    person = adm.makes("person", {"account": "idle1", "name": "Idle", "language": "en"})
    assert adm.get("why", person=person) == {
        "person": {"id": person, "code": "idle1", "title": "Idle"},
        "roles": [],
        "rights": [],
    }
    assert adm.send("GET", "why", person="nobody_at_all").status == 404
    assert adm.send("GET", "why", person="clerk1", action="see").errors[0] == ("/form", "required")


def test_a_line_that_reaches_further_is_a_gain_and_one_that_reaches_less_a_loss(house: House) -> None:
    adm = house.be("adm")
    policy = adm.get("definitions/permissions/policy")["text"]
    for old, new, word, other in (("own", "chain", "gained", "lost"), ("chain", "own", "lost", "gained")):
        thing = "duel" if old == "own" else "region"
        line = f"p, manager, {thing}, see, {old}\n"
        assert policy.count(line) == 1
        sent = {"kind": "permissions", "name": "policy", "text": policy.replace(line, line.replace(old, new))}
        told = adm.does("POST", "definitions/preview", {"texts": [sent], "form": "duel", "limit": 1})["rights"]
        mine = next(each for each in told["people"] if each["person"]["code"] == "mgr1")
        assert [(each["object"], each["action"]) for each in mine[word]] == [(thing, "see")]
        assert mine[other] == []
        assert {each["person"]["code"] for each in told["people"]} - {"dckm"} == {"mgr1", "mgr2", "mgr3", "mgr4"}
        assert [each["change"] for each in told["lines"]] == ["added", "removed"]
        assert {each["line"] for each in told["lines"]} == {policy[: policy.index(line)].count("\n") + 1}


def test_who_may_not_see_people_is_told_of_lines_and_numbers(house: House) -> None:
    record = waits(house.be("clerk1"), 1)[0]
    policy = house.be("adm").get("definitions/permissions/policy")["text"]
    less = policy.replace("p, clerk, region, see, chain\n", "")
    sent = {"kind": "permissions", "name": "policy", "text": less}
    told = house.be("des").does("POST", "definitions/preview", {"texts": [sent], "records": [record]})
    sees = house.be("des").send("GET", "why", person="mgr1").status == 200
    assert [each["role"] for each in told["rights"]["lines"]] == ["clerk"]
    assert bool(told["rights"]["people"]) == sees
    assert bool(told["summary"]["people"]) == sees
    assert (told["rights"]["more"] == 0) == sees


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Mark("0123456789abcdef", 12, 5, "duel", "0198-x")
    assert previewed.read(mark.written()) == mark
    assert previewed.read(None) is None
