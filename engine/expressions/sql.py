"""The SQL back end: from the typed tree to SQLAlchemy elements that answer in both databases as Python does.

Whatever does not depend on the candidate (`actor.store`, `limit(...)`, `add_days(today, 7)`) is worked out in Python
first. What cannot be exact raises `NotInSql`: long products, divisions, words with an outside answer. Called by
`Expression.sql`; words that are called stand in `sql_words`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import BigInteger, and_, case, false, literal, not_, null, or_, true

from engine.database.exact import ByCodePoint
from engine.expressions.faults import NotInSql
from engine.expressions.kinds import NUMBERS, PLACES, TEXTS, places
from engine.expressions.nodes import Node
from engine.expressions.sql_parts import (
    Columns,
    Element,
    Part,
    Rows,
    Translate,
    Translation,
    fitting,
    level,
    microseconds,
    most_of,
    typed,
)
from engine.expressions.values import Type
from engine.quantities import LARGEST


def field(translation: Translation, node: Node) -> Part:
    """A field of the candidate, or of the row at hand."""
    steps: tuple[str, ...] = ()
    base = node
    while base.op == "attribute":
        steps = (base.value, *steps)
        base = base.parts[0]
    if base.op != "name":
        raise NotInSql("a field of something worked out")
    source: Columns | Rows = translation.columns
    if base.value == "row" and base.path != ("row",):
        if translation.rows is None:
            raise NotInSql("a row of a table that is not at hand")
        source = translation.rows
    element = source.column((base.value, *steps), node.type)
    return Part(element, node.type, most_of(node.type))


def negation(translation: Translation, node: Node) -> Part:
    """`not x`."""
    inner = translation.translate(node.parts[0])
    return Part(not_(inner.element), node.type, weight=inner.weight + 1)


def conjunction(translation: Translation, node: Node) -> Part:
    """`and`, `or`: three-valued in SQL as well."""
    parts = [translation.translate(part) for part in node.parts]
    together = and_ if node.op == "and" else or_
    return Part(together(*(part.element for part in parts)), node.type, weight=sum(part.weight for part in parts) + 1)


def choice(translation: Translation, node: Node) -> Part:
    """`a if c else b`."""
    condition, yes, no = (translation.translate(part) for part in node.parts)
    one, other = level(node.type, yes, no)
    weight = condition.weight + yes.weight + no.weight + 1
    element = case((true(), one), (false(), other), value=condition.element)
    return Part(element, node.type, max(yes.most, no.most), weight)


SIGNS: Mapping[str, Callable[[Element, Element], Element]] = MappingProxyType(
    {
        "==": lambda one, other: one == other,
        "!=": lambda one, other: one != other,
        "<": lambda one, other: one < other,
        "<=": lambda one, other: one <= other,
        ">": lambda one, other: one > other,
        ">=": lambda one, other: one >= other,
    }
)


def comparison(translation: Translation, node: Node) -> Part:
    """`== != < <= > >=`."""
    left, right = node.parts
    whole_day = _whole_day(translation, node)
    if whole_day is not None:
        return whole_day
    if "row" in (left.type.kind, right.type.kind):
        raise NotInSql("rows are compared in Python")
    one, other = translation.translate(left), translation.translate(right)
    sign = SIGNS[node.value]
    weight = one.weight + other.weight + 1
    if left.type.kind in NUMBERS:
        scale = max(places(one.type), places(other.type))
        return Part(sign(one.at(scale, exactly=False), other.at(scale, exactly=False)), node.type, weight=weight)
    if left.type.kind in TEXTS and node.value not in ("==", "!="):
        return Part(sign(ByCodePoint(one.element), ByCodePoint(other.element)), node.type, weight=weight)
    return Part(sign(one.element, other.element), node.type, weight=weight)


_MIRRORED = MappingProxyType({"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="})


def _whole_day(translation: Translation, node: Node) -> Part | None:
    left, right = node.parts
    sign = node.value
    if right.op == "word" and right.value == "date" and translation.fixed(left):
        left, right, sign = right, left, _MIRRORED[sign]
    if not (left.op == "word" and left.value == "date" and translation.fixed(right)) or translation.fixed(left):
        return None
    moment = translation.translate(left.parts[0])
    day = translation.evaluate(right)
    if not isinstance(day, date):
        return Part(null(), node.type)
    begins, ends = (_begin(translation, day, later) for later in (0, 1))
    column = moment.element
    inside = and_(column >= begins, column < ends)
    found = {
        "==": inside,
        "!=": not_(inside),
        "<": column < begins,
        "<=": column < ends,
        ">": column >= ends,
        ">=": column >= begins,
    }[sign]
    return Part(found, node.type, weight=2 * moment.weight + 2)


def _begin(translation: Translation, day: date, later: int) -> Element:
    try:
        first = day + timedelta(days=later)
    except OverflowError as error:
        raise NotInSql("the calendar ends there") from error
    moment = datetime(first.year, first.month, first.day, tzinfo=translation.parameters.zone)
    return literal(microseconds(moment), BigInteger())


def membership(translation: Translation, node: Node) -> Part:
    """`x in list`, when the list is written or known beforehand."""
    value, among = node.parts
    one = translation.translate(value)
    if translation.fixed(among):
        known = translation.evaluate(among)
        if not isinstance(known, list | tuple):
            return Part(null(), node.type)
        of = among.type.of or value.type
        parts = [translation.constant(each, of) for each in known]
    elif among.op == "list":
        parts = [translation.translate(part) for part in among.parts]
    else:
        raise NotInSql("only a written list is searched in SQL")
    if not parts:
        return Part(false(), node.type)
    scale = max(places(part.type) for part in (one, *parts)) if value.type.kind in NUMBERS else None
    elements = [part.element if scale is None or part.type.kind == "empty" else part.at(scale, False) for part in parts]
    left = one.element if scale is None else one.at(scale, exactly=False)
    return Part(left.in_(elements), node.type, weight=one.weight + len(parts))


def minus(translation: Translation, node: Node) -> Part:
    """`-x`."""
    inner = translation.translate(node.parts[0])
    return Part(typed(-inner.element, inner.type), inner.type, inner.most, inner.weight + 1)


def arithmetic(translation: Translation, node: Node) -> Part:
    """`+ - *`; a product of many places, a division and joined texts are left to Python."""
    if node.value in ("/", "join"):
        raise NotInSql("divisions and joined texts are worked out in Python")
    one, other = (translation.translate(part) for part in node.parts)
    if node.value == "*":
        scale = places(one.type) + places(other.type)
        of = node.type if node.type.kind == "integer" else Type(node.type.kind, scale=scale)
        element, most = one.element * other.element, one.most * other.most
    else:
        scale = max(places(one.type), places(other.type))
        of = node.type if node.type.kind == "integer" else Type(node.type.kind, scale=scale)
        left, right = one.at(scale, exactly=False), other.at(scale, exactly=False)
        element, most = (left + right if node.value == "+" else left - right), one.most + other.most
    weight = one.weight + other.weight + 1
    if most.scaleb(scale) <= LARGEST and most <= Decimal(LARGEST).scaleb(-min(scale, PLACES)):
        return Part(typed(element, of), of, most, weight)
    if scale > PLACES:
        raise NotInSql("this product may not fit 64 bits")
    return fitting(element, of, weight)


TRACED = frozenset({"traced_sum", "remaining"})


def outside(translation: Translation, node: Node) -> Part:
    """What of a row or record went into records of a form, where a query's tables know it; nothing else outside."""
    taken = getattr(translation.columns, "taken", None)
    if node.value not in TRACED or taken is None or node.parts[0].op != "name" or node.parts[1].op != "constant":
        raise NotInSql(f"{node.value} is worked out in Python")
    of = Type("quantity", scale=PLACES)
    element = taken(node.parts[0].value, str(node.parts[1].value), node.value == "remaining")
    return Part(typed(element, of), of, most_of(of), 5)


SQL_OPERATORS: Mapping[str, Translate] = MappingProxyType(
    {
        "name": field,
        "attribute": field,
        "not": negation,
        "and": conjunction,
        "or": conjunction,
        "if": choice,
        "compare": comparison,
        "in": membership,
        "negate": minus,
        "arithmetic": arithmetic,
        "outside": outside,
    }
)
