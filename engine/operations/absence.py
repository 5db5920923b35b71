"""Who is away, and who decides for him on one record: by day, form and amount. Used by `operation` and `inbox`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.access import substitutes
from engine.access.substitutes import Substitute
from engine.definitions.models import Workflow
from engine.workflow.plan import Away

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

NOBODY: Mapping[str, Away] = {}


def delegating(workflow: Workflow) -> bool:
    """Whether a substitute decides anything here."""
    return any(each.may.delegate is not None for each in workflow.approvals.values())


def today(operation: Operation) -> tuple[Substitute, ...]:
    """Everybody who stands in for somebody today; read once in an operation."""
    found = operation.standing_in
    if found is None:
        found = operation.standing_in = substitutes.substitutes_on(operation.connection, operation.today)
    return found


def away(operation: Operation, folder: Folder) -> Mapping[str, Away]:
    """By absent person: who decides for him on this record today, and whether it is above what somebody may."""
    if not delegating(folder.workflow) or folder.workflow.states[folder.state].steps is None:
        return NOBODY
    found: dict[str, Away] = {}
    for absent, each in substitutes.deciding(today(operation), folder.form.name).items():
        above = is_above(folder, each.amount)
        found[absent] = Away(() if above else (each.person,), above)
    return found


def is_above(folder: Folder, amount: Decimal | None) -> bool:
    """Whether a record is above an amount; one that has none, or an empty one, is above every amount."""
    if amount is None:
        return False
    name = folder.form.amount
    value = folder.values.get(name) if isinstance(name, str) else None
    return not isinstance(value, Decimal) or value > amount
