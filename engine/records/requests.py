"""Keys of requests, remembered for ever with their small answer, and keys of what may be made only once.

A key is claimed before anything else is done: a concurrent duplicate waits at the key (PostgreSQL) or for the writer
(SQLite), and then meets the answer. Used by operations, around every command that has a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import run
from engine.errors import Kind, Refusal, text
from engine.records.stored import dumps, loads

_CLAIM = (
    "INSERT INTO request_key (account, key, hash, at) VALUES (:account, :key, :hash, :at) "
    "ON CONFLICT (account, key) DO NOTHING"
)


@dataclass(frozen=True)
class Remembered:
    """What a key was used for and what was answered; compare `hash` with the request's before replaying."""

    hash: str
    status: int
    answer: Any


def begin(connection: Connection, account: str, key: str, request: str, at: int) -> Remembered | None:
    """Claim a key for the request with this hash; None when it is fresh, else what is remembered."""
    claimed = run(connection, _CLAIM, {"account": account, "key": key, "hash": request, "at": at})
    if claimed.rowcount == 1:
        return None
    sql = "SELECT hash, status, answer FROM request_key WHERE account = :account AND key = :key"
    line = run(connection, sql, {"account": account, "key": key}).one()
    if line.status is None:
        words = text("This request is being worked on.", "该请求正在处理中。")
        raise Refusal(Kind.CONFLICT, "in_progress", words)
    return Remembered(line.hash, line.status, loads(line.answer))


def finish(connection: Connection, account: str, key: str, status: int, answer: Any) -> None:
    """Remember the answer, its words in the order that they are given, for ever."""
    run(
        connection,
        "UPDATE request_key SET status = :status, answer = :answer "
        "WHERE account = :account AND key = :key AND status IS NULL",
        {"status": status, "answer": dumps(answer), "account": account, "key": key},
    )


def forget(connection: Connection, account: str, key: str) -> None:
    """Give a claimed key back: its request came to nothing definite. An answered one stays."""
    sql = "DELETE FROM request_key WHERE account = :account AND key = :key AND status IS NULL"
    run(connection, sql, {"account": account, "key": key})


def once(connection: Connection, key: str, record: str) -> bool:
    """Claim what may be made only once, ever; False when it was made before."""
    sql = "INSERT INTO once_key (key, record) VALUES (:key, :record) ON CONFLICT (key) DO NOTHING"
    return run(connection, sql, {"key": key, "record": record}).rowcount == 1
