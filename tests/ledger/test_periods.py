"""Closed periods, also while somebody posts; the months that make the past cheap; the trail of a place."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from engine.clock import to_stored
from engine.database import Database
from engine.database.dialects import run
from engine.errors import Refusal
from engine.ledger import periods
from engine.ledger.past import month_of
from engine.ledger.trail import movements, trail
from tests.ledger.making import NOW, ONE, SUPPLIER, TWO, assert_clean, many, move, post, post_moves, posting, refused

DAY = timedelta(days=1)
ROUNDS = 15


def close(database: Database, until: datetime, unit: str = "") -> Refusal | None:
    """Close a period; the refusal if it is refused."""
    try:
        database.transaction(lambda connection: periods.close_period(connection, until, unit))
    except Refusal as refusal:
        return refusal
    return None


def closed(database: Database, unit: str = "") -> datetime | None:
    """Up to when."""
    with database.reading() as connection:
        return periods.closed_until(connection, unit)


@pytest.mark.parametrize(
    ("happened", "may"),
    [
        (timedelta(microseconds=-1), False),
        (timedelta(0), True),
        (timedelta(microseconds=1), True),
        (-DAY, False),
        (DAY, True),
    ],
)
def test_what_happened_before_the_end_of_a_closed_period_is_refused_and_at_it_is_not(
    ledger: Database, happened: timedelta, may: bool
) -> None:
    assert close(ledger, NOW) is None
    said = posting(move(1, ONE, TWO), happened=NOW + happened)
    if may:
        assert post(ledger, said).movements == 1
    else:
        refusal = refused(ledger, said)
        assert (refusal.code, [fault.row for fault in refusal.faults]) == ("period_closed", [None])
    assert_clean(ledger)


def test_a_promise_is_no_movement_and_needs_no_open_period(ledger: Database) -> None:
    assert close(ledger, NOW + DAY) is None
    assert post(ledger, posting(happened=NOW)).movements == 0


@pytest.mark.parametrize(("first", "second"), [("", "unit"), ("unit", "")])
def test_the_chains_period_and_the_units_both_count(ledger: Database, first: str, second: str) -> None:
    assert close(ledger, NOW, first) is None
    assert close(ledger, NOW - DAY, second) is None
    late = posting(move(1, ONE, TWO), happened=NOW - timedelta(hours=1))
    if first == "":
        assert refused(ledger, posting(move(1, ONE, TWO), happened=late.happened, unit="unit")).code == "period_closed"
        assert refused(ledger, late).code == "period_closed"
    else:
        assert refused(ledger, posting(move(1, ONE, TWO), happened=late.happened, unit="unit")).code == "period_closed"
        assert post(ledger, late).movements == 1
        assert post(ledger, posting(move(1, ONE, TWO), happened=late.happened, unit="another")).movements == 1


def test_a_period_goes_forward_only_and_saying_it_again_is_no_fault(ledger: Database) -> None:
    assert closed(ledger) is None
    assert close(ledger, NOW) is None
    assert close(ledger, NOW) is None
    back = close(ledger, NOW - timedelta(microseconds=1))
    assert back is not None
    assert (back.code, closed(ledger)) == ("period_closed", NOW)
    assert close(ledger, NOW + DAY) is None
    assert (closed(ledger), closed(ledger, "unit")) == (NOW + DAY, None)


def test_a_reversal_of_the_closed_past_is_posted_today(ledger: Database) -> None:
    """A correction is a reversal: it happens now, and the closed period stays as it was."""
    post_moves(ledger, move(4, ONE, TWO), cause="mistake", happened=NOW - DAY)
    assert close(ledger, NOW) is None
    assert refused(ledger, posting(reversals=("mistake",), happened=NOW - DAY)).code == "period_closed"
    assert post(ledger, posting(reversals=("mistake",), happened=NOW)).movements == 1
    assert_clean(ledger)


@dataclass
class Race:
    """What came of a posting of the past and a close that met."""

    refusal: str | None = "nothing yet"
    before: int = -1
    """Movements of the past that the one who closed saw."""


def _meet(ledger: Database, until: datetime) -> Race:
    race, both = Race(), threading.Barrier(2)
    past = "SELECT count(*) FROM movement WHERE happened < :until"

    def closing() -> None:
        def work(connection: Connection) -> None:
            periods.close_period(connection, until)
            race.before = int(run(connection, past, {"until": to_stored(until)}).scalar_one())

        both.wait(20)
        ledger.transaction(work)

    def posting_late() -> None:
        said = posting(move(1, SUPPLIER, ONE), happened=until - timedelta(seconds=1))
        both.wait(20)
        (answer,) = many(ledger, [said])
        race.refusal = answer.code if isinstance(answer, Refusal) else None

    threads = [threading.Thread(target=each) for each in (closing, posting_late)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return race


def test_nothing_slips_into_a_period_while_it_is_being_closed(ledger: Database) -> None:
    """Who closes waits for whoever posts; what he then sees of the past is all that there will ever be."""
    past = "SELECT count(*) FROM movement WHERE happened < :until"
    for number in range(ROUNDS):
        until = NOW + DAY * (number + 1)
        race = _meet(ledger, until)
        with ledger.reading() as connection:
            there = int(run(connection, past, {"until": to_stored(until)}).scalar_one())
            mine = sum(each.happened == until - timedelta(seconds=1) for each in movements(connection, limit=500))
        assert race.refusal in (None, "period_closed")
        assert (there, mine) == (race.before, int(race.refusal is None)), number
    assert_clean(ledger)


@pytest.mark.parametrize(
    ("moment", "begins"),
    [
        (datetime(2026, 3, 10, 8, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, 7, tzinfo=ZoneInfo("Asia/Shanghai")), datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=ZoneInfo("America/New_York")), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_month_begins_in_utc(moment: datetime, begins: datetime) -> None:
    assert month_of(moment) == begins


def test_months_of_an_empty_ledger_are_none(database: Database) -> None:
    assert database.transaction(lambda connection: periods.build_months(connection, NOW)) == 0


def test_a_trail_in_pages_is_the_trail_at_once(ledger: Database) -> None:
    for number in range(7):
        post_moves(ledger, move(number + 1, SUPPLIER, ONE, "milk", lot=f"M{number % 2}"))
        post_moves(ledger, move(1, ONE, TWO, "milk", lot=f"M{number % 2}"))
    for lot in (None, "M0", "M1", "M7"):
        with ledger.reading() as connection:
            whole = trail(connection, "milk", "one", lot, limit=100)
            pages, after = [], 0
            while page := trail(connection, "milk", "one", lot, after=after, limit=3):
                pages += page
                after = page[-1].moved.id
        assert pages == whole
        balance = Decimal(0)
        for step in whole:
            balance += step.change
            assert (step.balance, step.moved.lot in (lot, step.moved.lot)) == (balance, True)
        assert balance == {None: Decimal(21), "M0": Decimal(12), "M1": Decimal(9), "M7": Decimal(0)}[lot]


def test_a_trail_of_what_is_unknown_is_empty(ledger: Database) -> None:
    with ledger.reading() as connection:
        for item, place, lot in (("ghost", "one", None), ("apple", "nowhere", None), ("apple", "one", "none")):
            assert trail(connection, item, place, lot) == []


def test_movements_are_asked_by_item_place_source_and_number(ledger: Database) -> None:
    first = post_moves(ledger, move(2, ONE, TWO), move(1, ONE, TWO, "rice"), source="s1")
    second = post_moves(ledger, move(2, TWO, ONE), source="s2")
    with ledger.reading() as connection:

        def asked(**by: object) -> list[tuple[str, str]]:
            found = movements(connection, **by)  # type: ignore[arg-type]
            return [(each.source, each.item) for each in found if each.source != "opening"]

        assert asked(source="s1") == [("s1", "apple"), ("s1", "rice")]
        assert asked(items=["rice"]) == [("s1", "rice")]
        assert asked(items=["rice", "apple"], places=["two"]) == [("s1", "apple"), ("s1", "rice"), ("s2", "apple")]
        assert asked(after_seq=first.seq) == [("s2", "apple")]
        assert asked(after_seq=second.seq) == asked(items=["ghost"]) == asked(places=[]) == asked(items=[]) == []
        assert len(movements(connection, limit=1)) == 1
