"""Many at once, on both databases: counts are not lost, a name is given once, an end is an end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy.exc import IntegrityError

from engine.access import accounts, passwords, security, sessions, stamps, substitutes
from engine.access.substitutes import Substitute
from engine.database import Database
from engine.errors import Refusal

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MANY = 8


def at_once(work: Callable[[int], T], count: int = MANY) -> list[T]:
    """Run `work` in as many threads, all let go together."""
    gate = threading.Barrier(count)

    def one(number: int) -> T:
        gate.wait(20)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_no_count_of_a_stamp_is_lost(database: Database) -> None:
    found = at_once(lambda _: database.transaction(lambda connection: stamps.bump(connection, "people")))
    assert sorted(found) == list(range(1, MANY + 1))


def test_no_failed_try_is_lost(database: Database) -> None:
    at_once(lambda _: database.transaction(lambda connection: accounts.note_failure(connection, "clerk1", NOW)))
    with database.reading() as connection, pytest.raises(Refusal) as raised:
        accounts.may_try(connection, "clerk1", NOW)
    assert raised.value.faults[0].params["wait"] == 2 ** (MANY - accounts.FREE_TRIES)


def test_one_of_many_gets_a_name(database: Database) -> None:
    def claim(number: int) -> bool:
        try:
            database.transaction(lambda connection: accounts.open_account(connection, f"p-{number}", "clerk1"))
        except (Refusal, IntegrityError):
            return False
        return True

    assert at_once(claim).count(True) == 1


def test_a_session_is_ended_by_one_of_many(database: Database) -> None:
    def begin() -> str:
        return database.transaction(lambda each: sessions.open_session(each, "p-1", NOW, timedelta(hours=1)))

    database.transaction(lambda connection: accounts.open_account(connection, "p-1", "clerk1"))
    token = begin()
    ended = at_once(lambda _: database.transaction(lambda connection: sessions.end_session(connection, token, NOW)))
    assert ended.count(True) == 1
    with database.reading() as connection:
        assert sessions.identify(connection, token, NOW) is None


def test_who_leaves_while_he_signs_in_is_out(database: Database) -> None:
    """Whatever the order, no session of a person who is not active opens anything."""
    database.transaction(lambda connection: accounts.open_account(connection, "p-1", "clerk1"))
    database.transaction(
        lambda connection: accounts.set_password(connection, "p-1", passwords.hash_password("correct horse"), NOW)
    )

    def act(number: int) -> str | None:
        if number == 0:
            database.transaction(lambda connection: accounts.set_active(connection, "p-1", NOW, active=False))
            return None
        return database.transaction(lambda each: sessions.open_session(each, "p-1", NOW, timedelta(hours=1)))

    tokens = [token for token in at_once(act) if token is not None]
    assert len(set(tokens)) == MANY - 1
    with database.reading() as connection:
        assert [sessions.identify(connection, token, NOW) for token in tokens] == [None] * (MANY - 1)


def test_the_log_loses_no_line_and_gives_each_a_number(database: Database) -> None:
    at_once(
        lambda number: database.transaction(
            lambda connection: security.note(connection, security.Entry(NOW, "refused", person=str(number)))
        )
    )
    with database.reading() as connection:
        lines = security.read_log(connection)
    assert {entry.person for _, entry in lines} == {str(number) for number in range(MANY)}
    assert [number for number, _ in lines] == sorted({number for number, _ in lines})


def test_substitutes_of_different_people_do_not_meet(database: Database) -> None:
    day = date(2026, 12, 1)

    def name(number: int) -> None:
        new = Substitute(f"s-{number}", f"absent-{number}", "ann", day, day)
        database.transaction(lambda connection: substitutes.set_substitute(connection, new, NOW))

    at_once(name)
    with database.reading() as connection:
        there = substitutes.substitutes_on(connection, day)
    assert set(substitutes.deciding(there, "paper")) == {f"absent-{number}" for number in range(MANY)}
