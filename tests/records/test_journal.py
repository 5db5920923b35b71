"""History is complete, chained, and no byte of it or of a record changes without being found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from engine.database import Database
from engine.database.dialects import run_together
from engine.records import archive, audit, journal, proving, tasks
from engine.records.journal import Change, Entry
from engine.records.stored import Stored
from tests.records.makers import FORMS, change, changed, keep, new_id, stored


def test_a_line_says_who_did_what_for_whom_and_what_changed(database: Database) -> None:
    entry = Entry(
        actor="p2",
        action="approve",
        origin="draft",
        target="open",
        on_behalf="p3",
        changes=[{"path": "/lines/r1/remark", "old": None, "new": "蓝"}],
        route="api",
        comment="好",
        because={"en": "Within the limit.", "zh": "额度内。"},
        asks={"why": "late"},
    )
    kept = database.transaction(lambda c: keep(c, stored()))

    def approve(connection: Connection) -> Stored:
        sealed = journal.append(connection, Change(kept, changed(kept, state="open", version=7), [entry]))[kept.id]
        assert archive.save(connection, kept, sealed, FORMS["order"], {})
        return sealed

    sealed = database.transaction(approve)
    with database.reading() as connection:
        first, line = journal.read(connection, kept.id)
        assert [each.n for each in journal.read(connection, kept.id, after=1)] == [2]
    assert (first.action, first.before_hash, first.previous, first.revision) == ("create", "", "", 1)
    assert (line.n, line.revision, line.seq, line.at, line.version, line.form) == (2, 2, 2, 1_001, 7, "order")
    told = {
        name: getattr(line, name) for name in ("actor", "action", "origin", "target", "on_behalf", "route", "comment")
    }
    assert told == {name: getattr(entry, name) for name in told}
    assert (line.changes, line.because, line.asks) == (entry.changes, entry.because, entry.asks)
    assert line.before_hash == first.after_hash
    assert line.previous == kept.head
    assert sealed.head == f"2.{line.hash}"


def test_one_operation_may_tell_several_things(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, stored()))
    new = database.transaction(lambda c: change(c, kept, "submit", "accept", state="open"))
    assert new is not None
    with database.reading() as connection:
        lines = journal.read(connection, kept.id)
        verdict = proving.verify(connection)
    assert [(each.n, each.revision, each.action) for each in lines] == [
        (1, 1, "create"),
        (2, 2, "submit"),
        (3, 2, "accept"),
    ]
    assert verdict.breaches == ()
    assert (verdict.records, verdict.lines) == (1, 3)


def test_a_change_without_a_word_is_not_written(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, stored()))
    with pytest.raises(ValueError, match="without a line"):
        database.transaction(lambda c: journal.append(c, Change(kept, changed(kept), [])))


def test_history_is_never_changed_or_deleted(database: Database) -> None:
    database.transaction(lambda c: keep(c, stored()))
    for sql in ("UPDATE history SET actor = 'x'", "DELETE FROM history"):
        with pytest.raises(DatabaseError, match="never changed"):
            database.transaction(lambda c, s=sql: c.execute(text(s)))


def a_little_history(database: Database) -> Stored:
    def work(connection: Connection) -> Stored:
        shop = keep(connection, stored("shop", values={"code": "S01", "name": "北店"}))
        lines = [{"row": "a", "item": new_id(), "remark": "blue"}, {"row": "b", "item": new_id()}]
        values = {"shop": shop.id, "code": "A", "title": "First"}
        kept = keep(connection, stored(values=values, rows={"lines": lines}, number="O-1"))
        kept = change(connection, kept, "submit", "accept", state="open") or kept
        kept = change(connection, kept, "edit", values={**values, "title": "Second"}) or kept
        asks = (tasks.Ask(role="manager", relation="at", unit=shop.id),)
        opened = tasks.opening(
            connection,
            [tasks.Task(new_id(), kept.id, "order", "decide", "area", None, ("approve",), "h", 1, asks=asks)],
        )
        run_together(connection, opened)
        return kept

    return database.transaction(work)


def test_what_was_kept_honestly_is_proved(database: Database) -> None:
    kept = a_little_history(database)
    with database.reading() as connection:
        report = audit.verify(connection, lambda each: FORMS.get(each.form))
        again = audit.verify(connection, lambda each: FORMS.get(each.form))
    assert report.faults == ()
    assert report.figures == {"record": 2, "history": 5, "task": 1, "link": 0, "vote": 0, "outbox": 0, "fact_value": 0}
    assert report.root == again.root
    database.transaction(lambda c: change(c, kept, state="closed"))
    with database.reading() as connection:
        assert audit.verify(connection).root != report.root


TAMPERED = {
    "a value": "UPDATE record SET data = REPLACE(CAST(data AS TEXT), 'Second', 'Zecond'){json} WHERE form = 'order'",
    "a state": "UPDATE record SET state = 'done' WHERE form = 'order'",
    "a revision": "UPDATE record SET revision = revision + 1 WHERE form = 'order'",
    "a head": "UPDATE record SET head = '3.x' WHERE form = 'order'",
    "a moment": "UPDATE record SET created = created + 1 WHERE form = 'order'",
    "the memory": "UPDATE record SET memory = '{\"a\": 1}' WHERE form = 'order'",
    "a row": "UPDATE record_rows SET data = REPLACE(CAST(data AS TEXT), 'blue', 'blux'){json}",
    "a row's place": (
        "UPDATE record_rows SET data = "
        """REPLACE(CAST(data AS TEXT), '["a",{gap}"b"]', '["b","a"]'){json}"""
    ),
    "rows are gone": "DELETE FROM record_rows",
    "a record is gone": "DELETE FROM record WHERE form = 'order'",
    "a record from nowhere": (
        "INSERT INTO record SELECT form, 'x', NULL, state, revision, version, overlays, data, memory, created, "
        "created_by, submitted, submitted_by, updated, head, seq FROM record WHERE form = 'shop'"
    ),
    "an actor in history": "UPDATE history SET actor = 'p9' WHERE n = 2",
    "a comment in history": "UPDATE history SET comment = 'added later' WHERE n = 3",
    "the last line": "DELETE FROM history WHERE n = 4",
    "a middle line": "DELETE FROM history WHERE n = 2",
    "a hash": "UPDATE history SET hash = after_hash WHERE n = 1 AND form = 'order'",
    "a reference": "UPDATE record_ref SET value = 'x' WHERE value = (SELECT min(value) FROM record_ref)",
    "a unit": "UPDATE record_org SET unit = 'x'",
    "a unit's state": "UPDATE record_org SET state = 'x'",
    "a unique value": "DELETE FROM record_unique WHERE form = 'order'",
    "a word": "DELETE FROM record_token WHERE token = 'second'",
    "a task's record": "UPDATE task SET record = 'x'",
    "a task's question": "UPDATE task SET ended = 1",
}


@pytest.mark.parametrize("what", sorted(TAMPERED))
def test_whatever_is_changed_behind_our_back_is_found(database: Database, what: str) -> None:
    a_little_history(database)
    postgres = database.dialect == "postgresql"
    sql = TAMPERED[what].replace("{json}", "::jsonb" if postgres else "").replace("{gap}", " " if postgres else "")

    def tamper(connection: Connection) -> int:
        if postgres:
            connection.exec_driver_sql("ALTER TABLE history DISABLE TRIGGER USER")
        else:
            for name in ("history_no_update", "history_no_delete"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return connection.exec_driver_sql(sql, execution_options={"no_parameters": True}).rowcount

    assert database.transaction(tamper) >= 1
    with database.reading() as connection:
        assert audit.verify(connection, lambda each: FORMS.get(each.form)).faults


def test_a_discarded_record_is_no_fault_when_history_says_so(database: Database) -> None:
    kept = database.transaction(lambda c: keep(c, stored()))

    def discard(connection: Connection) -> None:
        journal.append(connection, Change(kept, changed(kept), [Entry("p1", journal.DISCARD, origin="draft")]))
        archive.discard(connection, kept)

    database.transaction(discard)
    with database.reading() as connection:
        assert proving.verify(connection).breaches == ()


def test_an_unknown_form_is_a_fault(database: Database) -> None:
    database.transaction(lambda c: keep(c, stored()))
    with database.reading() as connection:
        assert audit.verify(connection, lambda each: None).faults


def together(*works: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def test_chains_stay_whole_under_many_writers(database: Database) -> None:
    kept = [database.transaction(lambda c: keep(c, stored())) for _ in range(3)]

    def edit(connection: Connection) -> None:
        held = archive.load(connection, [each.id for each in kept], lock=True)
        for old in held.values():
            assert change(connection, old, values={"pieces": old.revision}) is not None

    together(*[lambda: [database.transaction(edit) for _ in range(4)] and None for _ in range(5)])
    with database.reading() as connection:
        verdict = proving.verify(connection)
    assert verdict.breaches == ()
    assert (verdict.records, verdict.lines) == (3, 3 + 3 * 20)


def test_the_hash_covers_every_part_of_a_record() -> None:
    base = stored(values={"a": 1}, rows={"lines": [{"row": "x"}]})
    others = [
        replace(base, **{name: value})
        for name, value in {
            "id": "y", "form": "z", "number": "1", "state": "s", "revision": 9, "version": 1, "overlays": ("w",),
            "values": {"a": 2}, "rows": {"lines": [{"row": "y"}]}, "memory": {"m": 1}, "created": 5, "created_by": "q",
            "submitted": 1, "submitted_by": "q", "updated": 7, "seq": 8,
        }.items()
    ]  # fmt: skip
    hashes = {archive.content_hash(each) for each in (base, *others)}
    assert len(hashes) == 17
    assert archive.content_hash(replace(base, head="x", rows={**base.rows, "codes": []})) == archive.content_hash(base)
