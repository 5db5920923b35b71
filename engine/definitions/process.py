"""Workflows as frozen values: states, transitions, effects, approvals, timers. Everybody imports them from `models`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.cron import Cron
from engine.definitions.entities import NOTHING, Field, Layer, People, Place, Rule
from engine.definitions.moving import Copy, May
from engine.errors import Text
from engine.expressions import Expression


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
    means: str | None = None
    """`progress`, `good`, `attention` or `wrong`; None: as `Workflow.meaning` finds it."""
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

    @property
    def system_only(self) -> bool:
        """Whether no person ever takes it."""
        return all(each.kind == "system" for each in self.by)


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
    """The table whose rows are decided one by one; consecutive steps over it are a walk that each row goes alone."""
    do: Mapping[str, EffectUse] = NOTHING
    """When it is approved, before the approval goes on; of a row, when the row has passed."""
    on_refusal: Mapping[str, EffectUse] = NOTHING
    """Of a row that is refused here."""
    binds: tuple[str, ...] = ()
    cc: Mapping[str, Copy] = NOTHING
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class NobodyFound:
    """What happens when a step finds nobody: ask these, else refuse."""

    ask: tuple[People, ...] = ()
    otherwise: str = "refuse"
    tell: tuple[People, ...] = ()
    """Who must look at what waits and finds nobody any more: whoever owns the process."""


CLOSED = May()


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
    keeps_parts: bool = False
    """Whether votes on other parts of a step stand when one part returns it."""
    tells_deciders: bool = False
    """Whether those who need not decide again are told that it has come back."""
    asks: Mapping[str, Mapping[str, Field]] = NOTHING
    """What a verdict (`reject`, `return`) asks instead of what the step does."""
    may: May = CLOSED
    cc: Mapping[str, Copy] = NOTHING
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Two things that one person may not both do to one record: actions or steps, by name."""

    name: str
    not_both: tuple[str, str]
    says: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Span:
    """How long: so many seconds (of working time where a timer says `working`), or so many whole days."""

    seconds: int = 0
    in_days: bool = False

    @property
    def days(self) -> int:
        """How many days, where it was written in days."""
        return self.seconds // 86_400 if self.in_days else 0


@dataclass(frozen=True, slots=True)
class Timer:
    """`in` a state, `step` (and `part`) of an approval, or `moment` (a field): `after` a span, `do` effects.

    `every` repeats it until what it runs in is left, at most `times` times. A `deadline` is shown by the tasks of its
    state or step.
    """

    name: str
    state: str | None
    step: str | None
    moment: Expression | None
    after: Span
    do: Mapping[str, EffectUse]
    working: bool = False
    when: Expression | None = None
    part: str | None = None
    every: Span | None = None
    times: int | None = None
    deadline: bool = False
    title: Text = NOTHING
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the library does at certain times for each record of a form (`each`) that its condition holds for."""

    name: str
    every: Cron
    over: str
    where: Expression | None
    do: Mapping[str, EffectUse]
    missed: str = "once"
    """Or `skip`: a run that comes more than an hour late is left out."""
    zone: str = "chain"
    """Or `store`: by the clock of each record's org unit."""
    title: Text = NOTHING
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """What the library does once when a figure of stock, or a fact, comes to be as its condition says (`watched`).

    It is asked for each `parameters` by itself, which name forms; those of a fact may have other types.
    """

    name: str
    figure: str
    """`available`, `on_hand`, `reserved`, or the name of a fact."""
    parameters: Mapping[str, str]
    """What names a record, and of which form."""
    about: str
    """The parameter whose record it is done for (`each`)."""
    when: Expression
    do: Mapping[str, EffectUse]
    title: Text = NOTHING
    at: Place | None = None

    @property
    def of_stock(self) -> bool:
        """Whether it watches a figure of stock."""
        return self.figure in ("available", "on_hand", "reserved")

    @property
    def form(self) -> str:
        """The form of the record that it is done for."""
        return self.parameters[self.about]


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
    layers: tuple[Layer, ...] = ()
    """Where what it says comes from, in the order in which it applies."""

    def meaning(self, name: str) -> str:
        """One of the four meanings of a state: as it says itself, else by how it is reached.

        What begins wants attention, an end to which an approval leads when it refuses is wrong, another end is good.
        """
        state = self.states[name]
        if state.means is not None:
            return state.means
        if not state.end:
            return "attention" if name == self.start else "progress"
        leading = {each.name for each in self.transitions.values() if name in [to.state for to in each.to]}
        refusing = {each.refused for each in self.approvals.values()}
        return "wrong" if leading & refusing else "good"

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """The transitions from a state, in the order of the file."""
        return tuple(each for each in self.transitions.values() if state in each.origins)
