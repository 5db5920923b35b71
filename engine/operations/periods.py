"""Closing the books: nothing is posted any more that happened before a day that was closed. Used by `commands`.

The rights are `ledger, close` and `ledger, verify` of the policy. A closed period stays closed; the ledger keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.access import security
from engine.clock import to_stored
from engine.errors import forbidden, invalid_at, text
from engine.ledger import periods
from engine.operations import bodies, presenting, rights
from engine.operations.calls import Answer

if TYPE_CHECKING:
    from engine.operations.operation import Operation

OBJECT = "ledger"
EARLIEST = 1971


def show(operation: Operation) -> Answer:
    """`{until}`: up to when the books are closed; null while they never were."""
    _require(operation, "verify", "close")
    until = periods.closed_until(operation.connection)
    return Answer(200, {"until": None if until is None else presenting.moment(to_stored(until))})


def close(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{until}`: close everything that happened before; never a day to come, and never back again."""
    _require(operation, "close")
    bodies.only(body, {"until"})
    until = _moment(body)
    if until > operation.now:
        raise invalid_at("/until", "in_future", text("What is to come cannot be closed.", "不能关闭未来的期间。"))
    periods.close_period(operation.connection, until)
    said = presenting.moment(to_stored(until))
    security.note(
        operation.connection,
        security.Entry(operation.now, "period_closed", operation.actor_id, detail={"until": said}),
    )
    return Answer(200, {"until": said})


def _require(operation: Operation, *actions: str) -> None:
    if not any(rights.reach(operation, OBJECT, each) is None for each in actions):
        raise forbidden()


def _moment(body: Mapping[str, Any]) -> datetime:
    try:
        found = datetime.fromisoformat(bodies.word(body, "until"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year < EARLIEST:
        raise invalid_at("/until", "bad_moment", text("A moment with its offset is expected.", "应为带时区的时间。"))
    return found
