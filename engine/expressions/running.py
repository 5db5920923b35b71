"""The Python back end: from the typed tree to nested closures over an `Environment`. Used by `expression`.

Nothing of the user's text is ever compiled or evaluated by Python; a closure exists per kind of node, built here and in
`running_words`. Empty is `None` everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from engine.expressions.answers import answers
from engine.expressions.environment import Environment
from engine.expressions.exact import ADD, MULTIPLY, SUBTRACT, checked, divide
from engine.expressions.faults import failed
from engine.expressions.nodes import Node
from engine.expressions.values import Place, Reference, Subject

Run: TypeAlias = Callable[[Environment], Any]
Build: TypeAlias = Callable[[Node], Run]
MISSING = object()
LONGEST_TEXT = 10_000
OUTSIDE_COST = 20


def burn(environment: Environment, cost: int) -> None:
    """Take fuel; raises when there is none left."""
    environment.fuel[0] -= cost
    if environment.fuel[0] < 0:
        raise failed("fuel", "This asks for too much work.", "计算量过大。")


def constant(node: Node, _build: Build) -> Run:
    """A written value."""
    value = node.value
    return lambda _environment: value


def name(node: Node, _build: Build) -> Run:
    """A name of the environment, or its clock."""
    word = node.value
    if word == "today":
        return lambda environment: environment.today
    if word == "now":
        return lambda environment: environment.now
    return lambda environment: environment.names[word]


def attribute(node: Node, build: Build) -> Run:
    """A field of a row, of a record at hand, or of something fetched."""
    word = node.value
    base = node.parts[0]
    fetched = fetch(word, answers(node.type, word))
    if base.op == "name" and base.value not in ("now", "today"):
        root = base.value

        def direct(environment: Environment) -> Any:
            of: Any = environment.names[root]
            kind = of.__class__
            if kind is dict:
                return of.get(word)
            if kind is Subject:
                found = of.values.get(word, MISSING)
                if found is not MISSING:
                    return found
            return fetched(environment, of)

        return direct
    inner = build(base)
    return lambda environment: fetched(environment, inner(environment))


def fetch(word: str, verify: Callable[[Any], Any]) -> Callable[[Environment, Any], Any]:
    """How a field is had of whatever stands before the dot."""

    def fetched(environment: Environment, of: Any) -> Any:
        if of is None:
            return None
        if isinstance(of, Mapping):
            return of.get(word)
        if isinstance(of, Subject):
            found = of.values.get(word, MISSING)
            if found is not MISSING:
                return found
        elif not isinstance(of, Reference | Place):
            raise failed("value", "This has no fields.", "该值没有字段。")
        burn(environment, OUTSIDE_COST)
        return verify(environment.world.fetch(of, word))

    return fetched


def column(node: Node, build: Build) -> Run:
    """One field of every row of a table."""
    word = node.value
    rows = build(node.parts[0])

    def run(environment: Environment) -> Any:
        found = rows(environment) or ()
        burn(environment, len(found))
        return [row.get(word) for row in found]

    return run


def written_list(node: Node, build: Build) -> Run:
    """A list of values; worked out once when all of them are written."""
    parts = tuple(build(part) for part in node.parts)
    if all(part.op == "constant" for part in node.parts):
        fixed = tuple(part.value for part in node.parts)
        return lambda _environment: fixed
    return lambda environment: [part(environment) for part in parts]


def negation(node: Node, build: Build) -> Run:
    """`not x`: of empty it is empty."""
    inner = build(node.parts[0])

    def run(environment: Environment) -> Any:
        value = inner(environment)
        return None if value is None else not value

    return run


def conjunction(node: Node, build: Build) -> Run:
    """`and`: false if one is false, else empty if one is empty."""
    parts = tuple(build(part) for part in node.parts)

    def run(environment: Environment) -> Any:
        known = True
        for part in parts:
            value = part(environment)
            if value is False:
                return False
            if value is None:
                known = False
        return True if known else None

    return run


def disjunction(node: Node, build: Build) -> Run:
    """`or`: true if one is true, else empty if one is empty."""
    parts = tuple(build(part) for part in node.parts)

    def run(environment: Environment) -> Any:
        known = True
        for part in parts:
            value = part(environment)
            if value is True:
                return True
            if value is None:
                known = False
        return False if known else None

    return run


def choice(node: Node, build: Build) -> Run:
    """`a if c else b`: empty when c is empty."""
    condition, yes, no = (build(part) for part in node.parts)

    def run(environment: Environment) -> Any:
        value = condition(environment)
        if value is None:
            return None
        return yes(environment) if value else no(environment)

    return run


def minus(node: Node, build: Build) -> Run:
    """`-x`."""
    inner = build(node.parts[0])
    fit = checked(node.type)

    def run(environment: Environment) -> Any:
        value = inner(environment)
        return None if value is None else fit(SUBTRACT(0, value))

    return run


def arithmetic(node: Node, build: Build) -> Run:
    """`+ - * /`: exact, within 64 bits; empty when one side is empty."""
    left, right = (build(part) for part in node.parts)
    if node.value == "join":
        return _joining(left, right)
    operation = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY, "/": divide}[node.value]
    fit = checked(node.type)

    def run(environment: Environment) -> Any:
        one = left(environment)
        other = right(environment)
        return None if one is None or other is None else fit(operation(one, other))

    return run


def _joining(left: Run, right: Run) -> Run:
    def run(environment: Environment) -> Any:
        one = left(environment)
        other = right(environment)
        if one is None or other is None:
            return None
        if len(one) + len(other) > LONGEST_TEXT:
            raise failed("text", "This text becomes too long.", "文本过长。")
        return one + other

    return run


OPERATORS: Mapping[str, Callable[[Node, Build], Run]] = MappingProxyType(
    {
        "constant": constant,
        "name": name,
        "attribute": attribute,
        "column": column,
        "list": written_list,
        "not": negation,
        "and": conjunction,
        "or": disjunction,
        "if": choice,
        "negate": minus,
        "arithmetic": arithmetic,
    }
)
