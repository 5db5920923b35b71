"""What is to be published at a moment: kept, claimed once, ended. Called by `operations.planned`.

A plan is claimed in the transaction that publishes; when that is taken back, it is due again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.clock import from_stored, to_stored
from engine.definitions.tables import definition_plan as table

WAITING, PUBLISHED, REFUSED, CALLED_OFF = "waiting", "published", "refused", "called_off"
KEPT = 200
"""How many are shown, those that wait first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One planned publication; `body` is what would be sent to publish it now."""

    id: str
    due: datetime
    author: str
    body: Mapping[str, Any]
    made: datetime
    state: str = WAITING
    version: int | None = None
    refused: Mapping[str, Any] | None = None
    ended: datetime | None = None


def put(connection: Connection, plan: Plan) -> None:
    """Keep a plan."""
    body = json.dumps(plan.body, sort_keys=True)
    told = {"id": plan.id, "due": to_stored(plan.due), "author": plan.author, "body": body, "state": plan.state}
    connection.execute(insert(table).values(**told, made=to_stored(plan.made)))


def every(connection: Connection) -> list[Plan]:
    """Those that wait, the next first; then those that ended, the last first."""
    waiting = select(table).where(table.c.state == WAITING).order_by(table.c.due, table.c.id)
    ended = select(table).where(table.c.state != WAITING).order_by(table.c.ended.desc(), table.c.id).limit(KEPT)
    return [_plan(row) for each in (waiting, ended) for row in connection.execute(each)]


def of(connection: Connection, plan: str) -> Plan | None:
    """A plan by its id."""
    row = connection.execute(select(table).where(table.c.id == plan)).first()
    return None if row is None else _plan(row)


def due(connection: Connection, now: datetime) -> list[str]:
    """The ids of what is due, in its order."""
    found = select(table.c.id).where(table.c.state == WAITING, table.c.due <= to_stored(now))
    return list(connection.scalars(found.order_by(table.c.due, table.c.id)))


def claim(connection: Connection, plan: str) -> Plan | None:
    """Have a plan that waits, until the end of the transaction; None when somebody else has it, or it has ended."""
    mine = select(table).where(table.c.id == plan, table.c.state == WAITING)
    row = connection.execute(mine.with_for_update(skip_locked=True)).first()
    return None if row is None else _plan(row)


def end(
    connection: Connection,
    plan: str,
    state: str,
    now: datetime,
    version: int | None = None,
    refused: Mapping[str, Any] | None = None,
) -> bool:
    """What came of a plan; False when it does not wait any more."""
    said = None if refused is None else json.dumps(refused, sort_keys=True)
    values = {"state": state, "ended": to_stored(now), "version": version, "refused": said}
    mine = (table.c.id == plan, table.c.state == WAITING)
    return connection.execute(update(table).where(*mine).values(**values)).rowcount == 1


def _plan(row: Any) -> Plan:
    return Plan(
        id=row.id,
        due=from_stored(row.due),
        author=row.author,
        body=json.loads(row.body),
        made=from_stored(row.made),
        state=row.state,
        version=row.version,
        refused=None if row.refused is None else json.loads(row.refused),
        ended=None if row.ended is None else from_stored(row.ended),
    )
