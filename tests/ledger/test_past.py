"""What the ledger answers: now, as it was, page by page."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from engine.database import Database
from engine.ledger import LedgerPlace, balances, periods, trail
from engine.ledger.past import At
from tests.ledger.making import (
    CUSTOMER,
    LAX,
    NOW,
    ONE,
    SUPPLIER,
    TWO,
    assert_clean,
    many,
    move,
    post,
    post_moves,
    posting,
    promise,
    report,
)

PLACES = (ONE, TWO, LAX, SUPPLIER, CUSTOMER)


def stock(database: Database, at: At) -> dict[str, Decimal]:
    """Apples by place."""
    with database.reading() as connection:
        found = balances.on_hand(connection, ["apple"], [place.key for place in PLACES], at=at)
    return {place: number for (_, place, _), number in found.items()}


def wander(database: Database, days: int, seed: int) -> dict[int, dict[str, Decimal]]:
    """Postings of many months in no order of time; what every place had after each, by seq."""
    chance = random.Random(seed)
    after: dict[int, dict[str, Decimal]] = {}
    for _ in range(40):
        origin, target = chance.sample((LAX, SUPPLIER, CUSTOMER), 2)
        happened = NOW - timedelta(days=chance.randrange(days))
        posted = post_moves(database, move(chance.randrange(1, 9), origin, target), happened=happened)
        after[posted.seq] = stock(database, None)
    return after


def test_as_of_a_number_is_what_was_answered_then(ledger: Database) -> None:
    for seq, answered in wander(ledger, 200, seed=1).items():
        assert stock(ledger, seq) == answered


def test_as_of_a_moment_is_the_same_with_and_without_built_months(ledger: Database) -> None:
    wander(ledger, 200, seed=2)
    moments = [NOW - timedelta(days=days, hours=5) for days in range(0, 210, 9)]
    before = [stock(ledger, moment) for moment in moments]
    assert len({tuple(each.values()) for each in before}) > 10
    built = ledger.transaction(lambda connection: periods.build_months(connection, NOW))
    assert built >= 6
    assert [stock(ledger, moment) for moment in moments] == before
    assert_clean(ledger)


def test_what_arrives_late_reaches_the_months_that_are_built(ledger: Database) -> None:
    wander(ledger, 200, seed=3)
    ledger.transaction(lambda connection: periods.build_months(connection, NOW))
    moment = NOW - timedelta(days=60)
    before = stock(ledger, moment)
    post_moves(ledger, move(5, SUPPLIER, TWO), happened=NOW - timedelta(days=100))
    many(ledger, [posting(move(2, SUPPLIER, TWO), happened=NOW - timedelta(days=70))])
    after = stock(ledger, moment)
    assert after["two"] - before["two"] == 7
    assert_clean(ledger)


def test_months_are_built_once_and_go_on(ledger: Database) -> None:
    wander(ledger, 90, seed=4)

    def build(now: datetime) -> int:
        return ledger.transaction(lambda connection: periods.build_months(connection, now))

    assert (build(NOW) > 0, build(NOW)) == (True, 0)
    post_moves(ledger, move(5, SUPPLIER, TWO), happened=NOW)
    assert build(NOW + timedelta(days=70)) == 2
    assert stock(ledger, NOW + timedelta(days=80)) == stock(ledger, None)
    assert_clean(ledger)


def test_many_are_asked_at_once_and_the_unknown_is_zero(ledger: Database) -> None:
    post(ledger, posting(promises=(promise(3, ONE),)))
    with ledger.reading() as connection:
        found = balances.figures(connection, [("apple", "one", None), ("pear", "one", None), ("apple", "x", "L")])
        free = balances.available(connection, ["apple", "rice"], ["one", "two"])
    assert [(figure.on_hand, figure.reserved, figure.available) for figure in found.values()] == [
        (10, 3, 7),
        (0, 0, 0),
        (0, 0, 0),
    ]
    assert free == {
        ("apple", "one", None): 7,
        ("apple", "two", None): 0,
        ("rice", "one", None): Decimal("2.5"),
        ("rice", "two", None): 0,
    }


def test_nothing_was_promised_in_the_past(ledger: Database) -> None:
    post(ledger, posting(promises=(promise(3, ONE),)))
    with ledger.reading() as connection:
        assert balances.reserved(connection, ["apple"], ["one"]) == {("apple", "one", None): 3}
        past = balances.figures(connection, [("apple", "one", None)], NOW)
    assert past["apple", "one", None].reserved == 0


def test_pages_go_on_where_they_stopped(ledger: Database) -> None:
    post_moves(ledger, *(move(1, SUPPLIER, TWO, "milk", lot=f"L{number}", owner="maker") for number in range(7)))
    with ledger.reading() as connection:
        whole = balances.page(connection, limit=500)
        pages: list[balances.StockRow] = []
        while more := balances.page(connection, after=pages[-1].cursor if pages else None, limit=4):
            pages.extend(more)
        lots = balances.page(connection, ["milk"], ["two"], ["L3"])
    assert pages == whole
    assert [(row.lot, row.owner, row.available) for row in lots] == [("L3", "maker", 1)]


def test_movements_go_on_after_a_number(ledger: Database) -> None:
    first = post_moves(ledger, move(1, ONE, TWO), move("0.5", ONE, TWO, "rice", value="2"))
    post_moves(ledger, move(1, TWO, ONE), source="other", person="p", reason="why")
    with ledger.reading() as connection:
        later = trail.movements(connection, after_seq=first.seq)
        of_first = trail.movements(connection, source="r", items=["rice"], places=["two", "one"])
        rest = trail.movements(connection, after=of_first[0].id, places=["one"])
        nothing = trail.movements(connection, items=["pear"])
    assert [(each.origin, each.target, each.person, each.reason) for each in later] == [("two", "one", "p", "why")]
    assert [(each.quantity, each.value) for each in of_first] == [(Decimal("0.5"), 2)]
    assert [each.source for each in rest] == ["other"]
    assert nothing == []


def test_a_trail_runs_to_the_balance(ledger: Database) -> None:
    for number in (4, 3, 2):
        post_moves(ledger, move(number, ONE, TWO))
    post_moves(ledger, move(1, TWO, ONE))
    with ledger.reading() as connection:
        steps = trail.trail(connection, "apple", "one")
        rest = trail.trail(connection, "apple", "one", after=steps[2].moved.id)
    assert [(step.change, step.balance) for step in steps] == [(10, 10), (-4, 6), (-3, 3), (-2, 1), (1, 2)]
    assert rest == steps[3:]


def test_a_trail_of_a_lot_is_of_that_lot(ledger: Database) -> None:
    post_moves(ledger, move(5, SUPPLIER, ONE, "milk", lot="L1"), move(5, SUPPLIER, ONE, "milk", lot="L2"))
    post_moves(ledger, move(2, ONE, TWO, "milk", lot="L1"))
    with ledger.reading() as connection:
        steps = trail.trail(connection, "milk", "one", "L1")
        rest = trail.trail(connection, "milk", "one", "L1", after=steps[0].moved.id)
        assert trail.trail(connection, "milk", "nowhere") == []
    assert [step.balance for step in steps] == [5, 3]
    assert rest == steps[1:]


def test_the_figures_count_what_is_there(ledger: Database) -> None:
    post_moves(ledger, move(1, ONE, LedgerPlace("new", "store")))
    figures = report(ledger).figures
    assert (figures["postings"], figures["movements"], figures["places"]) == (2, 3, 3)
