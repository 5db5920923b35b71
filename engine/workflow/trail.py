"""Who did something to this record, or to one that it refers to (`order.purchasing`). Used by duties and people."""

from __future__ import annotations

from typing import Any

from engine.expressions import EvaluationFault, Reference, Subject
from engine.workflow import asking
from engine.workflow import memory as memories
from engine.workflow.plan import Situation

DID = "#did."
"""How a world is asked for those who did something to another record: `#did.purchasing`."""


def doers(situation: Situation, name: str) -> tuple[str, ...]:
    """Those who took an action or decided a step; before the last point stands the field that names the record."""
    path, _, deed = name.rpartition(".")
    if not path:
        return memories.doers(situation.memory, deed, situation.row)
    value: Any = situation.environment.names.get("record")
    try:
        for word in (*path.split("."), f"{DID}{deed}"):
            value = _next(situation, value, word)
    except EvaluationFault:
        return ()
    found = value if isinstance(value, tuple) and not isinstance(value, Reference) else ()
    return tuple(who for each in found if (who := asking.person(each)) is not None)


def _next(situation: Situation, value: Any, word: str) -> Any:
    if isinstance(value, Subject) and word in value.values:
        return value.values[word]
    return situation.environment.world.fetch(value, word) if isinstance(value, (Reference, Subject)) else None
