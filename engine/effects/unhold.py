"""`unhold`: this record's holds end, all of them or those of each row."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.models import NOTHING
from engine.effects import reading
from engine.effects.effect import WORD, EffectCall, options
from engine.effects.outcomes import Unhold


class UnholdEffect:
    """The counterpart of `hold`."""

    name = "unhold"
    options_schema = options(each=WORD)
    expressions = NOTHING

    def propose(self, call: EffectCall) -> Iterator[Unhold]:
        """One end of a hold for each row, or one for the record."""
        for _environment, row in reading.walk(call):
            yield Unhold(row=row, effect=call.name)
