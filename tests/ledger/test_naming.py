"""Keys become ids: what is remembered, what is read anew, and what means nothing of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.database import Database, open_database
from engine.database.dialects import run
from engine.errors import Refusal
from engine.ledger import Book, Hold, LedgerPlace, balances, chart
from engine.ledger.naming import Resolver
from tests.ledger.making import (
    CUSTOMER,
    LAX,
    ONE,
    SUPPLIER,
    TWO,
    assert_clean,
    chart_items,
    many,
    move,
    on_hand,
    post,
    post_moves,
    posting,
    promise,
    refused,
)

STRICT_LAX = replace(LAX, negative="forbidden")


@pytest.fixture
def other(ledger: Database, database_url: str) -> Iterator[Database]:
    """The same database as another process has it, with a memory of its own that knows the items by now."""
    opened = open_database(database_url, pool=2)
    for _ in range(2):  # what the first makes is remembered by the second
        post_moves(opened, move(1, SUPPLIER, ONE), move(1, SUPPLIER, ONE, "rice"), move(1, LAX, CUSTOMER))
    yield opened
    opened.close()


def register(database: Database, *said: Any) -> None:
    """Register an item or change its rules."""
    database.transaction(lambda connection: chart.register_item(connection, *said))


def counted(database: Database, table: str) -> int:
    """How many there are."""
    with database.reading() as connection:
        return int(run(connection, f"SELECT count(*) FROM {table}").scalar_one())


@pytest.mark.parametrize("place", [STRICT_LAX, replace(LAX, kind="shop")], ids=["stricter", "of another kind"])
def test_who_changes_a_place_by_his_posting_knows_what_others_changed_of_the_items(
    ledger: Database, other: Database, place: LedgerPlace
) -> None:
    """His own change of the rules does not hide that somebody else has changed some too."""
    register(ledger, "apple", "pc", 1)
    assert post_moves(other, move("0.5", SUPPLIER, place)).movements == 1
    assert_clean(ledger)


def test_an_item_that_others_begin_to_track_by_serial_is_one_piece_at_once(ledger: Database, other: Database) -> None:
    register(ledger, "rice", "kg", 3, "serial")
    two = posting(move(2, SUPPLIER, STRICT_LAX, "rice", lot="R1", line="x"))
    assert [(each.code, each.row) for each in refused(other, two).faults] == [("serial_one", "x")]


@pytest.mark.parametrize("same", [("", ""), (None, ""), ("", None)])
def test_an_empty_lot_is_no_lot_and_an_empty_owner_is_oneself(
    ledger: Database, same: tuple[str | None, str | None]
) -> None:
    lot, owner = same
    post_moves(ledger, move(4, ONE, TWO, lot=lot, owner=owner))
    post(ledger, posting(promises=(replace(promise(6, TWO), quantity=Decimal(4), lot=lot, owner=owner),)))
    assert refused(ledger, posting(move(1, TWO, ONE), source="else")).code == "short"
    assert (counted(ledger, "ledger_lot"), counted(ledger, "ledger_owner")) == (0, 0)
    with ledger.reading() as connection:
        (row,) = balances.page(connection, ["apple"], ["two"])
    assert (row.lot, row.owner, row.on_hand, row.reserved) == (None, None, 4, 4)


def test_keys_are_compared_by_every_sign(ledger: Database) -> None:
    """Upper and lower case, an accent spelled in two ways and a space behind are other keys, on both databases."""
    keys = ["L1", "l1", "L1 ", "\u00e9", "e\u0301", "Ｌ1", "批-1"]
    post_moves(ledger, *(move(number + 1, SUPPLIER, TWO, "milk", lot=key) for number, key in enumerate(keys)))
    assert [on_hand(ledger, TWO, "milk", key) for key in keys] == [*range(1, len(keys) + 1)]
    assert counted(ledger, "ledger_lot") == len(keys)
    assert_clean(ledger)


@pytest.mark.parametrize("hard", ["'; DELETE FROM balance; --", '"}],[{"', "%(key)s", ":key", "@any(key, keys)", "\\"])
def test_a_key_that_looks_like_a_statement_is_only_a_key(ledger: Database, hard: str) -> None:
    place = LedgerPlace(hard, hard, parent=hard)
    post_moves(ledger, move(2, SUPPLIER, place, "milk", lot=hard, owner=hard, line=hard), source=hard, reason=hard)
    with ledger.reading() as connection:
        (row,) = balances.page(connection, places=[hard], lots=[hard])
        assert balances.below(connection, hard) == (hard,)
    assert (row.place, row.lot, row.owner, row.on_hand) == (hard, hard, hard, 2)
    assert_clean(ledger)


def test_a_batch_names_all_that_is_new_to_it_and_only_what_was_posted_stays(ledger: Database) -> None:
    said = [
        posting(move(1, SUPPLIER, LedgerPlace(f"bin-{number}", "bin"), "milk", lot=f"L{number % 3}", owner="Ann"))
        for number in range(6)
    ]
    answers = many(ledger, [*said, posting(move(99, ONE, LedgerPlace("never", "bin")))])
    assert [isinstance(each, Refusal) for each in answers] == [False] * 6 + [True]
    assert (counted(ledger, "ledger_lot"), counted(ledger, "ledger_owner")) == (3, 1)
    with ledger.reading() as connection:
        found = balances.on_hand(connection, ["milk"], [f"bin-{number}" for number in range(6)])
    assert set(found.values()) == {Decimal(1)}
    assert_clean(ledger)


def test_what_promises_and_holds_alone_name_is_registered_as_well(ledger: Database) -> None:
    far, near = LedgerPlace("far", "store", "allowed"), LedgerPlace("near", "store")
    kept = replace(promise(3, far, "milk", lot="L8"), owner="Ann")
    post(ledger, posting(promises=(kept,), holds=(Hold("milk", near, "L9"),)))
    assert (counted(ledger, "ledger_lot"), counted(ledger, "ledger_owner")) == (2, 1)
    with ledger.reading() as connection:
        (found,) = balances.promises_of(connection, "r")
        assert (found.place.key, found.place.negative, found.lot, found.owner) == ("far", "allowed", "L8", "Ann")
    assert refused(ledger, posting(move(1, SUPPLIER, near, "milk", lot="L9"), source="o")).code == "held"
    assert_clean(ledger)


def test_what_is_known_is_not_asked_again(database: Database) -> None:
    """A posting between places that the process remembers reads nothing of the chart but its version."""
    chart_items(database)
    for _ in range(3):
        post_moves(database, move(1, SUPPLIER, ONE, "milk", lot="L1", owner="Ann"))
    said = posting(move(1, SUPPLIER, ONE, "milk", lot="L1", owner="Ann"))

    def work(connection: Connection) -> tuple[Any, bool, bool]:
        resolver = Resolver(connection)
        resolver.learn([said])
        return resolver.known.items.keys(), chart.has_inserted(connection), resolver.is_stale(resolver.names.version)

    known, inserted, stale = database.transaction(work)
    assert ("milk" in known, inserted, stale) == (True, False, False)


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_what_a_transaction_has_made_itself_is_remembered_by_none_before_it_is_read_again(
    ledger: Database, ends: str
) -> None:
    def work(connection: Connection) -> None:
        chart.register_item(connection, "pear", "pc", 0)
        Book(connection).post(posting(move(1, SUPPLIER, LedgerPlace("made", "store"), "pear")))
        remembered = chart.shared(connection)
        assert ("pear" in remembered.items, "made" in remembered.places) == (False, False)
        if ends == "rollback":
            raise LookupError

    try:
        ledger.transaction(work)
    except LookupError:
        assert refused(ledger, posting(move(1, SUPPLIER, ONE, "pear"))).code == "unknown_item"
    else:
        post_moves(ledger, move(1, LedgerPlace("made", "store"), ONE, "pear"))
    assert_clean(ledger)
