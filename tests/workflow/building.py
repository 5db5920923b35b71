"""Small models for the tests of workflow and effects: a form, a workflow in few words, a chain of people, a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.definitions.models import (
    Alternative,
    Approval,
    Decide,
    Duty,
    Edit,
    Field,
    Form,
    People,
    Rule,
    State,
    Step,
    Transition,
    Workflow,
)
from engine.definitions.outline import CHAIN, FormOutline, Outline
from engine.definitions.scopes import Names, scope_of
from engine.errors import Refusal, text
from engine.expressions import Environment, Expression, Place, Reference, Subject, Type, Value, compile_expression
from engine.expressions.faults import failed
from engine.workflow import arrive, decide, take
from engine.workflow.plan import Arrival, Away, Decision, Leg, Memory, Situation

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MONEY = Type("money", scale=2)
QUANTITY = Type("quantity", scale=6)

FIELDS = {
    "from_store": Type("reference", form="store"),
    "to_store": Type("reference", form="store"),
    "checker": Type("reference", form="person"),
    "supplier": Type("reference", form="supplier"),
    "note": Type("text"),
    "total": MONEY,
}
LINES = {
    "item": Type("reference", form="item"),
    "lot": Type("reference", form="lot"),
    "supplier": Type("reference", form="supplier"),
    "quantity": QUANTITY,
    "counted": QUANTITY,
    "note": Type("text"),
}
OUTLINE = Outline(
    {
        "order": FormOutline("order", FIELDS, {"lines": LINES}, frozenset({"transit"})),
        "store": FormOutline(
            "store", {"code": Type("text"), "region": Type("reference", form="region")}, {}, frozenset({"damaged"})
        ),
        "region": FormOutline("region", {"code": Type("text")}, {}),
        "person": FormOutline("person", {"account": Type("text")}, {}, told={"account": {}}),
        "supplier": FormOutline("supplier", {"code": Type("text")}, {}),
        "item": FormOutline("item", {"code": Type("text"), "tracking": Type("text")}, {}),
        "lot": FormOutline("lot", {"code": Type("text")}, {}),
    },
    frozenset({"loss"}),
)
RECORD = scope_of(OUTLINE, "order")
ROW = RECORD.of_row("order", "lines")

FORM = Form(
    name="order",
    title=text("Order", "订单"),
    kind="document",
    fields={
        **{name: Field(name, each.kind, text(name, name), each) for name, each in FIELDS.items()},
        "lines": Field(
            "lines",
            "table",
            text("Lines", "明细"),
            Type("table", form="order", table="lines"),
            fields={
                name: Field(name, each.kind, text(name, name), each, table="lines") for name, each in LINES.items()
            },
        ),
    },
)


def expr(words: str, scope: Names = RECORD) -> Expression:
    """An expression about the record."""
    return compile_expression(words, scope)


def row(words: str) -> Expression:
    """An expression about a row of its lines."""
    return compile_expression(words, ROW)


def who(*words: str) -> tuple[People, ...]:
    """People as a definition writes them; `manager at from_store`, `submitter`, `decider of area` ..."""
    return tuple(_who(each) for each in words)


def _who(words: str) -> People:
    first, _, rest = words.partition(" ")
    relation, _, unit = rest.partition(" ")
    if relation in ("at", "above", "below"):
        return People("role", first, relation, None if unit == "chain" else expr(f"record.{unit}"), text=words)
    if rest.startswith("of "):
        whom = rest[3:]
        if first == "decider":
            return People("decider_of", name=whom, text=words)
        if whom in ("submitter", "editor"):
            return People("manager_of", name=whom, text=words)
        return People(f"{first}_of", unit=expr(f"record.{whom}"), text=words)
    if first in ("system", "submitter", "editor", "writer"):
        return People(first, text=words)
    return People("field", unit=expr(f"record.{words}"), text=words)


def rule(name: str, check: str, says: str = "No.", shown_at: str | None = None) -> Rule:
    """A guard."""
    return Rule(name, expr(check), text(says, says), field=shown_at)


def named(*things: Any) -> dict[str, Any]:
    """Things by their names, in order."""
    return {thing.name: thing for thing in things}


def state(name: str, **options: Any) -> State:
    """A state."""
    return State(name, text(name, name), **options)


def move(
    name: str, origins: str, to: str | Sequence[Alternative], by: tuple[People, ...], **options: Any
) -> Transition:
    """A transition."""
    alternatives = (Alternative("only", to),) if isinstance(to, str) else tuple(to)
    return Transition(name, text(name, name), tuple(origins.split()), alternatives, by, **options)


def step(name: str, *ask: str, when: str | None = None, decide: Decide | None = None, **options: Any) -> Step:
    """A step of an approval."""
    condition = None if when is None else expr(when)
    return Step(name, text(name, name), who(*ask), decide or Decide(), when=condition, **options)


def approval(*steps: Step, **options: Any) -> Approval:
    """An approval that accepts or refuses; steps fixed when it is submitted, unless said otherwise."""
    return Approval("check", "accept", "refuse", named(*steps), **{"route": "fixed_at_submission", **options})


def edit(name: str, *fields: str, by: tuple[People, ...] = (), **options: Any) -> Edit:
    """Who may write what."""
    return Edit(name, by, fields, **options)


CLERKS = who("clerk at from_store", "clerk at to_store")


def ordinary(check: Approval, *duties: Duty, **guards: Rule) -> Workflow:
    """Draft, approval, then either approved (where goods are sent) or rejected."""
    return Workflow(
        name="order",
        form="order",
        start="draft",
        states=named(
            state(
                "draft", edit={"own": edit("own", "note", "lines.quantity", by=CLERKS, rows="free", scan="quantity")}
            ),
            state("approval", steps="check"),
            state("approved", expects=("send",)),
            state("sent", end=True),
            state("rejected", end=True),
            state("withdrawn", end=True),
        ),
        transitions=named(
            move("submit", "draft", "approval", CLERKS, guard=guards),
            move(
                "withdraw",
                "approval",
                "withdrawn",
                who("submitter"),
                guard={"undecided": rule("undecided", "not decided")},
            ),
            move(
                "accept",
                "approval",
                [Alternative("nothing", "rejected", expr("record.total == 0")), Alternative("goods", "approved")],
                who("system"),
            ),
            move("refuse", "approval", "rejected", who("system")),
            move(
                "send", "approved", "sent", who("clerk at from_store"), edit={"sender": edit("sender", "lines.counted")}
            ),
        ),
        approvals={"check": check},
        duties={duty.name: duty for duty in duties},
    )


@dataclass(frozen=True)
class Chain:
    """Who holds what: person -> (role, unit) pairs. A unit's parent is in `parents`; the chain is above all."""

    roles: Mapping[str, Sequence[tuple[str, str | None]]]
    parents: Mapping[str, str] = field(default_factory=dict)
    managers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def active(self, person: str) -> bool:
        return person not in self.gone

    def holders(self, role: str, relation: str, unit: str | None) -> tuple[str, ...]:
        return tuple(person for person in self.roles if self.holds(person, role, relation, unit))

    def holds(self, person: str, role: str, relation: str, unit: str | None) -> bool:
        return self.active(person) and any(
            held == role and self._fits(at, relation, unit) for held, at in self.roles.get(person, ())
        )

    def _fits(self, at: str | None, relation: str, unit: str | None) -> bool:
        if relation == "at":
            return at == unit
        if relation == "above":
            return at in self._path(unit)[1:]
        return unit in self._path(at)[1:]

    def _path(self, unit: str | None) -> list[str | None]:
        path = [unit]
        while path[-1] is not None:
            path.append(self.parents.get(path[-1]))
        return path

    def manager_of(self, person: str) -> tuple[str, ...]:
        return self.managers.get(person, ())

    def owners_of(self, record: str) -> tuple[str, ...]:
        return self.owners.get(record, ())


