"""Publishing now or at a moment: `when` of a publish. Used by `commands`, and by `timing` when the moment comes.

What is planned is tried at once and taken back, so that it is refused now rather than at night. It is published as the
one who planned it, checked again by all that holds then; if it is refused, he and who wrote it are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from engine.clock import to_stored
from engine.database.dialects import run_together
from engine.definitions import plans
from engine.definitions.plans import Plan
from engine.errors import Kind, Refusal, conflict, forbidden, invalid_at, not_found, say, text
from engine.operations import laying, problems, publishing, rights, second_person, versions, wording
from engine.operations.calls import Actor, Answer, Call
from engine.operations.once import tested
from engine.operations.operation import Operation
from engine.operations.presenting import moment, person
from engine.records import notices

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

log = structlog.get_logger("chainstock.publishing")
FARTHEST = datetime(2500, 1, 1, tzinfo=UTC)
IN_USE = text("Something that it takes away is in use.", "其移除的内容仍在使用。")
BROKE = Refusal(Kind.RULE, "broke", text("It broke; the log says why.", "发布出错，详见日志。"))


def publish(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{texts?, drafts?, note?, mapping?, running?, when?}`: published at once, or planned for `when`."""
    if "when" not in body:
        return publishing.publish(operation, body)
    versions.require(operation, "publish")
    due = _moment(operation, body["when"])
    asked = {name: value for name, value in body.items() if name != "when"}
    tried = operation.connection.begin_nested()
    try:
        asked |= _pinned(operation, asked)
        publishing.publish(Operation(operation.services, operation.connection, operation.call), asked)
    finally:
        tried.rollback()
    plan = Plan(operation.new_id(), due, operation.actor_id, asked, operation.now)
    plans.put(operation.connection, plan)
    return Answer(200, _small(operation, plan))


