"""What an effect proposes: frozen values, not yet done. Made by `effects`, applied and settled by `operations`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from engine.definitions.models import People
from engine.expressions import Environment, Expression, Place, Reference, Value


@dataclass(frozen=True, slots=True)
class Move:
    """Goods (or money) go from a place to a place; `quantity` is above zero, in the base unit."""

    item: Reference
    quantity: Decimal
    origin: Place
    target: Place
    lot: Reference | None = None
    owner: str | None = None
    kind: str = "move"
    row: str | None = None
    effect: str = ""
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reserve:
    """This record's promise for this effect and row is set to `quantity` (absolute; 0 frees it)."""

    item: Reference
    quantity: Decimal
    at: Place
    lot: Reference | None = None
    owner: str | None = None
    row: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """This record's promises end: all of them, or those of one row."""

    row: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nobody but this record moves the item (or one lot of it) at the place."""

    item: Reference
    at: Place
    lot: Reference | None = None
    row: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Unhold:
    """This record's holds end."""

    row: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A share that a new row takes of a row of this record, or of the record `origin`."""

    row: str
    quantity: Decimal
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row of a record to be made, with the shares it takes.

    `sums` are added up where the row meets one of the same `key`. `share` says how the row's first quantity is divided
    when it is less than what the shares offer.
    """

    values: Mapping[str, Any]
    traces: tuple[Trace, ...] = ()
    key: Mapping[str, Any] | None = None
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    share: str | None = None


@dataclass(frozen=True, slots=True)
class Into:
    """Which record is filled up instead of a new one: the oldest for which the condition holds (`it`)."""

    condition: Expression
    environment: Environment


@dataclass(frozen=True, slots=True)
class Create:
    """A new record, its rows per table; `action` is taken at once if given. `once` is a key that lands only once.

    With `into` its rows go into a record that is there already, if there is one.
    """

    form: str
    values: Mapping[str, Any]
    rows: Mapping[str, tuple[NewRow, ...]] = field(default_factory=dict)
    action: str | None = None
    once: str | None = None
    effect: str = ""
    into: Into | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Fields of another record are written."""

    record: Reference
    values: Mapping[str, Any]
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """An action is taken on another record (or this one), as *system*."""

    record: Reference
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    effect: str = ""


@dataclass(frozen=True, slots=True)
class SetFields:
    """Fields of this record are written; with `row`, those of one row of `table`."""

    values: Mapping[str, Any]
    table: str | None = None
    row: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Reverse:
    """What a transition of this record posted is undone, once."""

    transition: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Somebody must look."""

    people: tuple[People, ...]
    title: Mapping[str, str]
    effect: str = ""
    until: tuple[str, ...] = ()
    """Fields of the record: it is over when all of them are filled in, or the record has ended."""


@dataclass(frozen=True, slots=True)
class Notify:
    """People are told, with a template of the library."""

    people: tuple[People, ...]
    template: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Decide:
    """The open step of this record's approval (or one part of it) is decided by *system*."""

    verdict: str
    part: str | None = None
    to: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class AskOthers:
    """Others are asked to decide the open step (or one part of it); the effect of this name says whom."""

    part: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A value that is told outside, and the names that it was read from."""

    value: Value
    of: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ToldRows:
    """Rows of a table that are told outside, and the names that each of their values was read from."""

    table: str
    rows: tuple[Mapping[str, Value], ...]
    of: Mapping[str, frozenset[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Those who listen to a channel are told, with a template of the library for whoever reads words."""

    to: str
    values: Mapping[str, Told] = field(default_factory=dict)
    rows: Mapping[str, ToldRows] = field(default_factory=dict)
    template: str | None = None
    effect: str = ""


Outcome: TypeAlias = (
    Move
    | Reserve
    | Release
    | Hold
    | Unhold
    | Create
    | Update
    | Act
    | SetFields
    | Reverse
    | OpenTask
    | Notify
    | Decide
    | AskOthers
    | Webhook
)
