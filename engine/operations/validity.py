"""Records that are valid from a day to a day: no two for the same thing at once, where the form refuses it.

Used by `settling`. `valid: {from, until, per, overlap: refuse}`: those with equal `per` fields may not share a day.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from engine.database.dialects import close_gate
from engine.errors import Fault, rule, text
from engine.operations.folder import Folder
from engine.records import archive
from engine.records.archive import Stored

if TYPE_CHECKING:
    from engine.operations.operation import Operation

SAYS = text("Another one is valid on these days.", "该期间已有其他有效记录。")
LAST = "9999-12-31"


def require(operation: Operation, folder: Folder) -> None:
    """Refuse a record whose days overlap those of another for the same thing; who comes at once waits his turn."""
    told = folder.form.told.get("valid")
    if not told or told.get("overlap") != "refuse" or folder.discarded or _ended(folder, folder.state):
        return
    content = folder.flat()
    same = {name: content.get(name) for name in told.get("per", ())}
    mark = hashlib.sha256(repr((folder.form.name, sorted(same.items()))).encode()).digest()
    close_gate(operation.connection, int.from_bytes(mark[:7], "big"))
    found = archive.heads(operation.connection, archive.find(operation.connection, folder.form.name, same))
    for other in found.values():
        if other.id != folder.id and not _ended(folder, other.state) and _share(told, content, other):
            raise rule("overlap", SAYS, faults=[Fault(f"/{told['from']}", "overlap", SAYS)])


def _ended(folder: Folder, state: str) -> bool:
    known = folder.workflow.states.get(state)
    return known is not None and known.end


def _share(told: dict[str, Any], content: dict[str, Any], other: Stored) -> bool:
    mine = _days(told, content)
    theirs = _days(told, dict(other.values))
    return mine[0] <= theirs[1] and theirs[0] <= mine[1]


def _days(told: dict[str, Any], values: dict[str, Any]) -> tuple[str, str]:
    return str(values.get(told["from"]) or ""), str(values.get(told.get("until", "")) or LAST)
