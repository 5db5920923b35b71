"""`decide`: the open step (or one part of it) of this record is decided by *system*, whatever the votes so far."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects.effect import WORD, EffectCall, options
from engine.effects.outcomes import Decide


class DecideEffect:
    """Stands in timers only, since whoever acts decides by himself."""

    name = "decide"
    options_schema = options(
        required=("verdict",), verdict={"enum": ["approve", "reject", "return"]}, part=WORD, to=WORD
    )
    expressions = MappingProxyType[str, str]({})

    def propose(self, call: EffectCall) -> Iterator[Decide]:
        """One decision."""
        yield Decide(
            verdict=call.use.options["verdict"], part=call.option("part"), to=call.option("to"), effect=call.name
        )
