"""Steps that are taken row by row (`each: lines`): consecutive ones are a walk that every row goes alone.

A row stands at the first step of the walk that applies to it and that it has not passed; it ends approved when there is
none left, or refused. The approval stands at the first step of the walk until all rows have ended. Used by `course` and
`deciding`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions.models import Approval, EffectUse, Step
from engine.errors import Fault, Refusal, Text, rule, text
from engine.workflow import asking, panel, seats
from engine.workflow.plan import Approving, Due, Situation
from engine.workflow.progress import approving_of, begun, nobody, with_approving

APPROVED = "approved"
REFUSED = "refused"
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Walked:
    """How far the rows have come: what is due of those that have just passed, whether all have ended, and how."""

    situation: Situation
    due: tuple[Due, ...] = ()
    over: bool = False
    refused: bool = False
    because: Text | None = None


def walk_of(approval: Approval, step: Step) -> tuple[Step, ...]:
    """The consecutive steps over the same table in which this one stands; nothing for a step that asks of the whole."""
    if step.each is None:
        return ()
    walk: list[Step] = []
    for each in approval.steps.values():
        if each.each == step.each:
            walk.append(each)
        elif step in walk:
            break
        else:
            walk = []
    return tuple(walk)


def rows_of(situation: Situation, table: str | None) -> dict[str, Mapping[str, Any]]:
    """The rows of a table by id, in their order."""
    record: Any = situation.environment.names.get("record")
    found = getattr(record, "values", {}).get(table) or ()
    return {str(each["row"]): each for each in found}


def at(situation: Situation, table: str | None, row: str) -> Situation:
    """The same situation where this row is asked about; a row that has gone is nobody's."""
    known: Any = rows_of(situation, table).get(row)
    return replace(situation, row=row, environment=situation.environment.with_names(row=known))


def whole(situation: Situation) -> Situation:
    """The same situation where the record is asked about again."""
    return replace(situation, row=None)


def applies(situation: Situation, step: Step, row: str) -> bool:
    """Whether a step asks about this row: as it was fixed, or as it is now; a row that was not there then, as it is."""
    route = approving_of(situation).route
    if route is not None and _known(step, row) in route:
        return panel.key(step.name, None, row) in route
    return asking.applies(step.when, at(situation, step.each, row), step.name)


def route_of(situation: Situation, step: Step) -> list[str]:
    """The names by which a fixed route keeps that a step asks about a row, and that the row was there."""
    names: list[str] = []
    for row in rows_of(situation, step.each):
        names.append(_known(step, row))
        if asking.applies(step.when, at(situation, step.each, row), step.name):
            names += [step.name, panel.key(step.name, None, row)]
    return names


def _known(step: Step, row: str) -> str:
    return f"{step.name}@@{row}"


def current(situation: Situation, approval: Approval, step: Step, row: str) -> Step | None:
    """The step of the walk at which a row stands; None when it has ended."""
    approving = approving_of(situation)
    if row in approving.ended:
        return None
    passed = approving.passed.get(row, ())
    left = [each for each in walk_of(approval, step) if each.name not in passed]
    begun_here = next((each for each in left if panel.key(each.name, None, row) in approving.base), None)
    return begun_here or next((each for each in left if applies(situation, each, row)), None)


def to_walk(situation: Situation, approval: Approval, step: Step) -> bool:
    """Whether any row has still to be asked about in the walk of this step."""
    return any(current(situation, approval, step, row) is not None for row in rows_of(situation, step.each))


def outcome(approving: Approving | None, row: str) -> str:
    """`approved`, `refused` or `open`: what its walk has come to."""
    return OPEN if approving is None else approving.ended.get(row, OPEN)


def on(situation: Situation, approval: Approval, step: Step, *, entering: bool) -> Walked:
    """Let every row go on until somebody must be asked about it, something is due, or it has ended."""
    because: Text | None = None
    due: dict[tuple[str, str], list[str]] = {}
    for row in rows_of(situation, step.each):
        situation, said, passed = _row_on(situation, approval, step, row, entering=entering)
        because = said or because
        if passed is not None:
            due.setdefault(passed, []).append(row)
    if due:
        made, situation = _due(situation, approval, due)
        return Walked(situation, made, because=because)
    rows, ended = rows_of(situation, step.each), approving_of(situation).ended
    over = all(row in ended for row in rows)
    refused = over and bool(rows) and all(ended[row] == REFUSED for row in rows)
    if refused and because is None:
        because = text("Every row was refused.", "所有行均被拒绝。")
    return Walked(situation, over=over, refused=refused, because=because)


