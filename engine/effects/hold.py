"""`hold`: nobody but this record moves an item, or one lot of it, at a place."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects import reading
from engine.effects.effect import EXPRESSION, WORD, EffectCall, options
from engine.effects.outcomes import Hold


class HoldEffect:
    """Freezes what is counted, recalled or inspected; checked inside the posting."""

    name = "hold"
    options_schema = options(required=("item", "at"), each=WORD, item=EXPRESSION, lot=EXPRESSION, at=EXPRESSION)
    expressions = MappingProxyType({"item": "row", "lot": "row", "at": "place"})

    def propose(self, call: EffectCall) -> Iterator[Hold]:
        """One hold for each row."""
        for environment, row in reading.walk(call):
            yield Hold(
                item=reading.reference(call, "item", environment, row),
                at=reading.place(call, "at", environment, row),
                lot=reading.perhaps(call, "lot", environment, row),
                row=row,
                effect=call.name,
            )
