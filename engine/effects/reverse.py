"""`reverse`: exactly what a transition of this record posted is undone, once."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.models import NOTHING
from engine.effects.effect import WORD, EffectCall, options
from engine.effects.outcomes import Reverse


class ReverseEffect:
    """The ledger finds the posting and refuses a second reversal."""

    name = "reverse"
    options_schema = options(required=("transition",), transition=WORD)
    expressions = NOTHING

    def propose(self, call: EffectCall) -> Iterator[Reverse]:
        """One reversal."""
        yield Reverse(transition=call.use.options["transition"], effect=call.name)
