"""Questions of stock: shapes, boundaries of paging and of time, places by name, and what nobody may know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.house import Desk, House

REFUSED: list[tuple[str, dict[str, str], int, str, str]] = [
    ("stock", {"limit": "501"}, 413, "", "limit"),
    ("stock", {"limit": "00"}, 422, "/limit", "bad_limit"),
    ("stock", {"group": "owner"}, 422, "/group", "bad_group"),
    ("stock", {"group": ""}, 422, "/group", "bad_group"),
    ("stock", {"at": "yesterday"}, 422, "/at", "bad_moment"),
    ("stock", {"at": "2026-01-01"}, 422, "/at", "bad_moment"),
    ("stock", {"at": "2026-01-01T00:00:00"}, 422, "/at", "bad_moment"),
    ("stock", {"at": "-1"}, 422, "/at", "bad_moment"),
    ("stock", {"at": "1" + "0" * 12}, 422, "/at", "bad_moment"),
    ("stock", {"at": "9" * 19}, 422, "/at", "bad_moment"),
    ("stock", {"at": "9999-12-31T23:59:59-14:00"}, 422, "/at", "bad_moment"),
    ("stock", {"at": "0001-01-01T00:00:00+14:00"}, 422, "/at", "bad_moment"),
    ("stock", {"cursor": "1.2.3"}, 422, "/cursor", "bad_cursor"),
    ("stock", {"cursor": "1.2.3.x"}, 422, "/cursor", "bad_cursor"),
    ("stock", {"cursor": "1.2.3." + "9" * 19}, 422, "/cursor", "bad_cursor"),
    ("stock", {"store": "S01"}, 422, "/store", "unknown_parameter"),
    ("stock/movements", {"after": "x"}, 422, "/after", "not_a_number"),
    ("stock/movements", {"after": "-1"}, 422, "/after", "not_a_number"),
    ("stock/movements", {"after": "1" * 13}, 422, "/after", "not_a_number"),
    ("stock/movements", {"cursor": ""}, 422, "/cursor", "not_a_number"),
    ("stock/movements", {"at": "1"}, 422, "/at", "unknown_parameter"),
    ("stock/movements", {"record": "00000000-0000-4000-8000-000000000000"}, 404, "", "not_found"),
    ("stock/trail", {}, 404, "", "not_found"),
    ("stock/trail", {"place": "S01"}, 404, "", "not_found"),
    ("stock/trail", {"item": "A100", "place": "S02"}, 404, "", "not_found"),
    ("stock/trail", {"item": "NOPE", "place": "S01"}, 404, "", "not_found"),
    ("stock/trail", {"item": "A100", "place": "S01", "lot": "NOPE"}, 404, "", "not_found"),
    ("stock/trail", {"item": "A100", "place": "S01", "cursor": "a"}, 422, "/cursor", "not_a_number"),
    ("stock/trail", {"item": "A100", "place": "S01", "after": "1"}, 422, "/after", "unknown_parameter"),
]


@pytest.mark.parametrize(
    ("path", "query", "status", "where", "code"), REFUSED, ids=[f"{e[0]} {e[1]}"[:60] for e in REFUSED]
)
def test_a_question_that_cannot_be_asked_is_refused(
    house: House, path: str, query: dict[str, str], status: int, where: str, code: str
) -> None:
    reply = house.be("clerk1").send("GET", path, **query)
    assert (reply.status, reply.errors) == (status, [(where, code)])


@pytest.mark.parametrize(
    "query",
    [{"item": "NOPE"}, {"place": "S99"}, {"lot": "NOPE"}, {"place": "S02"}, {"place": "chain/loss"}, {"place": "loss"}],
)
def test_what_is_not_there_and_what_is_not_ours_to_see_are_both_nothing(house: House, query: dict[str, str]) -> None:
    reply = house.be("clerk1").send("GET", "stock", **query)
    assert (reply.status, reply.body) == (200, {"items": [], "next": None})
    moved = house.be("clerk1").send("GET", "stock/movements", **{k: v for k, v in query.items() if k != "lot"})
    assert query.keys() == {"lot"} or moved.body["items"] == []


def figures(desk: Desk, **query: str) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Place and lot -> on hand, reserved, available."""
    found = desk.get("stock", **query)["items"]
    return {
        (each["place"]["code"], each["lot"]["code"] if each["lot"] else ""): (
            each["on_hand"],
            each["reserved"],
            each["available"],
        )
        for each in found
    }


