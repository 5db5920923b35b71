"""Doing what a timer is for, as *system*, exactly once: claimed and done in one transaction. Used by `delivery`.

What breaks (a fault of ours, a record that cannot be read) is undone and put off, longer each time, so that it holds
nobody else's timer back; the log and `/metrics` say so until it is done.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from engine.clock import to_stored
from engine.database.dialects import run_together
from engine.definitions.models import Timer
from engine.errors import Kind, Refusal, Text, text
from engine.operations import alarming, alerting, due, planned, scheduling, settling, stranded, taking, writing
from engine.operations.calls import Actor, Call
from engine.operations.folder import Event, Folder, Proposal
from engine.operations.operation import Operation
from engine.records import timers
from engine.workflow import waiting
from engine.workflow.plan import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

log = structlog.get_logger("chainstock.timers")

FIRST, LONGEST = timedelta(seconds=10), timedelta(hours=6)
"""How long a timer that broke is put off: three times as long each time."""
CALL = Call(Actor(SYSTEM, SYSTEM, SYSTEM, "system"), "en", route="timer")


def fire_due(services: Services) -> int:
    """Plan the runs of schedules, tell of what finds nobody, and fire every timer that is due, one transaction each."""
    count = planned.fire(services) + scheduling.plan(services, CALL) + stranded.look(services, CALL)
    while (fired := _fire_next(services)) is not None:
        count += fired
    return count


def _fire_next(services: Services) -> int | None:
    """Fire the timer that is due first: 1, or 0 when it broke and was put off; None when none is due."""
    claimed: list[timers.Timer] = []
    try:
        services.database.transaction(lambda connection: _fire_one(services, connection, claimed))
    except Exception as error:
        if not claimed or (isinstance(error, Refusal) and error.kind is Kind.UNAVAILABLE):
            raise  # it is not the timer that broke
        _put_off(services, claimed[0])
        return 0
    return len(claimed) or None


def _put_off(services: Services, timer: timers.Timer) -> None:
    wait = min(FIRST * 3 ** min(timer.broke, 20), LONGEST)
    told = {"record": timer.record, "timer": timer.name, "broke": timer.broke + 1, "wait": wait.total_seconds()}
    log.exception("timer broke", **told)
    services.database.transaction(
        lambda connection: timers.put_off(connection, timer, to_stored(services.now(connection) + wait))
    )


def _fire_one(services: Services, connection: Connection, claimed: list[timers.Timer]) -> None:
    now = services.now(connection)
    claimed[:] = timers.due(connection, to_stored(now), limit=1)
    for timer in claimed:
        savepoint = connection.begin_nested()
        try:
            _fire(Operation(services, connection, CALL), timer)
        except Refusal as refusal:
            savepoint.rollback()
            if refusal.kind is Kind.UNAVAILABLE:
                raise
            log.warning("timer refused", record=timer.record, timer=timer.name, code=refusal.code)
            _note_refused(Operation(services, connection, CALL), timer, refusal)
        else:
            savepoint.commit()


def _fire(operation: Operation, timer: timers.Timer) -> None:
    if timer.name.startswith(scheduling.PREFIX):
        scheduling.fire(operation, timer)
        return
    if timer.name.startswith(alerting.PREFIX):
        alarming.fire(operation, timer)
        return
    folder = operation.open(timer.form, timer.record, lock=True)
    declared = folder.workflow.timers.get(timer.name)
    if declared is None or not _runs(operation, folder, declared):
        return
    following = due.again(operation, folder, declared, timer)
    if declared.when is None or declared.when.evaluate(operation.environment(folder)) is True:
        _do(operation, folder, declared)
    if following is not None and _runs(operation, folder, declared):
        run_together(operation.connection, timers.setting(operation.connection, [following]))


def _runs(operation: Operation, folder: Folder, timer: Timer) -> bool:
    """Whether the record still is in what the timer runs in."""
    if timer.state is not None and timer.state != folder.state:
        return False
    if timer.step is None:
        return timer.state is not None or not folder.workflow.states[folder.state].end
    waits = waiting(operation.situation(folder))
    return any(each.step == timer.step and timer.part in (None, each.part) for each in waits if each.kind == "decide")


def _do(operation: Operation, folder: Folder, timer: Timer) -> None:
    operation.firing, operation.because = timer.name, why(timer)
    state = folder.state
    folder.note(Event(f"timer:{timer.name}", SYSTEM, None, state, state))
    before = folder.flat()
    outcomes = taking.perform(operation, folder, tuple(timer.do.values()))
    number = (folder.stored.revision if folder.stored else 0) + 1
    folder.proposals.append(Proposal(f"timer:{timer.name}", number, outcomes))
    if folder.state == state and folder.flat() != before:
        writing.derive(operation, folder)
        taking.content_changed(operation, folder)
    settling.settle(operation)


def why(timer: Timer) -> Text:
    """Why *system* does what a timer is for."""
    plain = timer.title.get("en") or timer.name.replace("_", " ").capitalize()
    en, zh = plain, timer.title.get("zh", plain)
    if timer.deadline:
        return text(f"The deadline “{en}” has passed.", f"期限“{zh}”已过。")
    return text(f"The time of “{en}” has come.", f"“{zh}”的时间已到。")


def _note_refused(operation: Operation, timer: timers.Timer, refusal: Refusal) -> None:
    """History says that a timer was due and why nothing came of it; it is not tried again by itself."""
    try:
        folder = operation.open(timer.form, timer.record, lock=True)
    except Refusal:
        return
    declared = folder.workflow.timers.get(timer.name)
    following = due.again(operation, folder, declared, timer) if declared else None
    folder.note(Event(f"timer:{timer.name}", SYSTEM, None, folder.state, folder.state, because=refusal.says))
    settling.settle(operation)
    if following is not None:
        run_together(operation.connection, timers.setting(operation.connection, [following]))
