"""The closed table of words: what each takes, gives and is for, with an example. Used by the checker and the reference.

`plain` words are worked out here; `rows` words run over a table or a list; `past` words ask for a field's agreed value;
`outside` words are answered by the `World`, as are the facts of a library.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from engine.expressions.kinds import BOOLEAN, DATE, MOMENT, TEXT, decimal
from engine.expressions.values import Signature, Type


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the language."""

    name: str
    kind: str
    takes: str
    gives: str
    means: str
    example: str
    sql: bool = True


# fmt: off
WORDS: tuple[Word, ...] = (
    Word("otherwise", "plain", "x, y", "the type of both",
         "x, or y when x is empty", "otherwise(row.received, 0)"),
    Word("empty", "plain", "any", "boolean",
         "whether there is no value, no text, or no row", "empty(row.lot)"),
    Word("round", "plain", "number, places = 0", "the same kind",
         "half away from zero, at a written number of places (0 to 6); rounds a division once",
         "round(row.a * row.b, 2)"),
    Word("floor", "plain", "number", "whole number",
         "the next whole number below", "floor(record.total)"),
    Word("ceil", "plain", "number", "whole number",
         "the next whole number above", "ceil(record.total)"),
    Word("abs", "plain", "number", "the same kind",
         "without its sign", "abs(row.missing)"),
    Word("min", "plain", "2 or more values; a list; table, body", "their type",
         "the least; over rows, empty ones are left out", "min(row.approved, row.shipped)"),
    Word("max", "plain", "2 or more values; a list; table, body", "their type",
         "the greatest; over rows, empty ones are left out", "max(lines.requested)"),
    Word("multiple_up", "plain", "number, pack above 0", "number",
         "the least multiple of a pack that is not less", "multiple_up(row.requested, 12)", sql=False),
    Word("sum", "rows", "list of numbers; table, body", "number",
         "the sum; empty ones are left out, of no rows it is 0", "sum(lines, row.approved * 2)"),
    Word("any", "rows", "list of booleans; table, condition", "boolean",
         "whether it holds for one row", "any(lines, row.missing > 0)"),
    Word("all", "rows", "list of booleans; table, condition", "boolean",
         "whether it holds for every row", "all(lines, row.missing >= 0)"),
    Word("count", "rows", "list; table; table, condition", "integer",
         "how many: rows, rows for which it holds, or values that are not empty", "count(lines, row.missing > 0)"),
    Word("first", "rows", "list; table, body", "its type",
         "the value of the first row; empty when there is no row", "first(lines.requested)", sql=False),
    Word("distinct", "rows", "list; table, body", "list",
         "each value once, in the order they first come, without empty ones",
         "count(distinct(lines.item))", sql=False),
    Word("len", "plain", "text", "integer",
         "number of characters (code points)", "len(record.carrier)"),
    Word("lower", "plain", "text", "text",
         "with a to z in place of A to Z; other characters stay", "lower(record.carrier)"),
    Word("starts", "plain", "text, text", "boolean",
         "whether the first begins with the second", "starts(record.carrier, 'DH')"),
    Word("contains", "plain", "text, text", "boolean",
         "whether the second stands in the first", "contains(record.carrier, 'HL')"),
    Word("date", "plain", "moment; a text such as '2026-03-31'", "date",
         "the day of a moment in the store's zone; or a written day", "date('2026-03-31')"),
    Word("year", "plain", "date", "integer",
         "the year of a date", "year(today)"),
    Word("month", "plain", "date", "integer",
         "the month of a date, 1 to 12", "month(today)"),
    Word("day", "plain", "date", "integer",
         "the day of the month, 1 to 31", "day(today)"),
    Word("days_between", "plain", "date, date", "integer",
         "days from the first to the second; negative when it is earlier", "days_between(record.due, today)"),
    Word("add_days", "plain", "date, integer", "date",
         "so many days later", "add_days(today, 7)", sql=False),
    Word("age", "plain", "date or moment", "integer",
         "whole days since", "age(record.due)", sql=False),
    Word("working_hours", "outside", "moment, moment, unit", "decimal(2)",
         "hours between two moments by the calendar of an org unit",
         "working_hours(record.created, now, record.unit)", sql=False),
    Word("on_hand", "outside", "item, place, lot; at=, owner=", "quantity",
         "what is there", "on_hand(row.item, record.unit, row.lot, at=record.created)", sql=False),
    Word("available", "outside", "item, place, lot; at=, owner=", "quantity",
         "what is there and not promised", "available(row.item, record.unit)", sql=False),
    Word("reserved", "outside", "item, place, lot; at=, owner=", "quantity",
         "what is promised", "reserved(row.item, record.unit)", sql=False),
    Word("moved", "outside", "item, place, lot; at=, since=, kind=", "quantity",
         "what came in, less what went out", "moved(row.item, record.unit, kind='issue')", sql=False),
    Word("lookup", "outside", "'form'; field=value ..., on=date", "reference(form)",
         "the record of a form with these values, valid on a day",
         "lookup('price', item=row.item, on=today).amount", sql=False),
    Word("limit", "outside", "'form', 'level'; unit=", "decimal(6)",
         "the limit of a level; empty when nobody has set one",
         "record.total > limit('spending', 'first')", sql=False),
    Word("nearest", "outside", "reference", "the same reference",
         "in `lookup`: this org unit, or the nearest above it that has a record",
         "lookup('price', unit=nearest(record.unit)).amount", sql=False),
    Word("traced", "outside", "record or row, 'form' or 'form.table'", "list of records, or rows",
         "what was made from it, or what it was made from", "count(traced(record, 'follow_up'))", sql=False),
    Word("traced_sum", "outside", "record or row, 'form'", "quantity",
         "the quantity that went there, or came from there", "traced_sum(row, 'follow_up')", sql=False),
    Word("remaining", "outside", "record or row, 'form'", "quantity",
         "what of its quantity has not gone there yet", "remaining(row, 'follow_up')", sql=False),
    Word("untraced", "outside", "record or row, 'form'", "quantity",
         "what of its quantity came from nowhere", "untraced(row)", sql=False),
    Word("agreed", "past", "a field of record or row", "its type",
         "its value when the last approval ended or was returned", "agreed(record.total)", sql=False),
    Word("changed", "past", "a field of record or row", "boolean",
         "whether it differs from what was agreed", "changed(record.total)", sql=False),
    Word("did", "outside", "'action or step', person", "boolean",
         "whether the actor (or a person) did it to this record", "did('submit')", sql=False),
    Word("wrote", "outside", "'field', person", "boolean",
         "whether the actor (or a person) wrote the field", "wrote('lines.approved')", sql=False),
    Word("outcome", "outside", "row", "choice",
         "'approved', 'refused' or 'open': what the last approval came to for a row that was decided alone",
         "any(lines, outcome(row) == 'refused')", sql=False),
)
# fmt: on
"""Every word that is called; `decided`, `today`, `now`, `true`, `false` and `empty` are names."""

