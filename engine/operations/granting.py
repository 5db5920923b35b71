"""What somebody may do, where, and by which lines of the policy; and what a changed policy would make of it.

Used by `why` and `previewing`. The matrix decides, here as everywhere; the lines are those that it decided by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import say
from engine.operations import presenting, rights
from engine.operations.rights import CLOSED, Units

if TYPE_CHECKING:
    from engine.access.directory import Held
    from engine.operations.foreseen import Foreseen
    from engine.operations.operation import Operation

Right = tuple[str, str]
"""An object (`transfer`, `transfer.total`, `stock`) and an action on it."""
MOST_PEOPLE = 500
SEE = "see"


@dataclass(frozen=True, slots=True)
class Change:
    """One right of one person, before and after."""

    person: str
    right: Right
    before: Units
    after: Units

    @property
    def gains(self) -> bool:
        """Whether he may somewhere where he could not."""
        return self.after is None if self.before is None else self.after is None or not self.after <= self.before

    @property
    def loses(self) -> bool:
        """Whether he may not somewhere where he could."""
        return self.after is not None and (self.before is None or not self.before <= self.after)


# -- of one person -----------------------------------------------------------------------------------------------------


def effective(operation: Operation, person: str, form: str | None = None) -> dict[str, Any]:
    """`{person, roles, rights}`: each right with where it holds and the lines that grant it."""
    directory, language = operation.directory, operation.call.language
    roles = set(directory.roles_of(person))
    pairs = {line[1:3]: None for line in operation.matrix.lines if line[0] in roles}
    found = {
        pair: reach(operation, person, pair) for pair in sorted(pairs) if form in (None, pair[0].partition(".")[0])
    }
    known = operation.library.rights.roles
    return {
        "person": presenting.person(operation, person),
        "roles": [
            {
                "role": role,
                "title": say(known[role].title, language) if role in known else role,
                "at": presenting.named(operation, at) if at is not None else None,
            }
            for role, at in directory.held(person)
        ],
        "rights": [
            {
                "object": pair[0],
                "action": pair[1],
                "where": where(operation, units),
                "lines": lines(operation, roles, pair),
            }
            for pair, units in found.items()
            if units != CLOSED
        ],
    }


def reach(operation: Operation, person: str, pair: Right) -> Units:
    """Where somebody may; a field is as open as its form, unless lines of its own (`form.field`) keep it from him."""
    thing, action = pair
    form, _, path = thing.partition(".")
    matrix, directory = operation.matrix, operation.directory
    if not path or form not in operation.library.forms:
        return matrix.reach(person, thing, action, directory)
    if path in matrix.closed_fields(person, form, directory, action):
        return CLOSED
    return matrix.reach(person, form, action, directory)


def where(operation: Operation, units: Units) -> dict[str, Any]:
    """Units as JSON: the topmost of them, and how many there are; everywhere is `null`."""
    if units is None:
        return {"units": None, "count": None}
    known = operation.directory.units
    tops = [each for each in units if each not in known or known[each].parent not in units]
    shown = sorted(tops, key=lambda each: (known[each].code if each in known else "", each))
    return {"units": [presenting.named(operation, each) for each in shown], "count": len(units)}


def lines(operation: Operation, roles: Iterable[str], pair: Right) -> list[dict[str, Any]]:
    """The lines of these roles about a right, with where they stand; some are `kept` beside the policy."""
    held, thing = set(roles), pair[0].partition(".")[0]
    mine = [each for each in operation.matrix.lines if each[0] in held and each[2] == pair[1]]
    named = [each for each in mine if each[1] == pair[0]] or [each for each in mine if each[1] == thing]
    return [_line(operation, each) for each in named]


def _line(operation: Operation, line: tuple[str, str, str, str]) -> dict[str, Any]:
    policy = operation.library.rights
    at = policy.places.get(line)
    kept = at is None and line not in policy.lines
    named = dict(zip(("role", "object", "action", "where"), line, strict=True))
    return {**named, "file": at.file if at else None, "line": at.line if at else None, "kept": kept}


# -- what would be other -----------------------------------------------------------------------------------------------


def told(found: Foreseen) -> dict[str, Any]:
    """`{lines, people, more}`: the lines that come and go, and whose rights that changes."""
    present, future = found.present, found.future
    old, new = present.library.rights.lines, future.library.rights.lines
    added, removed = [each for each in new if each not in set(old)], [each for each in old if each not in set(new)]
    by_person: dict[str, list[Change]] = {}
    for each in _changes(present, future, {line[1:3] for line in (*added, *removed)}):
        by_person.setdefault(each.person, []).append(each)
    everybody = rights.reach(present, present.person_form, SEE) is None
    known = [each for each in by_person if everybody or each == present.actor_id]
    shown = sorted(known, key=lambda each: future.directory.persons[each].account)[:MOST_PEOPLE]
    present.shelf.prefetch(shown)
    return {
        "lines": [
            *({"change": "added", **_line(future, each)} for each in added),
            *({"change": "removed", **_line(present, each)} for each in removed),
        ],
        "people": [_person(present, future, each, by_person[each]) for each in shown],
        "more": len(by_person) - len(shown),
    }


def _changes(present: Operation, future: Operation, touched: set[Right]) -> Iterator[Change]:
    every = {line[1:3] for each in (present, future) for line in each.matrix.lines}
    for person in future.directory.persons.values():
        before, after = present.directory.held(person.id), future.directory.held(person.id)
        pairs = touched if before == after and _same_units(present, future, after) else every
        for pair in sorted(pairs if after or before else ()):
            change = Change(person.id, pair, reach(present, person.id, pair), reach(future, person.id, pair))
            if change.before != change.after:
                yield change


def _same_units(present: Operation, future: Operation, held: Iterable[Held]) -> bool:
    return all(at is None or present.directory.within(at) == future.directory.within(at) for _role, at in held)


def _person(present: Operation, future: Operation, person: str, changes: Iterable[Change]) -> dict[str, Any]:
    gained, lost = [], []
    for each in changes:
        shown: Mapping[str, Any] = {
            "object": each.right[0],
            "action": each.right[1],
            "before": where(present, each.before),
            "after": where(future, each.after),
        }
        if each.gains:
            gained.append({**shown, "lines": lines(future, future.directory.roles_of(person), each.right)})
        if each.loses:
            lost.append({**shown, "lines": lines(present, present.directory.roles_of(person), each.right)})
    return {"person": presenting.person(present, person), "gained": gained, "lost": lost}


def is_asked(query: Mapping[str, str]) -> bool:
    """Whether `why` is asked of a person alone: what he may do at all."""
    return bool(query.get("person")) and not set(query) - {"person", "form"}
