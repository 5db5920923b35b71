"""A field of stored JSON means the same in both databases: as a text, a number, a moment, a yes, a row, an index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.clock import to_stored
from engine.database import Database
from engine.database.dialects import run
from engine.database.headers import (
    form_is,
    from_millionths,
    header_integer,
    header_moment,
    header_number,
    header_text,
    header_truth,
    header_value,
    rows_source,
)

PLACES = 6
CALM = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)


@pytest.fixture
def held(database: Database) -> Database:
    """A table with a JSON column, as records have it."""
    kind = "jsonb" if database.dialect == "postgresql" else "text"
    sql = f"CREATE TABLE held (id integer PRIMARY KEY, form text, data {kind})"
    database.transaction(lambda connection: run(connection, sql))
    return database


def put(connection: Connection, values: list[Any]) -> None:
    """One row for each value, in the field `f`, which is missing where the value is ...; what was there goes."""
    kind = "jsonb" if connection.dialect.name == "postgresql" else "text"
    run(connection, "DELETE FROM held")
    for number, value in enumerate(values):
        data = orjson.dumps({} if value is ... else {"f": value, "g": "other"}).decode()
        sql = f"INSERT INTO held (id, form, data) VALUES (:id, 'a', CAST(:data AS {kind}))"
        run(connection, sql, {"id": number, "data": data})


def told(database: Database, values: list[Any], spelled: Callable[..., str], *more: Any) -> list[Any]:
    """What the column says of each value."""

    def work(connection: Connection) -> list[Any]:
        put(connection, values)
        said = spelled(database.dialect, "f", *more)
        return list(run(connection, f"SELECT {said} AS said FROM held ORDER BY id").scalars())

    return database.transaction(work)


@pytest.mark.parametrize("bad", ["", "F", "1a", "a b", "a'", "a\n", "é", "a.b", "_a", "a-b", "a;", "$", "a" * 3 + "\0"])
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_what_is_no_name_gets_into_no_statement(dialect: str, bad: str) -> None:
    for spelled in (header_text, header_integer, header_truth, header_moment):
        with pytest.raises(ValueError, match=r"\A"):
            spelled(dialect, bad)
    with pytest.raises(ValueError, match=r"\A"):
        header_number(dialect, bad, 2)
    with pytest.raises(ValueError, match=r"\A"):
        rows_source(dialect, "r.id", bad)
    with pytest.raises(ValueError, match=r"\A"):
        form_is(bad)


@CALM
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_a_text_is_the_text_and_is_ordered_by_code_points(held: Database, values: list[str]) -> None:
    assert told(held, values, header_text) == values

    def ordered(connection: Connection) -> list[Any]:
        sql = f"SELECT {header_text(held.dialect, 'f')} AS said FROM held ORDER BY {header_text(held.dialect, 'f')}"
        return list(run(connection, sql).scalars())

    assert held.transaction(ordered) == sorted(values)


NUMBERS: tuple[tuple[str, int, str], ...] = (
    ("0", 0, "0"),
    ("12", 0, "12"),
    ("12", 3, "12"),
    ("12.5", 3, "12.5"),
    ("12.500", 3, "12.5"),
    ("-0.001", 3, "-0.001"),
    ("-12.05", 2, "-12.05"),
    ("0.000001", 6, "0.000001"),
    ("-0.5", 6, "-0.5"),
    ("9223372036854.775807", 6, "9223372036854.775807"),
    ("-9223372036854.775807", 6, "-9223372036854.775807"),
    ("123456789012345678", 0, "123456789012345678"),
)


@pytest.mark.parametrize(("stored", "places", "number"), NUMBERS)
def test_a_number_keeps_every_digit(held: Database, stored: str, places: int, number: str) -> None:
    (said,) = told(held, [stored], header_number, places)
    assert Decimal(said) == Decimal(number).scaleb(places if held.dialect == "sqlite" else 0)


@CALM
@given(st.lists(st.decimals(-(10**9), 10**9, places=3).map(lambda number: f"{number:f}"), min_size=1, max_size=6))
def test_numbers_are_ordered_as_numbers_and_not_as_texts(held: Database, values: list[str]) -> None:
    def ordered(connection: Connection) -> list[Any]:
        put(connection, values)
        number = header_number(held.dialect, "f", PLACES)
        return list(run(connection, f"SELECT id FROM held ORDER BY {number}, id").scalars())

    assert held.transaction(ordered) == sorted(range(len(values)), key=lambda index: (Decimal(values[index]), index))


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31))


@CALM
@given(st.lists(MOMENTS, min_size=1, max_size=5))
def test_a_moment_is_its_microseconds_since_1970(held: Database, values: list[datetime]) -> None:
    moments = [value.replace(tzinfo=UTC) for value in values]
    spelled = [moment.isoformat().replace("+00:00", "Z") for moment in moments]
    assert told(held, spelled, header_moment) == [to_stored(moment) for moment in moments]


@pytest.mark.parametrize(
    ("stored", "micros"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("2024-02-29T12:00:00.500000Z", 1_709_208_000_500_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ],
)
def test_a_moment_at_the_edges(held: Database, stored: str, micros: int) -> None:
    assert told(held, [stored], header_moment) == [micros]


@pytest.mark.parametrize("number", [0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63)])
def test_a_whole_number_keeps_64_bits(held: Database, number: int) -> None:
    assert told(held, [number], header_integer) == [number]


def test_yes_is_true_and_no_is_not(held: Database) -> None:
    assert [bool(each) for each in told(held, [True, False], header_truth)] == [True, False]

    def asked(connection: Connection) -> list[Any]:
        return list(run(connection, f"SELECT id FROM held WHERE {header_truth(held.dialect, 'f')}").scalars())

    assert held.transaction(asked) == [0]


SPELLINGS: tuple[tuple[Callable[..., str], tuple[int, ...]], ...] = (
    (header_text, ()),
    (header_number, (2,)),
    (header_integer, ()),
    (header_truth, ()),
    (header_moment, ()),
)


@pytest.mark.parametrize(("spelled", "more"), SPELLINGS)
def test_a_field_that_is_missing_or_null_is_nothing(
    held: Database, spelled: Callable[..., str], more: tuple[int, ...]
) -> None:
    assert told(held, [..., None], spelled, *more) == [None, None]


@pytest.mark.parametrize(("spelled", "more"), SPELLINGS)
def test_an_index_serves_a_query_that_spells_the_field_in_the_same_way(
    held: Database, spelled: Callable[..., str], more: tuple[int, ...]
) -> None:
    """But for moments on PostgreSQL, whose reading of a text depends on its settings: it takes no index of those."""
    said = spelled(held.dialect, "f", *more)

    def work(connection: Connection) -> str:
        run(connection, f"CREATE INDEX ix_held ON held ({said}) WHERE {form_is('a')}")
        if held.dialect == "postgresql":
            run(connection, "SET LOCAL enable_seqscan = off")
        plan = "EXPLAIN" if held.dialect == "postgresql" else "EXPLAIN QUERY PLAN"
        sql = f"{plan} SELECT id FROM held WHERE {form_is('a')} AND {said} IS NOT NULL ORDER BY {said} LIMIT 5"
        return " ".join(str(tuple(row)) for row in run(connection, sql))

    if spelled is header_moment and held.dialect == "postgresql":
        with pytest.raises(DBAPIError, match="IMMUTABLE"):
            held.transaction(work)
    else:
        assert "ix_held" in held.transaction(work)


def test_rows_come_with_their_ids_and_only_those_of_the_table_and_record(database: Database) -> None:
    def work(connection: Connection) -> list[tuple[Any, ...]]:
        kind = "jsonb" if database.dialect == "postgresql" else "text"
        run(connection, f"CREATE TEMP TABLE record_rows (record text, table_name text, data {kind})")
        for record, table, rows in (
            ("x", "lines", {"r1": {"f": "1.5"}, "r-2": {"f": "2.5"}}),
            ("x", "other", {"r3": {"f": "3.5"}}),
            ("y", "lines", {"r4": {"f": "4.5"}}),
        ):
            data = orjson.dumps({"rows": rows}).decode()
            sql = f"INSERT INTO record_rows VALUES (:record, :name, CAST(:data AS {kind}))"
            run(connection, sql, {"record": record, "name": table, "data": data})
        number = header_number(database.dialect, "f", 1, "e.value")
        sql = f"SELECT e.key, {number} AS much FROM {rows_source(database.dialect, ':record', 'lines')} ORDER BY e.key"
        return [(row.key, Decimal(row.much)) for row in run(connection, sql, {"record": "x"})]

    unit = 10 if database.dialect == "sqlite" else 1
    found = database.transaction(work)
    assert sorted(found) == [("r-2", Decimal("2.5") * unit), ("r1", Decimal("1.5") * unit)]


@pytest.mark.parametrize(("stored", "places"), [("1.255", 2), ("-0.001", 2), ("12.5", 0), ("0.0000001", 6)])
def test_a_field_that_lost_places_is_read_as_the_number_it_was_up_to_those_it_has(
    held: Database, stored: str, places: int
) -> None:
    """A field that was published with fewer places than before still has its old contents."""
    (said,) = told(held, [stored], header_number, places)
    number = Decimal(said).scaleb(-places if held.dialect == "sqlite" else 0)
    assert abs(number - Decimal(stored)) < Decimal(1).scaleb(-places)


VALUES: list[Any] = ["x", "1", "", 7, 0, True, False, ["a", "b"], ["é", '"', "\n"], []]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_field_is_found_by_its_value_and_by_no_other(held: Database, value: Any) -> None:
    def work(connection: Connection) -> list[Any]:
        put(connection, VALUES)
        written = value if isinstance(value, str) else orjson.dumps(value).decode()
        asked = {"value": header_value(held.dialect, value, written)}
        column = header_text(held.dialect, "f")
        return [
            VALUES[each] for each in run(connection, f"SELECT id FROM held WHERE {column} = :value", asked).scalars()
        ]

    assert value in held.transaction(work)
    assert len(held.transaction(work)) <= 2, "in SQLite a yes is a one, in PostgreSQL a number is its text"


@pytest.mark.parametrize(("places", "sqlite"), [(6, 1_500_000), (2, 150), (0, 1)])
def test_a_count_of_millionths_is_the_number_it_counts(database: Database, places: int, sqlite: int) -> None:
    sql = f"SELECT {from_millionths(database.dialect, 'CAST(:count AS bigint)', places)} AS said"
    said = database.transaction(lambda connection: run(connection, sql, {"count": 1_500_000}).scalar_one())
    assert said == (Decimal("1.5") if database.dialect == "postgresql" else sqlite)
