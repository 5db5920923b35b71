"""Goods are counted, condemned and taken back, as their people over HTTP; and what each may not do."""

from __future__ import annotations

from typing import Any

from tests.images import red_png
from tests.serving import Person, Server

SIGNED = {"typed": "Signed here"}


def tills(chain: Server) -> Person:
    """Somebody who sells at S01."""
    found = chain.be("adm").get("records/person", q="clerk1b")["items"][0]["id"]
    at = chain.be("adm").get("records/store", q="S01")["items"][0]["id"]
    chain.be("adm").makes("assignment", {"person": found, "role": "till", "at": at})
    return chain.be("clerk1b")


def counted(chain: Server, **figures: str) -> str:
    """The clerk counts and says that he is done."""
    lines = [{"item": {"code": code}, "counted": figure} for code, figure in figures.items()]
    return chain.be("clerk1").makes("count", {"lines": lines}, "finish")


def signs(person: Person, part: str, verdict: str = "approve") -> Any:
    """Sign one's part of a write-off."""
    task = next(each for each in person.tasks("write_off") if each["step"] == "store")
    asks = {f"{part}_signature": SIGNED} if verdict == "approve" else {}
    return person.send("POST", f"tasks/{task['id']}/{verdict}", {"asks": asks})


def test_small_differences_are_posted_at_once_and_large_ones_when_somebody_agrees(chain: Server) -> None:
    small = counted(chain, A100="39", B200="10")
    assert chain.be("aud").get(f"records/count/{small}")["state"] == "posted"
    assert chain.be("clerk1").on_hand("A100", "S01") == "39"

    large = counted(chain, A100="45", B201="12")
    assert chain.be("clerk1").on_hand("B201", "S01") == "24"
    assert chain.be("clerk1").tasks("count") == []
    assert [each["step"] for each in chain.be("mgr1").tasks("count")] == ["store"]
    assert chain.be("mgr1").decides("count") == "posted"
    assert (chain.be("clerk1").on_hand("A100", "S01"), chain.be("clerk1").on_hand("B201", "S01")) == ("45", "12")

    gone = counted(chain, A100="0")
    assert chain.be("mgr1").decides("count", "reject") == "rejected"
    assert chain.be("clerk1").on_hand("A100", "S01") == "45"
    assert "off" not in chain.be("clerk1").get(f"records/count/{gone}")["values"]
    moved = [each for each in chain.be("aud").get("stock/movements", item="A100")["items"] if each["kind"] == "count"]
    assert len(moved) == 2
    assert chain.be("aud").get(f"records/count/{large}")["state"] == "posted"
    assert chain.be("aud").does("verify")["faults"] == []


def test_what_is_not_yet_settled_is_not_left_out_of_a_sum(chain: Server) -> None:
    """The differences of an open count follow the stock: the foot of a list gives no sum that lacks them."""
    counted(chain, A100="30")
    lines = [{"item": {"code": "A100"}, "counted": "30"}]
    asked = {"totals": "off,loss", "limit": "10"}
    assert chain.be("mgr1").get("records/count", **asked)["totals"]["off"]["sum"] == "100.00"
    chain.be("clerk1").makes("count", {"lines": lines})
    found = chain.be("mgr1").get("records/count", **asked)
    assert [each["values"]["off"] for each in found["items"]] == ["100.00", "100.00"]
    assert found["totals"] == {}


def test_what_was_sold_between_the_count_and_the_word_is_not_lost(chain: Server) -> None:
    counted(chain, A100="30")  # ten are missing
    sold = {"lines": [{"item": {"code": "A100"}, "quantity": "5", "price": "16"}], "store": {"code": "S01"}}
    tills(chain).makes("ticket", sold, "post")
    assert chain.be("clerk1").on_hand("A100", "S01") == "35"
    assert chain.be("mgr1").decides("count") == "posted"
    assert chain.be("clerk1").on_hand("A100", "S01") == "25"


