"""What one does while another has not committed: waits and is weighed on what then stands, or goes by untouched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.clock import to_stored
from engine.database import Database, open_database
from engine.database.dialects import run
from engine.errors import Kind, Refusal
from engine.ledger import Book, Hold, LedgerPlace, Movement, Posting, balances, chart, periods
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
    move,
    on_hand,
    post,
    post_moves,
    posting,
    promise,
    refused,
    report,
)
from tests.ledger.meeting import Work, meet

EARLIER = NOW - timedelta(days=1)
PAST = "SELECT count(*) FROM movement WHERE happened < :until"


@pytest.fixture
def other(ledger: Database, database_url: str) -> Iterator[Database]:
    """The same database as another process has it: with connections, locks and a memory of its own."""
    opened = open_database(database_url, pool=2)
    yield opened
    opened.close()


def posts(said: Posting) -> Work:
    """Post it."""
    return lambda connection: Book(connection).post(said)


def naming(*said: Any, **more: Any) -> Work:
    """Post a movement, another one each time."""
    return lambda connection: Book(connection).post(posting(move(*said, **more)))


def closes(unit: str = "") -> Work:
    """Close what is before now, and say how many movements of the past there are then."""

    def work(connection: Connection) -> int:
        periods.close_period(connection, NOW, unit)
        return past(connection)

    return work


def past(connection: Connection) -> int:
    """How many movements happened before now."""
    return int(run(connection, PAST, {"until": to_stored(NOW)}).scalar_one())


def outcome(answer: Any) -> Any:
    """A refusal's code; any other exception is raised."""
    if isinstance(answer, Refusal):
        return answer.code
    if isinstance(answer, Exception):
        raise answer
    return answer


NEW = LedgerPlace("new", "store")
Registering = tuple[str, str, Callable[[Connection], Any]]
NAMED: tuple[Registering, ...] = (
    ("ledger_lot", "L1", lambda connection: chart.register_lot(connection, "milk", "L1", "2027-01-31")),
    ("ledger_item", "pear", lambda connection: chart.register_item(connection, "pear", "pc", 0)),
    ("ledger_place", "new", lambda connection: chart.register_place(connection, NEW)),
    ("ledger_lot", "L1", naming(1, SUPPLIER, ONE, "milk", lot="L1")),
    ("ledger_place", "new", naming(1, SUPPLIER, NEW)),
    ("ledger_owner", "Ann", naming(1, SUPPLIER, ONE, owner="Ann")),
)
IDS = ["lot", "item", "place", "posted lot", "posted place", "posted owner"]


@pytest.mark.parametrize("undone", [False, True], ids=["kept", "undone"])
@pytest.mark.parametrize("named", NAMED, ids=IDS)
def test_what_two_name_at_once_is_there_once_and_neither_fails(
    ledger: Database, other: Database, named: Registering, undone: bool
) -> None:
    table, key, work = named
    met = meet(ledger, work, other, work, undone=undone)
    outcome(met.second)
    assert met.waited
    with ledger.reading() as connection:
        assert run(connection, f"SELECT count(*) FROM {table} WHERE key = :key", {"key": key}).scalar() == 1
    assert_clean(ledger)


def test_a_lot_that_one_registers_and_another_posts_is_one_lot_with_its_day(ledger: Database, other: Database) -> None:
    registering = NAMED[0][2]
    arriving = [posts(posting(move(3, SUPPLIER, ONE, "milk", lot="L1"))) for _ in range(2)]
    for first, second in ((registering, arriving[0]), (arriving[1], registering)):
        outcome(meet(ledger, first, other, second).second)
    with other.reading() as connection:
        assert run(connection, "SELECT expires FROM ledger_lot WHERE key = 'L1'").scalars() == ["2027-01-31"]
    assert on_hand(ledger, ONE, "milk", "L1") == 6


def late(*moves: Movement, **more: Any) -> Posting:
    """A posting of what happened before the end of the period."""
    return posting(*moves, happened=EARLIER, **more)


LATE: dict[str, Callable[[], Posting]] = {
    "strict": lambda: late(move(1, ONE, TWO)),
    "free": lambda: late(move(1, SUPPLIER, CUSTOMER)),
    "new place": lambda: late(move(1, SUPPLIER, LedgerPlace("unheard", "store"))),
    "with a promise": lambda: late(move(1, SUPPLIER, ONE), promises=(promise(1, ONE),)),
    "reversal": lambda: late(reversals=("opening",)),
}


