"""What the databases can work out is known before there is one."""

from __future__ import annotations

import pytest

from engine.expressions import NotInSql, Type, answered_in_sql, compile_expression
from engine.expressions.values import Signature

FIELDS = {
    "total": Type("money", scale=2),
    "much": Type("quantity", scale=6),
    "pieces": Type("integer"),
    "words": Type("text"),
    "due": Type("date"),
    "made": Type("moment"),
    "open": Type("boolean"),
    "other": Type("reference", form="thing"),
}


class Names:
    """A record with a field of each kind."""

    def name(self, name: str) -> Type | None:
        return {"it": Type("reference", form="thing"), "today": Type("date"), "now": Type("moment")}.get(name)

    def attribute(self, of: Type, name: str) -> Type | None:
        return FIELDS.get(name)

    def function(self, name: str) -> Signature | None:
        return None

    def known(self, of: Type | None) -> tuple[str, ...]:
        return tuple(FIELDS)


ANSWERED = [
    "it.total",
    "it.total + 1",
    "it.much - it.pieces",
    "it.pieces * 2",
    "it.other.other.total",
    "it.words == 'a'",
    "contains(lower(it.words), 'a')",
    "it.open and not empty(it.due)",
    "it.due < today",
    "year(it.due) == 2026",
    "month(it.due)",
    "round(it.total, 1)",
    "otherwise(it.total, 0)",
    "it.total if it.open else 0",
    "it.words in ['a', 'b']",
    "days_between(it.due, today)",
    "remaining(it, 'order')",
    "traced_sum(it, 'order') > 1",
]
LEFT_TO_PYTHON = [
    "it.total / 3",
    "multiple_up(it.pieces, 12)",
    "add_days(it.due, 7)",
    "age(it.due)",
    "untraced(it) > 1",
    "remaining(it.other, 'order')",
]


@pytest.mark.parametrize("words", ANSWERED)
def test_what_both_databases_answer_is_let_through(words: str) -> None:
    answered_in_sql(compile_expression(words, Names()))


@pytest.mark.parametrize("words", LEFT_TO_PYTHON)
def test_what_is_left_to_python_is_told(words: str) -> None:
    with pytest.raises(NotInSql):
        answered_in_sql(compile_expression(words, Names()))
