"""Every way in which the ledger says no: its code, the line it means, its figures, its words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.database import Database
from engine.errors import Kind, Refusal
from engine.ledger import Hold, LedgerPlace, Movement, Posting, Release, Unhold
from engine.ledger.refusals import WORDS
from engine.quantities import LARGEST
from tests.ledger.making import (
    CUSTOMER,
    LAX,
    NOW,
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

MOST = 10**12


@pytest.fixture
def shop(ledger: Database) -> Database:
    """Two lots of milk, a phone, and somebody's hold on lot M2."""
    post_moves(
        ledger,
        move(5, SUPPLIER, ONE, "milk", lot="M1"),
        move(5, SUPPLIER, ONE, "milk", lot="M2"),
        move(1, SUPPLIER, ONE, "phone", lot="P1"),
        move(3, SUPPLIER, ONE, "apple", owner="Ann"),
    )
    post(ledger, replace(posting(source="keeper"), holds=(Hold("milk", ONE, "M2", "h", "keep"),)))
    return ledger


@dataclass(frozen=True)
class Case:
    """What is posted, and what is said of it: code and line of each fault, in any order, and figures of the first."""

    name: str
    moves: tuple[Movement, ...]
    says: tuple[tuple[str, str | None], ...]
    figures: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def line(name: str, *said: Any, **more: Any) -> Movement:
    """A movement on a line of this name."""
    return move(*said, line=name, **more)


CASES = (
    Case("nothing moves", (line("a", 0, ONE, TWO),), (("quantity", "a"),), {"item": "apple"}),
    Case("less than nothing", (line("a", -1, ONE, TWO),), (("quantity", "a"),), {"item": "apple"}),
    Case("too much", (line("a", MOST + 1, SUPPLIER, ONE),), (("quantity", "a"),), {"item": "apple"}),
    Case("too fine for the item", (line("a", "0.5", ONE, TWO),), (("scale", "a"),), {"item": "apple"}),
    Case("too fine for the ledger", (line("a", "0.0000001", SUPPLIER, ONE, "rice"),), (("scale", "a"),)),
    Case("too fine by one digit", (line("a", "0.0001", SUPPLIER, ONE, "rice"),), (("scale", "a"),)),
    Case("to where it is", (line("a", 1, ONE, ONE),), (("same_place", "a"),), {"item": "apple"}),
    Case("of nothing known", (line("a", 1, ONE, TWO, "ghost"),), (("unknown_item", "a"),), {"item": "ghost"}),
    Case("a serial of two", (line("a", 2, SUPPLIER, ONE, "phone", lot="P9"),), (("serial_one", "a"),), {"lot": "P9"}),
    Case("a serial from elsewhere", (line("a", 1, LAX, TWO, "phone", lot="P1"),), (("serial_elsewhere", "a"),)),
    Case("held", (line("a", 1, ONE, TWO, "milk", lot="M2"),), (("held", "a"),), {"item": "milk", "lot": "M2"}),
    Case("held where it comes to", (line("a", 1, SUPPLIER, ONE, "milk", lot="M2"),), (("held", "a"),)),
    Case(
        "short",
        (line("a", 14, ONE, TWO),),
        (("short", "a"),),
        {"item": "apple", "place": "one", "available": "10", "asked": "14"},
    ),
    Case("short of a lot", (line("a", 6, ONE, TWO, "milk", lot="M1"),), (("short", "a"),), {"lot": "M1", "asked": "6"}),
    Case("short of one owner's", (line("a", 4, ONE, TWO, owner="Ann"),), (("short", "a"),), {"available": "3"}),
    Case("short where nothing ever was", (line("a", 1, TWO, ONE),), (("short", "a"),), {"available": "0"}),
    Case(
        "two lines of one item, each told what both ask",
        (line("a", 6, ONE, TWO), line("b", 5, ONE, CUSTOMER)),
        (("short", "a"), ("short", "b")),
        {"available": "10", "asked": "11"},
    ),
    Case(
        "several laws at once",
        (
            line("a", 0, ONE, TWO),
            line("b", 1, ONE, ONE),
            line("c", "0.5", ONE, TWO),
            line("d", 9, TWO, ONE),
            line("e", 1, ONE, TWO, "ghost"),
        ),
        (("quantity", "a"), ("same_place", "b"), ("scale", "c"), ("short", "d"), ("unknown_item", "e")),
    ),
    Case("promised below zero", (), (("quantity", "p"),), {}, {"promises": (promise(-1, ONE, line="p"),)}),
    Case("promised too finely", (), (("scale", "p"),), {}, {"promises": (promise("1.5", ONE, line="p"),)}),
    Case(
        "promised of nothing known", (), (("unknown_item", "p"),), {}, {"promises": (promise(1, ONE, "x", line="p"),)}
    ),
    Case(
        "promised more than there is",
        (),
        (("short", "p"),),
        {"available": "13", "asked": "14", "item": "apple"},
        {"promises": (promise(14, ONE, line="p"),)},
    ),
    Case("a hold of nothing known", (), (("unknown_item", "h"),), {}, {"holds": (Hold("x", ONE, None, "h"),)}),
    Case("nothing to reverse", (), (("nothing_to_reverse", None),), {"cause": "never"}, {"reversals": ("never",)}),
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_refusal_names_every_fault_with_its_line(shop: Database, case: Case) -> None:
    before = report(shop).root
    refusal = refused(shop, posting(*case.moves, **case.more))
    assert sorted((fault.code, fault.row) for fault in refusal.faults) == sorted(case.says)
    told = {name: str(value) for name, value in refusal.faults[0].params.items()}
    assert {name: told.get(name) for name in case.figures} == dict(case.figures)
    assert (refusal.kind, refusal.code) == (Kind.RULE, refusal.faults[0].code)
    assert report(shop).root == before
    assert_clean(shop)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_law_is_worded_in_both_languages(code: str) -> None:
    en, zh = WORDS[code]["en"], WORDS[code]["zh"]
    assert en.isascii()
    assert en.endswith(".")
    assert zh.endswith("。")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in zh)


