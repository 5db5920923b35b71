"""Reports over stock: balances, movements and what is on its way, as far as their reader sees stock and documents."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from engine.operations.calls import Call
from tests.operations.conftest import Copy
from tests.operations.house import Desk, House

ITEM = "A100"
FIGURES = ("on_hand", "reserved", "available")
MANAGER = tuple(f"p, manager, {each}, see, region" for each in ("stock_diary", "stock_moved", "stock_now"))
BUYER = ("p, buyer, stock_diary, see, chain", "p, buyer, stock_coming, see, chain")


def rows(desk: Desk, report: str, **query: str) -> list[dict[str, Any]]:
    """Every line that the list shows, page by page."""
    found: list[dict[str, Any]] = []
    asked = {"limit": "200", **query}
    while True:
        body = desk.get(f"records/{report}", **asked)
        found += [each["values"] for each in body["items"]]
        if body["next"] is None:
            return found
        asked["cursor"] = body["next"]


def code(value: Any) -> str | None:
    """What a reference is called."""
    return value["code"] if value else None


def place(line: dict[str, Any]) -> str:
    """What the stock page calls the place of a line."""
    return "/".join(each for each in (code(line["store"]), line["part"]) if each)


def sent(house: House, quantity: int, origin: str, target: str, receive: bool = False, damaged: int = 0) -> str:
    """A transfer of some rice that has left (and come, some of it damaged); its id."""
    of = {"S01": ("clerk1", "mgr1"), "S02": ("clerk2", "mgr2"), "DC1": ("dck", "dckm")}
    sender, receiver = (house.be(of[store][0]) for store in (origin, target))
    stores = {"from_store": {"code": origin}, "to_store": {"code": target}, "reason": "other"}
    lines = [{"item": {"code": ITEM}, "requested": str(quantity)}]
    record = receiver.makes("transfer", {**stores, "lines": lines}, "submit")
    assert house.be(of[origin][1]).decides("transfer", record).body["state"] == "approved"
    assert sender.takes("transfer", record, "ship") == "in_transit"
    if receive:
        row = sender.reads("transfer", record)["lines"][0]["row"]
        got = {"lines": [{"row": row, "received": str(quantity - damaged), "damaged": str(damaged), "remark": "wet"}]}
        receiver.takes("transfer", record, "receive", got, asks={"signature": {"typed": receiver.get("me")["name"]}})
    return record


@pytest.fixture(scope="module")
def filled(copy_of: Copy, lab_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Stores with goods, some moved, some on the way; for tests that only read."""
    made = House(copy_of(lab_url), tmp_path_factory.mktemp("data"), None)
    made.publish(policy=[*MANAGER, *BUYER])
    sent(made, 3, "S02", "DC1", receive=True)
    sent(made, 5, "DC1", "S01", receive=True, damaged=2)
    sent(made, 4, "S01", "S02")
    yield made
    made.close()


def test_balances_are_those_of_the_stock_page(filled: House) -> None:
    for who in ("aud", "clerk1", "ame"):
        desk = filled.be(who)
        told = {
            (place(each), code(each["item"]), code(each["lot"])): tuple(Decimal(each[word]) for word in FIGURES)
            for each in rows(desk, "stock_now")
        }
        should = {
            (each["place"]["code"], each["item"]["code"], code(each["lot"])): tuple(
                Decimal(each[word]) for word in FIGURES
            )
            for each in desk.get("stock", limit="500")["items"]
        }
        on_the_way = [each for each in should if each[0].endswith("/transit")]
        assert len(on_the_way) == (1 if who == "aud" else 0)
        renamed = {("transit" if each in on_the_way else each[0], *each[1:]): should[each] for each in should}
        assert told == renamed
        assert ("S01/damaged", ITEM, None) in told


