"""Doing what a timer is for, as *system*, exactly once: claimed and done in one transaction. Used by `delivery`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from engine.clock import to_stored
from engine.errors import Kind, Refusal
from engine.operations import settling, taking, writing
from engine.operations.calls import Actor, Call
from engine.operations.folder import Event, Proposal
from engine.operations.operation import Operation
from engine.records import timers
from engine.workflow.plan import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

log = structlog.get_logger("chainstock.timers")

CALL = Call(Actor(SYSTEM, SYSTEM, SYSTEM, "system"), "en", route="timer")


def fire_due(services: Services) -> int:
    """Fire every timer that is due, one transaction each; says how many fired."""
    count = 0
    while services.database.transaction(lambda connection: _fire_one(services, connection)):
        count += 1
    return count


def _fire_one(services: Services, connection: Connection) -> bool:
    now = services.now(connection)
    claimed = timers.due(connection, to_stored(now), limit=1)
    for timer in claimed:
        savepoint = connection.begin_nested()
        try:
            _fire(Operation(services, connection, CALL), timer)
        except Refusal as refusal:
            savepoint.rollback()
            if refusal.kind is Kind.UNAVAILABLE:
                raise
            log.warning("timer refused", record=timer.record, timer=timer.name, code=refusal.code)
        else:
            savepoint.commit()
    return bool(claimed)


def _fire(operation: Operation, timer: timers.Timer) -> None:
    folder = operation.open(timer.form, timer.record, lock=True)
    declared = folder.workflow.timers.get(timer.name)
    if declared is None or (declared.state is not None and declared.state != folder.state):
        return
    if declared.when is not None and declared.when.evaluate(operation.environment(folder)) is not True:
        return
    state = folder.state
    folder.note(Event(f"timer:{timer.name}", SYSTEM, None, state, state))
    before = folder.flat()
    outcomes = taking.perform(operation, folder, tuple(declared.do.values()))
    number = (folder.stored.revision if folder.stored else 0) + 1
    folder.proposals.append(Proposal(f"timer:{timer.name}", number, outcomes))
    if folder.state == state and folder.flat() != before:
        writing.derive(operation, folder)
        taking.content_changed(operation, folder)
    settling.settle(operation)
