"""Looking ahead when an approval begins: a later step that surely comes and finds nobody refuses the submission.

Used by `arrive`. What earlier steps will write cannot be known yet, so neither can what depends on it: such a step is
asked when it comes. Whoever must decide a step (there are no more than are needed) is taken to have decided it, so that
one person alone for two steps that need different people is found here and not when it is too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.definitions.models import Approval, EffectUse, Form, People, Step
from engine.errors import rule
from engine.expressions import Expression
from engine.workflow import asking, panel, rowwise, votes
from engine.workflow.asking import Said
from engine.workflow.plan import SET, Situation, Vote
from engine.workflow.progress import approving_of, nobody, with_votes

_OF_VOTES = frozenset(("did", "wrote", "agreed", "changed", "outcome"))
"""Words whose answer follows from what people will do."""


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What is not known yet of the steps that follow: fields that will be written, steps that will be decided."""

    approval: Approval
    written: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()

    def after(self, form: Form, step: Step) -> _Ahead:
        """The same beyond one more step."""
        written = following(form, self.written | set(_written(step)))
        return replace(self, written=written, open=self.open | {step.name, *step.parts})

    def depends(self, expression: Expression | None) -> bool:
        """Whether an expression may answer something else by then."""
        if expression is None or not self.open:
            return False
        words = {word for name in expression.names for word in name}
        return bool(words & {*(path.rpartition(".")[2] for path in self.written), "decided"}) or bool(
            expression.calls & _OF_VOTES
        )

    def known(self, ask: Iterable[People]) -> bool:
        """Whether those who are asked are already who they will be."""
        return not any(self._unknown(each) for each in ask)

    def _unknown(self, each: People) -> bool:
        word = each.name if each.kind == "manager_of" else each.kind
        if each.kind == "decider_of":
            return each.name is not None and each.name.partition("/")[0] in self.open
        if word in ("writer", "editor"):
            return bool(self.written)
        return self.depends(each.unit)


def require_people(situation: Situation, approval: Approval) -> None:
    """Raises `Refusal` for the first step to come, or row of it, that is sure to be asked and finds nobody."""
    if approval.nobody_found.otherwise != "refuse":
        return
    ahead = _Ahead(approval)
    for step in approval.steps.values():
        if step.name in approving_of(situation).done:
            continue
        for alone in _whole_or_rows(situation, step):
            forced = tuple(_one(alone, step, ahead))
            situation = replace(situation, memory=with_votes(replace(alone, memory=situation.memory), forced).memory)
        ahead = ahead.after(situation.form, step)


def _whole_or_rows(situation: Situation, step: Step) -> Iterator[Situation]:
    if step.each is None:
        yield situation
        return
    for row in rowwise.rows_of(situation, step.each):
        yield rowwise.at(situation, step.each, row)


def _one(situation: Situation, step: Step, ahead: _Ahead) -> Iterator[Vote]:
    """The votes that must come in one step, of one row where it is taken row by row."""
    if not _sure(situation, step, None, ahead):
        return
    approval = ahead.approval
    for part in panel.units(step):
        if part is not None and not _sure(situation, step, part, ahead):
            continue
        known = ahead.known((part or step).ask)
        if not panel.enough(situation, approval, step, part):
            if known:
                says = nobody(part or step)
                if situation.row is not None:
                    raise rowwise.nobody_for(situation, step, situation.row, says)
                raise rule("nobody_found", says, name=(part or step).name)
        elif known and approval.may.hand_over is None:
            yield from _forced(situation, approval, step, part)


def _sure(situation: Situation, step: Step, part: Step | None, ahead: _Ahead) -> bool:
    """Whether a step (or a part of one that is) comes for sure: as the route was fixed, or as it is now and stays."""
    route, when = approving_of(situation).route, (part or step).when
    if route is not None:
        return panel.key(step.name, part.name if part else None, situation.row) in route
    if when is None:
        return True
    return not ahead.depends(when) and asking.said(when, asking.eyes(situation)) is Said.YES


def _forced(situation: Situation, approval: Approval, step: Step, part: Step | None) -> Iterator[Vote]:
    able = panel.able(situation, approval, step, part)
    if votes.needed((part or step).decide, len(able)) < len(able):
        return
    for person in able:
        yield Vote(step.name, part.name if part else None, person, "approve", row=situation.row)


def _written(step: Step) -> Iterator[str]:
    """The fields that deciders of a step write, and those that it sets."""
    for each in (step, *step.parts.values()):
        for edit in each.edit.values():
            yield from edit.fields
        yield from set_by((*each.do.values(), *each.on_refusal.values()))


def set_by(uses: Iterable[EffectUse]) -> Iterator[str]:
    """The fields of its own record that effects set."""
    for use in uses:
        table = use.options.get("each")
        for name in (use.options.get("values") or ()) if use.effect == SET else ():
            yield f"{table}.{name}" if table else name


def following(form: Form, written: Iterable[str]) -> frozenset[str]:
    """Fields with all that are worked out from them; they change with them."""
    found = set(written)
    names = {path.rpartition(".")[2] for path in found}
    for path in form.derived:
        field = form.field(path)
        formulas = (field.compute, field.live, field.default) if field is not None else ()
        if any(names & set(each) for formula in formulas if formula is not None for each in formula.names):
            found.add(path)
            names.add(path.rpartition(".")[2])
    return frozenset(found)
