"""Tasks: records that wait for somebody. Whom a task asks is kept as roles and persons: one query finds an inbox.

Opened and closed by operations with the record; an ended task keeps its line, nobody is asked any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, listed, one_of, rows_from, run
from engine.records.beside import Steps
from engine.records.stored import dumps, loads

COLUMNS: Mapping[str, str] = {
    "id": "words",
    "record": "words",
    "form": "words",
    "kind": "words",
    "step": "words",
    "part": "words",
    "title": "document",
    "actions": "document",
    "content": "words",
    "because": "document",
    "opened": "whole",
    "deadline": "whole",
    "ended": "whole",
    "ended_by": "words",
    "ended_because": "words",
}
ASK: Mapping[str, str] = {"task": "words", "role": "words", "relation": "words", "unit": "words", "person": "words"}


class Ask(NamedTuple):
    """Whom a task asks: a role `at`, `above` or `below` a unit (empty: the chain), or a person."""

    role: str = ""
    relation: str = ""
    unit: str = ""
    person: str = ""


@dataclass(frozen=True)
class Task:
    """One task. `kind` is `decide`, `expects` or `look`; `content` the hash of what it was opened for."""

    id: str
    record: str
    form: str
    kind: str
    step: str
    part: str | None
    actions: tuple[str, ...]
    content: str
    opened: int
    title: Mapping[str, str] | None = None
    because: Mapping[str, str] | None = None
    deadline: int | None = None
    ended: int | None = None
    ended_by: str | None = None
    ended_because: str | None = None
    asks: tuple[Ask, ...] = ()
    """Given when it is opened; `get`, `of` and `inbox` leave it empty."""


def opening(connection: Connection, tasks: Sequence[Task]) -> Steps:
    """Open tasks, and whom they ask."""
    asks = [{"task": task.id, **ask._asdict()} for task in tasks for ask in dict.fromkeys(task.asks)]
    return [
        *insert_steps(connection, "task", COLUMNS, [{name: getattr(task, name) for name in COLUMNS} for task in tasks]),
        *insert_steps(connection, "task_ask", ASK, asks),
    ]


def asking(connection: Connection, asks: Mapping[str, Sequence[Ask]]) -> Steps:
    """Open tasks ask others than they did."""
    dialect = connection.dialect.name
    lines = [{"task": task, **ask._asdict()} for task, whom in asks.items() for ask in dict.fromkeys(whom)]
    gone = (f"DELETE FROM task_ask WHERE {one_of(dialect, 'task', 'ids')}", {"ids": listed(dialect, sorted(asks))})
    return [gone, *insert_steps(connection, "task_ask", ASK, lines)]


def putting_off(task: str, deadline: int | None) -> Steps:
    """An open task has another deadline."""
    sql = "UPDATE task SET deadline = :deadline WHERE id = :task AND ended IS NULL"
    return [(sql, {"task": task, "deadline": deadline})]


def closing(connection: Connection, ids: Iterable[str], at: int, by: str, because: str) -> Steps:
    """End those of these tasks that are open; the first statement writes as many rows as there were."""
    dialect = connection.dialect.name
    gone = listed(dialect, sorted(set(ids)))
    ends = "UPDATE task SET ended = :at, ended_by = :by, ended_because = :because WHERE ended IS NULL AND "
    return [
        (ends + one_of(dialect, "id", "ids"), {"ids": gone, "at": at, "by": by, "because": because}),
        (f"DELETE FROM task_ask WHERE {one_of(dialect, 'task', 'ids')}", {"ids": gone}),
    ]


def get(connection: Connection, task: str) -> Task | None:
    """A task by its id, ended or not."""
    line = run(connection, f"SELECT {', '.join(COLUMNS)} FROM task WHERE id = :id", {"id": task}).first()
    return None if line is None else _task(line)


def of(connection: Connection, record: str, ended: bool = False) -> list[Task]:
    """The open tasks of a record (with `ended`, all), oldest first."""
    closing = "" if ended else " AND ended IS NULL"
    sql = f"SELECT {', '.join(COLUMNS)} FROM task WHERE record = :record{closing} ORDER BY opened, id"
    return [_task(line) for line in run(connection, sql, {"record": record})]


def to_fill(connection: Connection, record: str, person: str | None = None) -> frozenset[str]:
    """Paths of the fields that somebody (None: anybody) is asked to fill in by open tasks that only ask for that."""
    sql = "SELECT content FROM task WHERE record = :record AND ended IS NULL AND kind = 'look' AND content <> ''"
    asked = {"record": record}
    if person is not None:
        sql += " AND id IN (SELECT task FROM task_ask WHERE person = :person)"
        asked["person"] = person
    found = run(connection, sql, asked).scalars()
    return frozenset(path for each in found for path in str(each).split())


def waited(connection: Connection, records: Iterable[str]) -> set[str]:
    """Which of these records have or had tasks."""
    dialect = connection.dialect.name
    sql = f"SELECT DISTINCT record FROM task WHERE {one_of(dialect, 'record', 'records')}"
    return set(run(connection, sql, {"records": listed(dialect, sorted(records))}).scalars())


def inbox(
    connection: Connection,
    person: str,
    holdings: Iterable[Ask],
    *,
    form: str | None = None,
    after: tuple[int, str] | None = None,
    limit: int = 50,
) -> list[Task]:
    """Open tasks that ask this person, or a role as he holds it, oldest first; `after` is the last one seen.

    `holdings` names every role, relation and unit by which he may be asked. Who wrote or decided something and is
    excluded for that is for the workflow to say.
    """
    dialect = connection.dialect.name
    kinds = {name: kind for name, kind in ASK.items() if name != "task"}
    held = [ask._asdict() for ask in dict.fromkeys(holdings)]
    where = ["t.ended IS NULL"]
    parameters: dict[str, Any] = {"person": person, "held": dumps(held), "most": limit}
    if form is not None:
        where.append("t.form = :form")
        parameters["form"] = form
    if after is not None:
        where.append("(t.opened, t.id) > (:opened, :last)")
        parameters |= {"opened": after[0], "last": after[1]}
    sql = (
        f"SELECT {', '.join('t.' + name for name in COLUMNS)} FROM task t WHERE t.id IN ("
        "SELECT a.task FROM task_ask a WHERE a.person = :person UNION "
        f"SELECT a.task FROM task_ask a JOIN {rows_from(dialect, 'held', kinds)} "
        "ON a.role = held.role AND a.relation = held.relation AND a.unit = held.unit AND a.person = held.person) "
        f"AND {' AND '.join(where)} ORDER BY t.opened, t.id LIMIT :most"
    )
    return [_task(line) for line in run(connection, sql, parameters)]


def asked_about(connection: Connection, role: str) -> list[str]:
    """The units (or records, persons) about which open tasks ask a role."""
    sql = "SELECT DISTINCT unit FROM task_ask WHERE role = :role ORDER BY unit"
    return [str(each) for each in run(connection, sql, {"role": role}).scalars()]


def _task(line: Any) -> Task:
    values = {name: getattr(line, name) for name in COLUMNS}
    for name in ("title", "because"):
        values[name] = loads(values[name])
    return Task(**{**values, "actions": tuple(loads(values["actions"]))})


def all_open(
    connection: Connection, *, form: str | None = None, after: tuple[int, str] | None = None, limit: int = 50
) -> list[Task]:
    """Every open task, oldest first; for who may see the records of others."""
    where = ["ended IS NULL"]
    parameters: dict[str, Any] = {"most": limit}
    if form is not None:
        where.append("form = :form")
        parameters["form"] = form
    if after is not None:
        where.append("(opened, id) > (:opened, :last)")
        parameters |= {"opened": after[0], "last": after[1]}
    sql = f"SELECT {', '.join(COLUMNS)} FROM task WHERE {' AND '.join(where)} ORDER BY opened, id LIMIT :most"
    return [_task(line) for line in run(connection, sql, parameters)]
