"""The recount finds what was planted with plain SQL, and says where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from engine.database import Database
from engine.database.dialects import run
from engine.database.schema import run_plain
from engine.ledger import Hold, Release, periods
from tests.ledger.making import (
    CUSTOMER,
    NOW,
    ONE,
    SUPPLIER,
    TWO,
    WAY,
    assert_clean,
    chart_items,
    move,
    post,
    post_moves,
    posting,
    promise,
    refused,
    report,
)

TRIGGERS = {
    "sqlite": [f"DROP TRIGGER {table}_no_{what}" for table in ("movement", "posting") for what in ("update", "delete")],
    "postgresql": [f"DROP TRIGGER {table}_append_only ON {table}" for table in ("movement", "posting")],
}


def fill(database: Database) -> None:
    """A little of everything; the same content on every database."""
    numbers = iter(range(1, 100))

    def keyed(quantity: str | int, *places: object, **more: object) -> object:
        return move(quantity, *places, key=f"m{next(numbers)}", **more)  # type: ignore[arg-type]

    post(database, posting(keyed(10, SUPPLIER, ONE), keyed("2.5", SUPPLIER, ONE, item="rice", value="9"), cause="c1"))
    post(database, posting(keyed(1, SUPPLIER, ONE, item="phone", lot="S1"), cause="c2"))
    post(database, posting(keyed(4, ONE, WAY), cause="c3", happened=NOW - timedelta(days=80)))
    post(database, posting(keyed(4, WAY, TWO), source="other", cause="c4", person="p"))
    post(database, posting(keyed(2, SUPPLIER, TWO, item="milk", lot="L1", owner="maker"), cause="c5"))
    post(database, posting(cause="c6", promises=(promise(3, ONE), promise(2, TWO, line="b"))))
    post(database, posting(cause="c7", holds=(Hold("rice", ONE),), releases=(Release("b"),)))
    post(database, posting(keyed(1, TWO, CUSTOMER), source="sale", cause="c8"))
    post(database, posting(cause="c9", source="sale", reversals=("c8",)))
    database.transaction(lambda connection: periods.build_months(connection, NOW + timedelta(days=1)))


@pytest.fixture
def filled(database: Database) -> Database:
    """A clean ledger whose triggers are gone, as for one who has the file."""
    chart_items(database)
    fill(database)
    assert_clean(database)

    def drop(connection: Connection) -> None:
        for statement in TRIGGERS[database.dialect]:
            run_plain(connection, statement)

    database.transaction(drop)
    return database


def plant(database: Database, *statements: str) -> None:
    """Change what nobody may change."""

    def work(connection: Connection) -> None:
        for statement in statements:
            assert run(connection, statement).rowcount >= 1, statement

    database.transaction(work)


COPIED = (
    "INSERT INTO movement (id, seq, key, item, lot, owner, origin, target, quantity, value, kind, source, line, "
    "reverses, happened, recorded) SELECT id + {more}, seq, key || '-', item, lot, owner, origin, target, quantity, "
    "value, kind, source, line, {reverses}, happened, recorded FROM movement WHERE key = '{key}'"
)
PHONE = "(SELECT id FROM ledger_lot WHERE key = 'S1')"
STORE = "(SELECT id FROM ledger_place WHERE key = 'two')"

CORRUPTIONS: dict[str, tuple[set[str], tuple[str, ...]]] = {
    "a changed quantity": ({"hash", "balance"}, ("UPDATE movement SET quantity = quantity + 1 WHERE key = 'm1'",)),
    "a changed place": ({"hash", "balance"}, (f"UPDATE movement SET target = {STORE} WHERE key = 'm1'",)),
    "a changed value": ({"hash"}, ("UPDATE movement SET value = value + 1 WHERE key = 'm2'",)),
    "a changed kind": ({"hash"}, ("UPDATE movement SET kind = 'loss' WHERE key = 'm1'",)),
    "a changed moment": ({"movement"}, ("UPDATE movement SET happened = happened - 1 WHERE key = 'm5'",)),
    "a changed person": ({"hash"}, ("UPDATE posting SET person = 'q' WHERE cause = 'c4'",)),
    "a changed lot": ({"hash", "balance"}, ("UPDATE movement SET lot = 0 WHERE key = 'm6'",)),
    "a changed owner": ({"hash", "balance"}, ("UPDATE movement SET owner = 0 WHERE key = 'm6'",)),
    "a deleted movement": ({"hash", "balance"}, ("DELETE FROM movement WHERE key = 'm1'",)),
    "an inserted movement": ({"hash", "balance"}, (COPIED.format(more=50, reverses="NULL", key="m1"),)),
    "a changed balance": ({"balance"}, ("UPDATE balance SET on_hand = on_hand + 1 WHERE reserved > 0",)),
    "a deleted balance": ({"balance"}, ("DELETE FROM balance WHERE on_hand > 0 AND owner > 0",)),
    "a changed reservation": ({"reserved"}, ("UPDATE reservation SET quantity = quantity + 1",)),
    "a deleted reservation": ({"reserved"}, ("DELETE FROM reservation",)),
    "too great a promise": (
        {"overpromised"},
        ("UPDATE reservation SET quantity = 9000000", "UPDATE balance SET reserved = 9000000 WHERE reserved > 0"),
    ),
    "a deleted posting": ({"movement", "chain"}, ("DELETE FROM posting WHERE cause = 'c2'",)),
    "a posting deleted with all it moved": (
        {"chain", "balance"},
        ("DELETE FROM movement WHERE key = 'm3'", "DELETE FROM posting WHERE cause = 'c2'"),
    ),
    "a swapped seq": (
        {"hash", "movement", "chain"},
        (
            "UPDATE posting SET seq = -seq WHERE cause = 'c1'",
            "UPDATE posting SET seq = (SELECT -min(seq) FROM posting) WHERE cause = 'c3'",
            "UPDATE posting SET seq = (SELECT min(seq) FROM movement WHERE key = 'm4') WHERE cause = 'c1'",
        ),
    ),
    "a movement of another number": ({"movement"}, ("UPDATE movement SET seq = seq + 1 WHERE key = 'm1'",)),
    "a serial in two places": (
        {"serial_twice"},
        (f"UPDATE balance SET lot = {PHONE} WHERE owner > 0 AND place = {STORE}",),
    ),
    "a serial that is somewhere else": ({"serial_place"}, (f"UPDATE serial_at SET place = {STORE}",)),
    "a serial that came twice": (
        {"serial_way", "hash"},
        (COPIED.format(more=50, reverses="NULL", key="m3"),),
    ),
    "a reversal of nothing": ({"reversal", "hash"}, (COPIED.format(more=60, reverses="12345", key="m4"),)),
    "a changed month": ({"month"}, ("UPDATE month_balance SET on_hand = on_hand + 1",)),
    "an item that is gone": ({"movement"}, ("DELETE FROM ledger_item WHERE key = 'rice'",)),
    "a place that never allowed it": ({"below_zero"}, ("UPDATE ledger_place SET negative = 0 WHERE key = 'supplier'",)),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_recount_finds(filled: Database, name: str) -> None:
    expected, statements = CORRUPTIONS[name]
    before = report(filled)
    plant(filled, *statements)
    after = report(filled)
    assert expected <= {fault.code for fault in after.faults}, after.faults
    assert not after.clean
    assert before.clean


def test_a_fault_says_where_and_by_how_much(filled: Database) -> None:
    plant(filled, "UPDATE balance SET on_hand = on_hand + 7 WHERE reserved > 0")
    (fault,) = report(filled).faults
    place, item, lot, owner = (int(part) for part in fault.path.removeprefix("/balance/").split("/"))
    assert (fault.code, fault.params["off"], lot, owner) == ("balance", 7, 0, 0)
    assert (fault.params["place"], fault.params["item"]) == (place, item)


def test_the_root_is_the_same_on_every_database_with_the_same_content(
    database: Database, roots: dict[str, str]
) -> None:
    chart_items(database)
    fill(database)
    roots[database.dialect] = report(database).root
    assert len(set(roots.values())) == 1


def test_the_root_changes_with_any_posting(filled: Database) -> None:
    before = report(filled).root
    post_moves(filled, move(1, SUPPLIER, ONE))
    assert report(filled).root != before


def test_a_refused_posting_leaves_the_root(filled: Database) -> None:
    before = report(filled).root
    assert refused(filled, posting(move(99, ONE, TWO))).rule == "short"
    assert report(filled).root == before


def test_it_recounts_in_chunks_of_any_size(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = report(filled)
    monkeypatch.setattr("engine.ledger.audit.CHUNK", 2)
    assert report(filled) == whole


@pytest.fixture(scope="module")
def roots() -> Iterable[dict[str, str]]:
    """Roots by kind of database; when both have run, they are one."""
    found: dict[str, str] = {}
    yield found
    assert len(set(found.values())) <= 1