ALLOWED = (
    Case("the last piece", (move(10, ONE, TWO),), ()),
    Case("all that a scale can say", (move("2.499", ONE, TWO, "rice"),), ()),
    Case("the largest quantity", (move(MOST, SUPPLIER, LAX),), ()),
    Case("from a place that may owe", (move(7, LAX, ONE),), ()),
    Case("a lot that nobody holds", (move(5, ONE, TWO, "milk", lot="M1"),), ()),
    Case("a serial from where it is", (move(1, ONE, TWO, "phone", lot="P1"),), ()),
    Case("what came in the same posting", (move(4, SUPPLIER, WAY), move(4, WAY, TWO)), ()),
    Case("one owner's own", (move(3, ONE, TWO, owner="Ann"),), ()),
    Case("all that is promised", (), (), {}, {"promises": (promise(10, ONE),)}),
    Case("nothing promised", (), (), {}, {"promises": (promise(0, TWO),)}),
    Case("nothing at all", (), ()),
)


@pytest.mark.parametrize("case", ALLOWED, ids=[case.name for case in ALLOWED])
def test_what_stands_just_inside_the_law_is_posted(shop: Database, case: Case) -> None:
    assert post(shop, posting(*case.moves, **case.more)).movements == len(case.moves)
    assert_clean(shop)


def test_a_balance_stops_a_quarter_short_of_what_fits(ledger: Database) -> None:
    largest = Decimal(LARGEST // 4).scaleb(-6).to_integral_value(rounding="ROUND_FLOOR")
    full, rest = divmod(int(largest), MOST)
    post_moves(ledger, *(move(MOST, LAX, TWO) for _ in range(full)), move(rest, LAX, TWO))
    assert on_hand(ledger, TWO) == largest
    assert refused(ledger, posting(move(1, SUPPLIER, TWO))).code == "too_large"
    post_moves(ledger, move(MOST, TWO, ONE))
    assert_clean(ledger)


def test_a_promise_that_is_freed_serves_a_movement_of_the_same_posting_and_no_other(ledger: Database) -> None:
    post(ledger, posting(source="mine", promises=(promise(10, ONE),)))
    assert refused(ledger, posting(move(1, ONE, TWO), source="other")).code == "short"
    freeing = replace(posting(move(10, ONE, TWO), source="other"), releases=(Release(),))
    assert refused(ledger, freeing).code == "short"
    post(ledger, replace(posting(move(10, ONE, TWO), source="mine"), releases=(Release(),)))
    assert (on_hand(ledger, ONE), kept(ledger, ONE)) == (Decimal(0), Decimal(0))
    assert_clean(ledger)


def test_who_holds_moves_it_himself_and_lets_go_line_by_line(shop: Database) -> None:
    taking = posting(move(1, ONE, TWO, "milk", lot="M2", line="x"), source="keeper")
    post(shop, taking)
    assert refused(shop, posting(move(1, ONE, TWO, "milk", lot="M2"))).code == "held"
    post(shop, replace(posting(source="keeper"), unholds=(Unhold("another line"),)))
    assert refused(shop, posting(move(1, ONE, TWO, "milk", lot="M2"))).code == "held"
    post(shop, replace(posting(source="keeper"), unholds=(Unhold("h"),)))
    post_moves(shop, move(1, ONE, TWO, "milk", lot="M2"))
    assert_clean(shop)


def test_a_hold_without_a_lot_holds_every_lot_and_the_place_it_names_only(shop: Database) -> None:
    post(shop, replace(posting(source="keeper"), holds=(Hold("milk", ONE, None, "a", "all"),)))
    for lot in ("M1", "M2", "M3"):
        assert refused(shop, posting(move(1, ONE, TWO, "milk", lot=lot))).code == "held"
        assert refused(shop, posting(move(1, SUPPLIER, ONE, "milk", lot=lot))).code == "held"
    post_moves(shop, move(1, SUPPLIER, TWO, "milk", lot="M1"), move(1, ONE, TWO, "rice"))
    assert_clean(shop)


@pytest.mark.parametrize("at", [timedelta(days=-400), timedelta(0), timedelta(days=400)])
def test_when_something_happened_does_not_decide_whether_there_is_enough(ledger: Database, at: timedelta) -> None:
    """Business time is information; the order of posting decides."""
    post_moves(ledger, move(10, ONE, TWO), happened=NOW + at)
    assert refused(ledger, posting(move(1, ONE, TWO), happened=NOW + at)).code == "short"
    assert_clean(ledger)


def test_in_a_batch_each_is_weighed_on_what_those_before_it_left(ledger: Database) -> None:
    asked: list[Posting] = [
        posting(move(6, ONE, TWO)),
        posting(move(6, ONE, TWO, line="x")),
        posting(move(4, ONE, TWO)),
        posting(move(1, ONE, TWO)),
        posting(move(1, TWO, LedgerPlace("three", "store"))),
    ]
    answers = many(ledger, asked)
    told = [each.code if isinstance(each, Refusal) else each.movements for each in answers]
    assert told == [1, "short", 1, "short", 1]
    second = answers[1]
    assert isinstance(second, Refusal)
    assert (second.faults[0].params["available"], second.faults[0].row) == ("4", "x")
    assert_clean(ledger)
