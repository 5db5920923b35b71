"""What one person was told, and what of it is read. Used by `routes`, and by `inbox` for how much waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored
from engine.errors import not_found
from engine.operations import presenting, rights, wording
from engine.operations.calls import Answer
from engine.operations.operation import unfolded
from engine.operations.paging import read_limit
from engine.records import notices as stored_notices

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def notices(operation: Operation, query: Mapping[str, str]) -> Answer:
    """What this person was told, newest first, worded now and with his eyes."""
    limit = read_limit(query)
    items = []
    for notice in stored_notices.of(operation.connection, operation.actor_id, limit=limit):
        folder = _seen(operation, notice.form, notice.record)
        if folder is not None:
            items.append(_notice(operation, folder, notice))
    return Answer(200, {"items": items, "next": None})


def _notice(operation: Operation, folder: Folder, notice: Any) -> dict[str, Any]:
    return {
        "id": notice.id,
        "record": {"form": folder.form.name, "id": folder.id, "number": folder.number},
        "template": notice.template,
        "text": wording.notice(operation, folder, notice.template, notice.params),
        "at": presenting.moment(notice.at),
        "read": presenting.moment(notice.read),
    }


def read_notice(operation: Operation, notice: str) -> Answer:
    """I have read a notice of mine."""
    if not stored_notices.is_of(operation.connection, operation.actor_id, notice):
        raise not_found()
    stored_notices.mark_read(operation.connection, operation.actor_id, [notice], to_stored(operation.now))
    return Answer(200, {"id": notice})


def read_notices(operation: Operation) -> Answer:
    """I have read everything that I was told up to now; those of records that I may not see any more too."""
    read = stored_notices.mark_all_read(operation.connection, operation.actor_id, to_stored(operation.now))
    return Answer(200, {"read": read})


def unread(operation: Operation, most: int) -> int:
    """How much of what this person was told is unread, as far as he may see it; counted no further than `most`."""
    told = stored_notices.of(operation.connection, operation.actor_id, limit=most, unread=True)
    return sum(_seen(operation, each.form, each.record) is not None for each in told)


def _seen(operation: Operation, form: str, record: str) -> Folder | None:
    """A record as far as this person may see it."""
    stored = operation.shelf.head(record)
    folder = unfolded(operation, stored if stored is not None and stored.form == form else None)
    return folder if folder is not None and rights.may(operation, folder, "see") else None
