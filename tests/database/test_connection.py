"""The one commit: when it tries again, when it gives up, what holds on every connection; SQLite writes in turn."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, ProgrammingError

from engine.database import Database, open_database
from engine.database.connection import TRIES
from engine.database.dialects import run
from engine.errors import Kind, Refusal

RAISE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{}'; END $$"


@pytest.fixture
def noted(database: Database) -> Database:
    """A table of numbers."""
    database.transaction(lambda connection: run(connection, "CREATE TABLE noted (id integer PRIMARY KEY)"))
    return database


def numbers(database: Database) -> list[int]:
    """What is committed."""
    with database.reading() as connection:
        return run(connection, "SELECT id FROM noted ORDER BY id").scalars()


def note(connection: Connection, number: int) -> None:
    """One more."""
    run(connection, "INSERT INTO noted (id) VALUES (:id)", {"id": number})


@pytest.fixture
def postgres(postgres_url: str) -> Any:
    """PostgreSQL alone: SQLite's writers cannot meet in a dead-lock."""
    opened = open_database(postgres_url, pool=2)
    yield opened
    opened.close()


@pytest.mark.parametrize("state", ["40P01", "40001"])
@pytest.mark.parametrize("failures", [0, 1, TRIES - 1])
def test_after_a_dead_lock_the_whole_work_runs_again(postgres: Database, state: str, failures: int) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> int:
        tries.append(run(connection, "SELECT count(*) FROM pg_temp.once").scalar() if made(connection) else 0)
        run(connection, "CREATE TEMP TABLE once ON COMMIT DROP AS SELECT 1 AS a")
        if len(tries) <= failures:
            run(connection, RAISE.format(state))
        return len(tries)

    assert postgres.transaction(work) == failures + 1
    assert tries == [0] * (failures + 1)  # nothing of a try was left to the next


def made(connection: Connection) -> bool:
    """Whether what an earlier try made is there."""
    return run(connection, "SELECT to_regclass('pg_temp.once') AS name").scalar() is not None


@pytest.mark.parametrize(
    ("state", "tries"), [("40P01", TRIES), ("40001", TRIES), ("23505", 1), ("P0001", 1), ("42703", 1)]
)
def test_it_gives_up_after_so_many_and_tries_nothing_else_again(postgres: Database, state: str, tries: int) -> None:
    met: list[str] = []

    def work(connection: Connection) -> None:
        met.append(state)
        run(connection, RAISE.format(state))

    with pytest.raises((Refusal, DBAPIError)) as failed:
        postgres.transaction(work)
    assert len(met) == tries
    if tries == TRIES:
        assert isinstance(failed.value, Refusal)
        assert (failed.value.kind, failed.value.code) == (Kind.UNAVAILABLE, "unavailable")
        assert failed.value.says["zh"] != failed.value.says["en"]
    else:
        assert isinstance(failed.value, DBAPIError)


def test_a_refusal_is_not_tried_again(noted: Database) -> None:
    met: list[int] = []

    def work(connection: Connection) -> None:
        met.append(1)
        note(connection, 1)
        raise Refusal(Kind.RULE, "no", {"en": "no", "zh": "否"})

    with pytest.raises(Refusal, match="no"):
        noted.transaction(work)
    assert (met, numbers(noted)) == ([1], [])


@pytest.mark.parametrize(
    "failure", [KeyError("x"), KeyboardInterrupt(), SystemExit(1)], ids=lambda each: type(each).__name__
)
def test_whatever_ends_the_work_leaves_nothing_and_the_next_can_write(noted: Database, failure: BaseException) -> None:
    def work(connection: Connection) -> None:
        note(connection, 1)
        raise failure

    for _ in range(40):  # more often than there are connections
        with pytest.raises(type(failure)):
            noted.transaction(work)
    noted.transaction(lambda connection: note(connection, 2))
    assert numbers(noted) == [2]


def test_what_a_reader_writes_by_mistake_is_not_kept(noted: Database) -> None:
    if noted.dialect == "postgresql":
        with pytest.raises(DBAPIError, match="read-only"), noted.reading() as connection:
            note(connection, 1)
    else:
        with noted.reading() as connection:
            note(connection, 1)
    assert numbers(noted) == []


def test_who_read_first_writes_afterwards_on_the_same_connection(database_url: str) -> None:
    single = open_database(database_url, pool=1)
    single.transaction(lambda connection: run(connection, "CREATE TABLE noted (id integer PRIMARY KEY)"))
    for number in range(4):
        assert numbers(single) == list(range(number))
        with single.glance() as connection:
            assert run(connection, "SELECT count(*) FROM noted").scalar() == number
        single.transaction(lambda connection, number=number: note(connection, number))
    single.close()


def test_every_number_that_threads_count_up_is_counted(noted: Database) -> None:
    """Read, add, write: SQLite's writers go one after another, PostgreSQL's lock the row that they decide on."""
    noted.transaction(lambda connection: note(connection, 0))
    lock = " FOR UPDATE" if noted.dialect == "postgresql" else ""
    begin = threading.Barrier(6)

    def work(connection: Connection) -> None:
        now = run(connection, f"SELECT id FROM noted{lock}").scalar_one()
        run(connection, "UPDATE noted SET id = :id", {"id": now + 1})

    def count() -> None:
        begin.wait(20)
        for _ in range(5):
            noted.transaction(work)

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert numbers(noted) == [30]


def test_a_file_of_sqlite_gets_its_folder_and_its_settings_on_every_connection(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'a' / 'b' / 'chainstock.db'}", pool=3)
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with opened.reading() as one, opened.reading() as two, opened.glance() as three:
        for connection in (one, two, three):
            held = [run(connection, f"PRAGMA {name}").scalar() for name in asked]
            assert held == ["wal", 2, 1, 30000]  # 2 is FULL: what is committed survives the power
    opened.close()


def test_a_folder_that_cannot_be_made_is_told_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'chainstock.db'}")


def test_a_reading_that_fails_is_raised_and_gives_its_connection_back(noted: Database) -> None:
    for _ in range(40):
        with pytest.raises(KeyError), noted.reading():
            raise KeyError("x")
    with pytest.raises((ProgrammingError, Refusal)), noted.reading() as connection:
        run(connection, "SELECT nothing FROM noted")
    assert numbers(noted) == []
