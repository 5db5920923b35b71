"""People, the org tree and who holds which role where: one frozen value, asked thousands of times a second.

Built by operations from records whenever people or the tree change (or the day does); handed to `workflow` as its
`Finder`, and to `matrix`, which turns where a right reaches into org units. Persons and units are record ids, None is
the chain.

A role is held **at** exactly the unit of the assignment; **above** a unit at one of its ancestors or the chain, never
at the unit itself; **below** a unit at it or at one of its descendants; **2 above** a unit at exactly that ancestor
(the chain is the last); **nearest** to a unit at it, or else at the first above it where anybody holds the role.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Unit:
    """An org unit; `form` is the form of its record, `parent` None when it hangs on the chain, `zone` empty when it
    says none of its own."""

    id: str
    form: str
    code: str
    parent: str | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in, decide or be told. `manager` is a person and `mail` an address, if
    the library keeps them."""

    id: str
    account: str
    name: str
    language: str = "zh"
    active: bool = True
    manager: str | None = None
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """`person` holds `role` at a unit, at the chain (None), or at a record that holds roles; both days included."""

    person: str
    role: str
    at: str | None = None
    since: date | None = None
    until: date | None = None
    record: str | None = None


NEAREST = "nearest"
MOST_FOUND = 20_000

Held = tuple[str, str | None]
"""A role and the unit at which it is held."""


