"""What is sent outside, worded when it is sent, with the eyes of whoever reads it. Handed to `delivery` by bootstrap.

A value that was read from something that the reader may not see is left out; so is a record that he may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from engine.access import postal
from engine.errors import say, text
from engine.operations import browsing, endpoints, rights, wording
from engine.operations.calls import Actor, Call
from engine.operations.operation import Operation, unfolded
from engine.records import notices, tasks
from engine.records.outbox import WEBHOOK, Message
from engine.records.parcels import Letter, NotSent, Outgoing, Parcel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.access.directory import Person
    from engine.definitions.models import Form
    from engine.operations.folder import Folder
    from engine.operations.services import Services

KEPT = frozenset({"number", "state", "id", "version", "created", "submitted", "updated", "created_by", "submitted_by"})
ANYWHERE = frozenset({"now", "today", "state", "decided", "came_from"})
LONGEST_SUBJECT = 120
SEVERAL = text("{count} messages from {house}", "来自{house}的 {count} 条消息")
OPEN = text("Open", "打开")
WHY = text("You are told this by mail because you chose so.", "您选择了以邮件接收此类消息。")

NOBODY = NotSent("nobody to send to", fine=False)
UNSEEN = NotSent("not for this reader", fine=True)


def compose(services: Services, message: Message) -> Outgoing:
    """What this message comes to now."""
    with services.database.reading() as connection:
        first = Operation(services, connection, Call(None, "en", route="delivery"))
        return _parcel(first, message) if message.topic == WEBHOOK else _letter(first, message)


def _as(first: Operation, person: Person) -> Operation:
    """The same moment with somebody's eyes, in his language."""
    actor = Actor(person.id, person.account, person.name, "system")
    return Operation(first.services, first.connection, Call(actor, person.language, route="delivery"), beside=first)


def _link(operation: Operation, form: str, record: str) -> str | None:
    base = operation.services.settings.public_url
    return f"{base.rstrip('/')}/records/{form}/{record}" if base else None


# -- mail ----------------------------------------------------------------------------------------------------------


def _letter(first: Operation, message: Message) -> Outgoing:
    person = first.directory.persons.get(message.target)
    if person is None or not person.active:
        return NotSent("nobody there any more", fine=True)
    if not postal.is_address(person.mail):
        return NOBODY
    reader = _as(first, person)
    told = list(_worded(reader, message.payload["notices"]))
    if not told:
        return UNSEEN
    return Letter(
        message.key,
        person.mail,
        person.name,
        _subject(reader, [words for words, _ in told]),
        _text(reader, told),
        _html(reader, told),
        person.language,
    )


