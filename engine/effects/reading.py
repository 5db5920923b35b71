"""Reads compiled options for one row: quantities, references, places. Used by the effects only.

What an effect cannot read is a refusal that names the effect and the row; it is never skipped, except where the
language says so (a quantity that is empty or 0 moves nothing).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.effects.effect import EffectCall
from engine.errors import Fault, Refusal, Text, rule, text
from engine.expressions import Environment, EvaluationFault, Expression, Place, Reference, Row, Subject, Value

CHOSEN = "chosen"


def broken(call: EffectCall, code: str, says: Text, row: str | None = None) -> Refusal:
    """The refusal of an effect that cannot be proposed."""
    faults = [Fault(f"/{call.option('each') or ''}".rstrip("/"), code, says, row)] if row else []
    return rule(code, says, name=call.name, faults=faults)


def ask(call: EffectCall, expression: Expression, environment: Environment, row: str | None = None) -> Value:
    """The value of an option; an expression that fails refuses."""
    try:
        return expression.evaluate(environment)
    except EvaluationFault as error:
        says = text(
            f"“{call.name}” could not be worked out ({expression.text}).",
            f"无法计算“{call.name}”（{expression.text}）。",
        )
        raise broken(call, "effect_failed", says, row) from error


def holds(call: EffectCall, expression: Expression | None, environment: Environment) -> bool:
    """Whether a condition of an effect is true. Empty refuses: no goods stay behind because a limit is missing."""
    if expression is None:
        return True
    value = ask(call, expression, environment)
    if value is None:
        says = text(
            f"The condition of “{call.name}” is empty ({expression.text}).",
            f"“{call.name}”的条件为空（{expression.text}）。",
        )
        raise broken(call, "condition_empty", says)
    return value is True


def table(call: EffectCall, name: str | None) -> list[Row]:
    """The rows of `each`, in their order; `chosen` are the rows that the action was given, of whichever table."""
    if name is None:
        return []
    values = call.record.values
    if name == CHOSEN and call.rows is not None:
        return list(call.rows)
    wanted = set(call.chosen or ())
    if name != CHOSEN:
        rows = list(values.get(name) or ())
        return rows if name != call.within else [row for row in rows if row.get("row") in wanted]
    tables = [field.name for field in call.form.fields.values() if field.type == "table"]
    return [row for each in tables for row in values.get(each) or () if row.get("row") in wanted]


def walk(call: EffectCall) -> Iterator[tuple[Environment, str | None]]:
    """Once for every row of `each` with `row` known, or once for the record."""
    each = call.option("each")
    if each is None:
        yield call.environment, None
        return
    for row in table(call, each):
        yield at(call, call.environment, row), row["row"]


def at(call: EffectCall, environment: Environment, row: Row) -> Environment:
    """Where `row` is this row and, on rows of many records, `it` the record that it is of."""
    origin = call.origins.get(row["row"]) if call.origins is not None else None
    return environment.with_names(row=row) if origin is None else environment.with_names(row=row, it=origin)


def quantity(call: EffectCall, name: str, environment: Environment, row: str | None) -> Decimal:
    """A quantity, 0 when it is empty."""
    value = ask(call, call.use.options[name], environment, row)
    return number(call, value, row)


def number(call: EffectCall, value: Value, row: str | None) -> Decimal:
    """An exact number, 0 when it is empty."""
    if value is None:
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise broken(call, "not_a_quantity", text(f"“{call.name}” has no quantity.", f"“{call.name}”没有数量。"), row)
    return Decimal(value)


def refer(value: Value) -> Reference | None:
    """A reference out of a reference or a record at hand."""
    if isinstance(value, Subject):
        return Reference(value.form, value.id)
    return value if isinstance(value, Reference) else None


def reference(call: EffectCall, name: str, environment: Environment, row: str | None) -> Reference:
    """A record that must be there."""
    found = refer(ask(call, call.use.options[name], environment, row))
    if found is None:
        says = text(f"“{call.name}” names no {name}.", f"“{call.name}”缺少 {name}。")
        raise broken(call, f"no_{name}", says, row)
    return found


def perhaps(call: EffectCall, name: str, environment: Environment, row: str | None) -> Reference | None:
    """A record that may be missing (a lot)."""
    expression = call.option(name)
    return None if expression is None else refer(ask(call, expression, environment, row))


def place(call: EffectCall, name: str, environment: Environment, row: str | None) -> Place:
    """A place: itself, or that of a record which is one."""
    value = ask(call, call.use.options[name], environment, row)
    if isinstance(value, (Reference, Subject)):
        value = environment.world.fetch(value, "#place")
    if not isinstance(value, Place):
        says = text(f"“{call.name}” names no place ({name}).", f"“{call.name}”没有指明地点（{name}）。")
        raise broken(call, "no_place", says, row)
    return value


def values(
    call: EffectCall, wanted: Mapping[str, Any] | None, environment: Environment, row: str | None
) -> dict[str, Value]:
    """A map of expressions, worked out."""
    return {name: ask(call, each, environment, row) for name, each in (wanted or {}).items()}


def table_of(call: EffectCall, each: str | None, row: str | None) -> str | None:
    """The table that a walked row is in."""
    if each != CHOSEN:
        return each
    for field in call.form.fields.values():
        if field.type == "table" and any(one.get("row") == row for one in call.record.values.get(field.name) or ()):
            return field.name
    return None
