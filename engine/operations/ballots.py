"""Which rows a line of history decided, where a step is taken row by row. Used by `reading`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.operations import inbox
from engine.records import votes

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

ByRow = Mapping[tuple[int, str, str], list[str]]
"""Number of the commit, verdict and step, and person -> rows."""


def by_row(operation: Operation, folder: Folder) -> ByRow:
    """The rows of every decision on this record; not asked where its workflow decides nothing row by row."""
    found: dict[tuple[int, str, str], list[str]] = {}
    steps = (name for each in folder.workflow.approvals.values() for name in each.steps)
    if any(inbox.decided_by_row(folder.workflow, name) for name in steps):
        for each in votes.of(operation.connection, folder.id):
            if each.row:
                found.setdefault((each.seq, f"{each.verdict}:{each.step}", each.person), []).append(each.row)
    return found


def rows_of(known: ByRow, line: Any) -> dict[str, Any]:
    """`rows` of one line of history, if it decided rows."""
    rows = known.get((line.seq, line.action, line.actor))
    return {"rows": rows} if rows else {}