def _worded(reader: Operation, ids: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Every notice in the reader's words, with where it leads; none of a record that he may not see.

    Nor is anybody sent a task that has been done meanwhile.
    """
    for notice in notices.these(reader.connection, reader.actor_id, ids):
        if notice.template == wording.TASK and _done(reader, notice.params["task"]):
            continue
        folder = _folder(reader, notice.form, notice.record)
        if folder is not None:
            words = wording.notice(reader, folder, notice.template, notice.params)
            yield words, _link(reader, notice.form, notice.record)


def _done(reader: Operation, task: str) -> bool:
    found = tasks.get(reader.connection, task)
    return found is None or found.ended is not None


def _folder(reader: Operation, form: str, record: str) -> Folder | None:
    stored = reader.shelf.head(record)
    folder = unfolded(reader, stored if stored is not None and stored.form == form else None)
    return folder if folder is not None and rights.may(reader, folder, "see") else None


def _subject(reader: Operation, words: list[str]) -> str:
    if len(words) > 1:
        house = say(reader.library.settings.get("title") or {}, reader.call.language)
        return say(SEVERAL, reader.call.language).format(count=len(words), house=house or "Chainstock")
    line = " ".join("".join(each if each.isprintable() else " " for each in words[0]).split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def _text(reader: Operation, told: list[tuple[str, str | None]]) -> str:
    parts = [f"{words}\n{link}" if link else words for words, link in told]
    return "\n\n".join([*parts, f"-- \n{say(WHY, reader.call.language)}"]) + "\n"


def _html(reader: Operation, told: list[tuple[str, str | None]]) -> str:
    language = reader.call.language
    lines = []
    for words, link in told:
        shown = escape(words).replace("\n", "<br>")
        opens = f'<br><a href="{escape(link)}">{escape(say(OPEN, language))}</a>' if link else ""
        lines.append(f"<p>{shown}{opens}</p>")
    tongue = "zh-CN" if language == "zh" else "en"
    why = f'<p style="color:#666">{escape(say(WHY, language))}</p>'
    return f'<!doctype html><html lang="{tongue}"><body>{"".join(lines)}{why}</body></html>'


# -- webhooks ------------------------------------------------------------------------------------------------------


def _parcel(first: Operation, message: Message) -> Outgoing:
    endpoint = endpoints.find(first, message.target)
    if endpoint is None or not endpoint.active:
        return NotSent("this endpoint is not active", fine=False)
    person = first.directory.persons.get(endpoint.reader or "")
    if person is None or not person.active:
        return NotSent("this endpoint has no reader", fine=False)
    reader = _as(first, person)
    event = message.payload
    folder = _folder(reader, event["form"], message.record)
    if folder is None:
        return UNSEEN
    opens = endpoints.opened(first, endpoint.id)
    if not opens:
        return NotSent("this endpoint has no secret", fine=False)
    data = _data(reader, folder, message)
    words = _said(reader, folder, event, data)
    return Parcel(message.key, endpoint.url, endpoint.format, opens, event["to"], message.at, data, words)


def _data(reader: Operation, folder: Folder, message: Message) -> dict[str, Any]:
    event = message.payload
    hidden = rights.hidden(reader, folder)

    def seen(paths: list[list[str]]) -> bool:
        return all(_sees(reader, folder.form, tuple(each), hidden) for each in paths)

    data = {name: event[name] for name in ("form", "number", "state", "action")}
    values = {name: told["is"] for name, told in event["values"].items() if seen(told["of"])}
    for name, told in event["rows"].items():
        columns = {column for column, of in told["of"].items() if seen([["record", told["table"]], *of])}
        if columns:
            values[name] = [{column: row[column] for column in row if column in columns} for row in told["rows"]]
    link = _link(reader, folder.form.name, folder.id)
    return {"id": folder.id, "seq": message.seq, **data, **({"url": link} if link else {}), "values": values}


def _sees(reader: Operation, form: Form, path: tuple[str, ...], hidden: frozenset[str]) -> bool:
    """Whether the reader sees all that a name is read from; what leads further than one record is not told."""
    if path[0] in ANYWHERE and len(path) == 1:
        return True
    own = path[1:] if path[0] == "record" else path
    if not own or (own[0] in KEPT and len(own) == 1):
        return bool(own)
    if own[0] not in form.fields or own[0] in hidden:
        return False
    if len(own) == 1 and form.fields[own[0]].type == "table":
        return True
    return browsing.seen(reader, form, own, hidden) and _sees_beyond(reader, form, own)


def _sees_beyond(reader: Operation, form: Form, own: tuple[str, ...]) -> bool:
    """Of a field of another record: whether he sees it in every record of that form."""
    field, rest = form.fields[own[0]], own[1:]
    if field.type == "table" and rest:
        field, rest = field.fields[rest[0]], rest[1:]
    if not rest:
        return True
    other = reader.library.forms[field.value_type.form or ""]
    return rights.reach(reader, other.name, "see") is None and rest[0] not in rights.everywhere_hidden(reader, other)


def _said(reader: Operation, folder: Folder, event: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """The same for people: the template's words, else title and values; and where it leads."""
    if event["template"]:
        lines = [wording.notice(reader, folder, event["template"], {})]
    else:
        lines = [f"{say(folder.form.title, reader.call.language)} {folder.number or ''}".strip()]
        lines += [f"{name}: {_word(value)}" for name, value in data["values"].items() if not isinstance(value, list)]
    return "\n".join([*lines, *([data["url"]] if "url" in data else [])])


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("title") or value.get("code") or "")
    return "" if value is None else str(value)