BY_NAME = MappingProxyType({each.name: each for each in WORDS})

RESERVED_NAMES = MappingProxyType({"today": DATE, "now": MOMENT})
"""Names that stand everywhere; the environment knows them."""

RECORD = Type("reference")
PLACE = Type("place")
QUANTITY = Type("quantity")
_STOCK = (RECORD, PLACE, RECORD)

SIGNATURES = MappingProxyType(
    {
        each.name: each
        for each in (
            Signature("on_hand", _STOCK, 2, QUANTITY, {"at": MOMENT, "owner": RECORD}),
            Signature("available", _STOCK, 2, QUANTITY, {"at": MOMENT, "owner": RECORD}),
            Signature("reserved", _STOCK, 2, QUANTITY, {"at": MOMENT, "owner": RECORD}),
            Signature("moved", _STOCK, 2, QUANTITY, {"at": MOMENT, "since": MOMENT, "kind": TEXT}),
            Signature("working_hours", (MOMENT, MOMENT, RECORD), 2, decimal(2)),
            Signature("lookup", (TEXT,), 1, RECORD),
            Signature("limit", (TEXT, TEXT), 2, decimal(6), {"unit": RECORD}),
            Signature("nearest", (RECORD,), 1, RECORD),
            Signature("traced", (None, TEXT), 2, Type("list", of=RECORD)),
            Signature("traced_sum", (None, TEXT), 2, QUANTITY),
            Signature("remaining", (None, TEXT), 2, QUANTITY),
            Signature("untraced", (None, TEXT), 1, QUANTITY),
            Signature("did", (TEXT, RECORD), 1, BOOLEAN),
            Signature("wrote", (TEXT, RECORD), 1, BOOLEAN),
            Signature("outcome", (None,), 1, Type("choice", options=("open", "approved", "refused"))),
        )
    }
)
"""Words that the world answers. The first text of `lookup`, `limit`, `did` ... is written out, never worked out."""

LITERAL_FIRST = frozenset({"lookup", "limit", "did", "wrote"})
OF_RECORD_OR_ROW = frozenset({"traced", "traced_sum", "remaining", "untraced"})
