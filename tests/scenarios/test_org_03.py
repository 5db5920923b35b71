"""ORG-03: nobody approves his own; levels are different people; who holds two levels in a row is asked once."""

from __future__ import annotations

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("org_03/duties.yaml")
RIGHTS = rights("pur_01/rights.csv")
OPEN = {
    "bmgr approved the PO: bmgr posting the receipt refused; dck may.": "issue 4: duties along the trail",
    "The rules hold for delegates (ORG-04): ame acting for mgr1 counts as both.": "issue 4: delegation",
}


def asked(world: World, by: str) -> str:
    return world.be(by).makes("requisition", {"store": {"code": "S01"}, "lines": [line("A100", 3)]}, "submit")


def test_nobody_decides_what_he_asked_for_or_wrote(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    mgr1, ame = world.be("mgr1"), world.be("ame")
    own = asked(world, "mgr1")
    assert world.tasked("requisition", own) == ["ame"]
    task = ame.tasks("requisition", own)[0]["id"]
    refused = mgr1.send("POST", f"tasks/{task}/approve")
    assert (refused.status, refused.body["kind"]) in ((403, "right"), (409, "rule")), refused.text
    rules.buttons_are_transitions(world, "requisition", own)
    rules.without_a_task(world, "requisition", own)

    edited = asked(world, "clerk1")
    assert world.tasked("requisition", edited) == ["mgr1"]
    row = mgr1.reads("requisition", edited)["lines"][0]["row"]
    assert mgr1.edits("requisition", edited, {"lines": [{"row": row, "quantity": "4"}]}).status == 200
    assert mgr1.tasks("requisition", edited) == []
    assert world.tasked("requisition", edited) == ["ame"]


def test_the_same_person_in_a_row_is_asked_once_and_after_another_again(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    record = asked(world, "clerk1")
    mgr1, ame, cfo = world.be("mgr1"), world.be("ame"), world.be("cfo")
    mgr1.decides("requisition", record)
    assert ame.decides("requisition", record) == "submitted"
    told = [(each["action"], each["person"]["code"]) for each in ame.history("requisition", record)]
    assert ("approve:area", "ame") in told
    assert ("approve:region", "ame") in told, told
    assert world.tasked("requisition", record) == ["cfo"]
    assert cfo.decides("requisition", record) == "submitted"
    assert world.tasked("requisition", record) == ["ame"]
    assert ame.decides("requisition", record) == "approved"
