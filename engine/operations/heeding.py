"""What a form's rules that only warn have to say of a record. Used by `trying`, `reading` and previews.

Told to whoever sees everything that a rule reads; a record that has ended is past warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import say
from engine.operations import rights, writing
from engine.records import filling

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

MOST = 200


def told(operation: Operation, folder: Folder) -> list[dict[str, Any]]:
    """`[{path, code, message, row}]`; rows are counted as they stand in the record."""
    state = folder.workflow.states.get(folder.state)
    if not any(rule.warns for rule in folder.form.rules.values()) or (state is not None and state.end):
        return []
    values = writing.current(operation, folder)
    found = filling.warnings(
        folder.form, values, lambda work: operation.environment(folder, work), rights.hidden(operation, folder)
    )
    return [
        {"path": each.path, "code": each.code, "message": say(each.says, operation.call.language), "row": each.row}
        for each in found[:MOST]
    ]
