"""Who decides for somebody who is away: named, told, ended, by himself or by whoever keeps people. For `commands`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.access import substitutes
from engine.access.substitutes import Substitute
from engine.errors import forbidden, invalid_at, not_found, text
from engine.operations import absence, bodies, presenting, rights, signing
from engine.operations.calls import Answer
from engine.quantities import Inexact
from engine.quantities import read as read_decimal

if TYPE_CHECKING:
    from engine.operations.operation import Operation

AMOUNT_SCALE = 6


def name(operation: Operation, body: Mapping[str, Any], absent: str | None = None) -> Answer:
    """`{person, from, until, forms?, amount?}`: who decides for me (for `absent`, by right) while I am away."""
    bodies.only(body, {"person", "from", "until", "forms", "amount"})
    whom = _whom(operation, absent)
    person = bodies.word(body, "person")
    target = operation.directory.persons.get(person)
    if target is None or not target.active:
        raise invalid_at("/person", "unknown_person", text("There is no such person.", "没有此人。"))
    forms = None if body.get("forms") is None else tuple(bodies.words(body, "forms"))
    for index, each in enumerate(forms or ()):
        if each not in operation.library.forms or not rights.sees_form(operation, each):
            raise invalid_at(f"/forms/{index}", "unknown_form", text("There is no such form.", "没有此表单。"))
    days = _day(body, "from"), _day(body, "until")
    new = Substitute(operation.new_id(), whom, person, *days, forms, _amount(body))
    substitutes.set_substitute(operation.connection, new, operation.now)
    return Answer(200, {"id": new.id, "person": person})


def _whom(operation: Operation, absent: str | None) -> str:
    """Myself, or somebody whose record I may edit; others are not there, or not mine to do this for."""
    if absent is None or absent == operation.actor_id:
        signing.require_himself(operation)
        return operation.actor_id
    if absent not in operation.directory.persons:
        raise not_found()
    folder = operation.open(operation.person_form, absent, lock=False)
    rights.require_seen(operation, folder)
    if not rights.may(operation, folder, "edit"):
        raise forbidden()
    return absent


def _day(body: Mapping[str, Any], word: str) -> date:
    said = bodies.word(body, word)
    try:
        if (day := date.fromisoformat(said)).isoformat() == said:
            return day
    except ValueError:
        pass
    raise invalid_at(f"/{word}", "bad_date", text("A date is expected (2026-01-31).", "应为日期（2026-01-31）。"))


def _amount(body: Mapping[str, Any]) -> Decimal | None:
    if body.get("amount") is None:
        return None
    says = text("An amount as text is expected, such as 5000.", "应为文本形式的金额，例如 5000。")
    try:
        read = read_decimal(bodies.word(body, "amount"), AMOUNT_SCALE)
    except Inexact as error:
        raise invalid_at("/amount", "bad_amount", says) from error
    if read < 0:
        raise invalid_at("/amount", "bad_amount", says)
    return read


def page(operation: Operation, absent: str | None = None) -> Answer:
    """Who decides for me (for somebody, by right), now or from a later day on."""
    whom = operation.actor_id if absent is None else _whom(operation, absent)
    found = substitutes.still_running(operation.connection, operation.today, whom)
    items = [
        {"id": each.id, "person": each.person, **_told(each), "who": presenting.person(operation, each.person)}
        for each in found
    ]
    return Answer(200, {"items": items, "next": None})


def acting_for(operation: Operation) -> list[dict[str, Any]]:
    """For whom the actor decides today."""
    return [
        {"person": presenting.person(operation, each.absent), **_told(each)}
        for each in absence.today(operation)
        if each.person == operation.actor_id
    ]


def _told(each: Substitute) -> dict[str, Any]:
    days = {"from": each.since.isoformat(), "until": each.until.isoformat()}
    return {**days, "forms": each.forms, "amount": None if each.amount is None else format(each.amount, "f")}


def end(operation: Operation, absent: str | None = None, one: str | None = None) -> Answer:
    """Nobody decides for me any more (for somebody, by right), nor will; of several, only `one` ends."""
    whom = _whom(operation, absent)
    running = substitutes.still_running(operation.connection, operation.today, whom)
    if one is not None and one not in {each.id for each in running}:
        raise not_found()
    for each in running:
        if one in (None, each.id):
            substitutes.end_substitute(operation.connection, each.id, whom, operation.now)
    return page(operation, absent)
