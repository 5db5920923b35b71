"""Many commands in one call: offline upload and points of sale. Each lands exactly once; a refused one leaves nothing.

Commands run in their order. Neighbours that each make a record are written down together (see `runs`), every other in a
transaction of its own; when the database goes away, it and those behind it are answered as unavailable and may be sent
again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from engine.errors import Kind, Refusal, invalid_at, text
from engine.operations import commands, routes, runs
from engine.operations.calls import Answer, Call, Unread
from engine.operations.once import Overtaken, Result, perform, request_hash
from engine.operations.problems import problem
from engine.operations.runs import Making

if TYPE_CHECKING:
    from engine.operations.services import Services

MOST = 1000
MAKES = ("POST", ("records", "*"))
KNOWN = {"key", "at", "method", "path", "body", "if_match"}


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a batch, read and ready, or refused before it began."""

    key: str | None
    call: Call
    method: str
    path: str
    body: Any
    if_match: int | None
    refusal: Refusal | None = None


def run(services: Services, call: Call, body: Any) -> Answer:
    """Run `[{key, at, method, path, body}]`; answers `[{key, status, body}]` in the same order."""
    if call.actor is None:
        raise commands.not_signed_in()
    if not isinstance(body, Sequence) or isinstance(body, str):
        raise invalid_at("", "not_a_list", text("A list of commands is expected.", "应为命令列表。"))
    if len(body) > MOST:
        raise Refusal(Kind.LIMIT, "too_many", text(f"At most {MOST} commands a call.", f"每次最多 {MOST} 条命令。"))
    read = [_read(call, each, number) for number, each in enumerate(body)]
    away: list[Refusal] = []
    results = runs.in_order(read, partial(_together, services, away), partial(_alone, services, away))
    return Answer(200, [_answer(each, result, call.language) for each, result in zip(read, results, strict=True)])


def _together(services: Services, away: list[Refusal], tried: Sequence[Command]) -> Sequence[Result]:
    """The first of these that make a record each, as many as go together."""
    makings = [each for each in takewhile(lambda each: each is not None, map(_making, tried)) if each is not None]
    if len(makings) < 2 or away:
        return ()
    try:
        return services.database.transaction(lambda connection: runs.attempt(services, connection, makings))
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:  # away, or dead-locked again and again: fewer may go through
            raise Overtaken from refusal
        raise


def _making(command: Command) -> Making | None:
    if command.refusal is not None or command.if_match is not None or not isinstance(command.body, Mapping):
        return None
    try:
        route, words = routes.route_of(command.method, command.path)
    except Refusal:
        return None
    if (route.method, route.path) != MAKES:
        return None
    return Making(command.call, _hash(command), words[0], command.body)


def _hash(command: Command) -> str:
    seen = None if command.if_match is None else str(command.if_match)
    return request_hash(command.method, command.path, command.body, seen)


def _alone(services: Services, away: list[Refusal], command: Command) -> Result:
    """What one command comes to in a transaction of its own; nothing is begun once the database was away."""
    if command.refusal is not None or away:
        return Result(refusal=command.refusal or away[0])
    try:
        route, words = routes.route_of(command.method, command.path)
        if not route.writes:  # an answer that is remembered for ever must not hold what was seen
            raise routes.bad_method()
        asked = routes.Asked(words, command.body, {}, command.if_match)
        return Result(perform(services, command.call, _hash(command), lambda op: route.answer(op, asked)))
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            away.append(refusal)
        return Result(refusal=refusal)


def _answer(command: Command, result: Result, language: str) -> dict[str, Any]:
    if result.refusal is not None:
        return {"key": command.key, "status": result.refusal.status, "body": problem(result.refusal, language)}
    assert result.answer is not None
    return {"key": command.key, "status": result.answer.status, "body": result.answer.body}


def _read(call: Call, sent: Any, number: int) -> Command:
    if isinstance(sent, Unread):
        path = f"/{number}{sent.path}"
        return Command(sent.key, call, "", "", None, None, invalid_at(path, sent.code, sent.says))
    key = sent.get("key") if isinstance(sent, Mapping) else None
    key = key if isinstance(key, str) and key else None
    try:
        return _command(call, sent, key, number)
    except Refusal as refusal:
        return Command(key, call, "", "", None, None, refusal)


def _command(call: Call, sent: Any, key: str | None, number: int) -> Command:
    base = f"/{number}"
    if not isinstance(sent, Mapping):
        raise invalid_at(base, "not_an_object", text("An object is expected.", "应为对象。"))
    for name in sent:
        if name not in KNOWN:
            raise invalid_at(f"{base}/{name}", "unknown_field", text("There is no such field.", "没有此字段。"))
    if key is None:
        raise invalid_at(f"{base}/key", "required", text("Every command needs a key.", "每条命令都需要键。"))
    method, path = sent.get("method"), sent.get("path")
    if not isinstance(method, str) or not isinstance(path, str) or not path.startswith("/api/"):
        raise invalid_at(
            f"{base}/path",
            "bad_path",
            text("A method and a path below /api/ are expected.", "需要 method 和 /api/ 下的 path。"),
        )
    if_match = sent.get("if_match")
    if if_match is not None and (not isinstance(if_match, int) or isinstance(if_match, bool)):
        raise invalid_at(f"{base}/if_match", "not_a_number", text("A whole number is expected.", "应为整数。"))
    at = _moment(sent.get("at"), f"{base}/at")
    return Command(
        key,
        replace(call, key=key, at=at, route="batch"),
        method,
        path.removeprefix("/api/"),
        sent.get("body"),
        if_match,
    )


def _moment(sent: Any, path: str) -> datetime | None:
    if sent is None:
        return None
    try:
        found = datetime.fromisoformat(sent) if isinstance(sent, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid_at(path, "bad_moment", text("A moment with its offset is expected.", "应为带时区的时间。"))
    return found
