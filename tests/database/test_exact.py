"""Exact numbers mean the same in SQLite's integers and PostgreSQL's numerics: Python's decimals are the judge."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, bindparam, literal, null, select
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.database.exact import (
    ByCodePoint,
    DaysBetween,
    ExactNumber,
    Fitting,
    Floored,
    Found,
    Greatest,
    Least,
    Lowered,
    Raised,
    Rescaled,
    Rounded,
    digits,
)
from engine.errors import Refusal
from engine.quantities import LARGEST, Inexact

SCALE = 3
POWER = 10**SCALE
NUMBERS = st.decimals(-(10**9), 10**9, places=SCALE)
CALM = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def number(value: Decimal | int, scale: int = SCALE) -> ColumnElement[Any]:
    """A parameter with so many places."""
    return bindparam(None, Decimal(value), ExactNumber(scale))


def told(database: Database, element: ColumnElement[Any]) -> Any:
    """What the database answers."""
    with database.reading() as connection:
        return connection.execute(select(element)).scalar()


def whole(database: Database, element: ColumnElement[Any]) -> Decimal:
    """A number without places."""
    return Decimal(told(database, element))


@CALM
@given(NUMBERS)
def test_a_number_comes_back_exactly(database: Database, value: Decimal) -> None:
    assert told(database, select(number(value).label("n")).scalar_subquery()) == value


def test_nothing_stays_nothing(database: Database) -> None:
    kind = ExactNumber(SCALE)
    dialect = database.engine.dialect
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None


@pytest.mark.parametrize(
    ("value", "scale"), [("0.0001", 3), (str(2**63), 0), ("-9223372036854775808", 0), ("0.5", 0), ("9.3e15", 3)]
)
def test_what_sqlite_cannot_hold_exactly_is_refused_before_it_is_asked(value: str, scale: int) -> None:
    class Sqlite:
        name = "sqlite"

    with pytest.raises(Inexact):
        ExactNumber(scale).process_bind_param(Decimal(value), Sqlite())  # type: ignore[arg-type]


ROUNDINGS: tuple[tuple[type[Any], str], ...] = ((Floored, ROUND_FLOOR), (Raised, ROUND_CEILING))


@pytest.mark.parametrize(("kind", "mode"), ROUNDINGS)
@CALM
@given(value=NUMBERS)
def test_the_whole_number_below_and_above(database: Database, kind: type[Any], mode: str, value: Decimal) -> None:
    assert whole(database, kind(number(value), digits(POWER))) == value.to_integral_value(rounding=mode)


@pytest.mark.parametrize("left", [0, 1, 2])
@CALM
@given(value=NUMBERS)
def test_half_goes_away_from_zero(database: Database, left: int, value: Decimal) -> None:
    gone = 10 ** (SCALE - left)
    answer = whole(database, Rounded(number(value), digits(left), digits(gone)))
    expected = value.quantize(Decimal(1).scaleb(-left), rounding=ROUND_HALF_UP)
    assert answer == (expected if database.dialect == "postgresql" else expected.scaleb(left))


@pytest.mark.parametrize(
    ("value", "down", "near", "up"),
    [
        ("2.5", 2, 3, 3),
        ("-2.5", -3, -3, -2),
        ("2.499", 2, 2, 3),
        ("-2.501", -3, -3, -2),
        ("0.001", 0, 0, 1),
        ("-0.001", -1, 0, 0),
        ("7", 7, 7, 7),
        ("-7", -7, -7, -7),
        ("0", 0, 0, 0),
    ],
)
def test_rounding_at_the_edges(database: Database, value: str, down: int, near: int, up: int) -> None:
    given_number = number(Decimal(value))
    assert whole(database, Floored(given_number, digits(POWER))) == down
    assert whole(database, Rounded(given_number, digits(0), digits(POWER))) == near
    assert whole(database, Raised(given_number, digits(POWER))) == up


@CALM
@given(NUMBERS, NUMBERS)
def test_least_and_greatest_are_pythons(database: Database, one: Decimal, two: Decimal) -> None:
    unit = 1 if database.dialect == "postgresql" else POWER
    assert Decimal(told(database, Least(number(one), number(two)))) == min(one, two) * unit
    assert Decimal(told(database, Greatest(number(one), number(two)))) == max(one, two) * unit


@pytest.mark.parametrize("kind", [Least, Greatest])
def test_nothing_among_several_is_nothing(database: Database, kind: type[Any]) -> None:
    """PostgreSQL's own `least` would leave it out."""
    assert told(database, kind(number(1), null())) is None
    assert told(database, kind(null(), number(1))) is None
    assert told(database, kind(number(3), number(2), number(1))) is not None


