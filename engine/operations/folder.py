"""The working copy of one record during one operation. Made by `operation`, changed by `writing`, `taking`, `applying`.

Nothing here touches the database; `settling` writes down what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.clock import from_stored
from engine.definitions.models import Form, Library, Workflow
from engine.effects.outcomes import Notify, OpenTask, Outcome, Webhook
from engine.expressions import Reference, Subject
from engine.fields import BY_NAME
from engine.records import filling, forms_json
from engine.records.archive import Stored
from engine.records.filling import Split
from engine.workflow.plan import Memory, Vote, Wait


@dataclass(frozen=True, slots=True)
class Event:
    """One line of history to be: what was done, by whom, from where to where."""

    action: str
    person: str
    on_behalf: str | None
    origin: str | None
    target: str
    comment: str | None = None
    because: Mapping[str, str] | None = None
    asks: Mapping[str, Any] | None = None
    told: Mapping[str, str] | None = None
    """Of a move: who it brought in (`to`), and where."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one occurrence of one transition (or decided step) proposes."""

    name: str
    """Of the transition, or of the step that was decided."""
    occurrence: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A quantity of a row of another record that a row of this one takes (a link to be)."""

    origin: str
    origin_row: str
    row: str
    quantity: Any
    effect: str


CARRIED = ("carry_over", "carry_back")
"""What history calls it when a record comes to another version."""


def stood(stored: Stored, path: str, row: str | None) -> Any:
    """What is stored of a field; of a row that was not there, nothing."""
    table, _, name = path.rpartition(".")
    lines = [each for each in stored.rows.get(table) or () if each.get("row") == row] if table else [stored.values]
    return next((each.get(name) for each in lines), None)


def is_filled(values: Mapping[str, Any], path: str) -> bool:
    """Whether a field has a value; a column, in every row."""
    table, _, column = path.rpartition(".")
    return all(row.get(column) is not None for row in ((values.get(table) or ()) if table else (values,)))


@dataclass
class Folder:
    """One record as the operation sees it now; `stored` is what the database has (None: it is being made)."""

    library: Library
    form: Form
    workflow: Workflow
    stored: Stored | None
    id: str
    values: dict[str, Any]
    state: str
    memory: Memory
    number: str | None = None
    version: int | None = None
    overlays: tuple[str, ...] = ()
    created: int = 0
    created_by: str = ""
    person_form: str = ""
    """The form of people, so that `created_by` can be followed."""
    submitted: int | None = None
    submitted_by: str | None = None
    touched: set[tuple[str, str | None]] = field(default_factory=set)
    """`(path, row)` that a person or an effect wrote; their defaults no longer follow."""
    place_before: tuple[str, str | None] | None = None
    """State and step that it is stored in."""
    waits: tuple[Wait, ...] | None = None
    events: list[Event] = field(default_factory=list)
    snapshots: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    """Header and rows as they would be stored when each event was noted."""
    proposals: list[Proposal] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    voted_on: tuple[str, str, str | None] = ("", "", None)
    """Task, content and comment of the votes."""
    shares: list[Share] = field(default_factory=list)
    looks: list[OpenTask] = field(default_factory=list)
    notices: list[Notify] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    returned: Mapping[str, str] | None = None
    """By whom it was given back to whoever submitted it, with his words."""
    mentions: tuple[str, ...] = ()
    """People whom a comment names."""
    tells: list[tuple[tuple[str, ...], str, Mapping[str, str]]] = field(default_factory=list)
    """People who are told by a notice of the engine's own, its name and what it says."""
    opened: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Tasks that were opened, and who could do each at that moment."""
    reopens: bool = False
    """Whether every task is opened anew, with an id of its own."""
    wrote: set[tuple[str, str | None]] = field(default_factory=set)
    """What was written in this operation, for the memory."""
    fresh: set[str | None] = field(default_factory=set)
    """Rows that are being added (None: the record itself); their defaults are set in any state."""
    order: dict[str, int] = field(default_factory=dict)
    """Index of rows in the request, for the paths of faults."""
    splits: list[Split] = field(default_factory=list)
    lived: bool = False
    """Whether live values are worked out as of now."""
    ready: bool = False
    """Whether those are that an expression of the library can ask for."""
    locking: bool = False
    """Whether facts behind its live values are read under their lock: something is decided by them."""
    making: bool = False
    """While it is being created; what is fixed at `create` is not fixed yet."""
    discarded: bool = False
    made_by_effect: bool = False

    @property
    def started(self) -> bool:
        """Whether it has left its start state (or never had one to leave)."""
        return self.submitted is not None

    @property
    def dirty(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self.events) or self.stored is None

    def tables(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Its tables by name, with their rows."""
        return [(name, self.values.get(name) or []) for name, each in self.form.fields.items() if each.type == "table"]

    def note(self, event: Event) -> None:
        """A line of history to be, with the values as they stand at that point."""
        self.events.append(event)
        self.snapshots.append(forms_json.encode(self.form, self.values, self.fixed))

    @property
    def fixed(self) -> frozenset[str]:
        """The live fields that are fixed by now."""
        return filling.fixed_by(self.form, {**self.memory.occurrences, "create": 0 if self.making else 1})

    def flat(self) -> dict[str, Any]:
        """The values as they would be stored: header by name, tables as lists of rows."""
        header, rows = forms_json.encode(self.form, self.values, self.fixed)
        return {**header, **rows}

    def loaded(self, path: tuple[str, ...], stored: Any) -> Any:
        """A stored value of the field at a path, as a value."""
        words = path[1:] if path and path[0] in ("record", "row") else path
        name = words[-1] if words else ""
        field = next((each for each in self.form.fields.values() if each.name == name), None)
        for table in self.form.fields.values():
            field = field or table.fields.get(name)
        return None if stored is None or field is None else BY_NAME[field.type].load(stored, field)

    @property
    def subject(self) -> Subject:
        """The record as expressions see it."""
        return Subject(self.form.name, self.id, {**self.values, **self.kept})

    @property
    def kept(self) -> dict[str, Any]:
        """What the engine keeps of the record beside its fields."""
        return {
            "id": self.id,
            "number": self.number,
            "state": self.state,
            "version": self.version,
            "came_from": self.memory.came_from,
            "created": from_stored(self.created),
            "created_by": _person(self.person_form, self.created_by),
            "submitted": None if self.submitted is None else from_stored(self.submitted),
            "submitted_by": _person(self.person_form, self.submitted_by),
            "updated": from_stored(self.stored.updated if self.stored else self.created),
        }


def _person(form: str, who: str | None) -> Reference | None:
    return Reference(form, who) if who else None
