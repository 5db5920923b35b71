"""Keys of requests, remembered for ever with their small answer, and keys of what may be made only once.

A key is looked up before anything is done and kept with the answer as the last thing of the same transaction. Of two
that come at once under one key the second waits there for the first, is taken back whole, and meets its answer.
Used by operations, around every command that has a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, run
from engine.records.stored import dumps, loads

_LINE = {"account": "words", "key": "words", "hash": "words", "status": "whole", "answer": "words", "at": "whole"}
_ONE = (
    "INSERT INTO request_key (account, key, hash, status, answer, at) "
    "VALUES (:account, :key, :hash, :status, :answer, :at) ON CONFLICT (account, key) DO NOTHING"
)


@dataclass(frozen=True)
class Remembered:
    """What a key was used for and what was answered; compare `hash` with the request's before replaying."""

    hash: str
    status: int
    answer: Any


def recall(connection: Connection, account: str, key: str) -> Remembered | None:
    """What a key was used for; None when it is fresh."""
    sql = "SELECT hash, status, answer FROM request_key WHERE account = :account AND key = :key"
    line = run(connection, sql, {"account": account, "key": key}).first()
    return None if line is None else Remembered(line.hash, line.status, loads(line.answer))


def recall_all(connection: Connection, account: str, keys: Iterable[str]) -> Mapping[str, Remembered]:
    """The same for many keys of one account; those that are fresh are not there."""
    sql = (
        "SELECT r.key, r.hash, r.status, r.answer FROM @keys(key words) "
        "@find(request_key r ON r.account = :account AND r.key = keys.key)"
    )
    lines = run(connection, sql, {"keys": dumps([{"key": key} for key in keys]), "account": account})
    return {line.key: Remembered(line.hash, line.status, loads(line.answer)) for line in lines}


def keep(connection: Connection, account: str, key: str, remembered: Remembered, at: int) -> bool:
    """Remember an answer for ever, its words in their order; False when the key has one already."""
    line = {"account": account, "key": key, "hash": remembered.hash, "status": remembered.status, "at": at}
    return run(connection, _ONE, {**line, "answer": dumps(remembered.answer)}).rowcount == 1


def keep_all(connection: Connection, account: str, answers: Mapping[str, Remembered], at: int) -> bool:
    """The same for many keys of one account; False when one of them has an answer already."""
    lines = [
        {"account": account, "key": key, "hash": one.hash, "status": one.status, "answer": dumps(one.answer), "at": at}
        for key, one in sorted(answers.items())
    ]
    done = 0
    for sql, parameters in insert_steps(connection, "request_key", _LINE, lines):
        done = run(connection, f"{sql} ON CONFLICT (account, key) DO NOTHING", parameters).rowcount
    return done == len(lines)


def once(connection: Connection, key: str, record: str) -> bool:
    """Claim what may be made only once, ever; False when it was made before."""
    sql = "INSERT INTO once_key (key, record) VALUES (:key, :record) ON CONFLICT (key) DO NOTHING"
    return run(connection, sql, {"key": key, "record": record}).rowcount == 1
