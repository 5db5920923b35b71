"""What the interpreter is told and what it answers: frozen values, no side effects. Used by operations.

`Situation` is everything a decision may depend on. `take` gives a `Leg`, `arrive` an `Arrival`, `decide` a `Decision`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.definitions.models import Alternative, EffectUse, Form, People, Transition, Workflow
from engine.errors import Refusal, Text
from engine.expressions import Environment

SET = "set"
"""The effect by which a step writes into its own record."""

SYSTEM = "system"
"""The actor of what no person does: approvals firing transitions, timers, effects on other records."""


class Finder(Protocol):
    """Who holds what, now; answered by the directory of `access`. Persons and units are ids; None is the chain."""

    def holders(self, role: str, relation: str, unit: str | None) -> tuple[str, ...]:
        """Active persons that hold `role` at, above or below `unit`, in a stable order."""
        ...

    def holds(self, person: str, role: str, relation: str, unit: str | None) -> bool:
        """Whether this active person does."""
        ...

    def active(self, person: str) -> bool:
        """Whether this person is there and may still act."""
        ...

    def manager_of(self, person: str) -> tuple[str, ...]:
        """The managers of a person, nearest first."""
        ...

    def owners_of(self, record: str) -> tuple[str, ...]:
        """Persons with any role at a record whose form holds roles."""
        ...


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's word in one step (or part) of one round. `person` decided, for `on_behalf` when substituting."""

    step: str
    part: str | None
    person: str
    verdict: str
    """`approve` or `reject`."""
    on_behalf: str | None = None
    row: str | None = None
    signer: bool = False
    """Of somebody whom an approver added: it is asked beside the votes and counts as none of them."""


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody whom one of those asked (`by`) had asked too: `before` him, `after` him, `beside` him."""

    step: str
    part: str | None
    person: str
    by: str
    where: str


@dataclass(frozen=True, slots=True)
class Away:
    """Of somebody who is away: who decides for him on this record; `above`: it is above what one of them may."""

    persons: tuple[str, ...] = ()
    above: bool = False


@dataclass(frozen=True, slots=True)
class Approving:
    """Where an approval stands. `route`: the fixed steps (`area`, `both/first`); None: evaluated as they come."""

    name: str
    entered_from: str
    round: int
    step: str | None
    done: tuple[str, ...] = ()
    route: tuple[str, ...] | None = None
    votes: tuple[Vote, ...] = ()
    base: Mapping[str, int] = field(default_factory=dict)
    """Number of people asked, by step or part, fixed when it begins."""
    resume_at: str | None = None
    """After a return: the step of the one who returned it."""
    handed: Mapping[str, str] = field(default_factory=dict)
    """Handed over: `step[/part]:person` -> person."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Who else is asked: `step[/part]` -> `timer.effect` of the workflow, which says whom (`ask`)."""
    passed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Row -> the steps of its walk that it has passed."""
    ended: Mapping[str, str] = field(default_factory=dict)
    """Row -> `approved` or `refused`, when its walk is over."""
    added: tuple[Added, ...] = ()
    """Signers whom approvers added."""


@dataclass(frozen=True, slots=True)
class Undo:
    """The last decision, as far as it may be taken back: by whom, of which task, and the memory from before it."""

    person: str
    task: str
    at: str
    state: str
    before: Mapping[str, Any]
    fired: bool = False
    followed: bool = False
    mark: str = ""
    """Of the memory after it: whatever happens next makes it another one."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the process remembers of one record; kept with it as JSON (`to_json`, `from_json` in `memory`)."""

    came_from: str | None = None
    occurrences: Mapping[str, int] = field(default_factory=dict)
    """How often each transition was taken; part of every posting key."""
    did: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Action or step -> persons who did it."""
    wrote: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field path -> persons who wrote it."""
    submitter: str | None = None
    editor: str | None = None
    approval: Approving | None = None
    agreed: Mapping[str, Any] | None = None
    """Stored values when the last approval ended or was returned."""
    voided: Mapping[str, Any] | None = None
    """Stored values on which votes were given that an edit has made void since; None when what is agreed is later."""
    undo: Undo | None = None
    readers: tuple[str, ...] = ()
    """People who were told of it (`cc`) and may read it wherever it belongs."""
    nudged: Mapping[str, str] = field(default_factory=dict)
    """When those who are asked in a step were reminded last."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One record, one actor, one moment. `environment` has the library's eyes; its `record` is the record."""

    form: Form
    workflow: Workflow
    state: str
    memory: Memory
    actor: str
    environment: Environment
    finder: Finder
    now: datetime
    row: str | None = None
    """The row that is asked about, where a step is taken row by row; `environment` then knows it as `row`."""
    away: Mapping[str, Away] = field(default_factory=dict)
    """Who is away today, and who decides for him on this record."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One transition that may be taken: where it leads and what it does, in order."""

    transition: Transition
    alternative: Alternative
    origin: str
    target: str
    effects: tuple[EffectUse, ...]
    memory: Memory
    occurrence: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits for somebody: a step or part to decide, or an action that a state expects."""

    kind: str
    """`decide` or `expects`."""
    step: str
    part: str | None
    actions: tuple[str, ...]
    """`("approve", "reject", ...)` or the expected action."""
    ask: tuple[People, ...]
    people: tuple[str, ...]
    """Who could act now."""
    because: Text
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Row -> who could decide it now, where a step is taken row by row."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a decided step lets happen, before the approval goes on: to the rows named, if it goes row by row."""

    step: str
    occurrence: int
    effects: tuple[EffectUse, ...]
    table: str | None = None
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a record meets in the state that it has reached: things that wait, or a transition that fires at once."""

    waits: tuple[Wait, ...]
    fire: str | None
    because: Text | None
    memory: Memory
    due: tuple[Due, ...] = ()
    """To be carried out at once; then it is asked again what waits (`look_again`)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a vote came to. `fire` is the approval's transition when it is over; `returned_to` a state to go back to."""

    votes: tuple[Vote, ...]
    memory: Memory
    waits: tuple[Wait, ...]
    fire: str | None
    because: Text | None
    returned_to: str | None = None
    due: tuple[Due, ...] = ()
    """To be carried out at once; then it is asked again what waits (`look_again`)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of the present state for one person; `because` is why it cannot be taken now."""

    action: str
    title: Text
    asks: Mapping[str, Any]
    because: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Writable:
    """What one person may write now. `rows` gives `free`, `split` or `fixed` by table."""

    fields: frozenset[str]
    rows: Mapping[str, str]
    scan: str | None = None


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step of the predicted route. `state` is `done`, `now`, `next` or `skipped`."""

    step: str
    part: str | None
    title: Text
    people: tuple[str, ...]
    state: str
    because: Text
    handed: tuple[tuple[str, str], ...] = ()
    """Whose task was handed over, and to whom."""
    added: tuple[Added, ...] = ()
    acting: tuple[tuple[str, str], ...] = ()
    """Who acts (or acted) for whom."""
    sure: bool | None = None
    """Whether its condition is known; None where the reason is not its definition's."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Row -> `done`, `now`, `next` or `skipped`, where the step is taken row by row."""
