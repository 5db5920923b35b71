"""The Python back end of words: plain ones, those over rows, the past, and the outside. Used by `expression`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.expressions.environment import Environment
from engine.expressions.exact import ADD, checked, quotient, rounded
from engine.expressions.faults import failed
from engine.expressions.nodes import Node
from engine.expressions.running import IDENTIFIED, OUTSIDE_COST, Build, Run, burn, identity
from engine.expressions.values import Place, Reference, Subject, Type
from engine.expressions.words import SIGNATURES

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_DAY = timedelta(days=1)


def word(node: Node, build: Build) -> Run:
    """A plain word."""
    if node.value in ("round", "floor", "ceil"):
        return _rounding(node, build)
    parts = tuple(build(part) for part in node.parts)
    if node.value == "empty":
        inner = parts[0]
        return lambda environment: is_empty(inner(environment))
    if node.value == "otherwise":
        first, second = parts

        def otherwise(environment: Environment) -> Any:
            value = first(environment)
            return second(environment) if is_empty(value) else value

        return otherwise
    if node.value == "date":
        moment = parts[0]

        def day_of(environment: Environment) -> Any:
            value = moment(environment)
            return None if value is None else value.astimezone(environment.zone).date()

        return day_of
    if node.value == "age":
        return _age(parts[0])
    return _of_values(PLAIN[node.value](node.type), parts)


def _of_values(function: Callable[..., Any], parts: tuple[Run, ...]) -> Run:
    def run(environment: Environment) -> Any:
        values = [part(environment) for part in parts]
        return None if None in values else function(*values)

    return run


def is_empty(value: Any) -> bool:
    """No value, no text, no row."""
    return value is None or (
        isinstance(value, str | list | tuple) and not isinstance(value, Reference | Place) and not value
    )


def _rounding(node: Node, build: Build) -> Run:
    inner = node.parts[0]
    digits, name = int(node.keys[0]), node.value
    fit = checked(node.type)
    whole = node.type.kind == "integer"
    if inner.op == "arithmetic" and inner.value == "/":
        value_of = _quotient(*(build(part) for part in inner.parts))
    else:
        value_of = build(inner)

    def run(environment: Environment) -> Any:
        value = value_of(environment)
        if value is None:
            return None
        found = fit(rounded(value, name, digits))
        return int(found) if whole else found

    return run


def _quotient(left: Run, right: Run) -> Run:
    def run(environment: Environment) -> Any:
        one, other = left(environment), right(environment)
        return None if one is None or other is None else quotient(one, other)

    return run


def _age(inner: Run) -> Run:
    def run(environment: Environment) -> Any:
        value = inner(environment)
        if value is None:
            return None
        if isinstance(value, datetime):
            return (environment.now - value) // _DAY
        return (environment.today - value).days

    return run


def _multiple_up(of: Type) -> Callable[[Any, Any], Any]:
    fit = checked(of)

    def run(value: Any, pack: Any) -> Any:
        if pack <= 0:
            raise failed("pack", "A pack is above zero.", "包装数须大于零。")
        if value.__class__ is int and pack.__class__ is int:
            return fit(-(-value // pack) * pack)
        times = int(rounded(quotient(value, pack), "ceil", 0))
        return fit(times * pack)

    return run


def _add_days(day: date, days: int) -> date:
    try:
        return day + timedelta(days=int(days))
    except OverflowError as error:
        raise failed("date", "This day is out of the calendar.", "日期超出范围。") from error


def _always(function: Callable[..., Any]) -> Callable[[Type], Callable[..., Any]]:
    return lambda _type: function


PLAIN: Mapping[str, Callable[[Type], Callable[..., Any]]] = MappingProxyType(
    {
        "abs": lambda of: lambda value: checked(of)(abs(value)),
        "min": _always(min),
        "max": _always(max),
        "multiple_up": _multiple_up,
        "len": _always(len),
        "lower": _always(lambda value: value.translate(_LOWER)),
        "starts": _always(lambda value, part: value.startswith(part)),
        "contains": _always(lambda value, part: part in value),
        "year": _always(lambda value: value.year),
        "month": _always(lambda value: value.month),
        "day": _always(lambda value: value.day),
        "days_between": _always(lambda start, end: (end - start).days),
        "add_days": _always(_add_days),
    }
)


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


_ANSWERS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "text": (str,),
        "choice": (str,),
        "integer": (int,),
        "decimal": (Decimal, int),
        "money": (Decimal, int),
        "quantity": (Decimal, int),
        "date": (date,),
        "moment": (datetime,),
        "boolean": (bool,),
        "reference": (Reference, Subject),
        "place": (Place, Reference, Subject),
        "list": (list, tuple),
        "table": (list, tuple),
    }
)


def answers(of: Type, function: str) -> Callable[[Any], Any]:
    """Refuses an answer from outside that is not of the type it was declared with."""
    allowed = _ANSWERS.get(of.kind)
    number = of.kind in ("integer", "decimal", "money", "quantity")

    def verify(value: Any) -> Any:
        if value is None or allowed is None:
            return value
        wrong = (number and isinstance(value, bool)) or (of.kind == "date" and isinstance(value, datetime))
        if isinstance(value, allowed) and not wrong:
            return value
        raise failed("answer", f"{function} gave no {of.kind}.", f"{function} 未返回 {of.kind}。")

    return verify


WORDS: Mapping[str, Callable[[Node, Build], Run]] = MappingProxyType(
    {"word": word, "rows": rows, "past": past, "outside": outside}
)
