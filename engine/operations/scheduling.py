"""Schedules of the library: each run is claimed once, planned as one timer a record, and done record by record.

Used by `timing`. A run that was missed while nothing ran is made once when something runs again, for its own day; how
many were missed before it does not matter. Schedules are never pinned: the newest library says what is done. One that
goes by the clock of the units has a run in each of their zones, for the records that lie there.

What breaks stays alone: a record that cannot be asked gets its timer all the same and is asked again when that fires
(and put off like any timer while it breaks); a schedule that breaks as a whole is tried again later, the others run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import structlog

from engine.clock import from_stored, to_stored
from engine.database.dialects import run_together
from engine.definitions.models import EffectUse, Schedule
from engine.effects import outcomes as o
from engine.errors import Kind, Refusal, Text, text
from engine.expressions import EvaluationFault
from engine.operations import loading, settling, taking, writing, zones
from engine.operations.calls import Call
from engine.operations.folder import Event, Folder, Proposal
from engine.operations.operation import Operation, unfolded
from engine.records import archive, schedules, timers
from engine.records.archive import Stored
from engine.workflow.plan import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

log = structlog.get_logger("chainstock.timers")

PREFIX = "schedule:"
ASK = "?"
"""Ends the occurrence of a run for a record that could not be asked whether it is for it."""
AT = "@"
"""Between the name of a schedule and the zone of one of its runs."""
FIRST, LONGEST = timedelta(seconds=10), timedelta(hours=1)
"""How long a schedule that broke is left alone by this process: three times as long each time."""
LATE = timedelta(hours=1)
"""What `missed: skip` does not make up for."""
ELSEWHERE = (o.Create, o.Update, o.Act)
"""Outcomes that leave the record which they are done for as it was."""


class Run(NamedTuple):
    """A schedule in one zone, and under what its runs are marked: its name, with the zone if it goes by units."""

    schedule: Schedule
    zone: ZoneInfo
    mark: str


def plan(services: Services, call: Call) -> int:
    """Plan the runs that have come, one transaction each; says how many records they are for."""
    with services.database.reading() as connection:
        now = services.now(connection)
        due = _due(services, connection, now)
    left_alone = services.caches.broken
    return sum(_run(services, call, mark, now) for mark in due if mark not in left_alone or left_alone[mark][1] <= now)


def _run(services: Services, call: Call, mark: str, now: datetime) -> int:
    """One that breaks is undone and left alone for a while: the others, and the timers, are none of its business."""
    try:
        count = services.database.transaction(lambda connection: _plan(services, connection, call, mark))
    except Exception as error:
        if isinstance(error, Refusal) and error.kind is Kind.UNAVAILABLE:
            raise
        times, _ = services.caches.broken.get(mark, (0, now))
        wait = min(FIRST * 3 ** min(times, 20), LONGEST)
        services.caches.broken[mark] = times + 1, now + wait
        log.exception("schedule broke", schedule=mark, broke=times + 1, wait=wait.total_seconds())
        return 0
    services.caches.broken.pop(mark, None)
    return count


def _runs(state: loading.State) -> dict[str, Run]:
    """What is declared, by its mark."""
    found: dict[str, Run] = {}
    declared = state.library.schedules.items()
    everywhere = zones.all_of(state) if any(each.zone == "store" for _, each in declared) else []
    for name, each in declared:
        if each.zone == "store":
            found |= {(mark := f"{name}{AT}{zone.key}"): Run(each, zone, mark) for zone in everywhere}
        else:
            found[name] = Run(each, state.zone, name)
    return found


def _due(services: Services, connection: Connection, now: datetime) -> list[str]:
    """Runs about which something is to be written: new ones, those that are gone, those whose time has come."""
    try:
        state = loading.state_of(services, connection, now)
    except Refusal:
        return []  # nothing is published yet
    known, declared = schedules.marks(connection), _runs(state)
    found = [mark for mark in known if mark not in declared]
    for mark, run in declared.items():
        last, every = known.get(mark), run.schedule.every
        slot = every.latest(now, run.zone)
        if last is None or last.cron != every.text or (slot is not None and to_stored(slot) > last.last):
            found.append(mark)
    return found


def _plan(services: Services, connection: Connection, call: Call, mark: str) -> int:
    operation = Operation(services, connection, call)
    run, now = _runs(operation.state).get(mark), operation.now
    if run is None:
        schedules.forget(connection, [mark])
        return 0
    schedule, every = run.schedule, run.schedule.every
    schedules.begin(connection, mark, every.text, to_stored(now))
    slot = every.latest(now, run.zone)
    if slot is None or not schedules.claim(connection, mark, every.text, to_stored(slot)):
        return 0
    if schedule.missed == "skip" and now - slot > LATE:
        return 0
    due = to_stored(slot)
    planned = [
        timers.Timer(record, f"{PREFIX}{schedule.name}", f"{due}{ask}", schedule.over, due)
        for record, ask in _records(operation, run, slot)
    ]
    run_together(connection, timers.setting(connection, planned))
    return len(planned)


def _records(operation: Operation, run: Run, slot: datetime) -> Iterator[tuple[str, str]]:
    """The records that a run is for, with `ASK` for those that could not be asked."""
    _stand_in(operation, run.zone, slot)
    for stored in archive.walk(operation.connection, run.schedule.over):
        try:
            meant = _meant(operation, run, stored)
        except Exception as error:
            if isinstance(error, Refusal) and error.kind is Kind.UNAVAILABLE:
                raise
            log.exception("record could not be asked", schedule=run.mark, record=stored.id)
            yield stored.id, ASK
        else:
            if meant:
                yield stored.id, ""


def _meant(operation: Operation, run: Run, stored: Stored) -> bool:
    folder = unfolded(operation, stored)
    if folder is None or folder.workflow.states[folder.state].end:
        return False
    return _lies_in(operation, run, folder) and _wanted(operation, run.schedule, folder)


def _lies_in(operation: Operation, run: Run, folder: Folder) -> bool:
    own = run.schedule.zone == "store"
    return not own or zones.of(operation.state, zones.unit_of(folder)).key == run.zone.key


def _wanted(operation: Operation, schedule: Schedule, folder: Folder) -> bool:
    """Whether a record is one of those that it is for; where the condition has no answer it is not."""
    if schedule.where is None:
        return True
    known = operation.environment(folder, asks={"it": folder.subject, "each": folder.subject})
    try:
        return schedule.where.evaluate(known) is True
    except EvaluationFault as fault:
        log.warning("schedule could not tell", schedule=schedule.name, record=folder.id, code=fault.code)
        return False


def _stand_in(operation: Operation, zone: ZoneInfo, slot: datetime) -> None:
    """`today` is the day of the run where it is made, however late it is."""
    operation.zone = zone
    operation.today = slot.astimezone(zone).date()


def fire(operation: Operation, timer: timers.Timer) -> None:
    """Do for one record what a schedule is for."""
    schedule = operation.library.schedules.get(timer.name.removeprefix(PREFIX))
    if schedule is None:
        return
    folder = operation.open(timer.form, timer.record, lock=True)
    if folder.workflow.states[folder.state].end:
        return
    state, own = operation.state, schedule.zone == "store"
    _stand_in(operation, zones.of(state, zones.unit_of(folder) if own else None), from_stored(timer.due))
    if not timer.occurrence.endswith(ASK) or _wanted(operation, schedule, folder):
        perform(operation, folder, timer.name, schedule.do, why(schedule))


def why(schedule: Schedule) -> Text:
    """Why *system* does what a schedule is for."""
    en, zh = schedule.title.get("en", schedule.name), schedule.title.get("zh", schedule.name)
    return text(f"“{en}” runs at this time.", f"“{zh}”定时运行。")


def perform(operation: Operation, folder: Folder, name: str, do: Mapping[str, EffectUse], because: Text) -> None:
    """Do the effects for a record, which is `each`; the record itself is only written when they are about it."""
    operation.firing, operation.because = name, because
    state, before = folder.state, folder.flat()
    asks = {**operation.about, "each": folder.subject, "it": folder.subject}
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
