"""ORG-03: nobody approves his own; levels are different people; who holds two levels in a row is asked once."""

from __future__ import annotations

from functools import partial

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("org_03/duties.yaml")
RIGHTS = rights("org_03/rights.csv")


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


def keeps(world: World, account: str) -> None:
    """Somebody receives at the warehouse as well: ordinary data."""
    values = {"person": world.person(account), "role": "keeper", "at": {"code": "DC1"}}
    world.be("adm").makes("assignment", values)


def stands_in(world: World, absent: str, person: str) -> None:
    today = str(world.now().date())
    values = {"person": world.person(person), "from": today, "until": today}
    world.be(absent).does("PUT", "me/substitute", values)


def received(world: World, approver: str) -> str:
    """A receipt of goods that buyA ordered and somebody approved."""
    values = {"supplier": {"code": "V1"}, "store": {"code": "DC1"}, "lines": [line("A100", 5, price="10.00")]}
    order = world.be("buyA").makes("purchase_order", values, "submit")
    assert world.be(approver).decides("purchase_order", order) == "sent"
    assert world.be("dck").takes("purchase_order", order, "receive") == "receiving"
    number = world.be("buyA").get(f"records/purchase_order/{order}")["number"]
    return world.found("receipt", f"order.number == '{number}'", by="aud")


def test_whoever_ordered_or_approved_does_not_receive(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    for account in ("bmgr", "buyA", "buyB"):
        keeps(world, account)
    receipt = received(world, "bmgr")
    before = world.stock("DC1", "A100")
    for account, says in (("bmgr", "Whoever approved the order"), ("buyA", "Whoever sent the order")):
        person = world.be(account)
        assert "post" not in person.offered("receipt", receipt)
        refused = world.refused("RULE", partial(person.acts, "receipt", receipt, "post"), code="duty")
        assert refused.body["detail"] == f"{says} does not receive it."
    rules.buttons_are_transitions(world, "receipt", receipt)
    assert world.be("dck").takes("receipt", receipt, "post") == "posted"
    assert int(world.stock("DC1", "A100")) == int(before) + 5

    # who decides for another counts as both
    stands_in(world, "bmgr", "buyB")
    receipt = received(world, "buyB")
    for account in ("buyB", "bmgr"):
        world.refused("RULE", partial(world.be(account).acts, "receipt", receipt, "post"), code="duty")
    assert world.be("dck").takes("receipt", receipt, "post") == "posted"


def test_who_decides_for_another_counts_as_both(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    stands_in(world, "mgr1", "ame")
    own, record = asked(world, "mgr1"), asked(world, "clerk1")
    ame, aud = world.be("ame"), world.be("aud")
    assert world.tasked("requisition", record) == ["mgr1", "ame"]
    assert ame.decides("requisition", record) == "submitted"
    told = {each["action"]: each for each in aud.history("requisition", record)}
    store = told["approve:store"]
    assert (store["person"]["code"], store["for"]["code"]) == ("ame", "mgr1")
    assert told["approve:area"]["person"]["code"] == "ame", "he is not asked again for himself"
    assert world.tasked("requisition", record) == ["cfo"]

    # for whom he stands in does not matter where that one may not decide
    assert world.tasked("requisition", own) == ["ame"]
    assert ame.decides("requisition", own) == "submitted"
    line_of = next(each for each in aud.history("requisition", own) if each["action"] == "approve:store")
    assert (line_of["person"]["code"], line_of["for"]) == ("ame", None)
