"""Which timers run: values only; operations set them and delivery lets them fire."""

from __future__ import annotations

from engine.definitions.models import Timer, Workflow


def timers_for(workflow: Workflow, state: str, step: str | None = None) -> tuple[Timer, ...]:
    """The timers of a record in `state` (waiting in `step` of its approval): by state, by step, or by a moment field.

    A timer at a moment runs in every state that is no end, unless it also names a state.
    """
    steps = workflow.states[state].steps
    return tuple(
        timer
        for timer in workflow.timers.values()
        if (timer.state is None or timer.state == state)
        and (timer.step is None or (steps is not None and timer.step == step))
        and (timer.state is not None or timer.step is not None or not workflow.states[state].end)
    )
