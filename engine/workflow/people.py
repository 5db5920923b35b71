"""Who is meant by `manager at from_store`, `submitter`, `decider of area` ... Used by this room and by operations.

A unit or person that an expression leaves empty means nobody. It never falls back to the whole chain.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.definitions.models import People
from engine.workflow import asking, trail
from engine.workflow import memory as memories
from engine.workflow.plan import SYSTEM, Situation


def matches(people: tuple[People, ...], person: str, situation: Situation) -> bool:
    """Whether a person (or *system*) is one of these."""
    if person == SYSTEM:
        return any(each.kind == "system" for each in people)
    return any(_is(each, person, situation) for each in people)


def find(people: tuple[People, ...], situation: Situation) -> tuple[str, ...]:
    """Every person who is one of these now, each once, in the order of the definition."""
    return tuple(dict.fromkeys(found for each in people for found in _found(each, situation) if found != SYSTEM))


def led_by(people: People, situation: Situation) -> tuple[str, ...]:
    """Whose manager is meant by `manager of`."""
    return _whom(people, situation)


def words(people: tuple[People, ...]) -> str:
    """As it is written in the definition."""
    return ", ".join(each.text or each.role or each.kind for each in people)


def _is(people: People, person: str, situation: Situation) -> bool:
    if people.kind != "role":
        return person in _found(people, situation)
    if people.role is None:
        return False
    relation = people.relation or "at"
    if people.unit is None:
        return situation.finder.holds(person, people.role, relation, None)
    return any(
        situation.finder.holds(person, people.role, relation, unit) for unit in asking.named(people.unit, situation)
    )


def _found(people: People, situation: Situation) -> Iterable[str]:
    """Whoever is meant and is still there: one who has left is nobody, however he is named."""
    if people.kind == "role":
        return _holders(people, situation)
    return [person for person in _named(people, situation) if situation.finder.active(person)]


def _named(people: People, situation: Situation) -> Iterable[str]:
    if people.kind == "owner_of":
        return [each for record in asking.named(people.unit, situation) for each in situation.finder.owners_of(record)]
    if people.kind in ("decider_of", "writer"):
        return _doers(people, situation)
    whom = _whom(people, situation)
    if people.kind != "manager_of":
        return whom
    return [manager for each in whom for manager in situation.finder.manager_of(each)]


def _holders(people: People, situation: Situation) -> Iterable[str]:
    if people.role is None:
        return ()
    units = (None,) if people.unit is None else asking.named(people.unit, situation)
    relation = people.relation or "at"
    return [person for unit in units for person in situation.finder.holders(people.role, relation, unit)]


def _doers(people: People, situation: Situation) -> Iterable[str]:
    memory = situation.memory
    if people.kind == "decider_of":
        return trail.doers(situation, people.name or "")
    if people.name is not None:
        return memories.writers(memory, people.name, situation.row)
    return [person for persons in memory.wrote.values() for person in persons]


def _whom(people: People, situation: Situation) -> tuple[str, ...]:
    """Those who are named: by an expression, or by what they did to this record."""
    if people.unit is not None:
        return asking.named(people.unit, situation)
    word = people.name if people.kind == "manager_of" else people.kind
    memory = situation.memory
    who = memory.editor if word == "editor" else memory.submitter if word in ("submitter", None) else None
    return (who,) if who is not None else ()