def test_movements_say_together_what_balances_say(own_house: House) -> None:
    chance = random.Random(20_261_129)
    for _ in range(6):
        origin, target = chance.sample(["S01", "S02", "DC1"], 2)
        quantity = chance.randrange(1, 4)
        sent(own_house, quantity, origin, target, chance.random() < 0.7, chance.randrange(quantity))
    for who in ("aud", "ame", "clerk1"):
        desk = own_house.be(who)
        key = ("store", "part", "item", "lot")
        moved = {tuple(str(each[word]) for word in key): Decimal(each["change"]) for each in rows(desk, "stock_moved")}
        there = {tuple(str(each[word]) for word in key): Decimal(each["on_hand"]) for each in rows(desk, "stock_now")}
        assert {each: change for each, change in moved.items() if change} == there
        diary: dict[Any, Decimal] = defaultdict(Decimal)
        for each in rows(desk, "stock_diary", limit="7"):
            diary[str(each["store"]), str(each["part"]), str(each["item"])] += Decimal(each["change"])
            assert abs(Decimal(each["change"])) == Decimal(each["quantity"])
        summed: dict[Any, Decimal] = defaultdict(Decimal)
        for names, change in moved.items():
            summed[names[:3]] += change
        assert diary == summed
    for each in rows(own_house.be("aud"), "stock_moved"):
        assert Decimal(each["came"]) - Decimal(each["went"]) == Decimal(each["change"])
    assert own_house.verified()


def test_lines_of_stock_are_of_places_whose_stock_one_sees(filled: House) -> None:
    seen = {who: {code(each["store"]) for each in rows(filled.be(who), "stock_moved")} for who in ("clerk2", "clerk3")}
    assert seen == {"clerk2": {"S02"}, "clerk3": {"S03"}}
    assert {code(each["region"]) for each in rows(filled.be("ame"), "stock_now")} == {"EAST"}
    assert {code(each["store"]) for each in rows(filled.be("mgr1"), "stock_now")} == {"S01", "S02", "DC1"}
    for report in ("stock_now", "stock_diary"):
        assert filled.be("des").send("GET", f"records/{report}").raw == (
            filled.be("des").send("GET", "records/no_such_form").raw
        )


def test_a_key_that_may_not_see_stock_sees_no_line_of_it(filled: House) -> None:
    account = "clerk1"
    narrow = filled.be(account, (("stock_now", "see"), ("item", "see"), ("store", "see")))
    wide = filled.be(account, (("stock_now", "see"), ("stock", "see"), ("item", "see"), ("store", "see")))
    assert rows(narrow, "stock_now") == []
    assert {code(each["store"]) for each in rows(wide, "stock_now")} == {"S01"}


def test_amounts_are_for_who_may_see_what_they_are_made_of(filled: House) -> None:
    clerk, auditor = filled.be("clerk1"), filled.be("aud")
    assert "worth" not in clerk.get("forms/stock_now")["fields"]
    assert "worth" not in rows(clerk, "stock_now")[0]
    for asked in ({"sort": "worth"}, {"filter": "worth > 1"}, {"totals": "worth"}, {"fields": "worth"}):
        assert clerk.send("GET", "records/stock_now", **asked).code == "unknown_field"
    item = auditor.get("records/item", **{"f.code": ITEM})["items"][0]["values"]
    for each in rows(auditor, "stock_now", **{"f.item": ITEM}):
        assert Decimal(each["worth"]) == Decimal(each["on_hand"]) * Decimal(item["cost"])
    body = auditor.get("records/stock_now", totals="worth", **{"f.item": ITEM}, limit="500")
    assert Decimal(body["totals"]["worth"]["sum"]) == sum(
        (Decimal(each["values"]["worth"]) for each in body["items"]), Decimal(0)
    )