def test_every_place_of_an_item_is_a_line_and_groups_are_their_sums(house: House) -> None:
    item = house.item(S01=7, S02=5, S03=3, DC1=11)
    plan = house.be("plan1")
    assert figures(plan, item=item) == {
        ("DC1", ""): ("11", "0", "11"),
        ("S01", ""): ("7", "0", "7"),
        ("S02", ""): ("5", "0", "5"),
        ("S03", ""): ("3", "0", "3"),
    }
    grouped = {
        "item": {item: "26"},
        "region": {"EAST": "23", "WEST": "3"},
        "store": {"DC1": "11", "S01": "7", "S02": "5", "S03": "3"},
        "category": {"FOOD": "26"},
    }
    for group, sums in grouped.items():
        found = plan.get("stock", item=item, group=group)["items"]
        assert {each[group]["code"]: each["on_hand"] for each in found if each[group]} == sums, group
    assert figures(house.be("clerk1"), item=item) == {("S01", ""): ("7", "0", "7")}
    assert figures(house.be("mgr1"), item=item).keys() == {("DC1", ""), ("S01", ""), ("S02", "")}
    assert figures(house.be("amw"), item=item).keys() == {("S03", "")}


def test_as_of_a_seq_is_before_it_after_it_and_between(house: House) -> None:
    item = house.item(S01=7)
    clerk = house.be("clerk1")
    moves = [each["seq"] for each in clerk.get("stock/movements", item=item)["items"]]
    record = clerk.makes("crate", {"lines": [{"item": {"code": item}, "quantity": "3"}]}, "send")
    moves += [each["seq"] for each in clerk.get("stock/movements", record=record)["items"]]
    assert len(moves) == 2

    def then(seq: int) -> str:
        return clerk.stock(item, "S01", at=str(seq))[0]

    assert [then(each) for each in (0, moves[0] - 1, moves[0], moves[1] - 1, moves[1], moves[1] + 1)] == [
        *("0", "0", "7", "7", "4", "4")
    ]
    assert then(10**12 - 1) == "4"


def test_movements_are_told_after_a_seq_page_by_page_and_once(house: House) -> None:
    item = house.item(S01=20)
    clerk = house.be("clerk1")
    for quantity in "1234":
        clerk.makes("crate", {"lines": [{"item": {"code": item}, "quantity": quantity}]}, "send")
    whole = clerk.get("stock/movements", item=item, limit="500")["items"]
    assert [each["quantity"] for each in whole] == ["20", "1", "2", "3", "4"]
    assert [each["seq"] for each in whole] == sorted({each["seq"] for each in whole})
    for limit in ("1", "2", "5", "6"):
        seen: list[Any] = []
        more: dict[str, str] = {}
        while True:
            page = clerk.get("stock/movements", item=item, limit=limit, **more)
            seen += page["items"]
            if page["next"] is None:
                break
            more = {"cursor": page["next"]}
        assert seen == whole
    after = clerk.get("stock/movements", item=item, after=str(whole[2]["seq"]))["items"]
    assert after == whole[3:]


