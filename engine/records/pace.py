"""How long tasks wait and who answers how fast, added up in the database; and every return of a time. For operations.

Only sums over whole forms: whoever asks sees all records of these forms, or none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.database.dialects import listed, one_of, run
from engine.records.stored import loads


class AtStep(NamedTuple):
    """Tasks of one step: how many, since when the oldest waits or how long they took (microseconds)."""

    form: str
    kind: str
    step: str
    part: str | None
    many: int
    oldest: int
    whole: int
    longest: int


class ByPerson(NamedTuple):
    """Answers of one person: how many, and how long they took."""

    person: str
    many: int
    whole: int
    longest: int


class Returned(NamedTuple):
    """One return: of what, in which step, and what was said."""

    form: str
    action: str
    comment: str | None
    asks: dict[str, Any] | None


def waiting(connection: Connection, forms: Iterable[str], now: int) -> list[AtStep]:
    """What is open now, by step; the longest waiting first."""
    return _steps(connection, forms, "ended IS NULL", ":now", {"now": now})


def answered(connection: Connection, forms: Iterable[str], since: int) -> list[AtStep]:
    """What was done since a moment, by step."""
    return _steps(connection, forms, "ended >= :since", "ended", {"since": since})


def _steps(
    connection: Connection, forms: Iterable[str], where: str, until: str, parameters: dict[str, Any]
) -> list[AtStep]:
    dialect = connection.dialect.name
    sql = (
        f"SELECT form, kind, step, part, COUNT(*), MIN(opened), CAST(SUM({until} - opened) AS BIGINT), "
        f"MAX({until} - opened) FROM task WHERE {where} AND kind <> 'look' AND {one_of(dialect, 'form', 'forms')} "
        "GROUP BY form, kind, step, part ORDER BY MIN(opened), form, step, part"
    )
    found = run(connection, sql, {**parameters, "forms": listed(dialect, forms)})
    return [AtStep(*line) for line in found]


def by_person(connection: Connection, forms: Iterable[str], since: int) -> list[ByPerson]:
    """Who has answered since a moment; whoever answered most first."""
    dialect = connection.dialect.name
    sql = (
        "SELECT v.person, COUNT(*), CAST(SUM(v.at - t.opened) AS BIGINT), MAX(v.at - t.opened) "
        f"FROM vote v JOIN task t ON t.id = v.task WHERE v.at >= :since AND {one_of(dialect, 't.form', 'forms')} "
        "GROUP BY v.person ORDER BY COUNT(*) DESC, v.person"
    )
    return [ByPerson(*line) for line in run(connection, sql, {"since": since, "forms": listed(dialect, forms)})]


def returns(connection: Connection, forms: Sequence[str], since: int, most: int) -> list[Returned]:
    """The newest returns since a moment."""
    dialect = connection.dialect.name
    sql = (
        "SELECT form, action, comment, asks FROM history WHERE at >= :since AND action LIKE 'return:%' "
        f"AND {one_of(dialect, 'form', 'forms')} ORDER BY at DESC, record, n LIMIT :most"
    )
    found = run(connection, sql, {"since": since, "forms": listed(dialect, forms), "most": most})
    return [Returned(form, action, comment, loads(asks) if asks else None) for form, action, comment, asks in found]
