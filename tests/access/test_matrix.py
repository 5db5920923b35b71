"""What the policy grants: reach over the tree, and every way in which casbin might be made to say too much."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from engine.access.directory import Assignment, Directory, Person, Unit
from engine.access.matrix import Decision, Line, Matrix

MODEL = """
[request_definition]
r = role, object, action

[policy_definition]
p = role, object, action, where

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.role == p.role && r.object == p.object && r.action == p.action
"""
LINES: tuple[Line, ...] = (
    ("clerk", "paper", "see", "region"),
    ("clerk", "paper", "create", "own"),
    ("leader", "paper", "see", "below"),
    ("leader", "paper", "approve", "below"),
    ("auditor", "paper", "see", "chain"),
    ("auditor", "paper.cost", "see", "chain"),
    ("auditor", "paper.lines.cost", "see", "chain"),
)
UNITS = (
    Unit("east", "region", "E"),
    Unit("s01", "store", "S01", "east"),
    Unit("s02", "store", "S02", "east"),
    Unit("s03", "store", "S03", "west"),
    Unit("west", "region", "W"),
    Unit("bin", "bin", "S01-1", "s01"),
)
PERSONS = tuple(Person(name, name, name) for name in ("ann", "bob", "cid", "clerk"))


@dataclass
class Policy:
    lines: Sequence[Line] = LINES
    model: str = MODEL


def directory(*held: Assignment) -> Directory:
    return Directory(UNITS, PERSONS, held, date(2026, 11, 22))


def decide(*held: Assignment, thing: str = "paper", action: str = "see") -> Decision:
    people = directory(*held)
    return Matrix(Policy()).decide(people.held("ann"), thing, action, people)


@pytest.mark.parametrize(
    ("role", "at", "action", "units"),
    [
        ("clerk", "s01", "create", {"s01"}),
        ("clerk", "s01", "see", {"east", "s01", "s02", "bin"}),
        ("clerk", "bin", "see", {"s01", "bin"}),
        ("clerk", "west", "see", {"west", "s03"}),
        ("clerk", None, "create", set()),
        ("clerk", None, "see", None),
        ("leader", "east", "approve", {"east", "s01", "s02", "bin"}),
        ("leader", None, "approve", None),
        ("auditor", "s03", "see", None),
        ("auditor", None, "see", None),
    ],
)
def test_a_right_reaches_as_far_as_its_line_says(
    role: str, at: str | None, action: str, units: set[str] | None
) -> None:
    decision = decide(Assignment("ann", role, at), action=action)
    assert decision.allowed
    assert decision.roles == (role,)
    assert decision.units == (None if units is None else frozenset(units))


@pytest.mark.parametrize(
    ("role", "thing", "action"),
    [
        ("clerk", "paper", "approve"),
        ("leader", "paper", "create"),
        ("auditor", "stock", "see"),
        ("clerk", "paper.cost", "see"),
        ("nobody", "paper", "see"),
        ("r:clerk", "paper", "see"),
        ("", "", ""),
    ],
)
def test_what_no_line_grants_is_closed(role: str, thing: str, action: str) -> None:
    decision = decide(Assignment("ann", role, "s01"), thing=thing, action=action)
    assert not decision.allowed
    assert decision.units == frozenset()
    assert decision.roles == ()


def test_reaches_of_several_roles_add_up() -> None:
    decision = decide(Assignment("ann", "leader", "west"), Assignment("ann", "clerk", "s01"))
    assert decision.units == {"west", "s03", "east", "s01", "s02", "bin"}
    assert decision.roles == ("leader", "clerk")


def test_a_person_named_like_a_role_is_nobody() -> None:
    people = directory(Assignment("ann", "clerk", "s01"))
    matrix = Matrix(Policy())
    assert matrix.reach("clerk", "paper", "see", people) == frozenset()
    assert matrix.reach("ann", "paper", "create", people) == {"s01"}


def test_a_field_with_lines_of_its_own_is_closed_to_everybody_else() -> None:
    people = directory(Assignment("ann", "auditor", None), Assignment("bob", "clerk", "s01"))
    matrix = Matrix(Policy())
    assert matrix.closed_fields("ann", "paper", people) == frozenset()
    assert matrix.closed_fields("bob", "paper", people) == {"cost", "lines.cost"}
    assert matrix.closed_fields("bob", "other", people) == frozenset()


def test_the_matrix_tells_who_could_and_how_far() -> None:
    matrix = Matrix(Policy())
    assert matrix.who("paper", "see") == (("clerk", "region"), ("leader", "below"), ("auditor", "chain"))
    assert matrix.who("paper", "burn") == ()
    assert matrix.where("clerk", "paper", "see") == ("region",)
    refused = decide(Assignment("ann", "clerk", "s01"), action="approve")
    assert "leader" in refused.because["en"]
    assert "leader" in refused.because["zh"]


def test_the_same_right_near_and_far_keeps_both() -> None:
    matrix = Matrix(Policy((("clerk", "paper", "see", "own"), ("clerk", "paper", "see", "chain"))))
    assert matrix.where("clerk", "paper", "see") == ("own", "chain")


@pytest.mark.parametrize(
    "model",
    [
        MODEL.replace("r = role, object, action", "r = role, object, action, where").replace(
            "r.action == p.action", "r.action == p.action && r.where == p.where"
        ),
        MODEL.replace("[policy_effect]", "[role_definition]\ng = _, _\n\n[policy_effect]").replace(
            "r.role == p.role", "g(r.role, p.role)"
        ),
    ],
    ids=["where is asked too", "roles may be groups"],
)
def test_other_spellings_of_the_model_decide_alike(model: str) -> None:
    matrix, plain = Matrix(Policy(model=model)), Matrix(Policy())
    assert matrix.fault is None
    rights = {(role, thing, action) for role, thing, action, _ in LINES} | {("clerk", "paper", "approve")}
    assert {right: matrix.where(*right) for right in rights} == {right: plain.where(*right) for right in rights}
    assert plain.where("clerk", "paper", "create") == ("own",)


@pytest.mark.parametrize(
    "policy",
    [
        Policy(lines=()),
        Policy(model=""),
        Policy(model="not a model"),
        Policy(model=MODEL.replace("[matchers]", "[matchings]")),
        Policy(model=MODEL.replace("some(where (p.eft == allow))", "!some(where (p.eft == deny))")),
        Policy(model=MODEL.replace("r.role == p.role && ", "")),
        Policy(model=MODEL.replace(" && r.action == p.action", "")),
        Policy(model=MODEL.replace("r.object == p.object && ", "")),
        Policy(model=MODEL.replace("m = r.role", 'm = "a" == "a" || r.role')),
        Policy(model=MODEL.replace("r.action == p.action", "no_function(r.action)")),
        Policy(model=MODEL.replace("r = role, object, action", "r = role, object")),
        Policy(lines=(*LINES, ("clerk", "paper", "see"))),  # type: ignore[arg-type]
        Policy(lines=(*LINES, ("clerk", "paper", "see", "everywhere"))),
    ],
    ids=lambda policy: f"{len(policy.lines)} lines, model of {len(policy.model)}",
)
def test_a_policy_that_is_empty_or_broken_closes_every_door_and_says_why(policy: Policy) -> None:
    people = directory(Assignment("ann", "auditor", None), Assignment("ann", "clerk", "s01"))
    matrix = Matrix(policy)
    assert matrix.fault
    for _, thing, action, _ in LINES:
        decision = matrix.decide(people.held("ann"), thing, action, people)
        assert not decision.allowed
        assert decision.units == frozenset()
    assert Matrix(Policy()).decide(people.held("ann"), "paper", "see", people).allowed


@pytest.mark.parametrize(
    "name",
    ["*", "admin,x", "a\np, clerk, paper, see, chain", 'a"b', "role:admin", "r:clerk", "Ａdmin", "", "a b", ".."],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_names_with_odd_characters_are_refused_with_the_whole_policy(name: str, position: int) -> None:
    odd = ["clerk", "paper", "see", "own"]
    odd[position] = name
    matrix = Matrix(Policy(lines=(*LINES, tuple(odd))))  # type: ignore[arg-type]
    assert matrix.fault is not None
    assert "plain words" in matrix.fault
    assert matrix.where("clerk", "paper", "create") == ()


def test_a_policy_of_a_thousand_lines_is_one_matrix_and_a_look_up() -> None:
    lines = tuple(
        (f"role_{role}", f"form_{form}", action, where)
        for role in range(20)
        for form in range(10)
        for action, where in (
            ("see", "chain"),
            ("create", "own"),
            ("edit", "own"),
            ("approve", "below"),
            ("print", "own"),
        )
    )
    matrix = Matrix(Policy(lines=lines))
    assert matrix.fault is None
    assert all(matrix.where(role, thing, action) == (where,) for role, thing, action, where in lines)


def test_while_policies_are_swapped_every_answer_is_one_of_the_two() -> None:
    people = directory(Assignment("ann", "clerk", "s01"))
    wide = Matrix(Policy((*LINES, ("clerk", "paper", "approve", "chain"))))
    now = [Matrix(Policy())]
    seen: set[frozenset[str] | None] = set()
    done = threading.Event()

    def swap() -> None:
        narrow = now[0]
        for number in range(2000):
            now[0] = wide if number % 2 == 0 else narrow
        done.set()

    swapper = threading.Thread(target=swap)
    swapper.start()
    while not done.is_set():
        seen.add(now[0].reach("ann", "paper", "approve", people))
    swapper.join()
    assert seen <= {None, frozenset()}
    assert wide.reach("ann", "paper", "approve", people) is None
