"""ORG-01: cost and margin are invisible to stores, in every channel."""

from __future__ import annotations

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("org_01/hidden.yaml")
DERIVED = text("org_01/derived.yaml")
FLOW = text("org_01/derived_flow.yaml")
OFFERS = [f"p, clerk, offer, {each}, own" for each in ("see", "create", "edit", "close")]
OPEN = {
    "For every channel: print.": "print",
    "For every channel: report, dashboard tile.": "dashboard",
    "For every channel: webhook to a store system.": "issue 4: webhooks",
}


def test_nobody_of_a_store_learns_a_cost(world: World) -> None:
    world.publish(CHANGE)
    food = world.found("item", "code == 'A101'")
    assert world.be("buyA").edits("item", food, {"cost": "7.77"}).status == 200
    clerk1 = world.be("clerk1")
    record = clerk1.makes("requisition", {"store": {"code": "S01"}, "lines": [line("A101", 10)]}, "submit")
    for who in ("clerk1", "mgr1"):
        rules.hidden(world, who, "requisition", record, ("cost", "value", "total"), ("7.77", "77.70"))
        rules.hidden(world, who, "item", food, ("cost", "margin"), ("7.77", "6.23"))
        person = world.be(who)
        found = person.send("GET", "codes", text="A101")
        assert (found.status, "7.77" in found.text) == (200, False)
        stock = person.send("GET", "stock", item="A101", place="S01")
        assert not {"value", "cost"} & {key for each in stock.body["items"] for key in each}
        assert "7.77" not in stock.text
        for path in ("movements", "trail"):
            told = person.send("GET", f"stock/{path}", item="A101", **({"place": "S01"} if path == "trail" else {}))
            assert "7.77" not in told.text, path
        api = person.send("GET", "openapi.json")
        assert '"margin"' not in api.text

    # the area manager sees amounts, and no margin
    ame = world.be("ame")
    assert ame.reads("requisition", record)["total"] == "77.70"
    rules.hidden(world, "ame", "item", food, ("margin",), ("6.23",))

    # exporting is a right of its own
    world.refused("RIGHT", lambda: ame.send("GET", "records/requisition/export"))

    # what decides still knows
    assert world.be("mgr1").decides("requisition", record) == "approved"


def test_an_amount_that_tells_a_cost_is_flagged(world: World) -> None:
    narrow = CHANGE.replace("          cost: {sees: {by: [area_manager above store, ", "          cost: {sees: {by: [")
    flagged = [(each["path"], each["code"]) for each in world.tries(narrow).body]
    assert ("fields.lines.fields.value", "leak") in flagged


def test_rules_by_amount_work_for_those_who_do_not_see_it(world: World) -> None:
    world.publish(CHANGE)
    finance = world.be("fin1")
    for level, amount in (("nobody", "500"), ("store", "5000"), ("area", "25000")):
        finance.makes("limit", {"form": "requisition", "level": level, "amount": amount})
    tiers = text("pur_01/tiers.yaml")
    world.publish(tiers, policy=rights("pur_01/rights.csv"))
    clerk1 = world.be("clerk1")
    small = clerk1.makes("requisition", {"store": {"code": "S01"}, "lines": [line("B201", 99)]}, "submit")
    assert clerk1.state("requisition", small) == "approved"
    dear = clerk1.makes("requisition", {"store": {"code": "S01"}, "lines": [line("B201", 1001)]}, "submit")
    told = [(each["step"], each["state"]) for each in clerk1.route("requisition", dear)]
    assert told[:2] == [("store", "now"), ("area", "next")]
    for number in ("5005", "5000", "25000"):
        assert number not in clerk1.send("GET", f"records/requisition/{dear}/route").text


def test_a_new_form_inherits_the_protection_or_is_told(world: World) -> None:
    world.publish(CHANGE)
    refused = world.tries(DERIVED, FLOW, policy=OFFERS)
    told = [(each["path"], each["code"]) for each in refused.body if each["severity"] == "error"]
    assert [path for path, _ in told] == ["fields.worth"], refused.text
    closed = DERIVED.replace(
        "title: {en: Worth, zh: 价值}}",
        "title: {en: Worth, zh: 价值}, sees: {by: [finance at chain, auditor at chain]}}",
    )
    world.publish(closed, FLOW, policy=OFFERS)
    clerk1 = world.be("clerk1")
    record = clerk1.makes("offer", {"item": {"code": "A100"}})
    rules.hidden(world, "clerk1", "offer", record, ("worth",), ("10.00",))
