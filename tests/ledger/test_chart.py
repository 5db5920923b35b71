"""The chart of items, places, lots and owners: what is registered once, what may change, and who learns of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from engine.database import Database, open_database
from engine.database.dialects import run
from engine.errors import Kind, Refusal
from engine.ledger import LedgerPlace, chart
from engine.ledger.chart import REMEMBERED, ChartItem, Names
from tests.ledger.making import ONE, SUPPLIER, TWO, WAY, assert_clean, move, on_hand, post_moves, posting, refused

ROUNDS = 12


def within(database: Database, work: Callable[[Connection], None]) -> None:
    """A transaction of its own."""
    database.transaction(work)


def item(database: Database, key: str) -> ChartItem | None:
    """The item as it is read now."""
    with database.reading() as connection:
        return chart.read_items(connection, [key]).get(key)


def counted(database: Database, table: str, key: str) -> int:
    """How many rows of a table have this key."""
    with database.reading() as connection:
        return int(run(connection, f"SELECT count(*) FROM {table} WHERE key = :key", {"key": key}).scalar_one())


def register(database: Database, *said: object) -> Refusal | None:
    """Register an item; the refusal if it is refused."""
    try:
        within(database, lambda connection: chart.register_item(connection, *said))  # type: ignore[arg-type]
    except Refusal as refusal:
        return refusal
    return None


def test_an_item_is_what_it_was_registered_as(ledger: Database) -> None:
    assert register(ledger, "tea", "g", 2, "lot") is None
    tea = item(ledger, "tea")
    assert tea is not None
    assert (tea.key, tea.unit, tea.scale, tea.tracking) == ("tea", "g", 2, "lot")


def test_an_unknown_way_of_tracking_is_our_mistake_and_registers_nothing(ledger: Database) -> None:
    with pytest.raises(ValueError, match="smell"):
        register(ledger, "tea", "g", 2, "smell")
    assert item(ledger, "tea") is None


MOVED: tuple[tuple[str, tuple[str, int, str], bool], ...] = (
    ("apple", ("pc", 0, "none"), True),
    ("apple", ("pc", 3, "none"), True),
    ("apple", ("box", 0, "none"), False),
    ("rice", ("kg", 2, "none"), False),
    ("rice", ("kg", 6, "none"), True),
    ("rice", ("g", 3, "none"), False),
    ("milk", ("l", 0, "none"), True),
    ("milk", ("l", 0, "serial"), False),
    ("milk", ("ml", 0, "lot"), False),
    ("phone", ("pc", 0, "lot"), False),
    ("phone", ("pc", 0, "none"), False),
    ("phone", ("pc", 1, "serial"), True),
)


@pytest.mark.parametrize(("key", "rules", "may"), MOVED)
def test_what_may_change_of_an_item_that_has_moved(
    ledger: Database, key: str, rules: tuple[str, int, str], may: bool
) -> None:
    post_moves(ledger, move(1, SUPPLIER, ONE, "milk", lot="M1"), move(1, SUPPLIER, ONE, "phone", lot="P1"))
    before = item(ledger, key)
    refusal = register(ledger, key, *rules)
    after = item(ledger, key)
    assert before is not None
    assert after is not None
    if may:
        assert refusal is None
        assert (after.unit, after.scale, after.tracking) == rules
    else:
        assert refusal is not None
        assert (refusal.kind, refusal.code, after) == (Kind.RULE, "item_in_use", before)
        assert refusal.says["en"] != refusal.says["zh"]
    assert after.id == before.id
    assert_clean(ledger)


@pytest.mark.parametrize("rules", [("box", 0, "none"), ("kg", 3, "lot"), ("pc", 6, "serial")])
def test_anything_may_change_of_an_item_that_never_moved(ledger: Database, rules: tuple[str, int, str]) -> None:
    register(ledger, "new", "pc", 3, "none")
    assert register(ledger, "new", *rules) is None
    found = item(ledger, "new")
    assert found is not None
    assert (found.unit, found.scale, found.tracking) == rules


def test_saying_the_same_again_changes_nothing_and_makes_nobody_read_anew(ledger: Database) -> None:
    with ledger.reading() as connection:
        before = chart.read_version(connection)
    assert register(ledger, "apple", "pc", 0) is None
    within(ledger, lambda connection: chart.register_place(connection, ONE))
    with ledger.reading() as connection:
        assert chart.read_version(connection) == before
    assert register(ledger, "apple", "pc", 3) is None
    with ledger.reading() as connection:
        assert chart.read_version(connection) == before + 1


def test_a_place_keeps_its_parent_when_nobody_names_one(ledger: Database) -> None:
    bin_one = LedgerPlace("one/b1", "bin", parent="one")
    within(ledger, lambda connection: chart.register_place(connection, bin_one))
    within(ledger, lambda connection: chart.register_place(connection, LedgerPlace("one/b1", "shelf")))
    with ledger.reading() as connection:
        found = chart.read_places(connection, ["one/b1"])["one/b1"]
    assert (found.kind, found.parent, found.free) == ("shelf", "one", False)


def test_a_place_that_a_posting_names_otherwise_is_as_it_was_named_last(ledger: Database) -> None:
    """A definition that changes whether a place may go below zero holds from its next posting on."""
    lax = LedgerPlace("one", "store", "allowed")
    assert refused(ledger, posting(move(11, ONE, TWO))).code == "short"
    post_moves(ledger, move(11, lax, TWO))
    assert on_hand(ledger, ONE) == Decimal(-1)
    assert refused(ledger, posting(move(1, ONE, TWO))).code == "short"
    assert_clean(ledger)


def test_what_the_chart_does_not_know_is_missing_and_not_an_error(ledger: Database) -> None:
    with ledger.reading() as connection:
        assert chart.read_items(connection, []) == {}
        assert list(chart.read_items(connection, ["apple", "nothing"])) == ["apple"]
        assert chart.read_places(connection, ["nowhere"]) == {}
        assert chart.read_owners(connection, ["nobody"]) == {}
        assert chart.read_lots(connection, [(10**6, "none"), (1, "")]) == {}
        assert chart.item_ids(connection, ["nothing"]) == chart.place_ids(connection, ["nowhere"]) == {}


def test_ids_from_memory_are_those_that_are_read(ledger: Database) -> None:
    post_moves(ledger, move(1, ONE, TWO))
    with ledger.reading() as connection:
        items, places = chart.read_items(connection, ["apple"]), chart.read_places(connection, ["one", "two"])
        for _ in range(2):
            assert chart.item_ids(connection, ["apple"]) == {"apple": items["apple"].id}
            assert chart.place_ids(connection, ["one", "two"]) == {key: each.id for key, each in places.items()}
        chart.forget(connection)
        assert chart.item_ids(connection, ["apple"]) == {"apple": items["apple"].id}


def test_a_lot_is_of_an_item_that_is_known(ledger: Database) -> None:
    with pytest.raises(Refusal) as refusal:
        within(ledger, lambda connection: chart.register_lot(connection, "nothing", "L1"))
    assert refusal.value.code == "unknown_item"
    assert counted(ledger, "ledger_lot", "L1") == 0


def test_a_lot_registered_again_keeps_its_id_and_takes_its_new_day(ledger: Database) -> None:
    def days() -> list[tuple[int, str]]:
        with ledger.reading() as connection:
            sql = "SELECT id, expires FROM ledger_lot WHERE key = :key"
            return [tuple(row) for row in run(connection, sql, {"key": "L1"})]

    seen = []
    for day in ("2027-01-31", "2027-01-31", "", "2026-12-31"):
        within(ledger, lambda connection, day=day: chart.register_lot(connection, "milk", "L1", day))  # type: ignore[misc]
        seen.append(days())
    assert [each for ((_, each),) in seen] == ["2027-01-31", "2027-01-31", "", "2026-12-31"]
    assert len({number for ((number, _),) in seen}) == 1


Registering = Callable[[Connection, str], None]
RACES: tuple[tuple[str, Registering], ...] = (
    ("ledger_lot", lambda connection, key: chart.register_lot(connection, "milk", key, "2027-01-31")),
    ("ledger_item", lambda connection, key: chart.register_item(connection, key, "pc", 0)),
    ("ledger_place", lambda connection, key: chart.register_place(connection, LedgerPlace(key, "store"))),
    ("ledger_owner", lambda connection, key: chart.insert_owners(connection, [key])),
)


@pytest.mark.parametrize(("table", "registering"), RACES, ids=[table for table, _ in RACES])
def test_two_who_register_the_same_at_once_make_one_and_neither_fails(
    ledger: Database, table: str, registering: Registering
) -> None:
    both = threading.Barrier(2)
    failed: list[BaseException] = []

    def one() -> None:
        for number in range(ROUNDS):
            both.wait(20)
            try:
                within(ledger, lambda connection, number=number: registering(connection, f"new-{number}"))  # type: ignore[misc]
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert [counted(ledger, table, f"new-{number}") for number in range(ROUNDS)] == [1] * ROUNDS
    assert_clean(ledger)


def test_who_waits_for_a_registration_that_is_rolled_back_makes_it_himself(ledger: Database) -> None:
    class Undone(Exception):
        pass

    def work(connection: Connection) -> None:
        chart.register_lot(connection, "milk", "L9")
        raise Undone

    with pytest.raises(Undone):
        within(ledger, work)
    assert counted(ledger, "ledger_lot", "L9") == 0
    post_moves(ledger, move(2, SUPPLIER, ONE, "milk", lot="L9"))
    assert on_hand(ledger, ONE, "milk", "L9") == Decimal(2)
    assert_clean(ledger)


def test_another_process_learns_of_changed_rules_at_its_next_posting(ledger: Database, database_url: str) -> None:
    """Each process remembers the chart; a version that every posting reads tells it to forget."""
    other = open_database(database_url)
    try:
        post_moves(other, move(1, ONE, TWO))
        assert refused(other, posting(move("0.5", ONE, TWO))).code == "scale"
        assert register(ledger, "apple", "pc", 1) is None
        post_moves(other, move("0.5", ONE, TWO))
        assert on_hand(other, TWO) == Decimal("1.5")
    finally:
        other.close()
    assert_clean(ledger)


def test_a_place_first_named_by_a_posting_that_was_refused_is_not_left_behind(ledger: Database) -> None:
    assert refused(ledger, posting(move(99, ONE, WAY))).code == "short"
    assert counted(ledger, "ledger_place", WAY.key) == 0
    post_moves(ledger, move(1, ONE, WAY))
    assert counted(ledger, "ledger_place", WAY.key) == 1


def test_what_is_remembered_begins_anew_when_it_is_too_much() -> None:
    names = Names()
    names.take(Names(owners={str(number): number for number in range(REMEMBERED + 1)}))
    assert len(names.owners) == REMEMBERED + 1
    names.take(Names(owners={"new": 1}, lots={(1, "a"): 2}))
    assert (names.owners, names.lots) == ({"new": 1}, {(1, "a"): 2})
