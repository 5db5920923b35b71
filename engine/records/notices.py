"""Notices: what a person is told inside the application, worded when he reads it. Put and read by operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, listed, one_of, run
from engine.records.beside import Steps
from engine.records.stored import dumps, loads

COLUMNS: Mapping[str, str] = {
    "id": "words",
    "person": "words",
    "form": "words",
    "record": "words",
    "template": "words",
    "params": "document",
    "at": "whole",
}


@dataclass(frozen=True)
class Notice:
    """One notice of one person; `params` are plain words for the template, never values of fields."""

    id: str
    person: str
    form: str
    record: str
    template: str
    params: Mapping[str, Any]
    at: int
    read: int | None


def steps(connection: Connection, lines: Iterable[Mapping[str, Any]]) -> Steps:
    """Notices to be, each with all that `COLUMNS` names."""
    return insert_steps(connection, "notice", COLUMNS, lines)


def telling(
    connection: Connection,
    new_id: Callable[[], str],
    people: Iterable[str],
    form: str,
    record: str,
    template: str,
    at: int,
    params: Mapping[str, Any] | None = None,
) -> Steps:
    """Tell these people, each once."""
    shared = {"form": form, "record": record, "template": template, "params": dict(params or {}), "at": at}
    return steps(connection, [{**shared, "id": new_id(), "person": person} for person in dict.fromkeys(people)])


def these(connection: Connection, person: str, ids: Iterable[str]) -> list[Notice]:
    """These notices of a person, oldest first."""
    dialect = connection.dialect.name
    sql = (
        "SELECT id, person, form, record, template, params, at, read FROM notice "
        f"WHERE person = :person AND {one_of(dialect, 'id', 'ids')} ORDER BY at, id"
    )
    lines = run(connection, sql, {"person": person, "ids": listed(dialect, ids)})
    return [Notice(**{**line._mapping, "params": loads(line.params)}) for line in lines]


def of(
    connection: Connection,
    person: str,
    before: tuple[int, str] | None = None,
    limit: int = 50,
    *,
    unread: bool = False,
) -> list[Notice]:
    """A person's notices, newest first; `before` is the moment and id of the last one seen."""
    sql = "SELECT id, person, form, record, template, params, at, read FROM notice WHERE person = :person"
    parameters: dict[str, Any] = {"person": person, "most": limit}
    if unread:
        sql += " AND read IS NULL"
    if before is not None:
        sql += " AND (at, id) < (:at, :last)"
        parameters |= {"at": before[0], "last": before[1]}
    lines = run(connection, sql + " ORDER BY at DESC, id DESC LIMIT :most", parameters)
    return [Notice(**{**line._mapping, "params": loads(line.params)}) for line in lines]


def unread(connection: Connection, person: str) -> int:
    """How many notices the person has not read."""
    sql = "SELECT count(*) FROM notice WHERE person = :person AND read IS NULL"
    return int(run(connection, sql, {"person": person}).scalar_one())


def newest(connection: Connection, people: Iterable[str], most: int = 50) -> dict[str, tuple[str, int, int]]:
    """Of each person who has been told anything: the last notice, its moment, and how many of `most` are unread."""
    last = "FROM notice n WHERE n.person = asked.person ORDER BY n.at DESC, n.id DESC LIMIT"
    sql = (
        f"SELECT asked.person, (SELECT n.id {last} 1) AS newest, (SELECT n.at {last} 1) AS at, "
        f"(SELECT count(*) FROM (SELECT n.read {last} :most) l "
        "WHERE l.read IS NULL) AS unread FROM @asked(person words)"
    )
    rows = run(connection, sql, {"asked": dumps([{"person": each} for each in sorted(set(people))]), "most": most})
    return {row.person: (row.newest, row.at, row.unread) for row in rows if row.newest is not None}


def is_of(connection: Connection, person: str, notice: str) -> bool:
    """Whether there is such a notice and it is this person's."""
    sql = "SELECT count(*) FROM notice WHERE id = :id AND person = :person"
    return bool(run(connection, sql, {"id": notice, "person": person}).scalar_one())


def mark_all_read(connection: Connection, person: str, at: int) -> int:
    """The person has read all that he was told; says how many were new."""
    sql = "UPDATE notice SET read = :at WHERE person = :person AND read IS NULL"
    return run(connection, sql, {"person": person, "at": at}).rowcount


def mark_read(connection: Connection, person: str, ids: Iterable[str], at: int) -> int:
    """The person has read these of his notices; says how many were new."""
    dialect = connection.dialect.name
    sql = f"UPDATE notice SET read = :at WHERE person = :person AND read IS NULL AND {one_of(dialect, 'id', 'ids')}"
    return run(connection, sql, {"person": person, "at": at, "ids": listed(dialect, ids)}).rowcount
