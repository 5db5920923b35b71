"""Making a record, and submitting it in the same breath if asked. Used by `commands`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Kind, Refusal, forbidden, invalid_at, text
from engine.operations import acting, bodies, explaining, numbers, rights, settling, taking, writing
from engine.operations.calls import Answer
from engine.operations.folder import Event, Folder
from engine.records import archive

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def create(operation: Operation, form: str, body: Mapping[str, Any]) -> Answer:
    """Create a record from `{values, id?, action?, asks?, comment?}`; answers 201 with the small answer."""
    folder = prepare(operation, form, body)
    settling.settle(operation)
    return Answer(201, settling.small(operation, folder))


def preview(operation: Operation, form: str, body: Mapping[str, Any]) -> Answer:
    """What would happen: as `acting.preview`, of a record that would be made by it."""
    folder = prepare(operation, form, body, looking=True)
    settling.check(operation)
    return Answer(200, explaining.outcomes(operation, folder))


def prepare(operation: Operation, form: str, body: Mapping[str, Any], *, looking: bool = False) -> Folder:
    """Everything up to the point of writing down; `looking` says that it stops there."""
    bodies.only(body, {"values", "id", "action", "asks", "comment"})
    values = bodies.mapping(body, "values")
    if not rights.sees_form(operation, form):
        operation.definition("")
    if rights.reach(operation, form, "create") == rights.CLOSED:
        raise forbidden()
    folder = operation.fresh(form, _own_id(operation, body.get("id")))
    writing.derive(operation, folder)
    writing.shape(operation, folder, values, rights.writable(operation, folder))
    writing.patch(operation, folder, values, rights.writable(operation, folder), "/values")
    writing.derive(operation, folder, "/values")
    folder.making = False
    if not rights.may(operation, folder, "create"):
        raise forbidden("not_your_unit", faults=rights.elsewhere(folder, "/values"))
    folder.note(Event("create", operation.actor_id, None, None, folder.state))
    numbers.give(operation, folder, "create")
    if folder.form.kind == "master":
        writing.require_whole(operation, folder)
    taking.settle_in(operation, folder)
    action = body.get("action")
    if action is not None:
        word = bodies.word(body, "action")
        acting.require_revision(folder, None, check=acting.permitted(operation, folder, word))
        acting.proceed(
            operation,
            folder,
            word,
            asks=bodies.mapping(body, "asks"),
            comment=bodies.comment(body),
            derived=folder.number is None and len(folder.events) == 1,
            looking=looking,
        )
    return folder


def _own_id(operation: Operation, sent: Any) -> str:
    if sent is None:
        return operation.new_id()
    try:
        record = str(uuid.UUID(sent)) if isinstance(sent, str) else ""
    except ValueError:
        record = ""
    if not record or record != sent:
        raise invalid_at("/id", "bad_id", text("This is not a UUID in lower case.", "不是小写的 UUID。"))
    if archive.exists(operation.connection, record):
        raise Refusal(Kind.CONFLICT, "id_taken", text("This id is taken.", "该 id 已被使用。"))
    return record
