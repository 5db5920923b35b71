"""Checks of conditions: those that never hold or always do, and alternatives that can never be taken. Run by `CHECKS`.

A condition that can never hold where it must closes something for ever, which is an error; one that merely says nothing
is a warning. Each finding names a case, where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from engine.definitions.checks.flow import effects_of
from engine.definitions.checks.workflows import edits_of, pairs, steps_of
from engine.definitions.findings import ERROR, WARNING, Finding, finding
from engine.definitions.models import Form, Library, Place, Transition, Workflow
from engine.errors import Text, text
from engine.expressions import Expression, Node
from engine.expressions.cases import Cases

AMOUNTS = ("money", "quantity")
ZERO = Decimal(0)


def floor_of(form: Form, node: Node) -> Decimal | None:
    """From where a number of this form starts: counts, and amounts that people write unsigned, at zero."""
    if node.op in ("rows", "word") and node.value in ("count", "len", "abs"):
        return ZERO
    if node.op == "rows" and node.value == "sum" and len(node.parts) == 1:
        return floor_of(form, node.parts[0])
    if node.path is None:
        return None
    path = node.path[1:] if node.path[0] == "record" else node.path
    field = form.field(".".join(path)) if len(path) <= 2 else None
    if field is None or field.signed or field.type not in AMOUNTS:
        return None
    return ZERO if field.compute is None and field.live is None else None


def cases_of(form: Form, conditions: Sequence[Expression], states: Iterable[str] = ()) -> Cases | None:
    """The cases of conditions about a record of this form in these states; None when there are too many."""
    known = {"state": tuple(states)} if states else {}
    cases = Cases(conditions, lambda node: floor_of(form, node), known)
    return cases if cases.countable else None


def conditions_can_hold(library: Library) -> Iterator[Finding]:
    """A guard, a rule or a condition that never holds closes its door for ever; one that always does says nothing."""
    for form, workflow in pairs(library):
        for rule in form.rules.values():
            yield from _judged(form, rule.check, (), rule.at, needed=not rule.warns, what=rule.name)
        for action in workflow.transitions.values():
            for rule in action.guard.values():
                yield from _judged(form, rule.check, action.origins, rule.at, needed=True, what=rule.name)
            yield from _together(form, action)
        for at, what, condition in _asked(workflow):
            yield from _judged(form, condition, (), at, needed=False, what=what)


def _asked(workflow: Workflow) -> Iterator[tuple[Place | None, str, Expression]]:
    """Conditions on which something is done or left out."""
    for step in steps_of(workflow):
        if step.when is not None:
            yield step.at, step.name, step.when
    for timer in workflow.timers.values():
        if timer.when is not None:
            yield timer.at, timer.name, timer.when
    for at, edit in edits_of(workflow):
        if edit.when is not None:
            yield at, edit.name, edit.when
    for action in workflow.transitions.values():
        yield from ((use.at, use.name, use.when) for use in effects_of(action) if use.when is not None)


def _judged(
    form: Form, condition: Expression, states: Iterable[str], at: Place | None, *, needed: bool, what: str
) -> Iterator[Finding]:
    cases = None if condition.node.op == "constant" else cases_of(form, (condition,), states)
    if cases is None:
        return  # too many; or `true` and `false`, which somebody wrote to say just that
    if cases.find(yes=(0,)) is None:
        says = text(f"'{what}' never holds: {condition.text}.", f"“{what}”永远不成立：{condition.text}。")
        yield finding(at, "never_holds", says, severity=ERROR if needed else WARNING, example=_case(cases, needed))
    elif cases.find(no=(0,)) is None:
        says = text(f"'{what}' always holds: {condition.text}.", f"“{what}”永远成立：{condition.text}。")
        yield finding(at, "always_holds", says, severity=WARNING)


def _case(cases: Cases, needed: bool) -> tuple[Text, ...]:
    """One case that is refused, of those that a reader would try."""
    found = next(cases.every(), None) if needed else None
    words = cases.words(found) if found else ""
    return (text(words, words),) if words else ()


def _together(form: Form, action: Transition) -> Iterator[Finding]:
    """Guards that each may hold can still exclude each other."""
    guards = tuple(rule.check for rule in action.guard.values())
    cases = cases_of(form, guards, action.origins)
    if len(guards) < 2 or cases is None or cases.find(yes=range(len(guards))) is not None:
        return
    if all(cases.find(yes=(each,)) is not None for each in range(len(guards))):
        named = ", ".join(action.guard)
        says = text(
            f"The guards of '{action.name}' never hold together: {named}.",
            f"“{action.name}”的条件不可能同时成立：{named}。",
        )
        yield finding(action.at, "never_holds", says)


def alternatives_can_be_taken(library: Library) -> Iterator[Finding]:
    """Each alternative has a case that the guards let through and that no earlier one takes."""
    for form, workflow in pairs(library):
        for action in workflow.transitions.values():
            asked = [each for each in action.to if each.when is not None]
            guards = [rule.check for rule in action.guard.values()]
            cases = cases_of(form, [*guards, *(each.when for each in asked if each.when)], action.origins)
            if not asked or cases is None or cases.find(yes=range(len(guards))) is None:
                continue
            yield from _alternatives(action, cases, len(guards))


def _alternatives(action: Transition, cases: Cases, guards: int) -> Iterator[Finding]:
    passed = tuple(range(guards))
    for index, each in enumerate(action.to):
        if each.when is None and index < len(action.to) - 1:
            return  # what follows is never asked, which another check says
        earlier = tuple(range(guards, guards + index))
        wanted = (*passed, guards + index) if each.when is not None else passed
        if cases.find(yes=wanted, no=earlier) is not None:
            continue
        last = each.when is None
        says = text(
            f"'{each.name}' is never taken: earlier alternatives or the guards leave nothing to it.",
            f"“{each.name}”永远不会被选中：前面的分支或条件已排除所有情况。",
        )
        yield finding(
            action.at,
            "never_taken",
            says,
            severity=WARNING if last else ERROR,
            example=_instead(cases, action, guards, index),
        )


def _instead(cases: Cases, action: Transition, guards: int, index: int) -> tuple[Text, ...]:
    """A case that is meant here, and which alternative takes it instead."""
    if action.to[index].when is None:
        return ()
    found = cases.find(yes=(guards + index,))
    words = cases.words(found) if found else ""
    if not words or found is None:
        return ()
    taken: Mapping[int, str] = {at: action.to[at].name for at in range(index)}
    other = next((name for at, name in taken.items() if cases.holds(guards + at, found)), None)
    if other is None:
        return (text(f"{words}: the guards refuse it", f"{words}：被条件拒绝"),)
    return (text(f"{words}: '{other}' is taken", f"{words}：选中“{other}”"),)
