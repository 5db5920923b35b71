"""The Python back end of comparisons and of `in`. Used by `expression`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import Any

from engine.expressions.environment import Environment
from engine.expressions.faults import failed
from engine.expressions.nodes import Node
from engine.expressions.running import Build, Run, burn
from engine.expressions.values import Place, Reference, Subject


def identity(value: Any) -> Any:
    """What a record, place or row is known by."""
    if isinstance(value, Reference | Subject):
        return value.id
    if isinstance(value, Place):
        return value.key
    if isinstance(value, Mapping):
        return value["row"]
    raise failed("value", "This is no record.", "该值不是记录。")


ORDERS = MappingProxyType({"<": lt, "<=": le, ">": gt, ">=": ge})
IDENTIFIED = frozenset({"reference", "place", "row"})


def comparison(node: Node, build: Build) -> Run:
    """`== != < <= > >=`: empty when one side is empty."""
    left, right = (build(part) for part in node.parts)
    sign = node.value
    if sign in ORDERS:
        return _ordering(left, right, node.parts[1], ORDERS[sign])
    same = sign == "=="
    if node.parts[0].type.kind in IDENTIFIED:
        return _identities(left, right, same)

    def run(environment: Environment) -> Any:
        one = left(environment)
        other = right(environment)
        if one is None or other is None:
            return None
        if one == other:
            return same
        if _no_number(one) or _no_number(other):
            raise failed("value", "This is not a number.", "该值不是数字。")
        return not same

    return run


def _no_number(value: Any) -> bool:
    return isinstance(value, Decimal) and value.is_nan()


def _ordering(left: Run, right: Run, right_node: Node, order: Callable[[Any, Any], bool]) -> Run:
    if right_node.op == "constant":
        fixed = right_node.value

        def against(environment: Environment) -> Any:
            one = left(environment)
            return None if one is None else order(one, fixed)

        return against

    def run(environment: Environment) -> Any:
        one = left(environment)
        other = right(environment)
        return None if one is None or other is None else order(one, other)

    return run


def _identities(left: Run, right: Run, same: bool) -> Run:
    def run(environment: Environment) -> Any:
        one = left(environment)
        other = right(environment)
        if one is None or other is None:
            return None
        return (identity(one) == identity(other)) is same

    return run


def membership(node: Node, build: Build) -> Run:
    """`x in list`: empty when x is empty, or when it is not found and an element is empty."""
    value, among = (build(part) for part in node.parts)
    by_id = node.parts[0].type.kind in IDENTIFIED

    def run(environment: Environment) -> Any:
        elements: Sequence[Any] | None = among(environment)
        one = value(environment)
        if elements is None:
            return None
        if not elements:
            return False
        if one is None:
            return None
        burn(environment, len(elements))
        if by_id:
            one = identity(one)
            elements = [None if each is None else identity(each) for each in elements]
        if one in elements:
            return True
        return None if None in elements else False

    return run


COMPARISONS: Mapping[str, Callable[[Node, Build], Run]] = MappingProxyType({"compare": comparison, "in": membership})
