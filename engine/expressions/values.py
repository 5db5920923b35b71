"""Types and values of the expression language. Used by every room that writes, checks or evaluates an expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from engine.expressions.environment import Environment
    from engine.expressions.expression import Expression

EMPTY = None
"""The empty value. Arithmetic and comparison with it give empty."""


class Reference(NamedTuple):
    """A record of another form, by id. Its fields are fetched through the `World`."""

    form: str
    id: str


class Place(NamedTuple):
    """A place of the ledger: `key` is a record's id, `<id>/damaged`, or `chain/loss`.

    `negative` is `forbidden` (a physical place) or `allowed` (supplier, customer, loss).
    """

    key: str
    kind: str
    negative: str = "forbidden"


@dataclass(slots=True, eq=False)
class Subject:
    """A record whose values are at hand (`record`, `it`): fields, tables as lists of rows, and what the engine keeps.

    Kept by the engine: `id number state version created created_by submitted submitted_by updated came_from`.
    A row is a dict of its fields and `row`, its id. Equal to every `Reference` to the same record.
    """

    form: str
    id: str
    values: Mapping[str, Any]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Subject, Reference)) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


Row: TypeAlias = Mapping[str, Any]
Value: TypeAlias = (
    "str | int | bool | Decimal | date | datetime | Reference | Subject | Place | Row | Sequence[Any] | None"
)


@dataclass(frozen=True, slots=True)
class Type:
    """A type of the language.

    `kind` is one of `text integer decimal money quantity date moment boolean choice reference place row table list
    empty`. `scale`: digits after the point of a decimal, money or quantity (a quantity's is at most 6, the item's own
    is asked where it is written). `form`: of a reference, row or table. `table`: name of a row's table. `of`: element
    of a list. `options`: values of a choice.
    """

    kind: str
    scale: int | None = None
    form: str | None = None
    table: str | None = None
    of: Type | None = None
    options: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Signature:
    """A function that the outside answers (`on_hand`, `limit`, a fact of the library): positional, then named."""

    name: str
    takes: tuple[Type | None, ...]
    """Types by position; None takes any."""
    needs: int
    gives: Type
    named: Mapping[str, Type | None] = field(default_factory=dict)


class Scope(Protocol):
    """What an expression may name where it stands; answered by the definitions."""

    def name(self, name: str) -> Type | None:
        """The type of a bare name (`record`, `row`, `it`, `actor`, `today`, `decided`), None if there is none here."""
        ...

    def attribute(self, of: Type, name: str) -> Type | None:
        """The type of `x.name`, None if there is no such field."""
        ...

    def function(self, name: str) -> Signature | None:
        """An outside function or a fact of the library; None if there is none."""
        ...


class World(Protocol):
    """What an expression asks from outside while it is evaluated; answered by operations, with somebody's eyes."""

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        """A field of a referenced record, or a sub-place (`record.to_store.damaged`), or a place of a record."""
        ...

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """Answer an outside function."""
        ...


@runtime_checkable
class Teller(Protocol):
    """A world that knows who reads what comes of it."""

    def told(self, of: Expression, environment: Environment, language: str) -> str | None:
        """What a field or name is, in words; None where the reader may not see it."""
        ...
