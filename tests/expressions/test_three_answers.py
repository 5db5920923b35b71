"""Yes, no and empty: whole truth tables against a model, in Python, SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from engine.database import Database
from engine.expressions import holds
from tests.expressions.deeds import compiled, deed, environment, parameters, plain
from tests.expressions.tables import DeedColumns, answer, fill

Answer = bool | None
ANSWERS: tuple[Answer, ...] = (True, False, None)
WORDS = {True: "it.yes", False: "it.no", None: "it.maybe"}


def both(*values: Answer) -> Answer:
    """All of them, as `and` has it."""
    return False if False in values else None if None in values else True


def either(*values: Answer) -> Answer:
    """One of them, as `or` has it."""
    return True if True in values else None if None in values else False


def other(value: Answer) -> Answer:
    return None if value is None else not value


def tables() -> Iterator[tuple[str, Answer]]:
    """Every combination of answers under every operator, with what it must come to."""
    for one, two in product(ANSWERS, repeat=2):
        a, b = WORDS[one], WORDS[two]
        yield f"{a} and {b}", both(one, two)
        yield f"{a} or {b}", either(one, two)
        yield f"not ({a} and {b})", either(other(one), other(two))
        yield f"not ({a} or {b})", both(other(one), other(two))
        yield f"{a} == {b}", None if None in (one, two) else one == two
        yield f"{a} != {b}", None if None in (one, two) else one != two
        yield f"otherwise({a}, {b})", two if one is None else one
        yield f"empty({a}) and {b}", both(one is None, two)
        for third in ANSWERS:
            c = WORDS[third]
            yield f"{a} if {b} else {c}", None if two is None else one if two else third
            yield f"{a} and ({b} or {c})", both(one, either(two, third))
            yield f"{a} or {b} and {c}", either(one, both(two, third))
            yield f"not {a} and {b} or {c}", either(both(other(one), two), third)


TABLE = tuple(tables())


def test_python_follows_the_truth_tables() -> None:
    found = {text: compiled(text).evaluate(environment()) for text, _ in TABLE}
    assert {text: value for text, value in TABLE if found[text] is not value} == {}
    assert len(TABLE) == 9 * (8 + 3 * 4)


def in_sql(database: Database, texts: list[str]) -> dict[str, Any]:
    """What the database answers to each, in one connection."""
    with database.reading() as connection:
        found: dict[str, Any] = {}
        for text in texts:
            expression = compiled(text)
            value = connection.execute(answer(expression.sql(DeedColumns(), parameters()))).scalar_one()
            found[text] = bool(value) if expression.type.kind == "boolean" and value is not None else plain(value)
        return found


def test_both_databases_follow_the_truth_tables(database: Database) -> None:
    database.transaction(fill)
    found = in_sql(database, [text for text, _ in TABLE])
    assert {text: found[text] for text, value in TABLE if found[text] is not value} == {}


# What is empty makes empty

EMPTY_NUMBERS = ("it.z", "it.e")
OPERATIONS = ("{0} + 1", "1 + {0}", "{0} - {0}", "{0} * 0", "-{0}", "abs({0})", "round({0}, 2)", "min({0}, 1)",
              "max(1, {0})", "floor({0})")  # fmt: skip
COMPARISONS = ("{0} == 1", "{0} != 1", "{0} < 1", "{0} >= {0}", "{0} in [1, 2]", "not ({0} > 1)")
EMPTY_TEXTS = ("len(it.none)", "lower(it.none)", "starts(it.none, 'a')", "starts(it.note, it.none)",
               "contains(it.none, it.note)", "it.none == it.note", "it.none < it.note")  # fmt: skip
EMPTY_DAYS = ("year(it.noday)", "days_between(it.noday, it.day)", "it.noday < it.day", "it.noday == it.noday",
              "date(it.noat) == today", "it.noat > now")  # fmt: skip
EMPTY = [
    *(each.format(number) for number in EMPTY_NUMBERS for each in (*OPERATIONS, *COMPARISONS)),
    *EMPTY_TEXTS,
    *EMPTY_DAYS,
    "it.nostore == it.store",
    "it.nostore != it.store",
    "it.level == 'low'",
]


def test_whatever_is_worked_out_from_nothing_is_nothing_everywhere(database: Database) -> None:
    database.transaction(fill)
    in_python = {text: compiled(text).evaluate(environment()) for text in EMPTY}
    assert set(in_python.values()) == {None}, in_python
    found = in_sql(database, EMPTY)
    assert {text: value for text, value in found.items() if value is not None} == {}


@pytest.mark.parametrize("text", [each for each in EMPTY if compiled(each).type.kind == "boolean"])
def test_an_empty_condition_is_never_a_yes_nor_is_its_opposite(text: str) -> None:
    assert not holds(compiled(text), environment())
    assert not holds(compiled(f"not ({text})"), environment())
    assert holds(compiled(f"empty({text})"), environment())
    assert holds(compiled(f"otherwise({text}, true)"), environment())


NOT_EMPTY = [
    ("otherwise(it.z, 7)", 7),
    ("otherwise(it.n, 0)", 7),
    ("otherwise(it.none, 'x')", "x"),
    ("otherwise(it.blank, 'x')", "x"),
    ("otherwise(it.note, 'x')", "Hello"),
    ("empty(it.blank)", True),
    ("empty(it.none)", True),
    ("empty(it.note)", False),
    ("empty(it.z)", True),
    ("empty(it.n)", False),
    ("empty(it.no)", False),
    ("empty(it.rest)", True),
    ("empty(it.lines)", False),
    ("sum(it.rest.a)", 0),
    ("sum(it.rest.n)", 0),
    ("count(it.rest)", 0),
    ("any(it.rest.ok)", False),
    ("all(it.rest.ok)", True),
    ("max(it.rest.n)", None),
    ("min(it.rest.day)", None),
    ("it.blank == ''", True),
    ("it.none == ''", None),
]  # fmt: skip


def test_no_value_no_text_and_no_row_are_empty_and_zero_and_no_are_not(database: Database) -> None:
    database.transaction(fill)
    for text, value in NOT_EMPTY:
        assert plain(compiled(text).evaluate(environment())) == value, text
    found = in_sql(database, [text for text, _ in NOT_EMPTY])
    assert {text: found[text] for text, value in NOT_EMPTY if found[text] != value} == {}


# Over rows: every column of three answers

COLUMNS = [column for size in range(4) for column in product(ANSWERS, repeat=size)]
OVER: dict[str, Callable[..., Any]] = {
    "any(it.lines.ok)": either,
    "all(it.lines.ok)": both,
    "any(it.lines, not row.ok)": lambda *values: either(*(other(each) for each in values)),
    "all(it.lines, row.ok or it.no)": both,
    "count(it.lines.ok)": lambda *values: sum(each is not None for each in values),
    "count(it.lines, row.ok)": lambda *values: sum(each is True for each in values),
    "count(it.lines)": lambda *values: len(values),
}


def row(number: int, ok: Answer) -> dict[str, Any]:
    empty = dict.fromkeys(("a", "b", "tag", "day", "item"))
    return {"row": f"r{number}", "n": number, "ok": ok, **empty}


@pytest.mark.parametrize("text", OVER)
def test_every_column_of_answers_is_asked_as_a_whole(text: str) -> None:
    expression = compiled(text)
    for column in COLUMNS:
        lines = [row(number, ok) for number, ok in enumerate(column)]
        found = expression.evaluate(environment(it=deed(lines=lines)))
        assert found == OVER[text](*column), column


def test_both_databases_ask_every_column_as_a_whole(database: Database) -> None:
    for column in ((), (None,), (True, None), (False, None), (True, False, None), (None, None), (True, True)):
        lines = [row(number, ok) for number, ok in enumerate(column)]
        database.transaction(lambda connection, lines=lines: fill(connection, lines=lines))
        found = in_sql(database, list(OVER))
        assert found == {text: model(*column) for text, model in OVER.items()}, column
