"""What a guard refuses, as the sender of a request may read it. Used by `taking`.

Rows are counted as he sent them, and not named where that would tell what is hidden from him.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.definitions.models import Rule
from engine.errors import Fault, Refusal, rule
from engine.operations import rights, sight
from engine.operations.folder import Folder
from engine.records import filling

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def located(operation: Operation, folder: Folder, action: str, refusal: Refusal) -> Refusal:
    """The refusal of `action` with its rows; without them where they would tell what the actor may not see."""
    transition = folder.workflow.transitions.get(action)
    guard = transition.guard.get(refusal.rule or "") if transition else None
    if guard is None or not any(each.row for each in refusal.faults):
        return refusal
    if _tells_hidden(operation, folder, guard):
        faults: tuple[Fault, ...] = (Fault("/" + (guard.field or "").replace(".", "/"), "guard", refusal.says),)
    else:
        faults = filling.located(refusal.faults, folder.order)
    return rule(refusal.code, refusal.says, name=refusal.rule, faults=faults)


def _tells_hidden(operation: Operation, folder: Folder, guard: Rule) -> bool:
    """Which rows break it says something of everything that it reads."""
    table = (guard.field or "").partition(".")[0]
    paths = [(table, *name[1:]) if name[0] == "row" else name[name[0] == "record" :] for name in guard.check.names]
    hidden = rights.hidden(operation, folder) if paths else frozenset()
    read = {".".join(path[:2]) for path in paths} | {path[0] for path in paths if path} | {guard.field or "", table}
    return bool(read & hidden) or any(path and sight.beyond(operation, folder.form, path) for path in paths)
