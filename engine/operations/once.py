"""Running one writing command exactly once: its key, its transaction, its answer. Used by `commands` and `batch`.

A key is remembered for ever with the hash of its request and a small answer. A definite refusal is remembered too: what
it had begun is rolled back first (in a batch to a savepoint), then the memory of it is committed. What is not definite
(401, 408, 429, 5xx) is not remembered, so the same key may be sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from engine.clock import to_stored
from engine.errors import Kind, Refusal, invalid_at, text
from engine.operations import problems
from engine.operations.calls import Answer, Call
from engine.operations.operation import Operation
from engine.records import requests

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

NOT_REMEMBERED = {401, 408, 429}
LONGEST_KEY = 200

log = structlog.get_logger("chainstock.security")

Work = Callable[[Operation], Answer]


@dataclass(frozen=True, slots=True)
class Result:
    """What one command came to."""

    answer: Answer | None = None
    refusal: Refusal | None = None


def request_hash(method: str, path: str, body: Any, if_match: str | None = None) -> str:
    """What makes two requests the same."""
    whole = orjson.dumps([method, path, body, if_match], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(whole).hexdigest()


def perform(services: Services, call: Call, request: str, work: Work) -> Answer:
    """Run one command in its own transaction and commit; raises its `Refusal`."""
    try:
        result = services.database.transaction(lambda connection: within(services, connection, call, request, work))
    except Refusal as refusal:
        if not call.key or not _definite(refusal):
            raise
        result = services.database.transaction(partial(_refuse, services, call, request, refusal))
    if result.refusal is not None:
        raise result.refusal
    assert result.answer is not None
    return result.answer


def within(
    services: Services, connection: Connection, call: Call, request: str, work: Work, *, nested: bool = False
) -> Result:
    """Run one command inside a transaction that may hold others; a refusal leaves nothing of it but its memory."""
    account = call.actor.person if call.actor else ""
    try:
        kept = _begin(services, connection, call, account, request)
    except Refusal as refusal:
        return Result(refusal=refusal)
    if kept is not None:
        return kept
    savepoint = connection.begin_nested() if nested else None
    try:
        operation = Operation(services, connection, call)
        answer = work(operation)
    except Refusal as refusal:
        _note(call, refusal)
        if savepoint is None:
            raise
        savepoint.rollback()
        if call.key:
            _remember_refusal(connection, call, account, refusal)
        return Result(refusal=refusal)
    if savepoint is not None:
        savepoint.commit()
    if call.key:
        requests.finish(connection, account, call.key, answer.status, _kept(answer))
    return Result(answer)


def _kept(answer: Answer) -> Any:
    if not answer.once:
        return answer.body
    return {name: value for name, value in answer.body.items() if name not in answer.once}


def _begin(services: Services, connection: Connection, call: Call, account: str, request: str) -> Result | None:
    if not call.key:
        return None
    if len(call.key) > LONGEST_KEY or not call.key.isprintable():
        raise invalid_at("/Idempotency-Key", "bad_key", text("The key is too long.", "幂等键过长。"))
    found = requests.begin(connection, account, call.key, request, to_stored(services.now(connection)))
    if found is None:
        return None
    if found.hash != request:
        words = text("This key was used for another request.", "该幂等键已用于其他请求。")
        raise invalid_at("/Idempotency-Key", "key_reused", words)
    if found.status >= 400:
        return Result(refusal=problems.recall(found.answer))
    return Result(Answer(found.status, found.answer))


def _definite(refusal: Refusal) -> bool:
    return refusal.status < 500 and refusal.status not in NOT_REMEMBERED


def _refuse(services: Services, call: Call, request: str, refusal: Refusal, connection: Connection) -> Result:
    """Remember a refusal, after the transaction that it ended; unless the key has another answer by now."""
    account = call.actor.person if call.actor else ""
    kept = _begin(services, connection, call, account, request)
    if kept is not None:
        return kept
    _remember_refusal(connection, call, account, refusal)
    return Result(refusal=refusal)


def _remember_refusal(connection: Connection, call: Call, account: str, refusal: Refusal) -> None:
    assert call.key is not None
    if _definite(refusal):
        requests.finish(connection, account, call.key, refusal.status, problems.remember(refusal))
    else:
        requests.forget(connection, account, call.key)


def _note(call: Call, refusal: Refusal) -> None:
    if refusal.kind in (Kind.RIGHT, Kind.NOT_FOUND):
        log.warning("refused", actor=call.actor.account if call.actor else None, code=refusal.code, route=call.route)
