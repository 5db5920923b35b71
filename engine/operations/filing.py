"""Files: keeping what is uploaded, giving it back through a record that one may see. Used by bootstrap for the web."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.clock import to_stored
from engine.errors import Refusal, not_found
from engine.operations import once, rights
from engine.operations.calls import Answer, Call
from engine.operations.commands import not_signed_in
from engine.operations.operation import Operation
from engine.records import attachments, images
from engine.records.attachments import Attachment, FileStore

if TYPE_CHECKING:
    from engine.operations.services import Services


def store(services: Services, call: Call, name: str, content: bytes) -> Answer:
    """Keep an uploaded file: `{id, name, type, size}`. Its type comes from its bytes; images lose their metadata."""
    if call.actor is None:
        raise not_signed_in()
    accepted = images.inspect(content, name, services.settings.upload_limit)
    files = FileStore(services.attachments)
    address = files.put(accepted.data)
    request = once.request_hash("POST", "attachments", [accepted.name, address])

    def work(operation: Operation) -> Answer:
        kept = Attachment(
            operation.new_id(),
            operation.actor_id,
            accepted.name,
            accepted.media_type,
            accepted.size,
            address,
            to_stored(operation.now),
        )
        attachments.add(operation.connection, kept, services.settings.file_quota)
        return Answer(201, {"id": kept.id, "name": kept.name, "type": kept.type, "size": kept.size})

    return once.perform(services, call, request, work)


def read(services: Services, call: Call, attachment: str) -> tuple[str, str, Iterable[bytes]]:
    """Name, type and content of a file, if it is one's own or a record that shows it may be seen."""
    if call.actor is None:
        raise not_signed_in()
    with services.database.reading() as connection:
        operation = Operation(services, connection, call)
        found = attachments.get(connection, attachment)
        if found is None or not (found.person == operation.actor_id or _shown(operation, attachment)):
            raise not_found()
    return found.name, found.type, [FileStore(services.attachments).get(found.hash)]


def _shown(operation: Operation, attachment: str) -> bool:
    for record, path in attachments.shown_by(operation.connection, attachment):
        try:
            folder = operation.open(None, record, lock=False)
        except Refusal:
            continue
        if rights.may(operation, folder, "see") and path not in rights.hidden(operation, folder):
            return True
    return False
