"""`set`: fields of this record are written, in its header or in each row of a table."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects import reading
from engine.effects.effect import EXPRESSIONS, WORD, EffectCall, options
from engine.effects.outcomes import SetFields


class SetEffect:
    """Every value of every row is worked out before the first is written, so that the order of fields means nothing."""

    name = "set"
    options_schema = options(required=("values",), each=WORD, values=EXPRESSIONS)
    expressions = MappingProxyType({"values.*": "row"})

    def propose(self, call: EffectCall) -> Iterator[SetFields]:
        """One write for each row, or one for the header."""
        each = call.option("each")
        written = [
            SetFields(
                values=reading.values(call, call.use.options["values"], environment, row),
                table=reading.table_of(call, each, row),
                row=row,
                effect=call.name,
            )
            for environment, row in reading.walk(call)
        ]
        yield from written
