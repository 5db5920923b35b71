"""What the two databases spell differently comes to the same: rows as JSON, sets of texts, marks, many steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.database.dialects import (
    append_only,
    insert_rows,
    insert_steps,
    listed,
    mark,
    one_of,
    pass_mark,
    return_to_mark,
    rows_from,
    run,
    run_together,
)

COLUMNS = {"id": "words", "much": "whole", "said": "document"}
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
LARGE = st.integers(-(2**63), 2**63 - 1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def tried(database: Database) -> Iterator[Database]:
    """A table with a column of each kind."""
    document = "jsonb" if database.dialect == "postgresql" else "text"
    whole = "bigint" if database.dialect == "postgresql" else "integer"
    sql = f"CREATE TABLE tried (id text PRIMARY KEY, much {whole}, said {document})"
    database.transaction(lambda connection: run(connection, sql))
    yield database
    database.transaction(lambda connection: run(connection, "DROP TABLE tried"))


def lines(connection: Connection) -> list[tuple[Any, ...]]:
    """What is in the table, in the order of ids."""
    found = run(connection, "SELECT id, much, said FROM tried ORDER BY id")
    return [
        (
            row.id,
            row.much,
            orjson.loads(row.said) if isinstance(row.said, str) and connection.dialect.name == "sqlite" else row.said,
        )
        for row in found
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(WORDS, st.tuples(st.none() | LARGE, st.lists(JSON, max_size=2)), max_size=4))
def test_rows_go_in_as_json_and_come_out_as_they_were(tried: Database, rows: dict[str, tuple[Any, Any]]) -> None:
    def work(connection: Connection) -> list[tuple[Any, ...]]:
        run(connection, "DELETE FROM tried")
        insert_rows(
            connection,
            "tried",
            COLUMNS,
            [{"id": key, "much": much, "said": said} for key, (much, said) in rows.items()],
        )
        return lines(connection)

    found = tried.transaction(work)
    assert {key: (much, said) for key, much, said in found} == rows


def test_no_rows_are_no_statement(tried: Database) -> None:
    def work(connection: Connection) -> None:
        assert insert_steps(connection, "tried", COLUMNS, []) == []
        insert_rows(connection, "tried", COLUMNS, [])
        assert run_together(connection, []) == []
        assert lines(connection) == []

    tried.transaction(work)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], []),
        (["a"], ["a"]),
        (["a", "a"], ["a"]),
        (["c", "a", "nothing"], ["a", "c"]),
        (["'; DROP TABLE tried; --"], []),
        (['"', "{", "}", "\\", "é"], ["é"]),
    ],
)
def test_one_of_a_list_of_texts_is_found_each_way(tried: Database, asked: list[str], found: list[str]) -> None:
    def work(connection: Connection) -> tuple[list[str], list[str]]:
        insert_rows(
            connection, "tried", COLUMNS, [{"id": each, "much": 1, "said": None} for each in ("a", "b", "c", "é")]
        )
        dialect = connection.dialect.name
        sql = f"SELECT id FROM tried WHERE {one_of(dialect, 'id', 'ids')} ORDER BY id"
        one = run(connection, sql, {"ids": listed(dialect, asked)}).scalars()
        other = run(
            connection, "SELECT id FROM tried WHERE @any(id, ids) ORDER BY id", {"ids": orjson.dumps(asked).decode()}
        ).scalars()
        return list(one), list(other)

    assert tried.transaction(work) == (found, found)


def test_a_set_of_rows_is_joined_row_by_row_and_what_has_none_may_stay(tried: Database) -> None:
    asked = orjson.dumps([{"key": "a", "n": 1}, {"key": "x", "n": 2}, {"key": None, "n": 3}]).decode()

    def work(connection: Connection) -> tuple[list[Any], list[Any]]:
        insert_rows(connection, "tried", COLUMNS, [{"id": "a", "much": 7, "said": None}])
        sql = "SELECT s.n, t.much FROM @s(key words, n) {}(tried t ON t.id = s.key) ORDER BY s.n"
        return (
            [tuple(row) for row in run(connection, sql.format("@find"), {"s": asked})],
            [tuple(row) for row in run(connection, sql.format("@perhaps"), {"s": asked})],
        )

    assert tried.transaction(work) == ([(1, 7)], [(1, 7), (2, None), (3, None)])


def test_many_steps_at_once_say_how_many_rows_each_of_them_wrote(tried: Database) -> None:
    def work(connection: Connection) -> tuple[list[int], list[tuple[Any, ...]]]:
        rows = [{"id": each, "much": 0, "said": {"n": each}} for each in "abc"]
        insert_rows(connection, "tried", COLUMNS, rows)
        counts = run_together(
            connection,
            [
                ("UPDATE tried SET much = :much WHERE id = :id", {"much": 5, "id": "a"}),
                ("UPDATE tried SET much = :much WHERE id > :id", {"much": 6, "id": "a"}),
                ("DELETE FROM tried WHERE id = :id", {"id": "nothing"}),
                *insert_steps(connection, "tried", COLUMNS, [{"id": each, "much": 9, "said": None} for each in "de"]),
            ],
        )
        return counts, lines(connection)

    counts, found = tried.transaction(work)
    assert counts == [1, 2, 0, 2]
    assert [(key, much) for key, much, _ in found] == [("a", 5), ("b", 6), ("c", 6), ("d", 9), ("e", 9)]


def test_what_was_done_since_a_mark_is_taken_back_and_what_was_before_stays(tried: Database) -> None:
    def put(connection: Connection, key: str) -> None:
        insert_rows(connection, "tried", COLUMNS, [{"id": key, "much": 1, "said": None}])

    def work(connection: Connection) -> None:
        put(connection, "a")
        mark(connection, "one")
        put(connection, "b")
        mark(connection, "two")
        put(connection, "c")
        return_to_mark(connection, "two")
        put(connection, "d")
        pass_mark(connection, "one")
        mark(connection, "one")
        with pytest.raises(DBAPIError):
            put(connection, "a")
        return_to_mark(connection, "one")
        put(connection, "e")

    tried.transaction(work)
    with tried.reading() as connection:
        assert [key for key, _, _ in lines(connection)] == ["a", "b", "d", "e"]


@pytest.mark.parametrize(
    "sql", ["UPDATE tried SET much = 2", "DELETE FROM tried", "UPDATE tried SET much = 1 WHERE id = 'a'"]
)
def test_what_is_append_only_is_neither_changed_nor_deleted(tried: Database, sql: str) -> None:
    def prepare(connection: Connection) -> None:
        for dialect, statement in append_only("tried"):
            if dialect == connection.dialect.name:
                connection.exec_driver_sql(statement)
        insert_rows(connection, "tried", COLUMNS, [{"id": "a", "much": 1, "said": None}])

    tried.transaction(prepare)
    with pytest.raises(DBAPIError, match="rows of tried are never changed"):
        tried.transaction(lambda connection: run(connection, sql))
    tried.transaction(
        lambda connection: insert_rows(connection, "tried", COLUMNS, [{"id": "b", "much": 1, "said": None}])
    )
    with tried.reading() as connection:
        assert [key for key, _, _ in lines(connection)] == ["a", "b"]


def test_who_only_reads_leaves_nothing_written(tried: Database) -> None:
    with suppress(DBAPIError), tried.reading() as connection:  # PostgreSQL refuses; SQLite takes it back at the end
        run(connection, "INSERT INTO tried (id) VALUES ('a')")
    with tried.reading() as connection:
        assert lines(connection) == []


def test_the_kinds_of_columns_are_spelled_for_each_database() -> None:
    spelled = rows_from("postgresql", "held", COLUMNS)
    assert spelled == "json_to_recordset(CAST(:held AS json)) AS held(id text, much bigint, said jsonb)"
    assert rows_from("sqlite", "held", {"id": "words"}) == (
        "(SELECT json_extract(e.value, '$.id') AS id FROM json_each(:held) AS e) AS held"
    )
