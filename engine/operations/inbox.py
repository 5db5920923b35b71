"""Tasks of one person. Used by `commands` and `reading`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from engine.errors import not_found, say
from engine.operations import (
    absence,
    compared,
    moving,
    narrowing,
    notified,
    presenting,
    reasons,
    rights,
    tasking,
    telling,
)
from engine.operations.calls import Answer
from engine.operations.narrowing import Wanted
from engine.operations.operation import unfolded
from engine.operations.paging import bad_cursor, counted, read_limit
from engine.records import archive, tasks
from engine.records.tasks import Ask, Task
from engine.workflow import waiting

if TYPE_CHECKING:
    from engine.definitions.models import Workflow
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

COUNTED = 20
"""What waits is counted on every page, so not further than this."""


def page(operation: Operation, query: Mapping[str, str]) -> Answer:
    """My open tasks, oldest first; those of others by `?all=true`, as far as one may see their records.

    With `nobody=true` also only those that nobody can do.
    """
    limit = read_limit(query)
    after = _after(query.get("cursor"))
    form = query.get("form")
    everything = query.get("all") == "true"
    wanted = narrowing.wanted(operation, query)
    if everything and query.get("nobody") == "true":
        wanted = _stranded(operation, wanted)
    items: list[dict[str, Any]] = []
    last: Task | None = None
    while len(items) < limit:
        found = _some(operation, form, after, limit, everything=everything)
        for task, folder in _opened(operation, found, wanted, everything=everything):
            last = task
            if folder is not None:
                items.append(_at_length(operation, folder, task))
            if len(items) == limit:
                break
        if len(found) < limit:
            last = last if len(items) == limit and found and last is not found[-1] else None
            break
        after = (found[-1].opened, found[-1].id)
    following = f"{last.opened}.{last.id}" if last is not None and len(items) == limit else None
    return Answer(200, {"items": items, "next": following})


def waits(operation: Operation) -> Answer:
    """How much waits for me and how much I have not read, counted as far as a number says anything; and of when."""
    tasks_found, unread = _waiting(operation), notified.unread(operation, COUNTED)
    body = {"tasks": tasks_found, "more_tasks": tasks_found == COUNTED}
    return Answer(200, {**body, "notices": unread, "more_notices": unread == COUNTED, "now": operation.now.isoformat()})


def _waiting(operation: Operation) -> int:
    count, after = 0, None
    wanted = narrowing.wanted(operation, {})
    while True:
        found = _some(operation, None, after, COUNTED, everything=False)
        for _task, folder in _opened(operation, found, wanted, everything=False):
            count += folder is not None
            if count == COUNTED:
                return count
        if len(found) < COUNTED:
            return count
        after = (found[-1].opened, found[-1].id)


def _stranded(operation: Operation, wanted: Wanted) -> Wanted:
    """The same, of tasks that ask somebody and find nobody who can act."""

    def found(folder: Folder, task: Task) -> bool:
        return task.kind != "look" and wanted(folder, task) and not _able(operation, folder, task)

    return found


def _able(operation: Operation, folder: Folder, task: Task) -> bool:
    """Whether anybody is found whom the policy lets do it."""
    waits = waiting(operation.situation(folder))
    decides = task.kind == "decide"
    may = rights.person_may_decide if decides else rights.person_may
    asked = task.actions if decides else (task.step,)
    found = [each for each in waits if (each.kind, each.step, each.part) == (task.kind, task.step, task.part)]
    people = {person for each in found for person in each.people}
    return any(may(operation, folder, action, person) for person in people for action in asked)


def _some(
    operation: Operation, form: str | None, after: tuple[int, str] | None, limit: int, *, everything: bool
) -> list[Task]:
    if everything:
        return tasks.all_open(operation.connection, form=form, after=after, limit=limit)
    return tasks.inbox(operation.connection, operation.actor_id, asks(operation), form=form, after=after, limit=limit)


def asks(operation: Operation) -> Iterator[Ask]:
    """By what the actor may be asked: what he holds, and what nobody holds for which he stands in."""
    absent = _absent(operation)
    theirs = chain.from_iterable(holdings(operation, each) for each in absent)
    return chain(holdings(operation), _vacant(operation), theirs, (Ask(person=each) for each in absent))


def _absent(operation: Operation) -> tuple[str, ...]:
    """For whom the actor may decide today, or might because it is above what their substitutes may."""
    found = [each.absent for each in absence.today(operation) if each.person == operation.actor_id]
    limited = [each.absent for each in absence.today(operation) if each.amount is not None]
    return tuple(dict.fromkeys((*found, *(limited if limited and _decides_above(operation) else ()))))


def _decides_above(operation: Operation) -> bool:
    """Whether any approval asks a role of the actor's where it is above the amount of a substitute."""
    roles = set(operation.directory.roles_of(operation.actor_id))
    flows = operation.library.workflows.values()
    approvals = [each for flow in flows for each in flow.approvals.values() if each.may.delegate is not None]
    asked = [each.may.delegate.above or each.nobody_found.ask for each in approvals if each.may.delegate is not None]
    return any(who.kind != "role" or who.role in roles for each in asked for who in each)


