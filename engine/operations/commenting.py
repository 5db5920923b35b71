"""Saying something about a record, whoever may see it; and who may be spoken to there. Used by `commands`.

A comment is a line of history and changes nothing else. Who is mentioned is told, if he may see the record. Lines of
the policy that name `comment` for a form narrow who may write; without such a line whoever may see it may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.access.directory import Person
from engine.errors import forbidden, invalid_at, text
from engine.operations import bodies, rights, settling
from engine.operations.calls import Answer
from engine.operations.folder import Event, Folder

if TYPE_CHECKING:
    from engine.operations.operation import Operation

MOST_MENTIONS = 20
MOST_PEOPLE = 8


def add(operation: Operation, form: str, record: str, body: Mapping[str, Any]) -> Answer:
    """Keep a comment `{comment, mentions?}`; answers the small answer of the record."""
    folder = operation.open(form, record, lock=True)
    rights.require_seen(operation, folder)
    bodies.only(body, {"comment", "mentions"})
    if not rights.may_decide(operation, folder, "comment"):
        raise forbidden()
    words = bodies.comment(body)
    if not words or not words.strip():
        raise invalid_at("/comment", "required", text("Please write something.", "请填写内容。"))
    folder.mentions = _mentioned(operation, folder, body)
    folder.note(Event("comment", operation.actor_id, None, folder.state, folder.state, words))
    settling.settle(operation)
    return Answer(201, settling.small(operation, folder))


def people(operation: Operation, form: str, record: str, query: Mapping[str, str]) -> Answer:
    """People who may see the record, by a part of their name or account: whom a comment may mention."""
    folder = operation.open(form, record, lock=False)
    rights.require_seen(operation, folder)
    sought = query.get("q", "").strip().casefold()
    found = islice(readers(operation, folder, sought), MOST_PEOPLE)
    items = [{"id": each.id, "code": each.account, "title": each.name} for each in found]
    return Answer(200, {"items": items, "next": None})


def readers(operation: Operation, folder: Folder, sought: str) -> Iterator[Person]:
    """Other people who may see a record, by a part of name or account."""
    for person in sorted(operation.directory.persons.values(), key=lambda each: each.account):
        if person.id == operation.actor_id or not person.active:
            continue
        named = sought in person.name.casefold() or sought in person.account.casefold()
        if named and sees(operation, folder, person.id):
            yield person


def sees(operation: Operation, folder: Folder, person: str) -> bool:
    """Whether a person may see a record: where the policy lets him, or because he was copied in."""
    if rights.person_may(operation, folder, "see", person):
        return True
    held = operation.directory.held(person)
    decision = operation.matrix.decide(held, folder.form.name, "see", operation.directory)
    return decision.allowed and person in folder.memory.readers


def _mentioned(operation: Operation, folder: Folder, body: Mapping[str, Any]) -> tuple[str, ...]:
    """Who is to be told; a person who may not see the record is like one who is not there."""
    if body.get("mentions") is None:
        return ()
    sent = bodies.words(body, "mentions")
    if len(sent) > MOST_MENTIONS:
        raise invalid_at("/mentions", "too_many", text("At most 20 people at once.", "一次最多提及 20 人。"))
    for index, each in enumerate(sent):
        person = operation.directory.persons.get(each)
        if person is None or not person.active or not sees(operation, folder, each):
            words = text("Nobody of that name sees this record.", "没有可查看此单据的该人员。")
            raise invalid_at(f"/mentions/{index}", "unknown_person", words)
    return tuple(each for each in dict.fromkeys(sent) if each != operation.actor_id)
