"""Editing a record's fields, and discarding one that was never submitted. Used by `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import conflict, forbidden, rule, text
from engine.operations import acting, bodies, rights, settling, taking, writing
from engine.operations.calls import Answer
from engine.operations.folder import Event

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def patch(operation: Operation, form: str, record: str, body: Mapping[str, Any], if_match: int | None) -> Answer:
    """Merge what was sent into the record; `if_match` is the revision that the sender saw."""
    folder = operation.open(form, record, lock=True)
    rights.require_seen(operation, folder)
    bodies.only(body, set(body) if isinstance(body, Mapping) else set())
    if if_match is None:
        raise conflict("no_revision", text("Say which revision you saw (If-Match).", "请提供 If-Match。"), 428)
    acting.require_revision(folder, if_match)
    before = folder.state
    allowed = rights.writable(operation, folder)
    writing.patch(operation, folder, body, allowed)
    writing.require_nothing_of_others(operation, folder)
    if not allowed.fields:  # what was sent is refused by its path above; this is for who sends nothing
        raise forbidden()
    writing.derive(operation, folder)
    if not rights.may(operation, folder, "edit"):
        raise forbidden()
    if folder.form.kind == "master":
        writing.require_whole(operation, folder, "")
    folder.note(Event("edit", operation.actor_id, None, before, before))
    settling.remember(folder, operation)  # before it is asked who may decide what was written
    taking.content_changed(operation, folder)
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))


def discard(operation: Operation, form: str, record: str, if_match: int | None) -> Answer:
    """Throw away a record that was never submitted; everything else ends by its workflow."""
    folder = operation.open(form, record, lock=True)
    rights.require_seen(operation, folder)
    if not rights.writable(operation, folder).fields or not rights.may(operation, folder, "edit"):
        raise forbidden()
    acting.require_revision(folder, if_match)
    if folder.started or folder.made_by_effect or folder.form.kind == "master":
        words = text("Only what was never submitted can be discarded.", "只有未提交的单据可以删除。")
        raise rule("submitted", words)
    folder.discarded = True
    folder.note(Event("discard", operation.actor_id, None, folder.state, folder.state))
    settling.settle(operation)
    return Answer(200, settling.small(operation, folder))
