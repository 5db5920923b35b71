"""Whether the people of today can do what definitions ask: actions and steps for which some store has nobody.

Used by `verifying` before publishing, for workflows that are new or changed. All of it is a warning: a role must be
published before anybody can hold it, and people come and go. A unit counts where somebody holds a role of the same
workflow; one that takes no part in it is left out. What is named by other words than roles is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.access.directory import Directory
from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import WARNING, Finding, finding
from engine.definitions.models import Approval, Duty, Library, People, Place, Step, Workflow
from engine.errors import Text, text

SHOWN = 5
"""How many units an example names."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Something that somebody must be there for: an action, a step or a part of one."""

    name: str
    people: tuple[People, ...]
    at: Place | None
    instead: tuple[People, ...] = ()


def staffed(library: Library, before: Library, directory: Directory) -> Iterator[Finding]:
    """Every seat of a changed workflow that is empty in some unit, and duties that one person alone could do."""
    known = frozenset(before.rights.roles)
    for form, workflow in pairs(library):
        if workflow != before.workflows.get(form.name):
            seats = tuple(_seats(workflow))
            for seat in seats:
                yield from _empty(seat, _units(seats, seat, directory), directory, known)
            yield from _alone(workflow, seats, directory)
    if library.rights.roles != before.rights.roles:
        yield from _excluded(library, directory)


def _seats(workflow: Workflow) -> Iterator[Seat]:
    for action in workflow.transitions.values():
        if not action.system_only:
            yield Seat(action.name, action.by, action.at)
    for approval in workflow.approvals.values():
        for step in approval.steps.values():
            yield from (_seat(approval, part, step) for part in step.parts.values() or (step,))


def _seat(approval: Approval, part: Step, step: Step) -> Seat:
    return Seat(part.name, part.ask, part.at or step.at, approval.nobody_found.ask)


def _units(seats: Sequence[Seat], seat: Seat, directory: Directory) -> tuple[str | None, ...]:
    """The units that take part: where somebody holds a role that the workflow names there; None is the chain."""
    kinds = {each.unit.type.form for each in seat.people if each.unit is not None}
    if not kinds:
        return (None,)
    roles = {each.role for other in seats for each in other.people if each.unit is not None and each.role}
    return tuple(
        unit.id
        for unit in sorted(directory.units.values(), key=lambda each: (each.code, each.id))
        if unit.form in kinds and any(directory.holders(role, "at", unit.id) for role in roles)
    )


def _empty(seat: Seat, units: Iterable[str | None], directory: Directory, known: frozenset[str]) -> Iterator[Finding]:
    if not seat.people or any(each.kind != "role" or each.role not in known for each in seat.people):
        return
    empty = [unit for unit in units if not _found((*seat.people, *seat.instead), unit, directory)]
    if empty:
        asked = ", ".join(each.text for each in seat.people)
        says = text(
            f"As people are now, nobody can do '{seat.name}' ({asked}) in {len(empty)} of the units that take part.",
            f"按现有人员，{len(empty)} 个参与的组织单位无人可执行“{seat.name}”（{asked}）。",
        )
        yield finding(seat.at, "nobody_there", says, severity=WARNING, example=_named(empty, directory))


def _found(people: Iterable[People], unit: str | None, directory: Directory) -> set[str]:
    """Who holds one of these roles for this unit; somebody (nobody by name) where it cannot be known."""
    found: set[str] = set()
    for each in people:
        if each.kind != "role" or each.role is None:
            return {""}
        at = unit if each.unit is not None else None
        found |= set(directory.holders(each.role, each.relation or "at", at))
    return found


def _named(units: Sequence[str | None], directory: Directory) -> tuple[Text, ...]:
    codes = [directory.units[each].code if each is not None else "" for each in units]
    shown = ", ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")
    return (text(shown or "the chain", shown or "总部"),)


def _alone(workflow: Workflow, seats: Sequence[Seat], directory: Directory) -> Iterator[Finding]:
    """Two things that one person may not both do, and in some unit one person is all there is for either."""
    by_name = {each.name: each for each in seats}
    for duty in workflow.duties.values():
        first, second = (by_name.get(name) for name in duty.not_both)
        if first is None or second is None or _place_of(first) is None or _place_of(first) != _place_of(second):
            continue
        for unit in _units((first, second), first, directory):
            one = _found((*first.people, *first.instead), unit, directory)
            other = _found((*second.people, *second.instead), unit, directory)
            if one == other and len(one) == 1 and one != {""}:
                yield _only(duty, second, next(iter(one)), unit, directory)
                break


def _place_of(seat: Seat) -> str | None:
    """The one unit that all its people are asked for, as it is written."""
    units = {each.unit.text for each in seat.people if each.kind == "role" and each.unit is not None}
    return units.pop() if len(units) == 1 and len(seat.people) == 1 else None


def _only(duty: Duty, seat: Seat, person: str, unit: str | None, directory: Directory) -> Finding:
    name, (first, second) = directory.persons[person].name, duty.not_both
    says = text(
        f"As people are now, one person is all there is for both '{first}' and '{second}', which '{duty.name}' keeps"
        " apart: the second is nobody's.",
        f"按现有人员，“{first}”与“{second}”只有同一个人可执行，而“{duty.name}”要求分离：后者无人可执行。",
    )
    code = directory.units[unit].code if unit is not None else ""
    return finding(
        seat.at, "one_for_both", says, severity=WARNING, example=(text(f"{code}: {name}", f"{code}：{name}"),)
    )


def _excluded(library: Library, directory: Directory) -> Iterator[Finding]:
    """Roles that exclude each other and are held by one person."""
    for role in library.rights.roles.values():
        both = [
            directory.persons[person]
            for person in sorted(directory.persons)
            if role.name in (held := directory.roles_of(person)) and set(role.excludes) & set(held)
        ]
        if both:
            names = ", ".join(each.name for each in both[:SHOWN]) + (" …" if len(both) > SHOWN else "")
            says = text(
                f"'{role.name}' excludes roles that {len(both)} of its holders have.",
                f"“{role.name}”与其 {len(both)} 名担任者的其他角色互斥。",
            )
            at = Place("permissions/roles.yaml", 1, f"roles.{role.name}.excludes")
            yield finding(at, "roles_combined", says, severity=WARNING, example=(text(names, names),))
