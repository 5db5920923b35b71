"""`webhook`: those who listen to a channel are sent what happened, each as far as its reader may see it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType

from engine.effects import reading
from engine.effects.effect import EXPRESSION, EXPRESSIONS, WORD, EffectCall, options
from engine.effects.outcomes import Told, ToldRows, Webhook
from engine.expressions import Expression, Value

_ROWS = options(required=("each", "values"), each=WORD, when=EXPRESSION, values=EXPRESSIONS)


class WebhookEffect:
    """Values are worked out now, of what is; who may see them is asked when they are sent."""

    name = "webhook"
    options_schema = options(
        required=("to",),
        to=WORD,
        template=WORD,
        values=EXPRESSIONS,
        rows={"type": "object", "additionalProperties": _ROWS, "minProperties": 1},
    )
    expressions = MappingProxyType({"values.*": "told", "rows.*.values.*": "told", "rows.*.when": "row"})

    def propose(self, call: EffectCall) -> Iterator[Webhook]:
        """One event, for everybody who listens."""
        yield Webhook(
            to=call.use.options["to"],
            template=call.option("template"),
            values={
                name: Told(_spelled(each, reading.ask(call, each, call.environment)), each.names)
                for name, each in (call.option("values") or {}).items()
            },
            rows={name: _rows(call, each) for name, each in (call.option("rows") or {}).items()},
            effect=call.name,
        )


def _rows(call: EffectCall, given: dict[str, object]) -> ToldRows:
    """Every row of a table that fits, in its order, and what each of its values is read from."""
    values, when, table = given["values"], given.get("when"), str(given["each"])
    assert isinstance(values, dict)
    found = []
    for row in reading.table(call, table):
        environment = call.environment.with_names(row=row)
        if reading.holds(call, when, environment):  # type: ignore[arg-type]
            found.append(
                {
                    name: _spelled(each, reading.ask(call, each, environment, row["row"]))
                    for name, each in values.items()
                }
            )
    of = frozenset(when.names) if when is not None else frozenset()  # type: ignore[attr-defined]
    return ToldRows(table, tuple(found), {name: each.names | of for name, each in values.items()})


def _spelled(expression: Expression, value: Value) -> Value:
    """An amount with all its digits, as everywhere outside; anything else as it is."""
    if expression.type.kind != "money" or not isinstance(value, Decimal):
        return value
    scale = expression.type.scale
    return f"{value:.{2 if scale is None else scale}f}"