@pytest.fixture
def opened(ledger: Database) -> Database:
    """A movement that can be reversed, after the period."""
    post_moves(ledger, move(2, SUPPLIER, LAX), cause="opening")
    return ledger


@pytest.mark.parametrize("name", LATE)
@pytest.mark.parametrize("undone", [False, True], ids=["kept", "undone"])
def test_who_closes_waits_for_who_posts_and_sees_all_that_ever_comes(
    opened: Database, other: Database, name: str, undone: bool
) -> None:
    met = meet(opened, posts(LATE[name]()), other, closes(), undone=undone)
    assert (outcome(met.second), met.waited) == (0 if undone else 1, True)
    assert refused(opened, late(move(1, SUPPLIER, LAX))).code == "period_closed"
    with opened.reading() as connection:
        assert past(connection) == met.second
    assert_clean(opened)


@pytest.mark.parametrize("name", LATE)
def test_who_posts_waits_for_who_closes_and_is_refused(opened: Database, other: Database, name: str) -> None:
    before = report(opened).figures
    met = meet(opened, closes(), other, posts(LATE[name]()))
    assert (outcome(met.second), met.waited) == ("period_closed", True)
    assert isinstance(met.second, Refusal)
    assert (met.second.kind, {"en", "zh"} <= set(met.second.says)) == (Kind.RULE, True)
    assert report(opened).figures == before


@pytest.mark.parametrize(
    ("close", "undone", "unit"),
    [("", True, ""), ("north", False, ""), ("north", False, "south"), ("north", True, "north")],
)
def test_a_close_that_is_undone_or_of_another_unit_refuses_nothing(
    ledger: Database, other: Database, close: str, undone: bool, unit: str
) -> None:
    met = meet(ledger, closes(close), other, posts(late(move(1, ONE, TWO), unit=unit)), undone=undone)
    assert outcome(met.second).movements == 1
    assert_clean(ledger)


@pytest.mark.parametrize("part", [{"promises": (promise(2, ONE),)}, {"holds": (Hold("apple", ONE),)}, {}])
def test_what_moves_nothing_is_posted_while_the_period_closes(
    ledger: Database, other: Database, part: dict[str, Any]
) -> None:
    met = meet(ledger, closes(), other, posts(late(**part)))
    assert outcome(met.second).movements == 0
    assert kept(ledger, ONE) == (2 if "promises" in part else 0)


def test_a_batch_that_meets_a_close_is_refused_where_it_is_late_and_posted_where_not(
    ledger: Database, other: Database
) -> None:
    asked = [late(move(1, ONE, TWO)), posting(move(1, ONE, TWO)), late(move(1, ONE, TWO)), posting(move(1, TWO, ONE))]
    met = meet(ledger, closes(), other, lambda connection: Book(connection).post_many(asked))
    assert isinstance(met.second, list)
    assert [getattr(each, "code", "posted") for each in met.second] == ["period_closed", "posted"] * 2
    assert (on_hand(ledger, ONE), on_hand(ledger, TWO)) == (10, 0)


@pytest.mark.parametrize("first", ["months", "posting"])
def test_months_that_are_built_while_somebody_posts_into_them_are_true(
    ledger: Database, other: Database, first: str
) -> None:
    post_moves(ledger, move(1, SUPPLIER, TWO), happened=NOW - timedelta(days=90))

    def building(connection: Connection) -> int:
        return periods.build_months(connection, NOW)

    into = posts(posting(move(5, SUPPLIER, TWO), happened=NOW - timedelta(days=60)))
    met = meet(ledger, *((building, other, into) if first == "months" else (into, other, building)))
    outcome(met.second)
    assert met.waited
    at = {days: NOW - timedelta(days=days) for days in (80, 50, 5)}
    with ledger.reading() as connection:
        stock = {days: balances.on_hand(connection, ["apple"], ["two"], at=moment) for days, moment in at.items()}
    assert {days: next(iter(each.values())) for days, each in stock.items()} == {80: 1, 50: 6, 5: 6}
    assert_clean(ledger)