def test_two_people_sign_and_goods_leave_when_they_are_destroyed(chain: Server) -> None:
    wanted = {"reason": "broken", "lines": [{"item": {"code": "B200"}, "quantity": "2"}]}
    record = chain.be("clerk1").makes("write_off", wanted, "submit")
    assert chain.be("clerk1").tasks("write_off") == []  # nobody witnesses his own
    assert signs(chain.be("mgr1"), "manager").json()["state"] == "approval"
    assert chain.be("mgr1").tasks("write_off") == []
    assert signs(chain.be("sec1"), "witness").json()["state"] == "condemned"
    assert chain.be("clerk1b").tasks("write_off") == []
    assert chain.be("clerk1").on_hand("B200", "S01") == "8"
    held = chain.be("aud").get("stock", item="B200", group="item")["items"][0]
    assert held["on_hand"] != "0"

    without = chain.be("mgr1").send("POST", f"records/write_off/{record}/actions/destroy", {"asks": {}})
    assert (without.status_code, without.json()["kind"]) == (422, "invalid")
    assert chain.be("mgr1").takes("write_off", record, "put_back", asks={"why": "it was not broken"}) == "kept"
    assert chain.be("clerk1").on_hand("B200", "S01") == "10"


def test_a_dear_write_off_asks_the_area_manager_as_well(chain: Server) -> None:
    wanted = {"reason": "stolen", "lines": [{"item": {"code": "B200"}, "quantity": "10"}]}  # 500 is the limit
    cheap = chain.be("clerk1").makes("write_off", wanted, "submit")
    signs(chain.be("mgr1"), "manager")
    assert signs(chain.be("clerk1b"), "witness").json()["state"] == "condemned"
    chain.be("mgr1").takes("write_off", cheap, "put_back", asks={"why": "found"})
    wanted["lines"].append({"item": {"code": "B201"}, "quantity": "1"})  # type: ignore[attr-defined]
    chain.be("clerk1").makes("write_off", wanted, "submit")
    signs(chain.be("mgr1"), "manager")
    assert signs(chain.be("sec1"), "witness").json()["state"] == "approval"
    assert chain.be("ame").decides("write_off") == "condemned"
    assert chain.be("aud").does("verify")["faults"] == []


def test_a_customer_brings_back_no_more_than_he_bought(chain: Server) -> None:
    sold = {"store": {"code": "S01"}, "lines": [{"item": {"code": "A100"}, "quantity": "3", "price": "16"}]}
    ticket = tills(chain).makes("ticket", sold, "post")
    back = {"ticket": {"id": ticket}, "reason": "faulty", "store": {"code": "S01"}}
    one = {**back, "lines": [{"item": {"code": "A100"}, "quantity": "1", "condition": "damaged"}]}
    record = chain.be("clerk1").makes("customer_return", {**one, "ticket": ticket}, "submit")
    assert chain.be("aud").get(f"records/customer_return/{record}")["state"] == "posted"
    assert chain.be("clerk1").on_hand("A100", "S01") == "37"
    three = {**one, "ticket": ticket, "lines": [{"item": {"code": "A100"}, "quantity": "3"}]}
    refused = chain.be("clerk1").send("POST", "records/customer_return", {"values": three, "action": "submit"})
    assert (refused.status_code, refused.json()["kind"]) == (409, "rule")
    two = {**one, "ticket": ticket, "lines": [{"item": {"code": "A100"}, "quantity": "2"}]}
    chain.be("clerk1").makes("customer_return", two, "submit")
    assert chain.be("clerk1").on_hand("A100", "S01") == "39"

    nameless = {key: value for key, value in two.items() if key != "ticket"}
    chain.be("clerk1").makes("customer_return", nameless, "submit")
    assert chain.be("clerk1").on_hand("A100", "S01") == "39"
    assert chain.be("mgr1").decides("customer_return") == "posted"
    assert chain.be("clerk1").on_hand("A100", "S01") == "41"
    assert chain.be("aud").does("verify")["faults"] == []


def test_what_was_destroyed_stands_in_the_report_of_the_week(chain: Server) -> None:
    wanted = {"reason": "broken", "lines": [{"item": {"code": "B200"}, "quantity": "2"}]}
    record = chain.be("clerk1").makes("write_off", wanted, "submit")
    signs(chain.be("mgr1"), "manager")
    signs(chain.be("sec1"), "witness")
    assert chain.be("mgr1").get("records/write_offs_by_week")["items"] == []
    proof = chain.be("mgr1").client.post("/api/attachments", files={"file": ("proof.png", red_png(), "image/png")})
    chain.be("mgr1").takes("write_off", record, "destroy", asks={"proof": proof.json()["id"], "present": "Li, Wang"})
    (line,) = chain.be("mgr1").get("records/write_offs_by_week")["items"]
    assert line["values"]["value"] == "100.00"
    assert chain.be("mgr2").get("records/write_offs_by_week")["items"] == []
    assert chain.be("clerk1").send("GET", "records/write_offs_by_week").status_code == 404
    assert chain.be("aud").does("verify")["faults"] == []
