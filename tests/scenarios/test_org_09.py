"""ORG-09: withdraw what one has sent; take back what one has approved, as long as nothing has followed from it."""

from __future__ import annotations

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("org_09/back.yaml")
RIGHTS = rights("org_09/rights.csv")


def asked(world: World) -> str:
    values = {"store": {"code": "S01"}, "source": {"code": "DC1"}, "lines": [line("A100", 3)]}
    return world.be("clerk1").makes("requisition", values, "submit")


def test_the_creator_withdraws_until_somebody_has_decided(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    clerk1, mgr1 = world.be("clerk1"), world.be("mgr1")
    record = asked(world)
    number = clerk1.get(f"records/requisition/{record}")["number"]
    assert world.stock("DC1", "A100", "reserved") == "3"
    world.refused("RIGHT", lambda: world.be("clerk1b").acts("requisition", record, "withdraw"))
    assert clerk1.takes("requisition", record, "withdraw") == "draft"
    assert world.tasked("requisition", record) == []
    assert world.stock("DC1", "A100", "reserved") == "0"

    # the next time it is the same number and the second round
    assert clerk1.takes("requisition", record, "submit") == "submitted"
    assert clerk1.get(f"records/requisition/{record}")["number"] == number
    assert world.stock("DC1", "A100", "reserved") == "3"
    assert world.tasked("requisition", record) == ["mgr1"]
    assert [each["action"] for each in clerk1.history("requisition", record)].count("submit") == 2
    assert mgr1.decides("requisition", record) == "submitted"
    refused = world.refused("RULE", lambda: clerk1.acts("requisition", record, "withdraw"))
    assert refused.says == ["Somebody has decided; ask for it to be returned."]
    rules.buttons_are_transitions(world, "requisition", record)


def test_an_approval_is_taken_back_in_time_and_before_the_next(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    mgr1, ame = world.be("mgr1"), world.be("ame")
    record = asked(world)
    task = mgr1.tasks("requisition", record)[0]["id"]
    assert mgr1.decides("requisition", record) == "submitted"
    world.pass_time(minutes=10)
    world.refused("RIGHT", lambda: ame.send("POST", f"tasks/{task}/take_back", {}))
    assert mgr1.get(f"records/requisition/{record}")["take_back"]["task"] == task
    assert mgr1.send("POST", f"tasks/{task}/take_back", {"comment": "the wrong one"}).status == 200
    assert world.tasked("requisition", record) == ["mgr1"]

    # once the next has acted it stays
    task = mgr1.tasks("requisition", record)[0]["id"]
    assert mgr1.decides("requisition", record) == "submitted"
    assert ame.decides("requisition", record) == "submitted"
    late = world.refused("RULE", lambda: mgr1.send("POST", f"tasks/{task}/take_back", {}), code="followed")
    assert "Zhang Wei" in late.text or "ame" in late.text, late.text

    # nor after half an hour
    other = asked(world)
    task = mgr1.tasks("requisition", other)[0]["id"]
    assert mgr1.decides("requisition", other) == "submitted"
    world.pass_time(minutes=31)
    world.refused("RULE", lambda: mgr1.send("POST", f"tasks/{task}/take_back", {}), code="too_late")
    assert world.tasked("requisition", other) == ["ame"]


def test_what_has_moved_stock_is_not_taken_back(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    ame = world.be("ame")
    values = {"store": {"code": "S01"}, "reason": "broken", "lines": [line("A100", 2)]}
    record = world.be("mgr1").makes("write_off", values, "post")
    task = ame.tasks("write_off", record)[0]["id"]
    assert ame.decides("write_off", record) == "posted"
    assert world.stock("S01", "A100") == "38"
    assert ame.get(f"records/write_off/{record}")["take_back"] is None
    world.refused("RULE", lambda: ame.send("POST", f"tasks/{task}/take_back", {}))
    assert world.stock("S01", "A100") == "38"
