"""Running one writing command exactly once: its key, its transaction, its answer. For `commands`, `runs`, `importing`.

A key is remembered for ever with the hash of its request and a small answer, in the command's own transaction. A
definite refusal is remembered too, after what it had begun was taken back. What is not definite (401, 408, 429, 5xx) is
not remembered, so the same key may be sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import structlog

from engine.clock import to_stored
from engine.errors import Kind, Refusal, conflict, invalid_at, text
from engine.operations import problems
from engine.operations.calls import Answer, Call
from engine.operations.operation import Operation
from engine.records import requests
from engine.records.requests import Remembered

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.definitions import Loaded
    from engine.operations.services import Services

NOT_REMEMBERED = {401, 408, 429}
LONGEST_KEY = 200

log = structlog.get_logger("chainstock.security")

Work = Callable[[Operation], Answer]
T = TypeVar("T")
REHEARSED = "tests"
"""The route of commands of process tests: what they are refused concerns nobody."""
MOST_TESTED = 5
"""How often the tests run for one command, when others publish meanwhile."""


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
        result = tested(services, lambda connection: within(services, connection, call, request, work))
    except Overtaken:
        result = services.database.transaction(partial(_replay, call, request))
    except Refusal as refusal:
        if not call.key or not _definite(refusal):
            raise
        result = services.database.transaction(partial(_refuse, services, call, request, refusal))
    if result.refusal is not None:
        raise result.refusal
    assert result.answer is not None
    return result.answer


def tested(services: Services, work: Callable[[Connection], T]) -> T:
    """Run what may publish in a transaction of its own: the process tests of what it publishes are run before it.

    Which library that is, the work says; what it had begun is taken back while they run, and nothing waits for them.
    """
    for _ in range(MOST_TESTED):
        try:
            return services.database.transaction(work)
        except Untested as untested:
            services.tested(untested.loaded)
    says = text("Others have published again and again meanwhile.", "其间他人多次发布。")
    raise conflict("published_meanwhile", says)


class Untested(Exception):
    """A library is to be published whose process tests were not run yet."""

    def __init__(self, loaded: Loaded) -> None:
        super().__init__("untested")
        self.loaded = loaded


class Overtaken(Exception):
    """The same key was answered by somebody else while this one worked: what it did is to be taken back."""


def within(
    services: Services, connection: Connection, call: Call, request: str, work: Work, *, nested: bool = False
) -> Result:
    """Run one command inside a transaction that may hold others; a refusal leaves nothing of it but its memory."""
    kept = _recall(connection, call, request)
    if kept is not None:
        return kept
    savepoint = connection.begin_nested() if nested else None
    try:
        operation = Operation(services, connection, call)
        answer = work(operation)
        _keep(connection, call, Remembered(request, answer.status, _kept_of(answer)), to_stored(operation.now))
        operation.let_go()
    except (Refusal, Overtaken) as ended:
        if isinstance(ended, Refusal):
            _note(call, ended)
        if savepoint is None:
            raise
        savepoint.rollback()
        if isinstance(ended, Refusal):
            return _refuse(services, call, request, ended, connection)
        return _replay(call, request, connection)
    if savepoint is not None:
        savepoint.commit()
    return Result(answer)


def _kept_of(answer: Answer) -> Any:
    """What is remembered of an answer."""
    if not answer.once:
        return answer.body
    return {name: value for name, value in answer.body.items() if name not in answer.once}


def account_of(call: Call) -> str:
    """Whose keys these are."""
    return call.actor.person if call.actor else ""


def is_key(key: str) -> bool:
    """Whether it is short and printable, as keys are."""
    return len(key) <= LONGEST_KEY and key.isprintable()


def replayed(found: Remembered, request: str) -> Result:
    """What a key was answered, if it was used for the same request; else its refusal."""
    if found.hash != request:
        words = text("This key was used for another request.", "该幂等键已用于其他请求。")
        return Result(refusal=invalid_at("/Idempotency-Key", "key_reused", words))
    if found.status >= 400:
        return Result(refusal=problems.recall(found.answer))
    return Result(Answer(found.status, found.answer))


def _recall(connection: Connection, call: Call, request: str) -> Result | None:
    if not call.key:
        return None
    if not is_key(call.key):
        words = text("The key is too long or holds what cannot be printed.", "幂等键过长或含有不可打印的字符。")
        return Result(refusal=invalid_at("/Idempotency-Key", "bad_key", words))
    found = requests.recall(connection, account_of(call), call.key)
    return None if found is None else replayed(found, request)


def _keep(connection: Connection, call: Call, answered: Remembered, at: int) -> None:
    if call.key and not requests.keep(connection, account_of(call), call.key, answered, at):
        raise Overtaken


def _definite(refusal: Refusal) -> bool:
    """Whether the same request is refused in the same way for ever."""
    return refusal.status < 500 and refusal.status not in NOT_REMEMBERED


def _refuse(services: Services, call: Call, request: str, refusal: Refusal, connection: Connection) -> Result:
    """Remember a refusal, after what it had begun was taken back; unless the key has another answer by now."""
    if call.key and _definite(refusal):
        try:
            kept = _recall(connection, call, request)
            if kept is not None:
                return kept
            answered = Remembered(request, refusal.status, problems.remember(refusal))
            _keep(connection, call, answered, to_stored(services.now(connection)))
        except Overtaken:
            return _replay(call, request, connection)
    return Result(refusal=refusal)


def _replay(call: Call, request: str, connection: Connection) -> Result:
    """The answer that somebody else has got for this key."""
    kept = _recall(connection, call, request)
    assert kept is not None
    return kept


def _note(call: Call, refusal: Refusal) -> None:
    """Tell the security log of somebody who asked for what he may not have."""
    if refusal.kind in (Kind.RIGHT, Kind.NOT_FOUND) and call.route != REHEARSED:
        log.warning("refused", actor=call.actor.account if call.actor else None, code=refusal.code, route=call.route)
