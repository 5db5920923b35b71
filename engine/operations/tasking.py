"""Keeping the tasks of a record in step with what it waits for, and its timers with its state. Used by `settling`.

A task is for one content of what its step can see: a change ends it and opens another with a new id, so that a stale
decision meets `conflict`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored
from engine.definitions.models import Edit, People, Timer
from engine.operations.folder import Folder
from engine.records import tasks, timers
from engine.records.beside import Steps
from engine.records.stored import digest
from engine.records.tasks import Ask, Task
from engine.workflow import asking, timers_for
from engine.workflow.plan import Situation, Wait

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def steps(operation: Operation, folder: Folder) -> Steps:
    """What ends the tasks that nothing waits for any more, and opens those that something waits for now."""
    found = _timers(operation, folder)
    if folder.waits is None and not folder.looks and not folder.discarded:
        return found
    at = to_stored(operation.now)
    is_open = tasks.of(operation.connection, folder.id) if folder.stored and folder.stored.revision > 1 else []
    wanted = [] if folder.discarded else [_task(operation, folder, wait, at) for wait in folder.waits or ()]
    kept = {_same(each) for each in is_open} & {_same(each) for each in wanted}
    gone = [each.id for each in is_open if _same(each) not in kept and each.kind != "look"]
    if gone:
        found += tasks.closing(operation.connection, gone, at, operation.actor_id, "done")
    new = [each for each in wanted if _same(each) not in kept]
    new += [_look(operation, folder, look, at) for look in folder.looks]
    return found + tasks.opening(operation.connection, new)


def _same(task: Task) -> tuple[Any, ...]:
    return task.kind, task.step, task.part, task.content, task.actions


def _task(operation: Operation, folder: Folder, wait: Wait, at: int) -> Task:
    situation = operation.situation(folder)
    return Task(
        id=operation.new_id(),
        record=folder.id,
        form=folder.form.name,
        kind=wait.kind,
        step=wait.step,
        part=wait.part,
        actions=wait.actions,
        content=content(folder, wait),
        opened=at,
        because=dict(wait.because),
        asks=tuple(each for who in wait.ask for each in asks(who, situation))
        + tuple(Ask(person=who) for who in wait.people),
    )


def _look(operation: Operation, folder: Folder, look: Any, at: int) -> Task:
    situation = operation.situation(folder)
    return Task(
        id=operation.new_id(),
        record=folder.id,
        form=folder.form.name,
        kind="look",
        step=look.effect,
        part=None,
        actions=(),
        content="",
        opened=at,
        title=dict(look.title),
        asks=tuple(each for who in look.people for each in asks(who, situation)),
    )


def asks(people: People, situation: Situation) -> list[Ask]:
    """Whom a task asks, in the words by which an inbox finds it."""
    if people.kind == "role" and people.role:
        if people.unit is None:
            return [Ask(people.role, people.relation or "at", "")]
        return [Ask(people.role, people.relation or "at", unit) for unit in asking.named(people.unit, situation)]
    return []


def content(folder: Folder, wait: Wait) -> str:
    """The hash of what a step is asked about: all but what it may itself edit; nothing for an expected action."""
    if wait.kind != "decide" or folder.stored is None:
        return ""
    own = _editable(folder, wait)
    stored = folder.stored
    header = {name: value for name, value in stored.values.items() if name not in own}
    rows = {
        table: [{name: value for name, value in row.items() if f"{table}.{name}" not in own} for row in lines]
        for table, lines in stored.rows.items()
    }
    round_ = folder.memory.approval.round if folder.memory.approval else 0
    return digest([header, rows, round_])


def _editable(folder: Folder, wait: Wait) -> frozenset[str]:
    edits: list[Edit] = []
    for approval in folder.workflow.approvals.values():
        step = approval.steps.get(wait.step)
        if step is not None:
            edits += step.edit.values()
            edits += [edit for part in step.parts.values() for edit in part.edit.values()]
    written = {path for edit in edits for path in edit.fields}
    return frozenset(written | _computed_from(folder, written))


def _computed_from(folder: Folder, written: set[str]) -> set[str]:
    """Computed fields that follow from these; they change with them and are not another content."""
    found: set[str] = set()
    names = {path.rpartition(".")[2] for path in written}
    for path in folder.form.derived:
        field = folder.form.field(path)
        formula = field.compute if field else None
        if formula is not None and any(names & set(each) for each in formula.names):
            found.add(path)
            names.add(path.rpartition(".")[2])
    return found


def _timers(operation: Operation, folder: Folder) -> Steps:
    """Set the timers of the state and step that were reached, drop those of what was left; follow their moments."""
    moved = folder.discarded or _place(folder) != folder.place_before
    state, step = _place(folder)
    here = () if folder.discarded else timers_for(folder.workflow, state, step)
    follow = [timer for timer in here if moved or timer.moment is not None]
    waiting = [each for timer in follow if (each := _timer(operation, folder, timer)) is not None]
    found: Steps = []
    if folder.stored is not None and folder.stored.revision > 1 and (moved or follow):
        names = None if moved else [timer.name for timer in follow]
        found += timers.cancelling(operation.connection, folder.id, to_stored(operation.now), names, waiting)
    return found + timers.setting(operation.connection, waiting)


def _timer(operation: Operation, folder: Folder, timer: Timer) -> timers.Timer | None:
    due = _due(operation, folder, timer)
    if due is None:
        return None
    # A moment comes once, however often the record is written before or after it.
    revision = folder.stored.revision if folder.stored else 0
    occurrence = str(revision) if timer.moment is None else f"at {due}"
    return timers.Timer(folder.id, timer.name, occurrence, folder.form.name, due)


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
    return None if start is None else to_stored(start) + timer.after * 1_000_000
