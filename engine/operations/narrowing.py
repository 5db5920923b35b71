"""Which of one's tasks are asked for: those of a unit and what is below it, those that are due. Used by `inbox`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from engine.clock import to_stored
from engine.errors import invalid_at, text
from engine.operations import rights
from engine.records.tasks import Task

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

OVERDUE = "overdue"

Wanted = Callable[["Folder", Task], bool]


def wanted(operation: Operation, query: Mapping[str, str]) -> Wanted:
    """`unit`: a unit's code, with all below it. `due`: `overdue`, or a day by whose end the task is to be done."""
    units = _units(operation, query["unit"]) if query.get("unit") else None
    latest = _latest(operation, query["due"]) if query.get("due") else None

    def fits(folder: Folder, task: Task) -> bool:
        if latest is not None and (task.deadline is None or task.deadline >= latest):
            return False
        return units is None or not units.isdisjoint(rights.units_of(folder.form, folder.values))

    return fits


def _units(operation: Operation, code: str) -> frozenset[str]:
    """The unit and what is below it; one that is not there has no tasks."""
    directory = operation.directory
    found = [unit.id for unit in directory.units.values() if unit.code.lower() == code.strip().lower()]
    return frozenset(each for unit in found for each in directory.within(unit))


def _latest(operation: Operation, said: str) -> int:
    if said == OVERDUE:
        return to_stored(operation.now)
    try:
        day = date.fromisoformat(said) + timedelta(days=1)
        return to_stored(datetime.combine(day, time(), operation.zone))
    except (ValueError, OverflowError) as error:
        says = text("A day (2026-01-31), or `overdue`.", "应为日期（2026-01-31）或 overdue。")
        raise invalid_at("/due", "bad_due", says) from error
