"""Which of one's tasks are asked for, and what a record tells of the verdicts on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from engine.clock import to_stored
from engine.database.dialects import run
from tests.operations.house import House


@pytest.fixture
def asked(house: House) -> dict[str, str]:
    """A transfer from each of two stores; every store's manager is asked, and the director for none of them."""
    made = {}
    for store, account in (("S01", "clerk1"), ("S02", "clerk2")):
        line = {"item": {"code": house.item(**{store: 5})}, "requested": "1"}
        values = {"from_store": {"code": store}, "to_store": {"code": "S03"}, "reason": "slow", "lines": [line]}
        made[store] = house.be(account).makes("transfer", values, "submit")
    return made


def found(house: House, account: str, **query: str) -> set[str]:
    items = house.be(account).get("tasks", form="transfer", limit="500", **query)["items"]
    return {each["record"]["id"] for each in items}


def test_tasks_are_those_of_a_unit_with_all_below_it(house: House, asked: dict[str, str]) -> None:
    every = {"all": "true"}
    one, two = asked["S01"], asked["S02"]
    assert found(house, "aud", **every) >= {one, two}
    assert {one, two} & found(house, "aud", unit="S01", **every) == {one}
    assert {one, two} & found(house, "aud", unit="s02", **every) == {two}
    assert {one, two} <= found(house, "aud", unit="EAST", **every), "a region has the tasks of its stores"
    assert {one, two} & found(house, "aud", unit="S99", **every) == set()
    assert two not in found(house, "mgr1", unit="S02"), "narrowing brings nobody the tasks of others"


def test_tasks_are_those_that_are_due(house: House, asked: dict[str, str]) -> None:
    with house.services.database.reading() as connection:
        now = house.services.now(connection)

    def due(connection: Connection) -> None:
        for store, days in (("S01", -2), ("S02", 5)):
            told = {"at": to_stored(now + timedelta(days=days)), "record": asked[store]}
            run(connection, "UPDATE task SET deadline = :at WHERE record = :record", told)

    house.services.database.transaction(due)
    mine = set(asked.values())
    every = {"all": "true"}
    assert mine & found(house, "aud", due="overdue", **every) == {asked["S01"]}
    assert mine & found(house, "aud", due=(now + timedelta(days=1)).date().isoformat(), **every) == {asked["S01"]}
    assert mine & found(house, "aud", due=(now + timedelta(days=9)).date().isoformat(), **every) == mine


@pytest.mark.parametrize("said", ["soon", "2026-13-01", "9999-12-31", "2026-01-01T00:00:00Z"])
def test_a_day_that_is_none_is_refused(house: House, said: str) -> None:
    reply = house.be("mgr1").send("GET", "tasks", due=said)
    assert (reply.status, reply.errors) == (422, [("/due", "bad_due")])


def test_a_record_tells_what_a_verdict_asks_and_where_it_returns_to(house: House) -> None:
    record = house.be("clerk1").makes("duel", {"amount": "500"}, "hand_in")
    peer = house.be("clerk1b")
    first = peer.get(f"records/duel/{record}")["tasks"][0]
    assert (first["asks"], [each["to"] for each in first["returns"]]) == ({}, ["submitter"])
    for account in ("clerk1b", "clerk1c"):
        assert house.be(account).decides("duel", record).status == 200
    left = next(each for each in house.be("mgr1").get(f"records/duel/{record}")["tasks"] if each["part"] == "left")
    assert left["asks"]["reason"]["required"] is True
    assert [each["to"] for each in left["returns"]] == ["submitter", "peers"]
    assert house.be("mgr1").decides("duel", record, "return", to="peers", asks={"reason": "again"}).status == 200
