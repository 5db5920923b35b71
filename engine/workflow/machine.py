"""The only door to `transitions`: one machine per workflow answers which edges leave a state, and takes one.

A machine holds no record. The model it moves is a token that lives for one question; conditions are callables that
only ask, and nothing is hooked to entering or leaving, so that taking an edge has no effect but its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from transitions import Machine, MachineError

from engine.definitions.models import Alternative, Workflow

Asks: TypeAlias = Callable[[Alternative], bool]
"""Whether an alternative's condition holds; raises the refusal when that cannot be said."""

_ATTRIBUTE = "_standing"


class _Same:
    """A workflow, equal to nothing but itself: workflows hold maps, and two versions may look alike."""

    __slots__ = ("workflow",)

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.workflow is self.workflow

    def __hash__(self) -> int:
        return id(self.workflow)


class _Token:
    """Stands in a state for one question."""

    __slots__ = (_ATTRIBUTE,)

    def __init__(self, state: str) -> None:
        setattr(self, _ATTRIBUTE, state)


@lru_cache(maxsize=512)
def _machine(same: _Same) -> Machine:
    workflow = same.workflow
    machine = Machine(
        model=None,
        states=list(workflow.states),
        initial=workflow.start,
        auto_transitions=False,
        send_event=False,
        model_attribute=_ATTRIBUTE,
    )
    for transition in workflow.transitions.values():
        for alternative in transition.to:
            for origin in transition.origins:
                machine.add_transition(transition.name, origin, alternative.state, conditions=[_condition(alternative)])
    return machine


def _condition(alternative: Alternative) -> Callable[[Asks], bool]:
    def leads_here(asks: Asks) -> bool:
        return asks(alternative)

    return leads_here


def actions(workflow: Workflow, state: str) -> tuple[str, ...]:
    """The names of the transitions that leave a state, in the order of the file."""
    return _actions(_Same(workflow), state)


@lru_cache(maxsize=4096)
def _actions(same: _Same, state: str) -> tuple[str, ...]:
    return tuple(_machine(same).get_triggers(state))


def choose(workflow: Workflow, state: str, action: str, asks: Asks) -> Alternative | None:
    """The first alternative of `action` whose condition holds; None when there is no such edge or none holds."""
    chosen: list[Alternative] = []

    def ask(alternative: Alternative) -> bool:
        held = asks(alternative)
        if held:
            chosen.append(alternative)
        return held

    event = _machine(_Same(workflow)).events.get(action)
    if event is None:
        return None
    try:
        event.trigger(_Token(state), ask)
    except MachineError:
        return None
    return chosen[0] if chosen else None
