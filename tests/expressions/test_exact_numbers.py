"""Numbers at their limits: exact, rounded only by a word, refused past 64 bits, the same in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.errors import Kind, Refusal
from engine.expressions import EvaluationFault, NotInSql, Type
from tests.expressions.deeds import compiled, deed, environment, parameters, plain
from tests.expressions.tables import DeedColumns, answer, fill

TOP = 2**63 - 1
TOP_QUANTITY = Decimal("9223372036854.775807")
TOP_MONEY = Decimal("92233720368547758.07")


def value(text: str, expected: Type | None = None, **changes: Any) -> Any:
    """What it comes to of a deed with these values."""
    return compiled(text, expected).evaluate(environment(it=deed(**changes)))


def refused(text: str, **changes: Any) -> str:
    """The code with which it is refused."""
    with pytest.raises(EvaluationFault) as fault:
        value(text, **changes)
    assert (fault.value.kind, fault.value.rule, fault.value.status) == (Kind.RULE, "expression", 409)
    assert set(fault.value.says) == {"en", "zh"}
    return fault.value.code


# The last number that is taken and the first that is not

LIMITS: list[tuple[str, dict[str, Any], Any]] = [
    ("it.n + 1", {"n": TOP - 1}, TOP),
    ("it.n + 1", {"n": TOP}, "number"),
    ("it.n - 1", {"n": -TOP + 1}, -TOP),
    ("it.n - 1", {"n": -TOP}, "number"),
    ("-it.n", {"n": -TOP}, TOP),
    ("abs(it.n)", {"n": -TOP}, TOP),
    ("it.n * 2", {"n": 2**62 - 1}, 2**63 - 2),
    ("it.n * 2", {"n": 2**62}, "number"),
    ("it.n * it.m", {"n": 3037000499, "m": 3037000499}, 9223372030926249001),
    ("it.n * it.m", {"n": 3037000500, "m": 3037000500}, "number"),
    ("it.n * 0", {"n": TOP}, 0),
    ("it.q + 0.000001", {"q": TOP_QUANTITY - Decimal("0.000001")}, TOP_QUANTITY),
    ("it.q + 0.000001", {"q": TOP_QUANTITY}, "number"),
    ("it.q - 0.000001", {"q": -TOP_QUANTITY}, "number"),
    ("it.q * 1", {"q": TOP_QUANTITY}, TOP_QUANTITY),
    ("it.q * it.q", {"q": Decimal("3037000.499")}, Decimal("9223372030926.249001")),
    ("it.q * it.q", {"q": Decimal(3037001)}, "number"),
    ("it.total + 0.01", {"total": TOP_MONEY - Decimal("0.01")}, TOP_MONEY),
    ("it.total + 0.01", {"total": TOP_MONEY}, "number"),
    ("round(it.q)", {"q": Decimal("0.5")}, Decimal(1)),
    ("ceil(it.q)", {"q": TOP_QUANTITY}, Decimal("9223372036855")),
    ("sum([it.n, it.m])", {"n": TOP, "m": 1}, "number"),
    ("sum([it.n, it.m])", {"n": TOP, "m": -1}, TOP - 1),
    ("sum([it.n, it.z])", {"n": TOP, "z": None}, TOP),
    ("multiple_up(it.n, 10)", {"n": TOP - 7}, TOP - 7),
    ("multiple_up(it.n, 10)", {"n": TOP}, "number"),
    ("it.n / 0", {}, "division"),
    ("it.n / it.m", {"m": 0}, "division"),
    ("round(it.q / it.p, 2)", {"p": Decimal(0)}, "division"),
    ("multiple_up(it.n, it.m)", {"m": 0}, "pack"),
    ("multiple_up(it.n, it.m)", {"m": -1}, "pack"),
    ("add_days(it.day, it.n)", {"n": 10**7}, "date"),
    ("add_days(it.day, it.n)", {"n": -(10**7)}, "date"),
    ("it.note + it.note", {"note": "x" * 5_000}, "x" * 10_000),
    ("it.note + it.note", {"note": "x" * 5_001}, "text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "changes", "expected"), LIMITS, ids=lambda each: str(each)[:40])
def test_a_result_stays_within_its_bounds_or_is_refused(text: str, changes: dict[str, Any], expected: Any) -> None:
    if isinstance(expected, str) and not expected.startswith("x"):
        assert refused(text, **changes) == expected
    else:
        assert value(text, **changes) == expected


def in_sql(database: Database, text: str) -> Any:
    """What the database answers; `no` where it refuses or says that it cannot."""
    try:
        element = compiled(text).sql(DeedColumns(), parameters())
        with database.reading() as connection:
            return plain(connection.execute(answer(element)).scalar_one())
    except (NotInSql, Refusal, DBAPIError):
        return "no"


def test_no_database_gives_a_number_where_python_refuses_one(database: Database) -> None:
    """Nor another one where Python has one; it may say that it cannot."""
    wrong = []
    for text, changes, expected in LIMITS:
        if "sum([" in text or "note" in text:
            continue
        database.transaction(lambda connection, changes=changes: fill(connection, **changes))
        found = in_sql(database, text)
        right = "no" if isinstance(expected, str) else Decimal(expected)
        if found not in (right, "no"):
            wrong.append((text, changes, found, right))
    assert wrong == []


# Rounding

HALVES = [
    ("0.5", 0, "1"), ("-0.5", 0, "-1"), ("1.5", 0, "2"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.49", 0, "0"),
    ("-0.49", 0, "0"), ("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("0.015", 2, "0.02"), ("0.025", 2, "0.03"),
    ("1.005", 2, "1.01"), ("2.675", 2, "2.68"), ("0.000001", 6, "0.000001"), ("0.0000", 2, "0"),
    ("9999999.999999", 5, "10000000"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "digits", "rounded"), HALVES)
def test_a_half_is_rounded_away_from_zero(number: str, digits: int, rounded: str) -> None:
    assert value(f"round(it.q, {digits})", q=Decimal(number)) == Decimal(rounded)


def test_both_databases_round_halves_alike(database: Database) -> None:
    for number, digits, rounded in HALVES:
        database.transaction(lambda connection, number=number: fill(connection, q=Decimal(number)))
        assert in_sql(database, f"round(it.q, {digits})") == Decimal(rounded), number


NUMBERS = st.decimals(Decimal(-(10**6)), Decimal(10**6), places=6)
ROUNDED = {"round": ROUND_HALF_UP, "floor": ROUND_FLOOR, "ceil": ROUND_CEILING}


@settings(max_examples=50)
@given(NUMBERS, st.integers(0, 6))
def test_rounding_is_that_of_the_exact_number_and_rounding_again_changes_nothing(number: Decimal, digits: int) -> None:
    step = Decimal(1).scaleb(-digits)
    found = value(f"round(it.q, {digits})", q=number)
    assert found == number.quantize(step, rounding=ROUND_HALF_UP)
    assert value(f"round(it.q, {digits})", q=found) == found
    assert abs(found - number) * 2 <= step
    for word in ("floor", "ceil"):
        assert value(f"{word}(it.q)", q=number) == number.to_integral_value(ROUNDED[word])


@settings(max_examples=50)
@given(NUMBERS, st.decimals(Decimal("0.000001"), Decimal(1000), places=6), st.integers(0, 4))
def test_a_quotient_is_rounded_once_from_the_exact_one(one: Decimal, other: Decimal, digits: int) -> None:
    """Not from one that was rounded at twelve places before."""
    exact = Fraction(one) / Fraction(other)
    scaled = abs(exact) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    sign = -1 if exact < 0 else 1
    assert value(f"round(it.q / it.p, {digits})", q=one, p=other) == Decimal(sign * whole).scaleb(-digits)


def test_a_quotient_that_two_roundings_would_spoil() -> None:
    """0.4999999999996 is 0.500000000000 at twelve places, and 0 rounded once."""
    one, other = Decimal("0.000005"), Decimal("10.000000")
    assert value("it.q / it.p", q=Decimal(1), p=Decimal(3)) == Decimal("0.333333333333")
    assert value("it.q / it.p", q=Decimal(2), p=Decimal(3)) == Decimal("0.666666666667")
    assert value("round(it.q / it.p, 6)", q=one, p=other) == Decimal("0.000001")
    assert value("round(it.n / it.m)", n=4999999999999, m=10**13) == 0
    assert value("it.n / it.m", n=4999999999999999, m=10**16) == Decimal("0.500000000000")
    assert value("round(it.n / it.m)", n=4999999999999999, m=10**16) == 0
    assert value("round(it.n / it.m + 0)", n=4999999999999999, m=10**16) == 1


# Exact, whatever the order

SMALL = st.decimals(Decimal(-9999), Decimal(9999), places=6)


@settings(max_examples=50)
@given(st.lists(SMALL, max_size=6), SMALL)
def test_sums_and_products_are_those_of_fractions(numbers: list[Decimal], factor: Decimal) -> None:
    lines = [{"row": str(each), "a": number, "n": None, "b": None} for each, number in enumerate(numbers)]
    assert value("sum(it.lines.a)", lines=lines) == sum(numbers, Decimal(0))
    assert value("sum(it.lines, row.a * it.q)", lines=lines, q=factor) == sum(
        (Fraction(each) * Fraction(factor) for each in numbers), Fraction(0)
    )
    assert value("sum(it.lines.a)", lines=lines[::-1]) == value("sum(it.lines.a)", lines=lines)


@settings(max_examples=50)
@given(st.integers(-(10**9), 10**9), st.integers(1, 10**5))
def test_a_pack_is_the_least_multiple_that_is_not_less(amount: int, pack: int) -> None:
    found = value("multiple_up(it.n, it.m)", n=amount, m=pack)
    assert type(found) is int
    assert found % pack == 0
    assert amount <= found < amount + pack


PACKS = [("7", "2.5", "7.5"), ("7.5", "2.5", "7.5"), ("0", "2.5", "0"), ("-1", "2.5", "0"), ("-2.5", "2.5", "-2.5"),
         ("0.000001", "12", "12"), ("12.000001", "12", "24"), ("1", "0.3", "1.2")]  # fmt: skip


@pytest.mark.parametrize(("amount", "pack", "multiple"), PACKS)
def test_a_pack_may_be_a_part(amount: str, pack: str, multiple: str) -> None:
    assert value("multiple_up(it.q, it.p)", q=Decimal(amount), p=Decimal(pack)) == Decimal(multiple)


# Comparing numbers of different kinds and places


PAIRS = [
    ("1", "1.000000", 0), ("0.1", "0.100001", -1), ("-1", "-0.999999", -1), ("3.5", "it.q", 0), ("it.q", "it.p", 1),
    ("it.n", "7.0", 0), ("it.n", "it.q * 2", 0), ("it.total", "100", 0), ("it.total", "99.999999", 1),
]  # fmt: skip


def compared() -> Iterator[tuple[str, Any]]:
    """Pairs of one number written in several ways."""
    for one, other, order in PAIRS:
        yield f"{one} == {other}", order == 0
        yield f"{one} != {other}", order != 0
        yield f"{one} < {other}", order < 0
        yield f"{one} <= {other}", order <= 0
        yield f"{one} > {other}", order > 0
        yield f"{one} >= {other}", order >= 0
        yield f"{one} in [{other}, 12345]", order == 0
        yield f"min({one}, {other}) == {one}", order <= 0
        yield f"max({one}, {other}) == {other}", order <= 0


COMPARED = tuple(compared())


def test_a_number_is_itself_however_it_is_written() -> None:
    assert {text: value(text) for text, right in COMPARED if value(text) is not right} == {}


def test_both_databases_compare_numbers_exactly(database: Database) -> None:
    database.transaction(fill)
    found = {text: in_sql(database, text) for text, _ in COMPARED}
    unsaid = {text for text, each in found.items() if each == "no"}  # the least of what may not fit with more places
    assert all(text.startswith(("min(it.", "max(it.")) for text in unsaid)
    assert len(unsaid) <= 6
    wrong = {text: found[text] for text, right in COMPARED if text not in unsaid and bool(found[text]) is not right}
    assert wrong == {}
