"""What is sent outside and has not arrived: seen and sent again by right (`delivery, see` and `delivery, resend`).

Used by `commands`, and by the web for `/metrics`. Nothing of what a message says is shown: who looks after deliveries
need not see the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.access import security
from engine.clock import to_stored
from engine.errors import conflict, forbidden, invalid_at, not_found, text
from engine.operations import bodies, presenting, rights
from engine.operations.calls import Answer
from engine.operations.operation import unfolded
from engine.operations.paging import LONGEST_NUMBER, known_only, read_limit
from engine.operations.rights import reach
from engine.records import outbox, timers

if TYPE_CHECKING:
    from engine.operations.operation import Operation
    from engine.operations.services import Services
    from engine.records.archive import Stored
    from engine.records.outbox import Kept

OBJECT = "delivery"


def page(operation: Operation, query: Mapping[str, str]) -> Answer:
    """`{items, next}`: messages of a state (`waiting` unless said), newest first."""
    _require(operation)
    known_only(query, ("state", "limit", "cursor"))
    state = query.get("state", outbox.WAITING)
    if state not in outbox.STATES:
        says = text("waiting, dead or delivered is expected.", "应为 waiting、dead 或 delivered。")
        raise invalid_at("/state", "unknown_state", says)
    limit = read_limit(query)
    found = outbox.page(operation.connection, state, _before(query.get("cursor")), limit)
    following = str(found[-1].id) if len(found) == limit else None
    return Answer(200, {"items": [_told(operation, each) for each in found], "next": following})


def resend(operation: Operation, key: str) -> Answer:
    """What was given up is tried again from the beginning, as soon as can be."""
    _require(operation, "resend")
    kept = outbox.kept(operation.connection, key)
    if kept is None:
        raise not_found()
    if not outbox.resend(operation.connection, key, to_stored(operation.now)):
        says = text("Only what was given up can be sent again.", "只能重新发送已放弃的消息。")
        raise conflict("not_dead", says)
    entry = security.Entry(operation.now, "message_resent", operation.actor_id, detail={"id": key})
    security.note(operation.connection, entry)
    return Answer(200, {"id": key, "state": outbox.WAITING})


def resend_all(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{}` -> `{resent}`: all that was given up until now is tried again, in its order; says how much that is."""
    _require(operation, "resend")
    bodies.only(body, set())
    many = outbox.resend_all(operation.connection, to_stored(operation.now))
    if many:
        entry = security.Entry(operation.now, "messages_resent", operation.actor_id, detail={"many": many})
        security.note(operation.connection, entry)
    return Answer(200, {"resent": many})


def may(operation: Operation) -> list[str]:
    """What the actor may do with what is sent outside: see it, send it again."""
    return [each for each in ("see", "resend") if reach(operation, OBJECT, each) is None]


def figures(services: Services) -> bytes:
    """What was sent, failed, given up, waits and is dead, and which timers broke, as Prometheus reads it."""
    with services.database.reading() as connection:
        counted, broken = outbox.figures(connection), timers.broken(connection)
    now = {f"now_{each}" for each in (outbox.WAITING, outbox.DEAD)}
    lines = ["# TYPE chainstock_messages_total counter"]
    lines += [_line("messages_total", "outcome", each) for each in counted if each[1] not in now]
    lines += ["# TYPE chainstock_messages gauge"]
    lines += [_line("messages", "state", each) for each in counted if each[1] in now]
    lines += ["# TYPE chainstock_timers_broken gauge", f"chainstock_timers_broken {broken}"]
    return "\n".join([*lines, ""]).encode()


def _line(name: str, word: str, counted: tuple[str, str, int]) -> str:
    topic, outcome, value = counted
    return f'chainstock_{name}{{topic="{topic}",{word}="{outcome.removeprefix("now_")}"}} {value}'


def _told(operation: Operation, kept: Kept) -> dict[str, Any]:
    stored = operation.shelf.head(kept.record)
    return {
        "id": kept.key,
        "topic": kept.topic,
        "record": {"form": stored.form if stored else None, "id": kept.record, "number": _number(operation, stored)},
        "target": presenting.named(operation, kept.target),
        "state": kept.state,
        "tries": kept.tries,
        "at": presenting.moment(kept.at),
        "next": presenting.moment(kept.next_try) if kept.state == outbox.WAITING else None,
        "ended": presenting.moment(kept.delivered if kept.delivered is not None else kept.dead),
        "said": kept.said,
    }


def _number(operation: Operation, stored: Stored | None) -> str | None:
    """What the record is called by, as far as the actor may see it."""
    folder = unfolded(operation, stored)
    return folder.number if folder is not None and rights.may(operation, folder, "see") else None


def _require(operation: Operation, action: str = "see") -> None:
    """Who may not see what is sent finds nothing here; who only sees it may not do more."""
    if reach(operation, OBJECT, "see") is not None:
        raise not_found()
    if reach(operation, OBJECT, action) is not None:
        raise forbidden()


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST_NUMBER):
        raise invalid_at("/cursor", "bad_cursor", text("This page mark is not ours.", "分页标记无效。"))
    return int(cursor)
