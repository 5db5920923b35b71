"""Long random stories on a narrow stage, so that every law is met often; the past is asked against a plain replay.

The stories of `test_model` wander widely; these meet: two places, three sources, one item of each kind, much held and
promised. A story that does not meet every law is no good, and says so.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from engine.database import Database
from engine.errors import Refusal
from engine.ledger import (
    Book,
    Hold,
    LedgerPlace,
    Movement,
    Posted,
    Posting,
    Promise,
    Release,
    Unhold,
    balances,
    periods,
)
from engine.ledger.past import At
from tests.ledger.making import CUSTOMER, LAX, NOW, ONE, SUPPLIER, TWO, assert_clean, chart_items, report

PLACES = (ONE, TWO, LAX, SUPPLIER, CUSTOMER)
STRICT = frozenset({ONE.key, TWO.key})
LOTS: dict[str, tuple[str | None, ...]] = {"apple": (None,), "milk": ("L1", "L2"), "phone": ("S1", "S2")}
STEPS = 160
LAWS = {"short", "held", "serial_elsewhere", "reversed_already", "reversal"}

Key = tuple[str, str, str | None]


@dataclass(frozen=True)
class Flow:
    """One movement as the replay keeps it."""

    seq: int
    happened: datetime
    item: str
    lot: str | None
    origin: str
    target: str
    quantity: int


@dataclass
class Told:
    """What was posted so far, and nothing else: every answer is counted out of it anew."""

    flows: list[Flow] = field(default_factory=list)
    promises: dict[tuple[str, str], tuple[Key, int]] = field(default_factory=dict)
    holds: dict[tuple[str, str], Key] = field(default_factory=dict)
    causes: dict[str, tuple[Movement, ...]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    reversals: set[str] = field(default_factory=set)

    def stock(self, counts: Callable[[Flow], bool] = lambda _flow: True) -> Counter[Key]:
        """What is where, of those movements that count."""
        there: Counter[Key] = Counter()
        for each in self.flows:
            if counts(each):
                there[each.origin, each.item, each.lot] -= each.quantity
                there[each.target, each.item, each.lot] += each.quantity
        return there

    def promised(self) -> Counter[Key]:
        """What is promised where."""
        found: Counter[Key] = Counter()
        for key, number in self.promises.values():
            found[key] += number
        return found

    def serial(self, lot: str) -> str | None:
        """Where a serial was seen last."""
        return next((each.target for each in reversed(self.flows) if each.lot == lot), None)

    def held(self, source: str, move: Movement) -> bool:
        """Whether somebody else holds what moves."""
        ways = (move.origin.key, move.target.key)
        others = [key for (other, _), key in self.holds.items() if other != source]
        return any(item == move.item and place in ways and lot in (None, move.lot) for place, item, lot in others)


def _short(stock: Counter[Key], promised: Counter[Key], touched: set[tuple[str, str]]) -> bool:
    """Whether at a strict place something is below zero, or promised and not there: by lot, and by item."""
    for place, item in touched:
        if place not in STRICT:
            continue
        sums = [each[(place, item, lot)] for each in (stock, promised) for lot in (*LOTS[item],)]
        lots = LOTS[item]
        if any(stock[place, item, lot] < 0 for lot in lots):
            return True
        if any(lot and promised[place, item, lot] > stock[place, item, lot] for lot in lots):
            return True
        there = sum(sums[: len(lots)])
        kept = sum(sums[len(lots) :]) + (promised[place, item, None] if None not in lots else 0)
        if kept > there:
            return True
    return False


class Story:
    """Draws postings, says what must come of each, and posts it."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.chance = random.Random(seed)
        self.told = Told()
        self.met: Counter[str] = Counter()
        self.number = 0

    def play(self, steps: int) -> None:
        """Post that many times."""
        for _ in range(steps):
            drawn = self.chance.choices(
                (self._move, self._promise, self._hold, self._unhold, self._reverse), (12, 6, 2, 2, 3)
            )[0]
            self._post(drawn())

    def _posting(self, **more: object) -> Posting:
        self.number += 1
        happened = NOW - timedelta(hours=self.chance.randrange(24 * 150))
        source = self.chance.choice("abc")
        return Posting(source, f"cause-{self.number}", happened, NOW, **more)  # type: ignore[arg-type]

    def _moved(self) -> tuple[Movement, ...]:
        made = []
        for line in range(self.chance.choice((1, 1, 1, 2, 3))):
            item = self.chance.choice(sorted(LOTS))
            origin, target = self.chance.sample(PLACES, 2)
            if self.chance.random() < 0.4:
                origin = SUPPLIER
                target = self.chance.choice((ONE, TWO))
            quantity = Decimal(1 if item == "phone" else self.chance.randrange(1, 5))
            lot = self.chance.choice(LOTS[item])
            made.append(Movement(f"m{self.number}/{line}", item, quantity, origin, target, lot, line=str(line)))
        return tuple(made)

    def _move(self) -> Posting:
        releases = (Release(self.chance.choice((None, "x"))),) if self.chance.random() < 0.3 else ()
        return self._posting(moves=self._moved(), releases=releases)

    def _promise(self) -> Posting:
        item = self.chance.choice(("apple", "milk", "milk"))
        lot = self.chance.choice((None, *LOTS[item]))
        place = self.chance.choice((ONE, TWO, ONE, TWO, LAX))
        line = self.chance.choice("xy")
        promise = Promise(item, Decimal(self.chance.randrange(6)), place, lot, None, line, "keep")
        return self._posting(promises=(promise,))

    def _hold(self) -> Posting:
        item = self.chance.choice(sorted(LOTS))
        lot = self.chance.choice((None, *LOTS[item]))
        return self._posting(holds=(Hold(item, self.chance.choice((ONE, TWO)), lot, self.chance.choice("xy")),))

    def _unhold(self) -> Posting:
        return self._posting(unholds=(Unhold(self.chance.choice((None, "x", "y"))),))

    def _reverse(self) -> Posting:
        known = [*self.told.causes, *self.told.reversals]
        return self._posting(reversals=(self.chance.choice(known),)) if known else self._move()

    def _lines(self, said: Posting) -> tuple[Movement, ...]:
        back = [move for cause in said.reversals for move in reversed(self.told.causes.get(cause, ()))]
        turned = (Movement("", m.item, m.quantity, m.target, m.origin, m.lot) for m in back)
        return (*said.moves, *turned)

    def _wanted(self, said: Posting) -> set[str]:
        """The laws that this posting breaks."""
        if set(said.reversals) & self.told.reversals:
            return {"reversal"}
        if set(said.reversals) & self.told.undone:
            return {"reversed_already"}
        broken = set()
        after = Told(list(self.told.flows), dict(self.told.promises))
        touched = set()
        for move in self._lines(said):
            if self.told.held(said.source, move):
                broken.add("held")
            if move.item == "phone" and after.serial(str(move.lot)) not in (None, move.origin.key):
                broken.add("serial_elsewhere")
            after.flows.append(self._flow(0, said, move))
            touched.add((move.origin.key, move.item))
        self._promised(after, said)
        touched |= {(each.place.key, each.item) for each in said.promises if each.quantity}
        if _short(after.stock(), after.promised(), touched):
            broken.add("short")
        return broken

    def _flow(self, seq: int, said: Posting, move: Movement) -> Flow:
        places = move.origin.key, move.target.key
        return Flow(seq, said.happened, move.item, move.lot, *places, int(move.quantity))

    def _promised(self, told: Told, said: Posting) -> None:
        for release in said.releases:
            for name in [name for name in told.promises if name[0] == said.source]:
                if release.line in (None, name[1]):
                    del told.promises[name]
        for each in said.promises:
            told.promises.pop((said.source, str(each.line)), None)
            if each.quantity:
                key = (each.place.key, each.item, each.lot)
                told.promises[said.source, str(each.line)] = (key, int(each.quantity))

    def _post(self, said: Posting) -> None:
        wanted = self._wanted(said)
        (answer,) = self.database.transaction(lambda connection: Book(connection).post_many([said]))
        if isinstance(answer, Refusal):
            found = {each.code for each in answer.faults} or {answer.code}
            assert found == wanted, (said, found)
            self.met.update(found)
            return
        assert wanted == set(), said
        self._tell(said, answer)

    def _tell(self, said: Posting, posted: Posted) -> None:
        lines = self._lines(said)
        self.told.flows.extend(self._flow(posted.seq, said, move) for move in lines)
        self._promised(self.told, said)
        for unhold in said.unholds:
            for name in [name for name in self.told.holds if name[0] == said.source]:
                if unhold.line in (None, name[1]):
                    del self.told.holds[name]
        for each in said.holds:
            self.told.holds[said.source, str(each.line)] = (each.place.key, each.item, each.lot)
        if said.moves:
            self.told.causes[said.cause] = said.moves
        if said.reversals:
            self.told.undone.update(said.reversals)
            self.told.reversals.add(said.cause)
        self.met["posted"] += 1


