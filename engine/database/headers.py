"""Fields inside a JSON column, spelled so that both databases compare them alike and find an index by them.

An expression index serves only a query that spells the expression in the same way: it is spelled here and nowhere else.
Names come from definitions and are proved to be names; nothing else gets into a statement as text.
"""

from __future__ import annotations

import json
import re
from typing import Any

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _proved(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name


def form_is(form: str, column: str = "form") -> str:
    """The condition for one form, spelled out: it chooses the partition, and SQLite's partial indexes."""
    return f"{column} = '{_proved(form)}'"


def header_text(dialect: str, name: str, column: str = "data") -> str:
    """A field as text, ordered by code points."""
    if dialect == "postgresql":
        return f"(({column} ->> '{_proved(name)}') COLLATE \"C\")"
    return f"json_extract({column}, '$.{_proved(name)}')"


def header_value(dialect: str, value: Any, written: str) -> Any:
    """What a field as text is compared with: its JSON as `written`, and lists with the blanks of PostgreSQL's jsonb.

    SQLite gives yes and numbers as numbers.
    """
    if dialect == "postgresql":
        return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else written
    return int(value) if isinstance(value, (bool, int)) else written


def header_number(dialect: str, name: str, places: int, column: str = "data") -> str:
    """A decimal, money or quantity (text in JSON): numeric, or in SQLite an integer of 10^-places.

    A field with fewer places than it once had still stores the old digits; there SQLite cuts off what it cannot hold.
    """
    if dialect == "postgresql":
        return f"(({column} ->> '{_proved(name)}')::numeric)"
    text = header_text(dialect, name, column)
    whole = f"CASE instr({text}, '.') WHEN 0 THEN length({text}) ELSE instr({text}, '.') - 1 END"
    return f"CAST(substr(replace({text}, '.', '') || '{'0' * places}', 1, {whole} + {places}) AS INTEGER)"


def header_integer(dialect: str, name: str, column: str = "data") -> str:
    """A whole number."""
    if dialect == "postgresql":
        return f"(({column} ->> '{_proved(name)}')::bigint)"
    return f"json_extract({column}, '$.{_proved(name)}')"


def header_truth(dialect: str, name: str, column: str = "data") -> str:
    """Yes or no."""
    if dialect == "postgresql":
        return f"(({column} ->> '{_proved(name)}')::boolean)"
    return f"json_extract({column}, '$.{_proved(name)}')"


def header_moment(dialect: str, name: str, column: str = "data") -> str:
    """A moment (`2026-11-22T01:30:00Z`, with six more digits or none) as microseconds since 1970."""
    if dialect == "postgresql":
        return f"((extract(epoch FROM ({column} ->> '{_proved(name)}')::timestamptz) * 1000000)::bigint)"
    text = header_text(dialect, name, column)
    rest = f"CASE substr({text}, 20, 1) WHEN '.' THEN CAST(substr({text}, 21, 6) AS INTEGER) ELSE 0 END"
    return f"(CAST(strftime('%s', substr({text}, 1, 19)) AS INTEGER) * 1000000 + {rest})"


def rows_source(dialect: str, record: str, table: str) -> str:
    """The rows of one table of a record, as `e.key` (the row's id) and `e.value` (its JSON), to stand in a FROM."""
    held = f"(SELECT data FROM record_rows WHERE record = {record} AND table_name = '{_proved(table)}')"
    return f"jsonb_each({held} -> 'rows') AS e" if dialect == "postgresql" else f"json_each({held}, '$.rows') AS e"


def from_millionths(dialect: str, column: str, places: int = 6) -> str:
    """A count of millionths as a number of so many places, as `header_number` gives them."""
    if dialect == "postgresql":
        return f"({column}::numeric / 1000000)"
    return column if places == 6 else f"({column} / {10 ** (6 - places)})"


def before_stroke(dialect: str, column: str) -> str:
    """What stands before the first `/` of a text; the whole of one that has none."""
    if dialect == "postgresql":
        return f"split_part({column}, '/', 1)"
    return f"substr({column}, 1, instr({column} || '/', '/') - 1)"


def after_stroke(dialect: str, column: str) -> str:
    """What stands after the first `/` of a text; nothing in one that has none."""
    if dialect == "postgresql":
        return f"nullif(substr({column}, strpos({column} || '/', '/') + 1), '')"
    return f"nullif(substr({column}, instr({column} || '/', '/') + 1), '')"
