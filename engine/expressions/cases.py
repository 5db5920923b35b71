"""Every case that some conditions tell apart: whether they can hold, together or one without another.

Numbers are told apart where conditions compare them (linear in any number of terms: `a - 2 * b > 10`), choices by their
options, everything else is true or false. Terms are taken as independent of each other, and as not empty: so what never
holds in any case never holds at all, empty or not. Used by the checks of definitions, for conditions that are never
met and values that fall between two.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise, product
from math import prod
from types import MappingProxyType
from typing import Any, TypeAlias

from engine.expressions.expression import Expression
from engine.expressions.kinds import PLACES, is_number, places
from engine.expressions.nodes import Node

MOST = 4096
"""Cases that are gone through; more are not, and nothing is said."""
ELSE = "…"
"""A text that is none of those named."""

Key: TypeAlias = tuple[Any, ...]
Case: TypeAlias = Mapping[Key, Any]
Holds: TypeAlias = Callable[[Case], bool]
Terms: TypeAlias = dict[Key, tuple[Decimal, Node]]

_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)
_TURNED = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<="})


@dataclass(slots=True)
class Term:
    """What is told apart: a number with its boundaries, or anything with its values."""

    words: str
    nodes: tuple[Node, ...] = ()
    step: Decimal | None = None
    """The grid of a number that stands alone; None between several."""
    floor: Decimal | None = None
    boundaries: set[Decimal] = field(default_factory=set)
    values: set[Any] = field(default_factory=set)

    def samples(self) -> list[Any]:
        """One value of every part that the boundaries leave, each boundary among them, in order."""
        if not self.boundaries:
            return sorted(self.values, key=str)
        step = self.step if self.step is not None else _between(self.boundaries)
        found: set[Decimal] = set()
        for each in self.boundaries:
            low = each if self.step is None else (each / step).to_integral_value(ROUND_FLOOR) * step
            found |= {low - step, low, low + step}
        if self.floor is not None:
            found = {each for each in found if each >= self.floor} | {self.floor}
        return sorted(found)


def _between(boundaries: set[Decimal]) -> Decimal:
    """Less than the distance of any two."""
    ordered = sorted(boundaries)
    gaps = [high - low for low, high in pairwise(ordered)]
    return min(gaps, default=Decimal(2)) / 2


class Cases:
    """The cases of some conditions. `floor` says from where a number starts; `known` what a choice can be here."""

    def __init__(
        self,
        conditions: Sequence[Expression],
        floor: Callable[[Node], Decimal | None],
        known: Mapping[str, Sequence[Any]],
    ) -> None:
        self.terms: dict[Key, Term] = {}
        self._floor = floor
        self._known = known
        self._holds = [self._read(each.node) for each in conditions]

    @property
    def count(self) -> int:
        """How many conditions there are."""
        return len(self._holds)

    @property
    def countable(self) -> bool:
        """Whether there are few enough to go through."""
        return prod(len(each.samples()) for each in self.terms.values()) <= MOST

    def every(self) -> Iterator[Case]:
        """Each case once."""
        pools = [each.samples() for each in self.terms.values()]
        for values in product(*pools):
            yield dict(zip(self.terms, values, strict=True))

    def holds(self, index: int, case: Case) -> bool:
        """Whether one of the conditions does."""
        return self._holds[index](case)

    def find(self, yes: Sequence[int] = (), no: Sequence[int] = ()) -> Case | None:
        """A case in which these conditions hold and those do not; None when there is none."""
        for case in self.every():
            if all(self._holds[each](case) for each in yes) and not any(self._holds[each](case) for each in no):
                return case
        return None

    def words(self, case: Case) -> str:
        """A case as a person reads it."""
        told = [(self.terms[key].words, value) for key, value in case.items() if not key[0].startswith("?")]
        return ", ".join(f"{words} = {_word(value)}" for words, value in told)

    # -- reading -------------------------------------------------------------------------------------------------

    def _read(self, node: Node) -> Holds:
        match node.op:
            case "constant":
                value = node.value is True
                return lambda _case: value
            case "not" | "and" | "or" | "if":
                return self._joined(node.op, [self._read(each) for each in node.parts])
            case "compare":
                return self._compare(node)
            case "in" if node.parts[1].parts and all(each.op == "constant" for each in node.parts[1].parts):
                return self._among(node)
            case _:
                return self._open(node)

    @staticmethod
    def _joined(op: str, parts: Sequence[Holds]) -> Holds:
        if op == "not":
            return lambda case: not parts[0](case)
        if op == "if":
            return lambda case: parts[1](case) if parts[0](case) else parts[2](case)
        both = all if op == "and" else any
        return lambda case: both(each(case) for each in parts)

    def _open(self, node: Node) -> Holds:
        """Something of which no more is known than that it is true or false."""
        key = ("?", _name(node))
        self.terms.setdefault(key, Term(_name(node), (node,))).values |= {True, False}
        return lambda case: case[key] is True

    def _compare(self, node: Node) -> Holds:
        left, right = node.parts
        sign: str = node.value
        if is_number(left.type) and is_number(right.type):
            return self._numbers(left, right, sign)
        for one, other in ((left, right), (right, left)):
            if other.op == "constant" and sign in ("==", "!=") and one.type.kind in ("choice", "text"):
                key, wanted = self._choice(one, (other.value,)), other.value
                return lambda case: (case[key] == wanted) == (sign == "==")
        if _name(left) > _name(right):
            left, right, sign = right, left, _TURNED.get(sign, sign)
        key = ("?order", _name(left), _name(right))
        ordered = sign not in ("==", "!=")
        self.terms.setdefault(key, Term(node.text, (left, right))).values |= {-1, 0, 1} if ordered else {0, 1}
        compare = _SIGNS[sign]
        return lambda case: compare(case[key], 0)

    def _among(self, node: Node) -> Holds:
        value, listed = node.parts[0], tuple(each.value for each in node.parts[1].parts)
        if is_number(value.type):
            parts = [self._numbers(value, each, "==") for each in node.parts[1].parts]
            return lambda case: any(each(case) for each in parts)
        if value.type.kind not in ("choice", "text"):
            return self._open(node)
        key = self._choice(value, listed)
        return lambda case: case[key] in listed

    def _choice(self, node: Node, named: Sequence[Any]) -> Key:
        name = _name(node)
        key = ("choice", name)
        term = self.terms.setdefault(key, Term(name, (node,)))
        known = self._known.get(name)
        term.values |= set(known if known is not None else node.type.options or (*named, ELSE))
        return key

    def _numbers(self, left: Node, right: Node, sign: str) -> Holds:
        terms, constant = _linear(left)
        more, other = _linear(right)
        for key, (factor, node) in more.items():
            terms[key] = (terms.get(key, (Decimal(0), node))[0] - factor, node)
        terms = {key: each for key, each in sorted(terms.items()) if each[0]}
        compare = _SIGNS[sign]
        if not terms:
            same = compare(constant - other, 0)
            return lambda _case: same
        first = next(iter(terms.values()))[0]
        if first < 0:
            compare = _SIGNS[_TURNED.get(sign, sign)]
        key = ("number", *((each, factor / first) for each, (factor, _) in terms.items()))
        boundary = (other - constant) / first
        self.terms.setdefault(key, self._number(terms, first)).boundaries.add(boundary)
        return lambda case: compare(case[key], boundary)

    def _number(self, terms: Terms, first: Decimal) -> Term:
        nodes = tuple(node for _, node in terms.values())
        if len(nodes) > 1:
            return Term(_sum_words(terms, first), nodes)
        node = nodes[0]
        exact = min(places(node.type), PLACES)
        return Term(_name(node), nodes, Decimal(1).scaleb(-exact), self._floor(node))


def _linear(node: Node) -> tuple[Terms, Decimal]:
    """`2 * a - b + 3` as what stands before each term, and what is added; a node of another kind is a term itself."""
    if node.op == "constant" and isinstance(node.value, int | Decimal):
        return {}, Decimal(node.value)
    if node.op == "negate":
        return _times(_linear(node.parts[0]), Decimal(-1))
    if node.op == "arithmetic" and node.value in ("+", "-"):
        terms, constant = _linear(node.parts[0])
        more, other = _times(_linear(node.parts[1]), Decimal(1 if node.value == "+" else -1))
        for key, (factor, part) in more.items():
            terms[key] = (terms.get(key, (Decimal(0), part))[0] + factor, part)
        return terms, constant + other
    if node.op == "arithmetic" and node.value == "*":
        left, right = _linear(node.parts[0]), _linear(node.parts[1])
        if not left[0] or not right[0]:
            return _times(right, left[1]) if not left[0] else _times(left, right[1])
    return {("of", _name(node)): (Decimal(1), node)}, Decimal(0)


def _times(found: tuple[Terms, Decimal], factor: Decimal) -> tuple[Terms, Decimal]:
    terms, constant = found
    return {key: (each * factor, node) for key, (each, node) in terms.items()}, constant * factor


def _name(node: Node) -> str:
    """What stands for a node: a path, else its words."""
    if node.path is not None and node.op in ("name", "attribute"):
        path = node.path[1:] if node.path[:2] == ("record", "state") else node.path
        return ".".join(path)
    return " ".join(node.text.split()) or repr(node)


def _sum_words(terms: Terms, first: Decimal) -> str:
    words = ""
    for factor, node in terms.values():
        each = factor / first
        sign = " - " if each < 0 else " + " if words else ""
        words += f"{sign}{'' if abs(each) == 1 else f'{_word(abs(each))} * '}{_name(node)}"
    return words


def _word(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"  # never -0
    return str(value).lower() if isinstance(value, bool) else str(value)
