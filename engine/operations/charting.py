"""Telling the ledger of items, lots and places, and access of people and units, when their records are written.

Used by `settling`. What a form is to them it says itself (`ledger:`, `org_unit:`, `account:`, `assignment:`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.access import accounts, stamps
from engine.database.dialects import close_gate
from engine.errors import rule, text
from engine.expressions import Reference
from engine.ledger import LedgerPlace, chart
from engine.operations.knowing import UNTOLD_SCALE

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

PEOPLE = ("org_unit", "account", "assignment")


def register(operation: Operation, folder: Folder) -> None:
    """Enter the record into the ledger's chart if its form is an item, a lot or a place there."""
    told = folder.form.told.get("ledger")
    if not told or folder.discarded:
        return
    if "item" in told:
        _item(operation, folder, told["item"])
    elif "lot" in told:
        item = folder.values.get(told["lot"]["item"])
        expires = folder.values.get(told["lot"].get("expires", ""))
        if isinstance(item, Reference):
            chart.register_lot(operation.connection, item.id, folder.id, expires.isoformat() if expires else "")
    elif "place" in told:
        place = told["place"]
        parent = folder.values.get(place.get("parent", ""))
        known = LedgerPlace(
            folder.id,
            place["kind"],
            place.get("negative", "forbidden"),
            parent.id if isinstance(parent, Reference) else None,
        )
        chart.register_place(operation.connection, known, folder.id)
        if folder.workflow.states[folder.state].end:
            _require_empty(operation, folder)


def _require_empty(operation: Operation, folder: Folder) -> None:
    """A place does not end while goods lie there or below it; who posts at the moment is waited for."""
    close_gate(operation.connection, chart.GATE)
    for key in (folder.id, *(f"{folder.id}/{name}" for name in folder.form.places)):
        if operation.stock.anything_at(key):
            raise rule("not_empty", text("Goods still lie there.", "该处仍有库存。"))


def _item(operation: Operation, folder: Folder, told: dict[str, str]) -> None:
    unit = folder.values.get(told["unit"])
    said = told.get("scale", UNTOLD_SCALE)
    scale = folder.values.get(said) if isinstance(said, str) else said
    tracking = folder.values.get(told["tracking"]) if told.get("tracking") else "none"
    chart.register_item(operation.connection, folder.id, str(unit or ""), int(str(scale or 0)), str(tracking or "none"))


def after(operation: Operation, folder: Folder) -> None:
    """Who people are and where they belong is in force at the next request."""
    told = folder.form.told
    if any(told.get(each) for each in PEOPLE):
        stamps.bump(operation.connection, "people")
    if told.get("account") and not folder.discarded:
        _account(operation, folder)


def _account(operation: Operation, folder: Folder) -> None:
    told = folder.form.told["account"]
    name = folder.values.get(told.get("account", "account"))
    if name:
        accounts.open_account(operation.connection, folder.id, str(name))
    ended = folder.workflow.states[folder.state].end
    active = folder.values.get(told.get("active", "active")) is not False and not ended
    accounts.set_active(operation.connection, folder.id, operation.now, active=active)
