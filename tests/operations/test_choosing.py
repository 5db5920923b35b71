"""Actions on chosen rows, of a report and of a table: all or none; lines of many records into one, with shares."""

from __future__ import annotations

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from engine.operations.merging import divided
from tests.operations.house import Desk, House, Reply


def need(clerk: Desk, *lines: tuple[str, str]) -> str:
    """An agreed need of lines `(item, quantity)`."""
    return clerk.makes("need", {"lines": [{"item": {"code": item}, "quantity": each} for item, each in lines]}, "agree")


def order(desk: Desk, rows: list[str], **more: Any) -> Reply:
    """Order what was chosen."""
    return desk.send("POST", "records/to_order/actions/order", {"rows": rows, **more})


def listed(desk: Desk) -> dict[str, str]:
    """The lines that are offered: what is left of each, by its id."""
    return {each["id"]: each["values"]["left"] for each in desk.get("records/to_order", limit="500")["items"]}


def orders(desk: Desk) -> list[dict[str, Any]]:
    """Every order, by category, with its lines."""
    ids = [each["id"] for each in desk.get("records/order", limit="500", sort="created")["items"]]
    return sorted((desk.reads("order", each) for each in ids), key=lambda each: str(each["category"]["code"]))


def test_lines_of_two_stores_become_one_order_for_each_supplier_and_know_it(own_house: House) -> None:
    house, buyer = own_house, own_house.be("buyA")
    first = need(house.be("clerk1"), ("A100", "5"), ("B200", "2"))
    second = need(house.be("clerk2"), ("A100", "7"))
    offered = listed(buyer)
    assert sorted(offered.values()) == ["2", "5", "7"]
    assert order(buyer, list(offered)).status == 200
    food, other = orders(buyer)
    assert [(each["item"]["code"], each["asked"], each["quantity"]) for each in food["lines"]] == [("A100", "12", "20")]
    assert food["lines"][0]["stock"] == "8", "what was ordered for nobody"
    assert [(each["item"]["code"], each["asked"]) for each in other["lines"]] == [("B200", "2")]
    assert [row["left"] for row in house.be("clerk1").reads("need", first)["lines"]] == ["0", "0"]
    assert [row["left"] for row in house.be("clerk2").reads("need", second)["lines"]] == ["0"]
    shares = house.be("clerk1").get(f"records/need/{first}/trail")["items"]
    made = [each["id"] for each in buyer.get("records/order", limit="500")["items"]]
    up = [each for one in made for each in buyer.get(f"records/order/{one}/trail")["items"]]
    assert sorted((each["id"], each["quantity"]) for each in up) == sorted([(first, "5"), (first, "2"), (second, "7")])
    assert shares == []
    assert listed(buyer) == {}
    again = order(buyer, list(offered))
    assert (again.status, again.errors) == (409, [(f"/rows/{at}", "no_longer_there") for at in range(3)])
    assert len(orders(buyer)) == 2
    assert house.verified()


def test_an_open_draft_is_filled_up_and_one_that_was_sent_is_not(own_house: House) -> None:
    house, buyer = own_house, own_house.be("buyA")
    for quantity in ("15", "30"):
        need(house.be("clerk1"), ("A100", quantity))
        assert order(buyer, list(listed(buyer))).status == 200
    (one,) = orders(buyer)
    assert [(each["asked"], each["stock"]) for each in one["lines"]] == [("45", "0")] or one["lines"][0][
        "asked"
    ] == "45"
    (record,) = buyer.get("records/order")["items"]
    assert buyer.takes("order", record["id"], "send") == "sent"
    need(house.be("clerk1"), ("A100", "1"), ("A101", "2"))
    assert order(buyer, list(listed(buyer))).status == 200
    assert sorted(len(each["lines"]) for each in orders(buyer)) == [1, 2]
    assert listed(buyer) == {}


def test_one_that_no_longer_fits_refuses_all_by_its_path(own_house: House) -> None:
    house, buyer = own_house, own_house.be("buyA")
    need(house.be("clerk1"), ("A100", "5"))
    gone = need(house.be("clerk2"), ("A100", "7"))
    rows = sorted(listed(buyer), key=lambda each: each.startswith(gone))
    assert house.be("clerk2").takes("need", gone, "drop") == "dropped"
    refused = order(buyer, rows)
    assert (refused.status, refused.body["kind"], refused.errors) == (409, "conflict", [("/rows/1", "no_longer_there")])
    assert orders(buyer) == []
    for wrong, path, code in (
        ([], "/rows", "required"),
        ([rows[0], rows[0]], "/rows/1", "twice"),
        (["x"], "/rows/0", "no_longer_there"),
        ([f"{gone}.{rows[0].partition('.')[2]}"], "/rows/0", "no_longer_there"),
        ([str(at) for at in range(501)], "/rows", "too_many"),
    ):
        assert order(buyer, wrong).errors == [(path, code)], wrong
    assert order(buyer, rows[:1], values={}).status == 422
    assert order(buyer, rows[:1]).status == 200


