"""Substitutes: who decides for somebody who is away, from a day to a day, for some forms or all. Used by operations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, select, update

from engine.access.tables import substitute
from engine.clock import to_stored
from engine.errors import Fault, invalid, text


@dataclass(frozen=True, slots=True)
class Substitute:
    """`person` may decide for `absent`; both days included. `forms` None is every form."""

    id: str
    absent: str
    person: str
    since: date
    until: date
    forms: tuple[str, ...] | None = None
    amount: Decimal | None = None
    """Up to which he decides, by the amount of the record; None is any."""


def set_substitute(connection: Connection, new: Substitute, at: datetime) -> None:
    """Name a substitute; of those named before, what this one takes over as a whole ends. `deciding` says who counts.

    Refused: oneself, a circle, no days.
    """
    if new.until < new.since:
        raise invalid([Fault("/until", "order", text("It ends before it begins.", "结束日期早于开始日期。"))])
    if new.person == new.absent:
        raise invalid([Fault("/person", "oneself", text("Nobody stands in for himself.", "不能委托给自己。"))])
    if _leads_to(connection, new.person, new.absent, new):
        raise invalid([Fault("/person", "circle", text("This would go round in a circle.", "委托形成了循环。"))])
    for old in _running(connection, new.since, new.until, absent=new.absent):
        if _takes_over(new, old):
            end_substitute(connection, old.id, new.absent, at)
    connection.execute(
        substitute.insert().values(
            id=new.id,
            absent=new.absent,
            person=new.person,
            since=new.since.isoformat(),
            until=new.until.isoformat(),
            forms=None if new.forms is None else list(new.forms),
            amount=None if new.amount is None else format(new.amount, "f"),
            created=to_stored(at),
        )
    )


def end_substitute(connection: Connection, substitute_id: str, absent: str, at: datetime) -> bool:
    """End one of this person's own; False when there is none that still runs."""
    ended = connection.execute(
        update(substitute)
        .where(substitute.c.id == substitute_id, substitute.c.absent == absent, substitute.c.ended.is_(None))
        .values(ended=to_stored(at))
    )
    return ended.rowcount == 1


def substitutes_on(connection: Connection, today: date) -> tuple[Substitute, ...]:
    """Everybody who stands in for somebody today, oldest first."""
    return _running(connection, today, today)


def still_running(connection: Connection, today: date, absent: str) -> tuple[Substitute, ...]:
    """Who stands in for this person today or from a later day on, oldest first."""
    return _running(connection, today, date.max, absent)


def deciding(running: Iterable[Substitute], form: str) -> dict[str, Substitute]:
    """Of those of one day, oldest first: by absent person the one who decides for him on records of a form.

    Who was named last for a form decides alone, so that no form goes to two people. One step only: a substitute's
    substitute is nobody.
    """
    return {each.absent: each for each in running if each.forms is None or form in each.forms}


def _running(connection: Connection, since: date, until: date, absent: str | None = None) -> tuple[Substitute, ...]:
    asked = (
        select(substitute)
        .where(substitute.c.ended.is_(None), substitute.c.since <= until.isoformat())
        .where(substitute.c.until >= since.isoformat())
        .order_by(substitute.c.created, substitute.c.id)
    )
    if absent is not None:
        asked = asked.where(substitute.c.absent == absent)
    return tuple(
        Substitute(
            row.id,
            row.absent,
            row.person,
            date.fromisoformat(row.since),
            date.fromisoformat(row.until),
            None if row.forms is None else tuple(row.forms),
            None if row.amount is None else Decimal(row.amount),
        )
        for row in connection.execute(asked)
    )


def _takes_over(new: Substitute, old: Substitute) -> bool:
    """Whether nothing is left of the old one: neither a day nor a form."""
    days = new.since <= old.since and old.until <= new.until
    return days and (new.forms is None or (old.forms is not None and set(old.forms) <= set(new.forms)))


def _share(one: Substitute, other: Substitute) -> bool:
    """Whether any form is both's."""
    return one.forms is None or other.forms is None or not set(one.forms).isdisjoint(other.forms)


def _leads_to(connection: Connection, start: str, goal: str, new: Substitute) -> bool:
    """Whether following substitutes within the days and forms of `new` from `start` comes to `goal`."""
    onward: dict[str, list[str]] = {}
    for each in _running(connection, new.since, new.until):
        if _share(each, new):
            onward.setdefault(each.absent, []).append(each.person)
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        person = ahead.pop()
        if person == goal:
            return True
        if person not in seen:
            seen.add(person)
            ahead += onward.get(person, ())
    return False
