"""Whether the people of today can do what definitions ask: who is missing where, and what is not said of it."""

from __future__ import annotations

from datetime import date
from functools import cache

from engine.access.directory import Assignment, Directory, Person, Unit
from engine.definitions import Finding
from engine.definitions.models import Library
from engine.operations.staffing import staffed
from tests.definitions.faulty import Swap, loaded
from tests.definitions.sample import FLOW_FILE, ROLES_FILE

STEP = (FLOW_FILE, "first_look: {ask: [boss above shop],", "first_look: {ask: [boss at shop],")
DUTY = (FLOW_FILE, "not_both: [submit, second_look]", "not_both: [submit, send]")
ALONE = (FLOW_FILE, "by: [clerk at shop, system]", "by: [clerk at shop]")
TIMER = (
    FLOW_FILE,
    "late: {in: open, after: 3d, do: {act: {act: {on_record: record, action: send}}}}",
    "late: {in: open, after: 3d, do: {tell: {notify: {to: [boss at chain], template: told}}}}",
)
Held = tuple[str, str, str | None]


@cache
def library(*swaps: Swap) -> Library:
    """The sample, changed so."""
    found = loaded(*swaps).library
    assert found is not None
    return found


def directory(*held: Held) -> Directory:
    """Two shops and an empty one in a region, and who holds what where."""
    units = [Unit("r", "region", "R1"), *(Unit(each, "shop", each.upper(), "r") for each in ("s1", "s2", "s3"))]
    people = [Person(each, each, each.title()) for each in dict.fromkeys(person for person, _, _ in held)]
    return Directory(units, people, [Assignment(*each) for each in held], date(2026, 1, 5))


def found(changed: Library, *held: Held, before: Library | None = None) -> list[Finding]:
    return list(staffed(changed, before or library(), directory(*held)))


CHAIN: Held = ("bob", "boss", None)
S1: Held = ("ann", "clerk", "s1")
S2: Held = ("cid", "clerk", "s2")


def test_a_step_that_finds_nobody_in_a_store_that_takes_part_names_the_store() -> None:
    (missing,) = found(library(STEP), CHAIN, S1, S2, ("eve", "boss", "s1"))
    assert (missing.code, missing.severity, missing.path) == (
        "nobody_there", "warning", "approvals.review.steps.first_look",
    )  # fmt: skip
    assert missing.message == {
        "en": "As people are now, nobody can do 'first_look' (boss at shop) in 1 of the units that take part.",
        "zh": "按现有人员，1 个参与的组织单位无人可执行“first_look”（boss at shop）。",
    }
    assert missing.example == ({"en": "S2", "zh": "S2"},)


def test_nothing_is_said_where_everybody_is_there_or_nobody_takes_part() -> None:
    assert found(library(STEP), CHAIN, S1, ("eve", "boss", "s1")) == []
    assert found(library(STEP), CHAIN, S1, S2, ("eve", "boss", "s1"), ("eve", "boss", "s2")) == []


def test_a_role_of_the_chain_that_nobody_holds_is_named_too() -> None:
    missing = found(library(STEP), S1, ("eve", "boss", "s1"))
    assert [(each.path, each.example[0]["en"]) for each in missing] == [
        ("approvals.review.steps.second_look", "the chain")
    ]


def test_a_workflow_that_has_not_changed_is_not_judged_again() -> None:
    assert found(library(STEP), S1, before=library(STEP)) == []


def test_who_stands_in_counts() -> None:
    asks = "    nobody_found: {ask: [boss at chain], otherwise: refuse}\n    may_return_to: [submitter, first_look]\n"
    stands_in = library(STEP, (FLOW_FILE, "    may_return_to: [submitter, first_look]\n", asks))
    assert found(stands_in, CHAIN, S1, S2) == []


def test_a_role_that_is_new_cannot_be_held_yet() -> None:
    keeper = "  keeper: {title: {en: Keeper, zh: 仓管}, purpose: {en: Keeps., zh: 保管。}}\n  clerk: {title"
    new = library((ROLES_FILE, "  clerk: {title", keeper), (FLOW_FILE, STEP[1], "first_look: {ask: [keeper at shop],"),
                  ("permissions/policy.csv", "p, boss, stock, see, chain\n",
                   "p, boss, stock, see, chain\np, keeper, request, approve, own\n"))  # fmt: skip
    assert found(new, CHAIN, S1) == []
    held = library((ROLES_FILE, "  clerk: {title", keeper))
    assert [each.code for each in found(new, CHAIN, S1, before=held)] == ["nobody_there"]


def test_a_duty_for_which_there_is_one_person_only_names_him_and_the_store() -> None:
    alone = library(DUTY, ALONE, TIMER)
    (one,) = found(alone, CHAIN, ("rob", "boss", "r"), S1, S2, ("dan", "clerk", "s2"))
    assert (one.code, one.severity, one.path) == ("one_for_both", "warning", "transitions.send")
    assert one.example == ({"en": "S1: Ann", "zh": "S1：Ann"},)
    assert "'submit' and 'send'" in one.message["en"]
    assert found(alone, CHAIN, ("rob", "boss", "r"), S1, ("dan", "clerk", "s1")) == []


def test_roles_that_come_to_exclude_each_other_name_who_holds_both() -> None:
    before = library((ROLES_FILE, ", excludes: [boss]", ""))
    both = found(library(), CHAIN, S1, ("ann", "boss", "s2"), before=before)
    (one,) = [each for each in both if each.code == "roles_combined"]
    assert (one.file, one.path, one.example) == (ROLES_FILE, "roles.clerk.excludes", ({"en": "Ann", "zh": "Ann"},))
    assert [each.code for each in found(library(), CHAIN, S1, before=before)] == []
