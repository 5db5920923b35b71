"""`notify`: people are told, in the words of a template, which is filled with the reader's eyes."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects.effect import PEOPLE, WORD, EffectCall, options
from engine.effects.outcomes import Notify


class NotifyEffect:
    """Goes through the outbox with everything else that leaves the house."""

    name = "notify"
    options_schema = options(required=("to", "template"), to=PEOPLE, template=WORD)
    expressions = MappingProxyType({"to": "people"})

    def propose(self, call: EffectCall) -> Iterator[Notify]:
        """One notice."""
        yield Notify(people=tuple(call.use.options["to"]), template=call.use.options["template"], effect=call.name)
