"""Everything that a database holds, as values that can be compared: to see what a refusal or a crash left behind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from engine.database import Database, metadata
from tests.schema import room_statements

room_statements()
"""Every room has told its tables to `metadata` before the first look, whoever else was imported by then."""

Contents = Mapping[str, tuple[Any, ...]]

BESIDE = frozenset({"session", "sign_in_try", "security_log", "request_key"})
"""Who is signed in and tried to be, the log of refusals, and the memory of keys: a refusal may write there."""

HASHES = frozenset({"hash", "previous", "before_hash", "after_hash", "head"})


COUNTED = ("id", "number")
"""Keys that the database counts by itself."""


def contents(database: Database, without: Iterable[str] = ()) -> Contents:
    """Every row of every table."""
    found: dict[str, tuple[Any, ...]] = {}
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            if table.name not in without:
                rows = [dict(row._mapping) for row in connection.execute(select(table))]
                found[table.name] = tuple(sorted(rows, key=repr))
    return found


def shape(whole: Contents) -> Contents:
    """The same with ranks for the one order, names for places, and without hashes over them.

    What was drawn and rolled back is a gap on PostgreSQL.
    """
    drawn = sorted({row["seq"] for rows in whole.values() for row in rows if row.get("seq") is not None})
    ranks = {seq: rank for rank, seq in enumerate(drawn)}
    places = {row["id"]: row["key"] for row in whole["ledger_place"]}
    return {
        name: tuple(sorted((_plain(row, ranks, places) for row in rows), key=repr))
        for name, rows in whole.items()
        if name != "ledger_state"
    }


def _plain(row: Mapping[str, Any], ranks: Mapping[int, int], places: Mapping[int, str]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in HASHES}
    for name in COUNTED:
        if isinstance(kept.get(name), int):
            del kept[name]
    for name in ("place", "origin", "target"):
        kept |= {name: places[kept[name]]} if isinstance(kept.get(name), int) else {}
    if "seq" in kept:
        kept["seq"] = ranks.get(kept["seq"])
    if kept.get("answer"):
        kept["answer"] = lasting(json.loads(kept["answer"]))
    return kept


def lasting(answer: Any) -> Any:
    """An answer without numbers of the one order and without a secret, which is shown once."""
    left = {"seq", "key"}
    return json.loads(json.dumps(answer), object_hook=lambda each: {k: v for k, v in each.items() if k not in left})


def differences(before: Contents, after: Contents) -> list[str]:
    """The tables that differ."""
    return [name for name in before if before[name] != after[name]]