@pytest.mark.parametrize("limit", ["1", "2", "3", "500"])
def test_the_running_balance_goes_on_from_page_to_page(house: House, limit: str) -> None:
    item = house.item(S01=20)
    clerk = house.be("clerk1")
    for quantity in ("5", "6", "7"):
        clerk.makes("crate", {"lines": [{"item": {"code": item}, "quantity": quantity}]}, "send")
    steps: list[tuple[str, str]] = []
    more: dict[str, str] = {}
    while True:
        page = clerk.get("stock/trail", item=item, place="S01", limit=limit, **more)
        steps += [(each["change"], each["balance"]) for each in page["items"]]
        if page["next"] is None:
            break
        more = {"cursor": page["next"]}
    assert steps == [("20", "20"), ("-5", "15"), ("-6", "9"), ("-7", "2")]


def test_a_movement_tells_where_who_why_and_on_which_line(house: House) -> None:
    item, clerk = house.item(S01=2), house.be("clerk1")
    record = clerk.makes("crate", {"lines": [{"item": {"code": item}, "quantity": "2"}]}, "send")
    row = clerk.reads("crate", record)["lines"][0]["row"]
    [moved] = clerk.get("stock/movements", record=record)["items"]
    assert (moved["from"]["code"], moved["to"]["code"], moved["kind"]) == ("S01", "loss", "thrown")
    assert (moved["record"], moved["reason"], moved["row"], moved["reverses"]) == (record, "send", row, None)
    assert (moved["person"]["code"], moved["item"]["code"], moved["lot"]) == ("clerk1", item, None)
    assert moved["happened"].endswith("Z")
    clerk.takes("crate", record, "undo")
    back = clerk.get("stock/movements", record=record)["items"][1]
    assert (back["from"]["code"], back["to"]["code"], back["reason"]) == ("loss", "S01", "undo")
    assert back["reverses"] is not None
    assert clerk.stock(item, "S01") == ("2", "0", "2")


ODD = ["-1", "0", "1.0005", "1e3", " 5 ", "5,0", "NaN", "Infinity", "-0", "\uff15", "9" * 30, "", 5, True, None, []]


@pytest.mark.parametrize("quantity", ODD, ids=repr)
def test_a_quantity_that_is_none_is_refused_on_its_line(house: House, quantity: Any) -> None:
    item, clerk = house.item(S01=5), house.be("clerk1")
    good = {"item": {"code": item}, "quantity": "1"}
    lines = [good, {"item": {"code": item}, "quantity": quantity}]
    reply = clerk.send("POST", "records/crate", {"values": {"lines": lines}, "action": "send"})
    assert reply.status == 422, reply.body
    assert [path for path, _ in reply.errors] == ["/values/lines/1/quantity"]
    assert clerk.stock(item, "S01") == ("5", "0", "5")


def test_two_lines_that_are_too_much_together_are_refused_together(house: House) -> None:
    item, clerk = house.item(S01=5), house.be("clerk1")
    lines = [{"item": {"code": item}, "quantity": each} for each in ("3", "3")]
    reply = clerk.send("POST", "records/crate", {"values": {"lines": lines}, "action": "send"})
    assert (reply.status, reply.body["kind"], reply.code) == (409, "rule", "short")
    assert {path for path, _ in reply.errors} <= {"/lines/0", "/lines/1", "/values/lines/0", "/values/lines/1"}
    assert clerk.stock(item, "S01") == ("5", "0", "5")
    fits = [{"item": {"code": item}, "quantity": each} for each in ("3", "2")]
    assert clerk.send("POST", "records/crate", {"values": {"lines": fits}, "action": "send"}).status == 201
    assert clerk.stock(item, "S01") == ("0", "0", "0")


def ship(house: House, item: str, quantity: str, to: str = "S02") -> str:
    """A transfer from S01 that has left; its id."""
    clerk = house.be("clerk1")
    values = {"to_store": {"code": to}, "reason": "slow", "lines": [{"item": {"code": item}, "requested": quantity}]}
    made = clerk.makes("transfer", values, "submit")
    house.be("mgr1").decides("transfer", made)
    clerk.takes("transfer", made, "ship")
    return made


