"""Binding a record to the snapshot it will follow. Used by `taking` (leaving the start state) and `applying` (create)."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        folder.overlays = operation.overlays(operation.library.forms[folder.form.name], variant.id)
