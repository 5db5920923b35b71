"""`reserve`: stock is promised to this record; the promise of an effect and row is set, not added to."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.effects import reading
from engine.effects.effect import EXPRESSION, WORD, EffectCall, options
from engine.effects.outcomes import Reserve
from engine.errors import text


class ReserveEffect:
    """Sets the promise of every row, also to 0: what an earlier occurrence promised must not remain."""

    name = "reserve"
    options_schema = options(
        required=("item", "lot", "quantity", "at"),
        each=WORD,
        item=EXPRESSION,
        lot=EXPRESSION,
        quantity=EXPRESSION,
        at=EXPRESSION,
        owner=EXPRESSION,
    )
    expressions = MappingProxyType({"item": "row", "lot": "row", "quantity": "row", "at": "place", "owner": "row"})

    def propose(self, call: EffectCall) -> Iterator[Reserve]:
        """One promise for each row that names an item."""
        for environment, row in reading.walk(call):
            amount = reading.quantity(call, "quantity", environment, row)
            if amount < 0:
                raise reading.broken(
                    call, "negative", text("Less than nothing cannot be promised.", "预留数量不能为负。"), row
                )
            item = reading.perhaps(call, "item", environment, row)
            if item is None and amount == 0:
                continue
            owner = reading.perhaps(call, "owner", environment, row)
            yield Reserve(
                item=item or reading.reference(call, "item", environment, row),
                quantity=amount,
                at=reading.place(call, "at", environment, row),
                lot=reading.perhaps(call, "lot", environment, row),
                owner=owner.id if owner else None,
                row=row,
                effect=call.name,
            )
