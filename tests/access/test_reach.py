"""Any tree, any people, any policy: the directory and the matrix against plain definitions of the same words."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.access.directory import Assignment, Directory, Person, Unit
from engine.access.matrix import WHERE, Line, Matrix
from tests.access.test_matrix import Policy

TODAY = date(2026, 11, 22)
ROLES = ("clerk", "leader", "auditor")
PEOPLE = ("ann", "bob", "cid")
NAMES = tuple("abcdefgh")


@st.composite
def trees(draw: st.DrawFn) -> tuple[Unit, ...]:
    """Each unit hangs on the chain or on one before it."""
    units: list[Unit] = []
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        parent = draw(st.none() | st.sampled_from([unit.id for unit in units])) if units else None
        units.append(Unit(name, "unit", name.upper(), parent))
    return tuple(units)


DAYS = st.none() | st.integers(-2, 2).map(lambda offset: TODAY + timedelta(days=offset))


@st.composite
def chains(draw: st.DrawFn) -> tuple[tuple[Unit, ...], tuple[Person, ...], list[Assignment]]:
    """A tree, people of whom some are gone, and assignments of whom some are over or lead nowhere."""
    units = draw(trees())
    persons = tuple(Person(name, name, name, active=draw(st.booleans())) for name in PEOPLE)
    places = st.none() | st.sampled_from([unit.id for unit in units]) | st.just("nowhere")
    assignments = draw(
        st.lists(
            st.builds(Assignment, st.sampled_from((*PEOPLE, "ghost")), st.sampled_from(ROLES), places, DAYS, DAYS),
            max_size=8,
        )
    )
    return units, persons, assignments


def ancestors(units: tuple[Unit, ...], unit: str) -> list[str | None]:
    """What is above a unit, the chain last."""
    by_id = {each.id: each for each in units}
    found: list[str | None] = []
    current = by_id[unit].parent
    while current is not None:
        found.append(current)
        current = by_id[current].parent
    return [*found, None]


def counts(each: Assignment, units: tuple[Unit, ...], persons: tuple[Person, ...]) -> bool:
    """Whether an assignment is in force, in the words of the contract."""
    active = {person.id for person in persons if person.active}
    begun = each.since is None or each.since <= TODAY
    over = each.until is not None and each.until < TODAY
    return each.person in active and begun and not over and each.at in {None, *(unit.id for unit in units)}


def related(units: tuple[Unit, ...], at: str | None, relation: str, unit: str | None) -> bool:
    """Whether a role held at `at` is held at, above or below `unit`."""
    if relation == "at":
        return at == unit
    if relation == "above":
        return unit is not None and at in ancestors(units, unit)
    return unit is None or at == unit or (at is not None and unit in ancestors(units, at))


@given(chains())
@settings(max_examples=200, deadline=None)
def test_holders_are_those_whose_assignments_say_so(
    chain: tuple[tuple[Unit, ...], tuple[Person, ...], list[Assignment]],
) -> None:
    units, persons, assignments = chain
    people = Directory(units, persons, assignments, TODAY)
    held = [each for each in assignments if counts(each, units, persons)]
    for relation in ("at", "above", "below"):
        for unit in (None, *(each.id for each in units)):
            for role in ROLES:
                expected = {
                    each.person for each in held if each.role == role and related(units, each.at, relation, unit)
                }
                found = people.holders(role, relation, unit)
                assert set(found) == expected
                assert len(set(found)) == len(found)
                assert {person for person in PEOPLE if people.holds(person, role, relation, unit)} == expected


@given(trees())
def test_within_and_path_are_two_sides_of_one_tree(units: tuple[Unit, ...]) -> None:
    people = Directory(units, (), (), TODAY)
    for upper in units:
        for lower in units:
            assert (lower.id in people.within(upper.id)) == (upper.id in people.path(lower.id))
        assert people.path(upper.id)[-1] == upper.id
        assert [*reversed(people.path(upper.id)[:-1]), None] == ancestors(units, upper.id)


LINES = st.lists(
    st.tuples(
        st.sampled_from(ROLES),
        st.sampled_from(["paper", "paper.cost"]),
        st.sampled_from(["see", "edit"]),
        st.sampled_from(WHERE),
    ),
    min_size=1,
    max_size=8,
)


def covers(units: tuple[Unit, ...], at: str | None, where: str, unit: str) -> bool:
    """Whether a right held at `at` covers a unit, in the words of the contract."""
    if where == "chain":
        return True
    if at is None:
        return where != "own"
    if where == "own":
        return unit == at
    top = at if where == "below" or ancestors(units, at) == [None] else ancestors(units, at)[0]
    return unit == top or top in ancestors(units, unit)


@given(chains(), LINES)
@settings(max_examples=100, deadline=None)
def test_a_unit_is_in_reach_when_a_line_and_an_assignment_say_so(
    chain: tuple[tuple[Unit, ...], tuple[Person, ...], list[Assignment]], lines: list[Line]
) -> None:
    units, persons, assignments = chain
    people = Directory(units, persons, assignments, TODAY)
    matrix = Matrix(Policy(lines))
    assert matrix.fault is None
    held = [each for each in assignments if counts(each, units, persons)]
    for thing, action in {(line[1], line[2]) for line in lines}:
        for person in PEOPLE:
            mine = [
                (each.at, line[3])
                for each in held
                for line in lines
                if each.person == person and line[:3] == (each.role, thing, action)
            ]
            reach = matrix.reach(person, thing, action, people)
            found = {unit.id for unit in units if reach is None or unit.id in reach}
            assert found == {unit.id for unit in units if any(covers(units, *each, unit.id) for each in mine)}
            assert matrix.decide(people.held(person), thing, action, people).allowed == bool(mine)


@given(LINES, LINES)
@settings(max_examples=60, deadline=None)
def test_more_lines_never_take_a_right_away(few: list[Line], more: list[Line]) -> None:
    narrow, wide = Matrix(Policy(few)), Matrix(Policy([*more, *few]))
    for role, thing, action, where in few:
        assert where in narrow.where(role, thing, action)
        assert set(narrow.where(role, thing, action)) <= set(wide.where(role, thing, action))
