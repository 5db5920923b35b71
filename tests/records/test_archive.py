"""Records are kept whole, found by what is in them, and never overwritten by somebody who had an older copy."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from engine.database import Database
from engine.errors import Kind, Refusal
from engine.expressions import Reference
from engine.records import archive
from engine.records.indexing import index_of
from tests.records.makers import ORDER, change, changed, keep, new_id, stored, units_of


def count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def an_order(**more: object) -> archive.Stored:
    shop, item = new_id(), new_id()
    lines = [
        {"row": "r2", "item": item, "quantity": "2.000000", "remark": "蓝色的"},
        {"row": "r1", "item": new_id(), "quantity": "1.500000"},
    ]
    values = {"shop": shop, "code": "A-1", "title": "First", "total": "12.50", "urgent": True, "pieces": 3}
    return stored(**{"values": values, "rows": {"lines": lines}, "memory": {"did": {"submit": ["p1"]}}, **more})


def test_what_is_inserted_is_loaded_again_to_the_last_word(database: Database) -> None:
    made = an_order(number="O-1", version=3, overlays=("west", "pilot"), submitted=5, submitted_by="p2")
    kept = database.transaction(lambda c: keep(c, made))
    with database.reading() as connection:
        assert archive.load(connection, [made.id]) == {made.id: kept}
        assert archive.load(connection, [Reference("order", made.id)]) == {made.id: kept}
        assert archive.heads(connection, [made.id]) == {made.id: replace(kept, rows={})}
        assert archive.exists(connection, made.id)
        assert not archive.exists(connection, new_id())
        assert [each.id for each in archive.of_form(connection, "order")] == [made.id]


def test_rows_keep_the_order_they_were_given_in(database: Database) -> None:
    rows = [{"row": new_id(), "remark": str(index)} for index in range(60)]
    kept = database.transaction(lambda c: keep(c, stored(rows={"lines": rows})))
    turned = database.transaction(lambda c: change(c, kept, rows={"lines": list(reversed(rows))}))
    assert turned is not None
    with database.reading() as connection:
        assert archive.load(connection, [kept.id])[kept.id].rows == {"lines": list(reversed(rows))}


def test_records_of_several_forms_come_together_in_the_order_of_ids(database: Database) -> None:
    made = [database.transaction(lambda c, f=form: keep(c, stored(f))) for form in ("order", "shop", "order")]
    with database.reading() as connection:
        found = archive.load(connection, [each.id for each in made] + [new_id()])
    assert list(found) == sorted(each.id for each in made)
    assert {each.form for each in found.values()} == {"order", "shop"}


def test_an_older_copy_never_lands(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, an_order()))
    assert database.transaction(lambda c: change(c, kept, state="open")) is not None

    def late(connection: Connection) -> bool:
        return archive.save(connection, kept, changed(kept, state="late"), ORDER, units_of(kept))

    assert database.transaction(late) is False
    with database.reading() as connection:
        assert archive.heads(connection, [kept.id])[kept.id].state == "open"


def test_a_save_needs_the_next_revision_and_whole_records(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, an_order()))
    with database.reading() as connection:
        head = archive.heads(connection, [kept.id])[kept.id]
    for old, new in ((kept, replace(kept, state="x")), (head, changed(head)), (kept, changed(kept, id=new_id()))):
        with pytest.raises(ValueError, match="next revision"):
            database.transaction(lambda c, o=old, n=new: archive.save(c, o, n, ORDER, {}))


def test_of_many_edits_at_once_each_accepted_one_counts(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, stored(values={"pieces": 0})))
    accepted: list[int] = []

    def edit(connection: Connection) -> None:
        old = archive.load(connection, [kept.id], lock=True)[kept.id]
        assert change(connection, old, values={"pieces": old.values["pieces"] + 1}) is not None

    def work() -> None:
        for _ in range(5):
            database.transaction(edit)
            accepted.append(1)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with database.reading() as connection:
        found = archive.load(connection, [kept.id])[kept.id]
    assert len(accepted) == 30
    assert found.revision == 31
    assert found.values["pieces"] == 30


def test_rows_are_seen_as_of_the_lock(database: Database) -> None:
    """Who waited for the lock must see the rows that the one before him wrote, not those of before."""
    kept = database.transaction(lambda c: keep(c, stored(rows={"lines": []})))
    start = threading.Barrier(4)

    def add(connection: Connection) -> None:
        old = archive.load(connection, [kept.id], lock=True)[kept.id]
        rows = [*old.rows.get("lines", []), {"row": new_id(), "remark": "x"}]
        assert change(connection, old, rows={"lines": rows}) is not None

    def work() -> None:
        start.wait()
        for _ in range(5):
            database.transaction(add)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with database.reading() as connection:
        assert len(archive.load(connection, [kept.id])[kept.id].rows["lines"]) == 20


def test_a_taken_id_is_refused_whatever_the_form(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, an_order()))
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda c: archive.insert(c, stored("shop", kept.id), ORDER, {}))
    assert (refused.value.kind, refused.value.code) == (Kind.CONFLICT, "exists")


def test_a_unique_value_is_refused_with_its_place(database: Database) -> None:
    database.transaction(lambda c: keep(c, an_order()))
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda c: keep(c, an_order()))
    assert [(each.path, each.code) for each in refused.value.faults] == [("/code", "not_unique")]
    with database.reading() as connection:
        assert count(connection, "record") == 1
        assert count(connection, "record_id") == 1


def test_a_unique_value_in_a_row_is_refused_twice_in_one_record_too(database: Database) -> None:
    rows = {"codes": [{"row": "a", "code": "690"}, {"row": "b", "code": "690"}]}
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda c: keep(c, stored(rows=rows)))
    assert [each.path for each in refused.value.faults] == ["/codes/1/code"]


def test_a_unique_value_is_free_again_when_it_is_given_up(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, an_order()))
    assert database.transaction(lambda c: change(c, kept, values={**kept.values, "code": "B-2"})) is not None
    again = database.transaction(lambda c: keep(c, an_order()))
    with database.reading() as connection:
        assert archive.by_code(connection, ORDER, "code", ["A-1", "B-2", "C-3"]) == {"A-1": again.id, "B-2": kept.id}


def test_one_of_many_takers_of_a_unique_value_gets_it(database: Database) -> None:
    outcomes: list[str] = []

    def work() -> None:
        try:
            database.transaction(lambda c: keep(c, stored(values={"code": "ONE"})))
            outcomes.append("kept")
        except Refusal as refusal:
            outcomes.append(refusal.faults[0].code)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["kept"] + ["not_unique"] * 7


def test_a_very_long_unique_value_still_is_unique(database: Database) -> None:
    long = "长" * 5_000
    kept = database.transaction(lambda c: keep(c, stored(values={"code": long})))
    with database.reading() as connection:
        assert archive.by_code(connection, ORDER, "code", [long]) == {long: kept.id}
    with pytest.raises(Refusal):
        database.transaction(lambda c: keep(c, stored(values={"code": long})))


def test_find_compares_text_numbers_truth_and_emptiness(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, an_order(number="O-7")))
    with database.reading() as connection:

        def found(**equal: object) -> bool:
            return archive.find(connection, "order", equal) == [kept.id]

        assert found(code="A-1", urgent=True, pieces=3, number="O-7")
        assert found(due=None)
        assert not found(code="a-1")
        assert not found(urgent=False)
        assert not found(pieces=4)
        with pytest.raises(ValueError, match="x'"):
            archive.find(connection, "order", {"x') OR 1=1 --": "1"})


def test_what_a_record_is_found_by_follows_it(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, an_order()))
    shop, item = new_id(), new_id()
    rows = {"lines": [{"row": "r2", "item": item}]}
    new = database.transaction(
        lambda c: change(c, kept, state="open", values={**kept.values, "shop": shop, "title": "第二"}, rows=rows)
    )
    assert new is not None
    with database.reading() as connection:
        refs = connection.execute(text("SELECT value FROM record_ref")).scalars().all()
        orgs = connection.execute(text("SELECT unit, state FROM record_org")).all()
        words = set(connection.execute(text("SELECT token FROM record_token")).scalars())
    assert refs == [item]
    assert [tuple(each) for each in orgs] == [(shop, "open")]
    assert words == set(index_of(ORDER, new).words) == {"第", "二", "第二", "de"}


def test_a_discarded_record_leaves_nothing_but_its_id_and_history(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, an_order()))
    database.transaction(lambda c: archive.discard(c, kept))
    tables = ("record", "record_rows", "record_ref", "record_org", "record_unique", "record_token")
    with database.reading() as connection:
        assert [count(connection, table) for table in tables] == [0] * 6
        assert archive.exists(connection, kept.id)
        assert archive.load(connection, [kept.id]) == {}
    with pytest.raises(Refusal):
        database.transaction(lambda c: archive.discard(c, kept))


@pytest.mark.parametrize("value", ["a\x00b", 2**70, "\ud800"])
def test_what_cannot_be_stored_is_refused_before_the_database(database: Database, value: object) -> None:
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda c: archive.insert(c, stored(values={"title": value}), ORDER, {}))
    assert refused.value.faults[0].code == "unstorable"
