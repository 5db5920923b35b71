"""Forms as frozen values: places in files, people, fields, rules, numbering. Everybody imports them from `models`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Text
from engine.expressions import Expression, Type


class _Nothing(Mapping[str, Any]):
    """The empty map. Hashable, as the default of a frozen value must be."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"


NOTHING: Mapping[str, Any] = _Nothing()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of a definition stands, for messages."""

    file: str
    line: int
    path: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A text that a definition comes from: that of its library, or an overlay that changes it.

    `marks` gives file and line of everything that it says of the definition, by its path there.
    """

    name: str
    title: Text
    overlay: bool
    marks: Mapping[tuple[str | int, ...], tuple[str, int]]

    def place(self, path: tuple[str, ...]) -> Place | None:
        """Where it says something of what stands at `path`, or within; None where it does not."""
        mark = self.marks.get(path)
        return Place(*mark, ".".join(path)) if mark else None


@dataclass(frozen=True, slots=True)
class People:
    """Who: `manager at from_store` is kind `role`, role `manager`, relation `at`, unit an expression.

    Kinds: `role` (with `relation` at | above | below | nearest | 2 above, and `unit`, an expression that gives an org
    unit; None is the chain), `system`, `submitter`, `editor`, `writer`, `manager_of`, `owner_of`, `decider_of` (of the
    step in `name`),
    `field` (an expression that gives a person).
    """

    kind: str
    role: str | None = None
    relation: str | None = None
    unit: Expression | None = None
    name: str | None = None
    text: str = ""
    """As it is written in the file."""


@dataclass(frozen=True, slots=True)
class Sees:
    """A right to see a field: one of `by`, and `when` if given."""

    by: tuple[People, ...]
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice."""

    value: str
    title: Text


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form, or of a table of a form (then `table` names it).

    `options` holds what only this type knows, already checked against its schema: `to` (form of a reference), `of`
    (name of the sibling field that holds a quantity's item), `scale`, `above`, `unit`, `options` (tuple of `Option`)...
    `required` is True, False or a condition. `number` is a small integer that stays for the life of the field.
    """

    name: str
    type: str
    title: Text
    value_type: Type
    table: str | None = None
    options: Mapping[str, Any] = NOTHING
    help: Text = NOTHING
    required: bool | Expression = False
    visible: Expression | None = None
    sees: Sees | None = None
    only: Expression | None = None
    at_most: Expression | None = None
    default: Expression | None = None
    compute: Expression | None = None
    live: Expression | None = None
    fixed_at: str | None = None
    unique: bool = False
    index: bool = False
    signed: bool = False
    fields: Mapping[str, Field] = NOTHING
    """Of a table: its columns."""
    minimum: int = 0
    maximum: int = 1000
    unique_rows: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    was: str | None = None
    number: int = 0
    at: Place | None = None

    @property
    def path(self) -> str:
        """`total`, or `lines.item` inside a table."""
        return f"{self.table}.{self.name}" if self.table else self.name


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition with the sentence that a person reads when it does not hold; `field` is where it is shown."""

    name: str
    check: Expression
    says: Text
    field: str | None = None
    at: Place | None = None
    warns: bool = False
    """Of a form: it is told and refuses nothing."""
    names: Mapping[str, Expression] = NOTHING
    """What the sentence names in braces (`row.lot.expires`); see `sayings`."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """How numbers are made: `TR-{from_store.code}-{period}-{counter:5}`.

    `parts`: text, or `("path", (field, attribute...))`, `("period",)`, `("counter", width)`. The counter runs per
    everything else in the text. `period`: month, day, year, fiscal_year or none. `given_at`: `create` or an action.
    """

    text: str
    parts: tuple[tuple[Any, ...], ...]
    period: str
    given_at: str


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """A place that every record of the form has (`transit`, `damaged`)."""

    name: str
    title: Text
    kind: str
    negative: str = "forbidden"
    empty_at_end: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `derived` lists the paths of computed, live and defaulted fields in the order they must be worked out.

    `told` holds what the engine must know of a form, never by name: `org_unit`, `ledger`, `account`, `assignment`,
    `webhook`, `limit`, `holds_roles`, `valid`, as plain maps of words (`{"parent": "region"}`).
    """

    name: str
    title: Text
    kind: str
    fields: Mapping[str, Field]
    org: tuple[str, ...] = ()
    variant: str | None = None
    amount: str | None = None
    numbering: Numbering | None = None
    places: Mapping[str, RecordPlace] = NOTHING
    search: tuple[str, ...] = ()
    list: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = NOTHING
    told: Mapping[str, Any] = NOTHING
    derived: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    at: Place | None = None
    layers: tuple[Layer, ...] = ()
    """Where what it says comes from, in the order in which it applies."""

    def field(self, path: str) -> Field | None:
        """The field at `total` or `lines.item`; None if there is none."""
        head, _, tail = path.partition(".")
        found = self.fields.get(head)
        return found.fields.get(tail) if found is not None and tail else found
