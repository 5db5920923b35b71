"""Who is meant: roles over the tree, owners, managers, what somebody did; and that finding and matching agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.models import People
from engine.expressions import Reference
from engine.workflow import people
from engine.workflow.plan import SYSTEM, Memory, Situation
from tests.workflow.building import STAFF, Case, Chain, approval, expr, ordinary, record, step, who

MEMORY = Memory(
    submitter="clara",
    editor="carl",
    did={"area": ("anna",), "both/left": ("pia", "max")},
    wrote={"note": ("carl",), "lines.quantity": ("dora", "carl")},
)
FLOW = ordinary(approval(step("store", "manager at from_store")))
EVERYBODY = (*STAFF.roles, "nobody")


def situation(memory: Memory = MEMORY, chain: Chain = STAFF, **values: Any) -> Situation:
    return Case(FLOW, subject=record(**values), memory=memory, chain=chain).seen_by("clara")


FOUND = [
    ("clerk at from_store", ("clara", "carl")),
    ("clerk at to_store", ("dora",)),
    ("clerk at chain", ()),
    ("finance at chain", ("fred", "fay")),
    ("manager at from_store", ("max",)),
    ("area_manager above from_store", ("anna",)),
    ("area_manager at from_store", ()),
    ("manager above from_store", ()),
    ("manager below from_store", ()),
    ("stranger at from_store", ()),
    ("submitter", ("clara",)),
    ("editor", ("carl",)),
    ("manager of submitter", ("max",)),
    ("manager of editor", ()),
    ("decider of area", ("anna",)),
    ("decider of both/left", ("pia", "max")),
    ("decider of nothing", ()),
    ("writer", ("carl", "dora")),
    ("system", ()),
    ("checker", ()),
    ("owner of supplier", ()),
]


@pytest.mark.parametrize(("words", "found"), FOUND)
def test_people_are_found_in_the_words_of_the_definition(words: str, found: tuple[str, ...]) -> None:
    now = situation()
    asked = who(words)
    assert people.find(asked, now) == found
    assert {each for each in EVERYBODY if people.matches(asked, each, now)} == set(found)
    assert people.words(asked) == words


@pytest.mark.parametrize(
    ("words", "values", "found"),
    [
        ("checker", {"checker": Reference("person", "pia")}, ("pia",)),
        ("manager of checker", {"checker": Reference("person", "clara")}, ("max",)),
        ("owner of supplier", {"supplier": Reference("supplier", "V1")}, ("pia",)),
        ("owner of supplier", {"supplier": Reference("supplier", "V2")}, ()),
        ("clerk at from_store", {"from_store": None}, ()),
        ("area_manager above from_store", {"from_store": None}, ()),
        ("clerk at from_store", {"from_store": Reference("store", "S2")}, ("dora",)),
    ],
)
def test_people_follow_the_record_and_an_empty_unit_never_means_the_chain(
    words: str, values: dict[str, Any], found: tuple[str, ...]
) -> None:
    assert people.find(who(words), situation(**values)) == found
    assert people.matches(who(words), "dirk", situation(**values)) is False


def test_rows_ask_everybody_that_they_name_once() -> None:
    lines = [
        {"row": str(number), "supplier": None if name is None else Reference("supplier", name)}
        for number, name in enumerate(["V1", None, "V2", "V1"])
    ]
    chain = replace(STAFF, owners={"V1": ("pia", "fred"), "V2": ("fred", "max")})
    of_rows = (People("owner_of", unit=expr("lines.supplier"), text="owner of lines.supplier"),)
    assert people.find(of_rows, situation(chain=chain, lines=lines)) == ("pia", "fred", "max")
    assert people.find(of_rows, situation(chain=chain)) == ()


def test_whoever_wrote_one_field_is_told_from_whoever_wrote_another() -> None:
    named = (People("writer", name="note", text="writer"),)
    assert people.find(named, situation()) == ("carl",)
    assert people.find((People("writer", name="total", text="writer"),), situation()) == ()


def test_nobody_is_found_where_nobody_did_anything() -> None:
    blank = situation(Memory())
    for words in ("submitter", "editor", "manager of submitter", "writer", "decider of area"):
        assert people.find(who(words), blank) == ()


def test_an_expression_that_fails_finds_nobody_rather_than_everybody() -> None:
    broken = (People("field", unit=expr("record.checker if 1 / 0 > 0 else record.checker"), text="checker"),)
    assert people.find(broken, situation(checker=Reference("person", "pia"))) == ()
    role = (People("role", None, "at", None, text="at chain"),)
    assert people.find(role, situation()) == ()
    assert not people.matches(role, "dirk", situation())


def test_the_system_is_meant_only_where_it_is_named() -> None:
    assert people.matches(who("system", "submitter"), SYSTEM, situation())
    assert not people.matches(who("submitter"), SYSTEM, situation(replace(MEMORY, submitter=SYSTEM)))
    assert people.find(who("submitter"), situation(replace(MEMORY, submitter=SYSTEM))) == ()


@given(st.lists(st.sampled_from([words for words, _found in FOUND]), min_size=1, max_size=5))
def test_a_list_finds_each_person_once_in_its_order_and_matches_exactly_those(words: list[str]) -> None:
    now, asked = situation(), who(*words)
    found = people.find(asked, now)
    wanted = [person for each in words for person in dict(FOUND)[each]]
    assert found == tuple(dict.fromkeys(wanted))
    assert {each for each in EVERYBODY if people.matches(asked, each, now)} == set(found)
    assert people.words(asked) == ", ".join(words)


def test_one_who_has_left_is_nobody_however_he_is_named() -> None:
    for words, found in FOUND:
        chain = replace(STAFF, gone=frozenset(found))
        assert not set(people.find(who(words), situation(chain=chain))) & set(found), words
        assert not any(people.matches(who(words), each, situation(chain=chain)) for each in found), words