def _row_on(
    situation: Situation, approval: Approval, step: Step, row: str, *, entering: bool
) -> tuple[Situation, Text | None, tuple[str, str] | None]:
    """One row as far as it goes; last, the step and result whose effects must come before it goes further."""
    because: Text | None = None
    while row not in approving_of(situation).ended:
        here = current(situation, approval, step, row)
        if here is None:
            situation = _ended(situation, row, APPROVED)
            break
        if panel.key(here.name, None, row) not in approving_of(situation).base:
            alone = at(situation, here.each, row)
            if not panel.enough(alone, approval, here, None):
                because = nobody(here)
                if entering and approval.nobody_found.otherwise == "refuse":
                    raise nobody_for(situation, here, row, because)
                refuse = approval.nobody_found.otherwise == "refuse"
                situation = _ended(situation, row, REFUSED) if refuse else _passed(situation, here, row)
                continue
            passed = approving_of(situation).passed.get(row, ())
            alone, said = begun(alone, approval, here, (None,), passed[-1] if passed else _last(situation))
            situation, because = replace(situation, memory=alone.memory), said or because
        verdict = panel.standing(at(situation, here.each, row), approval, here, None)
        if verdict is None:
            break
        situation = _passed(situation, here, row) if verdict == APPROVED else _ended(situation, row, REFUSED)
        if here.do if verdict == APPROVED else here.on_refusal:
            return situation, because, (here.name, verdict)
    return situation, because, None


def _last(situation: Situation) -> str | None:
    done = approving_of(situation).done
    return done[-1] if done else None


def nobody_for(situation: Situation, step: Step, row: str, says: Text) -> Refusal:
    """The refusal of a submission for a row about which nobody can be asked."""
    index = list(rows_of(situation, step.each)).index(row)
    faults = [Fault(f"/{step.each}/{index}", "nobody_found", says, row)]
    return rule("nobody_found", says, name=step.name, faults=faults)


def _passed(situation: Situation, step: Step, row: str) -> Situation:
    approving = approving_of(situation)
    passed = {**approving.passed, row: (*approving.passed.get(row, ()), step.name)}
    return with_approving(situation, replace(approving, passed=passed))


def _ended(situation: Situation, row: str, how: str) -> Situation:
    approving = approving_of(situation)
    return with_approving(situation, replace(approving, ended={**approving.ended, row: how}))


def _due(
    situation: Situation, approval: Approval, due: Mapping[tuple[str, str], list[str]]
) -> tuple[tuple[Due, ...], Situation]:
    """What is to be carried out, each time under a number of its own, so that nothing lands twice or not at all."""
    made: list[Due] = []
    for (name, verdict), rows in due.items():
        step = approval.steps[name]
        effects: Mapping[str, EffectUse] = step.do if verdict == APPROVED else step.on_refusal
        numbered, situation = occurrence(situation, name)
        made.append(Due(name, numbered, tuple(effects.values()), step.each, tuple(rows)))
    return tuple(made), situation


def occurrence(situation: Situation, name: str) -> tuple[int, Situation]:
    """The next number under which the effects of a step happen."""
    memory = situation.memory
    number = memory.occurrences.get(name, 0) + 1
    return number, replace(situation, memory=replace(memory, occurrences={**memory.occurrences, name: number}))


def asked(situation: Situation, approval: Approval, step: Step) -> Iterator[tuple[Step, dict[str, tuple[str, ...]]]]:
    """Each step of the walk at which rows stand, with who can decide which of them now."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows_of(situation, step.each):
        here = current(situation, approval, step, row)
        if here is not None:
            found.setdefault(here.name, {})[row] = seats.everybody(at(situation, here.each, row), approval, here, None)
    for each in walk_of(approval, step):
        if each.name in found:
            yield each, found[each.name]


def forget(approving: Approving, steps: Iterable[str]) -> Approving:
    """The approval without what rows have come to in these steps and after them."""
    gone = set(steps)
    rows = {row for row, passed in approving.passed.items() if gone & set(passed)}
    rows |= {vote.row for vote in approving.votes if vote.row is not None and vote.step in gone}
    return replace(
        approving,
        passed={row: passed for row, passed in approving.passed.items() if row not in rows},
        ended={row: how for row, how in approving.ended.items() if row not in rows},
        base={name: count for name, count in approving.base.items() if name.partition("@")[2] not in rows},
        votes=tuple(vote for vote in approving.votes if vote.row not in rows),
    )
