"""Stock: figures by place, item and lot, as of then and now; promises, holds, and what undoes what."""

from __future__ import annotations

import json

import pytest

from tests.operations.house import Desk, House


def crate(desk: Desk, item: str, quantity: str, action: str | None = None) -> str:
    return desk.makes("crate", {"lines": [{"item": {"code": item}, "quantity": quantity}]}, action)


def test_on_hand_reserved_and_available(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    assert clerk.stock(item, "S01") == ("10", "0", "10")
    record = crate(clerk, item, "4", "promise")
    assert clerk.stock(item, "S01") == ("10", "4", "6")
    assert clerk.takes("crate", record, "free_one") == "promised"
    assert clerk.stock(item, "S01") == ("10", "0", "10")


def test_a_promise_is_set_not_added(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "4", "promise")
    clerk.takes("crate", record, "promise")
    assert clerk.stock(item, "S01")[1] == "4"


def test_more_than_is_free_is_not_promised(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    crate(clerk, item, "7", "promise")
    second = crate(clerk, item, "4")
    refused = clerk.acts("crate", second, "promise")
    assert (refused.status, refused.body["kind"]) == (409, "rule")
    assert clerk.stock(item, "S01") == ("10", "7", "3")
    assert clerk.state("crate", second) == "draft"


def test_what_is_promised_to_another_does_not_leave(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    crate(clerk, item, "7", "promise")
    refused = clerk.acts("crate", crate(clerk, item, "4"), "send")
    assert (refused.status, refused.body["kind"]) == (409, "rule")
    assert clerk.takes("crate", crate(clerk, item, "3"), "send") == "out"


def test_splitting_a_row_divides_what_was_promised_to_it(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "8", "promise")
    row = clerk.reads("crate", record)["lines"][0]["row"]
    assert clerk.edits("crate", record, {"lines": [{"split_of": row, "quantity": "3"}]}).status == 200
    rows = clerk.reads("crate", record)["lines"]
    assert [(each["quantity"], each["agreed"]) for each in rows] == [("5", "5"), ("3", "3")]
    assert rows[0]["row"] == row != rows[1]["row"]
    assert clerk.stock(item, "S01") == ("10", "8", "2")
    third = [{"split_of": rows[1]["row"], "quantity": "1"}]
    assert clerk.edits("crate", record, {"lines": third}).status == 200
    assert clerk.stock(item, "S01") == ("10", "8", "2")
    assert clerk.takes("crate", record, "fill") == "packed"
    assert clerk.stock(item, "S01") == ("2", "0", "2")
    assert house.verified()


def test_what_a_reversal_would_take_back_is_told_before_it_is_done(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "4", "send")
    (moved,) = clerk.get("stock/movements", record=record)["items"]
    told = clerk.does("POST", f"records/crate/{record}/actions/undo", {}, preview="true")
    (back,) = [each for each in told["outcomes"] if each["kind"] == "reverse"]
    (line,) = back["moves"]
    assert (line["item"]["code"], line["quantity"]) == (item, "4")
    assert (line["from"]["code"], line["to"]["code"]) == (moved["to"]["code"], moved["from"]["code"])
    assert (line["to"]["code"], line["row"]) == ("S01", clerk.reads("crate", record)["lines"][0]["row"])
    assert clerk.stock(item, "S01")[0] == "6"


def test_a_row_that_is_split_while_it_is_taken_leaves_no_promise_behind(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "8", "promise")
    row = clerk.reads("crate", record)["lines"][0]["row"]
    split = {"lines": [{"split_of": row, "quantity": "3"}, {"split_of": row, "quantity": "2"}]}
    assert clerk.takes("crate", record, "fill", split) == "packed"
    assert clerk.stock(item, "S01") == ("2", "0", "2")
    assert house.verified()


def test_a_row_is_not_split_into_more_than_it_holds(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "8", "promise")
    row = clerk.reads("crate", record)["lines"][0]["row"]
    for quantity in ("9", "0"):
        refused = clerk.edits("crate", record, {"lines": [{"split_of": row, "quantity": quantity}]})
        assert refused.status == 422
    assert clerk.stock(item, "S01") == ("10", "8", "2")


def test_what_is_held_moves_only_by_its_holder(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    holder = crate(clerk, item, "1", "freeze")
    refused = clerk.acts("crate", crate(clerk, item, "1"), "send")
    assert (refused.status, refused.body["kind"], refused.code) == (409, "rule", "held")
    assert clerk.takes("crate", holder, "send") == "out"
    other = house.item(S01=10)
    held = crate(clerk, other, "1", "freeze")
    assert clerk.takes("crate", held, "thaw") == "undone"
    assert clerk.takes("crate", crate(clerk, other, "1"), "send") == "out"


def test_a_posting_is_undone_exactly_once(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "4", "send")
    assert clerk.stock(item, "S01")[0] == "6"
    assert clerk.takes("crate", record, "undo") == "undone"
    assert clerk.stock(item, "S01")[0] == "10"
    again = clerk.acts("crate", record, "undo")
    assert (again.status, again.body["kind"]) == (409, "rule")
    assert clerk.stock(item, "S01")[0] == "10"
    moved = clerk.get("stock/movements", record=record)["items"]
    assert [each["reverses"] is None for each in moved] == [True, False]


def test_what_never_happened_is_not_undone(house: House) -> None:
    item, clerk = house.item(S01=1), house.be("clerk1")
    record = crate(clerk, item, "1", "freeze")
    clerk.takes("crate", record, "thaw")
    refused = clerk.acts("crate", record, "undo")
    assert (refused.status, refused.code) == (409, "nothing_to_reverse")


def test_a_record_does_not_end_while_something_is_inside_it(house: House) -> None:
    item, clerk = house.item(S01=3), house.be("clerk1")
    record = crate(clerk, item, "3", "promise")
    clerk.takes("crate", record, "fill")
    inside = clerk.get("stock", place="inside", record=record)["items"]
    assert [(each["on_hand"], each["place"]["id"]) for each in inside] == [("3", f"{record}/inside")]
    refused = clerk.acts("crate", record, "end_it")
    assert (refused.status, refused.code) == (409, "not_empty")
    assert clerk.takes("crate", record, "empty_it") == "ended"
    assert clerk.stock(item, "S01")[0] == "3"


def test_live_figures_follow_and_stand_still_when_fixed(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "4")
    assert [(each["free"], each["seen"]) for each in clerk.reads("crate", record)["lines"]] == [("10", "10")]
    clerk.takes("crate", record, "promise")
    house.bring(item, "S01", 5)
    line = clerk.reads("crate", record)["lines"][0]
    assert (line["free"], line["seen"]) == ("11", "10")


def test_stock_shapes_and_sorts_of_question(house: House) -> None:
    item, clerk = house.item(S01=10, S02=5, S03=1), house.be("clerk1")
    items = clerk.get("stock", item=item)["items"]
    assert [each["place"]["code"] for each in items] == ["S01"]
    assert set(items[0]) >= {"item", "place", "lot", "owner", "on_hand", "reserved", "available"}
    assert set(items[0]["item"]) == {"id", "code", "title"}
    auditor = house.be("aud")
    assert {each["place"]["code"] for each in auditor.get("stock", item=item)["items"]} == {"S01", "S02", "S03"}
    region = house.be("mgr1")
    assert {each["place"]["code"] for each in region.get("stock", item=item)["items"]} == {"S01", "S02"}
    assert house.be("ame").get("stock", item=item, place="S03")["items"] == []
    assert clerk.get("stock", item="NOTHING")["items"] == []
    assert clerk.get("stock", item=item, place="S02")["items"] == []


def test_stock_is_summed_by_what_is_asked(house: House) -> None:
    item, auditor = house.item(S01=10, S02=5, S03=1), house.be("aud")
    by_item = auditor.get("stock", item=item, group="item")["items"]
    assert [(each["item"]["code"], each["on_hand"]) for each in by_item] == [(item, "16")]
    by_place = auditor.get("stock", item=item, group="place")["items"]
    assert [(each["place"]["code"], each["on_hand"]) for each in by_place] == [
        ("S01", "10"),
        ("S02", "5"),
        ("S03", "1"),
    ]
    by_region = auditor.get("stock", item=item, group="region")["items"]
    assert [(each["region"]["code"], each["on_hand"]) for each in by_region] == [("EAST", "15"), ("WEST", "1")]
    by_category = auditor.get("stock", item=item, group="category")["items"]
    assert [(each["category"]["code"], each["on_hand"]) for each in by_category] == [("FOOD", "16")]
    assert auditor.send("GET", "stock", group="colour").errors == [("/group", "bad_group")]


def test_a_place_is_itself_and_below_it_its_parts(house: House) -> None:
    item, keeper = house.item(DC1=10), house.be("dck")
    wanted = {"from_store": {"code": "DC1"}, "to_store": {"code": "S01"}, "reason": "other"}
    line = {"item": {"code": item}, "requested": "10"}
    transfer = keeper.makes("transfer", {**wanted, "lines": [line]}, "submit")
    assert house.be("dckm").decides("transfer", transfer).body["state"] == "approved"
    keeper.takes("transfer", transfer, "ship")
    clerk = house.be("clerk1")
    row = clerk.reads("transfer", transfer)["lines"][0]["row"]
    got = {"lines": [{"row": row, "received": "7", "damaged": "3", "remark": "wet"}]}
    assert clerk.takes("transfer", transfer, "receive", got, asks={"signature": {"typed": "Chen Jing"}}) == "done"
    assert [each["on_hand"] for each in clerk.get("stock", item=item, place="S01")["items"]] == ["7"]
    below = clerk.get("stock", item=item, place="S01", below="true")["items"]
    assert {each["place"]["code"]: each["on_hand"] for each in below} == {"S01": "7", "S01/damaged": "3"}
    part = clerk.get("stock", item=item, place="S01/damaged")["items"]
    assert [each["on_hand"] for each in part] == ["3"]


def test_stock_as_of_a_seq_and_a_moment(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    seq = str(clerk.get("stock/movements", item=item)["items"][-1]["seq"])
    crate(clerk, item, "4", "send")
    assert [each["on_hand"] for each in clerk.get("stock", item=item, at=seq)["items"]] == ["10"]
    assert [each["on_hand"] for each in clerk.get("stock", item=item)["items"]] == ["6"]
    assert clerk.get("stock", item=item, at="2001-01-01T00:00:00+00:00")["items"] == []
    for bad in ("yesterday", "2001-01-01T00:00:00", "-1"):
        assert clerk.send("GET", "stock", at=bad).errors == [("/at", "bad_moment")]


def test_movements_name_document_action_version_and_person(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = crate(clerk, item, "4", "send")
    moved = clerk.get("stock/movements", item=item)["items"]
    assert [each["quantity"] for each in moved] == ["10", "4"]
    last = moved[-1]
    assert (last["record"], last["reason"], last["kind"]) == (record, "send", "thrown")
    assert (last["from"]["code"], last["to"]["code"], last["person"]["id"]) == ("S01", "loss", clerk.person)
    after = str(moved[0]["seq"])
    assert [each["record"] for each in clerk.get("stock/movements", item=item, after=after)["items"]] == [record]
    assert house.be("clerk2").get("stock/movements", item=item)["items"] == []


def test_the_running_balance_ends_at_what_is_there(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    crate(clerk, item, "4", "send")
    crate(clerk, item, "1", "send")
    steps = clerk.get("stock/trail", item=item, place="S01")["items"]
    assert [(each["change"], each["balance"]) for each in steps] == [("10", "10"), ("-4", "6"), ("-1", "5")]
    first = clerk.get("stock/trail", item=item, place="S01", limit="2")
    rest = clerk.get("stock/trail", item=item, place="S01", limit="2", cursor=first["next"])
    assert [each["balance"] for each in first["items"] + rest["items"]] == ["10", "6", "5"]
    assert rest["next"] is None
    assert clerk.send("GET", "stock/trail", item=item, place="S02").status == 404


def test_pages_of_stock_give_every_balance_once(house: House) -> None:
    house.item(S04=1)
    manager = house.be("mgr4")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = manager.get("stock", place="S04", limit="2", **cursor)
        seen += [each["item"]["code"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    whole = [each["item"]["code"] for each in manager.get("stock", place="S04", limit="500")["items"]]
    assert seen == whole
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"limit": "0"}, {"limit": "a"}, {"colour": "red"}])
def test_odd_questions_are_refused(house: House, query: dict[str, str]) -> None:
    assert house.be("clerk1").send("GET", "stock", **query).status == 422


def test_a_serial_number_is_in_one_place(house: House) -> None:
    item = house.item(tracking="serial", category="NONFOOD")
    buyer = house.be("buyA")
    lot = buyer.makes("lot", {"code": f"SN{item}", "item": {"code": item}})
    house.bring(item, "S01", 1, lot)
    clerk = house.be("clerk1")
    assert [each["lot"]["code"] for each in clerk.get("stock", item=item)["items"]] == [f"SN{item}"]
    adm = house.be("adm")
    line = {"item": {"code": item}, "lot": lot, "quantity": "1"}
    again = adm.send(
        "POST", "records/opening", {"values": {"store": {"code": "S02"}, "lines": [line]}, "action": "post"}
    )
    assert (again.status, again.body["kind"]) == (409, "rule")


def test_recounting_is_for_who_sees_all_stock(house: House) -> None:
    assert house.be("clerk1").send("POST", "verify").status == 404
    report = house.be("aud").send("POST", "verify")
    assert report.status == 200
    assert set(report.body) == {"clean", "figures", "faults", "root"}
    assert len(report.body["root"]) == 64


def test_a_unit_that_is_hidden_is_told_by_no_stock(own_house: House) -> None:
    """What one may not see of an item is beside none of its figures either."""
    item, clerk = own_house.item(S01=5), own_house.be("clerk1")
    doors = [
        ("stock", {"item": item, "place": "S01"}),
        ("stock/movements", {"item": item, "place": "S01"}),
        ("stock/trail", {"item": item, "place": "S01"}),
    ]
    for door, query in doors:
        assert "Piece" in json.dumps(clerk.get(door, **query)), door
    form = own_house.be("adm").get("definitions/form/item")["text"]
    plain = "base_unit: {type: choice,"
    assert form.count(plain) == 1
    own_house.publish(form.replace(plain, f"{plain} sees: {{by: [buyer at chain]}},"))
    for door, query in doors:
        told = clerk.get(door, **query)
        assert told["items"], door
        assert "iece" not in json.dumps(told), door


def test_a_movement_names_no_record_that_its_reader_does_not_see(house: House) -> None:
    """Neither as its cause nor as the place on the way; who sees the record reads its number."""
    item, keeper = house.item(S01=3), house.be("clerk1")
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow"}
    record = keeper.makes("transfer", {**values, "lines": [{"item": {"code": item}, "requested": "2"}]}, "submit")
    house.be("mgr1").decides("transfer", record)
    keeper.takes("transfer", record, "ship")
    number = keeper.get(f"records/transfer/{record}")["number"]
    told = keeper.get("stock/movements", item=item)["items"][-1]
    assert (told["to"]["code"], told["because"]["of"]["number"]) == (f"{number}/transit", number)
    blind = house.be("clerk1", grants=(("stock", "see"), ("item", "see")))
    for path in ("stock/movements", "stock/trail"):
        found = blind.get(path, item=item, place="S01")["items"][-1]
        assert number not in str(found)
        assert (found["to"]["code"], found["to"]["title"]) == ("transit", "Stock transfer · In transit")
