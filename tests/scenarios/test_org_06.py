"""ORG-06: return to any earlier step with a reason, then straight back to whoever returned it, or all again."""

from __future__ import annotations

from functools import partial

from tests.scenarios.world import Reply, World, line, rights, text

CHANGE = text("org_06/return.yaml")
RIGHTS = rights("org_06/rights.csv")
COUNCIL = (
    "          area: {title: {en: Council, zh: 委员会}, ask: [finance at chain, cfo at chain], decide: {need: all}}\n"
)
WHY = {"reason": "which of them is it", "marked": "remark"}
STORE = ["clerk1", "clerk1b", "clerk1c"]
"""Whoever may send a draft of the store in; no approver among them."""


def asked(world: World) -> str:
    values = {"store": {"code": "S01"}, "remark": "before", "lines": [line("A100", 3), line("B200", 1)]}
    return world.be("clerk1").makes("requisition", {**values, "source": {"code": "DC1"}}, "submit")


def kept(world: World) -> list[str]:
    """What is kept for it at the warehouse."""
    return [world.stock("DC1", each, "reserved") for each in ("A100", "B200")]


def returned(world: World, record: str, asks: dict[str, str]) -> Reply:
    """The last one tries to send it back."""
    return world.be("cfo").tries_to("return", "requisition", record, to="submitter", asks=asks)


def notices(world: World, account: str, record: str) -> int:
    items = world.be(account).get("notices")["items"]
    return sum(1 for each in items if each["template"] == "@resumed" and each["record"]["id"] == record)


def test_it_comes_back_to_who_returned_it_or_begins_again(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    clerk1, mgr1, ame, cfo = (world.be(each) for each in ("clerk1", "mgr1", "ame", "cfo"))
    record = asked(world)
    number = clerk1.get(f"records/requisition/{record}")["number"]
    assert mgr1.decides("requisition", record) == "submitted"
    assert ame.decides("requisition", record) == "submitted"
    assert world.tasked("requisition", record) == ["cfo"]
    assert kept(world) == ["3", "1"]

    # without a reason, or with a short one, nothing happens
    for asks in ({}, {"reason": "short", "marked": "remark"}, {"reason": WHY["reason"]}):
        world.refused("INVALID", partial(returned, world, record, asks))
    before = mgr1.reads("requisition", record)
    assert cfo.decides("requisition", record, "return", to="submitter", asks=WHY) == "draft"
    assert world.tasked("requisition", record) == STORE
    (task,) = clerk1.tasks("requisition", record)
    assert (task["kind"], task["step"]) == ("expects", "submit")
    assert kept(world) == ["3", "1"], "what is returned stays kept"
    told = next(each for each in clerk1.history("requisition", record) if each["action"] == "return:cfo")
    assert told["asks"]["reason"] == WHY["reason"]
    assert mgr1.reads("requisition", record) == before
    seen = clerk1.reads("requisition", record)
    assert "total" not in seen

    # what is only corrected goes straight back; the others are told and not asked
    assert clerk1.edits("requisition", record, {"remark": "after"}).status == 200
    assert clerk1.takes("requisition", record, "submit") == "submitted"
    assert world.tasked("requisition", record) == ["cfo"]
    assert (notices(world, "mgr1", record), notices(world, "ame", record)) == (1, 1)
    assert kept(world) == ["3", "1"]
    assert clerk1.get(f"records/requisition/{record}")["number"] == number

    # what costs more is decided by all again
    assert cfo.decides("requisition", record, "return", to="submitter", asks=WHY) == "draft"
    row = clerk1.reads("requisition", record)["lines"][0]["row"]
    assert clerk1.edits("requisition", record, {"lines": [{"row": row, "quantity": "9"}]}).status == 200
    assert clerk1.takes("requisition", record, "submit") == "submitted"
    assert world.tasked("requisition", record) == ["mgr1"]
    assert kept(world) == ["9", "1"]
    assert clerk1.get(f"records/requisition/{record}")["number"] == number

    # to a step on the way, and straight back
    assert mgr1.decides("requisition", record) == "submitted"
    assert ame.decides("requisition", record) == "submitted"
    (shown,) = cfo.get(f"records/requisition/{record}")["tasks"]
    assert [each["to"] for each in shown["returns"]] == ["submitter", "store", "area"]
    assert cfo.decides("requisition", record, "return", to="store", asks=WHY) == "submitted"
    assert world.tasked("requisition", record) == ["mgr1"]
    assert mgr1.decides("requisition", record) == "submitted"
    assert world.tasked("requisition", record) == ["cfo"]
    assert notices(world, "ame", record) == 2
    assert cfo.decides("requisition", record) == "approved"

    # what follows from it knows whence it came
    assert world.be("buyA").acts("requisition", record, "order", asks={"supplier": {"code": "V1"}}).status == 200
    order = world.found("purchase_order", f"requisition.number == '{number}'", by="bmgr")
    assert world.be("bmgr").reads("purchase_order", order)["requisition"]["id"] == record
    assert kept(world) == ["0", "0"]


def test_one_of_three_who_sign_together_returns_it(world: World) -> None:
    area = next(each + "\n" for each in CHANGE.splitlines() if each.startswith("          area:"))
    world.publish(CHANGE.replace(area, COUNCIL), policy=RIGHTS)
    clerk1, mgr1, fin1, fin2 = (world.be(each) for each in ("clerk1", "mgr1", "fin1", "fin2"))
    record = asked(world)
    assert mgr1.decides("requisition", record) == "submitted"
    assert world.tasked("requisition", record) == ["fin1", "fin2", "cfo"]
    assert fin1.decides("requisition", record) == "submitted"
    assert fin2.decides("requisition", record, "return", to="submitter", asks=WHY) == "draft"
    assert world.tasked("requisition", record) == STORE
    assert clerk1.takes("requisition", record, "submit") == "submitted"
    assert world.tasked("requisition", record) == ["fin1", "fin2", "cfo"], "the vote is void"
