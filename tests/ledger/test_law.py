"""The ledger's law, one sentence per test."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.database.dialects import run
from engine.errors import Kind, Refusal
from engine.ledger import Book, LedgerPlace, Posted, balances, chart, periods
from tests.ledger.making import (
    CUSTOMER,
    LAX,
    NOW,
    ONE,
    SUPPLIER,
    TWO,
    WAY,
    assert_clean,
    many,
    move,
    on_hand,
    post,
    post_moves,
    posting,
    refused,
    report,
)


def test_goods_leave_one_place_and_reach_the_other(ledger: Database) -> None:
    post_moves(ledger, move(4, ONE, WAY))
    assert (on_hand(ledger, ONE), on_hand(ledger, WAY), on_hand(ledger, SUPPLIER)) == (6, 4, -10)
    assert_clean(ledger)


def test_what_is_not_there_cannot_leave_and_the_refusal_says_how_much_there_is(ledger: Database) -> None:
    refusal = refused(ledger, posting(move(11, ONE, WAY, line="row-1")))
    assert (refusal.kind, refusal.rule, refusal.status) == (Kind.RULE, "short", 409)
    (fault,) = refusal.faults
    assert (fault.row, fault.params["available"], fault.params["asked"]) == ("row-1", "10", "11")
    assert fault.says["zh"] == "需要 11，可用 10。"
    assert on_hand(ledger, ONE) == 10


def test_the_last_piece_can_leave(ledger: Database) -> None:
    post_moves(ledger, move(10, ONE, CUSTOMER))
    assert on_hand(ledger, ONE) == 0


def test_lines_are_weighed_together_and_every_one_is_told(ledger: Database) -> None:
    refusal = refused(ledger, posting(move(6, ONE, WAY, line="a"), move(5, ONE, CUSTOMER, line="b")))
    assert [(fault.row, fault.params["asked"]) for fault in refusal.faults] == [("a", "11"), ("b", "11")]


def test_every_short_item_is_told_at_once(ledger: Database) -> None:
    refusal = refused(ledger, posting(move(11, ONE, WAY, line="a"), move(3, ONE, WAY, "rice", line="b")))
    assert {fault.row for fault in refusal.faults} == {"a", "b"}


def test_what_comes_and_goes_in_one_posting_may_pass_through(ledger: Database) -> None:
    post_moves(ledger, move(3, TWO, CUSTOMER), move(3, ONE, TWO))
    assert (on_hand(ledger, TWO), on_hand(ledger, CUSTOMER)) == (0, 3)


def test_a_place_that_allows_it_goes_below_zero(ledger: Database) -> None:
    post_moves(ledger, move(5, LAX, CUSTOMER))
    assert on_hand(ledger, LAX) == -5
    assert_clean(ledger)


def test_a_place_that_becomes_strict_is_held_to_it_from_then_on(ledger: Database) -> None:
    post_moves(ledger, move(5, LAX, CUSTOMER))
    strict = LedgerPlace("lax", "store")
    assert refused(ledger, posting(move(1, strict, CUSTOMER))).rule == "short"
    post_moves(ledger, move(7, SUPPLIER, strict))
    assert refused(ledger, posting(move(3, strict, CUSTOMER))).rule == "short"
    post_moves(ledger, move(2, strict, CUSTOMER))
    assert_clean(ledger)


@pytest.mark.parametrize(
    ("quantity", "item", "code"),
    [
        ("0", "apple", "quantity"),
        ("-1", "apple", "quantity"),
        ("0.5", "apple", "scale"),
        ("0.0001", "rice", "scale"),
        ("1E-30", "rice", "scale"),
        ("1E+13", "apple", "quantity"),
        ("1E+400", "apple", "quantity"),
        ("1", "pear", "unknown_item"),
    ],
)
def test_a_quantity_that_the_item_cannot_have_is_refused(ledger: Database, quantity: str, item: str, code: str) -> None:
    refusal = refused(ledger, posting(move(quantity, SUPPLIER, ONE, item, line="x")))
    assert [(fault.code, fault.row) for fault in refusal.faults] == [(code, "x")]


def test_a_quantity_keeps_every_digit(ledger: Database) -> None:
    post_moves(ledger, move("123456789012.345", SUPPLIER, TWO, "rice"))
    assert on_hand(ledger, TWO, "rice") == Decimal("123456789012.345")


def test_a_balance_that_would_leave_64_bits_is_refused_not_broken(ledger: Database) -> None:
    for _ in range(2):
        post_moves(ledger, move(10**12, SUPPLIER, TWO))
    assert refused(ledger, posting(move(10**12, SUPPLIER, TWO))).rule == "too_large"


def test_goods_cannot_move_to_where_they_are(ledger: Database) -> None:
    assert refused(ledger, posting(move(1, ONE, ONE))).rule == "same_place"


def test_a_key_is_posted_once_for_ever(ledger: Database) -> None:
    post_moves(ledger, move(1, ONE, TWO, key="k"))
    assert refused(ledger, posting(move(1, ONE, TWO, key="k"), source="other")).rule == "posted_already"
    assert refused(ledger, posting(move(1, ONE, TWO, key="n"), move(1, ONE, TWO, key="n"))).rule == "posted_already"
    assert on_hand(ledger, TWO) == 1


def test_a_refusal_leaves_nothing(ledger: Database) -> None:
    before = report(ledger)
    stranger = LedgerPlace("stranger", "store")
    refused(ledger, posting(move(1, ONE, stranger, lot="new"), move(99, ONE, TWO)))
    after = report(ledger)
    assert (after.root, dict(after.figures)) == (before.root, dict(before.figures))


def test_the_closed_past_takes_no_posting(ledger: Database) -> None:
    ledger.transaction(lambda connection: periods.close_period(connection, NOW))
    assert refused(ledger, posting(move(1, ONE, TWO), happened=NOW - timedelta(seconds=1))).rule == "period_closed"
    post_moves(ledger, move(1, ONE, TWO), happened=NOW)
    assert on_hand(ledger, TWO) == 1


def test_a_unit_closes_its_own_period(ledger: Database) -> None:
    ledger.transaction(lambda connection: periods.close_period(connection, NOW, "north"))
    earlier = NOW - timedelta(days=1)
    assert refused(ledger, posting(move(1, ONE, TWO), happened=earlier, unit="north")).rule == "period_closed"
    post_moves(ledger, move(1, ONE, TWO), happened=earlier, unit="south")
    with ledger.reading() as connection:
        assert (periods.closed_until(connection, "north"), periods.closed_until(connection)) == (NOW, None)


def test_a_closed_period_stays_closed(ledger: Database) -> None:
    ledger.transaction(lambda connection: periods.close_period(connection, NOW))
    with pytest.raises(Refusal, match="period_closed"):
        ledger.transaction(lambda connection: periods.close_period(connection, NOW - timedelta(days=1)))


def test_goods_of_others_are_counted_apart(ledger: Database) -> None:
    post_moves(ledger, move(5, SUPPLIER, TWO, owner="maker"))
    assert refused(ledger, posting(move(1, TWO, CUSTOMER))).rule == "short"
    post_moves(ledger, move(2, TWO, CUSTOMER, owner="maker"))
    assert on_hand(ledger, TWO) == 3
    assert_clean(ledger)


def test_a_lot_is_counted_apart(ledger: Database) -> None:
    post_moves(ledger, move(5, SUPPLIER, ONE, "milk", lot="L1"), move(5, SUPPLIER, ONE, "milk", lot="L2"))
    assert refused(ledger, posting(move(6, ONE, TWO, "milk", lot="L1"))).rule == "short"
    post_moves(ledger, move(5, ONE, TWO, "milk", lot="L1"))
    assert (on_hand(ledger, ONE, "milk", "L1"), on_hand(ledger, ONE, "milk")) == (0, 5)


def test_one_lot_number_of_two_items_is_two_lots(ledger: Database) -> None:
    post_moves(ledger, move(1, SUPPLIER, ONE, "milk", lot="L"), move(1, SUPPLIER, ONE, "rice", lot="L"))
    assert (on_hand(ledger, ONE, "milk", "L"), on_hand(ledger, ONE, "rice", "L")) == (1, 1)


def test_money_moves_by_the_same_law(ledger: Database) -> None:
    cash, payable = LedgerPlace("one/cash", "cash"), LedgerPlace("chain/payable", "payable", "allowed")
    post_moves(ledger, move("12.34", payable, cash, "CNY"))
    assert refused(ledger, posting(move("12.35", cash, payable, "CNY"))).rule == "short"
    assert refused(ledger, posting(move("1.005", cash, payable, "CNY"))).rule == "scale"


@pytest.mark.parametrize("table", ["movement", "posting"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET recorded = 0", "DELETE FROM {}"])
def test_what_is_posted_is_never_changed(ledger: Database, table: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        ledger.transaction(lambda connection: run(connection, statement.format(table)))
    assert report(ledger).figures["movements"] == 2


def test_numbers_rise_in_the_order_of_posting(ledger: Database) -> None:
    numbers = [post_moves(ledger, move(1, ONE, TWO)).seq for _ in range(3)]
    assert numbers == sorted(set(numbers))
    drawn = ledger.transaction(lambda connection: Book(connection).draw_seq())
    assert drawn > numbers[-1]


def test_a_number_drawn_before_is_used(ledger: Database) -> None:
    def work(connection: object) -> Posted:
        book = Book(connection)  # type: ignore[arg-type]
        book.lock([("apple", "one"), ("apple", "nowhere")])
        seq = book.draw_seq()
        posted = book.post(posting(move(1, ONE, TWO), seq=seq))
        assert posted.seq == seq
        return posted

    assert ledger.transaction(work).movements == 1


def test_an_item_that_has_moved_keeps_its_unit(ledger: Database) -> None:
    ledger.transaction(lambda connection: chart.register_item(connection, "CNY", "yuan", 2))
    with pytest.raises(Refusal, match="item_in_use"):
        ledger.transaction(lambda connection: chart.register_item(connection, "apple", "kg", 0))


def test_a_finer_scale_holds_at_once_in_every_book(ledger: Database) -> None:
    assert refused(ledger, posting(move("0.5", ONE, TWO))).rule == "scale"
    ledger.transaction(lambda connection: chart.register_item(connection, "apple", "pc", 2))
    post_moves(ledger, move("0.5", ONE, TWO))
    with pytest.raises(Refusal, match="item_in_use"):
        ledger.transaction(lambda connection: chart.register_item(connection, "apple", "pc", 0))
    assert on_hand(ledger, TWO) == Decimal("0.5")


def test_an_id_of_a_transaction_that_was_rolled_back_is_not_remembered(ledger: Database) -> None:
    lost, kept = LedgerPlace("lost", "store"), LedgerPlace("kept", "store")
    refused(ledger, posting(move(1, ONE, lost), move(99, ONE, TWO)))
    post_moves(ledger, move(1, ONE, kept))
    post_moves(ledger, move(2, ONE, lost))
    assert (on_hand(ledger, kept), on_hand(ledger, lost)) == (1, 2)


def test_an_item_registered_and_rolled_back_is_unknown(ledger: Database) -> None:
    def work(connection: object) -> None:
        chart.register_item(connection, "pear", "pc", 0)  # type: ignore[arg-type]
        Book(connection).post(posting(move(1, SUPPLIER, ONE, "pear")))  # type: ignore[arg-type]
        raise KeyError("something else went wrong")

    with pytest.raises(KeyError):
        ledger.transaction(work)
    assert refused(ledger, posting(move(1, SUPPLIER, ONE, "pear"))).rule == "unknown_item"


def test_a_batch_is_as_if_posted_one_after_another(ledger: Database) -> None:
    first, second, third = (posting(move(number, ONE, TWO, line="x")) for number in (6, 6, 4))
    again = posting(first.moves[0])
    answers = many(ledger, [first, second, again, third])
    assert [getattr(answer, "rule", "posted") for answer in answers] == ["posted", "short", "posted_already", "posted"]
    assert answers[1].faults[0].params["available"] == "4"  # type: ignore[union-attr]
    assert (on_hand(ledger, ONE), on_hand(ledger, TWO)) == (0, 10)
    assert_clean(ledger)


def test_a_batch_sees_what_was_posted_before_it(ledger: Database) -> None:
    early = posting(move(1, ONE, TWO))
    post(ledger, early)
    answers = many(ledger, [posting(early.moves[0]), posting(move(1, ONE, TWO))])
    assert [isinstance(answer, Posted) for answer in answers] == [False, True]


def test_places_have_places_below_them(ledger: Database) -> None:
    damaged = LedgerPlace("one/damaged", "damaged", parent="one")
    bin_one = LedgerPlace("one/damaged/bin", "bin", parent="one/damaged")
    post_moves(ledger, move(1, ONE, damaged), move(1, ONE, bin_one))
    with ledger.reading() as connection:
        assert balances.below(connection, "one") == ("one", "one/damaged", "one/damaged/bin")
