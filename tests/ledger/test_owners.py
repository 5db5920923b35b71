"""Whose goods they are, and that a batch is exactly its postings one after another, whoever owns what.

Each story is told twice, to two books: posting by posting, and in batches. They must agree on every answer and figure.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.database import Database, open_database
from engine.errors import Refusal
from engine.ledger import Book, LedgerPlace, Posted, Posting, balances
from engine.ledger.values import Hold, Promise, Release, Unhold
from tests.ledger.making import (
    CUSTOMER,
    LAX,
    NOW,
    ONE,
    SUPPLIER,
    TWO,
    WAY,
    assert_clean,
    chart_items,
    many,
    move,
    post_moves,
    posting,
    refused,
)

PLACES = (ONE, TWO, WAY, LAX, SUPPLIER, CUSTOMER)
OWNERS = (None, "maker", "other")


def told(seed: int, length: int = 40) -> list[Posting]:
    """A story of postings, many of which cannot be."""
    chance, story = Random(seed), []
    for number in range(length):
        source = chance.choice(("r1", "r2", "r3"))
        parts: dict[str, Any] = {}
        if chance.random() < 0.75:
            parts["moves"] = tuple(_moved(chance, seed, number, each) for each in range(chance.randint(1, 3)))
        if chance.random() < 0.3:
            amount = Decimal(chance.randint(0, 6))
            lot = chance.choice((None, "L1", "L2"))
            item, owner = chance.choice((("milk", lot), ("apple", None))), chance.choice(OWNERS)
            parts["promises"] = (Promise(item[0], amount, chance.choice((ONE, TWO)), item[1], owner, "a", "keep"),)
        if chance.random() < 0.15:
            parts["releases"] = (Release(chance.choice((None, "a"))),)
        if chance.random() < 0.06:
            parts["holds"] = (Hold("apple", TWO, line="a", effect="freeze"),)
        if chance.random() < 0.25:
            parts["unholds"] = (Unhold(),)
        if chance.random() < 0.1 and number:
            parts["reversals"] = (f"c{seed}-{chance.randrange(number)}",)
        story.append(Posting(source, f"c{seed}-{number}", NOW, NOW, **parts))
    return story


def _moved(chance: Random, seed: int, number: int, line: int) -> Any:
    origin, target = chance.sample(PLACES, 2)
    if chance.random() < 0.35:
        origin, target = SUPPLIER, chance.choice((ONE, TWO))
    item, lot = chance.choice((("apple", None), ("milk", "L1"), ("milk", "L2"), ("milk", None), ("rice", None)))
    again = chance.random() < 0.04 and number
    key = f"k{seed}-{number - 1 if again else number}-{line}"
    quantity = chance.choice(("1", "2", "3", "0.5", "7"))
    return move(quantity, origin, target, item, lot=lot, owner=chance.choice(OWNERS), line=str(line), key=key)


def worded(answer: Posted | Refusal) -> Any:
    """What an answer comes to, without its number in the order."""
    if isinstance(answer, Posted):
        return answer.movements
    return answer.kind, answer.code, [(each.code, each.row, dict(each.params)) for each in answer.faults]


def figures(database: Database) -> tuple[list[Any], list[Any]]:
    """All balances and promises of a book."""
    with database.reading() as connection:
        rows = balances.page(connection, places=[each.key for each in PLACES], limit=500)
        kept = [balances.promises_of(connection, each) for each in ("r1", "r2", "r3")]
    return sorted((r.item, r.place, r.lot or "", r.owner or "", r.on_hand, r.reserved) for r in rows), kept


Two = tuple[Database, Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Two books with the same items and goods."""
    urls = []
    for name in ("alone", "batch"):
        if request.param == "sqlite":
            path = tmp_path / f"{name}.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            urls.append(f"sqlite:///{path}")
        else:
            fresh: Callable[[], str] = request.getfixturevalue("fresh_postgres")
            urls.append(fresh())
    made = [open_database(url, pool=2) for url in urls]
    for each in made:
        chart_items(each)
        post_moves(each, move(10, SUPPLIER, ONE, key="o1"), move(4, SUPPLIER, ONE, owner="maker", key="o2"), cause="o")
    yield made
    for each in made:
        each.close()


@pytest.mark.parametrize("seed", range(4))
def test_a_batch_answers_and_leaves_what_its_postings_would_one_after_another(books: Two, seed: int) -> None:
    alone, batch = books
    story, chance = told(seed), Random(seed)
    answers = [worded(many(alone, [each])[0]) for each in story]
    together: list[Any] = []
    while len(together) < len(story):
        chunk = story[len(together) : len(together) + chance.randint(1, 12)]
        together += [worded(each) for each in many(batch, chunk)]
    assert together == answers
    assert figures(batch) == figures(alone)
    posted = sum(isinstance(each, int) for each in answers)
    assert 5 <= posted <= len(story) - 5
    for each in books:
        assert_clean(each)
    sums: dict[Any, Decimal] = {}
    for item, _place, lot, owner, on_hand, _reserved in figures(alone)[0]:
        sums[item, lot, owner] = sums.get((item, lot, owner), Decimal(0)) + on_hand
    assert not any(sums.values())
    assert {owner for _item, _lot, owner in sums} >= {"", "maker", "other"}


