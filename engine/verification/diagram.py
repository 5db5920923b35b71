"""A workflow as a picture: a Mermaid state diagram, which documentation shows as it is. For the command line, tests."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.models import Transition, Workflow
from engine.errors import say


def diagram(workflow: Workflow, language: str = "en") -> str:
    """The lines of a Mermaid state diagram: states with their titles, transitions with theirs, approvals as notes."""
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in _lines(workflow, language))]) + "\n"


def _lines(workflow: Workflow, language: str) -> Iterator[str]:
    for state in workflow.states.values():
        yield f"{state.name}: {_plain(say(state.title, language) or state.name)}"
    yield f"[*] --> {workflow.start}"
    for transition in workflow.transitions.values():
        yield from _edges(workflow, transition, language)
    for state in workflow.states.values():
        if state.steps:
            steps = workflow.approvals[state.steps].steps.values()
            named = ", ".join(_plain(say(step.title, language) or step.name) for step in steps)
            yield f"note right of {state.name}: {named}"
        if state.end:
            yield f"{state.name} --> [*]"


def _edges(workflow: Workflow, transition: Transition, language: str) -> Iterator[str]:
    title = _plain(say(transition.title, language) or transition.name)
    for origin in transition.origins:
        for target in dict.fromkeys(each.state for each in transition.to):
            ways = [each.name for each in transition.to if each.state == target]
            shown = f"{title} ({', '.join(ways)})" if len(transition.to) > 1 else title
            yield f"{origin} --> {target}: {shown}"


def _plain(words: str) -> str:
    """Words without what would be read as the picture's own signs."""
    return "".join(each for each in words if each not in ':;"\n').strip()
