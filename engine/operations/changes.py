"""What differs between two stored states of a record, field by field. Used by `settling` for history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Content: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Sequence[Mapping[str, Any]]]]
"""Header and rows as they are stored."""

NOTHING: Content = ({}, {})


def between(old: Content, new: Content) -> tuple[dict[str, Any], ...]:
    """`{path, old, new}` for every field that changed; rows are named by their id: `/lines/<row>/approved`."""
    found: list[dict[str, Any]] = []
    for name in dict.fromkeys([*old[0], *new[0]]):
        _note(found, f"/{name}", old[0].get(name), new[0].get(name))
    for table in dict.fromkeys([*old[1], *new[1]]):
        _table(found, table, old[1].get(table, ()), new[1].get(table, ()))
    return tuple(found)


def by_event(old: Content, snapshots: Sequence[Content], new: Content) -> Iterator[tuple[dict[str, Any], ...]]:
    """What each event of an operation changed, by the values as they stood when it was noted; the last has the rest."""
    before = old
    for index, snapshot in enumerate(snapshots):
        after = new if index + 1 == len(snapshots) else snapshot
        yield between(before, after)
        before = after


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
