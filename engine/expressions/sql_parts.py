"""What the SQL back end is made of: where columns come from, elements with what is known of them, and the walk.

Used by `sql` and `sql_words`, which hold the steps; `Columns` and `Rows` are answered by the rooms that query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, Text, false, literal, null, true, type_coerce
from sqlalchemy.types import TypeEngine

from engine.database.exact import ExactNumber, Fitting, Rescaled, digits
from engine.expressions.environment import Environment
from engine.expressions.faults import NotInSql
from engine.expressions.kinds import PLACES, RECORDS, is_number, places
from engine.expressions.nodes import Node
from engine.expressions.running_comparing import identity
from engine.expressions.values import Type, Value
from engine.quantities import LARGEST

Element = ColumnElement[Any]
HEAVIEST = 3_000
"""Pieces of one statement; some words say a part of it twice."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rows(Protocol):
    """The rows of one table of the candidate."""

    def column(self, path: tuple[str, ...], type: Type) -> Element:
        """A field of a row, such as `("row", "item")`; raises `NotInSql`."""
        ...

    def scalar(self, aggregate: Element) -> Element:
        """A scalar subquery that works the aggregate out over the rows of the candidate."""
        ...


class Columns(Protocol):
    """Where the fields of a query's candidate stand.

    Text, choice: text; date: ISO text; reference: the id; boolean: the database's boolean; integer: 64-bit integer;
    moment: microseconds since 1970; decimal, money and quantity: `numeric` in PostgreSQL, in SQLite an integer of
    10^-`places(type)`; what is empty is NULL.
    """

    def column(self, path: tuple[str, ...], type: Type) -> Element:
        """A field, such as `("it", "total")`; raises `NotInSql`."""
        ...

    def rows(self, path: tuple[str, ...]) -> Rows:
        """A table, such as `("it", "lines")`; raises `NotInSql`."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """An element with what is known of it: its type, the most it can be, and how much of a statement it is."""

    element: Element
    type: Type
    most: Decimal = Decimal(LARGEST)
    weight: int = 1

    def at(self, scale: int, exactly: bool = True) -> Element:
        """The number with so many places; `exactly` refuses what might not fit."""
        by = scale - places(self.type)
        if by == 0:
            return self.element
        if exactly and self.most.scaleb(scale) > LARGEST:
            raise NotInSql("this number may not fit with so many places")
        return type_coerce(Rescaled(self.element, digits(10**by)), ExactNumber(scale))


class Translation:
    """One translation of one expression. `rows` answers for `row` inside `sum(lines, ...)`."""

    def __init__(
        self,
        columns: Columns,
        parameters: Environment,
        evaluate: Callable[[Node], Value],
        steps: Mapping[str, Translate],
        rows: Rows | None = None,
    ) -> None:
        self.columns = columns
        self.parameters = parameters
        self.evaluate = evaluate
        self.steps = steps
        self.rows = rows

    def inside(self, rows: Rows) -> Translation:
        """The translation of what is asked of each row."""
        return Translation(self.columns, self.parameters, self.evaluate, self.steps, rows)

    def fixed(self, node: Node) -> bool:
        """Whether a node does not depend on the candidate."""
        if node.op == "name":
            root = (node.path or (node.value,))[0]
            return root in ("today", "now", "traced") or root in self.parameters.names
        return all(self.fixed(part) for part in node.parts)

    def translate(self, node: Node) -> Part:
        """The element of a node; raises `NotInSql`."""
        if self.fixed(node):
            if node.type.kind in ("list", "table", "row"):
                raise NotInSql("a list is no value of SQL")
            return self.constant(self.evaluate(node), node.type)
        step = self.steps.get(node.op)
        if step is None:
            raise NotInSql(f"{node.op} is worked out in Python")
        found = step(self, node)
        if found.weight > HEAVIEST:
            raise NotInSql("this becomes too large a statement")
        return found

    def constant(self, value: Any, of: Type) -> Part:
        """A value that is known beforehand."""
        if value is None:
            return Part(null(), of, Decimal(0))
        if is_number(of):
            return _number(value, of)
        if of.kind == "boolean":
            return Part(true() if value else false(), of)
        return Part(literal(*_bound(value, of)), of)


def _number(value: Any, of: Type) -> Part:
    exact = Decimal(value)
    if of.kind == "integer":
        return Part(literal(int(value), BigInteger()), of, abs(exact))
    scale = max(0, -int(exact.normalize().as_tuple().exponent))
    if scale > PLACES:
        raise NotInSql("this number has too many places")
    return Part(literal(exact, ExactNumber(scale)), Type(of.kind, scale=scale), abs(exact))


def _bound(value: Any, of: Type) -> tuple[Any, TypeEngine[Any]]:
    if of.kind in RECORDS:
        return identity(value), Text()
    if isinstance(value, datetime):
        return microseconds(value), BigInteger()
    if isinstance(value, date):
        return value.isoformat(), Text()
    if isinstance(value, str):
        return value, Text()
    raise NotInSql(f"no {of.kind} in a statement")


def microseconds(moment: datetime) -> int:
    """A moment as the tables keep it."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def most_of(of: Type) -> Decimal:
    """The most that a stored value can be: 64 bits of its last place."""
    return Decimal(LARGEST).scaleb(-min(places(of), PLACES)) if is_number(of) else Decimal(LARGEST)


def fitting(element: Element, of: Type, weight: int) -> Part:
    """A number that breaks the statement when it leaves 64 bits."""
    found = typed(Fitting(element, digits(10 ** places(of))), of)
    return Part(found, of, most_of(of), 3 * weight)


def typed(element: Element, of: Type) -> Element:
    """The element with the column type of its value."""
    kind: TypeEngine[Any] = BigInteger() if of.kind == "integer" else ExactNumber(places(of))
    return type_coerce(element, kind)


def level(of: Type, *parts: Part) -> list[Element]:
    """The elements of parts that become values of one type."""
    if not is_number(of):
        return [part.element for part in parts]
    return [part.element if part.type.kind == "empty" else part.at(places(of)) for part in parts]


Translate: TypeAlias = Callable[[Translation, Node], Part]