def holdings(operation: Operation, person: str | None = None) -> Iterator[Ask]:
    """Every role, relation and unit by which the actor (or another person) may be asked."""
    directory = operation.directory
    for record in directory.owned.get(person or operation.actor_id, ()):
        yield Ask(tasking.OWNER, "of", record)
    for led in directory.led.get(person or operation.actor_id, ()):
        yield Ask(tasking.MANAGER, "of", led)
    for role, at in directory.held(person or operation.actor_id):
        yield Ask(role, "at", at or "")
        yield Ask(role, "below", "")
        if at is None:
            for unit in directory.units:
                yield Ask(role, "above", unit)
            continue
        for unit in directory.path(at):
            yield Ask(role, "below", unit)
        for unit in directory.within(at):
            if unit != at:
                yield Ask(role, "above", unit)


def _vacant(operation: Operation) -> Iterator[Ask]:
    """What nobody holds any more, for who stands in where nobody is found: else a task of one who left is nobody's."""
    directory = operation.directory
    mine = set(directory.roles_of(operation.actor_id))
    approvals = [each for flow in operation.library.workflows.values() for each in flow.approvals.values()]
    stands_in = (any(who.kind != "role" or who.role in mine for who in each.nobody_found.ask) for each in approvals)
    standing_in = [each for each, does in zip(approvals, stands_in, strict=True) if does]
    if not standing_in:
        return
    yield from (Ask(person=each.id) for each in directory.persons.values() if not each.active)
    for role, found in ((tasking.OWNER, directory.owners_of), (tasking.MANAGER, directory.manager_of)):
        yield from (Ask(role, "of", of) for of in tasks.asked_about(operation.connection, role) if not found(of))
    parts = [part for each in standing_in for step in each.steps.values() for part in (step, *step.parts.values())]
    asked = {(who.role, who.relation or "at") for part in parts for who in part.ask if who.kind == "role" and who.role}
    for role, relation in sorted(asked):
        for unit in directory.units:
            if not directory.holders(role, relation, unit):
                yield from (Ask(role, word, unit) for word in tasking.relations(relation))


def _opened(
    operation: Operation, found: list[Task], wanted: Wanted, *, everything: bool
) -> Iterator[tuple[Task, Folder | None]]:
    """Each task with its record, which is read with the others; None where it is not (or no more) this person's."""
    stored = archive.load(operation.connection, dict.fromkeys(each.record for each in found), lock=False)
    for task in found:
        known = stored.get(task.record)
        folder = unfolded(operation, known) if known is not None and known.form == task.form else None
        if folder is not None and not (rights.may(operation, folder, "see") and wanted(folder, task)):
            folder = None
        yield task, folder if folder is None or everything or mine(operation, folder, task) else None


