"""Promises, holds, serials and reversals."""

from __future__ import annotations

import pytest

from engine.database import Database
from engine.errors import Refusal
from engine.ledger import Hold, LedgerPlace, Posting, Release, Unhold, balances, chart
from tests.ledger.making import (
    CUSTOMER,
    LAX,
    ONE,
    SUPPLIER,
    TWO,
    WAY,
    assert_clean,
    kept,
    many,
    move,
    on_hand,
    post,
    post_moves,
    posting,
    promise,
    refused,
    report,
)


def promising(*promises: object, source: str = "r", **more: object) -> Posting:
    """A posting of promises alone."""
    return posting(source=source, promises=promises, **more)


@pytest.fixture
def milk(ledger: Database) -> Database:
    """Five litres of each of two lots at `one`."""
    post_moves(ledger, move(5, SUPPLIER, ONE, "milk", lot="L1"), move(5, SUPPLIER, ONE, "milk", lot="L2"))
    return ledger


def test_what_is_promised_is_kept_from_others(ledger: Database) -> None:
    post(ledger, promising(promise(8, ONE)))
    refusal = refused(ledger, posting(move(3, ONE, CUSTOMER, line="x"), source="other"))
    assert refusal.faults[0].params["available"] == "2"
    post_moves(ledger, move(2, ONE, CUSTOMER), source="other")
    assert kept(ledger, ONE) == 8
    assert_clean(ledger)


def test_a_promise_is_set_not_added(ledger: Database) -> None:
    for quantity in (8, 8, 3):
        post(ledger, promising(promise(quantity, ONE)))
    assert kept(ledger, ONE) == 3
    post(ledger, promising(promise(0, ONE)))
    assert kept(ledger, ONE) == 0
    assert report(ledger).figures["promises"] == 0


def test_more_than_there_is_cannot_be_promised(ledger: Database) -> None:
    post(ledger, promising(promise(6, ONE)))
    refusal = refused(ledger, promising(promise(5, ONE, line="row"), source="other"))
    assert (refusal.rule, refusal.faults[0].row, refusal.faults[0].params["available"]) == ("short", "row", "4")
    assert refused(ledger, promising(promise(-1, ONE))).rule == "quantity"
    assert refused(ledger, promising(promise("0.5", ONE))).rule == "scale"


def test_what_is_released_may_leave_in_the_same_posting(ledger: Database) -> None:
    post(ledger, promising(promise(10, ONE)))
    assert refused(ledger, posting(move(4, ONE, WAY))).rule == "short"
    post_moves(ledger, move(4, ONE, WAY), releases=(Release(),))
    assert (kept(ledger, ONE), on_hand(ledger, ONE)) == (0, 6)


def test_another_record_releases_nothing_of_mine(ledger: Database) -> None:
    post(ledger, promising(promise(10, ONE)))
    assert refused(ledger, posting(move(4, ONE, WAY), source="other", releases=(Release(),))).rule == "short"


def test_one_line_is_released_and_the_others_stay(ledger: Database) -> None:
    post(ledger, promising(promise(4, ONE, line="a"), promise(3, ONE, line="b")))
    post(ledger, posting(releases=(Release("a"),)))
    assert kept(ledger, ONE) == 3


def test_a_promise_moves_to_another_place(ledger: Database) -> None:
    post_moves(ledger, move(5, ONE, TWO))
    post(ledger, promising(promise(4, ONE)))
    post(ledger, promising(promise(4, TWO)))
    assert (kept(ledger, ONE), kept(ledger, TWO)) == (0, 4)
    assert_clean(ledger)


def test_what_arrives_may_be_promised_at_once(ledger: Database) -> None:
    post_moves(ledger, move(3, SUPPLIER, TWO), promises=(promise(3, TWO),))
    assert kept(ledger, TWO) == 3


def test_a_place_that_may_go_below_zero_promises_what_it_has_not(ledger: Database) -> None:
    post(ledger, promising(promise(3, LAX)))
    assert kept(ledger, LAX) == 3
    assert_clean(ledger)


