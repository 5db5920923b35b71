"""The SQL back end of words: plain ones and those over the rows of a table. What is not here is left to Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import BigInteger, case, cast, false, func, null, or_, true

from engine.database.exact import (
    ByCodePoint,
    DaysBetween,
    Floored,
    Found,
    Greatest,
    Least,
    Lowered,
    Raised,
    Rounded,
    digits,
)
from engine.expressions.faults import NotInSql
from engine.expressions.kinds import BOOLEAN, INTEGER, PLACES, TEXTS, is_number, places
from engine.expressions.nodes import Node
from engine.expressions.sql_parts import Element, Part, Translate, Translation, fitting, level, most_of, typed
from engine.expressions.values import Type
from engine.quantities import LARGEST

ROUNDINGS = MappingProxyType({"round": Rounded, "floor": Floored, "ceil": Raised})
YES, UNKNOWN, NO = 2, 1, 0


def word(translation: Translation, node: Node) -> Part:
    """A plain word."""
    if node.value == "empty" and node.parts[0].type.kind == "table":
        rows = translation.columns.rows(_table(translation, node.parts[0]))
        return Part(rows.scalar(func.count()) == 0, node.type)
    step = _WORDS.get(node.value)
    if step is None:
        raise NotInSql(f"{node.value} is worked out in Python")
    parts = [translation.translate(part) for part in node.parts]
    return step(node, parts, sum(part.weight for part in parts) + 1)


def _empty(node: Node, parts: list[Part], weight: int) -> Part:
    element = parts[0].element
    if parts[0].type.kind in TEXTS:
        return Part(or_(element.is_(None), element == ""), node.type, weight=2 * weight)
    return Part(element.is_(None), node.type, weight=weight)


def _otherwise(node: Node, parts: list[Part], weight: int) -> Part:
    one, other = level(node.type, *parts)
    if parts[0].type.kind in TEXTS:
        one = func.nullif(one, "")
    most = max(part.most for part in parts)
    return Part(_as(func.coalesce(one, other), node.type), node.type, most, weight)


def _as(element: Element, of: Type) -> Element:
    return typed(element, of) if is_number(of) else element


def _rounding(node: Node, parts: list[Part], weight: int) -> Part:
    inner = parts[0]
    left = int(node.keys[0])
    gone = places(inner.type) - left
    if gone <= 0:
        return Part(inner.at(places(node.type)), node.type, inner.most, weight)
    power = digits(10**gone)
    name = ROUNDINGS[node.value]
    element = name(inner.element, digits(left), power) if name is Rounded else name(inner.element, power)
    if left and name is not Rounded:
        raise NotInSql("only whole numbers are floored")
    most = min(inner.most + 1, Decimal(LARGEST).scaleb(-min(left, PLACES)))
    found = cast(element, BigInteger) if node.type.kind == "integer" else typed(element, node.type)
    return Part(found, node.type, most, 3 * weight)


def _magnitude(node: Node, parts: list[Part], weight: int) -> Part:
    return Part(typed(func.abs(parts[0].element), parts[0].type), parts[0].type, parts[0].most, weight)


def _extreme(node: Node, parts: list[Part], weight: int) -> Part:
    elements = level(node.type, *parts)
    if node.type.kind in TEXTS:
        elements = [ByCodePoint(each) for each in elements]
    name = Least if node.value == "min" else Greatest
    found = _as(name(*elements), node.type)
    return Part(found, node.type, max(part.most for part in parts), 2 * weight)


def _length(node: Node, parts: list[Part], weight: int) -> Part:
    return Part(func.length(parts[0].element), INTEGER, weight=weight)


def _lower(node: Node, parts: list[Part], weight: int) -> Part:
    return Part(Lowered(parts[0].element), node.type, weight=weight)


def _starts(node: Node, parts: list[Part], weight: int) -> Part:
    text, part = (each.element for each in parts)
    return Part(func.substr(text, 1, func.length(part)) == part, BOOLEAN, weight=2 * weight)


def _contains(node: Node, parts: list[Part], weight: int) -> Part:
    return Part(Found(parts[0].element, parts[1].element) > 0, BOOLEAN, weight=weight)


def _piece(start: int, length: int) -> Callable[[Node, list[Part], int], Part]:
    def step(node: Node, parts: list[Part], weight: int) -> Part:
        piece = func.substr(parts[0].element, start, length)
        return Part(cast(piece, BigInteger), INTEGER, Decimal(9999), weight)

    return step


def _days_between(node: Node, parts: list[Part], weight: int) -> Part:
    return Part(DaysBetween(parts[0].element, parts[1].element), INTEGER, Decimal(10**7), weight)


_WORDS: Mapping[str, Callable[[Node, list[Part], int], Part]] = MappingProxyType(
    {
        "empty": _empty,
        "otherwise": _otherwise,
        "round": _rounding,
        "floor": _rounding,
        "ceil": _rounding,
        "abs": _magnitude,
        "min": _extreme,
        "max": _extreme,
        "len": _length,
        "lower": _lower,
        "starts": _starts,
        "contains": _contains,
        "year": _piece(1, 4),
        "month": _piece(6, 2),
        "day": _piece(9, 2),
        "days_between": _days_between,
    }
)


def _table(translation: Translation, node: Node) -> tuple[str, ...]:
    if node.op not in ("attribute", "name") or node.path is None or translation.fixed(node):
        raise NotInSql("only a table of the candidate is asked in SQL")
    return node.path


def over_rows(translation: Translation, node: Node) -> Part:
    """`sum any all count min max` over a table of the candidate."""
    source = node.parts[0]
    if translation.rows is not None:
        raise NotInSql("rows within rows are worked out in Python")
    if source.op == "column":
        rows = translation.columns.rows(_table(translation, source.parts[0]))
        of = source.type.of or source.type
        body = Part(rows.column(("row", source.value), of), of, most_of(of))
    elif source.type.kind == "table":
        rows = translation.columns.rows(_table(translation, source))
        if len(node.parts) == 1:
            return Part(rows.scalar(func.count()), INTEGER, Decimal(10**9), 2)
        body = translation.inside(rows).translate(node.parts[1])
    else:
        raise NotInSql("a list is worked out in Python")
    weight = body.weight + 3
    if node.value in ("any", "all"):
        return Part(_three(node.value, rows.scalar, body.element), BOOLEAN, weight=weight)
    if node.value == "count":
        wanted = body.element if len(node.parts) == 1 else case((body.element, 1))
        return Part(rows.scalar(func.count(wanted)), INTEGER, Decimal(10**9), weight)
    if node.value == "sum":
        total = func.coalesce(rows.scalar(func.sum(body.element)), 0)
        return _total(total, body.type, weight)
    if node.value in ("min", "max"):
        element = ByCodePoint(body.element) if body.type.kind in TEXTS else body.element
        found = rows.scalar((func.min if node.value == "min" else func.max)(element))
        return Part(_as(found, body.type), body.type, body.most, weight)
    raise NotInSql(f"{node.value} is worked out in Python")


def _total(total: Element, of: Type, weight: int) -> Part:
    if of.kind == "integer":
        return Part(cast(total, BigInteger), of, weight=weight)
    if places(of) > PLACES:
        raise NotInSql("a sum of so many places may not fit 64 bits")
    return fitting(total, of, weight)


def _three(name: str, scalar: Callable[[Element], Element], body: Element) -> Element:
    verdict = case((true(), YES), (false(), NO), value=body, else_=UNKNOWN)
    if name == "any":
        found = scalar(func.max(verdict))
        return case((found == YES, true()), (found == UNKNOWN, null()), else_=false())
    found = scalar(func.min(verdict))
    return case((found == NO, false()), (found == UNKNOWN, null()), else_=true())


SQL_WORDS: Mapping[str, Translate] = MappingProxyType({"word": word, "rows": over_rows})
