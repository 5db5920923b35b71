"""`create`: new records of another form, one, one for each row, or one for each group of rows.

Values are worked out per record (`row` is the first row of a group, `group` its key); rows of the new record come from
their own `each`, or else from the rows of the group. `merge_by` makes one row of many, `sums` adds up what they bring,
`trace` gives each new row its shares of the rows it comes from. `into` fills up a record that is there already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.effects import reading
from engine.effects.effect import EXPRESSION, EXPRESSIONS, WORD, WORDS, EffectCall, options
from engine.effects.outcomes import Create, Into, NewRow, Trace
from engine.errors import text
from engine.expressions import Environment, Place, Reference, Row, Subject, Value

_ROWS = options(
    required=("values",),
    each=WORD,
    when=EXPRESSION,
    merge_by=EXPRESSIONS,
    values=EXPRESSIONS,
    sums=EXPRESSIONS,
    trace=options(required=("quantity",), quantity=EXPRESSION, share={"enum": ["oldest_first", "pro_rata"]}),
)


class CreateEffect:
    """`empty: skip` makes no record without rows, `refuse` refuses; without either the form's own rules decide."""

    name = "create"
    options_schema = options(
        required=("form",),
        form=WORD,
        each=WORD,
        group_by=EXPRESSIONS,
        into=EXPRESSION,
        values=EXPRESSIONS,
        copy=WORDS,
        rows={"type": "object", "additionalProperties": _ROWS, "minProperties": 1},
        once_by=WORDS,
        empty={"enum": ["skip", "refuse"]},
        action=WORD,
    )
    expressions = MappingProxyType(
        {
            "group_by.*": "row",
            "into": "candidate",
            "values.*": "group",
            "rows.*.when": "group",
            "rows.*.merge_by.*": "group",
            "rows.*.values.*": "group",
            "rows.*.sums.*": "group",
            "rows.*.trace.quantity": "group",
        }
    )

    def propose(self, call: EffectCall) -> Iterator[Create]:
        """One record for each group."""
        for environment, rows in _groups(call):
            made = {table: _rows(call, use, environment, rows) for table, use in (call.option("rows") or {}).items()}
            if made and not any(made.values()) and call.option("empty") is not None:
                if call.option("empty") == "skip":
                    continue
                raise reading.broken(
                    call, "nothing_to_create", text("There is nothing to pass on.", "没有可生成的内容。")
                )
            values = {name: call.record.values.get(name) for name in call.option("copy") or ()}
            values.update(reading.values(call, call.option("values"), environment, None))
            yield Create(
                form=call.use.options["form"],
                values=values,
                rows=made,
                action=call.option("action"),
                once=_once(call, values, environment),
                effect=call.name,
                into=Into(call.option("into"), environment) if call.option("into") is not None else None,
            )


def _groups(call: EffectCall) -> Iterator[tuple[Environment, Sequence[Row]]]:
    """The rows behind each record to be made, with the names that its values may use."""
    each = call.option("each")
    if each is None:
        yield call.environment, ()
        return
    rows = reading.table(call, each)
    group_by: Mapping[str, Any] | None = call.option("group_by")
    if group_by is None:
        for row in rows:
            yield reading.at(call, call.environment, row), (row,)
        return
    groups: dict[tuple[str, ...], tuple[dict[str, Value], list[Row]]] = {}
    for row in rows:
        values = reading.values(call, group_by, reading.at(call, call.environment, row), row["row"])
        groups.setdefault(_key(values.values()), (values, []))[1].append(row)
    for values, members in groups.values():
        yield reading.at(call, call.environment.with_names(group=values), members[0]), members


def _rows(
    call: EffectCall, use: Mapping[str, Any], environment: Environment, members: Sequence[Row]
) -> tuple[NewRow, ...]:
    """The rows of one table of the new record, merged by key in order of appearance."""
    sources = reading.table(call, use["each"]) if use.get("each") else members
    merged: dict[tuple[str, ...], NewRow] = {}
    for index, source in enumerate(sources):
        child = reading.at(call, environment, source)
        if not reading.holds(call, use.get("when"), child):
            continue
        merge_by = use.get("merge_by")
        named = reading.values(call, merge_by, child, source["row"]) if merge_by else None
        key = _key(named.values()) if named is not None else (str(index),)
        added = {
            name: reading.number(call, value, source["row"])
            for name, value in reading.values(call, use.get("sums"), child, source["row"]).items()
        }
        if key not in merged:
            values = reading.values(call, use["values"], child, source["row"])
            met = named if call.option("into") is not None else None
            merged[key] = NewRow(values, (), met, {}, (use.get("trace") or {}).get("share"))
        share = _share(call, use, child, source)
        merged[key] = _joined(merged[key], added, share)
    return tuple(merged.values())


def _joined(row: NewRow, added: Mapping[str, Decimal], share: Trace | None) -> NewRow:
    sums = {name: row.sums.get(name, Decimal(0)) + each for name, each in added.items()}
    return replace(row, sums=sums, traces=(*row.traces, *((share,) if share is not None else ())))


def _share(call: EffectCall, use: Mapping[str, Any], environment: Environment, source: Row) -> Trace | None:
    trace = use.get("trace")
    if trace is None:
        return None
    amount = reading.number(call, reading.ask(call, trace["quantity"], environment, source["row"]), source["row"])
    if amount < 0:
        raise reading.broken(call, "negative", text("A share cannot be negative.", "份额不能为负。"), source["row"])
    origin = call.origins.get(source["row"]) if call.origins is not None else None
    return Trace(source["row"], amount, origin.id if origin is not None else None) if amount else None


def _once(call: EffectCall, values: Mapping[str, Value], environment: Environment) -> str | None:
    names: Sequence[str] = call.option("once_by") or ()
    if not names:
        return None
    known = {"date": environment.today, **values}
    return "|".join((call.use.options["form"], *_key(known.get(name) for name in names)))


def _key(values: Any) -> tuple[str, ...]:
    """Words that are equal exactly when the values are (1 and 1.00 are)."""
    return tuple(_word(value) for value in values)


def _word(value: Value) -> str:
    if isinstance(value, (Reference, Subject)):
        return f"id:{value.id}"
    if isinstance(value, Place):
        return f"place:{value.key}"
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return f"number:{Decimal(value).normalize():f}"
    return f"{type(value).__name__}:{value}"
