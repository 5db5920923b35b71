"""Random postings against a model so simple that it is plainly right, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from engine.database import Database, open_database
from engine.database.dialects import run
from engine.errors import Refusal
from engine.ledger import Book, Hold, Movement, Posted, Posting, Promise, Release, Unhold, audit, balances
from tests.ledger.making import CUSTOMER, LAX, NOW, ONE, SUPPLIER, TWO, WAY, chart_items

PLACES = {place.key: place for place in (ONE, TWO, WAY, LAX, SUPPLIER, CUSTOMER)}
STRICT = {ONE.key, TWO.key, WAY.key}
SOURCES = ("a", "b", "c")
KINDS = (("apple", None), ("milk", "L1"), ("milk", "L2"), ("phone", "S1"), ("phone", "S2"))

Key = tuple[str, str, str | None]


@dataclass
class Model:
    """Stock as a child would keep it: two dictionaries and a list."""

    stock: dict[Key, int] = field(default_factory=dict)
    promises: dict[tuple[str, str], tuple[Key, int]] = field(default_factory=dict)
    holds: dict[str, Key] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    posted: dict[str, list[Movement]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)

    def copy(self) -> Model:
        """A picture to go back to."""
        return Model(*(type(each)(each) for each in vars(self).values()))

    def reserved(self, place: str, item: str, lot: str | None = None, *, of_lot: bool = False) -> int:
        """What is promised at a place."""
        at = [(key, number) for key, number in self.promises.values() if key[:2] == (place, item)]
        return sum(number for key, number in at if not of_lot or key[2] == lot)

    def lawful(self) -> bool:
        """Nothing is below zero, and nothing promised that is not there, where that is forbidden."""
        for (place, item, lot), number in self.stock.items():
            if place in STRICT and number < 0:
                return False
            if place in STRICT and lot and self.reserved(place, item, lot, of_lot=True) > number:
                return False
        pairs = {key[:2] for key in self.stock} | {key[:2] for key, _ in self.promises.values()}
        for place, item in pairs:
            there = sum(number for key, number in self.stock.items() if key[:2] == (place, item))
            if place in STRICT and self.reserved(place, item) > there:
                return False
        for (place, item, lot), number in self.promises.values():
            if place in STRICT and lot and self.stock.get((place, item, lot), 0) < number:
                return False
        return True


def _answer(book: Book, said: Posting) -> list[Posted | Refusal]:
    """Posted or refused; what was refused is rolled back."""
    return book.post_many([said])


class Machine(RuleBasedStateMachine):
    """Every rule does the same to the ledger and to the model, and both must agree on yes and no."""

    fresh: Callable[[], Database]

    def __init__(self) -> None:
        super().__init__()
        self.database = type(self).fresh()
        chart_items(self.database)
        self.model = Model()
        self.numbers = count(1)
        self.seqs: list[tuple[int, dict[Key, int]]] = []

    def teardown(self) -> None:
        """Recount at the end of every story, at every number that was seen on the way."""
        with self.database.reading() as connection:
            report = audit.verify(connection)
            for seq, stock in self.seqs[-5:]:
                items, places = [item for item, _ in KINDS[:2]], list(PLACES)
                found = balances.on_hand(connection, items, places, at=seq)
                for (item, place, _), number in found.items():
                    assert number == sum(n for key, n in stock.items() if key[:2] == (place, item))
        self.database.close()
        assert report.faults == ()

    def _try(self, said: Posting, change: Callable[[Model], bool]) -> None:
        model = self.model.copy()
        wanted = change(model) and model.lawful()
        (answer,) = self.database.transaction(lambda connection: _answer(Book(connection), said))
        assert isinstance(answer, Posted) == wanted, (said, answer)
        if not isinstance(answer, Posted):
            return
        self.model = model
        self.seqs.append((answer.seq, dict(model.stock)))

    def _moved(self, model: Model, source: str, moves: list[Movement]) -> bool:
        for move in moves:
            for other, (place, item, lot) in model.holds.items():
                touches = place in (move.origin.key, move.target.key) and item == move.item
                if other != source and touches and lot in (None, move.lot):
                    return False
            if move.item == "phone" and move.lot:
                if model.where.get(move.lot, move.origin.key) != move.origin.key:
                    return False
                model.where[move.lot] = move.target.key
            for place, sign in ((move.origin.key, -1), (move.target.key, 1)):
                key = (place, move.item, move.lot)
                model.stock[key] = model.stock.get(key, 0) + sign * int(move.quantity)
        return True

    moves = st.lists(
        st.tuples(
            st.sampled_from(KINDS), st.integers(1, 4), st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(PLACES))
        ),
        min_size=1,
        max_size=3,
    )

    def _moves(self, drawn: list[tuple[tuple[str, str | None], int, str, str]]) -> list[Movement]:
        return [
            Movement(
                f"m{next(self.numbers)}",
                item,
                Decimal(1 if item == "phone" else quantity),
                PLACES[origin],
                PLACES[target],
                lot,
            )
            for (item, lot), quantity, origin, target in drawn
            if origin != target
        ]

    def _posting(self, source: str, **more: object) -> Posting:
        number = next(self.numbers)
        at = NOW + timedelta(minutes=number)
        return Posting(source, f"cause-{number}", at, at, **more)  # type: ignore[arg-type]

    @rule(drawn=moves, source=st.sampled_from(SOURCES), release=st.booleans())
    def move(self, drawn: list[tuple[tuple[str, str | None], int, str, str]], source: str, release: bool) -> None:
        moves = self._moves(drawn)
        said = self._posting(source, moves=tuple(moves), releases=(Release(),) if release else ())

        def change(model: Model) -> bool:
            if release:
                model.promises = {name: each for name, each in model.promises.items() if name[0] != source}
            model.posted[said.cause] = moves
            return self._moved(model, source, moves)

        self._try(said, change)

    @rule(
        kind=st.sampled_from([("apple", None), ("milk", None), ("milk", "L1")]),
        quantity=st.integers(0, 5),
        place=st.sampled_from(sorted(PLACES)),
        source=st.sampled_from(SOURCES),
        line=st.sampled_from("xy"),
    )
    def promise(self, kind: tuple[str, str | None], quantity: int, place: str, source: str, line: str) -> None:
        item, lot = kind
        said = self._posting(source, promises=(Promise(item, Decimal(quantity), PLACES[place], lot, None, line, "e"),))

        def change(model: Model) -> bool:
            model.promises.pop((source, line), None)
            if quantity:
                model.promises[source, line] = ((place, item, lot), quantity)
            return True

        self._try(said, change)

    @rule(place=st.sampled_from(sorted(STRICT)), lot=st.sampled_from([None, "L1"]), source=st.sampled_from(SOURCES))
    def hold(self, place: str, lot: str | None, source: str) -> None:
        item = "milk" if lot else "apple"

        def change(model: Model) -> bool:
            model.holds[source] = (place, item, lot)
            return True

        self._try(self._posting(source, holds=(Hold(item, PLACES[place], lot),)), change)

    @rule(source=st.sampled_from(SOURCES))
    def unhold(self, source: str) -> None:
        def change(model: Model) -> bool:
            model.holds.pop(source, None)
            return True

        self._try(self._posting(source, unholds=(Unhold(),)), change)

    @precondition(lambda self: bool(self.model.posted))
    @rule(data=st.data(), source=st.sampled_from(SOURCES))
    def reverse(self, data: st.DataObject, source: str) -> None:
        cause = data.draw(st.sampled_from(sorted(self.model.posted)))
        said = self._posting(source, reversals=(cause,))

        def change(model: Model) -> bool:
            moves = model.posted[cause]
            if cause in model.undone or not moves:
                return False
            model.undone.add(cause)
            back = [Movement("", m.item, m.quantity, m.target, m.origin, m.lot) for m in reversed(moves)]
            return self._moved(model, source, back)

        self._try(said, change)

    @rule(batch=st.lists(moves, min_size=2, max_size=4), source=st.sampled_from(SOURCES))
    def batch(self, batch: list[list[tuple[tuple[str, str | None], int, str, str]]], source: str) -> None:
        said = [self._posting(source, moves=tuple(self._moves(drawn))) for drawn in batch]
        answers = self.database.transaction(lambda connection: Book(connection).post_many(said))
        for each, answer in zip(said, answers, strict=True):
            model = self.model.copy()
            model.posted[each.cause] = list(each.moves)
            wanted = self._moved(model, source, list(each.moves)) and model.lawful()
            assert isinstance(answer, Posted) == wanted, (each, answer)
            if wanted:
                self.model = model

    @invariant()
    def agrees(self) -> None:
        """The balances are the model's."""
        with self.database.reading() as connection:
            rows = run(
                connection,
                "SELECT p.key AS place, i.key AS item, l.key AS lot, b.on_hand FROM balance b "
                "JOIN ledger_place p ON p.id = b.place JOIN ledger_item i ON i.id = b.item "
                "LEFT JOIN ledger_lot l ON l.id = b.lot WHERE b.on_hand <> 0",
            )
            found = {(row.place, row.item, row.lot): row.on_hand // 10**6 for row in rows}
        assert found == {key: number for key, number in self.model.stock.items() if number}


def _run(fresh: Callable[[], Database], stories: int) -> None:
    machine = type("Story", (Machine,), {"fresh": staticmethod(fresh)})
    options = settings(
        max_examples=stories, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=options)


def _sqlite(template: Path, folder: Path) -> Callable[[], Database]:
    numbers = count()

    def fresh() -> Database:
        path = folder / f"story-{next(numbers)}.db"
        shutil.copy(template, path)
        return open_database(f"sqlite:///{path}", pool=2)

    return fresh


def test_random_stories_agree_with_the_model_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    _run(_sqlite(sqlite_template, tmp_path), 12)


def test_random_stories_agree_with_the_model_on_postgresql(fresh_postgres: Callable[..., str]) -> None:
    _run(lambda: open_database(fresh_postgres(), pool=2), 4)


@pytest.mark.long
def test_many_random_stories_agree_with_the_model(sqlite_template: Path, tmp_path: Path) -> None:
    _run(_sqlite(sqlite_template, tmp_path), 300)