def account_name(typed: str) -> str:
    """The one spelling of an account's name: NFC, without capitals, without spaces around it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", typed).strip().lower())


class Directory:
    """Who holds what, today. Never changes; a new day or a new assignment is a new directory."""

    def __init__(
        self,
        units: Iterable[Unit],
        persons: Iterable[Person],
        assignments: Iterable[Assignment],
        today: date,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        """`aliases`: roles that are no more, and which role stands for each in what is under way."""
        self.today = today
        self._aliases = aliases or {}
        self.units: Mapping[str, Unit] = {unit.id: unit for unit in units}
        self.persons: Mapping[str, Person] = {person.id: person for person in persons}
        self._accounts = {account_name(person.account): person for person in self.persons.values()}
        self._paths = {unit: self._climb(unit) for unit in self.units}
        self._within = self._descend()
        self._held: dict[str, tuple[Held, ...]] = {}
        self._holders: dict[str, dict[str | None, tuple[str, ...]]] = {}
        self._owners: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, str, str | None], tuple[str, ...]] = {}
        """What was asked already: nothing here changes, and records of one unit ask alike."""
        self.led: Mapping[str, tuple[str, ...]] = self._lead()
        """Active manager -> those whose manager, or manager's manager, he is."""
        self._index([each for each in assignments if self._in_force(each)])
        self.owned: Mapping[str, tuple[str, ...]] = _turned(self._owners)
        """Active person -> the records of which he is an owner."""

    def unit(self, unit: str) -> Unit | None:
        """The unit with this id; None if there is none."""
        return self.units.get(unit)

    def path(self, unit: str) -> tuple[str, ...]:
        """From the top of the tree down to the unit itself; empty for a unit that does not exist."""
        return self._paths.get(unit, ())

    def within(self, unit: str) -> frozenset[str]:
        """The unit and everything below it; empty for a unit that does not exist."""
        return self._within.get(unit, frozenset())

    def held(self, person: str) -> tuple[Held, ...]:
        """The roles of an active person with the units at which they are held (None is the chain)."""
        return self._held.get(person, ())

    def units_of(self, person: str, role: str | None = None) -> tuple[str, ...]:
        """Units at which an active person holds a role (any role, or `role`), each once."""
        found = (at for held, at in self.held(person) if at is not None and role in (None, held))
        return tuple(dict.fromkeys(found))

    def roles_of(self, person: str) -> tuple[str, ...]:
        """The names of the roles that an active person holds anywhere, each once."""
        return tuple(dict.fromkeys(role for role, _ in self.held(person)))

    def person_of_account(self, account: str) -> Person | None:
        """Whose account it is, active or not."""
        return self._accounts.get(account_name(account))

    def holders(self, role: str, relation: str, unit: str | None) -> tuple[str, ...]:
        """Active persons that hold `role` at, above or below `unit`; the nearest first, then by account."""
        key = (role, relation, unit)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= MOST_FOUND:
                self._found.clear()
            found = self._found[key] = self._find(*key)
        return found

    def _find(self, role: str, relation: str, unit: str | None) -> tuple[str, ...]:
        places = self._holders.get(self._aliases.get(role, role))
        if not places:
            return ()
        reached = places if relation == "below" and unit is None else self._reached(relation, unit)
        if relation == NEAREST:
            reached = tuple(place for place in reached if places.get(place))[:1]
        return tuple(dict.fromkeys(person for place in reached for person in places.get(place, ())))

    def holds(self, person: str, role: str, relation: str, unit: str | None) -> bool:
        """Whether this active person does."""
        if relation == NEAREST:
            return person in self.holders(role, relation, unit)
        role = self._aliases.get(role, role)
        everywhere = relation == "below" and unit is None
        reached = self._reached(relation, unit)
        return any(held == role and (everywhere or at in reached) for held, at in self.held(person))

    def active(self, person: str) -> bool:
        """Whether this person is there and may still act."""
        known = self.persons.get(person)
        return known is not None and known.active

    def manager_of(self, person: str) -> tuple[str, ...]:
        """The active managers of a person, nearest first; a circle ends where it closes."""
        found: list[str] = []
        seen = {person}
        current = self.persons.get(person)
        while current is not None and current.manager is not None and current.manager not in seen:
            seen.add(current.manager)
            current = self.persons.get(current.manager)
            if current is not None and current.active:
                found.append(current.id)
        return tuple(found)

    def owners_of(self, record: str) -> tuple[str, ...]:
        """Active persons with any role at this record, by account."""
        return self._owners.get(record, ())

    def _reached(self, relation: str, unit: str | None) -> tuple[str | None, ...]:
        """The places that a relation names; nothing for a unit that does not exist or a word that is no relation."""
        if relation == "at":
            return (unit,) if unit is None or unit in self.units else ()
        if unit is None:
            return (None,) if relation == NEAREST else ()
        path = self._paths.get(unit, ())
        climb: tuple[str | None, ...] = (*path[::-1], None) if path else ()
        if relation == NEAREST:
            return climb
        if relation == "above":
            return climb[1:]
        if relation.endswith(" above"):
            levels = int(relation.partition(" ")[0])
            return climb[levels : levels + 1]
        return self._below(unit) if relation == "below" else ()

    def _below(self, unit: str) -> tuple[str, ...]:
        """The unit first, then what is below it in the order of its codes."""
        rest = self.within(unit) - {unit}
        return (unit, *sorted(rest, key=lambda each: (self.units[each].code, each))) if unit in self.units else ()

    def _climb(self, unit: str) -> tuple[str, ...]:
        path: list[str] = []
        current: str | None = unit
        while current is not None and current in self.units and current not in path:
            path.append(current)
            current = self.units[current].parent
        return tuple(reversed(path))

    def _descend(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {unit: set() for unit in self.units}
        for unit, path in self._paths.items():
            for ancestor in path:
                found[ancestor].add(unit)
        return {unit: frozenset(below) for unit, below in found.items()}

    def _lead(self) -> dict[str, tuple[str, ...]]:
        return _turned({person: self.manager_of(person) for person in self.persons})

    def _in_force(self, assignment: Assignment) -> bool:
        person = self.persons.get(assignment.person)
        begun = assignment.since is None or assignment.since <= self.today
        over = assignment.until is not None and assignment.until < self.today
        known = assignment.at is None or assignment.at in self.units
        return person is not None and person.active and begun and not over and known

    def _index(self, assignments: list[Assignment]) -> None:
        held: dict[str, dict[Held, None]] = {}
        holders: dict[str, dict[str | None, dict[str, None]]] = {}
        owners: dict[str, dict[str, None]] = {}
        for each in sorted(assignments, key=lambda one: (self.persons[one.person].account, one.person)):
            if each.record is not None:
                owners.setdefault(each.record, {})[each.person] = None
                continue
            held.setdefault(each.person, {})[(each.role, each.at)] = None
            holders.setdefault(each.role, {}).setdefault(each.at, {})[each.person] = None
        self._held = {person: tuple(roles) for person, roles in held.items()}
        self._holders = {
            role: {at: tuple(persons) for at, persons in places.items()} for role, places in holders.items()
        }
        self._owners = {record: tuple(persons) for record, persons in owners.items()}


def _turned(found: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The same the other way round."""
    turned: dict[str, list[str]] = {}
    for name, others in found.items():
        for other in others:
            turned.setdefault(other, []).append(name)
    return {other: tuple(names) for other, names in turned.items()}
