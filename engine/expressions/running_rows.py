"""The Python back end of words over rows, of the past, and of what is answered outside. Used by `expression`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.expressions.answers import answers
from engine.expressions.environment import Environment
from engine.expressions.exact import ADD, checked
from engine.expressions.nodes import Node
from engine.expressions.running import OUTSIDE_COST, Build, Run, burn
from engine.expressions.running_comparing import IDENTIFIED, identity
from engine.expressions.values import Type
from engine.expressions.words import SIGNATURES


def rows(node: Node, build: Build) -> Run:
    """A word over the rows of a table, or over a list."""
    values = _values(node, build)
    if node.value == "count" and len(node.parts) == 1 and node.parts[0].type.kind == "table":
        source = build(node.parts[0])
        return lambda environment: len(source(environment) or ())
    finish = FINISHES[node.value]
    by_id = _element(node).kind in IDENTIFIED
    if node.value == "count" and len(node.parts) == 2:
        return lambda environment: sum(1 for value in values(environment) if value is True)
    if node.value == "sum":
        fit = checked(node.type)
        zero: Any = 0 if node.type.kind == "integer" else Decimal(0)
        return lambda environment: fit(_sum(values(environment), zero))
    if node.value == "distinct" and by_id:
        return lambda environment: list(_by_identity(_present(values(environment))).values())
    return lambda environment: finish(values(environment))


def _element(node: Node) -> Type:
    last = node.parts[-1].type
    return last.of if last.of is not None else last


def _values(node: Node, build: Build) -> Callable[[Environment], Sequence[Any]]:
    source = build(node.parts[0])
    if len(node.parts) == 1:
        return lambda environment: source(environment) or ()
    body = build(node.parts[1])
    cost = node.parts[1].size

    def run(environment: Environment) -> Sequence[Any]:
        found = source(environment) or ()
        burn(environment, cost * len(found))
        names = dict(environment.names)
        inner = Environment(
            names, environment.world, environment.now, environment.today, environment.fuel, environment.zone
        )
        values = []
        for row in found:
            names["row"] = row
            values.append(body(inner))
        return values

    return run


def _by_identity(values: Sequence[Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for value in values:
        found.setdefault(identity(value), value)
    return found


def _present(values: Sequence[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _sum(values: Sequence[Any], zero: Any) -> Any:
    total = zero
    for value in values:
        if value is not None:
            total = ADD(total, value)
    return total


def _any(values: Sequence[Any]) -> bool | None:
    return True if True in values else None if None in values else False


def _all(values: Sequence[Any]) -> bool | None:
    return False if False in values else None if None in values else True


FINISHES: Mapping[str, Callable[[Sequence[Any]], Any]] = MappingProxyType(
    {
        "sum": lambda values: values,
        "any": _any,
        "all": _all,
        "count": lambda values: len(_present(values)),
        "first": lambda values: values[0] if values else None,
        "distinct": lambda values: list(dict.fromkeys(_present(values))),
        "min": lambda values: min(_present(values), default=None),
        "max": lambda values: max(_present(values), default=None),
    }
)


def past(node: Node, build: Build) -> Run:
    """`agreed(x)`, `changed(x)`: the world is asked with the path of the field and the id of the row."""
    function, path = node.keys[0], node.value
    base = node.parts[0].parts[0]
    row = build(base) if base.value == "row" else None
    verify = answers(node.type, function)

    def run(environment: Environment) -> Any:
        burn(environment, OUTSIDE_COST)
        where = None if row is None else identity(row(environment))
        return verify(environment.world.call(function, (path, where), {}))

    return run


def outside(node: Node, build: Build) -> Run:
    """A function that the world answers; without one of its needed values it is not asked, and the answer is empty."""
    function = node.value
    parts = tuple(build(part) for part in node.parts)
    split = len(parts) - len(node.keys)
    keys = node.keys
    signature = SIGNATURES.get(function)
    needs = split if signature is None else min(signature.needs, split)
    verify = answers(node.type, function)

    def run(environment: Environment) -> Any:
        burn(environment, OUTSIDE_COST)
        values = [part(environment) for part in parts]
        if None in values[:needs]:
            return None
        named = dict(zip(keys, values[split:], strict=True))
        return verify(environment.world.call(function, tuple(values[:split]), named))

    return run


ROWS: Mapping[str, Callable[[Node, Build], Run]] = MappingProxyType({"rows": rows, "past": past, "outside": outside})
