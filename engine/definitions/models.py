"""What a library says, as frozen values: forms, workflows, facts, layers. Made by the loader, read by everybody.

Maps keep the order of the file. Every expression is compiled and type-checked before it gets here. A model never
changes; a new version of a library is a new `Library`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
class People:
    """Who: `manager at from_store` is kind `role`, role `manager`, relation `at`, unit an expression.

    Kinds: `role` (with `relation` at | above | below and `unit`, an expression that gives an org unit; None is the
    chain), `system`, `submitter`, `editor`, `writer`, `manager_of`, `owner_of`, `decider_of` (of the step in `name`),
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
    `limit`, `holds_roles`, `valid`, as plain maps of words (`{"parent": "region"}`, `{"item": {"unit": ...}}`).
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

    def field(self, path: str) -> Field | None:
        """The field at `total` or `lines.item`; None if there is none."""
        head, _, tail = path.partition(".")
        found = self.fields.get(head)
        return found.fields.get(tail) if found is not None and tail else found


@dataclass(frozen=True, slots=True)
class Edit:
    """Who may write what, while a record is in a state, a transition is taken or a step is decided."""

    name: str
    by: tuple[People, ...]
    """Empty inside a step: then whoever decides it."""
    fields: tuple[str, ...]
    rows: str | None = None
    """`free` adds, removes; `split` splits; `fixed` neither."""
    scan: str | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A state. `steps` names the approval that goes on in it; `expects` the actions that somebody is waited for."""

    name: str
    title: Text
    end: bool = False
    edit: Mapping[str, Edit] = NOTHING
    expects: tuple[str, ...] = ()
    steps: str | None = None
    required: tuple[str, ...] = ()
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class EffectUse:
    """One effect as a definition uses it. `options` are compiled by the effect's own schema."""

    name: str
    effect: str
    options: Mapping[str, Any]
    when: Expression | None = None
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Where a transition may lead; asked in order, the last has no condition."""

    name: str
    state: str
    when: Expression | None = None
    do: Mapping[str, EffectUse] = NOTHING


@dataclass(frozen=True, slots=True)
class Transition:
    """An action, or what an approval or another record fires (`by: [system]`)."""

    name: str
    title: Text
    origins: tuple[str, ...]
    """`from:` in the file."""
    to: tuple[Alternative, ...]
    by: tuple[People, ...]
    asks: Mapping[str, Field] = NOTHING
    edit: Mapping[str, Edit] = NOTHING
    required: tuple[str, ...] = ()
    guard: Mapping[str, Rule] = NOTHING
    do: Mapping[str, EffectUse] = NOTHING
    rows: str | None = None
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Decide:
    """How votes become a decision. `need`: a number, `all`, or a percentage such as `60%`."""

    need: str = "1"
    refusal: str = "ends"
    wait: str = "result"
    order: str = "together"
    base: str = "stays"
    tie: str = "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an approval, or one of its parallel `parts` (which have no parts themselves)."""

    name: str
    title: Text
    ask: tuple[People, ...] = ()
    decide: Decide = Decide()
    when: Expression | None = None
    edit: Mapping[str, Edit] = NOTHING
    required: tuple[str, ...] = ()
    asks: Mapping[str, Field] = NOTHING
    exclude: tuple[tuple[str, str], ...] = ()
    """`except:` in the file: `("did", step)`, `("wrote", field)`."""
    parts: Mapping[str, Step] = NOTHING
    each: str | None = None
    binds: tuple[str, ...] = ()
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class NobodyFound:
    """What happens when a step finds nobody: ask these, else refuse."""

    ask: tuple[People, ...] = ()
    otherwise: str = "refuse"


@dataclass(frozen=True, slots=True)
class Approval:
    """Steps on the way to `approved` or `refused`, which are names of transitions."""

    name: str
    approved: str
    refused: str
    steps: Mapping[str, Step]
    route: str = "evaluated_at_each_step"
    same_person: str = "required_again"
    nobody_found: NobodyFound = NobodyFound()
    submitter_may_decide: bool = False
    may_return_to: tuple[str, ...] = ()
    resume: str = "all_again"
    all_again_when: Expression | None = None
    may: Mapping[str, Any] = NOTHING
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Two things that one person may not both do to one record: actions or steps, by name."""

    name: str
    not_both: tuple[str, str]
    says: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Timer:
    """`in` a state, `step` of an approval, or `moment` (a field): `after` seconds, `do` effects."""

    name: str
    state: str | None
    step: str | None
    moment: Expression | None
    after: int
    do: Mapping[str, EffectUse]
    working: bool = False
    when: Expression | None = None
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """States, transitions, approvals, duties and timers of one form."""

    name: str
    form: str
    start: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    approvals: Mapping[str, Approval] = NOTHING
    duties: Mapping[str, Duty] = NOTHING
    timers: Mapping[str, Timer] = NOTHING
    at: Place | None = None

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """The transitions from a state, in the order of the file."""
        return tuple(each for each in self.transitions.values() if state in each.origins)


@dataclass(frozen=True, slots=True)
class Fact:
    """A live aggregate. `keys` gives each parameter's value for a row of `over`; `where` is the rest of the condition.

    `sum` None counts. `table` is None when the fact runs over records, not rows.
    """

    name: str
    parameters: Mapping[str, Type]
    form: str
    table: str | None
    keys: Mapping[str, Expression]
    where: Expression | None
    sum: Expression | None
    except_this: bool
    gives: Type
    text: str = ""


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
    overlays: Mapping[str, Overlay] = field(default_factory=dict)
    variants: Mapping[tuple[str, ...], Library] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of `library.yaml`: `currency`, `zone`, `fiscal_year_starts`, `title`, `stock_columns`, `founder`."""
    templates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Notices: name -> language -> text."""
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The normalised YAML of every definition by `(kind, name)`."""
    version: int = 0
    hash: str = ""

    def variant(self, overlays: tuple[str, ...]) -> Library:
        """The library as it stands under these overlays."""
        return self.variants[overlays] if overlays else self
