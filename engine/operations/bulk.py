"""One action on many records, or one verdict on many tasks: an answer for each, each in a transaction of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.errors import Refusal, not_found
from engine.operations import acting, bodies, deciding
from engine.operations.calls import Answer, Call
from engine.operations.once import LONGEST_KEY, Work, perform, request_hash
from engine.operations.problems import problem

if TYPE_CHECKING:
    from engine.operations.services import Services


def act(services: Services, call: Call, form: str, action: str, body: Mapping[str, Any]) -> Answer:
    """`{ids, values?, asks?, comment?}` -> `[{id, status, body}]`."""
    bodies.only(body, {"ids", "values", "asks", "comment"})
    sent = {name: value for name, value in body.items() if name != "ids"}

    def work(record: str) -> Work:
        return lambda operation: acting.act(operation, form, record, action, sent, None)

    return _each(services, call, acting.bulk_ids(body), f"records/{form}/actions/{action}", sent, work)


def decide(services: Services, call: Call, verdict: str, body: Mapping[str, Any]) -> Answer:
    """`{ids, comment?}` -> `[{id, status, body}]` for `approve` or `reject`."""
    if verdict not in ("approve", "reject"):
        raise not_found()
    bodies.only(body, {"ids", "comment"})
    sent = {name: value for name, value in body.items() if name != "ids"}

    def work(task: str) -> Work:
        return lambda operation: deciding.decide(operation, task, verdict, sent)

    return _each(services, call, acting.bulk_ids(body), f"tasks/actions/{verdict}", sent, work)


def _key(key: str | None, one: str) -> str | None:
    """The key of one of many; a long one is shortened so that no two become the same."""
    if not key:
        return None
    whole = f"{key}/{one}"
    return whole if len(whole) <= LONGEST_KEY else f"bulk/{hashlib.sha256(whole.encode()).hexdigest()}"


def _each(services: Services, call: Call, ids: list[str], path: str, sent: Mapping[str, Any], work: Any) -> Answer:
    """Each under a key of its own, made from the call's, so that the whole may be sent again."""
    answers = []
    for one in ids:
        own = replace(call, key=_key(call.key, one), route="bulk")
        try:
            answer = perform(services, own, request_hash("POST", path, [one, sent]), work(one))
        except Refusal as refusal:
            answers.append({"id": one, "status": refusal.status, "body": problem(refusal, call.language)})
        else:
            answers.append({"id": one, "status": answer.status, "body": answer.body})
    return Answer(200, answers)
