"""Which rows of a table a condition is broken by: `all(lines, row.missing >= 0)` says no because of some.

Used by rules of forms and by guards, so that a refusal names its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.expressions.environment import Environment
from engine.expressions.expression import Expression, of_node
from engine.expressions.faults import EvaluationFault
from engine.expressions.nodes import Node


def asks_row(check: Expression) -> bool:
    """Whether it is asked of one row, not of a whole table and its rows: `row` stands outside of words over rows."""
    return _asks_row(check.node)


def rows_against(check: Expression, table: str, environment: Environment) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """The rows of `table`, with their places, that break what is asked of all of them; else what leaves it open."""
    broken: dict[int, Mapping[str, Any]] = {}
    open_ones: dict[int, Mapping[str, Any]] = {}
    for part in check.conjuncts:
        for whole, body in _of_all(part.node, table):
            for index, row in enumerate(_said(whole, environment) or ()):
                answer = _said(body, environment.with_names(row=row))
                if answer is not True:
                    (open_ones if answer is None else broken)[index] = row
    return sorted((broken or open_ones).items(), key=lambda each: each[0])


def _said(of: Expression, environment: Environment) -> Any:
    try:
        return of.evaluate(environment)
    except EvaluationFault:
        return None


def _of_all(node: Node, table: str) -> Iterator[tuple[Expression, Expression]]:
    if node.op == "rows" and node.value == "all" and len(node.parts) == 2:
        whole, body = node.parts
        if whole.path is not None and whole.path[-1] == table and len(whole.path) <= 2:
            yield of_node(whole), of_node(body)


def _asks_row(node: Node) -> bool:
    if node.op == "rows":
        return _asks_row(node.parts[0])
    if node.path is not None and node.path[0] == "row":
        return True
    return any(_asks_row(part) for part in node.parts)
