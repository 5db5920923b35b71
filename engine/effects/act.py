"""`act`: an action is taken on a record that an expression names, by *system*."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects import reading
from engine.effects.effect import EXPRESSION, EXPRESSIONS, WORD, EffectCall, options
from engine.effects.outcomes import Act


class ActEffect:
    """All guards of the other record hold as for everybody; when it refuses, this one is refused too."""

    name = "act"
    options_schema = options(
        required=("on_record", "action"), each=WORD, on_record=EXPRESSION, action=WORD, values=EXPRESSIONS
    )
    expressions = MappingProxyType({"on_record": "row", "values.*": "row"})

    def propose(self, call: EffectCall) -> Iterator[Act]:
        """One action for each record that is named."""
        for environment, row in reading.walk(call):
            yield Act(
                record=reading.reference(call, "on_record", environment, row),
                action=call.use.options["action"],
                values=reading.values(call, call.option("values"), environment, row),
                effect=call.name,
            )