STAFF = Chain(
    {
        "clara": [("clerk", "S1")],
        "carl": [("clerk", "S1")],
        "dora": [("clerk", "S2")],
        "max": [("manager", "S1")],
        "mona": [("manager", "S2")],
        "anna": [("area_manager", "EAST")],
        "fred": [("finance", None)],
        "fay": [("finance", None)],
        "pia": [("planner", None)],
        "dirk": [("director", None)],
    },
    {"S1": "EAST", "S2": "EAST"},
    managers={"clara": ("max",)},
    owners={"V1": ("pia",)},
)
LIMITS = {"store": Decimal(5000), "area": Decimal(25000)}


@dataclass
class Shelf:
    """The world of a test: limits, other records, places."""

    limits: Mapping[str, Decimal] = field(default_factory=lambda: LIMITS)
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    agreed: Mapping[tuple[Any, Any], Value] = field(default_factory=dict)

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        if isinstance(of, Place):
            return Place(f"{of.key}/{name}", name)
        if name == "#place":
            return Place(of.id, "store") if of.form == "store" else None
        if of.form == CHAIN:
            return Place(f"chain/{name}", name, "allowed")
        if name in ("damaged", "transit"):
            return Place(f"{of.id}/{name}", name)
        return self.records.get(of.id, {}).get(name)

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        if function == "limit":
            return self.limits.get(str(args[1]))
        if function == "agreed":
            if not self.agreed:
                raise failed("nothing", "Nothing was agreed.", "没有已同意的内容。")
            return self.agreed.get((args[0], args[1]))
        raise failed("unknown", f"No answer to {function}.", "没有答案。")


