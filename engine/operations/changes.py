"""What differs between two stored states of a record, field by field. Used by `settling` for history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.definitions.models import Form
from engine.records.archive import Stored


def between(form: Form, old: Stored | None, new: Stored) -> tuple[dict[str, Any], ...]:
    """`{path, old, new}` for every field that changed; rows are named by their id: `/lines/<row>/approved`."""
    found: list[dict[str, Any]] = []
    before: Mapping[str, Any] = old.values if old else {}
    for name in (*before, *(each for each in new.values if each not in before)):
        _note(found, f"/{name}", before.get(name), new.values.get(name))
    tables = dict.fromkeys([*(old.rows if old else ()), *new.rows])
    for table in tables:
        _table(found, table, old.rows.get(table, ()) if old else (), new.rows.get(table, ()))
    return tuple(found)


def _table(
    found: list[dict[str, Any]], table: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> None:
    before = {row["row"]: row for row in old}
    after = {row["row"]: row for row in new}
    for row in dict.fromkeys([*before, *after]):
        was, now = before.get(row, {}), after.get(row, {})
        for name in dict.fromkeys([*was, *now]):
            if name != "row":
                _note(found, f"/{table}/{row}/{name}", was.get(name), now.get(name))


def _note(found: list[dict[str, Any]], path: str, old: Any, new: Any) -> None:
    if old != new:
        found.append({"path": path, "old": old, "new": new})
