"""Checks of what goes on by itself: actions that set each other off, rounds without a person, timers into nowhere.

Run by `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import ERROR, WARNING, Finding, finding
from engine.definitions.models import EffectUse, Library, Timer, Transition, Workflow
from engine.errors import text
from engine.expressions import Expression

Deed = tuple[str, str]
"""A form and an action of it."""
T = TypeVar("T")


def nothing_runs_for_ever(library: Library) -> Iterator[Finding]:
    """No action sets itself off again, and no record goes round and round without anybody."""
    actions = {(form.name, each.name): each for form, flow in pairs(library) for each in flow.transitions.values()}
    circle = _circle({deed: tuple(_sets_off(action)) for deed, action in actions.items()})
    if circle:
        words = " → ".join(f"{form}.{action}" for form, action in circle)
        says = text(f"These set each other off for ever: {words}.", f"以下操作会无止境地相互触发：{words}。")
        yield finding(actions[circle[0]].at, "runs_for_ever", says, example=(text(words, words),))
    for _, workflow in pairs(library):
        yield from _rounds(workflow)


def _sets_off(action: Transition) -> Iterator[Deed]:
    """What an action does every time: not on a condition, nor once for each row."""
    for use in action.do.values():
        name, target = use.options.get("action"), use.options.get("on_record")
        form = target.type.form if isinstance(target, Expression) else use.options.get("form")
        if use.when is None and use.options.get("each") is None and name is not None and form is not None:
            yield form, name


def _rounds(workflow: Workflow) -> Iterator[Finding]:
    """States that follow each other by themselves: approvals that may need nobody, and timers."""
    passing = {state: tuple(_passes(workflow, state)) for state in workflow.states}
    circle = _circle(passing)
    alone = bool(circle)
    if not circle:
        circle = _circle({state: (*after, *_timed(workflow, state)) for state, after in passing.items()})
    if not circle:
        return
    words = " → ".join(circle)
    says = text(f"A record goes round without anybody: {words}.", f"单据会在无人参与的情况下循环：{words}。")
    certain = alone and all(len(_approved(workflow, each)) == 1 for each in circle)
    severity = ERROR if certain else WARNING
    yield finding(
        workflow.states[circle[0]].at, "round_without_person", says, example=(text(words, words),), severity=severity
    )


def _passes(workflow: Workflow, state: str) -> Iterator[str]:
    """Where an approval leads of which every step may be left out."""
    approval = workflow.approvals.get(workflow.states[state].steps or "")
    if approval is not None and all(step.when is not None for step in approval.steps.values()):
        yield from _approved(workflow, state)


def _approved(workflow: Workflow, state: str) -> tuple[str, ...]:
    approval = workflow.approvals.get(workflow.states[state].steps or "")
    action = workflow.transitions.get(approval.approved) if approval is not None else None
    return tuple(dict.fromkeys(each.state for each in action.to)) if action is not None else ()


def _timed(workflow: Workflow, state: str) -> Iterator[str]:
    """Where timers lead that always act."""
    for timer in workflow.timers.values():
        if timer.when is None and state in _states_of(workflow, timer):
            for name in _own_actions(timer):
                action = workflow.transitions.get(name)
                if action is not None and state in action.origins:
                    yield from (each.state for each in action.to)


def _states_of(workflow: Workflow, timer: Timer) -> tuple[str, ...]:
    """In which states a timer runs; all of them where only a moment is said."""
    if timer.state is not None:
        return (timer.state,)
    if timer.step is None:
        return tuple(workflow.states)
    names = {each.name for each in workflow.approvals.values() if timer.step in each.steps}
    return tuple(state.name for state in workflow.states.values() if state.steps in names)


def _own_actions(timer: Timer) -> Iterator[str]:
    yield from (str(use.options["action"]) for use in timer.do.values() if _on_itself(use))


def _on_itself(use: EffectUse) -> bool:
    target = use.options.get("on_record")
    own = isinstance(target, Expression) and (target.node.op, target.node.value) == ("name", "record")
    return use.effect == "act" and own


def timers_find_their_action(library: Library) -> Iterator[Finding]:
    """What a timer takes can be taken where it runs: else it is refused each time, and nobody ever learns of it."""
    for _, workflow in pairs(library):
        for timer in workflow.timers.values():
            states = _states_of(workflow, timer)
            for use in timer.do.values():
                action = workflow.transitions.get(str(use.options.get("action"))) if _on_itself(use) else None
                known = set(states) <= set(workflow.states)
                if action is None or set(states) & set(action.origins) or not (states and known):
                    continue
                where, origins = ", ".join(states), ", ".join(action.origins)
                says = text(
                    f"'{action.name}' cannot be taken in '{where}', where this timer runs.",
                    f"此定时器在“{where}”中运行，而“{action.name}”不能从该状态执行。",
                )
                hint = text(f"It starts from {origins}.", f"它只能从 {origins} 执行。")
                yield finding(use.at, "timer_nowhere", says, hint)


def _circle(after: Mapping[T, Iterable[T]]) -> tuple[T, ...]:
    """A circle in what follows what, its first again at its end; empty when there is none."""
    try:
        TopologicalSorter({each: tuple(next_ones) for each, next_ones in after.items()}).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()
