"""Checks of what is posted: the same goods on the same way twice. Run by `CHECKS`.

That goods are left behind, or moved where there are none, is found by walking (`verification.judging`).
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.flow import effects_of
from engine.definitions.checks.workflows import pairs, steps_of
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import EffectUse, Form, Library, Transition, Workflow
from engine.definitions.order import paths_read
from engine.errors import text
from engine.expressions import Expression

WORDS = ("each", "item", "lot", "owner", "quantity", "from", "to")
Sameness = tuple[str, ...]


def nothing_is_posted_twice(library: Library) -> Iterator[Finding]:
    """Two moves of the same from the same place to the same: in one action an error, on one way a warning."""
    for form, workflow in pairs(library):
        for action in workflow.transitions.values():
            for way in action.to:
                yield from _within(action, [*action.do.values(), *way.do.values()])
        if not any(use.effect == "reverse" for each in workflow.transitions.values() for use in effects_of(each)):
            yield from _along(form, workflow)


def _within(action: Transition, uses: list[EffectUse]) -> Iterator[Finding]:
    first: dict[Sameness, EffectUse] = {}
    for use in uses:
        same = _same(use)
        if same is None:
            continue
        other = first.setdefault(same, use)
        if other is not use:
            says = text(
                f"'{use.name}' moves again what '{other.name}' moves in '{action.name}'.",
                f"“{use.name}”重复移动了“{action.name}”中“{other.name}”已移动的商品。",
            )
            yield finding(use.at, "posts_twice", says, example=(text(action.name, action.name),))


def _same(use: EffectUse) -> Sameness | None:
    """What makes a move this move; None for anything else, and for what is done only sometimes."""
    if use.effect != "move" or use.when is not None:
        return None
    given = [use.options.get(word) for word in WORDS]
    return tuple(each.text if isinstance(each, Expression) else str(each) for each in given)


def _along(form: Form, workflow: Workflow) -> Iterator[Finding]:
    """An action that comes after another and moves the same, of which nobody has written anything in between."""
    for first in workflow.transitions.values():
        moves = {same: use for use in first.do.values() if (same := _same(use)) is not None}
        for way in _ways(workflow, first) if moves else ():
            second = workflow.transitions[way[-1]]
            for use in second.do.values():
                other = moves.get(_same(use) or ())
                if other is not None and not _written(form, workflow, way, use):
                    words = " → ".join(way)
                    says = text(
                        f"'{use.name}' of '{second.name}' moves again what '{other.name}' of '{first.name}' has moved.",
                        f"“{second.name}”的“{use.name}”会重复移动“{first.name}”的“{other.name}”已移动的商品。",
                    )
                    yield finding(use.at, "posts_twice", says, severity=WARNING, example=(text(words, words),))


def _ways(workflow: Workflow, first: Transition) -> Iterator[tuple[str, ...]]:
    """The shortest way from an action to each that can follow it, as names of actions."""
    seen = {first.name}
    todo: list[tuple[str, ...]] = [(first.name,)]
    while todo:
        way = todo.pop(0)
        for state in dict.fromkeys(each.state for each in workflow.transitions[way[-1]].to):
            for action in workflow.leaving(state):
                if action.name not in seen:
                    seen.add(action.name)
                    todo.append((*way, action.name))
                    yield todo[-1]


def _written(form: Form, workflow: Workflow, way: tuple[str, ...], use: EffectUse) -> bool:
    """Whether its quantity may be another by then: whoever decides or edits anywhere, or an effect, writes it."""
    quantity, each = use.options.get("quantity"), use.options.get("each")
    if not isinstance(quantity, Expression) or quantity.calls or each not in (None, *form.fields):
        return True
    read = paths_read(quantity, form.fields, each)
    written: set[str] = set()
    for name in way:
        action = workflow.transitions[name]
        edits = [*action.edit.values()]
        for state in (*action.origins, *(to.state for to in action.to)):
            edits += workflow.states[state].edit.values() if state in workflow.states else ()
        written |= {path for edit in edits for path in edit.fields}
        for effect in effects_of(action):
            table = effect.options.get("each")
            written |= {f"{table}.{word}" if table else word for word in effect.options.get("values") or ()}
    written |= {path for step in steps_of(workflow) for edit in step.edit.values() for path in edit.fields}
    computed = {path for path in read if (field := form.field(path)) is None or field.compute or field.live}
    return bool(read & written) or bool(computed)
