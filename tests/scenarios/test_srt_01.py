"""SRT-01: goods are written off before a witness and destroyed before two; expired lots have two ways out only."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from tests.images import red_png
from tests.scenarios import rules
from tests.scenarios.world import Person, Reply, World, line, rights, text

CHANGE = text("srt_01/witness.yaml")
NEW = (text("srt_01/issue.form.yaml"), text("srt_01/issue.workflow.yaml"), text("srt_01/weekly.report.yaml"))
RIGHTS = rights("srt_01/rights.csv")
SIGNED = {"own_hand": {"typed": "By my own hand"}}
SERIALS = ["H900-S01-1", "H900-S01-2", "H900-S01-3"]


def begin(world: World) -> None:
    world.be("fin1").makes("limit", {"form": "write_off", "level": "area", "amount": "2000"})
    world.publish(CHANGE, *NEW, policy=RIGHTS)


def asked(world: World, *lines: dict[str, Any]) -> str:
    """A write-off of S01 that waits to be signed."""
    values = {"store": {"code": "S01"}, "reason": "wet", "lines": list(lines)}
    return world.be("clerk1").makes("write_off", values, "post")


def signs(person: Person, record: str) -> Reply:
    return person.tries_to("approve", "write_off", record, asks=SIGNED)


def photo(world: World) -> str:
    answer = world.be("sec1").send("POST", "attachments", files={"file": ("bin.png", red_png(), "image/png")})
    return str(answer.body["id"])


def destroys(world: World, record: str, proof: str | None, **more: str | None) -> Reply:
    asks = {"proof": proof, "first_name": "Manager", "second_name": "Guard", **more}
    return world.be("sec1").acts("write_off", record, "destroy", asks={key: each for key, each in asks.items() if each})


def everywhere(world: World, item: str) -> str:
    """What the chain has of an item, wherever it lies."""
    (found,) = world.be("aud").get("stock", item=item, group="item")["items"]
    return str(found["on_hand"])


def test_two_sign_and_stock_leaves_when_it_is_destroyed(world: World) -> None:
    values = {"store": {"code": "S01"}, "reason": "wet", "lines": [line("A100", 1)]}
    old = world.be("mgr1").makes("write_off", values, "post")
    version = world.be("mgr1").history("write_off", old)[-1]["version"]
    begin(world)
    mgr1, sec1, ame, fin1 = (world.be(each) for each in ("mgr1", "sec1", "ame", "fin1"))
    assert (mgr1.state("write_off", old), mgr1.history("write_off", old)[-1]["version"]) == ("posted", version)
    record = asked(world, line("A100", 4))
    had = everywhere(world, "A100")

    # in any order, but not with one signature, and not by one person
    assert world.tasked("write_off", record) == ["mgr1", "sec1"]
    rules.without_a_task(world, "write_off", record)
    rules.hidden(world, "clerk1", "write_off", record, ("cost", "value", "total"), ("40.00",))
    unsigned = world.refused("INVALID", partial(sec1.tries_to, "approve", "write_off", record), code="required")
    assert unsigned.paths == ["/asks/own_hand"]
    assert signs(sec1, record).body["state"] == "signing"
    assert world.tasked("write_off", record) == ["mgr1"]
    adm = world.be("adm")
    adm.makes("assignment", {"person": world.person("sec1"), "role": "manager", "at": {"code": "S01"}})
    task = mgr1.tasks("write_off", record)[0]["id"]
    twice = world.refused(
        "RULE", lambda: sec1.send("POST", f"tasks/{task}/approve", {"asks": SIGNED}, form="write_off")
    )
    assert twice.body["detail"] == "Two different people sign."
    assert world.tasked("write_off", record) == ["mgr1"]
    assert signs(mgr1, record).body["state"] == "signing"
    assert world.tasked("write_off", record) == ["ame"]
    assert world.stock("S01", "A100") == "39", "nothing has moved yet"

    # approved it stands apart, not to be had; it leaves when it is destroyed
    assert ame.decides("write_off", record) == "condemned"
    assert (world.stock("S01", "A100", "available"), everywhere(world, "A100")) == ("35", had)
    proof = photo(world)
    for lacking in ("proof", "first_name", "second_name"):
        asks = {"proof": proof, lacking: None}
        refused = world.refused("INVALID", partial(destroys, world, record, **asks), code="required")
        assert refused.paths == [f"/asks/{lacking}"]
    alone = world.refused("RULE", lambda: destroys(world, record, proof, second_name="Manager"))
    assert alone.says == ["Two people destroy it together."]
    assert destroys(world, record, proof).body["state"] == "posted"
    assert int(everywhere(world, "A100")) == int(had) - 4

    # from two thousand on finance decides too
    serials = [line("H900", 1, lot={"code": each}) for each in SERIALS]
    large = asked(world, *serials, line("B200", 10), line("A100", 30))
    for who in (mgr1, world.be("sec1")):
        assert signs(who, large).status == 200
    assert ame.decides("write_off", large) == "signing"
    assert world.tasked("write_off", large) == ["fin1", "fin2"]
    assert fin1.decides("write_off", large, "reject", comment="sell it cheaper") == "refused"
    assert world.stock("S01", "H900") == "3"
    small = asked(world, *serials, line("B200", 10), line("A100", 29))
    for who in (mgr1, world.be("sec1")):
        assert signs(who, small).status == 200
    assert ame.decides("write_off", small) == "condemned"


def test_expired_goods_are_written_off_or_go_back(world: World) -> None:
    begin(world)
    world.hires("till1", "till", "S01")
    clerk1, till = world.be("clerk1"), world.be("till1")
    lot = world.found("lot", "code == 'L1'", by="buyA")
    expired = line("A101", 2, lot={"code": "L1"})
    goods = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "lines": [line("A100", 1), expired]}
    asked_for = clerk1.makes("transfer", goods, "submit")
    today = world.now().date()
    assert world.be("buyA").edits("lot", lot, {"expires": str(today)}).status == 200
    issue = {"store": {"code": "S01"}, "lines": [expired]}
    assert clerk1.tries("issue", {**issue, "purpose": "own_use"}, "post").status == 201, "the last day counts"
    world.pass_time(days=1)
    assert world.now().date() == today + timedelta(days=1)

    sale = {"store": {"code": "S01"}, "lines": [{**line("A100", 1), "price": "16"}, {**expired, "price": "14"}]}
    told = [
        world.refused("INVALID", lambda: till.tries("ticket", sale, "post")),
        world.refused("INVALID", lambda: clerk1.tries("transfer", goods, "submit")),
        world.refused("INVALID", lambda: clerk1.acts("transfer", asked_for, "send")),
        world.refused("INVALID", lambda: clerk1.tries("issue", {**issue, "purpose": "own_use"}, "post")),
    ]
    assert [each.paths[0].rpartition("/lines/")[2] for each in told] == ["1/lot", "1/lot", "1/lot", "0/lot"]
    assert {each.says[0].partition(";")[0] for each in told} == {f"L1 expired on {today}"}
    assert world.stock("S01", "A101") == "18"

    # what is left: back to the vendor, or written off
    back = clerk1.makes("issue", {**issue, "purpose": "vendor", "supplier": {"code": "V1"}}, "post")
    assert clerk1.reads("issue", back)["lines"][0]["expires"] == str(today)
    assert world.stock("S01", "A101") == "16"
    record = asked(world, line("A101", 16, lot={"code": "L1"}))
    for who in ("mgr1", "sec1"):
        assert signs(world.be(who), record).status == 200
    assert world.be("ame").decides("write_off", record) == "condemned"
    assert destroys(world, record, photo(world)).status == 200
    assert world.stock("S01", "A101") == "0"


def test_on_monday_the_week_before_stands_in_the_report(world: World) -> None:
    begin(world)
    record = asked(world, line("A100", 4))
    for who in ("mgr1", "sec1"):
        assert signs(world.be(who), record).status == 200
    assert world.be("ame").decides("write_off", record) == "condemned"
    assert world.be("ame").get("records/weekly")["items"] == [], "nothing is destroyed yet"
    assert destroys(world, record, photo(world)).status == 200
    day = world.now().date()
    monday = day - timedelta(days=day.weekday())
    world.pass_time(days=(7 - day.weekday()))
    assert world.now().date() == monday + timedelta(days=7)
    (week,) = [each["values"] for each in world.be("fin1").get("records/weekly")["items"]]
    assert (week["shop"]["code"], week["since"], week["worth"]) == ("S01", str(monday), "40.00")
    (week,) = [each["values"] for each in world.be("ame").get("records/weekly")["items"]]
    assert (week["shop"]["code"], week["since"]) == ("S01", str(monday))
    assert world.be("amw").get("records/weekly")["items"] == [], "not of his region"
    assert "worth" not in world.be("clerk1").get("forms/weekly")["fields"]
    world.refused("NOTFOUND", lambda: world.be("buyA").send("GET", "records/weekly"))
