"""The security log: who was let in or refused, when and why; the database refuses to change a line.

Written by operations; read by `operations.security_log` and `chores`.

It never holds a password, a token or a key, only a key's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.access.tables import security_log
from engine.clock import from_stored, to_stored


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `event` is a word (`sign_in`, `sign_in_failed`, `refused`, `key_made`), `reason` a refusal's code."""

    at: datetime
    event: str
    person: str | None = None
    account: str | None = None
    route: str | None = None
    reason: str | None = None
    detail: Mapping[str, Any] | None = None


def note(connection: Connection, entry: Entry) -> None:
    """Add one line."""
    connection.execute(
        security_log.insert().values(
            at=to_stored(entry.at),
            event=entry.event,
            person=entry.person,
            account=entry.account,
            route=entry.route,
            reason=entry.reason,
            detail=None if entry.detail is None else dict(entry.detail),
        )
    )


def read_log(
    connection: Connection, after: int = 0, limit: int = 100, event: str | None = None
) -> tuple[tuple[int, Entry], ...]:
    """Lines with a number above `after`, oldest first; of one event if it is named.

    Numbers are drawn before a line is committed: whoever follows the log reads its last moments again.
    """
    wanted = select(security_log).where(security_log.c.number > after)
    if event is not None:
        wanted = wanted.where(security_log.c.event == event)
    rows = connection.execute(wanted.order_by(security_log.c.number).limit(limit))
    return tuple(
        (row.number, Entry(from_stored(row.at), row.event, row.person, row.account, row.route, row.reason, row.detail))
        for row in rows
    )
