"""Goods are counted, condemned and taken back, as their people over HTTP; and what each may not do."""

from __future__ import annotations

from typing import Any

from tests.images import red_png
from tests.serving import Person, Server

NAMES = {"mgr1": "Wang Li", "clerk1b": "Liu Yang", "sec1": "Deng Jun"}


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


def signs(person: Person, part: str, verdict: str = "approve", name: str | None = None) -> Any:
    """Sign one's part of a write-off, with one's own name."""
    task = next(each for each in person.tasks("write_off") if each["step"] == "store")
    typed = name or NAMES[person.get("me")["account"]]
    asks = {f"{part}_signature": {"typed": typed}} if verdict == "approve" else {}
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
    refused = signs(chain.be("mgr1"), "manager", name="Deng Jun")
    assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [
        ("/asks/manager_signature", "not_own_name")
    ]
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


def test_what_goes_back_to_a_customer_is_what_he_bought_at_what_he_paid(chain: Server) -> None:
    """Only items of the ticket are offered; a dearer price is warned of, and no small matter for the till any more."""
    bought = [{"item": {"code": "A100"}, "quantity": "3", "price": "15.5"}]
    ticket = tills(chain).makes("ticket", {"store": {"code": "S01"}, "lines": bought}, "post")
    clerk = chain.be("clerk1")
    asked = {"values": {"ticket": ticket}, "choose": {"path": "lines.item"}}
    assert [each["code"] for each in clerk.does("records/customer_return/fill", asked)["choices"]] == ["A100"]

    def of(item: str, **more: str) -> dict[str, Any]:
        line = {"item": {"code": item}, "quantity": "1", **more}
        return {"ticket": ticket, "reason": "faulty", "lines": [line]}

    tried = clerk.does("records/customer_return/fill", {"values": of("B200")})
    assert [(each["path"], each["code"]) for each in tried["errors"]] == [("/lines/0/item", "only")]
    refused = clerk.send("POST", "records/customer_return", {"values": of("B200"), "action": "submit"})
    assert ("/values/lines/0/item", "only") in [(each["path"], each["code"]) for each in refused.json()["errors"]]

    plain = clerk.does("records/customer_return/fill", {"values": of("A100")})
    assert (plain["values"]["lines"][0]["price"], plain["warnings"]) == ("15.50", [])
    dear = clerk.does("records/customer_return/fill", {"values": of("A100", price="16")})
    assert [each["path"] for each in dear["warnings"]] == ["/lines/0/price"]
    record = clerk.makes("customer_return", of("A100", price="16"), "submit")
    assert clerk.get(f"records/customer_return/{record}")["state"] == "approval"
    assert chain.be("mgr1").decides("customer_return", "reject") == "rejected"
    assert "was rejected" in clerk.get("notices")["items"][0]["text"]


def test_what_does_not_lie_where_it_is_condemned_is_refused_when_it_is_handed_in(chain: Server) -> None:
    """Not at the second signature: the quantity there is shown, of the shelves or of what is damaged, as was said."""
    clerk, lines = chain.be("clerk1"), [{"item": {"code": "B200"}, "quantity": "1"}]
    for damaged, there in ((False, clerk.get("stock", item="B200", place="S01")["items"][0]["available"]), (True, "0")):
        tried = clerk.does("records/write_off/fill", {"values": {"damaged": damaged, "lines": lines}})
        assert tried["values"]["lines"][0]["there"] == there
        assert bool(tried["warnings"]) is damaged
    sent = {"values": {"reason": "broken", "damaged": True, "lines": lines}, "action": "submit"}
    refused = clerk.send("POST", "records/write_off", sent)
    assert (refused.status_code, refused.json()["kind"]) == (409, "rule")
    assert "/lines" in refused.json()["errors"][0]["path"]


def test_of_each_lot_no_more_comes_back_than_the_ticket_sold_of_it(chain: Server) -> None:
    adm, clerk, till = chain.be("adm"), chain.be("clerk1"), tills(chain)
    values = {"code": "LOTTED", "name": "Lotted", "category": {"code": "FOOD"}, "tracking": "lot", "cost": "10"}
    item = {"id": adm.makes("item", values)}
    first, second, other = (adm.makes("lot", {"item": item["id"], "code": f"LOTTED{n}"}) for n in range(3))
    rows = [{"item": item["id"], "lot": lot, "quantity": "10"} for lot in (first, second, other)]
    adm.makes("opening", {"store": {"code": "S01"}, "lines": rows}, "post")
    sold = [(first, "2"), (second, "1")]
    lines = [{"item": item["id"], "lot": lot, "quantity": much, "price": "20"} for lot, much in sold]
    ticket = till.makes("ticket", {"store": {"code": "S01"}, "lines": lines}, "post")

    def returns(*back: tuple[str, str]) -> tuple[int, str]:
        rows = [{"item": item["id"], "lot": lot, "quantity": much} for lot, much in back]
        values = {"ticket": ticket, "reason": "faulty", "lines": rows}
        answer = clerk.send("POST", "records/customer_return", {"values": values, "action": "submit"})
        body = answer.json()
        return answer.status_code, body.get("state") or body.get("rule") or body["errors"][0]["path"]

    assert returns((first, "2"), (other, "1")) == (422, "/values/lines/1/lot")
    assert returns((first, "1"), (second, "2")) == (409, "was_sold")
    assert returns((first, "2"), (second, "1")) == (201, "posted")
    assert returns((first, "1")) == (409, "was_sold")