def test_a_movement_names_its_document_to_who_sees_that(filled: House) -> None:
    def told(who: str, **query: str) -> list[tuple[Any, ...]]:
        return [
            (code(each["store"]), code(each["other"]), each["part"], each["other_part"], Decimal(each["change"]),
             bool(each.get("transfer")), code(each.get("bound_for")))
            for each in rows(filled.be(who), "stock_diary", filter="quantity == 3 or quantity == 4", **query)
        ]  # fmt: skip

    shipped = ("S02", None, None, "transit", Decimal(-3), True, "DC1")
    assert shipped in told("clerk2")
    assert ("DC1", None, None, "transit", Decimal(3), True, "DC1") in told("dckm") + told("ame")
    assert (None, "S02", "transit", None, Decimal(3), True, "DC1") in told("aud")
    assert (*shipped[:5], False, None) in told("mgr1")
    assert all(each[0] == "S01" or not each[5] for each in told("mgr1") if each[4] in (-3, 3))
    assert {"transfer", "bound_for"} & set(filled.be("buyA").get("forms/stock_diary")["fields"]) == set()
    assert filled.be("buyA").send("GET", "records/stock_diary", sort="transfer").code == "unknown_field"
    assert shipped[:5] in {each[:5] for each in told("buyA")}


def test_what_is_on_its_way_is_seen_from_both_ends(filled: House) -> None:
    told = {
        who: [
            (code(each["from_store"]), code(each["to_store"]), Decimal(each["quantity"]))
            for each in rows(filled.be(who), "stock_coming")
        ]
        for who in ("clerk1", "clerk2", "clerk3", "ame", "aud")
    }
    one = [("S01", "S02", Decimal(4))]
    assert told == {"clerk1": one, "clerk2": one, "clerk3": [], "ame": one, "aud": one}
    assert filled.be("buyA").send("GET", "records/stock_coming").status == 404
    (line,) = rows(filled.be("clerk1"), "stock_coming")
    left = [each["happened"] for each in rows(filled.be("clerk1"), "stock_diary", filter="change == -4")]
    assert [line["since"]] == left


def test_lines_of_stock_are_narrowed_sorted_counted_and_paged_like_any_list(filled: House) -> None:
    aud = filled.be("aud")
    assert {each["part"] for each in rows(aud, "stock_now", **{"f.part": "damaged"})} == {"damaged"}
    assert {code(each["store"]) for each in rows(aud, "stock_lines", **{"f.store": "S02"})} == {"S02"}
    assert {each["code"] for each in rows(aud, "stock_lines", q="a10")} <= {"A100", "A101", "A102"}
    ordered = [Decimal(each["on_hand"]) for each in rows(aud, "stock_lines", sort="-on_hand", limit="3")]
    assert ordered == sorted(ordered, reverse=True)
    whole = aud.get("records/stock_lines", limit="500", count="exact")
    ids = [each["id"] for each in whole["items"]]
    assert (whole["count"], len(set(ids))) == (len(ids), len(ids))
    assert all(each["record"] is None for each in whole["items"])
    paged: list[str] = []
    query = {"limit": "4"}
    while True:
        body = aud.get("records/stock_lines", **query)
        paged += [each["id"] for each in body["items"]]
        if body["next"] is None:
            break
        query["cursor"] = body["next"]
    assert paged == ids
    back = aud.get("records/stock_lines", limit="4", before=body["previous"])
    assert [each["id"] for each in back["items"]] == ids[-len(body["items"]) - 4 : -len(body["items"])]
    options = {each["value"]: each["title"] for each in aud.get("forms/stock_diary")["fields"]["other_part"]["options"]}
    assert (options["damaged"], options["loss"], options["transit"]) == ("Damaged goods", "Losses", "In transit")


def test_stock_is_exported_like_any_report(filled: House) -> None:
    call = Call(filled.be("clerk1").actor, "en")
    _, _, content = filled.doors.export(call, "stock_lines", {"format": "csv", "sort": "code"})
    lines = b"".join(content).decode().split("\r\n")
    assert lines[0] == "store,part,item,code,lot,on_hand"
    assert len(lines) - 2 == len(rows(filled.be("clerk1"), "stock_lines"))


def test_a_chain_without_stock_has_empty_reports(house: House) -> None:
    item = house.item()
    for report in ("stock_now", "stock_lines", "stock_moved", "stock_diary"):
        body = house.be("aud").get(f"records/{report}", count="exact", **{"f.item": item})
        assert (body["items"], body["next"], body["count"]) == ([], None, 0)
