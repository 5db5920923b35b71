"""The Python back end of words: plain ones, those over rows, the past, and the outside. Used by `expression`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from engine.expressions.environment import Environment
from engine.expressions.exact import checked, quotient, rounded
from engine.expressions.faults import failed
from engine.expressions.nodes import Node
from engine.expressions.running import Build, Run
from engine.expressions.values import Place, Reference, Type

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


WORDS: Mapping[str, Callable[[Node, Build], Run]] = MappingProxyType({"word": word})