def test_a_promise_of_any_lot_counts_against_all_of_them(milk: Database) -> None:
    post(milk, promising(promise(8, ONE, "milk")))
    refusal = refused(milk, posting(move(3, ONE, WAY, "milk", lot="L1"), source="other"))
    assert refusal.faults[0].params["available"] == "2"
    post_moves(milk, move(2, ONE, WAY, "milk", lot="L1"), source="other")
    with milk.reading() as connection:
        found = balances.available(connection, ["milk"], ["one"], ["L2"])
    assert found == {("milk", "one", "L2"): 0}
    assert_clean(milk)


def test_a_promise_of_a_lot_is_of_that_lot(milk: Database) -> None:
    post(milk, promising(promise(5, ONE, "milk", lot="L1")))
    assert refused(milk, posting(move(1, ONE, WAY, "milk", lot="L1"), source="other")).rule == "short"
    post_moves(milk, move(5, ONE, WAY, "milk", lot="L2"), source="other")
    assert refused(milk, promising(promise(1, ONE, "milk"), source="third")).rule == "short"


def test_promises_within_a_batch_follow_each_other(ledger: Database) -> None:
    answers = many(
        ledger,
        [
            promising(promise(10, ONE)),
            posting(move(1, ONE, WAY), source="other"),
            promising(promise(2, ONE)),
            posting(move(8, ONE, WAY), source="other"),
            posting(move(2, ONE, WAY), releases=(Release(),)),
        ],
    )
    assert [getattr(answer, "rule", "posted") for answer in answers] == ["posted", "short", *["posted"] * 3]
    assert (kept(ledger, ONE), on_hand(ledger, ONE)) == (0, 0)
    assert_clean(ledger)


def test_what_is_held_moves_for_nobody_else(ledger: Database) -> None:
    post(ledger, posting(source="count", holds=(Hold("apple", ONE, line="a"),)))
    for said in (posting(move(1, ONE, TWO, line="x")), posting(move(1, SUPPLIER, ONE, line="x"))):
        refusal = refused(ledger, said)
        assert (refusal.rule, refusal.faults[0].row) == ("held", "x")
    post_moves(ledger, move(1, ONE, TWO, "rice"))
    post_moves(ledger, move(1, ONE, TWO), source="count")
    post(ledger, posting(source="count", unholds=(Unhold(),)))
    post_moves(ledger, move(1, ONE, TWO))
    assert on_hand(ledger, TWO) == 2


def test_a_held_lot_leaves_the_other_lots_free(milk: Database) -> None:
    post(milk, posting(source="recall", holds=(Hold("milk", ONE, "L1", "a"), Hold("milk", TWO, "L1", "b"))))
    post_moves(milk, move(1, ONE, WAY, "milk", lot="L2"))
    assert refused(milk, posting(move(1, ONE, WAY, "milk", lot="L1"))).rule == "held"
    post(milk, posting(source="recall", unholds=(Unhold("b"),)))
    assert refused(milk, posting(move(1, ONE, WAY, "milk", lot="L1"))).rule == "held"
    post(milk, posting(source="recall", unholds=(Unhold("a"),)))
    post_moves(milk, move(1, ONE, WAY, "milk", lot="L1"))


def test_two_may_hold_and_both_must_let_go(ledger: Database) -> None:
    for source in ("count", "recall"):
        post(ledger, posting(source=source, holds=(Hold("apple", ONE),)))
    post(ledger, posting(source="count", unholds=(Unhold(),)))
    assert refused(ledger, posting(move(1, ONE, TWO), source="count")).rule == "held"


def test_a_serial_enters_once(ledger: Database) -> None:
    post_moves(ledger, move(1, SUPPLIER, ONE, "phone", lot="S1"))
    outside = LedgerPlace("another supplier", "supplier", "allowed")
    for origin, target in ((SUPPLIER, ONE), (SUPPLIER, TWO), (outside, TWO), (CUSTOMER, TWO)):
        refusal = refused(ledger, posting(move(1, origin, target, "phone", lot="S1", line="x")))
        assert (refusal.rule, refusal.faults[0].row) == ("serial_elsewhere", "x")


def test_a_serial_comes_back_only_from_where_it_went(ledger: Database) -> None:
    post_moves(ledger, move(1, SUPPLIER, ONE, "phone", lot="S1"))
    post_moves(ledger, move(1, ONE, CUSTOMER, "phone", lot="S1"))
    assert refused(ledger, posting(move(1, SUPPLIER, TWO, "phone", lot="S1"))).rule == "serial_elsewhere"
    post_moves(ledger, move(1, CUSTOMER, TWO, "phone", lot="S1"))
    assert on_hand(ledger, TWO, "phone", "S1") == 1
    assert_clean(ledger)


