"""`writable`: what one person may write now. Editing is closed by default: who is named nowhere writes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.models import Edit
from engine.workflow import asking, course, deciding, people
from engine.workflow.asking import Said
from engine.workflow.plan import Situation, Writable

_FREEDOM = ("fixed", "split", "free")


def writable(
    situation: Situation, person: str, transition: str | None = None, step: str | None = None, part: str | None = None
) -> Writable:
    """The union of what the state, the transition to be taken, or the step to be decided lets this person write."""
    workflow = situation.workflow
    edits = [
        edit for edit in workflow.states[situation.state].edit.values() if people.matches(edit.by, person, situation)
    ]
    taken = workflow.transitions.get(transition) if transition is not None else None
    if taken is not None and situation.state in taken.origins and people.matches(taken.by, person, situation):
        edits += _his(taken.edit.values(), person, situation)
    approval = course.approval_of(situation)
    if approval is not None and step is not None and deciding.writes(situation, person, step, part):
        asked = approval.steps[step]
        edits += _his((asked.parts[part] if part is not None else asked).edit.values(), person, situation)
    return _union(edit for edit in edits if _now(edit, situation))


def _his(edits: Iterable[Edit], person: str, situation: Situation) -> list[Edit]:
    """Without `by` it is for whoever takes the action or decides the step."""
    return [edit for edit in edits if not edit.by or people.matches(edit.by, person, situation)]


def _now(edit: Edit, situation: Situation) -> bool:
    return edit.when is None or asking.said(edit.when, asking.eyes(situation)) is Said.YES


def _union(edits: Iterable[Edit]) -> Writable:
    fields: set[str] = set()
    rows: dict[str, str] = {}
    scan: str | None = None
    for edit in edits:
        fields.update(edit.fields)
        scan = scan or edit.scan
        for table in {path.partition(".")[0] for path in edit.fields if "." in path}:
            rows[table] = max(rows.get(table, "fixed"), edit.rows or "fixed", key=_FREEDOM.index)
    return Writable(frozenset(fields), rows, scan)
