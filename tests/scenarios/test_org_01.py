"""ORG-01: cost and margin are invisible to stores, in every channel."""

from __future__ import annotations

import json

from tests.receiving import Endpoint, endpoint
from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("org_01/hidden.yaml")
DERIVED = text("org_01/derived.yaml")
FLOW = text("org_01/derived_flow.yaml")
OFFERS = [f"p, clerk, offer, {each}, own" for each in ("see", "create", "edit", "close")]
OPEN = {
    "For every channel: print.": "print",
    "For every channel: report, dashboard tile.": "dashboard",
}
LISTENER, LISTENER_FLOW, TELLING = (text(f"org_01/{each}.yaml") for each in ("listener", "listener_flow", "telling"))
ENDPOINTS = [f"p, finance, listener, {each}, chain" for each in ("see", "create", "edit", "retire")]


def listens(world: World, code: str, reader: str, hook: Endpoint) -> None:
    """A system of S01 that listens, with somebody's eyes."""
    values = {"code": code, "store": {"code": "S01"}, "channel": "requisitions", "url": hook.url}
    made = world.be("fin1").makes("listener", {**values, "reader": {"code": reader}})
    world.be("fin1").does("POST", f"endpoints/{made}/secrets", {})


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


def test_a_system_of_a_store_is_told_what_its_reader_may_see(world: World) -> None:
    """Whose eyes has an endpoint? Those of the person whom it names: a store's system is told as the store is."""
    world.publish(CHANGE, TELLING, LISTENER, LISTENER_FLOW, policy=ENDPOINTS)
    food = world.found("item", "code == 'A101'")
    assert world.be("buyA").edits("item", food, {"cost": "7.77"}).status == 200
    with endpoint() as store, endpoint() as region, endpoint() as elsewhere, endpoint() as head:
        readers = {"clerk1": store, "ame": region, "clerk2": elsewhere, "buyA": head}
        for number, (reader, hook) in enumerate(readers.items()):
            listens(world, f"E{number}", reader, hook)
        values = {"store": {"code": "S01"}, "lines": [line("A101", 10)]}
        record = world.be("clerk1").makes("requisition", values, "submit")
        while world.delivers():
            pass
    number = world.be("clerk1").get(f"records/requisition/{record}")["number"]
    raw = {reader: [world.shuffle.back(got.body.decode()) for got in hook.got] for reader, hook in readers.items()}
    told = {reader: [json.loads(each)["data"]["values"] for each in bodies] for reader, bodies in raw.items()}
    assert [sorted(each) for each in told["clerk1"]] == [sorted(["number", "store", "lines"])]
    assert told["clerk1"][0]["number"] == number
    assert [sorted(row) for row in told["clerk1"][0]["lines"]] == [["item", "quantity"]]
    assert not [each for each in ("7.77", "77.7", "38.85", "6.23", "true") if each in raw["clerk1"][0]]
    assert [sorted(each) for each in told["ame"]] == [sorted(["dear", "half", "lines", "number", "store", "total"])]
    assert "earned" not in raw["ame"][0]
    assert told["buyA"][0]["lines"][0]["earned"] == "6.23"
    assert told["clerk2"] == []