def test_a_serial_is_one_piece(ledger: Database) -> None:
    assert refused(ledger, posting(move(2, SUPPLIER, ONE, "phone", lot="S1"))).rule == "serial_one"
    twice = posting(move(1, SUPPLIER, ONE, "phone", lot="S1"), move(1, SUPPLIER, TWO, "phone", lot="S1"))
    assert refused(ledger, twice).rule == "serial_elsewhere"


def test_a_serial_may_go_two_ways_in_one_posting(ledger: Database) -> None:
    post_moves(ledger, move(1, SUPPLIER, ONE, "phone", lot="S1"), move(1, ONE, TWO, "phone", lot="S1"))
    assert (on_hand(ledger, ONE, "phone"), on_hand(ledger, TWO, "phone")) == (0, 1)
    answers = many(
        ledger,
        [
            posting(move(1, TWO, WAY, "phone", lot="S1")),
            posting(move(1, TWO, ONE, "phone", lot="S1")),
            posting(move(1, WAY, ONE, "phone", lot="S1")),
        ],
    )
    assert [getattr(answer, "rule", "posted") for answer in answers] == ["posted", "serial_elsewhere", "posted"]
    assert_clean(ledger)


def test_an_item_with_lots_does_not_become_one_with_serials(milk: Database) -> None:
    with pytest.raises(Refusal, match="item_in_use"):
        milk.transaction(lambda connection: chart.register_item(connection, "milk", "l", 0, "serial"))
    milk.transaction(lambda connection: chart.register_item(connection, "apple", "pc", 0, "serial"))
    post_moves(milk, move(1, ONE, TWO))
    assert_clean(milk)


def test_a_reversal_brings_back_exactly_what_its_cause_moved(ledger: Database) -> None:
    post_moves(ledger, move(4, ONE, TWO, value="8.40", line="x"), move("1.5", ONE, TWO, "rice"), cause="ship")
    posted = post(ledger, posting(reversals=("ship",)))
    assert (posted.movements, on_hand(ledger, ONE), on_hand(ledger, ONE, "rice")) == (
        2,
        10,
        on_hand(ledger, ONE, "rice"),
    )
    assert on_hand(ledger, TWO) == on_hand(ledger, TWO, "rice") == 0
    assert_clean(ledger)


def test_a_posting_is_reversed_once_and_a_reversal_never(ledger: Database) -> None:
    post_moves(ledger, move(4, ONE, TWO), cause="ship")
    post(ledger, posting(cause="undo", reversals=("ship",)))
    assert refused(ledger, posting(reversals=("ship",))).rule == "reversed_already"
    assert refused(ledger, posting(reversals=("undo",))).rule == "reversal"
    assert refused(ledger, posting(reversals=("never",))).rule == "nothing_to_reverse"
    assert on_hand(ledger, TWO) == 0


def test_what_has_gone_on_cannot_be_brought_back(ledger: Database) -> None:
    post_moves(ledger, move(4, ONE, TWO), cause="ship")
    post_moves(ledger, move(4, TWO, CUSTOMER))
    assert refused(ledger, posting(reversals=("ship",))).rule == "short"


def test_the_way_of_a_serial_is_reversed_backwards(ledger: Database) -> None:
    post_moves(
        ledger,
        move(1, SUPPLIER, ONE, "phone", lot="S1"),
        move(1, ONE, TWO, "phone", lot="S1"),
        cause="in",
    )
    post(ledger, posting(reversals=("in",)))
    post_moves(ledger, move(1, SUPPLIER, ONE, "phone", lot="S1"))
    assert_clean(ledger)


def test_a_reversal_stands_in_a_batch(ledger: Database) -> None:
    answers = many(
        ledger,
        [
            posting(move(4, ONE, TWO), cause="ship"),
            posting(reversals=("ship",)),
            posting(reversals=("ship",)),
            posting(move(10, ONE, TWO)),
        ],
    )
    rules = [getattr(answer, "rule", "posted") for answer in answers]
    assert rules == ["posted", "posted", "reversed_already", "posted"]
    assert_clean(ledger)