def _pinned(operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    """The drafts as they stand: what is written into them later is not published by this plan."""
    if "drafts" not in body:
        return {}
    found = laying.drafts_named(operation, body)
    return {
        "drafts": [
            {"kind": each.kind, "name": each.name, "layer": each.layer, "revision": each.revision} for each in found
        ]
    }


def _moment(operation: Operation, sent: Any) -> datetime:
    """A moment with its offset, or a day: its beginning where the chain is. It lies ahead."""
    found: datetime | None = None
    try:
        if isinstance(sent, str) and len(sent) == len("2026-01-01"):
            found = datetime.combine(date.fromisoformat(sent), time(), operation.zone)
        elif isinstance(sent, str):
            found = datetime.fromisoformat(sent)
        found = found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        found = None
    if found is None or found > FARTHEST:
        says = text("A day, or a moment with its offset, is expected.", "应为日期或带时区的时间。")
        raise invalid_at("/when", "bad_moment", says)
    if found <= operation.now:
        raise invalid_at("/when", "past", text("This moment has passed.", "该时间已过。"))
    return found


def page(operation: Operation) -> Answer:
    """What is planned, and what came of what was."""
    versions.require(operation, "see")
    items = [_shown(operation, each) for each in plans.every(operation.connection)]
    return Answer(200, {"items": items, "next": None})


def call_off(operation: Operation, plan: str) -> Answer:
    """It is not published after all."""
    versions.require(operation, "publish")
    found = plans.of(operation.connection, plan)
    if found is None:
        raise not_found()
    if not plans.end(operation.connection, plan, plans.CALLED_OFF, operation.now):
        raise conflict("plan_ended", text("It does not wait any more.", "该计划已结束。"))
    return Answer(200, _small(operation, plans.of(operation.connection, plan) or found))


def _small(operation: Operation, plan: Plan) -> dict[str, Any]:
    """What is kept with the key of a command: nothing of what may read otherwise one day."""
    return {
        "form": "definitions",
        "id": plan.id,
        "number": None,
        "state": plan.state,
        "revision": 0,
        "version": operation.library.version,
        "seq": 0,
    }


def _why(operation: Operation, refused: Any) -> dict[str, Any]:
    """Why it was refused. Which records are in use is for who publishes; others are told what kind of thing it was."""
    told = problems.problem(problems.recall(refused), operation.call.language)
    if rights.reach(operation, "definitions", "publish") is None:
        return told
    errors = [{name: each[name] for name in ("path", "code")} for each in told["errors"]]
    return {**told, "detail": told["title"], "errors": errors}


def _shown(operation: Operation, plan: Plan) -> dict[str, Any]:
    return {
        "form": "definitions",
        "id": plan.id,
        "number": None,
        "state": plan.state,
        "when": moment(to_stored(plan.due)),
        "author": person(operation, plan.author),
        "at": moment(to_stored(plan.made)),
        "note": plan.body.get("note", ""),
        "drafts": [f"{each['kind']}/{each['name']}" for each in plan.body.get("drafts", ())],
        "version": plan.version,
        "ended": moment(to_stored(plan.ended)) if plan.ended is not None else None,
        "refused": _why(operation, plan.refused) if plan.refused is not None else None,
    }


def fire(services: Services) -> int:
    """Publish what is due, each once whoever looks, in a transaction of its own; says how many came to an end."""
    with services.database.reading() as connection:
        found = plans.due(connection, services.now(connection))
    return sum(_fire(services, each) for each in found)


def _fire(services: Services, plan: str) -> int:
    try:
        return tested(services, partial(_publish, services, plan))
    except Refusal as refusal:
        if refusal.kind is Kind.UNAVAILABLE:
            raise
        return services.database.transaction(partial(_refused, services, plan, refusal))
    except Exception:
        log.exception("planned publication broke", plan=plan)
        return services.database.transaction(partial(_refused, services, plan, BROKE))


def _publish(services: Services, plan: str, connection: Connection) -> int:
    """Within one transaction: claim it, publish it as who planned it, and say which version it has become."""
    claimed = plans.claim(connection, plan)
    if claimed is None:
        return 0
    operation = Operation(services, connection, _call(services, connection, claimed))
    answer = publishing.publish(operation, claimed.body)
    plans.end(connection, plan, plans.PUBLISHED, operation.now, answer.body["version"])
    return 1


def _call(services: Services, connection: Connection, plan: Plan) -> Call:
    """As the one who planned it, if he is still there."""
    found = Operation(services, connection, publishing.SYSTEM_CALL).directory.persons.get(plan.author)
    if found is None or not found.active:
        raise forbidden()
    return Call(Actor(found.id, found.account, found.name, "system"), found.language, route="planned")


def _words(refusal: Refusal) -> dict[str, str]:
    """What those are told who planned and wrote it; of records that are in use, who may see them reads elsewhere."""
    if any(each.params.get("records") for each in refusal.faults):
        return {"en": say(IN_USE, "en"), "zh": say(IN_USE, "zh")}
    first = refusal.faults[0].says if refusal.faults else refusal.says
    return {language: f"{say(refusal.says, language)} {say(first, language)}" for language in ("en", "zh")}


def _refused(services: Services, plan: str, refusal: Refusal, connection: Connection) -> int:
    """Nothing has changed; whoever planned it, and whoever wrote it, is told why."""
    claimed = plans.claim(connection, plan)
    if claimed is None:
        return 0
    operation = Operation(services, connection, publishing.SYSTEM_CALL)
    plans.end(connection, plan, plans.REFUSED, operation.now, refused=problems.remember(refusal))
    log.warning("planned publication refused", plan=plan, code=refusal.code)
    words = _words(refusal)
    at, form = to_stored(operation.now), operation.person_form
    for each in second_person.named(connection, claimed):
        told = {"says": words}
        steps = notices.telling(connection, operation.new_id, [each], form, each, wording.PLAN_REFUSED, at, told)
        run_together(connection, steps)
    return 1
