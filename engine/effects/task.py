"""`task`: somebody must look at this record."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects.effect import PEOPLE, EffectCall, options
from engine.effects.outcomes import OpenTask


class TaskEffect:
    """Opens a task beside those that states and approvals give."""

    name = "task"
    options_schema = options(
        required=("ask", "title"),
        ask=PEOPLE,
        title={"type": "object", "additionalProperties": {"type": "string"}, "required": ["en"]},
    )
    expressions = MappingProxyType({"ask": "people"})

    def propose(self, call: EffectCall) -> Iterator[OpenTask]:
        """One task."""
        yield OpenTask(people=tuple(call.use.options["ask"]), title=call.use.options["title"], effect=call.name)
