"""PUR-02: the approver comes from the data, not from a fixed role."""

from __future__ import annotations

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("pur_02/people.yaml")
RIGHTS = rights("pur_02/rights.csv")


def asked(world: World, *items: str, store: str = "S01", by: str = "clerk1") -> str:
    values = {"store": {"code": store}, "lines": [line(each, 2) for each in items]}
    return world.be(by).makes("requisition", values, "submit")


def test_the_owners_of_what_is_asked_for_decide_then_the_area(world: World) -> None:
    old = asked(world, "A100")
    world.publish(CHANGE, policy=RIGHTS)
    mgr1, mgr2, buy_a, buy_b, ame = (world.be(each) for each in ("mgr1", "mgr2", "buyA", "buyB", "ame"))

    food = asked(world, "A100", "A101")
    assert world.tasked("requisition", food) == ["mgr1"]
    task = mgr1.tasks("requisition", food)[0]["id"]
    world.refused("NOTFOUND", lambda: mgr2.send("POST", f"tasks/{task}/approve"))
    world.refused("NOTFOUND", lambda: mgr2.send("GET", f"records/requisition/{food}"))
    rules.without_a_task(world, "requisition", food)
    assert mgr1.decides("requisition", food) == "submitted"
    assert world.tasked("requisition", food) == ["buyA"]
    assert buy_a.decides("requisition", food) == "submitted"
    assert world.tasked("requisition", food) == ["ame"]
    assert ame.decides("requisition", food) == "approved"

    both = asked(world, "A100", "B200")
    mgr1.decides("requisition", both)
    assert world.tasked("requisition", both) == ["buyA", "buyB"]
    assert buy_b.decides("requisition", both) == "submitted"
    assert world.tasked("requisition", both) == ["buyA"]
    assert ame.tasks("requisition", both) == []
    assert buy_a.decides("requisition", both) == "submitted"
    assert world.tasked("requisition", both) == ["ame"]

    assert mgr1.decides("requisition", old) == "approved"


def test_the_last_two_owners_in_one_instant_make_one_next_step(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    record = asked(world, "A100", "B200")
    world.be("mgr1").decides("requisition", record)
    said = world.together(
        *(lambda who=who: world.be(who).tries_to("approve", "requisition", record) for who in ("buyA", "buyB"))
    )
    for again, reply in zip(("buyA", "buyB"), said, strict=True):
        if reply.status != 200:  # the content of the task was that before the other's vote
            assert reply.body["kind"] == "conflict", reply.text
            world.be(again).decides("requisition", record)
    assert len(world.be("ame").tasks("requisition", record)) == 1
    actions = [each["action"] for each in world.be("aud").history("requisition", record)]
    assert actions.count("approve:owners") == 2


def test_another_owner_and_another_store_need_no_definition(world: World) -> None:
    version = world.publish(CHANGE, policy=RIGHTS)
    adm = world.be("adm")
    new = world.hires("buyC", "buyer")
    food = world.found("category", "code == 'FOOD'")
    assert adm.edits("category", food, {"owner": new}).status == 200
    record = asked(world, "A100")
    world.be("mgr1").decides("requisition", record)
    assert world.tasked("requisition", record) == []
    assert len(world.be("buyC").tasks("requisition", record)) == 1
    assert world.be("buyC").decides("requisition", record) == "submitted"

    adm.makes("store", {"code": "S05", "name": "Harbour", "region": {"code": "EAST"}, "kind": "store"})
    world.hires("mgr5", "manager", "S05")
    world.hires("clerk5", "clerk", "S05")
    fifth = asked(world, "B200", store="S05", by="clerk5")
    assert world.be("mgr5").decides("requisition", fifth) == "submitted"
    assert world.tasked("requisition", fifth) == ["buyB"]
    assert {each["version"] for each in world.be("aud").history("requisition", fifth) if each["version"]} == {version}

    assert adm.edits("category", food, {"owner": None}).status == 200
    clerk1 = world.be("clerk1")
    draft = clerk1.makes("requisition", {"store": {"code": "S01"}, "lines": [line("A100", 1)]})
    refused = world.refused("RULE", lambda: clerk1.acts("requisition", draft, "submit"))
    assert refused.says == ["A category on these lines has no owner."]
