"""ORG-05: one process, variants by region, store type or franchise; each holds only what differs."""

from __future__ import annotations

from typing import Any

from tests.scenarios.world import World, line, rights, text

TIERS = text("pur_01/tiers.yaml")
WEST = text("org_05/west.yaml")
FRANCHISE = text("org_05/franchise.yaml")
BASE = text("org_05/base.yaml")
RIGHTS = [*rights("pur_01/rights.csv"), *rights("org_05/rights.csv")]
LAYERS = "layers: [tiers, base, west, franchise]\n"
LIMITS = {"nobody": "500", "store": "5000", "area": "25000", "west": "3000"}
OPEN = {
    "West: no blind count.": "issue 5: blind counts come with counting in depth",
    "'Why does this document follow this rule?' answers with base, West, S04 in order.": "issue 4: why of a rule",
}


def begun(world: World) -> None:
    """The base with its tiers, and both variants."""
    finance = world.be("fin1")
    for level, amount in LIMITS.items():
        finance.makes("limit", {"form": "requisition", "level": level, "amount": amount})
    world.publish(world.library(LAYERS), TIERS, BASE, WEST, FRANCHISE, policy=RIGHTS)


def values(store: str, quantity: int, **more: Any) -> dict[str, Any]:
    return {"store": {"code": store}, "lines": [line("B201", quantity)], **more}


def route(world: World, record: str, by: str) -> list[str]:
    return [each["step"] for each in world.be(by).route("requisition", record) if each["state"] in ("now", "next")]


def fields(world: World, store: str, by: str) -> set[str]:
    """What can be filled in of a requisition of a store."""
    told = world.be(by).does("POST", "records/requisition/fill", {"values": {"store": {"code": store}}})
    return set(told["writable"])


def test_each_variant_holds_only_its_differences(world: World) -> None:
    begun(world)
    east = world.be("clerk1").makes("requisition", values("S01", 800), "submit")
    assert route(world, east, "mgr1") == ["store"]
    lacking = world.refused("INVALID", lambda: world.be("clerk3").tries("requisition", values("S03", 800), "submit"))
    assert lacking.paths == ["/values/project"]
    west = world.be("clerk3").makes("requisition", values("S03", 800, project="P1"), "submit")
    assert route(world, west, "mgr3") == ["store", "area"]
    own = world.be("clerk4").makes("requisition", values("S04", 800, project="P1"), "submit")
    assert route(world, own, "mgr4") == ["store", "finance", "area"]

    # a transfer of the franchise needs finance and a price, that of others does not
    moved = {"from_store": {"code": "S04"}, "to_store": {"code": "S03"}, "lines": [line("A100", 1)]}
    unpriced = world.refused("INVALID", lambda: world.be("clerk4").tries("transfer", moved, "submit"))
    assert unpriced.paths == ["/values/transfer_price"]
    priced = world.be("clerk4").makes("transfer", {**moved, "transfer_price": "12.00"}, "submit")
    assert world.tasked("transfer", priced) == ["fin1", "fin2"]
    back = {"from_store": {"code": "S03"}, "to_store": {"code": "S04"}, "lines": [line("A100", 1)]}
    assert world.be("clerk3").tries("transfer", back, "submit").body["state"] == "requested"


def test_what_the_base_changes_reaches_all_and_what_a_variant_says_stays(world: World) -> None:
    begun(world)
    open_before = world.be("clerk3").makes("requisition", values("S03", 800, project="P1"), "submit")
    more = BASE.replace(
        "reason: {type: text", "urgent: {type: boolean, title: {en: Urgent, zh: 加急}}\n      reason: {type: text"
    )
    more = more.replace("fields: [store, reason", "fields: [store, urgent, reason")
    moved = WEST.replace("[store, project, reason", "[store, urgent, project, reason")
    lower = TIERS.replace("limit('requisition', 'area')", "limit('requisition', 'nobody') * 8")
    world.publish(more, moved, lower)
    assert "urgent" in fields(world, "S01", "clerk1") & fields(world, "S03", "clerk3") & fields(world, "S04", "clerk4")
    dear = world.be("clerk3").makes("requisition", values("S03", 801, project="P1"), "submit")
    assert route(world, dear, "mgr3") == ["store", "area", "cfo"]
    less = world.be("clerk3").makes("requisition", values("S03", 601, project="P1"), "submit")
    assert route(world, less, "mgr3") == ["store", "area"]
    assert route(world, open_before, "mgr3") == ["store", "area"]

    # the base takes away a step that a variant names: both places are told
    gone = TIERS.replace(
        "          area:\n            title: {en: Area manager, zh: 区域经理}\n",
        "          region:\n            title: {en: Region, zh: 大区}\n",
    )
    refused = world.tries(gone)
    told = [(each["file"], each["message"]) for each in refused.body if each["severity"] == "error"]
    assert any("west" in file for file, _ in told), told
    assert "urgent" in fields(world, "S01", "clerk1")


def test_a_store_that_moves_to_another_region_follows_that(world: World) -> None:
    begun(world)
    before = world.be("clerk3").makes("requisition", values("S03", 800, project="P1"), "submit")
    store = world.found("store", "code == 'S03'")
    assert world.be("adm").edits("store", store, {"region": {"code": "EAST"}}).status == 200
    after = world.be("clerk3").makes("requisition", values("S03", 800), "submit")
    assert route(world, after, "mgr3") == ["store"]
    assert "project" not in world.be("mgr3").reads("requisition", after)
    assert route(world, before, "mgr3") == ["store", "area"]
    assert world.be("mgr3").reads("requisition", before)["project"] == "P1"
