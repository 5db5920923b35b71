"""`update`: fields of another record, which an expression names, are written."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects import reading
from engine.effects.effect import EXPRESSION, EXPRESSIONS, WORD, EffectCall, options
from engine.effects.outcomes import Update


class UpdateEffect:
    """Header fields only; rows of another record change by its own actions."""

    name = "update"
    options_schema = options(required=("on_record", "values"), each=WORD, on_record=EXPRESSION, values=EXPRESSIONS)
    expressions = MappingProxyType({"on_record": "row", "values.*": "row"})

    def propose(self, call: EffectCall) -> Iterator[Update]:
        """One write for each record that is named."""
        for environment, row in reading.walk(call):
            yield Update(
                record=reading.reference(call, "on_record", environment, row),
                values=reading.values(call, call.use.options["values"], environment, row),
                effect=call.name,
            )
