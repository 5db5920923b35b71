"""Who is told of a record, and how: notices, mails and webhooks, written with the change itself. Used by `settling`.

A mail says nothing here: it names its notice, and is worded with the reader's eyes when it is sent. A webhook keeps
what was so at this moment and from what each value was read, so that who may see it is asked when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored
from engine.effects.outcomes import Webhook
from engine.expressions import Place, Reference, Subject, Value
from engine.operations import choosing, endpoints, presenting, wording
from engine.quantities import write
from engine.records import channels, notices, outbox
from engine.records.beside import Steps
from engine.records.outbox import GATHERED, MAIL, WEBHOOK, New
from engine.workflow.people import find

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def steps(operation: Operation, folder: Folder) -> Steps:
    """Everything that is told of this record."""
    at = to_stored(operation.now)
    lines, messages = _told(operation, folder, at)
    messages = [*_webhooks(operation, folder, at), *messages]
    return [
        *notices.steps(operation.connection, lines),
        *outbox.steps(operation.connection, operation.new_id, operation.seq, folder.id, at, messages),
    ]


Telling = tuple[tuple[str, ...], str, Mapping[str, Any]]
"""People, template, and plain words for it."""


def _tellings(operation: Operation, folder: Folder) -> Iterator[Telling]:
    for notice in folder.notices:
        situation = operation.situation(folder, asks=operation.about)
        yield find(notice.people, situation), notice.template, operation.alerted
    if folder.returned and folder.submitted_by:
        yield (folder.submitted_by,), wording.RETURNED, folder.returned
    yield from folder.tells
    if operation.services.settings.smtp is not None:  # else nobody is told of a task but by his list
        for task, people in folder.opened.items():
            yield tuple(each for each in people if each != operation.actor_id), wording.TASK, {"task": task}
    if folder.mentions:
        yield folder.mentions, wording.MENTION, {"by": operation.actor_id}


def _told(operation: Operation, folder: Folder, at: int) -> tuple[list[dict[str, Any]], list[New]]:
    """A line for everybody who wants to be told, and a mail for who wants that too."""
    tellings = list(_tellings(operation, folder))
    chosen = channels.of(operation.connection, (person for people, _, _ in tellings for person in people))
    lines: list[dict[str, Any]] = []
    messages: list[New] = []
    for people, template, params in tellings:
        for person in dict.fromkeys(people):
            way = choosing.way(chosen.get(person), template)
            if choosing.silent(chosen.get(person), template):
                continue
            line = {"id": operation.new_id(), "person": person, "form": folder.form.name, "record": folder.id}
            lines.append({**line, "template": template, "params": dict(params), "at": at})
            if way == choosing.MAIL and operation.services.settings.smtp is not None:
                gathered = choosing.since(operation, chosen[person])
                topic = MAIL if gathered is None else GATHERED
                messages.append(New(person, topic, {"notices": [line["id"]]}, at if gathered is None else gathered))
    return lines, messages


def _webhooks(operation: Operation, folder: Folder, at: int) -> Iterator[New]:
    for webhook in folder.webhooks:
        listening = endpoints.listening(operation, webhook.to)
        if listening:
            payload = _event(operation, folder, webhook)
            yield from (New(endpoint, WEBHOOK, payload, at) for endpoint in listening)


def _event(operation: Operation, folder: Folder, webhook: Webhook) -> dict[str, Any]:
    last = folder.events[-1] if folder.events else None
    return {
        "to": webhook.to,
        "template": webhook.template,
        "form": folder.form.name,
        "number": folder.number,
        "state": folder.state,
        "action": last.action if last else None,
        "values": {
            name: {"is": _plain(operation, told.value), "of": _paths(told.of)} for name, told in webhook.values.items()
        },
        "rows": {
            name: {
                "table": each.table,
                "of": {column: _paths(names, each.table) for column, names in each.of.items()},
                "rows": [{column: _plain(operation, value) for column, value in row.items()} for row in each.rows],
            }
            for name, each in webhook.rows.items()
        },
    }


def _paths(names: frozenset[tuple[str, ...]], table: str = "") -> list[list[str]]:
    """Paths of fields; what is read of a row, by the path of its table."""
    return sorted(["record", table, *each[1:]] if each[0] == "row" else list(each) for each in names)


def _plain(operation: Operation, value: Value) -> Any:
    """A value as JSON, as the API shows it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return write(value)
    if isinstance(value, date):
        return presenting.moment(to_stored(value)) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, (Reference, Subject)):
        return presenting.reference(operation, Reference(value.form, value.id))
    if isinstance(value, Place):
        return value.key
    return [_plain(operation, each) for each in value] if isinstance(value, (tuple, list)) else None
