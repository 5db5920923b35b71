"""Rows on their way to the database: one JSON text per set. Used by the ledger's statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson


def as_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """A set of rows, as `rows_from` reads it."""
    return orjson.dumps(list(rows)).decode()