def test_the_newest_movements_come_first_with_the_balance_after_each_page_by_page(house: House) -> None:
    item = house.item()
    for quantity in (5, 3, 2):
        house.bring(item, "S01", quantity)
    clerk = house.be("clerk1")
    asked = {"item": item, "place": "S01", "newest": "true"}
    whole = clerk.get("stock/trail", **asked)["items"]
    assert [(each["change"], each["balance"]) for each in whole] == [("2", "10"), ("3", "8"), ("5", "5")]
    first = clerk.get("stock/trail", **asked, limit="2")
    rest = clerk.get("stock/trail", **asked, limit="2", cursor=first["next"])
    assert [each["balance"] for each in (*first["items"], *rest["items"])] == ["10", "8", "5"]
    assert rest["next"] is None
    first = clerk.get("stock/movements", **asked, limit="2")
    rest = clerk.get("stock/movements", **asked, limit="2", cursor=first["next"])
    assert [each["quantity"] for each in (*first["items"], *rest["items"])] == ["2", "3", "5"]
    reply = clerk.send("GET", "stock/trail", item=item, place="S01", newest="yes")
    assert (reply.status, reply.errors) == (422, [("/newest", "choice")])


def test_a_movement_says_why_in_words_and_of_which_record_to_who_may_see_it(house: House) -> None:
    item = house.item(S01=5)
    made = ship(house, item, "2")
    clerk = house.be("clerk1")
    last = clerk.get("stock/trail", item=item, place="S01", newest="true")["items"][0]
    assert last["because"]["title"] == "Ship"
    assert (last["because"]["of"]["id"], last["because"]["of"]["title"]) == (made, "Stock transfer")
    assert last["unit"] == {"value": "piece", "title": "Piece"}
    asked = {"item": item, "place": "S01", "newest": "true"}
    chinese = Desk(house, clerk.actor, "zh").get("stock/trail", **asked)["items"][0]
    assert (chinese["because"]["title"], chinese["unit"]["title"]) == ("发货", "件")
    guarded = house.be("clerk1", (("stock", "see"),)).get("stock/trail", **asked)["items"][0]
    assert guarded["because"] == {"title": "Ship", "form": "Stock transfer", "of": None}


def test_what_is_on_its_way_is_told_to_both_ends_and_to_nobody_else(house: House) -> None:
    item = house.item(S01=5)
    made = ship(house, item, "2")
    here = house.be("clerk1").get("stock/moving", item=item, place="S01")["items"]
    there = house.be("clerk2").get("stock/moving", item=item, place="S02")["items"]
    assert [(each["quantity"], each["leaves"], each["record"]["id"]) for each in here] == [("2", True, made)]
    assert [(each["quantity"], each["leaves"], each["from"]["code"]) for each in there] == [("2", False, "S01")]
    assert here[0]["record"]["state_title"] == "In transit"
    assert house.be("clerk3").get("stock/moving", item=item)["items"] == []
    assert house.be("clerk1").send("GET", "stock/moving", item=item, place="S02").status == 404
    assert house.be("clerk1").send("GET", "stock/moving").status == 404
    receiver = house.be("clerk2")
    row = receiver.reads("transfer", made)["lines"][0]["row"]
    got = {"lines": [{"row": row, "received": "2"}]}
    receiver.takes("transfer", made, "receive", got, asks={"signature": {"typed": "Sun Lei"}})
    assert house.be("clerk2").get("stock/moving", item=item)["items"] == []


def test_a_part_of_a_place_has_a_title_in_the_readers_language(house: House) -> None:
    item = house.item(S01=3)
    made = house.be("clerk1").makes("crate", {"lines": [{"item": {"code": item}, "quantity": "1"}]}, "promise")
    house.be("clerk1").takes("crate", made, "fill")
    asked = {"item": item, "newest": "true", "limit": "1", "place": "S01"}
    titles = [
        Desk(house, house.be("clerk1").actor, language).get("stock/movements", **asked)["items"][0]["to"]["title"]
        for language in ("en", "zh")
    ]
    assert [each.rpartition(" · ")[2] for each in titles] == ["Inside", "箱内"]
