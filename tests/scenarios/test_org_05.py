"""ORG-05: one process, variants by region, store type or franchise; each holds only what differs."""

from __future__ import annotations

from typing import Any

from tests.scenarios import rules
from tests.scenarios.world import Reply, World, line, rights, text

TIERS = text("pur_01/tiers.yaml")
WEST = text("org_05/west.yaml")
FRANCHISE = text("org_05/franchise.yaml")
BASE = text("org_05/base.yaml")
RIGHTS = [*rights("pur_01/rights.csv"), *rights("org_05/rights.csv")]
LAYERS = "layers: [tiers, base, west, franchise]\n"
LIMITS = {"nobody": "500", "store": "5000", "area": "25000", "west": "3000"}


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


def test_counts_are_blind_but_in_the_west(world: World) -> None:
    begun(world)
    east = world.be("clerk1").makes("count", {"store": {"code": "S01"}, "lines": [{"item": {"code": "B201"}}]})
    rules.hidden(world, "clerk1", "count", east, ("book", "difference"), ("24", "-1"))
    row = world.be("clerk1").reads("count", east)["lines"][0]["row"]
    assert world.be("clerk1").edits("count", east, {"lines": [{"row": row, "counted": "23"}]}).status == 200
    rules.hidden(world, "clerk1", "count", east, ("book", "difference"), ("24", "-1"))
    assert [world.be("mgr1").reads("count", east)["lines"][0][each] for each in ("book", "difference")] == ["24", "-1"]
    for store, clerk in (("S03", "clerk3"), ("S04", "clerk4")):
        lines = [{"item": {"code": "A100"}, "counted": "9"}]
        open_one = world.be(clerk).makes("count", {"store": {"code": store}, "lines": lines})
        shown = world.be(clerk).reads("count", open_one)["lines"][0]
        book = {"S03": "30", "S04": "10"}[store]
        assert (shown["book"], shown["difference"]) == (book, str(9 - int(book)))


def why(world: World, account: str, record: str, **rule: str) -> Any:
    """Where a rule that a requisition follows comes from."""
    return world.be(account).get("why", form="requisition", id=record, **rule)


def layers(world: World, account: str, record: str, **rule: str) -> list[str]:
    """The same: the layers in order."""
    return [each["layer"] for each in why(world, account, record, **rule)["layers"]]


def test_why_a_document_follows_a_rule_is_told_layer_by_layer(world: World) -> None:
    begun(world)
    east = world.be("clerk1").makes("requisition", values("S01", 800), "submit")
    west = world.be("clerk3").makes("requisition", values("S03", 800, project="P1"), "submit")
    own = world.be("clerk4").makes("requisition", values("S04", 800, project="P1"), "submit")
    ways = {"clerk1": east, "clerk3": west, "clerk4": own}
    assert {who: layers(world, who, record, approval="requisition") for who, record in ways.items()} == {
        "clerk1": ["starter_minimal", "tiers"],
        "clerk3": ["starter_minimal", "tiers", "west"],
        "clerk4": ["starter_minimal", "tiers", "west", "franchise"],
    }
    assert {who: layers(world, who, record, state="draft") for who, record in ways.items()} == {
        "clerk1": ["starter_minimal", "base"],
        "clerk3": ["starter_minimal", "base", "west"],
        "clerk4": ["starter_minimal", "base", "west"],
    }
    assert layers(world, "clerk4", own, step="area") == ["tiers", "west"]
    assert layers(world, "clerk1", east, step="area") == ["tiers"]
    assert layers(world, "clerk4", own, step="finance") == ["franchise"]
    assert layers(world, "clerk3", west, field="project") == ["west"]
    assert layers(world, "clerk4", own, field="lines.item") == ["starter_minimal"]
    assert layers(world, "clerk4", own, action="submit") == ["starter_minimal"]

    # each with its place, and why it holds for this store
    told = why(world, "clerk4", own, approval="requisition")
    assert told["unit"]["code"] == "S04"
    assert [(each["title"], each["overlay"]) for each in told["layers"]] == [
        ("Starting point", False), ("Approval by amount", True), ("West", True), ("Franchise", True),
    ]  # fmt: skip
    assert all(each["file"].endswith(".yaml") and each["line"] > 1 for each in told["layers"])
    assert "WEST" in told["layers"][2]["because"]
    assert told["layers"][0]["because"] == told["layers"][1]["because"] == "It holds everywhere."

    # a document keeps the layers that it was begun under; what is not there, or not to be seen, is not told
    world.publish(FRANCHISE.replace("steps:\n          finance", "steps:\n          money"))
    assert layers(world, "clerk4", own, step="finance") == ["franchise"]

    def asks(record: str, **rule: str) -> Reply:
        return world.be("clerk1").send("GET", "why", form="requisition", id=record, **rule)

    world.refused("NOTFOUND", lambda: asks(own, step="area"))
    for rule in ({"step": "finance"}, {"field": "project"}, {"state": "nowhere"}, {"approval": "franchise"}):
        world.refused("NOTFOUND", lambda rule=rule: asks(east, **rule))
    world.refused("INVALID", lambda: asks(east, step="area", state="draft"))
