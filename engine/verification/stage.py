"""A stage on which records are played through their workflows without a database. Used by `paths`.

It asks the real interpreter, the real effects and the real filling; only the ledger, persons and other records are
invented. A move of the play changes the stage it is played on; `copy` it first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from engine.definitions.models import EffectUse, Library
from engine.effects import EffectCall, propose
from engine.effects import outcomes as o
from engine.errors import conflict, not_found, rule, text
from engine.expressions import Environment, Reference, Subject, Value
from engine.records import filling
from engine.verification import invented
from engine.verification.eyes import CHAIN, PERSON, Eyes
from engine.verification.played import Played, stored
from engine.verification.scratch import Scratch
from engine.workflow import arrive, decide, look_again, recollect, take
from engine.workflow.plan import SYSTEM, Arrival, Decision, Due, Situation

DEEPEST = 20
Reached = TypeVar("Reached", Arrival, Decision)
_QUIET = frozenset({"only"})
"""Faults of what is invented; a real record would have fitting masters."""


@dataclass(slots=True)
class Stage:
    """All records in play and what lies, is promised and held. `limit` answers every question for a limit."""

    library: Library
    limit: Decimal
    records: dict[str, Played] = field(default_factory=dict)
    scratch: Scratch = field(default_factory=Scratch)
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    """Form, transition, alternative; shared by all copies."""
    depth: int = 0
    apart: frozenset[str] = frozenset()
    """Forms that are walked by themselves."""
    done: set[tuple[str, str, str]] = field(default_factory=set)
    """Form, action (or step, or timer), effect: what came to something at least once; shared by all copies."""

    def copy(self) -> Stage:
        """The same, to be played on."""
        records = {name: played.copy() for name, played in self.records.items()}
        return Stage(self.library, self.limit, records, self.scratch.copy(), self.taken, 0, self.apart, self.done)

    def enter(self, form: str, identity: str, values: Mapping[str, Any] | None = None) -> Played:
        """A record in its start state."""
        found, workflow = self.library.forms[form], self.library.workflows[form]
        filled = dict(invented.values(found, identity) if values is None else values)
        played = Played(identity, found, workflow, workflow.start, filled)
        self.records[identity] = played
        fresh: set[str | None] = {None}
        for rows in filled.values():
            fresh |= {row["row"] for row in rows} if isinstance(rows, list) else set()
        self._derive(played, frozenset(fresh), made=False)
        if values is None:
            played.touched |= invented.complete(found, identity, played.values)
            self._derive(played, frozenset(fresh), made=False)
        return played

    def situation(self, played: Played, actor: str, asks: Mapping[str, Any] | None = None) -> Situation:
        """What the interpreter is told."""
        seen = self.environment(played, actor, asks)
        return Situation(
            played.form, played.workflow, played.state, played.memory, actor, seen, invented.Anybody(), invented.NOW
        )

    def environment(self, played: Played, actor: str = SYSTEM, asks: Mapping[str, Any] | None = None) -> Environment:
        """What expressions see."""
        names: dict[str, Value] = {
            "chain": Subject(CHAIN, CHAIN, {}),
            "system": Reference("", SYSTEM),
            "actor": Subject(PERSON, actor, {"person": Reference("", actor)}),
            "record": played.subject(),
            "state": played.state,
            "decided": recollect.decided(played.memory),
            "came_from": played.memory.came_from,
            **(asks or {}),
        }
        tables = [each.name for each in played.form.fields.values() if each.type == "table"]
        names |= {name: played.values.get(name) for name in tables}
        eyes = Eyes(self.library, self.limit, self.records, self.scratch, played, actor)
        return Environment(names, eyes, invented.NOW, invented.TODAY)

    def edit(self, played: Played, written: Mapping[str, Decimal], actor: str, required: Sequence[str] = ()) -> None:
        """Somebody writes quantities (by path); what does not fit is refused as it would be."""
        for path, amount in written.items():
            table, _, column = path.rpartition(".")
            for target in played.values.get(table) or () if table else (played.values,):
                target[column] = amount
                played.touched |= {(path, target.get("row") if table else None)}
        self._derive(played)
        self._check(played, frozenset(required))

    def act(self, played: Played, action: str, actor: str) -> None:
        """Take an action and whatever follows by itself."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise rule("too_deep", text("One action sets off too many others.", "一次操作引发了过多的后续操作。"))
        transition = played.workflow.transitions.get(action)
        asks = invented.answers(transition.asks, played.id) if transition else {}
        leg = take(self.situation(played, actor, asks), action)
        self.scratch.posted.pop((played.id, action), None)
        self.taken.add((played.form.name, action, leg.alternative.name))
        played.memory = leg.memory
        self.perform(played, leg.effects, action, asks)
        played.state = leg.target
        self._derive(played)
        self.settle_in(played)
        self.depth -= 1

    def vote(self, played: Played, step: str, part: str | None, verdict: str, actor: str) -> None:
        """Decide a step."""
        if verdict == "return":
            self.agree(played)
        self.follow(played, decide(self.situation(played, actor), step, part, verdict))

    def follow(self, played: Played, decided: Decision) -> None:
        """What a decision, of whomever, comes to."""
        decision = self._carried_out(played, decided)
        played.memory = decision.memory
        if decision.returned_to is not None:
            played.state = decision.returned_to
            self.settle_in(played)
        elif decision.fire is not None:
            self.agree(played)
            self.act(played, decision.fire, SYSTEM)

    @staticmethod
    def agree(played: Played) -> None:
        """What the record says now is what `agreed` and `changed` compare with: before a return, and at an end."""
        played.memory = recollect.agree(played.memory, played.values)

    def settle_in(self, played: Played) -> None:
        """The record arrives in its state."""
        arrival = arrive(self.situation(played, SYSTEM))
        played.memory = arrival.memory
        fire = self._carried_out(played, arrival).fire
        if fire is not None:
            self.act(played, fire, SYSTEM)

    def _carried_out(self, played: Played, reached: Reached) -> Reached:
        """What decided steps let happen, and what that has decided."""
        while reached.due:
            played.memory = reached.memory
            for due in reached.due:
                self.perform(played, due.effects, due.step, decided=due)
            self._derive(played)
            again = look_again(self.situation(played, SYSTEM))
            reached = replace(reached, memory=again.memory, waits=again.waits, fire=again.fire, due=again.due)
        played.memory = reached.memory
        return reached

    def perform(
        self,
        played: Played,
        effects: Sequence[EffectUse],
        action: str,
        asks: Mapping[str, Any] | None = None,
        decided: Due | None = None,
    ) -> None:
        """Let each effect propose and happen, in order, each seeing what earlier ones did."""
        rows, table = (decided.rows, decided.table) if decided is not None else (None, None)
        for use in effects:
            seen = self.environment(played, SYSTEM, asks)
            call = EffectCall(use, played.form, played.subject(), seen, rows, table)
            for outcome in tuple(propose(call)):
                self.done.add((played.form.name, action, use.name))
                _HAPPENS[type(outcome)](self, played, action, outcome)

    def signature(self) -> str:
        """The same for two stages from which everything goes on alike."""
        return "".join(each.signature() for each in self.records.values()) + self.scratch.signature()

    def _derive(self, played: Played, fresh: frozenset[str | None] = frozenset(), *, made: bool = True) -> None:
        happened = {"create": int(made), **played.memory.occurrences}
        moment = filling.Moment(
            starting=played.state == played.workflow.start,
            touched=played.touched,
            fresh=fresh,
            fixed=filling.fixed_by(played.form, happened),
        )
        played.values = filling.derive(played.form, played.values, self._env_of(played), moment).values

    def _check(self, played: Played, required: frozenset[str]) -> None:
        faults = filling.check(played.form, played.values, self._env_of(played), required)
        for fault in faults:
            path = filling.field_of(fault.path)
            if fault.code in _QUIET or (fault.code == "required" and not invented.is_quantity(played.form.field(path))):
                continue
            raise rule(fault.code, fault.says, faults=[fault])

    def _env_of(self, played: Played) -> Callable[[dict[str, Any]], Environment]:
        return lambda values: self.environment(replace(played, values=values))


