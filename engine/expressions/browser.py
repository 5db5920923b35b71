"""The browser back end, this side of it: from a checked, typed expression to a tree that JSON can carry.

What runs the tree is `templates/assets/src/expressions`; both answer alike. Called by
whoever hands a form its live conditions and computed values. A tree tells what the library says, never a value of a
record; it is still given only to those who may see every field that it names.

    node  = null | true | false | text | [op, value, part, ...]
    value = what `op` needs beside its parts; `scale` is the number of places that bounds the size of a result
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.expressions.expression import Expression
from engine.expressions.kinds import PLACES, is_number, places
from engine.expressions.nodes import Node
from engine.quantities import write

ELSEWHERE = frozenset({"outside", "past"})
"""What only the world answers: stock, limits, facts, lookups, what was agreed. A browser has no world."""


def to_browser(expression: Expression) -> Any:
    """`{"names": [[...], ...], "node": ...}`, or None when the server must be asked."""
    if any(node.op in ELSEWHERE for node in expression.node.walk()):
        return None
    return {"names": [list(path) for path in sorted(expression.names)], "node": _node(expression.node)}


def _node(node: Node) -> Any:
    if node.op == "constant":
        return _constant(node.value)
    beside = BESIDE.get(node.op)
    value = node.value if beside is None else beside(node)
    return [node.op, value, *(_node(part) for part in node.parts)]


def _constant(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return ["day", value.isoformat()]
    return ["number", write(Decimal(value))]


def _scale(node: Node) -> int:
    return min(places(node.type), PLACES)


def _worked_out(node: Node) -> list[Any]:
    return [node.value, _scale(node)] if is_number(node.type) else [node.value]


def _word(node: Node) -> list[Any]:
    return [*_worked_out(node), *(int(digits) for digits in node.keys)]


BESIDE: Mapping[str, Callable[[Node], Any]] = MappingProxyType(
    {"negate": _scale, "arithmetic": _worked_out, "word": _word, "rows": _worked_out}
)
"""What stands beside the parts, where it is more than the value of the typed node."""
