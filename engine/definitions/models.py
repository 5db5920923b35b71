"""What a library says, as frozen values: forms, workflows, facts, layers. Made by the loader, read by everybody.

Maps keep the order of the file. Every expression is compiled and type-checked before it gets here. A model never
changes; a new version of a library is a new `Library`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.entities import (
    NOTHING,
    Field,
    Form,
    Layer,
    Numbering,
    Option,
    People,
    Place,
    RecordPlace,
    Rule,
    Sees,
)
from engine.definitions.mappings import Carrying
from engine.definitions.moving import WHERE, AddSigner, Copy, Delegate, HandOver, May, Nudge, TakeBack
from engine.definitions.process import (
    Alert,
    Alternative,
    Approval,
    Decide,
    Duty,
    Edit,
    EffectUse,
    NobodyFound,
    Schedule,
    Span,
    State,
    Step,
    Timer,
    Transition,
    Workflow,
)
from engine.errors import Text
from engine.expressions import Expression, Type

__all__ = [
    "NOTHING",
    "WHERE",
    "AddSigner",
    "Alert",
    "Alternative",
    "Approval",
    "Carrying",
    "Column",
    "Copy",
    "Decide",
    "Delegate",
    "Duty",
    "Edit",
    "EffectUse",
    "Fact",
    "Field",
    "Form",
    "HandOver",
    "Layer",
    "Library",
    "May",
    "NobodyFound",
    "Nudge",
    "Numbering",
    "Option",
    "Overlay",
    "People",
    "Place",
    "Read",
    "RecordPlace",
    "Report",
    "Rights",
    "Role",
    "Rule",
    "Schedule",
    "Sees",
    "Source",
    "Span",
    "State",
    "Step",
    "TakeBack",
    "Timer",
    "Transition",
    "Workflow",
]


@dataclass(frozen=True, slots=True)
class Read:
    """A field of another record that a fact reads through a reference: who writes it changes what is counted.

    `via` is the field of the counted record by which it leads there (`lines.item`); `direct` says that it needs no
    other step. `form` None may be any.
    """

    via: str
    form: str | None
    field: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What a fact counts. `keys` gives each parameter's value for a record or row, `where` the rest of the condition.

    `sum` None counts. `table` is None when it runs over records, not rows. `reads` is what it reads elsewhere.
    """

    name: str
    form: str
    table: str | None
    keys: Mapping[str, Expression]
    where: Expression | None
    sum: Expression | None
    reads: tuple[Read, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A live aggregate over one source or several, each of which gives every parameter."""

    name: str
    parameters: Mapping[str, Type]
    sources: tuple[Source, ...]
    except_this: bool
    gives: Type

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms whose records it counts, each once."""
        return tuple(dict.fromkeys(each.form for each in self.sources))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report: `value`, `sum`, `count`, `min`, `max`, or `formula` (of other columns, by their names).

    `expression` None counts rows. `per` puts a day into its week, month, quarter or year.
    """

    name: str
    kind: str
    expression: Expression | None
    per: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A form that nobody fills: rows of a query over the records of `source`, or over the rows of a table of them.

    `over` is the form of the source, or the ledger told as one (`stocked`). `form` shows the report as forms are shown;
    `transitions` are its actions on chosen rows.
    """

    name: str
    source: str
    over: Form
    table: str | None
    where: Expression | None
    columns: Mapping[str, Column]
    sort: tuple[tuple[str, bool], ...]
    form: Form
    transitions: Mapping[str, Transition]
    at: Place | None = None

    @property
    def grouped(self) -> bool:
        """Whether a row stands for many: its key is what the `value` columns say."""
        return any(each.kind in ("sum", "count", "min", "max") for each in self.columns.values())


@dataclass(frozen=True, slots=True)
class Overlay:
    """Changes to definitions for a part of the org tree; `applies_to` is asked of the variant's unit (`it`)."""

    name: str
    applies_to: Expression | None


@dataclass(frozen=True, slots=True)
class Role:
    """A role's title, purpose, and the roles that one person may not hold beside it."""

    name: str
    title: Text
    purpose: Text
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """`permissions/`: casbin's model and the policy lines `(role, object, action, where)`."""

    model: str
    lines: tuple[tuple[str, str, str, str], ...]
    roles: Mapping[str, Role]
    places: Mapping[tuple[str, str, str, str], Place] = field(default_factory=dict)
    """Where each line stands."""


@dataclass(frozen=True)
class Library:
    """All definitions of a chain, checked together.

    `forms` and `workflows` are those without overlays; `variants` those of every combination of overlays that somebody
    may meet, by the tuple of overlay names. `version` is 0 until it is published. `hash` is of the normalised texts.
    """

    forms: Mapping[str, Form]
    workflows: Mapping[str, Workflow]
    """By the name of the form they are for."""
    facts: Mapping[str, Fact]
    places: Mapping[str, RecordPlace]
    """Places of the chain: `chain.loss`."""
    options: Mapping[str, tuple[Option, ...]]
    rights: Rights
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    overlays: Mapping[str, Overlay] = field(default_factory=dict)
    variants: Mapping[tuple[str, ...], Library] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of `library.yaml`: `currency`, `zone`, `fiscal_year_starts`, `title`, `founder`, `publishing`."""
    mappings: Mapping[str, Carrying] = field(default_factory=dict)
    """What became of what earlier versions had."""
    templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Notices: name -> language -> text."""
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The normalised YAML of every definition by `(kind, name)`."""
    version: int = 0
    hash: str = ""

    def variant(self, overlays: tuple[str, ...]) -> Library:
        """The library as it stands under these overlays."""
        return self.variants[overlays] if overlays else self