def test_goods_keep_their_owner_wherever_they_go(ledger: Database) -> None:
    post_moves(ledger, move(5, SUPPLIER, TWO, owner="maker"), move(2, SUPPLIER, TWO, owner="other"))
    post_moves(ledger, move(3, TWO, WAY, owner="maker"), move(2, TWO, WAY, owner="other"))
    post_moves(ledger, move(3, WAY, ONE, owner="maker"))
    with ledger.reading() as connection:
        rows = balances.page(connection, items=["apple"])
    assert {(each.place, each.owner): each.on_hand for each in rows} == {
        ("one", None): 10,
        ("one", "maker"): 3,
        ("two", "maker"): 2,
        ("record/transit", "other"): 2,
    }
    assert_clean(ledger)


@pytest.mark.parametrize(("owner", "others"), [(None, "maker"), ("maker", None), ("maker", "other")])
def test_one_owners_goods_never_stand_in_for_anothers(ledger: Database, owner: str | None, others: str | None) -> None:
    post_moves(ledger, move(1, SUPPLIER, TWO, owner=owner), move(5, SUPPLIER, TWO, owner=others))
    refusal = refused(ledger, posting(move(2, TWO, CUSTOMER, owner=owner, line="x")))
    assert (refusal.rule, [each.row for each in refusal.faults]) == ("short", ["x"])
    post_moves(ledger, move(1, TWO, CUSTOMER, owner=owner), move(5, TWO, CUSTOMER, owner=others))
    assert_clean(ledger)


def test_a_place_that_owes_owes_each_owner_apart(ledger: Database) -> None:
    post_moves(ledger, move(2, LAX, CUSTOMER, owner="maker"), move(3, SUPPLIER, LAX))
    with ledger.reading() as connection:
        rows = balances.page(connection, items=["apple"], places=["lax"])
        figure = balances.figures(connection, [("apple", "lax", None)])["apple", "lax", None]
    assert {each.owner: each.on_hand for each in rows} == {None: 3, "maker": -2}
    assert figure.on_hand == 1
    assert_clean(ledger)


def test_a_reversal_gives_each_owner_back_his_own(ledger: Database) -> None:
    post_moves(ledger, move(4, SUPPLIER, TWO, owner="maker"))
    post_moves(ledger, move(3, TWO, WAY, owner="maker"), move(2, ONE, WAY), cause="sent")
    before = figures(ledger)
    post_moves(ledger, move(1, SUPPLIER, LAX, "rice"), cause="else")
    (answer,) = many(ledger, [posting(cause="back", reversals=("sent",))])
    assert isinstance(answer, Posted)
    assert answer.movements == 2
    with ledger.reading() as connection:
        rows = balances.page(connection, items=["apple"])
    assert {(each.place, each.owner): each.on_hand for each in rows} == {("one", None): 10, ("two", "maker"): 4}
    assert before != figures(ledger)
    assert_clean(ledger)


def test_an_empty_batch_answers_nothing_and_one_of_refusals_leaves_nothing(ledger: Database) -> None:
    before = figures(ledger)
    assert many(ledger, []) == []
    answers = many(ledger, [posting(move(99, ONE, TWO)), posting(move(1, TWO, ONE)), posting(move(1, ONE, ONE))])
    assert [each.rule for each in answers if isinstance(each, Refusal)] == ["short", "short", "same_place"]
    assert figures(ledger) == before
    assert_clean(ledger)


def test_the_same_key_twice_in_one_batch_is_posted_by_the_first(ledger: Database) -> None:
    twice = [posting(move(1, ONE, TWO, key="same")), posting(move(2, ONE, TWO, key="same"))]
    first, second = many(ledger, twice)
    assert isinstance(first, Posted)
    assert isinstance(second, Refusal)
    assert second.code == "posted_already"
    assert {row[1]: row[4] for row in figures(ledger)[0] if row[0] == "apple"}["two"] == 1
    once_more = many(ledger, twice)
    assert [each.code for each in once_more if isinstance(each, Refusal)] == ["posted_already"] * 2


def test_what_is_locked_before_is_named_by_keys_and_what_is_unknown_locks_nothing(ledger: Database) -> None:
    def work(connection: Any) -> Posted:
        book = Book(connection)
        book.lock([("apple", "one"), ("apple", "two"), ("pear", "one"), ("apple", "nowhere")])
        return book.post(posting(move(1, ONE, LedgerPlace("two", "store"))))

    assert ledger.transaction(work).movements == 1
    assert_clean(ledger)
