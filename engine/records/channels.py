"""How people want to be told, and what signs for an endpoint (sealed). Used by operations.

Who chose nothing is told inside the application alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import listed, one_of, run
from engine.records.stored import dumps, loads


@dataclass(frozen=True)
class Secret:
    """A secret of an endpoint as it is stored; `until` when another has taken its place."""

    id: str
    sealed: str
    created: int
    until: int | None


def of(connection: Connection, people: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """What each of these chose; nobody who chose nothing."""
    wanted = sorted(set(people))
    if not wanted:
        return {}
    dialect = connection.dialect.name
    sql = f"SELECT person, choices FROM channel WHERE {one_of(dialect, 'person', 'people')}"
    lines = run(connection, sql, {"people": listed(dialect, wanted)})
    return {line.person: loads(line.choices) for line in lines}


def keep(connection: Connection, person: str, choices: Mapping[str, Any], at: int) -> None:
    """From now on this person is told so."""
    run(
        connection,
        "INSERT INTO channel (person, choices, updated) VALUES (:person, :choices, :at) "
        "ON CONFLICT (person) DO UPDATE SET choices = excluded.choices, updated = excluded.updated",
        {"person": person, "choices": dumps(choices), "at": at},
    )


def secrets_of(connection: Connection, endpoint: str, now: int) -> list[Secret]:
    """What signs for an endpoint now, newest first."""
    sql = (
        "SELECT id, sealed, created, until FROM endpoint_secret WHERE endpoint = :endpoint "
        "AND (until IS NULL OR until > :now) ORDER BY created DESC, id DESC"
    )
    return [Secret(**line._mapping) for line in run(connection, sql, {"endpoint": endpoint, "now": now})]


def add_secret(connection: Connection, endpoint: str, secret: Secret, until: int) -> None:
    """Another secret signs from now on; what signed up to now goes on beside it until then, what is older ends."""
    run(
        connection,
        "DELETE FROM endpoint_secret WHERE endpoint = :endpoint AND until IS NOT NULL",
        {"endpoint": endpoint},
    )
    run(
        connection,
        "UPDATE endpoint_secret SET until = :until WHERE endpoint = :endpoint",
        {"endpoint": endpoint, "until": until},
    )
    run(
        connection,
        "INSERT INTO endpoint_secret (endpoint, id, sealed, created) VALUES (:endpoint, :id, :sealed, :created)",
        {"endpoint": endpoint, "id": secret.id, "sealed": secret.sealed, "created": secret.created},
    )
