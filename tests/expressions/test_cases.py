"""Every case of a condition: what is said to hold never, or always, does so whatever a record holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from engine.errors import Refusal
from engine.expressions import Node
from engine.expressions.cases import MOST, Cases
from engine.expressions.faults import ExpressionFault
from tests.expressions.deeds import compiled, deed, environment
from tests.expressions.test_agreement import conditions, deeds


def unbounded(_node: Node) -> Decimal | None:
    return None


def cases(*texts: str, known: dict[str, list[Any]] | None = None, floor: Any = unbounded) -> Cases:
    """The cases of these conditions."""
    return Cases([compiled(each) for each in texts], floor, known or {})


@given(conditions(2), deeds)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_never_holds_is_never_true_and_what_always_holds_never_false(text: str, changes: dict[str, Any]) -> None:
    try:
        found = cases(text)
        if not found.countable:
            return
        value = compiled(text).evaluate(environment(it=deed(**changes)))
    except (Refusal, ExpressionFault):
        return
    if found.find(yes=(0,)) is None:
        assert value is not True
    if found.find(no=(0,)) is None:
        assert value is not False


CASES = [
    ("it.n > 5", 3, "it.n = 6"),
    ("it.n > 5 and it.n <= 5", 3, None),
    ("it.n * 3 - it.n > 4 and it.n < 3", 4, None),
    ("it.n + it.m > 3 and it.m + it.n < 4", 5, "it.m + it.n = 3.5"),
    ("it.n - it.m > 3 and it.m - it.n > 3", 5, None),
    ("it.n == it.n", 0, ""),
    ("2 > 1", 0, ""),
    ("it.n in [1, 2]", 4, "it.n = 1"),
    ("it.yes and not it.yes", 2, None),
    ("it.day < today and it.day > today", 3, None),
    ("it.day < today or it.day >= today", 3, ""),
]


@pytest.mark.parametrize(("text", "parts", "shown"), CASES)
def test_numbers_are_told_apart_where_they_are_compared(text: str, parts: int, shown: str | None) -> None:
    found = cases(text)
    assert max((len(each.samples()) for each in found.terms.values()), default=0) == parts
    case = found.find(yes=(0,))
    assert (None if case is None else found.words(case)) == shown


def test_a_floor_leaves_nothing_below_it() -> None:
    floored = cases("it.n < 0", floor=lambda _node: Decimal(0))
    assert floored.find(yes=(0,)) is None
    assert [floored.words(each) for each in floored.every()] == ["it.n = 0", "it.n = 1"]


def test_a_choice_is_one_of_what_it_can_be_here() -> None:
    anywhere, here = cases("it.state == 'open'"), cases("it.state == 'open'", known={"it.state": ["draft"]})
    assert anywhere.find(yes=(0,)) is not None
    assert anywhere.find(no=(0,)) is not None
    assert here.find(yes=(0,)) is None


def test_a_text_may_always_be_another() -> None:
    found = cases("it.note == 'a' or it.note in ['b', 'c']")
    assert found.find(yes=(0,)) is not None
    assert found.find(no=(0,)) is not None


def test_conditions_are_asked_together_and_one_without_the_other() -> None:
    found = cases("it.n > 5", "it.n > 9")
    assert found.find(yes=(1,), no=(0,)) is None
    case = found.find(yes=(0,), no=(1,))
    assert case is not None
    assert found.words(case) == "it.n = 6"
    assert (found.holds(0, case), found.holds(1, case), found.count) == (True, False, 2)


def test_too_many_cases_are_not_gone_through() -> None:
    text = " or ".join(f"(it.n > {each} and it.m > {each} and it.z > {each})" for each in range(20))
    assert not cases(text).countable
    assert cases("it.n > 5").countable
    assert MOST > 1000
