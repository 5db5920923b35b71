"""I1 conservation, I2 never below zero, I3 balances, I4 in transit, I7 reservations, I20 serial numbers."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from tests.invariants.building import UNIT, Books, Chain
from tests.invariants.telling import accepted, refused, tell

OUTSIDE = ("opening", "customer", "loss", "difference", "V1", "V2")


def moved(chain: Chain) -> list[dict[str, Any]]:
    """Every movement, as the auditor pulls them."""
    found: list[dict[str, Any]] = []
    query = {"limit": "200"}
    while True:
        page = chain.be("aud").gets("stock/movements", **query)
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def stock(chain: Chain, **query: str) -> dict[tuple[str, str, str | None], Decimal]:
    """What is there, as the auditor sees it: by place, item and lot. What lies outside he has to name."""
    found: dict[tuple[str, str, str | None], Decimal] = {}
    for place in (None, *OUTSIDE):
        asked = {"limit": "50", **query, **({"place": place} if place else {})}
        while True:
            page = chain.be("aud").gets("stock", **asked)
            for row in page["items"]:
                lot = row["lot"]["id"] if row["lot"] else None
                found[row["place"]["id"], row["item"]["id"], lot] = Decimal(row["on_hand"])
            if page["next"] is None:
                break
            asked["cursor"] = page["next"]
    return found


def transfer(chain: Chain, item: str = "A100", quantity: str = "10", **more: Any) -> str:
    """A transfer from S01 to S02 that the manager of S01 has approved."""
    line = {"item": {"code": item}, "requested": quantity, **more}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "other", "lines": [line]}
    record = chain.be("clerk2").makes("transfer", values, "submit")
    assert chain.be("mgr1").decides(record) == "approved"
    return record


def test_i1_what_is_moved_is_conserved(house: Chain) -> None:
    def check(books: Books) -> None:
        totals: Counter[tuple[str, int]] = Counter()
        for (_place, item, lot), (there, _promised) in books.balances.items():
            totals[item, lot] += there
        assert not {key: total for key, total in totals.items() if total}

    told = tell(house, check)
    assert accepted(told) > 30
    by_posting: Counter[tuple[Any, ...]] = Counter()
    for move in moved(house):
        lot = move["lot"]["id"] if move["lot"] else None
        by_posting[move["seq"], move["item"]["id"], lot, move["to"]["id"]] += Decimal(move["quantity"])
        by_posting[move["seq"], move["item"]["id"], lot, move["from"]["id"]] -= Decimal(move["quantity"])
    lines: Counter[tuple[Any, ...]] = Counter()
    for (seq, item, lot, _place), total in by_posting.items():
        lines[seq, item, lot] += total
    assert len(lines) > 30
    assert not [key for key, total in lines.items() if total]
    everywhere: Counter[tuple[str, str | None]] = Counter()
    for (_where, item, lot), there in stock(house).items():
        everywhere[item, lot] += there
    assert not [key for key, total in everywhere.items() if total]


def test_i2_nothing_is_ever_below_zero(house: Chain) -> None:
    def check(books: Books) -> None:
        running: dict[tuple[str, str, int], int] = defaultdict(int)
        changed: set[tuple[str, str, int]] = set()
        for number, move in enumerate(books.moves):
            for place, sign in ((move.origin, -1), (move.target, 1)):
                running[place, move.item, move.lot] += sign * move.quantity
                changed.add((place, move.item, move.lot))
            if number + 1 == len(books.moves) or books.moves[number + 1].seq != move.seq:
                assert not [key for key in changed if key[0] in books.strict and running[key] < 0], move.seq
                changed.clear()

    told = tell(house, check)
    assert accepted(told) > 30
    assert refused(told) > 10
    there = house.be("aud").gets("stock", item="A100", place="S01")["items"][0]["on_hand"]
    for asked, well in ((f"{int(there) + 1}", False), (there, True), ("1", False)):
        line = {"item": {"code": "A100"}, "quantity": asked, "price": "16.00"}
        values = {"store": {"code": "S01"}, "lines": [line]}
        sold = house.be("clerk1c").posts("ticket", values)
        assert (sold.well, sold.status) in ((well, 201), (False, 409)), sold
    check(house.books())


def test_i3_a_balance_is_the_sum_of_its_movements_at_any_seq(house: Chain) -> None:
    told = tell(house, lambda books: None, stories=5)
    assert accepted(told) > 25
    books = house.books()
    lots = {row.id: row.key for row in house.rows("SELECT id, key FROM ledger_lot")}
    last = books.moves[-1].seq
    chosen = random.Random(3).sample(range(last + 1), min(50, last))
    for at in [*chosen, last, None]:
        mine = {
            (place, item, lots.get(lot)): Decimal(total) / UNIT
            for (place, item, lot), total in books.on_hand(at).items()
            if total
        }
        seen = stock(house) if at is None else stock(house, at=str(at))
        assert {key: value for key, value in seen.items() if value} == mine, at


def test_i4_what_was_shipped_is_received_returned_lost_or_on_its_way(house: Chain) -> None:
    ends = {"done", "settled", "returned", "rejected", "withdrawn", "cancelled"}

    def check(books: Books) -> None:
        for record in books.of("transfer"):
            place = f"{record.id}/transit"
            left: Counter[tuple[str, int]] = Counter()
            for move in books.moves:
                if place in (move.origin, move.target):
                    left[move.item, move.lot] += move.quantity if move.target == place else -move.quantity
                    assert left[move.item, move.lot] >= 0, "received before it was shipped"
            shipped: Counter[str] = Counter()
            for move in books.moves:
                if move.target == place:
                    shipped[move.line] += move.quantity
            for row in books.rows_of(record.id):
                assert shipped[row["row"]] in (0, int(Decimal(row.get("shipped") or "0") * UNIT))
            if record.state in ends:
                assert not any(left.values()), (record.number, left)

    told = tell(house, check, stories=8)
    states = Counter(record.state for record in house.books().of("transfer"))
    assert accepted(told) > 40
    assert states["done"] + states["different"] + states["settled"] > 2, states


def test_i4_a_transfer_with_goods_on_their_way_does_not_end(house: Chain) -> None:
    """Even where a definition is published that would let it: the engine itself refuses."""
    short = "short: {state: different, when: sum(lines.missing) > 0}"
    house.publish("workflow", "transfer", (short, "short: {state: different, when: sum(lines.missing) > 5}"))
    record = transfer(house)
    house.be("clerk1").takes("transfer", record, "ship")
    row = house.books().rows_of(record)[0]["row"]
    short = {"lines": [{"row": row, "received": "9", "damaged": "0", "remark": "one is missing"}]}
    signed = {"asks": {"signature": {"typed": "Sun Lei"}}, "values": short}
    done = house.be("clerk2").sends("POST", f"records/transfer/{record}/actions/receive", signed)
    state = house.be("aud").gets(f"records/transfer/{record}")["state"]
    assert (done.status, done.body["errors"][0]["code"], state) == (409, "not_empty", "in_transit")


def test_i7_a_reservation_stands_until_it_ends_once(house: Chain) -> None:
    def check(books: Books) -> None:
        kept: Counter[tuple[str, str, int]] = Counter()
        of_record: Counter[tuple[str, str]] = Counter()
        for row in house.rows(
            "SELECT r.source, r.line, p.key AS place, i.key AS item, r.lot, r.quantity FROM reservation r "
            "JOIN ledger_place p ON p.id = r.place JOIN ledger_item i ON i.id = r.item"
        ):
            kept[row.place, row.item, row.lot] += row.quantity
            of_record[row.source, row.line] += row.quantity
        promised: Counter[tuple[str, str]] = Counter()
        there: Counter[tuple[str, str]] = Counter()
        for key, (on_hand, reserved) in books.balances.items():
            assert reserved == kept[key] >= 0, key
            promised[key[:2]] += reserved
            there[key[:2]] += on_hand
        assert not [key for key, total in promised.items() if key[0] in books.strict and total > there[key] >= 0]
        for record in books.of("transfer"):
            for row in books.rows_of(record.id):
                due = Decimal(row.get("approved") or "0") * UNIT if record.state == "approved" else 0
                assert of_record.pop((record.id, row["row"]), 0) == due, record.number
        assert not of_record

    before = house.be("clerk1").gets("stock", item="B201", place="S01")["items"][0]
    record = transfer(house, "B201", "10")
    held = house.be("clerk1").gets("stock", item="B201", place="S01")["items"][0]
    assert int(held["reserved"]) == int(before["reserved"]) + 10
    assert int(held["available"]) == int(held["on_hand"]) - int(held["reserved"])
    row = house.books().rows_of(record)[0]["row"]
    house.be("clerk1").takes("transfer", record, "ship", {"lines": [{"row": row, "shipped": "4"}]})
    after = house.be("clerk1").gets("stock", item="B201", place="S01")["items"][0]
    assert (after["reserved"], int(after["on_hand"])) == (before["reserved"], int(before["on_hand"]) - 4)
    told = tell(house, check)
    assert accepted(told) > 30


def test_i20_a_serial_number_is_in_exactly_one_place(house: Chain) -> None:
    def check(books: Books) -> None:
        places: dict[int, list[str]] = defaultdict(list)
        serials = {move.lot for move in books.moves if move.tracking == "serial"}
        for (place, _item, lot), (there, _promised) in books.balances.items():
            if lot in serials and there > 0:
                assert there == UNIT
                places[lot].append(place)
        at = {
            row.lot: row.place
            for row in house.rows("SELECT s.lot, p.key AS place FROM serial_at s JOIN ledger_place p ON p.id = s.place")
        }
        assert serials
        assert {lot: [at[lot]] for lot in serials} == dict(places)

    told = tell(house, check)
    assert accepted(told) > 30
    brought = {"supplier": {"code": "V2"}, "store": {"code": "S01"}}
    serial = house.be("adm").makes("lot", {"code": "H900-NEW", "item": {"code": "H900"}})
    lines = [{"item": {"code": "H900"}, "lot": serial, "quantity": "1"}]
    house.be("clerk1").makes("receipt", {**brought, "lines": lines}, "post")
    again = house.be("clerk1b").posts("receipt", {**brought, "lines": lines})
    assert again.status == 409, again
    two = house.be("clerk1b").posts("receipt", {**brought, "lines": [{**lines[0], "quantity": "2"}]})
    assert two.status in (409, 422), two
    line = {"item": {"code": "H900"}, "serial": serial, "quantity": "1", "price": "1"}
    tries = [house.be("clerk1c").posts("ticket", {"store": {"code": "S01"}, "lines": [line]}) for _ in range(2)]
    assert [each.status for each in tries] == [201, 409], tries
    check(house.books())
