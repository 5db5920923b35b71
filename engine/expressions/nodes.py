"""The typed tree that the checkers build and the back ends walk. Frozen; nothing of Python's own tree is kept in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.expressions.values import Type


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression.

    `op` says what it is and what `value` holds: `constant` (the value), `name` (the name), `attribute` (its name),
    `column` (a table's field, for all rows), `list`, `not`, `negate`, `and`, `or`, `if`, `in`, `compare` (the
    operator), `arithmetic` (the operator), `word` (the word), `rows` (the word; parts are table and body), `outside`
    (the function's name; the last parts belong to `keys`), `past` (`agreed`, `changed`; the path).
    `path` is set when the node is a field that a name leads to: `("record", "lines", "item")`.
    """

    op: str
    type: Type
    parts: tuple[Node, ...] = ()
    value: Any = None
    keys: tuple[str, ...] = ()
    path: tuple[str, ...] | None = None
    text: str = ""
    column: int = 1

    def walk(self) -> Iterator[Node]:
        """This node and everything below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def size(self) -> int:
        """Number of nodes: what one evaluation costs at least."""
        return sum(1 for _ in self.walk())


def names_of(node: Node) -> frozenset[tuple[str, ...]]:
    """The longest paths that an expression names; `today` and `now` where a word asks the clock."""
    found: set[tuple[str, ...]] = set()
    _collect(node, found)
    return frozenset(found)


def _collect(node: Node, found: set[tuple[str, ...]]) -> None:
    if node.path is not None and node.op in ("name", "attribute", "column"):
        found.add(node.path)
        below = node.parts[0] if node.parts else None
        while below is not None and below.op in ("attribute", "column", "name"):
            below = below.parts[0] if below.parts else None
        if below is not None:
            _collect(below, found)
        return
    if node.op == "word" and node.value == "age":
        found.add(("today",) if node.parts[0].type.kind == "date" else ("now",))
    for part in node.parts:
        _collect(part, found)


def calls_of(node: Node) -> frozenset[str]:
    """The outside functions and facts that an expression asks."""
    return frozenset(
        each.value if each.op == "outside" else each.keys[0] for each in node.walk() if each.op in ("outside", "past")
    )
