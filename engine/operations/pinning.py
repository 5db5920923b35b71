"""Which snapshot and which overlays a record follows, and binding it to them. For `operation`, `taking`, `applying`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.definitions import overlays_for
from engine.definitions.models import Form
from engine.expressions import Reference

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def pin(operation: Operation, folder: Folder) -> None:
    """From now on the record follows this snapshot, under its unit's overlays."""
    if folder.version is not None:
        return
    folder.version = operation.library.version
    variant = folder.values.get(folder.form.variant) if folder.form.variant else None
    if variant is not None:
        folder.overlays = overlays(operation, operation.library.forms[folder.form.name], variant.id)


def reshape(operation: Operation, folder: Folder) -> bool:
    """Before it is pinned a record takes the shape of the unit that its values name now; says whether it is another."""
    if folder.version is not None or folder.form.variant is None or not operation.library.overlays:
        return False
    unit = folder.values.get(folder.form.variant)
    wanted = operation.library.variant(overlays(operation, folder.form, unit.id if unit is not None else None))
    if wanted is folder.library:
        return False
    folder.library = wanted
    folder.form = wanted.forms[folder.form.name]
    folder.workflow = wanted.workflows[folder.form.name]
    return True


def overlays(operation: Operation, form: Form, unit: str | None) -> tuple[str, ...]:
    """The overlays that apply to a form's records of an org unit."""
    if unit is None or form.variant is None or not operation.library.overlays:
        return ()
    target = str(form.fields[form.variant].options.get("to", ""))
    return overlays_for(operation.library, Reference(target, unit), operation.environment(None))
