"""What another version would do to the records there are, before it is published: `POST /api/definitions/preview`.

Used by `commands` and by `chores`. Records are looked at a few hundred at a time; an answer says how far it has got,
and `next` goes on, so that whoever waits sees progress and may leave at any time: nothing is kept between two answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored
from engine.definitions import Loaded
from engine.definitions import shelf as published
from engine.definitions.comparing import changes
from engine.definitions.loading import load_documents
from engine.definitions.mappings import PLAIN
from engine.errors import Fault, Kind, Refusal, forbidden, invalid_at, not_found, say, text
from engine.operations import (
    bodies,
    carryover,
    foreseen,
    formview,
    granting,
    in_use,
    laying,
    presenting,
    previewed,
    rights,
    verifying,
    versions,
)
from engine.operations.calls import Actor, Answer, Call
from engine.operations.foreseen import Foreseen
from engine.operations.laying import Laid
from engine.operations.tallying import Tally
from engine.operations.weighing import Weighed, Weighing
from engine.records.stored import Stored

if TYPE_CHECKING:
    from engine.operations.operation import Operation

USUAL, MOST = 500, 10_000
WORDS = ("texts", "drafts", "version", "mapping", "running", "records", "again", "note")
"""What is said of a version that is published, or would be."""
MORE = ("past", "form", "person", "changed", "limit", "cursor")


@dataclass(frozen=True)
class Wanted:
    """What is to be looked at."""

    stay: bool
    again: bool
    named: list[str] | None
    form: str | None
    past: tuple[int, int] | None
    """From and until, in microseconds, the end not included."""
    person: str | None
    changed: bool
    limit: int

    def is_past(self, stored: Stored) -> bool:
        """Whether what is over is asked about."""
        if self.past is None or stored.submitted is None:
            return False
        return self.past[0] <= stored.submitted < self.past[1]


def preview(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """The same body as to publish, with `version` of the texts below, and what is looked at (`MORE`)."""
    if not may(operation):
        raise forbidden()
    bodies.only(body, {*WORDS, *MORE})
    wanted = _wanted(operation, body)
    mark = previewed.read(body.get("cursor"))
    found = foreseen.foresee(operation, body)
    if mark is not None and mark.mark != found.mark[: previewed.MARK]:
        raise Refusal(Kind.CONFLICT, "stale", _changed(), status=409)
    return Answer(200, _piece(found, wanted, mark))


def may(operation: Operation) -> bool:
    """Whether the actor may see definitions, and edit or publish them."""
    open_to = {each for each in ("see", "edit", "publish") if rights.reach(operation, "definitions", each) is None}
    return "see" in open_to and len(open_to) > 1


def whole(operation: Operation, loaded: Loaded, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A library from a folder, piece by piece until everything is looked at."""
    verifying.require_sound(loaded)  # of files, too: read anew are only the texts, with the numbers that fields have
    wanted, mark = _wanted(operation, body), None
    again = load_documents(
        loaded.documents, operation.services.vocabulary, numbers=published.numbers(operation.connection)
    )
    found = foreseen.of_laid(operation, Laid(again, (), 0, PLAIN))
    while True:
        piece = _piece(found, wanted, mark)
        yield piece
        if piece["next"] is None:
            return
        mark = previewed.read(piece["next"])


def _piece(found: Foreseen, wanted: Wanted, mark: previewed.Mark | None) -> dict[str, Any]:
    """The next records; what is told once only with the first of them."""
    operation, first = found.present, mark is None
    if wanted.form is not None and not {wanted.form} & {*found.present.library.forms, *found.future.library.forms}:
        raise invalid_at("/form", "unknown_form", text("There is no such form.", "没有此表单。"))
    walk = previewed.Walk(operation, wanted.form, wanted.past, wanted.named)
    mark = mark or previewed.Mark(found.mark[: previewed.MARK], walk.count())
    weighing = Weighing(found, stay=wanted.stay, again=wanted.again)
    tally, items, at = Tally(), list[Any](), mark
    for stored, reached in walk.after(mark, wanted.limit, (found.present.shelf, found.future.shelf)):
        at = reached
        if not _is_open(operation, stored):
            tally.unseen += 1
            continue
        weighed = weighing.weigh(stored, wanted.is_past)
        if weighed is not None and _is_his(wanted.person, weighed):
            _add(found, weighed, tally, items, changed=wanted.changed)
    going_on, total = at.done - mark.done >= wanted.limit, max(at.total, at.done)
    answer: dict[str, Any] = {
        "version": found.future.library.version,
        "from": operation.library.version,
        "done": at.done if going_on else total,
        "total": total,
        "summary": tally.told(operation),
        "items": items,
        "next": at.written() if going_on else None,
    }
    return {**answer, **(_first(operation, found, wanted) if first else {})}


def _changed() -> Mapping[str, str]:
    return text("The definitions have changed meanwhile; begin anew.", "定义已发生变化，请重新开始。")