@pytest.mark.parametrize("value", [LARGEST, -LARGEST, LARGEST - 1, 0, 1, -1])
def test_what_fits_64_bits_is_answered(database: Database, value: int) -> None:
    assert whole(database, Fitting(number(value, 0), digits(1))) == value


def _broken(database: Database, element: ColumnElement[Any]) -> None:
    with pytest.raises((DBAPIError, Refusal)):
        told(database, element)


@pytest.mark.parametrize(
    "make",
    [
        lambda: number(LARGEST, 0) + number(1, 0),
        lambda: number(-LARGEST, 0) - number(1, 0),
        lambda: number(LARGEST, 0) * number(2, 0),
        lambda: number(-LARGEST, 0) * number(10, 0),
    ],
)
def test_what_does_not_fit_breaks_the_statement_and_is_never_answered_roughly(
    database: Database, make: Callable[[], ColumnElement[Any]]
) -> None:
    _broken(database, Fitting(make(), digits(1)))


def test_more_places_keep_the_number(database: Database) -> None:
    sum_of = Rescaled(number(Decimal("1.5"), 1), digits(100)) + number(Decimal("0.125"))
    assert whole(database, sum_of) == Decimal("1.625")


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)


@CALM
@given(st.lists(WORDS, min_size=2, max_size=6))
def test_texts_are_ordered_by_code_points(database: Database, words: list[str]) -> None:
    for one, two in pairwise(words):
        said = ByCodePoint(literal(one)) < ByCodePoint(literal(two))
        assert bool(told(database, said)) == ([*map(ord, one)] < [*map(ord, two)]), (one, two)


@pytest.mark.parametrize(
    ("said", "lowered"),
    [("ABC", "abc"), ("aBc-9", "abc-9"), ("ÄÖ", "ÄÖ"), ("İI", "İi"), ("中A文", "中a文"), ("", ""), ("ẞ", "ẞ")],
)
def test_only_a_to_z_are_lowered(database: Database, said: str, lowered: str) -> None:
    """Other letters have other rules in every country and release; these mean the same everywhere."""
    assert told(database, Lowered(literal(said))) == lowered


@CALM
@given(WORDS, WORDS)
def test_where_a_text_stands_is_where_python_finds_it(database: Database, text: str, part: str) -> None:
    assert told(database, Found(literal(text), literal(part))) == text.find(part) + 1
    assert told(database, Found(literal(text + part), literal(part))) == (text + part).find(part) + 1


@CALM
@given(st.dates(), st.dates())
def test_days_between_are_the_calendars(database: Database, start: Any, end: Any) -> None:
    found = told(database, DaysBetween(literal(start.isoformat()), literal(end.isoformat())))
    assert found == (end - start).days


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2024-02-28", "2024-03-01", 2),
        ("2023-02-28", "2023-03-01", 1),
        ("1900-02-28", "1900-03-01", 1),
        ("2026-10-25", "2026-10-26", 1),
        ("0001-01-01", "9999-12-31", 3652058),
        ("2026-01-02", "2026-01-01", -1),
    ],
)
def test_days_between_over_leap_days_and_ages(database: Database, start: str, end: str, days: int) -> None:
    assert told(database, DaysBetween(literal(start), literal(end))) == days
