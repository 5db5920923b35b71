"""When timers of a record are due, and which deadline its tasks show. Used by `tasking`, `timing` and `deciding`.

A timer is set when its state or step is reached and dropped when that is left; one at a moment follows the moment.
Working time is counted by the calendar of the unit whose people are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine.clock import from_stored, to_stored
from engine.definitions.models import People, Span, Timer
from engine.expressions import Reference, Subject
from engine.operations.folder import Folder
from engine.records import tasks, timers
from engine.records.beside import Steps
from engine.records.tasks import Task
from engine.workflow import asking, timers_for

if TYPE_CHECKING:
    from engine.operations.operation import Operation


@dataclass(frozen=True)
class Running:
    """The timers of a record as they are set now: statements, and those that are deadlines with their moment."""

    steps: Steps
    deadlines: tuple[tuple[Timer, int | None], ...] = ()
    moved: bool = False
    """Whether the record has just come to where it is."""


def follow(operation: Operation, folder: Folder) -> Running:
    """Set the timers of the state and step that were reached, drop those of what was left; follow their moments."""
    moved = folder.discarded or _place(folder) != folder.place_before
    state, step = _place(folder)
    here = () if folder.discarded else timers_for(folder.workflow, state, step)
    wanted = [timer for timer in here if moved or timer.moment is not None]
    set_now = [(timer, timer_of(operation, folder, timer)) for timer in wanted]
    waiting = [each for _, each in set_now if each is not None]
    found: Steps = []
    if folder.stored is not None and folder.stored.revision > 1 and (moved or wanted):
        names = None if moved else [timer.name for timer in wanted]
        found += timers.cancelling(operation.connection, folder.id, to_stored(operation.now), names, waiting)
    found += timers.setting(operation.connection, waiting)
    deadlines = tuple((timer, each.due if each else None) for timer, each in set_now if timer.deadline)
    return Running(found, deadlines, moved)


def told(running: Running, new: Sequence[Task], before: Sequence[Task]) -> list[Task]:
    """New tasks with their deadline: of the timer that is set with them, else of the task whose place they take."""
    return [replace(task, deadline=_deadline(running, task, before)) for task in new]


def shown(running: Running, kept: Iterable[Task]) -> Steps:
    """What puts off tasks that stay open and whose deadline is another one now."""
    found: Steps = []
    for task in kept:
        deadline = _deadline(running, task, (task,))
        if deadline != task.deadline:
            found += tasks.putting_off(task.id, deadline)
    return found


def _deadline(running: Running, task: Task, before: Sequence[Task]) -> int | None:
    """The earliest of the deadlines that it has; what went before it counts as long as the record stays in place."""
    found = [each for timer, each in running.deadlines if _concerns(timer, task)]
    if found or running.moved:
        return min((each for each in found if each is not None), default=None)
    same = (each.deadline for each in before if (each.kind, each.step) == (task.kind, task.step))
    exact = (each.deadline for each in before if (each.kind, each.step, each.part) == (task.kind, task.step, task.part))
    return next(exact, next(same, None))


def _concerns(timer: Timer, task: Task) -> bool:
    """Whether a task shows this deadline: of its step or part, or of the state that expects it."""
    if task.kind == "look":
        return False
    if timer.step is None:
        return True
    return task.kind == "decide" and task.step == timer.step and timer.part in (None, task.part)


def timer_of(operation: Operation, folder: Folder, timer: Timer) -> timers.Timer | None:
    """The timer as it is set now; None while the moment that it goes by is empty."""
    due = _due(operation, folder, timer)
    if due is None:
        return None
    # A moment comes once, however often the record is written before or after it.
    revision = folder.stored.revision if folder.stored else 0
    occurrence = str(revision) if timer.moment is None else f"at {due}{timers.AGAIN}"
    return timers.Timer(folder.id, timer.name, occurrence, folder.form.name, due)


def again(operation: Operation, folder: Folder, timer: Timer, fired: timers.Timer) -> timers.Timer | None:
    """The next time of one that repeats: the first that is not past yet; those that were missed are not made up for."""
    first, _, count = fired.occurrence.partition(timers.AGAIN)
    number = int(count or 1)
    if timer.every is None or (timer.times is not None and number >= timer.times):
        return None
    due, now = from_stored(fired.due), operation.now
    if not timer.working:
        missed = max((now - due) // timedelta(seconds=timer.every.seconds), 0)
        due += timedelta(seconds=timer.every.seconds) * (missed + 1)
    else:
        due = later(operation, folder, timer, due, timer.every)
        if due <= now:
            due = later(operation, folder, timer, now, timer.every)
    return replace(fired, occurrence=f"{first}{timers.AGAIN}{number + 1}", due=to_stored(due))


def later(operation: Operation, folder: Folder, timer: Timer, start: datetime, span: Span) -> datetime:
    """A moment so much later, in working time where the timer says so."""
    calendar = operation.calendars.of(unit_of(operation, folder, timer)) if timer.working else None
    if calendar is None or not span.seconds:
        return start + timedelta(seconds=span.seconds)
    return calendar.days_later(start, span.days) if span.in_days else calendar.later(start, span.seconds)


def unit_of(operation: Operation, folder: Folder, timer: Timer) -> str | None:
    """The org unit whose people are asked by what the timer runs in; else the record's own; None is the chain."""
    situation = operation.situation(folder)
    for each in _asked(folder, timer):
        if each.kind == "role" and each.unit is not None:
            found = [unit for unit in asking.named(each.unit, situation) if operation.directory.unit(unit)]
            if found:
                return found[0]
    values = (folder.values.get(name) for name in (folder.form.variant, *folder.form.org) if name)
    return next((each.id for each in values if isinstance(each, (Reference, Subject))), None)


def _asked(folder: Folder, timer: Timer) -> Iterable[People]:
    state, current = _place(folder)
    name = timer.step or current
    for approval in folder.workflow.approvals.values():
        step = approval.steps.get(name or "")
        if step is not None:
            parts = [part for part in step.parts.values() if timer.part in (None, part.name)]
            yield from step.ask
            yield from (each for part in parts for each in part.ask)
            return
    for action in folder.workflow.states[state].expects:
        yield from folder.workflow.transitions[action].by


def _place(folder: Folder) -> tuple[str, str | None]:
    approval = folder.memory.approval
    steps = folder.workflow.states[folder.state].steps
    return folder.state, approval.step if approval and steps else None


def _due(operation: Operation, folder: Folder, timer: Timer) -> int | None:
    """When it is due; None while the moment that it goes by is empty."""
    start: Any = operation.now
    if timer.moment is not None:
        start = timer.moment.evaluate(operation.environment(folder))
        if isinstance(start, date) and not isinstance(start, datetime):
            start = datetime.combine(start, time(), operation.zone)
    return None if start is None else to_stored(later(operation, folder, timer, start, timer.after))
