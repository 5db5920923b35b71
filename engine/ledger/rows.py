"""Rows on their way to the database: one JSON text per set. Used by the ledger's statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson


def as_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """A set of rows, as `rows_from` reads it."""
    return orjson.dumps(list(rows)).decode()


_WORDS = {"source", "cause", "reason", "person", "previous", "hash", "key", "kind", "line", "effect"}


def insert_set(table: str, name: str, columns: str, rest: str = "") -> str:
    """The statement that inserts the set of rows `name`; `rest` says their order and what a conflict does."""
    typed = ", ".join(f"{column} words" if column in _WORDS else column for column in columns.split(", "))
    return " ".join(
        ("INSERT INTO", table, f"({columns})", "SELECT", columns, "FROM", f"@{name}({typed})", "WHERE true", rest)
    )