def record(**values: Any) -> Subject:
    """An order from S1 to S2, worth 100, made by clara."""
    known = {
        "from_store": Reference("store", "S1"),
        "to_store": Reference("store", "S2"),
        "total": Decimal(100),
        "created_by": Reference("person", "clara"),
        "lines": [],
        "note": None,
        "checker": None,
        "supplier": None,
    }
    return Subject("order", "R1", {**known, **values})


def environment(of: Subject, world: Shelf | None = None, **names: Any) -> Environment:
    """What an expression about this record sees."""
    known = {"record": of, "chain": Reference(CHAIN, CHAIN), "lines": of.values["lines"], "actor": None, "system": None}
    return Environment({**known, **names}, world or Shelf(), NOW, date(2026, 3, 2))


@dataclass
class Case:
    """One record on its way: acts as operations would, without storing anything."""

    workflow: Workflow
    subject: Subject = field(default_factory=record)
    state: str = "draft"
    memory: Memory = field(default_factory=Memory)
    chain: Chain = STAFF
    world: Shelf = field(default_factory=Shelf)
    waits: tuple[Any, ...] = ()
    because: list[Any] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    away: dict[str, Away] = field(default_factory=dict)

    def seen_by(self, actor: str) -> Situation:
        """The situation in which a person acts."""
        of = environment(self.subject, self.world)
        return Situation(FORM, self.workflow, self.state, self.memory, actor, of, self.chain, NOW, away=self.away)

    def act(self, actor: str, action: str) -> Leg:
        """Take an action, arrive, and go on for as long as something fires."""
        leg = take(self.seen_by(actor), action)
        reached = replace(self.seen_by(actor), state=leg.target, memory=leg.memory)
        arrival = arrive(reached)
        self.state = leg.target
        self.path.append(leg.target)
        self._follow(arrival)
        return leg

    def vote(self, actor: str, name: str, verdict: str = "approve", part: str | None = None, **more: Any) -> Decision:
        """Decide a step."""
        decision = decide(self.seen_by(actor), name, part, verdict, **more)
        if decision.returned_to is not None:
            self.state, self.memory = decision.returned_to, decision.memory
            self.path.append(self.state)
            self._follow(arrive(self.seen_by(actor)))
        else:
            self._follow(decision)
        return decision

    def change(self, **values: Any) -> None:
        """Other values."""
        self.subject = Subject("order", "R1", {**self.subject.values, **values})

    def asked(self) -> dict[str, tuple[str, ...]]:
        """Who is waited for, by step or `step/part`."""
        return {wait.step if wait.part is None else f"{wait.step}/{wait.part}": wait.people for wait in self.waits}

    def _follow(self, reached: Arrival | Decision) -> None:
        self.memory, self.waits = reached.memory, reached.waits
        if reached.because is not None:
            self.because.append(reached.because)
        if reached.fire is not None:
            self.act("system", reached.fire)


def started(workflow: Workflow, actor: str = "clara", **options: Any) -> Case:
    """A record that somebody has just submitted."""
    case = Case(workflow, **options)
    case.act(actor, "submit")
    return case


def refusal_of(work: Callable[[], object]) -> Refusal | None:
    """What a piece of work was refused with."""
    try:
        work()
    except Refusal as refusal:
        return refusal
    return None