def assert_stock(database: Database, wanted: Counter[Key], at: At = None) -> None:
    """Every item, lot and place, and every item's sum."""
    keys = [place.key for place in PLACES]
    with database.reading() as connection:
        for item, lots in LOTS.items():
            named = [lot for lot in lots if lot]
            if named:
                by_lot = balances.on_hand(connection, [item], keys, named, at=at)
                assert by_lot == {key: wanted[key[1], key[0], key[2]] for key in by_lot}
            sums = balances.on_hand(connection, [item], keys, at=at)
            assert sums == {key: sum(wanted[key[1], item, lot] for lot in lots) for key in sums}


@pytest.fixture(params=[11, 12])
def story(database: Database, request: pytest.FixtureRequest) -> Story:
    """A story that was played; the answers agreed with the law at every step."""
    chart_items(database)
    played = Story(database, request.param)
    played.play(STEPS)
    return played


def test_every_law_is_met_and_every_answer_agrees(story: Story) -> None:
    assert set(story.met) >= LAWS
    assert story.met["posted"] > STEPS // 4
    assert min(story.met["held"], story.met["short"]) > 5
    assert_stock(story.database, story.told.stock())
    assert_clean(story.database)


def test_what_is_promised_and_free_is_what_was_told(story: Story) -> None:
    promised, stock = story.told.promised(), story.told.stock()
    assert promised
    with story.database.reading() as connection:
        for (place, item, lot), number in promised.items():
            found = balances.reserved(connection, [item], [place], None if lot is None else [lot])
            of_item = sum(each for key, each in promised.items() if key[:2] == (place, item))
            assert found[item, place, lot] == (of_item if lot is None else number)
            free = balances.available(connection, [item], [place])[item, place, None]
            assert free == sum(stock[place, item, each] for each in LOTS[item]) - of_item


