"""Edges of a workflow: which leave a state, which alternative is taken, what may be written, which timers run."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.models import Alternative, Duty, Timer, Transition, Workflow
from engine.errors import Kind, Refusal
from engine.expressions import Reference
from engine.workflow import machine, offers, take, writable
from engine.workflow import memory as memories
from engine.workflow.plan import SYSTEM
from engine.workflow.timers import timers_for
from tests.workflow.building import (
    CLERKS,
    Case,
    Shelf,
    approval,
    edit,
    expr,
    move,
    named,
    ordinary,
    record,
    refusal_of,
    rule,
    state,
    step,
    who,
)

STATES = ("draft", "one", "two", "three")
EDGES = st.lists(
    st.tuples(
        st.sets(st.sampled_from(STATES), min_size=1, max_size=3),
        st.lists(st.sampled_from(STATES), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=5,
)


def flow(*transitions: Transition, **options: Any) -> Workflow:
    states = options.pop("states", named(*(state(each) for each in STATES)))
    return Workflow("order", "order", "draft", states, named(*transitions), {}, **options)


def made(edges: list[tuple[set[str], list[str]]]) -> Workflow:
    return flow(
        *(
            move(
                f"t{number}",
                " ".join(sorted(origins)),
                [Alternative(f"a{at}", to) for at, to in enumerate(ways)],
                CLERKS,
            )
            for number, (origins, ways) in enumerate(edges)
        )
    )


@given(EDGES)
def test_from_each_state_lead_exactly_the_transitions_that_name_it_in_the_order_of_the_file(edges: Any) -> None:
    workflow = made(edges)
    for each in STATES:
        wanted = [name for name, found in workflow.transitions.items() if each in found.origins]
        assert list(machine.actions(workflow, each)) == wanted
        assert [found.name for found in workflow.leaving(each)] == wanted


@given(EDGES, st.lists(st.booleans(), min_size=3, max_size=3), st.sampled_from(STATES))
def test_the_first_alternative_that_holds_is_taken_and_no_later_one_is_asked(
    edges: Any, holding: list[bool], origin: str
) -> None:
    workflow = made(edges)
    for name, transition in workflow.transitions.items():
        asked: list[str] = []

        def holds(alternative: Alternative, asked: list[str] = asked) -> bool:
            asked.append(alternative.name)
            return holding[int(alternative.name[1:])]

        found = machine.choose(workflow, origin, name, holds)
        if origin not in transition.origins:
            assert (found, asked) == (None, [])
            continue
        first = next((each for each in transition.to if holding[int(each.name[1:])]), None)
        assert found == first
        assert asked == [each.name for each in transition.to][: len(asked)]
        assert len(asked) == (transition.to.index(first) + 1 if first else len(transition.to))
    assert machine.choose(workflow, origin, "nothing", lambda _: True) is None


def test_two_versions_that_look_alike_are_two_machines() -> None:
    one = made([({"draft"}, ["one"])])
    other = replace(one, transitions={**one.transitions, "more": move("more", "draft", "two", CLERKS)})
    assert machine.actions(one, "draft") == ("t0",)
    assert machine.actions(other, "draft") == ("t0", "more")
    assert machine.actions(one, "draft") == ("t0",)


# Taking

WAYS = [
    Alternative("nothing", "three", expr("record.total == 0")),
    Alternative("big", "two", expr("record.total > limit('order', 'store')")),
    Alternative("rest", "one"),
]
FORK = flow(
    move("fork", "draft", WAYS, CLERKS),
    move("loop", "draft one", "draft", CLERKS),
    move("beat", "draft", "one", who("system")),
    move("narrow", "draft", WAYS[:1], CLERKS),
    move(
        "guarded",
        "draft",
        "one",
        CLERKS,
        guard={"small": rule("small", "record.total < 50", "Too much.", "lines.total")},
    ),
    duties=named(Duty("twice", ("loop", "fork"))),
)


def at(total: str | None, actor: str = "clara", world: Shelf | None = None, **more: Any) -> Any:
    amount = None if total is None else Decimal(total)
    return Case(FORK, subject=record(total=amount), world=world or Shelf(), **more).seen_by(actor)


@pytest.mark.parametrize(("total", "target"), [("0", "three"), ("0.00", "three"), ("5000", "one"), ("5000.01", "two")])
def test_the_amount_chooses_the_way(total: str, target: str) -> None:
    leg = take(at(total), "fork")
    assert (leg.origin, leg.target, leg.occurrence, leg.memory.came_from) == ("draft", target, 1, "draft")
    assert leg.memory.did == {"fork": ("clara",)}
    assert leg.memory.submitter == "clara"


REFUSED = [
    ("nothing", {}, Kind.NOT_FOUND, None, None),
    ("fork", {"actor": "max"}, Kind.RIGHT, None, None),
    ("fork", {"actor": SYSTEM}, Kind.RIGHT, None, None),
    ("beat", {}, Kind.RIGHT, None, None),
    ("fork", {"state": "two"}, Kind.CONFLICT, "not_in_state", None),
    ("fork", {"state": "two", "actor": "max"}, Kind.RIGHT, None, None),
    ("fork", {"total": None}, Kind.RULE, "condition_empty", "fork.nothing"),
    ("fork", {"world": Shelf(limits={})}, Kind.RULE, "condition_empty", "fork.big"),
    ("narrow", {}, Kind.RULE, "no_alternative", "narrow"),
    ("guarded", {}, Kind.RULE, "guard", "small"),
    ("guarded", {"total": None}, Kind.RULE, "guard", "small"),
    ("fork", {"memory": memories.did(Case(FORK).memory, ["loop"], ["clara"])}, Kind.RULE, "duty", "twice"),
]


@pytest.mark.parametrize(("action", "case", "kind", "code", "name"), REFUSED)
def test_what_cannot_be_taken_is_refused_for_the_first_reason_in_the_contracts_order(
    action: str, case: dict[str, Any], kind: Kind, code: str | None, name: str | None
) -> None:
    situation = at(case.pop("total", "100"), **case)
    refused = refusal_of(lambda: take(situation, action))
    assert refused is not None
    assert (refused.kind, refused.rule) == (kind, name)
    assert code is None or refused.code == code
    assert refused.says["en"] != refused.says["zh"] or refused.says["en"] == "Too much."
    unsafe = [each for each in offers(situation, all=True) if each.action == action]
    assert [each.because.kind if each.because else None for each in unsafe] in ([kind], [])
    assert action not in [each.action for each in offers(situation)]


def test_a_guard_that_names_a_column_points_there() -> None:
    with pytest.raises(Refusal) as caught:
        take(at("100"), "guarded")
    assert [(each.path, each.code, each.says["en"]) for each in caught.value.faults] == [
        ("/lines/total", "guard", "Too much.")
    ]


def test_a_duty_binds_one_person_and_lets_another_and_the_system_pass() -> None:
    memory = memories.did(Case(FORK).memory, ["loop"], ["clara"])
    assert take(at("100", "carl", memory=memory), "fork").target == "one"
    assert take(at("100", "clara", memory=memory), "loop").occurrence == 1


def test_occurrences_count_each_transition_apart_and_only_the_first_leaving_is_a_submission() -> None:
    first = take(at("100"), "loop")
    assert (first.memory.submitter, first.memory.occurrences) == (None, {"loop": 1})
    second = take(at("100", "carl", memory=first.memory), "loop")
    third = take(at("100", "dora", memory=second.memory), "fork")
    assert third.memory.occurrences == {"loop": 2, "fork": 1}
    assert (third.memory.submitter, third.memory.did["loop"]) == ("dora", ("clara", "carl"))
    system = take(at("100", SYSTEM, memory=second.memory), "beat")
    assert system.memory.submitter is None


def test_what_only_the_system_takes_is_offered_to_nobody() -> None:
    assert "beat" not in [each.action for each in offers(at("10"), all=True)]
    assert [each.action for each in offers(at("10"))] == ["fork", "loop", "guarded"]
    assert [each.action for each in offers(at("10", SYSTEM), all=True)] == [*FORK.transitions]


# Writing

EDITS = {
    "clerks": edit("clerks", "note", "lines.quantity", by=who("clerk at from_store"), rows="split"),
    "checker": edit("checker", "lines.counted", "total", by=who("checker"), rows="free", scan="counted"),
    "late": edit("late", "supplier", by=who("clerk at from_store"), when=expr("record.total > 1000")),
    "empty": edit("empty", "to_store", by=who("clerk at from_store"), when=expr("record.note == 'x'")),
}
OPEN = flow(
    move("send", "draft", "one", CLERKS, edit={"sender": edit("sender", "lines.counted", rows="fixed")}),
    states=named(state("draft", edit=EDITS), *(state(each) for each in STATES[1:])),
)


@pytest.mark.parametrize(
    ("person", "values", "transition", "fields", "rows", "scan"),
    [
        ("max", {}, None, set(), {}, None),
        ("clara", {}, None, {"note", "lines.quantity"}, {"lines": "split"}, None),
        ("clara", {"total": Decimal(2000)}, None, {"note", "lines.quantity", "supplier"}, {"lines": "split"}, None),
        ("clara", {"note": "x"}, None, {"note", "lines.quantity", "to_store"}, {"lines": "split"}, None),
        ("clara", {}, "send", {"note", "lines.quantity", "lines.counted"}, {"lines": "split"}, None),
        ("max", {}, "send", set(), {}, None),
        ("clara", {}, "nothing", {"note", "lines.quantity"}, {"lines": "split"}, None),
        ("pia", {"checker": "pia"}, None, {"lines.counted", "total"}, {"lines": "free"}, "counted"),
        (
            "clara",
            {"checker": "clara"},
            "send",
            {"note", "lines.quantity", "lines.counted", "total"},
            {"lines": "free"},
            "counted",
        ),
    ],
)
def test_who_may_write_what_is_the_union_of_all_that_names_him(
    person: str, values: dict[str, Any], transition: str | None, fields: set[str], rows: dict[str, str], scan: Any
) -> None:
    if "checker" in values:
        values = {**values, "checker": Reference("person", values["checker"])}
    found = writable(Case(OPEN, subject=record(**values)).seen_by(person), person, transition)
    assert (found.fields, found.rows, found.scan) == (frozenset(fields), rows, scan)


def test_in_another_state_nothing_is_left_to_write() -> None:
    for person in ("clara", "pia", "max"):
        elsewhere = Case(OPEN, state="one", subject=record(checker=Reference("person", "pia"))).seen_by(person)
        assert writable(elsewhere, person, "send").fields == frozenset()


# Timers

TIMERS = named(
    Timer("in_state", "approved", None, None, 60, {}),
    Timer("in_step", None, "store", None, 60, {}),
    Timer("at_moment", None, None, expr("record.created"), 60, {}),
    Timer("both", "draft", None, expr("record.created"), 60, {}),
)


@pytest.mark.parametrize(
    ("where", "in_step", "found"),
    [
        ("draft", None, ["at_moment", "both"]),
        ("approval", "store", ["in_step", "at_moment"]),
        ("approval", "area", ["at_moment"]),
        ("approval", None, ["at_moment"]),
        ("approved", None, ["in_state", "at_moment"]),
        ("draft", "store", ["at_moment", "both"]),
        ("sent", None, []),
        ("rejected", None, []),
    ],
)
def test_a_timer_runs_in_its_state_its_step_or_until_the_end(where: str, in_step: str | None, found: list[str]) -> None:
    workflow = replace(ordinary(approval(step("store", "manager at from_store"))), timers=TIMERS)
    assert [each.name for each in timers_for(workflow, where, in_step)] == found