def _at_length(operation: Operation, folder: Folder, task: Task) -> dict[str, Any]:
    """A task with what one must know of its record to choose it from a list."""
    told = present(operation, folder, task)
    about = {**told["record"], **telling.about(operation, folder)}
    return {**told, "record": about, **_compared(operation, folder, task, compared.AT_MOST)}


def _compared(operation: Operation, folder: Folder, task: Task, most: int | None = None) -> dict[str, Any]:
    """For who is asked again: what has changed since it was decided on."""
    found = compared.told(operation, folder, task, most)
    return found if found and task.ended is None and mine(operation, folder, task) else {}


def mine(operation: Operation, folder: Folder, task: Task) -> bool:
    """Whether the actor is one of those whom the task finds now."""
    if task.kind == "look":
        return True
    for wait in waiting(operation.situation(folder)):
        if (wait.kind, wait.step, wait.part) == (task.kind, task.step, task.part):
            may, asked = (rights.may, (task.step,)) if task.kind == "expects" else (rights.may_decide, task.actions)
            if not any(may(operation, folder, action) for action in asked):
                return False
            return operation.actor_id in wait.people
    return False


def _open_to(operation: Operation, folder: Folder, task: Task) -> list[str]:
    """What may be done with the task, less the verdicts that the policy refuses this person."""
    if task.kind != "decide":
        return list(task.actions)
    return moving.offered(operation, folder, task)


def present(operation: Operation, folder: Folder, task: Task) -> dict[str, Any]:
    """A task as the contract shows it."""
    language = operation.call.language
    named = {"form": folder.form.name, "id": folder.id, "number": folder.number}
    return {
        "id": task.id,
        "record": {**named, "title": say(folder.form.title, language)},
        "kind": task.kind,
        "step": task.step,
        "part": task.part,
        "title": say(telling.title(folder, task), language),
        "actions": _open_to(operation, folder, task),
        **moving.told(operation, folder, task),
        "since": presenting.moment(task.opened),
        "deadline": presenting.moment(task.deadline),
        "because": reasons.of_task(operation, folder, task.kind, task.step, task.part)
        or (say(task.because, language) if task.because else None),
        **_rows(operation, folder, task),
    }


def _rows(operation: Operation, folder: Folder, task: Task) -> dict[str, Any]:
    """Of a step that is taken row by row: each row that waits there, who can decide it, and whether I can."""
    if task.kind != "decide" or task.ended is not None or not decided_by_row(folder.workflow, task.step):
        return {}
    rows = [
        {"row": row, "mine": operation.actor_id in who, "people": [presenting.person(operation, each) for each in who]}
        for wait in waiting(operation.situation(folder))
        if wait.step == task.step
        for row, who in wait.rows.items()
    ]
    return {"rows": rows}


def decided_by_row(workflow: Workflow, step: str) -> bool:
    """Whether a step is taken row by row."""
    found = (each.steps[step] for each in workflow.approvals.values() if step in each.steps)
    return any(each.each is not None for each in found)


def of_record(operation: Operation, folder: Folder) -> list[dict[str, Any]]:
    """The open tasks of a record, each with who could act now."""
    waits = {(each.kind, each.step, each.part): each for each in waiting(operation.situation(folder))}
    shown = []
    for task in tasks.of(operation.connection, folder.id):
        wait = waits.get((task.kind, task.step, task.part))
        who = [presenting.person(operation, each) for each in wait.people] if wait else []
        shown.append({**present(operation, folder, task), "people": who, **_compared(operation, folder, task)})
    return shown


def show(operation: Operation, task_id: str) -> Answer:
    """One task that one may see the record of."""
    task = tasks.get(operation.connection, task_id)
    if task is None:
        raise not_found()
    folder = operation.open(task.form, task.record, lock=False)
    rights.require_seen(operation, folder)
    told = {**_at_length(operation, folder, task), **_compared(operation, folder, task)}
    told.pop("more_changed", None)
    return Answer(200, {**told, "ended": presenting.moment(task.ended)})


def _after(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    opened, _, task = cursor.partition(".")
    if not task:
        raise bad_cursor()
    return counted(opened), task