def _is_open(operation: Operation, stored: Stored) -> bool:
    """Whether a record is told of: to who may see it, and to who may publish, without what it holds.

    Of another not even the sums say anything: a draft could ask by them what the record holds.
    """
    if rights.reach(operation, "definitions", "publish") is None:
        return True
    return rights.may(operation, operation.unfold(stored), "see")


def _add(found: Foreseen, weighed: Weighed, tally: Tally, items: list[Any], *, changed: bool) -> None:
    """Count a record and tell it."""
    tally.add(weighed)
    if weighed.changes or not changed:
        items.append(previewed.item(found, weighed))


def _is_his(person: str | None, weighed: Weighed) -> bool:
    """Whether a record is, or would be, among the tasks of the person who is asked about."""
    sides = (weighed.before, weighed.after) if weighed.after is not None else (weighed.before,)
    return person is None or any(person in each.people for side in sides for each in side.asked)


def _first(operation: Operation, found: Foreseen, wanted: Wanted) -> dict[str, Any]:
    """What is told once: what differs, what stands against it, whose rights change, how somebody would see it."""
    before, language = operation.library, operation.call.language
    after = found.future.library
    written = {each.key: each.text for each in found.laid.loaded.documents}
    stands = list(_stands(found)) if found.is_other else []
    told: dict[str, Any] = {
        "changes": [say(each, language) for each in changes(versions.texts(operation, before.version), written)],
        "findings": [laying.finding(each, language) for each in found.laid.loaded.findings],
        "in_use": [previewed.in_use(operation, each) for each in stands],
        "rights": granting.told(found),
        "uncounted": sorted(name for name, each in after.facts.items() if each != before.facts.get(name)),
    }
    if wanted.person is not None:
        told["as"] = _as(operation, found, wanted)
    return told


def _stands(found: Foreseen) -> Iterator[Fault]:
    """What publishing would refuse, all of it."""
    try:
        connection, before = found.present.connection, found.present.library
        in_use.require_unused(
            connection, before, found.future.library, found.mapping, pinned=found.pinned, back=not found.pinned
        )
    except Refusal as refusal:
        yield from refusal.faults


def _as(operation: Operation, found: Foreseen, wanted: Wanted) -> dict[str, Any]:
    """The forms of somebody as he would see them; one in full if it is named."""
    assert wanted.person is not None
    known = operation.directory.persons[wanted.person]
    seen = found.as_person(Call(Actor(known.id, known.account, known.name, "session"), operation.call.language))
    full = None
    if wanted.form is not None:
        try:
            full = formview.form(seen, wanted.form).body
        except Refusal as refusal:
            if refusal.kind is not Kind.NOT_FOUND:
                raise
    return {
        "person": presenting.person(operation, known.id),
        "forms": formview.forms(seen).body["items"],
        "form": full,
    }


# -- what is asked -----------------------------------------------------------------------------------------------------


def _wanted(operation: Operation, body: Mapping[str, Any]) -> Wanted:
    return Wanted(
        stay=not carryover.is_running(body),
        again=body.get("again") is True,
        named=carryover.chosen(body),
        form=bodies.word(body, "form") if body.get("form") is not None else None,
        past=_past(operation, body.get("past")),
        person=_person(operation, body.get("person")),
        changed=body.get("changed") is True,
        limit=_limit(body.get("limit")),
    )


def _limit(sent: Any) -> int:
    if sent is None:
        return USUAL
    if not isinstance(sent, int) or isinstance(sent, bool) or not 0 < sent <= MOST:
        says = text(f"A number from 1 to {MOST}.", f"应为 1 到 {MOST} 之间的数字。")
        raise invalid_at("/limit", "bad_limit", says)
    return sent


def _past(operation: Operation, sent: Any) -> tuple[int, int] | None:
    """`{from, until}`, both days included, as the chain counts days."""
    if sent is None:
        return None
    if not isinstance(sent, Mapping) or set(sent) != {"from", "until"}:
        raise invalid_at("/past", "not_a_period", text("A period is {from, until}.", "时间段应为 {from, until}。"))
    first, last = (_day(name, sent[name]) for name in ("from", "until"))
    if last < first:
        raise invalid_at("/past/until", "before_from", text("It ends before it begins.", "结束早于开始。"))
    begins = (to_stored(datetime.combine(day, time.min, operation.zone)) for day in (first, last + timedelta(days=1)))
    return next(begins), next(begins)


def _day(name: str, sent: Any) -> date:
    try:
        return date.fromisoformat(sent)
    except (TypeError, ValueError) as error:
        raise invalid_at(
            f"/past/{name}", "not_a_day", text("A day is 2026-01-31.", "日期应写作 2026-01-31。")
        ) from error


def _person(operation: Operation, sent: Any) -> str | None:
    """Somebody by his id or account; whoever may not see people may ask about himself alone."""
    if sent is None:
        return None
    known = operation.directory.persons.get(str(sent)) or operation.directory.person_of_account(str(sent))
    if known is None:
        raise not_found()
    if known.id != operation.actor_id and rights.reach(operation, operation.person_form, "see") is not None:
        raise forbidden()
    return known.id
