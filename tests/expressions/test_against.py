"""Which rows a condition over all rows is broken by, so that a refusal names them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.expressions import asks_row, compile_expression, rows_against
from tests.expressions.deeds import SCOPE, deed, environment

AMOUNTS = (("a", 5), ("b", -1), ("c", None), ("d", -2))
ROWS = [{"row": each, "a": None if much is None else Decimal(much)} for each, much in AMOUNTS]


def against(text: str, rows: list[dict[str, Any]] = ROWS, table: str = "lines") -> list[tuple[int, str]]:
    """The rows of a deed that break it."""
    there = environment(record=deed(lines=rows))
    return [(at, row["row"]) for at, row in rows_against(compile_expression(text, SCOPE), table, there)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("all(lines, row.a >= 0)", [(1, "b"), (3, "d")]),
        ("record.total >= 0 and all(record.lines, row.a >= 0)", [(1, "b"), (3, "d")]),
        ("all(lines, row.a >= -1) and all(lines, row.a != 5)", [(0, "a"), (3, "d")]),
        ("all(lines, row.a >= -9)", [(2, "c")]),
        ("all(lines, true)", []),
        ("any(lines, row.a < -9)", []),
        ("sum(lines.a) > 100", []),
    ],
)
def test_the_rows_that_break_what_is_asked_of_all_are_found(text: str, found: list[tuple[int, str]]) -> None:
    assert against(text) == found


def test_only_the_table_that_is_meant_is_looked_at() -> None:
    assert against("all(lines, row.a >= 0)", table="others") == []
    assert against("all(lines, row.a >= 0)", []) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("row.a > 0", True), ("all(lines, row.a > 0)", False), ("sum(lines.a) > 0", False)],
)
def test_a_condition_is_asked_of_a_row_or_of_the_whole(text: str, expected: bool) -> None:
    assert asks_row(compile_expression(text, SCOPE)) is expected
