"""`release`: this record's promises end, all of them or those of each row."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.models import NOTHING
from engine.effects import reading
from engine.effects.effect import WORD, EffectCall, options
from engine.effects.outcomes import Release


class ReleaseEffect:
    """Without `each` everything that the record was promised is free again, also for rows that are gone."""

    name = "release"
    options_schema = options(each=WORD)
    expressions = NOTHING

    def propose(self, call: EffectCall) -> Iterator[Release]:
        """One release for each row, or one for the record."""
        for _environment, row in reading.walk(call):
            yield Release(row=row, effect=call.name)
