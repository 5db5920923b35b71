"""A statement straight through the driver is the statement it was: its rows, its types, its errors, its transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from engine.database import Database, open_database
from engine.database.dialects import run
from engine.database.prepared import KEPT, MOST, OFTEN
from engine.errors import Kind, Refusal

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30)
WHOLE = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture
def noted(database: Database) -> Database:
    """A table of notes."""
    whole = "bigint" if database.dialect == "postgresql" else "integer"
    sql = f"CREATE TABLE note (id {whole} PRIMARY KEY, said text NOT NULL)"
    database.transaction(lambda connection: run(connection, sql))
    return database


@pytest.fixture
def postgres(fresh_postgres: Callable[..., str]) -> Iterator[Database]:
    """An empty PostgreSQL, with one connection that is used again and again."""
    opened = open_database(fresh_postgres(schema=False), pool=1)
    yield opened
    opened.close()


def write(database: Database, number: int, said: str) -> None:
    """One note."""
    sql = "INSERT INTO note (id, said) VALUES (:id, :said)"
    database.transaction(lambda connection: run(connection, sql, {"id": number, "said": said}))


def notes(database: Database) -> list[tuple[int, str]]:
    """All of them."""
    with database.reading() as connection:
        return [tuple(row) for row in run(connection, "SELECT id, said FROM note ORDER BY id")]


def prepared_names(connection: Connection) -> list[str]:
    """What PostgreSQL itself says is prepared on this connection, oldest first."""
    driver: Any = connection.connection.driver_connection
    rows = driver.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'chainstock%' ORDER BY prepare_time")
    return [name for (name,) in rows.fetchall()]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=TEXTS, number=WHOLE, much=st.none() | WHOLE, several=st.lists(TEXTS, max_size=4))
def test_every_kind_of_parameter_comes_back_as_it_went_in(
    postgres: Database, said: str, number: int, much: int | None, several: list[str]
) -> None:
    sql = (
        "SELECT CAST(:said AS text) AS said, :number AS number, CAST(:much AS bigint) AS much, "
        "CAST(:several AS text[]) AS several, :holds AS holds, CAST(:numbers AS bigint[]) AS numbers"
    )
    told = {"said": said, "number": number, "much": much, "several": several, "holds": number > 0}
    with postgres.reading() as connection:
        row = run(connection, sql, {**told, "numbers": [number, 0]}).one()
    assert row._mapping == {**told, "numbers": [number, 0]}


@pytest.mark.parametrize(
    "hard",
    ['"', "\\", '","', "{}", "NULL", "", " ", "'; DROP TABLE note; --", "%(said)s", "$1", ":said", "甲\n乙", "\u202e"],
)
def test_what_looks_like_sql_is_only_a_text(noted: Database, hard: str) -> None:
    write(noted, 1, hard)
    with noted.reading() as connection:
        found = run(connection, "SELECT id FROM note WHERE said = :said", {"said": hard}).scalars()
        other = run(connection, "SELECT id FROM note WHERE said = :said", {"said": hard + "x"}).first()
    assert (found, other, notes(noted)) == ([1], None, [(1, hard)])


def test_a_text_with_a_nul_is_refused_by_postgresql_and_nothing_is_written(postgres: Database) -> None:
    postgres.transaction(lambda connection: run(connection, "CREATE TABLE note (id bigint, said text)"))
    for _ in range(OFTEN + 1):  # prepared or not
        with pytest.raises(DBAPIError):
            write(postgres, 1, "a\0b")
    assert notes(postgres) == []


def test_one_name_that_stands_twice_is_one_parameter(noted: Database) -> None:
    with noted.reading() as connection:
        sql = "SELECT CAST(:a AS text) AS one, CAST(:b AS text) AS two, CAST(:a AS text) AS three"
        row = run(connection, sql, {"a": "x", "b": "y"}).one()
    assert (row.one, row.two, row.three) == ("x", "y", "x")


def test_a_percent_sign_is_a_percent_sign(noted: Database) -> None:
    write(noted, 1, "50% off")
    sign = "%%" if noted.dialect == "postgresql" else "%"
    with noted.reading() as connection:
        sql = f"SELECT said FROM note WHERE said LIKE '50{sign}' || :tail"
        assert run(connection, sql, {"tail": " off"}).scalars() == ["50% off"]


def test_a_statement_that_comes_often_is_prepared_once_and_answers_the_same(postgres: Database) -> None:
    with postgres.reading() as connection:
        answers = [run(connection, "SELECT :n + 1 AS more", {"n": number}).scalar() for number in range(OFTEN - 1)]
        assert prepared_names(connection) == []
        answers += [run(connection, "SELECT :n + 1 AS more", {"n": number}).scalar() for number in range(OFTEN)]
        assert len(prepared_names(connection)) == 1
    assert answers == [*range(1, OFTEN), *range(1, OFTEN + 1)]


def test_the_same_words_for_other_types_are_another_statement(postgres: Database) -> None:
    sql = "SELECT pg_typeof(:held)::text AS kind"
    with postgres.reading() as connection:
        kinds = [run(connection, sql, {"held": held}).scalar() for held in (1, True, 1, True, 1, True, 1, True)]
    assert kinds == ["bigint", "boolean"] * 4


def test_what_was_not_used_for_longest_makes_room(postgres: Database) -> None:
    with postgres.reading() as connection:
        for _ in range(OFTEN):
            run(connection, "SELECT 'first' AS a")
            run(connection, "SELECT 'second' AS a")
        first, second = prepared_names(connection)
        run(connection, "SELECT 'first' AS a")  # the second has now waited longest
        for number in range(MOST - 1):
            run(connection, f"SELECT {number} AS a")
        assert prepared_names(connection) == [first]
        assert run(connection, "SELECT 'second' AS a").scalar() == "second"
        assert second not in prepared_names(connection)
        assert len(connection.info[KEPT]._statements) <= MOST


def test_a_prepared_statement_outlives_its_transaction_and_one_that_failed(postgres: Database) -> None:
    postgres.transaction(lambda connection: run(connection, "CREATE TABLE note (id bigint PRIMARY KEY, said text)"))
    for number in range(OFTEN + 1):
        write(postgres, number, "kept")
    with pytest.raises(IntegrityError):
        write(postgres, 0, "twice")
    write(postgres, OFTEN + 1, "kept")
    assert [number for number, _ in notes(postgres)] == list(range(OFTEN + 2))


def test_a_table_that_changed_its_shape_is_told_and_not_answered_with_old_columns(postgres: Database) -> None:
    postgres.transaction(lambda connection: run(connection, "CREATE TABLE note (id bigint, said text)"))
    write(postgres, 1, "one")
    for _ in range(OFTEN + 1):
        assert notes(postgres) == [(1, "one")]
    postgres.transaction(lambda connection: run(connection, "ALTER TABLE note ADD COLUMN more text"))
    assert notes(postgres) == [(1, "one")]


@pytest.mark.parametrize(
    ("sql", "parameters", "kind", "state"),
    [
        ("INSERT INTO note (id, said) VALUES (:id, 'b')", {"id": 1}, IntegrityError, "23505"),
        ("INSERT INTO note (id, said) VALUES (:id, NULL)", {"id": 2}, IntegrityError, "23502"),
        ("SELECT nothing FROM note", {}, DBAPIError, "42703"),
        ("SELEC 1", {}, DBAPIError, "42601"),
    ],
)
def test_what_the_database_refuses_is_raised_as_sqlalchemy_would(
    noted: Database, sql: str, parameters: dict[str, Any], kind: type[DBAPIError], state: str
) -> None:
    write(noted, 1, "a")

    def work(connection: Connection) -> None:
        run(connection, sql, parameters)

    if noted.dialect == "sqlite" and not issubclass(kind, IntegrityError):
        with pytest.raises(Refusal) as away:  # SQLite calls everything operational
            noted.transaction(work)
        assert away.value.kind is Kind.UNAVAILABLE
        assert isinstance(away.value.__cause__, OperationalError)
    else:
        with pytest.raises(kind) as failed:
            noted.transaction(work)
        assert isinstance(failed.value.orig, psycopg.Error | sqlite3.Error)
        assert getattr(failed.value.orig, "sqlstate", state) == state
    assert notes(noted) == [(1, "a")]


def test_a_statement_that_failed_takes_back_the_whole_transaction(noted: Database) -> None:
    def work(connection: Connection) -> None:
        run(connection, "INSERT INTO note (id, said) VALUES (1, 'a')")
        run(connection, "INSERT INTO note (id, said) VALUES (1, 'b')")

    with pytest.raises(IntegrityError):
        noted.transaction(work)
    assert notes(noted) == []


def test_how_many_rows_were_written_is_said(noted: Database) -> None:
    for number in range(5):
        write(noted, number, "same")

    def work(connection: Connection) -> tuple[int, int, int]:
        changed = run(connection, "UPDATE note SET said = 'other' WHERE id < :id", {"id": 3})
        gone = run(connection, "DELETE FROM note WHERE id = :id", {"id": 4})
        none = run(connection, "DELETE FROM note WHERE id = :id", {"id": 40})
        return changed.rowcount, gone.rowcount, none.rowcount

    assert noted.transaction(work) == (3, 1, 0)
    assert notes(noted) == [(0, "other"), (1, "other"), (2, "other"), (3, "same")]


def test_rows_are_taken_in_every_way_a_reader_asks(noted: Database) -> None:
    for number, said in enumerate("abc"):
        write(noted, number, said)
    with noted.reading() as connection:

        def asked(where: str) -> Any:
            return run(connection, f"SELECT id, said FROM note WHERE {where} ORDER BY id")

        assert [row.said for row in asked("true")] == ["a", "b", "c"]
        assert asked("true").scalars() == [0, 1, 2]
        assert asked("id = 1").one()._mapping == {"id": 1, "said": "b"}
        assert (asked("id = 1").scalar_one(), asked("id = 9").scalar(), asked("id = 9").first()) == (1, None, None)
        for several in ("true", "id = 9"):
            with pytest.raises(ValueError, match="unpack"):
                asked(several).one()
            with pytest.raises(ValueError, match="unpack"):
                asked(several).scalar_one()


def test_a_reader_sees_one_state_however_often_he_asks(noted: Database) -> None:
    write(noted, 1, "before")
    with noted.reading() as connection:
        first = run(connection, "SELECT count(*) FROM note").scalar()
        write(noted, 2, "meanwhile")
        assert run(connection, "SELECT count(*) FROM note").scalar() == first == 1
    assert len(notes(noted)) == 2


def test_a_glance_sees_what_was_committed_when_it_looked(noted: Database) -> None:
    with noted.glance() as connection:
        assert run(connection, "SELECT count(*) FROM note").scalar() == 0
        write(noted, 1, "meanwhile")
        assert run(connection, "SELECT count(*) FROM note").scalar() == 1


def test_a_glance_leaves_no_transaction_open(postgres: Database) -> None:
    with postgres.glance() as connection:
        run(connection, "SELECT 1 AS a")
        driver: Any = connection.connection.driver_connection
        assert driver.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_readers_are_planned_for_what_they_ask_and_writers_are_not(postgres: Database) -> None:
    """`plan_cache_mode`: a limit that is not known looks like a tenth of the table."""

    def asked(connection: Connection) -> str:
        return str(run(connection, "SELECT current_setting('plan_cache_mode') AS mode").scalar())

    assert postgres.transaction(asked) == "force_generic_plan"
    with postgres.reading() as connection:
        assert asked(connection) == "auto"
    assert postgres.transaction(asked) == "force_generic_plan"


def test_who_reads_cannot_write_on_postgresql(postgres: Database) -> None:
    with postgres.reading() as connection, pytest.raises(DBAPIError) as refused:
        run(connection, "CREATE TABLE note (id bigint)")
    assert getattr(refused.value.orig, "sqlstate", "") == "25006"


def test_a_connection_that_was_cut_is_unavailable_and_the_next_one_works(postgres: Database) -> None:
    postgres.transaction(lambda connection: run(connection, "CREATE TABLE note (id bigint, said text)"))

    def work(connection: Connection) -> None:
        run(connection, "INSERT INTO note (id, said) VALUES (1, 'a')")
        me = run(connection, "SELECT pg_backend_pid() AS pid").scalar()
        other = psycopg.connect(postgres.engine.url.set(drivername="postgresql").render_as_string(False))
        with other:
            other.execute("SELECT pg_terminate_backend(%s)", (me,))
        run(connection, "INSERT INTO note (id, said) VALUES (2, 'b')")

    with pytest.raises(Refusal) as away:
        postgres.transaction(work)
    assert (away.value.kind, away.value.code) == (Kind.UNAVAILABLE, "unavailable")
    assert set(away.value.says) >= {"en", "zh"}
    assert notes(postgres) == []


def test_two_writers_who_meet_head_on_both_come_through(noted: Database) -> None:
    """A dead-lock is the database's to find; whoever is its victim begins again."""
    for number in (1, 2):
        write(noted, number, "")
    both = threading.Barrier(2) if noted.dialect == "postgresql" else None
    tries: list[int] = []

    def change(first: int, second: int) -> None:
        met: list[int] = []

        def work(connection: Connection) -> None:
            tries.append(first)
            sql = "UPDATE note SET said = said || :said WHERE id = :id"
            run(connection, sql, {"id": first, "said": str(first)})
            if both is not None and not met:
                met.append(first)
                both.wait(20)
            run(connection, sql, {"id": second, "said": str(first)})

        noted.transaction(work)

    threads = [threading.Thread(target=change, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [sorted(said) for _, said in notes(noted)] == [["1", "2"], ["1", "2"]]
    assert len(tries) >= 3 if noted.dialect == "postgresql" else len(tries) == 2