def test_a_guard_over_chosen_rows_speaks_in_its_own_words(own_house: House) -> None:
    buyer = own_house.be("buyA")
    need(own_house.be("clerk1"), ("A100", "300"), ("A101", "300"))
    refused = order(buyer, list(listed(buyer)))
    assert (refused.status, refused.body["rule"], refused.body["detail"]) == (409, "whole", "Too much at once.")
    assert orders(buyer) == []


def test_who_sees_a_report_does_not_act_on_it_by_that(own_house: House) -> None:
    need(own_house.be("clerk1"), ("A100", "5"))
    ame = own_house.be("ame")
    rows = list(listed(ame))
    assert order(ame, rows).status == 403
    assert order(own_house.be("clerk1"), rows).status == 404
    assert own_house.be("buyA").send("POST", "records/to_order/actions/burn", {"rows": rows}).status == 404
    assert [each["name"] for each in own_house.be("buyA").get("forms/to_order")["actions"]] == ["order"]
    assert own_house.be("ame").get("forms/to_order")["actions"] == []


def test_the_same_command_twice_orders_once(own_house: House) -> None:
    buyer = own_house.be("buyA")
    need(own_house.be("clerk1"), ("A100", "5"))
    body = {"rows": list(listed(buyer))}
    first, again = (buyer.send("POST", "records/to_order/actions/order", body, key="once") for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    assert first.raw == again.raw
    assert [each["asked"] for each in orders(buyer)[0]["lines"]] == ["5"]


def test_two_who_order_the_same_lines_order_them_once(own_house: House) -> None:
    for _ in range(3):
        need(own_house.be("clerk1"), ("B201", "3"))
        rows = list(listed(own_house.be("buyA")))
        with ThreadPoolExecutor(2) as pool:
            replies = list(pool.map(lambda who, rows=rows: order(own_house.be(who), rows), ("buyA", "buyB")))
        assert sorted(each.status for each in replies) == [200, 409]
    (one,) = orders(own_house.be("buyA"))
    assert one["lines"][0]["asked"] == "9"


def test_rows_of_a_table_are_chosen_on_the_record(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    record = need(clerk, ("A100", "5"), ("A101", "6"), ("B200", "200"))
    first, second, third = (row["row"] for row in clerk.reads("need", record)["lines"])
    assert clerk.acts("need", record, "put_off", rows=[second]).status == 200
    assert [row["put_off"] for row in clerk.reads("need", record)["lines"]] == [None, True, None]
    refused = clerk.acts("need", record, "put_off", rows=[first, "gone"])
    assert (refused.status, refused.errors) == (409, [("/rows/1", "no_longer_there")])
    assert clerk.acts("need", record, "put_off", rows=[third]).body["rule"] == "few"
    assert clerk.acts("need", record, "put_off").errors == [("/rows", "required")]
    assert clerk.acts("need", record, "drop", rows=[first]).status == 422
    assert [row["put_off"] for row in clerk.reads("need", record)["lines"]] == [None, True, None]


SHARES = [
    ("oldest_first", "9", ["5", "7"], ["5", "4"]),
    ("pro_rata", "9", ["5", "7"], ["3", "6"]),
    ("pro_rata", "9.00", ["5.00", "7.00"], ["3", "6"]),
    ("pro_rata", "1", ["1", "1", "1"], ["1", "0", "0"]),
    ("pro_rata", "0.9", ["0.5", "0.7"], ["0.3", "0.6"]),
    ("oldest_first", "0", ["5"], ["0"]),
    ("oldest_first", "-1", ["5"], ["0"]),
    ("pro_rata", "20", ["5", "7"], ["5", "7"]),
]


@pytest.mark.parametrize(("way", "whole", "offered", "given"), SHARES)
def test_shares_never_give_more_than_there_is_nor_less(
    way: str, whole: str, offered: list[str], given: list[str]
) -> None:
    found = divided(way, Decimal(whole), [Decimal(each) for each in offered])
    assert found == [Decimal(each) for each in given]
    assert sum(found) == max(min(Decimal(whole), sum(map(Decimal, offered))), Decimal(0))


def test_what_an_action_on_rows_would_make_is_told_and_not_done(own_house: House) -> None:
    house, buyer = own_house, own_house.be("buyA")
    need(house.be("clerk1"), ("A100", "5"), ("A101", "2"), ("B200", "3"))
    rows = list(listed(buyer))
    path, once = "records/to_order/actions/order", {"preview": "true"}
    told = buyer.send("POST", path, {"rows": rows}, **once).body
    assert told["form"] == "to_order"
    assert sorted(
        (each["form"], each["title"], each["made"], each["rows"], each["id"]) for each in told["records"]
    ) == [
        ("order", "Order", True, 1, None),
        ("order", "Order", True, 2, None),
    ]
    assert orders(buyer) == []
    assert order(buyer, rows[:1]).status == 200
    (draft,) = buyer.get("records/order")["items"]
    left = [each for each in rows if each != rows[0]]
    again = buyer.send("POST", path, {"rows": left}, **once).body["records"]
    filled = [(each["made"], each["id"], each["number"]) for each in again if not each["made"]]
    assert filled in ([(False, draft["id"], draft["number"])], [])
    gone = buyer.send("POST", path, {"rows": rows}, **once)
    assert (gone.status, gone.errors) == (409, [("/rows/0", "no_longer_there")])
    assert house.be("ame").send("POST", path, {"rows": left}, **once).status == 403
    assert buyer.send("POST", path, {"ids": left}, **once).code == "unknown_parameter"
    assert len(buyer.get("records/order")["items"]) == 1


def test_what_a_cancelled_order_took_is_given_back(own_house: House) -> None:
    house, buyer = own_house, own_house.be("buyA")
    first = need(house.be("clerk1"), ("A100", "5"), ("A101", "2"))
    need(house.be("clerk2"), ("A100", "7"))
    offered = listed(buyer)
    assert order(buyer, list(offered)).status == 200
    (one,) = buyer.get("records/order")["items"]
    assert len(buyer.get(f"records/order/{one['id']}")["links"]) == 3
    assert buyer.takes("order", one["id"], "cancel") == "cancelled"
    assert listed(buyer) == offered
    assert [row["left"] for row in house.be("clerk1").reads("need", first)["lines"]] == ["5", "2"]
    assert buyer.get(f"records/order/{one['id']}")["links"] == []
    assert {each["stock"] for each in buyer.reads("order", one["id"])["lines"]} == {"20"}
    assert order(buyer, list(offered)).status == 200
    assert listed(buyer) == {}
    (again,) = buyer.get("records/order", filter="state == 'draft'")["items"]
    assert [each["asked"] for each in buyer.reads("order", again["id"])["lines"]] == ["12", "2"]
    assert house.verified()


def test_needs_are_what_is_left_and_what_living_orders_have(own_house: House) -> None:
    """Random orders, some sent, some cancelled: nothing is lost and nothing is ordered twice."""
    chance, buyer = random.Random(20_261_129), own_house.be("buyA")
    wanted: dict[str, Decimal] = {}
    needs: dict[str, Desk] = {}
    done: list[str] = []
    for step in ["need", "need", "order", "cancel", "order", "send", *(chance.choice(STEPS) for _ in range(10))]:
        drafts = [each["id"] for each in buyer.get("records/order", filter="state == 'draft'")["items"]]
        offered = list(listed(buyer))
        if step == "need":
            clerk = own_house.be(chance.choice(("clerk1", "clerk2")))
            lines = [(item, str(chance.randrange(1, 9))) for item in chance.sample(["A100", "A101", "B200"], 2)]
            record = need(clerk, *lines)
            needs[record] = clerk
            for row, (_, quantity) in zip(clerk.reads("need", record)["lines"], lines, strict=True):
                wanted[row["row"]] = Decimal(quantity)
        elif step == "order" and offered:
            assert order(buyer, chance.sample(offered, chance.randrange(1, len(offered) + 1))).status == 200
        elif step in ("cancel", "send") and drafts:
            buyer.takes("order", chance.choice(drafts), step)
        else:
            continue
        done.append(step)
        rest, had = left(needs), shared(buyer)
        assert {row: rest[row] + had.get(row, Decimal(0)) for row in wanted} == wanted
        assert {each.partition(".")[2] for each in listed(buyer)} == {row for row, each in rest.items() if each}
    assert (done.count("cancel") > 1, "send" in done, done.count("order") > 2) == (True, True, True)
    assert own_house.verified()


STEPS = ("need", "order", "order", "cancel", "send")


def shared(buyer: Desk) -> dict[str, Decimal]:
    """What orders that are not cancelled have of each row of a need."""
    had: dict[str, Decimal] = defaultdict(Decimal)
    for each in buyer.get("records/order", filter="state != 'cancelled'", limit="100")["items"]:
        for link in buyer.get(f"records/order/{each['id']}")["links"]:
            had[link["other_row"]] += Decimal(link["quantity"])
    return dict(had)


def left(needs: dict[str, Desk]) -> dict[str, Decimal]:
    """What is left of each row, as its needs tell it."""
    return {row["row"]: Decimal(row["left"]) for one, who in needs.items() for row in who.reads("need", one)["lines"]}


def test_two_who_find_no_draft_make_one(own_house: House) -> None:
    """Different lines of one supplier, ordered at one instant: the second fills up what the first has made."""
    for _ in range(6):
        need(own_house.be("clerk1"), ("A100", "3"))
        need(own_house.be("clerk2"), ("A101", "2"))
        both = list(listed(own_house.be("buyA")))
        assert len(both) == 2
        start = Barrier(2)

        def buy(who: str, row: str, start: Barrier = start) -> Reply:
            start.wait()
            return order(own_house.be(who), [row])

        with ThreadPoolExecutor(2) as pool:
            replies = list(pool.map(buy, ("buyA", "buyB"), both))
        assert [each.status for each in replies] == [200, 200]
        (draft,) = own_house.be("buyA").get("records/order", filter="state == 'draft'")["items"]
        assert len(own_house.be("buyA").reads("order", draft["id"])["lines"]) == 2
        own_house.be("buyA").takes("order", draft["id"], "send")
    assert own_house.verified()
