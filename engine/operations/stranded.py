"""What follows when people have left or roles have ended: votes that decide now, and what finds nobody any more.

Where the base of a vote shrinks, those who are left may have decided it. Of what waits and finds nobody, or only who
stands in, whoever the approval declares (`nobody_found: {tell: ...}`) gets a task to look at it, once for each step.
Used by `timing`, which asks whenever people have changed or a day has begun; what was gone through is marked by both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import structlog

from engine.access import stamps
from engine.definitions.models import Approval, Step
from engine.effects.outcomes import OpenTask
from engine.errors import Kind, Refusal, Text, say, text
from engine.operations import loading, settling, taking
from engine.operations.calls import Call
from engine.operations.folder import Event, Folder
from engine.operations.operation import Operation
from engine.records import tasks
from engine.records.tasks import Task
from engine.workflow import panel, rowwise, waiting
from engine.workflow.plan import SYSTEM, Situation, Wait

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

log = structlog.get_logger("chainstock.timers")

PEOPLE, SEEN, DAY = "people", "stranded_people", "stranded_day"
DEED = "nobody_found"
AT_ONCE = 50
GONE = text("Somebody who was asked has left; the votes of the others decide.", "有审批人已离开，以其余人的投票为准。")


def look(services: Services, call: Call) -> int:
    """Go through what is open if anybody may have gone since the last time; says of how much something has come."""
    with services.database.reading() as connection:
        wanted = _wanted(services, connection)
    if wanted is None:
        return 0
    forms, marks = wanted
    told = sum(_form(services, call, form) for form in forms)
    services.database.transaction(lambda connection: _mark(connection, marks))
    return told


def _shrinks(approval: Approval) -> bool:
    """Whether any vote is taken of those who are still there."""
    voted_on = (one for step in approval.steps.values() for one in (step, *step.parts.values()))
    return any(each.decide.base == "shrinks" for each in voted_on)


def _mark(connection: Connection, marks: Mapping[str, int]) -> None:
    for name, mark in marks.items():
        stamps.put(connection, name, mark)


def _wanted(services: Services, connection: Connection) -> tuple[list[str], dict[str, int]] | None:
    """The forms of which something may come, and what is marked when they have been gone through; None if it has."""
    try:
        state = loading.state_of(services, connection, services.now(connection))
    except Refusal:
        return None  # nothing is published yet
    flows = state.library.workflows
    forms = [
        form
        for form, flow in flows.items()
        if any(each.nobody_found.tell or _shrinks(each) for each in flow.approvals.values())
    ]
    known = stamps.read(connection)
    marks = {SEEN: known.get(PEOPLE, 0), DAY: state.directory.today.toordinal()}
    return (forms, marks) if forms and any(known.get(name) != mark for name, mark in marks.items()) else None


def _form(services: Services, call: Call, form: str) -> int:
    told, after = 0, None
    while True:
        with services.database.reading() as connection:
            found = tasks.all_open(connection, form=form, after=after, limit=AT_ONCE)
        records = dict.fromkeys(each.record for each in found if each.kind == "decide")
        told += sum(_record(services, call, form, record) for record in records)
        if len(found) < AT_ONCE:
            return told
        after = (found[-1].opened, found[-1].id)


def _record(services: Services, call: Call, form: str, record: str) -> int:
    try:
        return services.database.transaction(
            lambda connection: _follow(Operation(services, connection, call), form, record)
        )
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            raise
        log.warning("what waits could not go on", record=record, code=refusal.code)
    except Exception:
        log.exception("what waits could not be looked at", record=record)  # this one alone
    return 0


def _follow(operation: Operation, form: str, record: str) -> int:
    """Let one record go on if those who are left have decided; then tell of what finds nobody."""
    folder = operation.open(form, record, lock=True)
    approval = _approval(folder)
    decided = approval is not None and _shrinks(approval) and taking.gone_on(operation, folder, GONE)
    told = _tell(operation, folder)
    if decided or told:
        settling.settle(operation)
    return decided + told


def _approval(folder: Folder) -> Approval | None:
    name = folder.workflow.states[folder.state].steps
    return folder.workflow.approvals[name] if name is not None else None


def _tell(operation: Operation, folder: Folder) -> int:
    """Open a task for each step of one record that finds nobody and of which nobody has been told."""
    approval = _approval(folder)
    if approval is None or not approval.nobody_found.tell:
        return 0
    steps = _empty(operation, folder, approval, tasks.of(operation.connection, folder.id))
    for step, stood_in in steps:
        title = _says(step, stood_in)
        folder.looks.append(OpenTask(approval.nobody_found.tell, title, f"{DEED}:{step.name}"))
        folder.note(Event(f"{DEED}:{step.name}", SYSTEM, None, folder.state, folder.state, because=title))
    return len(steps)


def _empty(
    operation: Operation, folder: Folder, approval: Approval, is_open: Iterable[Task]
) -> list[tuple[Step, bool]]:
    """The steps of which somebody is to be told, and whether others are asked instead."""
    told = {each.step for each in is_open if each.kind == "look"}
    situation = operation.situation(folder)
    waits = [each for each in waiting(situation) if each.kind == "decide"]
    found = {each.step: not _finds_nobody(each) for each in waits if _lost(situation, approval, each)}
    return [(approval.steps[name], stood) for name, stood in found.items() if f"{DEED}:{name}" not in told]


def _finds_nobody(wait: Wait) -> bool:
    """Also where one row alone finds nobody."""
    return not wait.people or not all(wait.rows.values())


def _lost(situation: Situation, approval: Approval, wait: Wait) -> bool:
    """Nobody is found, or those who were asked have gone and others are asked; also where it is so of one row alone."""
    if _finds_nobody(wait):
        return True
    step = approval.steps[wait.step]
    part = step.parts.get(wait.part) if wait.part else None
    places = [rowwise.at(situation, step.each, row) for row in wait.rows] if step.each else [situation]
    return any(panel.vacant(each, step, part) for each in places)


def _says(step: Step, stood_in: bool) -> Text:
    if stood_in:
        return text(
            f"Whoever decides “{say(step.title, 'en') or step.name}” has gone; others are asked.",
            f"“{say(step.title, 'zh') or step.name}”的审批人已离开，改由他人审批。",
        )
    return text(
        f"Nobody can decide “{say(step.title, 'en') or step.name}” any more.",
        f"“{say(step.title, 'zh') or step.name}”已无人可审批。",
    )