def test_rules_that_change_while_somebody_posts_hold_for_him(ledger: Database, other: Database) -> None:
    post(other, posting(move(1, ONE, TWO)))
    finer = posts(posting(move("0.5", ONE, TWO)))
    met = meet(ledger, lambda connection: chart.register_item(connection, "apple", "pc", 1), other, finer)
    assert (outcome(met.second).movements, met.waited) == (1, True)
    met = meet(ledger, lambda connection: chart.register_item(connection, "apple", "pc", 2), other, finer, undone=True)
    assert outcome(met.second) == "posted_already"
    assert refused(other, posting(move("0.25", ONE, TWO))).code == "scale"


def test_one_cause_is_reversed_by_one_and_the_other_is_told_that_it_is(ledger: Database, other: Database) -> None:
    post_moves(ledger, move(4, ONE, TWO), cause="sent")
    met = meet(
        ledger,
        posts(posting(source="a", reversals=("sent",))),
        other,
        posts(posting(source="b", reversals=("sent",))),
    )
    assert (outcome(met.second), met.waited) == ("reversed_already", True)
    assert (on_hand(ledger, ONE), on_hand(ledger, TWO)) == (10, 0)
    assert_clean(ledger)


def test_for_one_balance_numbers_rise_in_the_order_of_commits(ledger: Database, other: Database) -> None:
    for first, second in ((posting(move(1, ONE, TWO)), posting(move(2, ONE, CUSTOMER))) for _ in range(3)):
        met = meet(ledger, posts(first), other, posts(second))
        assert (met.waited, met.first.seq < outcome(met.second).seq) == (True, True)


def test_who_moves_other_goods_waits_for_nobody_on_postgresql(ledger: Database, other: Database) -> None:
    post_moves(ledger, move(1, ONE, TWO), move(1, LAX, CUSTOMER))  # a place that nobody has named is made by one
    for free in (move(1, ONE, TWO, "rice"), move(1, LAX, CUSTOMER), move(2, SUPPLIER, WAY)):
        met = meet(ledger, posts(posting(move(1, ONE, TWO))), other, posts(posting(free, source="o")))
        assert (outcome(met.second).movements, met.waited) == (1, ledger.dialect == "sqlite")
    assert_clean(ledger)


def test_what_is_locked_stays_as_it_was_read_until_the_end(ledger: Database, other: Database) -> None:
    def reads(connection: Connection) -> Decimal:
        Book(connection).lock([("apple", "one"), ("apple", "two")])
        return balances.figures(connection, [("apple", "one", None)])["apple", "one", None].on_hand

    met = meet(ledger, reads, other, posts(posting(move(10, ONE, CUSTOMER))))
    assert (met.first, outcome(met.second).movements, met.waited) == (10, 1, True)
    assert on_hand(ledger, ONE) == 0


@pytest.mark.parametrize("second", [7, 0, 4])
def test_two_promises_of_one_source_that_meet_are_never_both(ledger: Database, other: Database, second: int) -> None:
    """PostgreSQL tells the one who was late to try again; on SQLite he simply comes later."""
    post(ledger, posting(promises=(promise(3, ONE),)))
    met = meet(
        ledger,
        posts(posting(promises=(promise(5, ONE),))),
        other,
        posts(posting(promises=(promise(second, ONE),))),
    )
    if isinstance(met.second, Refusal):
        assert (met.second.kind, met.second.code, ledger.dialect) == (Kind.CONFLICT, "busy", "postgresql")
        assert met.second.says["en"] != met.second.says["zh"]
    assert kept(ledger, ONE) == (5 if isinstance(met.second, Refusal) else second)
    assert_clean(ledger)


def test_a_hold_that_is_being_set_stops_who_moves_and_not_who_holds(ledger: Database, other: Database) -> None:
    holding = posts(replace(posting(source="count"), holds=(Hold("apple", ONE),)))
    met = meet(ledger, holding, other, posts(posting(move(1, ONE, TWO, line="x"))))
    assert (outcome(met.second), met.waited) == ("held", True)
    assert [each.row for each in met.second.faults] == ["x"]
    met = meet(ledger, posts(posting(move(1, ONE, TWO), source="count")), other, posts(posting(move(1, SUPPLIER, ONE))))
    assert (outcome(met.second), on_hand(ledger, ONE)) == ("held", 9)
