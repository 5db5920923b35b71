"""Two at once: exactly one wins, the other is told why, and everything recounts. 200 rounds on each database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.database import Database
from engine.errors import Refusal
from engine.ledger import Book, Hold, LedgerPlace, Posting
from tests.ledger.making import (
    CUSTOMER,
    ONE,
    SUPPLIER,
    TWO,
    assert_clean,
    chart_items,
    move,
    post_moves,
    posting,
    promise,
)

ROUNDS = 200
Pair = Callable[[int, LedgerPlace], tuple[Posting, Posting]]


def both(database: Database, first: Posting, second: Posting) -> list[str]:
    """Post two postings at the same moment; `posted` or the rule that refused, in order."""
    gate = threading.Barrier(2)

    def attempt(said: Posting) -> str:
        gate.wait()
        try:
            database.transaction(lambda connection: Book(connection).post(said))
        except Refusal as refusal:
            return refusal.code
        return "posted"

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(attempt, (first, second)))


def last_piece(number: int, place: LedgerPlace) -> tuple[Posting, Posting]:
    """The last piece is sold twice."""
    said = [posting(move(1, place, CUSTOMER), source=f"{number}/{name}") for name in "ab"]
    return said[0], said[1]


def reserve_and_ship(number: int, place: LedgerPlace) -> tuple[Posting, Posting]:
    """One promises the last piece, another sells it."""
    return posting(source=f"{number}/a", promises=(promise(1, place),)), last_piece(number, place)[1]


def promise_of_any_lot_and_ship(number: int, place: LedgerPlace) -> tuple[Posting, Posting]:
    """One promises a litre of any lot, another sells the last litre of the only lot."""
    shipping = posting(move(1, place, CUSTOMER, "milk", lot="L1"), source=f"{number}/b")
    return posting(source=f"{number}/a", promises=(promise(1, place, "milk"),)), shipping


def two_promises(number: int, place: LedgerPlace) -> tuple[Posting, Posting]:
    """Two promise the last litre, one of any lot, one of the lot."""
    said = [
        posting(source=f"{number}/{name}", promises=(promise(1, place, "milk", lot=lot),))
        for name, lot in (("a", None), ("b", "L1"))
    ]
    return said[0], said[1]


def one_key(number: int, place: LedgerPlace) -> tuple[Posting, Posting]:
    """One thing is posted twice."""
    said = [posting(move(1, SUPPLIER, place, key=f"{number}/key"), source=f"{number}/{name}") for name in "ab"]
    return said[0], said[1]


def serial_twice(number: int, place: LedgerPlace) -> tuple[Posting, Posting]:
    """One serial enters at two places."""
    said = [
        posting(move(1, SUPPLIER, target, "phone", lot=f"S{number}"), source=f"{number}/{target.key}")
        for target in (place, TWO)
    ]
    return said[0], said[1]


@pytest.mark.long
@pytest.mark.parametrize(
    ("pair", "loses"),
    [
        (last_piece, "short"),
        (reserve_and_ship, "short"),
        (promise_of_any_lot_and_ship, "short"),
        (two_promises, "short"),
        (one_key, "posted_already"),
        (serial_twice, "serial_elsewhere"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_exactly_one_wins(database: Database, pair: Pair, loses: str) -> None:
    chart_items(database)
    for number in range(ROUNDS):
        place = LedgerPlace(f"place-{number}", "store")
        post_moves(database, move(1, SUPPLIER, place), move(1, SUPPLIER, place, "milk", lot="L1"))
        assert sorted(both(database, *pair(number, place))) == sorted(["posted", loses]), number
    assert_clean(database)


@pytest.mark.long
def test_a_hold_and_a_move_go_one_after_the_other(database: Database) -> None:
    chart_items(database)
    for number in range(ROUNDS):
        place = LedgerPlace(f"place-{number}", "store")
        post_moves(database, move(1, SUPPLIER, place))
        holding = posting(source=f"{number}/a", holds=(Hold("apple", place),))
        held, moved = both(database, holding, posting(move(1, place, CUSTOMER), source=f"{number}/b"))
        assert (held, moved) in (("posted", "posted"), ("posted", "held"))
        with pytest.raises(Refusal, match="held"):
            post_moves(database, move(1, SUPPLIER, place), source="third")
    assert_clean(database)


@pytest.mark.long
def test_crossing_postings_end_without_a_dead_lock_that_anybody_sees(database: Database) -> None:
    chart_items(database)
    post_moves(database, *(move(500, SUPPLIER, place, item) for place in (ONE, TWO) for item in ("apple", "rice")))
    for number in range(ROUNDS):
        there = posting(move(1, ONE, TWO), move(1, ONE, TWO, "rice"), source=f"{number}/a")
        back = posting(move(1, TWO, ONE, "rice"), move(1, TWO, ONE), source=f"{number}/b")
        assert both(database, there, back) == ["posted", "posted"]
    assert_clean(database)