def test_as_of_any_number_is_the_replay_up_to_it(story: Story) -> None:
    seqs = sorted({each.seq for each in story.told.flows})
    assert len(seqs) > 20
    for seq in (0, *seqs[::5], seqs[-1] + 100):
        assert_stock(story.database, story.told.stock(lambda flow, seq=seq: flow.seq <= seq), at=seq)


def test_as_of_any_moment_is_the_replay_of_what_had_happened(story: Story) -> None:
    """Before months are built, after, and after more was posted into the past of what is built."""
    exact = sorted({each.happened for each in story.told.flows})[::9]
    moments = [at - timedelta(microseconds=just) for at in (*exact, NOW + timedelta(days=3)) for just in (0, 1)]

    def check() -> None:
        for at in moments:
            assert_stock(story.database, story.told.stock(lambda flow, at=at: flow.happened <= at), at=at)

    check()
    assert story.database.transaction(lambda connection: periods.build_months(connection, NOW)) >= 3
    check()
    story.play(30)
    check()
    assert_clean(story.database)


def test_the_figures_of_the_audit_count_the_replay(story: Story) -> None:
    told, figures = story.told, report(story.database).figures
    assert figures["movements"] == len(told.flows)
    assert figures["postings"] == story.met["posted"]
    assert figures["promises"] == len(told.promises)
    assert figures["holds"] == len(told.holds)
    serials = {each.lot for each in told.flows if each.item == "phone"}
    assert figures["serials"] == len(serials)


def test_nothing_happens_before_what_is_closed(story: Story) -> None:
    until = NOW - timedelta(days=30)
    database = story.database
    database.transaction(lambda connection: periods.close_period(connection, until))
    place = LedgerPlace("new", "store")
    for days, allowed in ((31, False), (30, True), (29, True)):
        happened = NOW - timedelta(days=days)
        moves = (Movement(f"late-{days}", "apple", Decimal(1), SUPPLIER, place),)
        said = Posting("late", f"late-{days}", happened, NOW, moves=moves)
        (answer,) = database.transaction(lambda connection, said=said: Book(connection).post_many([said]))
        assert isinstance(answer, Posted) == allowed
    with pytest.raises(Refusal, match="period_closed"):
        database.transaction(lambda connection: periods.close_period(connection, until - timedelta(days=1)))
    with database.reading() as connection:
        assert periods.closed_until(connection) == until
