"""`move`: goods go from a place to a place, once for each row or once for the record."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType

from engine.effects import reading
from engine.effects.effect import EXPRESSION, WORD, EffectCall, options
from engine.effects.outcomes import Move
from engine.errors import text
from engine.expressions import Environment


class MoveEffect:
    """Item and lot are always stated; a negative quantity swaps the places; empty or 0 moves nothing."""

    name = "move"
    options_schema = options(
        required=("item", "lot", "quantity", "from", "to"),
        each=WORD,
        item=EXPRESSION,
        lot=EXPRESSION,
        quantity=EXPRESSION,
        from_=EXPRESSION,
        to=EXPRESSION,
        owner=EXPRESSION,
        value=EXPRESSION,
        kind=WORD,
    )
    expressions = MappingProxyType(
        {
            "item": "row",
            "lot": "row",
            "quantity": "row",
            "from": "place",
            "to": "place",
            "owner": "row",
            "value": "row",
        }
    )

    def propose(self, call: EffectCall) -> Iterator[Move]:
        """One movement for each row with a quantity."""
        for environment, row in reading.walk(call):
            amount = reading.quantity(call, "quantity", environment, row)
            if amount == 0:
                continue
            origin = reading.place(call, "from", environment, row)
            target = reading.place(call, "to", environment, row)
            if origin.key == target.key:
                says = text("Goods cannot move to where they are.", "货物不能移动到原处。")
                raise reading.broken(call, "same_place", says, row)
            if amount < 0:
                origin, target = target, origin
            owner = reading.perhaps(call, "owner", environment, row)
            yield Move(
                item=reading.reference(call, "item", environment, row),
                quantity=abs(amount),
                origin=origin,
                target=target,
                lot=reading.perhaps(call, "lot", environment, row),
                owner=owner.id if owner else None,
                kind=call.option("kind") or "move",
                row=row,
                effect=call.name,
                value=_value(call, environment, row),
            )


def _value(call: EffectCall, environment: Environment, row: str | None) -> Decimal | None:
    expression = call.option("value")
    if expression is None:
        return None
    value = reading.ask(call, expression, environment, row)
    return None if value is None else reading.number(call, value, row)
