"""What must be told outside: written with the change itself, delivered at least once, in order per record and target.

Put by operations, taken by `delivery`. Whoever takes a message puts its next try off by a lease, so that nobody else
takes it meanwhile; a process that dies leaves it to be taken again when the lease is over. A message that was given up
is dead: it holds back none behind it, and waits for somebody to send it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, listed, one_of, run, skip_locked
from engine.records.beside import Steps
from engine.records.stored import loads

COLUMNS: Mapping[str, str] = {
    "key": "words",
    "seq": "whole",
    "record": "words",
    "target": "words",
    "topic": "words",
    "payload": "document",
    "at": "whole",
    "next_try": "whole",
}
WEBHOOK, MAIL, GATHERED = "webhook", "mail", "gathered"
"""What kinds of messages there are; what is gathered goes into a mail with others, at its time."""
WAITING, DEAD, DELIVERED = "waiting", "dead", "delivered"
STATES: Mapping[str, str] = {
    WAITING: "delivered IS NULL AND dead IS NULL",
    DEAD: "dead IS NOT NULL",
    DELIVERED: "delivered IS NOT NULL",
}
_DUE_FOR = f"{STATES[WAITING]} AND topic = '{GATHERED}' AND next_try <= :now AND target = :target"
LONGEST_SAID = 200
_READ = "id, key, seq, record, target, topic, payload, at, tries"


@dataclass(frozen=True)
class Message:
    """One message that waits; `id` grows, `key` is its name outside, `tries` counts the one that begins."""

    id: int
    key: str
    seq: int
    record: str
    target: str
    topic: str
    payload: Mapping[str, Any]
    at: int
    tries: int


@dataclass(frozen=True)
class Kept:
    """A message as who looks after deliveries sees it: nothing of what it says."""

    id: int
    key: str
    record: str
    target: str
    topic: str
    at: int
    next_try: int
    tries: int
    delivered: int | None
    dead: int | None
    said: str | None

    @property
    def state(self) -> str:
        """Whether it waits, was given up, or has arrived."""
        return DELIVERED if self.delivered is not None else DEAD if self.dead is not None else WAITING


@dataclass(frozen=True)
class New:
    """A message to be: to whom, of which kind, saying what, and from when on."""

    target: str
    topic: str
    payload: Mapping[str, Any]
    since: int


def steps(
    connection: Connection, new_id: Callable[[], str], seq: int, record: str, at: int, messages: Iterable[New]
) -> Steps:
    """Messages about one record, in their order, to be written together with it."""
    known = {"seq": seq, "record": record, "at": at}
    lines = [
        {**known, "key": new_id(), "target": new.target, "topic": new.topic, "payload": new.payload,
         "next_try": new.since}
        for new in messages
    ]  # fmt: skip
    return insert_steps(connection, "outbox", COLUMNS, lines)


def put(
    connection: Connection, new_id: Callable[[], str], seq: int, record: str, at: int, messages: Iterable[New]
) -> None:
    """The same, written at once."""
    for sql, parameters in steps(connection, new_id, seq, record, at, messages):
        run(connection, sql, parameters)


def anything(connection: Connection, now: int) -> bool:
    """Whether there is anything to send or to gather."""
    sql = f"SELECT 1 FROM outbox WHERE {STATES[WAITING]} AND next_try <= :now LIMIT 1"
    return run(connection, sql, {"now": now}).first() is not None


def claim(connection: Connection, now: int, lease: int, limit: int = 200, each: int = 10) -> list[Message]:
    """Messages to be sent now, taken until `lease`: of each record and target the oldest, of one target at most `each`.

    Those of one target come in their order.
    """
    waiting = STATES[WAITING]
    sql = (
        f"SELECT {_READ} FROM outbox WHERE {waiting} AND next_try <= :now AND topic <> '{GATHERED}' AND NOT EXISTS ("
        "SELECT 1 FROM outbox o WHERE o.record = outbox.record AND o.target = outbox.target AND o.id < outbox.id "
        f"AND o.delivered IS NULL AND o.dead IS NULL AND o.topic <> '{GATHERED}') "
        f"ORDER BY next_try, id LIMIT :most {skip_locked(connection.dialect.name)}"
    )
    found = _messages(run(connection, sql, {"now": now, "most": limit}))
    counted: Counter[str] = Counter()
    taken = []
    for message in sorted(found, key=lambda one: one.id):
        counted[message.target] += 1
        if counted[message.target] <= each:
            taken.append(message)
    _mark(connection, "next_try = :lease, tries = tries + 1", [one.id for one in taken], {"lease": lease})
    return [Message(**{**one.__dict__, "tries": one.tries + 1}) for one in taken]


def delivered(connection: Connection, message: Message, at: int, said: str) -> None:
    """It has arrived."""
    if _mark(connection, "delivered = :at, said = :said", [message.id], {"at": at, "said": said[:LONGEST_SAID]}):
        count(connection, message.topic, "sent")


def failed(connection: Connection, message: Message, next_try: int, said: str) -> None:
    """It did not arrive; it, and what waits behind it, is tried again at `next_try`."""
    told = {"next": next_try, "said": said[:LONGEST_SAID]}
    if _mark(connection, "next_try = :next, said = :said", [message.id], told):
        count(connection, message.topic, "failed")


def give_up(connection: Connection, message: Message, at: int, said: str) -> None:
    """It did not arrive, and is not tried again by itself."""
    if _mark(connection, "dead = :at, said = :said", [message.id], {"at": at, "said": said[:LONGEST_SAID]}):
        count(connection, message.topic, "dead")


def give_back(connection: Connection, messages: Iterable[Message], next_try: int) -> None:
    """These were taken and not tried: somebody takes them at `next_try`."""
    ids = [one.id for one in messages]
    if ids:
        _mark(connection, "next_try = :next, tries = tries - 1", ids, {"next": next_try})


def due_to_gather(connection: Connection, now: int, limit: int = 100) -> list[str]:
    """People for whom something that was gathered is due."""
    sql = (
        f"SELECT DISTINCT target FROM outbox WHERE {STATES[WAITING]} AND topic = '{GATHERED}' "
        "AND next_try <= :now ORDER BY target LIMIT :most"
    )
    return [line.target for line in run(connection, sql, {"now": now, "most": limit})]


def gather(connection: Connection, target: str, now: int) -> list[Message]:
    """What was gathered for somebody and is due, oldest first, counted as delivered: it goes on in one mail."""
    sql = f"SELECT {_READ} FROM outbox WHERE {_DUE_FOR} ORDER BY id {skip_locked(connection.dialect.name)}"
    found = _messages(run(connection, sql, {"now": now, "target": target}))
    _mark(connection, "delivered = :at, said = 'gathered'", [one.id for one in found], {"at": now})
    return found


def tries_to_gather(connection: Connection, target: str, now: int) -> int:
    """How often what is due for somebody could not be gathered."""
    sql = f"SELECT max(tries) FROM outbox WHERE {_DUE_FOR}"
    return int(run(connection, sql, {"target": target, "now": now}).scalar() or 0)


def not_gathered(connection: Connection, target: str, now: int, until: int | None, said: str) -> None:
    """What is due for somebody could not be gathered: it is put off, or given up when there is no `until`."""
    change = "dead = :now" if until is None else "next_try = :until"
    sql = f"UPDATE outbox SET {change}, tries = tries + 1, said = :said WHERE {_DUE_FOR}"
    told = {"target": target, "now": now, "until": until, "said": said[:LONGEST_SAID]}
    for _ in range(run(connection, sql, told).rowcount):
        count(connection, GATHERED, "failed" if until is not None else "dead")


def page(connection: Connection, state: str, before: int | None = None, limit: int = 50) -> list[Kept]:
    """Messages in a state, newest first; `before` is the id of the last one seen."""
    sql = (
        "SELECT id, key, record, target, topic, at, next_try, tries, delivered, dead, said FROM outbox "
        f"WHERE {STATES[state]} AND (CAST(:before AS BIGINT) IS NULL OR id < :before) ORDER BY id DESC LIMIT :most"
    )
    return [Kept(**line._mapping) for line in run(connection, sql, {"before": before, "most": limit})]


def kept(connection: Connection, key: str) -> Kept | None:
    """One message by its name outside."""
    sql = (
        "SELECT id, key, record, target, topic, at, next_try, tries, delivered, dead, said FROM outbox WHERE key = :key"
    )
    line = run(connection, sql, {"key": key}).first()
    return None if line is None else Kept(**line._mapping)


def resend(connection: Connection, key: str, now: int) -> bool:
    """What was given up is tried again from the beginning; False when it is not dead."""
    sql = "UPDATE outbox SET dead = NULL, tries = 0, next_try = :now WHERE key = :key AND dead IS NOT NULL"
    return run(connection, sql, {"key": key, "now": now}).rowcount == 1


def resend_all(connection: Connection, now: int) -> int:
    """All that was given up is tried again from the beginning; says how many."""
    sql = "UPDATE outbox SET dead = NULL, tries = 0, next_try = :now WHERE dead IS NOT NULL"
    return run(connection, sql, {"now": now}).rowcount


def forget(connection: Connection, before: int, limit: int = 1000) -> int:
    """Take away what arrived before a moment, the oldest first; says how many."""
    sql = (
        "DELETE FROM outbox WHERE id IN "
        "(SELECT id FROM outbox WHERE delivered < :before ORDER BY delivered LIMIT :most)"
    )
    return run(connection, sql, {"before": before, "most": limit}).rowcount


def count(connection: Connection, topic: str, outcome: str) -> None:
    """One more came to this."""
    run(
        connection,
        "INSERT INTO outbox_count (topic, outcome, value) VALUES (:topic, :outcome, 1) "
        "ON CONFLICT (topic, outcome) DO UPDATE SET value = outbox_count.value + 1",
        {"topic": topic, "outcome": outcome},
    )


def figures(connection: Connection) -> list[tuple[str, str, int]]:
    """How much was sent, failed and given up since the beginning, by topic; and how much waits and is dead now."""
    counted = [
        (line.topic, line.outcome, int(line.value))
        for line in run(connection, "SELECT topic, outcome, value FROM outbox_count ORDER BY topic, outcome")
    ]
    for state in (WAITING, DEAD):
        sql = f"SELECT topic, count(*) AS value FROM outbox WHERE {STATES[state]} GROUP BY topic ORDER BY topic"
        counted += [(line.topic, f"now_{state}", int(line.value)) for line in run(connection, sql)]
    return counted


def _messages(lines: Iterable[Any]) -> list[Message]:
    return [Message(**{**line._mapping, "payload": loads(line.payload)}) for line in lines]


def _mark(connection: Connection, change: str, ids: Iterable[int], parameters: Mapping[str, Any]) -> int:
    dialect = connection.dialect.name
    chosen = one_of(dialect, "CAST(id AS TEXT)", "ids")
    sql = f"UPDATE outbox SET {change} WHERE {STATES[WAITING]} AND {chosen}"
    return run(connection, sql, {**parameters, "ids": listed(dialect, [str(each) for each in ids])}).rowcount
