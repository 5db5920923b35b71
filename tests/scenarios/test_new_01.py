"""NEW-01: a store asks for a repair: a form, masters, a role and a report that nobody had before the engine."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.images import red_png
from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

PARTS = ("workshop.form", "workshop.workflow", "equipment.form", "equipment.workflow", "repair.form", "repair.workflow")
NEW = [text(f"new_01/{each}.yaml") for each in (*PARTS, "repair_costs.report")]
RIGHTS = rights("new_01/rights.csv")
TILL = "    till: {en: Till, zh: 收银}\n"
VENDOR = TILL + "    vendor: {en: Workshop, zh: 维修商}\n"
ROLE = '  vendor:\n    title: {en: Workshop, zh: 维修商}\n    purpose: {en: "Repairs.", zh: "维修。"}\n'


def begin(world: World) -> None:
    """The process is live; two workshops, each with its own man, a fridge and a door."""
    library = world.text("library", "starter_minimal", (TILL, VENDOR))
    roles = world.texts[("permissions", "roles")].rstrip() + "\n" + ROLE
    world.publish(library, roles, *NEW, policy=RIGHTS)
    adm = world.be("adm")
    for code, account in (("W1", "wrk1"), ("W2", "wrk2")):
        adm.makes("workshop", {"code": code, "name": f"Workshop {code}"})
        world.hires(account, "vendor", code)
    for code, cooling in (("FRIDGE", True), ("DOOR", False)):
        adm.makes("equipment", {"code": code, "name": code.title(), "cooling": cooling})
    world.be("fin1").makes("limit", {"form": "repair", "level": "area", "amount": "5000"})


def reported(world: World, what: str = "DOOR") -> str:
    values = {"store": {"code": "S01"}, "equipment": {"code": what}, "trouble": "It does not shut"}
    return world.be("clerk1").makes("repair", values, "send_in")


def given(world: World, record: str, workshop: str = "W1") -> None:
    ame = world.be("ame")
    values = {"workshop": {"code": workshop}, "source": {"code": "DC1"}}
    assert ame.edits("repair", record, values).status == 200
    assert ame.takes("repair", record, "triage") == "triaged"


def offers(*prices: str) -> dict[str, Any]:
    return {"quotes": [{"bidder": f"Bidder {at}", "price": price} for at, price in enumerate(prices)]}


def test_a_new_process_from_the_report_to_the_confirmation(world: World) -> None:
    clerk1 = world.be("clerk1")
    world.refused("NOTFOUND", lambda: clerk1.send("GET", "records/repair"))
    begin(world)
    wrk1, wrk2, ame, aud = (world.be(each) for each in ("wrk1", "wrk2", "ame", "aud"))

    # menu, list, form, interface and history are there; the server has not been started again
    assert "repair" in {each["form"] for each in clerk1.get("forms")["items"]}
    assert set(clerk1.get("forms/repair")["fields"]) >= {"equipment", "before", "quotes"}
    record = reported(world)
    assert clerk1.get(f"records/repair/{record}")["number"] == "RP-S01-0001"
    assert [each["id"] for each in clerk1.get("records/repair", filter="urgency == 'usual'")["items"]] == [record]
    assert [each["action"] for each in clerk1.history("repair", record)] == ["create", "send_in"]
    assert world.tasked("repair", record) == ["ame"]
    world.refused("NOTFOUND", lambda: world.be("clerk2").send("GET", f"records/repair/{record}"))
    world.refused("INVALID", lambda: ame.acts("repair", record, "triage"), code="required")
    given(world, record)

    # a workshop sees its own jobs only
    world.refused("NOTFOUND", lambda: wrk2.send("GET", f"records/repair/{record}"))
    world.refused("NOTFOUND", lambda: wrk2.acts("repair", record, "quote"))
    assert (wrk2.get("records/repair")["items"], wrk2.tasks("repair")) == ([], [])
    assert [each["id"] for each in wrk1.get("records/repair")["items"]] == [record]
    assert [each["record"]["id"] for each in wrk1.tasks("repair")] == [record]

    # above a thousand three quotes are needed
    assert wrk1.edits("repair", record, offers("1200", "1300")).status == 200
    refused = world.refused("RULE", lambda: wrk1.acts("repair", record, "quote"))
    assert (refused.says, refused.paths) == (["Above 1,000 three quotes are needed."], ["/quotes"])
    assert wrk1.edits("repair", record, {"quotes": [{"bidder": "Third", "price": "1250"}]}).status == 200
    assert wrk1.takes("repair", record, "quote") == "quoted"
    cheap = reported(world)
    given(world, cheap)
    assert wrk1.edits("repair", cheap, offers("900", "950")).status == 200
    assert wrk1.takes("repair", cheap, "quote") == "quoted"

    # approved, repaired with spare parts of the warehouse, and confirmed by the store that reported it
    assert ame.decides("repair", record) == "granted"
    rules.buttons_are_transitions(world, "repair", record)
    assert wrk1.takes("repair", record, "begin") == "in_repair"
    photo = wrk1.send("POST", "attachments", files={"file": ("door.png", red_png(), "image/png")}).body["id"]
    before = int(world.stock("DC1", "A100"))
    assert wrk1.edits("repair", record, {"spares": [line("A100", 2)], "mended": photo}).status == 200
    assert wrk1.takes("repair", record, "finish") == "done"
    assert int(world.stock("DC1", "A100")) == before - 2
    moved = aud.get("stock/movements", record=record)["items"]
    assert [each["record"] for each in moved] == [record]
    assert world.tasked("repair", record) == ["clerk1", "clerk1b", "clerk1c"]
    world.refused("NOTFOUND", partial(world.be("clerk2").acts, "repair", record, "confirm"))
    for account in ("ame", "wrk1"):
        world.refused("RIGHT", partial(world.be(account).acts, "repair", record, "confirm"))
    assert clerk1.takes("repair", record, "confirm") == "confirmed"
    (shop,) = [each["values"] for each in world.be("fin1").get("records/repair_costs")["items"]]
    assert (shop["shop"]["code"], shop["jobs"], shop["worth"]) == ("S01", 1, "1200.00")
    world.refused("NOTFOUND", lambda: wrk1.send("GET", "records/repair_costs"))


def test_refrigeration_that_nobody_touches_is_told_higher_up(world: World) -> None:
    begin(world)
    dir1 = world.be("dir1")
    door, touched, fridge = reported(world), reported(world, "FRIDGE"), reported(world, "FRIDGE")
    given(world, touched)
    world.pass_time(hours=3, minutes=59)
    assert dir1.tasks("repair") == []
    world.pass_time(minutes=1)
    assert [(each["record"]["id"], each["title"]) for each in dir1.tasks("repair")] == [
        (fridge, "Refrigeration untouched")
    ]
    assert world.tasked("repair", door) == world.tasked("repair", fridge) == ["ame"]
