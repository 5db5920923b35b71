"""Taking an action on a record: rights, what was sent, the workflow's word, effects. For `commands` and `creating`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Fault, Kind, Refusal, conflict, forbidden, invalid_at, not_found, text
from engine.operations import asking, bodies, explaining, rights, settling, taking, writing
from engine.operations.calls import Answer
from engine.operations.problems import problem
from engine.workflow import machine, people
from engine.workflow.taking import not_in_state

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

MOST_AT_ONCE = 500


def act(
    operation: Operation, form: str, record: str, action: str, body: Mapping[str, Any], if_match: int | None
) -> Answer:
    """Take an action with `{values?, asks?, comment?, revision?}`; answers the small answer."""
    folder = prepare(operation, form, record, action, body, if_match)
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))


def preview(operation: Operation, form: str, record: str, action: str, body: Mapping[str, Any]) -> Answer:
    """What would happen: outcomes, state and tasks, without doing anything; its questions need no answer yet."""
    folder = prepare(operation, form, record, action, body, None, looking=True)
    settling.check(operation)
    return Answer(200, explaining.outcomes(operation, folder))


def prepare(
    operation: Operation,
    form: str,
    record: str,
    action: str,
    body: Mapping[str, Any],
    if_match: int | None,
    *,
    looking: bool = False,
) -> Folder:
    """Everything up to the point of writing down; `looking` says that it stops there."""
    folder = operation.open(form, record, lock=True)
    rights.require_seen(operation, folder)
    known = folder.workflow.transitions.get(action)
    on_rows = known is not None and known.rows is not None
    bodies.only(body, {"values", "asks", "comment", "revision", *(("rows",) if on_rows else ())})
    require_revision(
        folder, bodies.revision(body) if if_match is None else if_match, check=permitted(operation, folder, action)
    )
    proceed(
        operation,
        folder,
        action,
        values=bodies.mapping(body, "values"),
        asks=bodies.mapping(body, "asks"),
        comment=bodies.comment(body),
        looking=looking,
        chosen=_rows(folder, body) if on_rows else None,
    )
    return folder


def _rows(folder: Folder, body: Mapping[str, Any]) -> tuple[str, ...]:
    """The rows that were chosen, each once and each still there; refused all together, each by its path."""
    sent = chosen_rows(body)
    there = {row["row"] for _, rows in folder.tables() for row in rows}
    says = text("This row is not there any more.", "该行已不存在。")
    faults = [Fault(f"/rows/{at}", "no_longer_there", says, each) for at, each in enumerate(sent) if each not in there]
    if faults:
        raise Refusal(Kind.CONFLICT, "no_longer_there", says, faults=faults, status=409)
    return sent


def chosen_rows(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What a command names as chosen: one row or more, at most 500, each once."""
    sent = bodies.words(body, "rows") if "rows" in body else []
    if not sent:
        raise invalid_at("/rows", "required", text("Choose at least one row.", "请至少选择一行。"))
    if len(sent) > MOST_AT_ONCE:
        raise invalid_at("/rows", "too_many", text("At most 500 at once.", "一次最多 500 条。"))
    for at, each in enumerate(sent):
        if sent.index(each) != at:
            raise invalid_at(f"/rows/{at}", "twice", text("This row stands here twice.", "该行重复。"))
    return tuple(sent)


def permitted(operation: Operation, folder: Folder, action: str) -> Refusal | None:
    """Refused when it is never the actor's action here; else why it cannot be taken from this state, if so."""
    transition = folder.workflow.transitions.get(action)
    if transition is None:
        raise not_found()
    if all(each.kind == "system" for each in transition.by) or not rights.may(operation, folder, action):
        raise forbidden()
    situation = operation.situation(folder)
    if not people.matches(transition.by, operation.actor_id, situation):
        raise forbidden()
    return None if action in machine.actions(folder.workflow, folder.state) else not_in_state(situation)


def require_revision(folder: Folder, seen: int | None, check: Refusal | None = None) -> None:
    """The sender's copy must be the newest; then the state must allow the action."""
    if seen is not None and folder.stored is not None and seen != folder.stored.revision:
        raise conflict("stale", text("Somebody has changed this meanwhile.", "内容已被他人修改。"), 412)
    if check is not None:
        raise check


def proceed(
    operation: Operation,
    folder: Folder,
    action: str,
    *,
    values: Mapping[str, Any] | None = None,
    asks: Mapping[str, Any] | None = None,
    comment: str | None = None,
    derived: bool = False,
    looking: bool = False,
    chosen: tuple[str, ...] | None = None,
) -> None:
    """Check what was sent with an action that is permitted, write it, and take the transition as the actor.

    `derived` says that everything was worked out already and nothing has changed since; `looking` that nothing will be
    written down, so that what the action asks may be open.
    """
    transition = folder.workflow.transitions[action]
    answered = asking.answers(operation, folder, transition.asks, asks or {}, all_of_them=not looking)
    if values:
        writing.patch(operation, folder, values, rights.writable(operation, folder, action), "/values")
        writing.require_nothing_of_others(operation, folder, action, "/values")
    if values or not derived:
        writing.derive(operation, folder)
    writing.require_whole(operation, folder, "/values", writing.required_of(folder, action))
    taking.take(operation, folder, action, asks=answered, comment=comment, chosen=chosen)


def bulk_ids(body: Mapping[str, Any]) -> list[str]:
    """The records that a bulk command names, each once, at most 500."""
    ids = bodies.words(body, "ids")
    if len(ids) > MOST_AT_ONCE:
        raise invalid_at("/ids", "too_many", text("At most 500 at once.", "一次最多 500 条。"))
    return list(dict.fromkeys(ids))


def refused(record: str, refusal: Refusal, language: str) -> dict[str, Any]:
    """One answer of a bulk command that was refused."""
    return {"id": record, "status": refusal.status, "body": problem(refusal, language)}
