"""`ask`: others are asked to decide the open step (or one part of it) of this record, beside its people or instead."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects.effect import PEOPLE, WORD, EffectCall, options
from engine.effects.outcomes import AskOthers


class AskEffect:
    """Stands in timers only. Who they are is asked again whenever the step is looked at, as for its own people."""

    name = "ask"
    options_schema = options(required=("people",), people=PEOPLE, part=WORD, instead={"type": "boolean"})
    expressions = MappingProxyType({"people": "people"})

    def propose(self, call: EffectCall) -> Iterator[AskOthers]:
        """Others are asked."""
        yield AskOthers(part=call.option("part"), effect=call.name)
