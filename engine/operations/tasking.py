"""Keeping the tasks of a record in step with what it waits for. Used by `settling`; timers are set by `due`.

A task is for one content of what its step can see: a change ends it and opens another with a new id, so that a stale
decision meets `conflict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.access.directory import NEAREST
from engine.clock import to_stored
from engine.definitions.models import Edit, People
from engine.operations import due
from engine.operations.folder import CARRIED, Folder, is_filled
from engine.records import tasks
from engine.records.beside import Steps
from engine.records.stored import digest
from engine.records.tasks import Ask, Task
from engine.workflow import asking, signers
from engine.workflow import people as workflow_people
from engine.workflow.foresight import set_by
from engine.workflow.people import find
from engine.workflow.plan import Situation, Wait
from engine.workflow.rowwise import at, walk_of

if TYPE_CHECKING:
    from engine.operations.operation import Operation


OWNER, MANAGER = "#owner", "#manager"
"""Stand in the place of a role where a task asks for the owner of a record, the manager of a person: an inbox finds it
by who that is when it is read. No role has such a name."""


def steps(operation: Operation, folder: Folder) -> Steps:
    """What ends the tasks that nothing waits for any more, and opens those that something waits for now."""
    running = due.follow(operation, folder)
    found = running.steps
    nothing = folder.waits is None and not folder.looks and not folder.discarded
    if nothing and not running.deadlines and not folder.wrote:
        return found
    at = to_stored(operation.now)
    is_open = tasks.of(operation.connection, folder.id) if folder.stored and folder.stored.revision > 1 else []
    if over := [each.id for each in is_open if _is_over(folder, each)]:
        found += tasks.closing(operation.connection, over, at, operation.actor_id, "done")
    if nothing:
        return found + due.shown(running, is_open)
    if folder.waits is None and not folder.discarded:
        looks = [_look(operation, folder, look, at) for look in folder.looks]
        return found + due.shown(running, is_open) + tasks.opening(operation.connection, looks)
    wanted = [] if folder.discarded else [_task(operation, folder, wait, at) for wait in folder.waits or ()]
    kept = set() if folder.reopens else {_same(each) for each in is_open} & {_same(each) for each in wanted}
    gone = [each.id for each in is_open if _same(each) not in kept and each.kind != "look"]
    asked = {_same(each): each.asks for each in wanted}
    still = {each.id: asked[_same(each)] for each in is_open if _same(each) in kept}
    if still:
        found += tasks.asking(operation.connection, still)
    if gone:
        found += tasks.closing(operation.connection, gone, at, operation.actor_id, "done")
    new = due.told(running, [each for each in wanted if _same(each) not in kept], is_open)
    found += due.shown(running, (each for each in is_open if each.id not in gone))
    fresh = {each.id for each in new}
    folder.opened.update(
        (task.id, wait.people) for task, wait in zip(wanted, folder.waits or (), strict=False) if task.id in fresh
    )
    for look in folder.looks:
        new.append(_look(operation, folder, look, at))
        folder.opened[new[-1].id] = find(look.people, operation.situation(folder))
    return found + tasks.opening(operation.connection, new)


def _is_over(folder: Folder, task: Task) -> bool:
    """What was to be filled in is there, or nothing is waited for any more. Such a task names the fields as content."""
    if task.kind != "look" or not task.content:
        return False
    names = task.content.split()
    filled = all(is_filled(folder.values, name) for name in names)
    return filled or _is_carried(folder) or folder.discarded or _ended(folder) or _idle(folder, names)


def _is_carried(folder: Folder) -> bool:
    """Whether it comes to another version now, which asks anew for what it lacks."""
    return any(each.action in CARRIED for each in folder.events)


def _idle(folder: Folder, names: Sequence[str]) -> bool:
    """Whether nothing is waited for any more, and nothing that can still be done requires these fields."""
    fields = (folder.form.field(name) for name in names)
    return folder.waits == () and all(each is None or each.required is False for each in fields)


def _ended(folder: Folder) -> bool:
    """Whether it can go nowhere any more."""
    return folder.workflow.states[folder.state].end or not folder.workflow.leaving(folder.state)


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
        asks=tuple(each for one in _of_rows(folder, wait, situation) for who in wait.ask for each in asks(who, one))
        + tuple(Ask(person=who) for who in dict.fromkeys((*wait.people, *_brought_in(folder, wait)))),
    )


def _brought_in(folder: Folder, wait: Wait) -> list[str]:
    """Those to whom it was handed over and those who were added, though their turn may not have come."""
    approval = folder.memory.approval
    if approval is None:
        return []
    key = f"{signers.name(wait.step, wait.part)}:"
    handed = [to for origin, to in approval.handed.items() if origin.startswith(key)]
    return handed + [each.person for each in approval.added if (each.step, each.part) == (wait.step, wait.part)]


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
        content=" ".join(look.until),
        opened=at,
        title=dict(look.title),
        asks=tuple(each for who in look.people for each in asks(who, situation))
        + tuple(Ask(person=who) for who in workflow_people.find(look.people, situation)),
    )


def asks(people: People, situation: Situation) -> list[Ask]:
    """Whom a task asks, in the words by which an inbox finds it."""
    if people.kind == "role" and people.role:
        units = ("",) if people.unit is None else asking.named(people.unit, situation)
        return [Ask(people.role, word, unit) for unit in units for word in relations(people.relation)]
    if people.kind == "owner_of":
        return [Ask(OWNER, "of", record) for record in asking.named(people.unit, situation)]
    if people.kind == "manager_of":
        return [Ask(MANAGER, "of", person) for person in workflow_people.led_by(people, situation)]
    return []


def relations(word: str | None) -> tuple[str, ...]:
    """By which of `at`, `above` and `below` an inbox finds who is asked: `nearest` and `2 above` narrow these."""
    if word == NEAREST:
        return ("at", "above")
    return ("above",) if word is not None and word.endswith(" above") else (word or "at",)


def _of_rows(folder: Folder, wait: Wait, situation: Situation) -> list[Situation]:
    """The situation, or that of each row that waits, where people follow from the row."""
    steps = (each.steps[wait.step] for each in folder.workflow.approvals.values() if wait.step in each.steps)
    table = next((step.each for step in steps), None)
    return [at(situation, table, row) for row in wait.rows] or [situation]


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
    """What the deciders of a step (or of the walk that rows go) write, and what these steps let happen."""
    edits: list[Edit] = []
    written: set[str] = set()
    for approval in folder.workflow.approvals.values():
        step = approval.steps.get(wait.step)
        for each in walk_of(approval, step) or (step,) if step is not None else ():
            edits += each.edit.values()
            edits += [edit for part in each.parts.values() for edit in part.edit.values()]
            written |= set(set_by((*each.do.values(), *each.on_refusal.values())))
    written |= {path for edit in edits for path in edit.fields}
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
