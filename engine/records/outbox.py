"""What must be told outside: written with the change itself, delivered at least once, in order per record.

Put by operations, taken by `delivery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, listed, one_of, run, skip_locked
from engine.records.beside import Steps
from engine.records.stored import dumps, loads

COLUMNS: Mapping[str, str] = {
    "seq": "whole",
    "record": "words",
    "topic": "words",
    "payload": "document",
    "at": "whole",
    "next_try": "whole",
}


@dataclass(frozen=True)
class Message:
    """One message that waits; `id` grows."""

    id: int
    seq: int
    record: str
    topic: str
    payload: Mapping[str, Any]
    at: int
    tries: int


def put(connection: Connection, seq: int, record: str, topic: str, payload: Mapping[str, Any], at: int) -> None:
    """Write one message with the change that it tells of."""
    run(
        connection,
        "INSERT INTO outbox (seq, record, topic, payload, at, next_try) "
        "VALUES (:seq, :record, :topic, :payload, :at, :at)",
        {"seq": seq, "record": record, "topic": topic, "payload": dumps(payload), "at": at},
    )


def steps(
    connection: Connection, seq: int, record: str, topic: str, payloads: Iterable[Mapping[str, Any]], at: int
) -> Steps:
    """The same for many messages of one record, in their order, to be written together with it."""
    lines = [
        {"seq": seq, "record": record, "topic": topic, "payload": payload, "at": at, "next_try": at}
        for payload in payloads
    ]
    return insert_steps(connection, "outbox", COLUMNS, lines)


def due(connection: Connection, now: int, limit: int = 100) -> list[Message]:
    """Messages to be sent now, claimed until the transaction ends: of each record the oldest that waits."""
    sql = (
        "SELECT id, seq, record, topic, payload, at, tries FROM outbox WHERE delivered IS NULL AND next_try <= :now "
        "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.record = outbox.record AND o.id < outbox.id "
        f"AND o.delivered IS NULL) ORDER BY next_try, id LIMIT :most {skip_locked(connection.dialect.name)}"
    )
    lines = run(connection, sql, {"now": now, "most": limit})
    return [Message(**{**line._mapping, "payload": loads(line.payload)}) for line in lines]


def delivered(connection: Connection, ids: Iterable[int], at: int) -> None:
    """These messages have arrived."""
    _mark(connection, "delivered = :at, tries = tries + 1", ids, {"at": at})


def failed(connection: Connection, ids: Iterable[int], next_try: int) -> None:
    """These messages did not arrive; they, and what waits behind them, are tried again at `next_try`."""
    _mark(connection, "next_try = :next, tries = tries + 1", ids, {"next": next_try})


def _mark(connection: Connection, change: str, ids: Iterable[int], parameters: Mapping[str, int]) -> None:
    dialect = connection.dialect.name
    chosen = one_of(dialect, "CAST(id AS TEXT)", "ids")
    sql = f"UPDATE outbox SET {change} WHERE delivered IS NULL AND {chosen}"
    run(connection, sql, {**parameters, "ids": listed(dialect, [str(each) for each in ids])})
