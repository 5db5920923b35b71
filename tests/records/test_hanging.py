"""Tasks, votes, timers, messages, notices, links and files: what hangs on a record."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from engine.database import Database
from engine.database.dialects import run_together
from engine.errors import Kind, Refusal
from engine.records import attachments, links, notices, tasks, timers, votes
from engine.records.attachments import Attachment, FileStore
from engine.records.beside import Steps
from engine.records.links import Link
from engine.records.tasks import Ask, Task
from engine.records.timers import Timer
from engine.records.votes import Ballot
from tests.records.makers import new_id


def write(database: Database, steps: Callable[[Connection], Steps]) -> list[int]:
    """Write these steps; how many rows each wrote."""
    return database.transaction(lambda c: run_together(c, steps(c)))


def a_task(name: str, *asks: Ask, record: str = "r1", opened: int = 1, form: str = "order") -> Task:
    return Task(
        id=name,
        record=record,
        form=form,
        kind="decide",
        step="area",
        part=None,
        actions=("approve", "reject"),
        content="hash",
        opened=opened,
        title={"en": "Approve", "zh": "审批"},
        because={"en": "Above the limit."},
        deadline=99,
        asks=asks,
    )


def inbox(database: Database, person: str, *held: Ask, **more: object) -> list[str]:
    with database.reading() as connection:
        return [each.id for each in tasks.inbox(connection, person, held, **more)]  # type: ignore[arg-type]


def test_an_inbox_holds_what_asks_the_person_or_a_role_as_it_is_held(database: Database) -> None:
    north, chain = Ask("manager", "at", "north"), Ask("finance", "at", "")
    opened = [
        a_task("t1", north, Ask("manager", "above", "north")),
        a_task("t2", Ask("manager", "at", "south"), opened=2),
        a_task("t3", Ask(person="p1"), opened=3, form="other"),
        a_task("t4", chain, opened=0),
        a_task("t5", Ask(person="p1"), north, opened=4),
    ]
    write(database, lambda c: tasks.opening(c, opened))
    assert inbox(database, "p1", north) == ["t1", "t3", "t5"]
    assert inbox(database, "p1") == ["t3", "t5"]
    assert inbox(database, "p9", north, chain) == ["t4", "t1", "t5"]
    assert inbox(database, "p9", Ask("clerk", "at", "north")) == []
    assert inbox(database, "p9") == []
    assert inbox(database, "p1", north, form="other") == ["t3"]
    assert inbox(database, "p1", north, limit=1) == ["t1"]
    assert inbox(database, "p1", north, after=(1, "t1")) == ["t3", "t5"]


def test_a_task_is_read_as_it_was_opened_and_asks_nobody_once_it_ended(database: Database) -> None:
    task = a_task("t1", Ask(person="p1"), Ask(person="p1"))
    write(database, lambda c: tasks.opening(c, [task]))
    with database.reading() as connection:
        assert tasks.get(connection, "t1") == replace(task, asks=())
        assert tasks.get(connection, "t2") is None
        assert tasks.of(connection, "r1") == [replace(task, asks=())]
    assert write(database, lambda c: tasks.closing(c, ["t1", "t9"], 7, "p1", "approve"))[0] == 1
    assert write(database, lambda c: tasks.closing(c, ["t1"], 8, "p2", "reject"))[0] == 0
    with database.reading() as connection:
        assert tasks.of(connection, "r1") == []
        ended = tasks.of(connection, "r1", ended=True)
    assert ended == [replace(task, asks=(), ended=7, ended_by="p1", ended_because="approve")]
    assert inbox(database, "p1") == []


def test_one_of_many_ends_a_task(database: Database) -> None:
    write(database, lambda c: tasks.opening(c, [a_task("t1")]))
    ended: list[int] = []

    def end() -> None:
        ended.append(write(database, lambda c: tasks.closing(c, ["t1"], 7, "p1", "approve"))[0])

    threads = [threading.Thread(target=end) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(ended) == [0] * 7 + [1]


def test_votes_stay_as_they_were_cast(database: Database) -> None:
    cast = [
        Ballot("r1", "loss", 1, "area", "", "", "p1", "approve", "hash", 5, 6, on_behalf="p2", task="t1", comment="好"),
        Ballot("r1", "loss", 1, "cfo", "north", "row", "p3", "reject", "hash", 7, 8),
    ]
    database.transaction(lambda c: votes.add(c, cast))
    with database.reading() as connection:
        assert votes.of(connection, "r1") == cast
    with pytest.raises(DatabaseError, match="never changed"):
        database.transaction(lambda c: c.execute(text("UPDATE vote SET verdict = 'approve'")))


def test_a_timer_fires_once_when_it_is_due_and_not_before(database: Database) -> None:
    first, second, third = (
        Timer("r1", "remind", "1", "order", 10),
        Timer("r2", "remind", "1", "order", 5),
        Timer("r1", "end", "1", "order", 8),
    )

    assert write(database, lambda c: timers.setting(c, [first, second, third])) == [3]
    assert write(database, lambda c: timers.cancelling(c, "r1", 1, ["end"])) == [1]
    assert database.transaction(lambda c: timers.due(c, 4)) == []
    assert database.transaction(lambda c: timers.due(c, 10, limit=1)) == [second]
    assert database.transaction(lambda c: timers.due(c, 10)) == [first]
    assert database.transaction(lambda c: timers.due(c, 99)) == []
    assert write(database, lambda c: timers.setting(c, [replace(first, due=50)])) == [0]


def test_a_timer_may_be_moved_and_set_again_until_it_fires(database: Database) -> None:
    timer = Timer("r1", "remind", "1", "order", 10)
    write(database, lambda c: timers.setting(c, [timer]))
    write(database, lambda c: timers.cancelling(c, "r1", 1))
    with database.reading() as connection:
        assert timers.waiting(connection, "r1") == []
    assert write(database, lambda c: timers.setting(c, [replace(timer, due=20)])) == [1]
    assert database.transaction(lambda c: timers.due(c, 10)) == []
    with database.reading() as connection:
        assert timers.waiting(connection, "r1") == [replace(timer, due=20)]
    assert database.transaction(lambda c: timers.due(c, 20)) == [replace(timer, due=20)]


def test_a_claim_that_is_rolled_back_is_due_again(database: Database) -> None:
    write(database, lambda c: timers.setting(c, [Timer("r1", "remind", "1", "order", 10)]))

    def claim(connection: object) -> None:
        assert len(timers.due(connection, 10)) == 1  # type: ignore[arg-type]
        raise KeyError

    with pytest.raises(KeyError):
        database.transaction(claim)
    assert len(database.transaction(lambda c: timers.due(c, 10))) == 1


def test_many_who_claim_at_once_get_each_timer_once(database: Database) -> None:
    for index in range(60):
        write(database, lambda c, i=index: timers.setting(c, [Timer(f"r{i}", "remind", "1", "order", i)]))
    claimed: list[str] = []

    def claim() -> None:
        while got := database.transaction(lambda c: timers.due(c, 100, limit=7)):
            claimed.extend(each.record for each in got)

    threads = [threading.Thread(target=claim) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(claimed) == sorted(f"r{index}" for index in range(60))


def test_notices_are_a_persons_own_newest_first(database: Database) -> None:
    for at in (1, 2, 3):
        write(
            database,
            lambda c, at=at: notices.telling(c, new_id, ["p1", "p2", "p1"], "order", "r1", "late", at, {"n": at}),
        )
    with database.reading() as connection:
        mine = notices.of(connection, "p1")
        assert [(each.at, each.params, each.read) for each in mine] == [
            (3, {"n": 3}, None),
            (2, {"n": 2}, None),
            (1, {"n": 1}, None),
        ]
        assert notices.of(connection, "p1", before=(mine[0].at, mine[0].id), limit=1) == [mine[1]]
    assert database.transaction(lambda c: notices.mark_read(c, "p2", [mine[0].id], 9)) == 0
    assert database.transaction(lambda c: notices.mark_read(c, "p1", [mine[0].id, mine[1].id], 9)) == 2
    with database.reading() as connection:
        assert (notices.unread(connection, "p1"), notices.unread(connection, "p2")) == (1, 3)


def a_link(name: str, source: str, target: str, quantity: str, **more: object) -> Link:
    return Link(**{  # type: ignore[arg-type]
        "id": name, "from_form": "order", "from_record": source, "from_row": "a", "to_form": "receipt",
        "to_record": target, "to_row": "b", "quantity": Decimal(quantity), "effect": "make", "seq": 1, **more,
    })  # fmt: skip


def test_links_are_seen_from_both_ends_and_reversed_once(database: Database) -> None:
    one, two, other = (
        a_link("1", "r1", "r2", "2.5"),
        a_link("2", "r1", "r3", "0.000001", seq=2),
        a_link("3", "r2", "r4", "1", effect="more"),
    )
    database.transaction(lambda c: links.add(c, [two, one, other]))
    with database.reading() as connection:
        assert links.of(connection, "r1") == [one, two]
        assert links.of(connection, "r2") == [one, other]
        assert links.of(connection, "r9") == []
    assert database.transaction(lambda c: links.reverse(c, "r4", 7, effect="make")) == 0
    assert database.transaction(lambda c: links.reverse(c, "r4", 7)) == 1
    assert database.transaction(lambda c: links.reverse(c, "r4", 8)) == 0
    with database.reading() as connection:
        assert links.of(connection, "r4") == []
        assert links.of(connection, "r4", with_reversed=True) == [replace(other, reversed=7)]


@pytest.mark.parametrize(
    "sql",
    ["UPDATE link SET quantity = 9, reversed = 1", "UPDATE link SET reversed = NULL", "UPDATE link SET quantity = 9"],
)
def test_a_link_is_only_ever_reversed(database: Database, sql: str) -> None:
    database.transaction(lambda c: links.add(c, [a_link("1", "r1", "r2", "2")]))
    with pytest.raises(DatabaseError, match="only ever reversed"):
        database.transaction(lambda c: c.execute(text(sql)))


# -- files ---------------------------------------------------------------------------------------------------------


def a_file(**more: object) -> Attachment:
    return Attachment(
        **{
            "id": new_id(),
            "person": "p1",
            "name": "a.png",
            "type": "image/png",
            "size": 10,
            "hash": "h",
            "at": 1,
            **more,
        }
    )  # type: ignore[arg-type]


def test_files_are_kept_by_their_bytes_alone(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    name = store.put(b"one")
    assert store.put(b"one") == name
    assert store.put(b"two") != name
    assert store.get(name) == b"one"
    kept = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert sorted(path.name for path in kept) == sorted([name, store.put(b"two")])


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "", "a" * 64 + "/x", "g" * 64])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no hash"):
        FileStore(tmp_path).get(name)


def test_a_file_that_was_changed_or_lost_is_not_given_out(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put(b"one")
    next(path for path in tmp_path.rglob(name)).write_bytes(b"two")
    for asked in (name, "0" * 64):
        with pytest.raises(Refusal) as refused:
            store.get(asked)
        assert refused.value.kind == Kind.UNAVAILABLE


def test_a_file_whose_place_is_taken_by_something_else_is_lost(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put(b"one")
    os.remove(tmp_path / name[:2] / name)
    (tmp_path / name[:2] / name).mkdir()
    with pytest.raises(Refusal) as refused:
        store.get(name)
    assert refused.value.code == "file_lost"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ('"><img src=x onerror=1>.png', '"><img src=x onerror=1>.png'),
        ("C:\\fakepath\\照片.jpg", "照片.jpg"),
        ("../../a.png", "a.png"),
        ("e\u0301.png", "é.png"),
    ],
)
def test_a_name_is_only_its_last_part(name: str, clean: str) -> None:
    assert attachments.clean_name(name) == clean


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x", "gnp\u202eexe", "", ".", "..", "a/", "x" * 201, "a\x00b", "\ud800"]
)
def test_a_name_that_could_mislead_is_refused(database: Database, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda c: attachments.add(c, a_file(name=name), 100))
    assert refused.value.faults[0].code == "bad_name"


def test_a_person_has_room_for_so_much(database: Database) -> None:
    database.transaction(lambda c: attachments.add(c, a_file(size=60), 100))
    database.transaction(lambda c: attachments.add(c, a_file(size=60, person="p2"), 100))
    with pytest.raises(Refusal) as refused:
        database.transaction(lambda c: attachments.add(c, a_file(size=41), 100))
    assert (refused.value.kind, refused.value.code) == (Kind.LIMIT, "quota")


def test_a_file_is_known_by_the_records_that_show_it(database: Database) -> None:
    file = a_file()
    database.transaction(lambda c: attachments.add(c, file, 100))
    for _ in range(2):
        database.transaction(
            lambda c: attachments.link(c, "r1", [(file.id, "photo"), (file.id, "lines.photo"), (file.id, "photo")])
        )
    with database.reading() as connection:
        assert attachments.get(connection, file.id) == file
        assert attachments.get(connection, new_id()) is None
        assert attachments.shown_by(connection, file.id) == [("r1", "lines.photo"), ("r1", "photo")]
        assert attachments.shown_by(connection, new_id()) == []
