"""Schedules of the library: each run is claimed once, planned as one timer a record, and done record by record.

Used by `timing`. A run that was missed while nothing ran is made once when something runs again, for its own day; how
many were missed before it does not matter. Schedules are never pinned: the newest library says what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine.clock import from_stored, to_stored
from engine.database.dialects import run_together
from engine.definitions.models import EffectUse, Schedule
from engine.effects import outcomes as o
from engine.errors import Refusal, Text, text
from engine.operations import loading, settling, taking, writing
from engine.operations.calls import Call
from engine.operations.folder import Event, Folder, Proposal
from engine.operations.operation import Operation, unfolded
from engine.records import archive, schedules, timers
from engine.workflow.plan import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

PREFIX = "schedule:"
LATE = timedelta(hours=1)
"""What `missed: skip` does not make up for."""
ELSEWHERE = (o.Create, o.Update, o.Act)
"""Outcomes that leave the record which they are done for as it was."""


def plan(services: Services, call: Call) -> int:
    """Plan the runs that have come, one transaction each; says how many."""
    with services.database.reading() as connection:
        names = _due(services, connection)
    return sum(_run(services, call, name) for name in names)


def _run(services: Services, call: Call, name: str) -> int:
    return services.database.transaction(lambda connection: _plan(services, connection, call, name))


def _due(services: Services, connection: Connection) -> list[str]:
    """Schedules about which something is to be written: new ones, those that are gone, those whose time has come."""
    now = services.now(connection)
    try:
        state = loading.state_of(services, connection, now)
    except Refusal:
        return []  # nothing is published yet
    known, declared = schedules.marks(connection), state.library.schedules
    found = [name for name in known if name not in declared]
    for name, each in declared.items():
        mark = known.get(name)
        slot = each.every.latest(now, state.zone)
        if mark is None or mark.cron != each.every.text or (slot is not None and to_stored(slot) > mark.last):
            found.append(name)
    return found


def _plan(services: Services, connection: Connection, call: Call, name: str) -> int:
    operation = Operation(services, connection, call)
    schedule, now = operation.library.schedules.get(name), operation.now
    if schedule is None:
        schedules.forget(connection, [name])
        return 0
    schedules.begin(connection, name, schedule.every.text, to_stored(now))
    slot = schedule.every.latest(now, operation.zone)
    if slot is None or not schedules.claim(connection, name, schedule.every.text, to_stored(slot)):
        return 0
    if schedule.missed == "skip" and now - slot > LATE:
        return 0
    planned = [
        timers.Timer(record, f"{PREFIX}{name}", str(to_stored(slot)), schedule.over, to_stored(slot))
        for record in _records(operation, schedule, slot)
    ]
    run_together(connection, timers.setting(connection, planned))
    return len(planned)


def _records(operation: Operation, schedule: Schedule, slot: datetime) -> Iterator[str]:
    """The records that a run is for: those that have not ended and for which its condition holds."""
    operation.today = slot.astimezone(operation.zone).date()
    for stored in archive.walk(operation.connection, schedule.over):
        folder = unfolded(operation, stored)
        if folder is None or folder.workflow.states[folder.state].end:
            continue
        known = operation.environment(folder, asks={"it": folder.subject, "each": folder.subject})
        if schedule.where is None or schedule.where.evaluate(known) is True:
            yield folder.id


def fire(operation: Operation, timer: timers.Timer) -> None:
    """Do for one record what a schedule is for; `today` is the day of the run, however late it is."""
    schedule = operation.library.schedules.get(timer.name.removeprefix(PREFIX))
    if schedule is None:
        return
    folder = operation.open(timer.form, timer.record, lock=True)
    if folder.workflow.states[folder.state].end:
        return
    operation.today = from_stored(timer.due).astimezone(operation.zone).date()
    perform(operation, folder, timer.name, schedule.do, why(schedule))


def why(schedule: Schedule) -> Text:
    """Why *system* does what a schedule is for."""
    en, zh = schedule.title.get("en", schedule.name), schedule.title.get("zh", schedule.name)
    return text(f"“{en}” runs at this time.", f"“{zh}”定时运行。")


def perform(operation: Operation, folder: Folder, name: str, do: Mapping[str, EffectUse], because: Text) -> None:
    """Do the effects for a record, which is `each`; the record itself is only written when they are about it."""
    operation.firing, operation.because = name, because
    state, before = folder.state, folder.flat()
    asks = {"each": folder.subject, "it": folder.subject}
    outcomes = taking.perform(operation, folder, tuple(do.values()), asks=asks)
    changed = folder.flat() != before
    if changed or any(not isinstance(each, ELSEWHERE) for each in outcomes):
        folder.note(Event(name, SYSTEM, None, state, folder.state, because=because))
        number = (folder.stored.revision if folder.stored else 0) + 1
        folder.proposals.append(Proposal(name, number, outcomes))
        if changed and folder.state == state:
            writing.derive(operation, folder)
            taking.content_changed(operation, folder)
    settling.settle(operation)
