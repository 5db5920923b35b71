"""Texts by code points, days by the store's zone, and work that ends: case by case, in Python and both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.database import Database
from engine.expressions import Environment, EvaluationFault, Expression, NotInSql, Value, holds
from engine.expressions.environment import FUEL
from engine.expressions.running import OUTSIDE_COST
from tests.expressions.deeds import DeedWorld, compiled, deed, environment, names, parameters, plain
from tests.expressions.tables import DeedColumns, answer, fill

TEXTS: list[tuple[str, dict[str, Any], Any]] = [
    ("len(it.note)", {"note": "上海仓库"}, 4),
    ("len(it.note)", {"note": "e\u0301"}, 2),
    ("len(it.note)", {"note": "😀"}, 1),
    ("len(it.note)", {"note": "a b "}, 4),
    ("len(it.note)", {"note": ""}, 0),
    ("lower(it.note)", {"note": "ÄÖ ABC Ωß"}, "ÄÖ abc Ωß"),
    ("lower(it.note)", {"note": "İI"}, "İi"),
    ("starts(it.note, '仓')", {"note": "仓库"}, True),
    ("starts(it.note, '')", {"note": "仓库"}, True),
    ("starts(it.note, 'AB')", {"note": "abc"}, False),
    ("starts(it.note, 'abcd')", {"note": "abc"}, False),
    ("starts(it.note, '%')", {"note": "abc"}, False),
    ("starts(it.note, 'a_')", {"note": "abc"}, False),
    ("contains(it.note, '%')", {"note": "5% off"}, True),
    ("contains(it.note, '_')", {"note": "abc"}, False),
    ("contains(it.note, '')", {"note": "abc"}, True),
    ("contains(it.note, 'B')", {"note": "abc"}, False),
    ("contains(lower(it.note), 'b')", {"note": "ABC"}, True),
    ("contains(it.note, '\\'')", {"note": "it's"}, True),
    ("contains(it.note, '\\\\')", {"note": "a\\b"}, True),
    ("it.note == 'é'", {"note": "e\u0301"}, False),
    ("it.note == 'abc '", {"note": "abc"}, False),
    ("it.note == 'ABC'", {"note": "abc"}, False),
    ("it.note < 'a'", {"note": "Z"}, True),
    ("it.note < 'b'", {"note": "a😀"}, True),
    ("it.note > '\uffee'", {"note": "😀"}, True),
    ("it.note > 'z'", {"note": "ä"}, True),
    ("it.note in ['a', 'b']", {"note": "b"}, True),
    ("it.note not in ['a', 'b']", {"note": "c"}, True),
    ("min(it.note, 'B')", {"note": "a"}, "B"),
    ("max(it.note, '中')", {"note": "😀"}, "😀"),
    ("it.state == 'open'", {}, True),
    ("it.state != 'draft'", {}, True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "changes", "value"), TEXTS)
def test_a_text_is_its_code_points(text: str, changes: dict[str, Any], value: Any) -> None:
    assert compiled(text).evaluate(environment(it=deed(**changes))) == value


def in_sql(database: Database, text: str) -> Any:
    """What the database answers."""
    expression = compiled(text)
    with database.reading() as connection:
        found = connection.execute(answer(expression.sql(DeedColumns(), parameters()))).scalar_one()
    return bool(found) if expression.type.kind == "boolean" and found is not None else plain(found)


def test_both_databases_see_the_same_texts(database: Database) -> None:
    wrong = []
    for text, changes, value in TEXTS:
        database.transaction(lambda connection, changes=changes: fill(connection, **changes))
        found = in_sql(database, text)
        if found != value:
            wrong.append((text, changes, found, value))
    assert wrong == []


# Days and moments

MIDNIGHT = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
"""The first of April in Shanghai begins."""
MOMENTS: list[tuple[str, dict[str, Any], Any]] = [
    ("date(it.at) == date('2026-03-31')", {"at": MIDNIGHT - timedelta(microseconds=1)}, True),
    ("date(it.at) == date('2026-03-31')", {"at": MIDNIGHT}, False),
    ("date(it.at) == date('2026-04-01')", {"at": MIDNIGHT}, True),
    ("date(it.at) == today", {"at": MIDNIGHT}, True),
    ("today == date(it.at)", {"at": MIDNIGHT + timedelta(days=1)}, False),
    ("date(it.at) < today", {"at": MIDNIGHT - timedelta(microseconds=1)}, True),
    ("date(it.at) < today", {"at": MIDNIGHT}, False),
    ("date(it.at) <= today", {"at": MIDNIGHT + timedelta(days=1) - timedelta(microseconds=1)}, True),
    ("date(it.at) <= today", {"at": MIDNIGHT + timedelta(days=1)}, False),
    ("date(it.at) > today", {"at": MIDNIGHT + timedelta(days=1)}, True),
    ("date(it.at) >= today", {"at": MIDNIGHT}, True),
    ("date(it.at) != today", {"at": MIDNIGHT}, False),
    ("today > date(it.at)", {"at": MIDNIGHT - timedelta(microseconds=1)}, True),
    ("it.at < now", {"at": MIDNIGHT}, True),
    ("it.at == now", {"at": datetime(2026, 4, 1, 2, 0, tzinfo=UTC)}, True),
    ("it.at == now", {"at": datetime(2026, 4, 1, 10, 0, tzinfo=timezone(timedelta(hours=8)))}, True),
    ("it.at > now", {"at": datetime(2026, 4, 1, 2, 0, 0, 1, tzinfo=UTC)}, True),
    ("days_between(it.day, it.later)", {"day": date(2024, 2, 28), "later": date(2024, 3, 1)}, 2),
    ("days_between(it.day, it.later)", {"day": date(2025, 2, 28), "later": date(2025, 3, 1)}, 1),
    ("days_between(it.day, it.later)", {"day": date(2026, 1, 2), "later": date(2026, 1, 1)}, -1),
    ("days_between(it.day, it.day)", {"day": date(2026, 1, 2)}, 0),
    ("year(it.day) * 10000 + month(it.day) * 100 + day(it.day)", {"day": date(1999, 12, 31)}, 19991231),
    ("it.day < it.later", {"day": date(999, 1, 1), "later": date(1000, 1, 1)}, True),
    ("it.day in [today, date('2026-03-31')]", {"day": date(2026, 3, 31)}, True),
    ("max(it.day, it.later) == it.later", {"day": date(2026, 9, 1), "later": date(2026, 10, 1)}, True),
]  # fmt: skip
PYTHON_ONLY: list[tuple[str, dict[str, Any], Any]] = [
    ("add_days(it.day, 1)", {"day": date(2024, 2, 28)}, date(2024, 2, 29)),
    ("add_days(it.day, 1)", {"day": date(2100, 2, 28)}, date(2100, 3, 1)),
    ("add_days(it.day, -1)", {"day": date(2026, 1, 1)}, date(2025, 12, 31)),
    ("add_days(it.day, 0)", {"day": date(2026, 1, 1)}, date(2026, 1, 1)),
    ("age(it.day)", {"day": date(2026, 4, 1)}, 0),
    ("age(it.day)", {"day": date(2026, 4, 2)}, -1),
    ("age(it.at)", {"at": datetime(2026, 3, 31, 2, 0, tzinfo=UTC)}, 1),
    ("age(it.at)", {"at": datetime(2026, 3, 31, 2, 0, 0, 1, tzinfo=UTC)}, 0),
    ("date(it.at)", {"at": datetime(2025, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-8)))}, date(2026, 1, 1)),
]


@pytest.mark.parametrize(("text", "changes", "value"), [*MOMENTS, *PYTHON_ONLY])
def test_a_moment_falls_on_the_stores_day(text: str, changes: dict[str, Any], value: Any) -> None:
    assert compiled(text).evaluate(environment(it=deed(**changes))) == value


def test_both_databases_see_the_same_days(database: Database) -> None:
    wrong = []
    for text, changes, value in MOMENTS:
        database.transaction(lambda connection, changes=changes: fill(connection, **changes))
        found = in_sql(database, text)
        if found != value:
            wrong.append((text, changes, found, value))
    assert wrong == []


@pytest.mark.parametrize("text", ["age(it.day) > 3", "add_days(it.day, 1) == today", "date(it.at) == it.day"])
def test_what_a_database_cannot_say_exactly_it_says_it_cannot(text: str) -> None:
    with pytest.raises(NotInSql):
        compiled(text).sql(DeedColumns(), parameters())


DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@settings(max_examples=50)
@given(DAYS, DAYS)
def test_days_between_and_add_days_undo_each_other(one: date, other: date) -> None:
    here = environment(it=deed(day=one, later=other))
    assert compiled("add_days(it.day, days_between(it.day, it.later))").evaluate(here) == other
    assert compiled("days_between(it.day, it.later) + days_between(it.later, it.day)").evaluate(here) == 0


# Fuel

ROWS = [{"row": str(number), "n": 1, "a": None, "b": None, "ok": True, "tag": "x"} for number in range(100)]


def spent(expression: Expression, fuel: int, world: DeedWorld | None = None) -> EvaluationFault | None:
    """The refusal, when that much fuel is not enough."""
    try:
        expression.evaluate(environment(world, fuel, it=deed(lines=ROWS)))
    except EvaluationFault as fault:
        return fault
    return None


def burnt(text: str, world: DeedWorld | None = None) -> int:
    """The least fuel with which it is answered: with one less it is refused."""
    expression = compiled(text)

    def answered(fuel: int) -> bool:
        return spent(expression, fuel, world) is None

    low, high = 0, FUEL
    assert answered(high)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if answered(middle) else (middle + 1, high)
    return low


def test_fuel_is_burnt_by_rows_and_by_what_is_asked_of_each() -> None:
    assert burnt("it.n + 1") == 0
    assert burnt("sum(it.lines.n)") == 100
    one, two = burnt("sum(it.lines, row.n)"), burnt("sum(it.lines, row.n + row.n)")
    assert 100 <= one < two
    assert burnt("sum(it.lines, row.n) + sum(it.lines, row.n)") == 2 * one
    assert burnt("sum(it.lines, sum(it.lines, row.n))") > 100 * 100
    deep = spent(compiled("sum(it.lines, sum(it.lines, sum(it.lines, row.n)))"), FUEL)
    assert deep is not None
    assert (deep.code, deep.status) == ("fuel", 409)
    assert deep.says == {"en": "This asks for too much work.", "zh": "计算量过大。"}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("did('submit')", 1),
        ("did('submit') and did('send')", 2),
        ("it.store.code == 'S01'", 1),
        ("it.store.region.code == 'WEST'", 2),
        ("it.no and did('submit')", 0),
        ("agreed(record.total) > 0", 1),
    ],
)
def test_every_question_to_the_outside_costs_the_same(text: str, asked: int) -> None:
    assert burnt(text) == asked * OUTSIDE_COST


class Endless(DeedWorld):
    """Answers as long as anybody asks."""

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """Counts."""
        self.asked.append((function, tuple(args), dict(named)))
        return True


def test_no_condition_asks_the_outside_more_often_than_its_fuel_allows() -> None:
    world = Endless()
    here = environment(world, 10 * OUTSIDE_COST, it=deed(lines=ROWS))
    assert not holds(compiled("all(it.lines, did('submit'))"), here)
    assert len(world.asked) <= 10
    assert not holds(compiled("did('submit')"), here)  # what is burnt stays burnt


def test_a_child_burns_the_fuel_of_its_parent_and_keeps_its_clock_and_zone() -> None:
    parent = Environment(names(), DeedWorld(), environment().now, environment().today, 3 * OUTSIDE_COST)
    child = parent.with_names(it=deed())
    assert (child.now, child.today, child.zone, child.world) == (parent.now, parent.today, parent.zone, parent.world)
    for _ in range(3):
        assert compiled("did('submit')").evaluate(child) is True
    assert parent.fuel == [0] == child.fuel
    with pytest.raises(EvaluationFault):
        compiled("did('submit')").evaluate(parent)
    assert "it" not in parent.names