def _set(stage: Stage, played: Played, _action: str, outcome: o.SetFields) -> None:
    if outcome.table is None:
        played.put(outcome.values)
        return
    for row in played.values.get(outcome.table) or ():
        if row["row"] == outcome.row:
            row.update(stored(outcome.values))
            played.touched |= {(f"{outcome.table}.{name}", outcome.row) for name in outcome.values}


def _update(stage: Stage, _played: Played, _action: str, outcome: o.Update) -> None:
    target = stage.records.get(outcome.record.id)
    if target is not None:
        target.put(outcome.values)


def _act(stage: Stage, _played: Played, _action: str, outcome: o.Act) -> None:
    target = stage.records.get(outcome.record.id)
    if target is None:
        raise not_found()
    target.put(outcome.values)
    stage.act(target, outcome.action, SYSTEM)


def _create(stage: Stage, played: Played, _action: str, outcome: o.Create) -> None:
    if outcome.form not in stage.library.workflows:
        raise conflict("no_workflow", text("This form has no workflow.", "该表单没有流程。"))
    count = sum(name.startswith(f"{played.id}.{outcome.effect}") for name in stage.records)
    identity = f"{played.id}.{outcome.effect}{count}"
    form = stage.library.forms[outcome.form]
    values = {**invented.values(form, identity), **stored(outcome.values)}
    for table, rows in outcome.rows.items():
        blank = invented.values(form, identity)[table][0]
        values[table] = [
            {**blank, **stored(new.values), "row": f"{identity}.{table}.{at}"} for at, new in enumerate(rows)
        ]
    made = stage.enter(outcome.form, identity, values)
    made.put(outcome.values)
    made.touched |= {
        (f"{table}.{name}", f"{identity}.{table}.{at}")
        for table, rows in outcome.rows.items()
        for at, new in enumerate(rows)
        for name in new.values
    }
    stage.settle_in(made)
    if outcome.action:
        stage.act(made, outcome.action, SYSTEM)


def _nothing(stage: Stage, _played: Played, _action: str, outcome: o.Outcome) -> None:
    """Tasks and what is told change nothing that is walked; what a timer decides, people are played to decide too."""


_HAPPENS: Mapping[type, Callable[[Stage, Played, str, Any], None]] = {
    o.Move: lambda stage, played, action, outcome: stage.scratch.move(played.id, action, outcome),
    o.Reverse: lambda stage, played, _action, outcome: stage.scratch.reverse(played.id, outcome.transition),
    o.Reserve: lambda stage, played, _action, outcome: stage.scratch.reserve(played.id, outcome),
    o.Release: lambda stage, played, _action, outcome: stage.scratch.release(played.id, outcome),
    o.Hold: lambda stage, played, _action, outcome: stage.scratch.hold(played.id, outcome),
    o.Unhold: lambda stage, played, _action, outcome: stage.scratch.unhold(played.id, outcome),
    o.SetFields: _set,
    o.Update: _update,
    o.Act: _act,
    o.Create: _create,
    o.OpenTask: _nothing,
    o.Notify: _nothing,
    o.Decide: _nothing,
    o.AskOthers: _nothing,
    o.Webhook: _nothing,
}
