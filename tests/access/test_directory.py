"""Who holds what where: relations over the org tree, days, persons that are not active."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.access.directory import Assignment, Directory, Person, Unit
from engine.workflow.plan import Finder

TODAY = date(2026, 11, 22)
UNITS = (
    Unit("east", "region", "E"),
    Unit("west", "region", "W"),
    Unit("s01", "store", "S01", "east"),
    Unit("s02", "store", "S02", "east"),
    Unit("s03", "store", "S03", "west"),
    Unit("desk", "desk", "S01-1", "s01"),
)
PERSONS = tuple(Person(name, name, name.title()) for name in ("ame", "aud", "clerk1", "clerk2", "mgr1", "mgr3"))
HELD = (
    Assignment("ame", "area_manager", "east"),
    Assignment("aud", "auditor", None),
    Assignment("clerk1", "clerk", "s01"),
    Assignment("clerk2", "clerk", "s02"),
    Assignment("mgr1", "manager", "s01"),
    Assignment("mgr3", "manager", "s03"),
)


def directory(*more: Assignment, persons: tuple[Person, ...] = PERSONS, today: date = TODAY) -> Directory:
    return Directory(UNITS, persons, (*HELD, *more), today)


def test_the_directory_is_what_the_workflow_asks() -> None:
    finder: Finder = directory()
    assert finder.holders("manager", "at", "s01") == ("mgr1",)


@pytest.mark.parametrize(
    ("role", "relation", "unit", "found"),
    [
        ("manager", "at", "s01", ("mgr1",)),
        ("manager", "at", "east", ()),
        ("manager", "at", None, ()),
        ("manager", "below", "east", ("mgr1",)),
        ("manager", "below", "s01", ("mgr1",)),
        ("manager", "below", None, ("mgr1", "mgr3")),
        ("manager", "above", "s01", ()),
        ("manager", "above", "desk", ("mgr1",)),
        ("area_manager", "above", "s02", ("ame",)),
        ("area_manager", "above", "s03", ()),
        ("area_manager", "above", "east", ()),
        ("auditor", "above", "s03", ("aud",)),
        ("auditor", "above", "east", ("aud",)),
        ("auditor", "above", None, ()),
        ("auditor", "at", None, ("aud",)),
        ("auditor", "below", None, ("aud",)),
        ("auditor", "below", "east", ()),
        ("auditor", "above", "nowhere", ()),
        ("manager", "nearest", "s01", ("mgr1",)),
        ("manager", "nearest", "desk", ("mgr1",)),
        ("area_manager", "nearest", "s01", ("ame",)),
        ("auditor", "nearest", "desk", ("aud",)),
        ("auditor", "nearest", None, ("aud",)),
        ("manager", "nearest", "nowhere", ()),
        ("manager", "1 above", "desk", ("mgr1",)),
        ("area_manager", "1 above", "desk", ()),
        ("area_manager", "2 above", "desk", ("ame",)),
        ("auditor", "2 above", "s01", ("aud",)),
        ("auditor", "1 above", "s01", ()),
        ("auditor", "5 above", "desk", ()),
        ("manager", "below", "nowhere", ()),
        ("manager", "beside", "s01", ()),
        ("no_role", "at", "s01", ()),
    ],
)
def test_a_relation_names_exactly_these_people(
    role: str, relation: str, unit: str | None, found: tuple[str, ...]
) -> None:
    people = directory()
    assert people.holders(role, relation, unit) == found
    assert tuple(each.id for each in PERSONS if people.holds(each.id, role, relation, unit)) == found


def test_the_nearest_above_comes_first_and_nobody_comes_twice() -> None:
    people = directory(
        Assignment("aud", "boss", None),
        Assignment("ame", "boss", "east"),
        Assignment("mgr1", "boss", "s01"),
        Assignment("ame", "boss", "s01"),
    )
    assert people.holders("boss", "above", "desk") == ("ame", "mgr1", "aud")


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [(0, 0, True), (-5, 5, True), (1, None, False), (None, -1, False), (None, 0, True), (0, None, True)],
)
def test_an_assignment_counts_from_its_first_day_to_its_last(since: int | None, until: int | None, held: bool) -> None:
    def day(offset: int | None) -> date | None:
        return None if offset is None else TODAY + timedelta(days=offset)

    people = directory(Assignment("clerk2", "keeper", "s02", day(since), day(until)))
    assert people.holds("clerk2", "keeper", "at", "s02") is held
    assert ("keeper" in people.roles_of("clerk2")) is held


def test_who_is_not_active_holds_nothing_but_still_has_his_account() -> None:
    gone = tuple(replace(each, active=False) if each.id == "mgr1" else each for each in PERSONS)
    people = directory(persons=gone)
    assert people.holders("manager", "at", "s01") == ()
    assert not people.holds("mgr1", "manager", "at", "s01")
    assert people.roles_of("mgr1") == ()
    found = people.person_of_account("MGR1 ")
    assert found is not None
    assert not found.active


def test_an_assignment_at_a_unit_that_does_not_exist_is_not_held_at_the_chain() -> None:
    people = directory(Assignment("clerk1", "auditor", "closed-store"))
    assert people.holders("auditor", "below", None) == ("aud",)
    assert people.units_of("clerk1") == ("s01",)


def test_an_account_is_one_whatever_its_spelling() -> None:
    people = directory(persons=(*PERSONS, Person("p", "José", "José")))
    assert people.person_of_account("JOSE\N{COMBINING ACUTE ACCENT}") == people.persons["p"]
    assert people.person_of_account("jose") is None


def test_paths_go_down_and_within_holds_the_unit_itself() -> None:
    people = directory()
    assert people.path("desk") == ("east", "s01", "desk")
    assert people.path("nowhere") == ()
    assert people.within("east") == {"east", "s01", "s02", "desk"}
    assert people.within("desk") == {"desk"}
    assert people.within("nowhere") == frozenset()
    assert people.unit("s01") == UNITS[2]
    assert people.unit("nowhere") is None


def test_units_of_a_person_are_those_of_his_roles() -> None:
    people = directory(Assignment("clerk1", "keeper", "s02"), Assignment("clerk1", "auditor", None))
    assert people.units_of("clerk1") == ("s01", "s02")
    assert people.units_of("clerk1", "keeper") == ("s02",)
    assert people.roles_of("clerk1") == ("clerk", "keeper", "auditor")


def test_a_role_at_a_record_makes_an_owner_and_opens_no_unit() -> None:
    people = directory(Assignment("clerk2", "buyer", record="V1"), Assignment("clerk1", "vendor", record="V1"))
    assert people.owners_of("V1") == ("clerk1", "clerk2")
    assert people.owners_of("V2") == ()
    assert not people.holds("clerk2", "buyer", "at", None)


def test_managers_come_nearest_first_without_those_who_are_gone() -> None:
    persons = (
        Person("a", "a", "A", manager="b"),
        Person("b", "b", "B", active=False, manager="c"),
        Person("c", "c", "C", manager="d"),
        Person("d", "d", "D", manager="a"),
        Person("e", "e", "E"),
    )
    people = Directory((), persons, (), TODAY)
    assert people.manager_of("a") == ("c", "d")
    assert people.manager_of("e") == ()
    assert people.manager_of("nobody") == ()


def test_a_circle_in_the_tree_ends_where_it_closes() -> None:
    people = Directory((Unit("a", "x", "A", "b"), Unit("b", "x", "B", "a")), PERSONS, (), TODAY)
    assert people.path("a") == ("b", "a")
    assert people.within("a") == {"a", "b"}


def test_who_owns_and_leads_is_found_from_either_end() -> None:
    persons = [Person("a", "a", "A", manager="b"), Person("b", "b", "B", manager="c"), Person("c", "c", "C")]
    owners = [Assignment("b", "buyer", record="food"), Assignment("c", "buyer", record="food")]
    people = Directory([], persons, owners, TODAY)
    assert {person: set(led) for person, led in people.led.items()} == {"b": {"a"}, "c": {"a", "b"}}
    assert people.owned == {"b": ("food",), "c": ("food",)}
    for person, led in people.led.items():
        assert all(person in people.manager_of(each) for each in led)
    gone = Directory([], [*persons[:2], Person("c", "c", "C", active=False)], owners, TODAY)
    assert (dict(gone.led), gone.owned) == ({"b": ("a",)}, {"b": ("food",)})
