"""Moves beside deciding, walked at random: never stuck, never double, one person one vote, whoever is brought in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.models import AddSigner, Decide, Delegate, HandOver, May, NobodyFound, TakeBack
from engine.errors import Kind
from engine.workflow import decider, look_again, moves, route, waiting
from engine.workflow import memory as memories
from engine.workflow.plan import Away, Decision
from tests.workflow.building import STAFF, Case, approval, ordinary, record, refusal_of, started, step, who

EVERYBODY = tuple(STAFF.roles)
OPEN = May(HandOver(), AddSigner(), Delegate(), TakeBack(1800))
ASKED = ("manager at from_store", "area_manager above from_store", "finance at chain", "clerk at from_store")


class Moved(Case):
    """A case on which moves are made."""

    def hand(self, actor: str, name: str, to: str) -> Decision:
        return self.take_in(moves.hand_over(self.seen_by(actor), name, None, to))

    def add(self, actor: str, name: str, to: str, where: str) -> Decision:
        return self.take_in(moves.add_signer(self.seen_by(actor), name, None, to, where))

    def drop(self, actor: str, name: str, to: str) -> Decision:
        return self.take_in(moves.remove_signer(self.seen_by(actor), name, None, to))

    def take_in(self, decision: Decision) -> Decision:
        self._follow(decision)
        return decision


def moved(*steps: Any, **options: Any) -> Moved:
    case = Moved(ordinary(approval(*steps, **{"may": OPEN, **options})))
    case.act("clara", "submit")
    return case


def test_what_is_handed_over_is_asked_of_the_last_one_only() -> None:
    case = moved(step("one", "manager at from_store"))
    case.hand("max", "one", "fred")
    case.hand("fred", "one", "pia")
    assert case.asked() == {"one": ("pia",)}
    assert memories.from_json(memories.to_json(case.memory)) == case.memory
    case.hand("pia", "one", "max")
    assert case.asked() == {"one": ("max",)}
    assert case.memory.approval is not None
    assert "one:max" not in case.memory.approval.handed


@pytest.mark.parametrize("to", ["fay", "clara", "max"])
def test_it_is_handed_to_nobody_who_is_asked_or_may_not_decide(to: str) -> None:
    case = moved(step("one", "manager at from_store", "finance at chain", decide=Decide(need="all")))
    refused = refusal_of(lambda: case.hand("max", "one", to))
    assert refused is not None
    case.hand("max", "one", "pia")
    assert case.asked() == {"one": ("pia", "fred", "fay")}


def test_all_of_those_who_were_added_must_agree() -> None:
    case = moved(step("one", "manager at from_store"))
    case.add("max", "one", "pia", "beside")
    case.add("max", "one", "dirk", "after")
    case.vote("max", "one")
    assert case.state == "approval"
    assert set(case.asked()["one"]) == {"pia", "dirk"}
    case.vote("dirk", "one")
    case.vote("pia", "one")
    assert case.state == "approved"
    line = next(each for each in route(case.seen_by("clara")) if each.step == "one")
    assert [(each.person, each.by) for each in line.added] == [("pia", "max"), ("dirk", "max")]


def test_a_signer_who_refuses_refuses_and_with_wait_all_when_everybody_has_spoken() -> None:
    for wait, state in (("result", "rejected"), ("all", "approval")):
        case = moved(step("one", "manager at from_store", decide=Decide(wait=wait)))
        case.add("max", "one", "pia", "beside")
        case.vote("pia", "one", "reject")
        assert case.state == state
        if state == "approval":
            case.vote("max", "one")
        assert case.state == "rejected"


def test_a_signer_who_is_gone_leaves_it_to_who_added_him() -> None:
    case = moved(step("one", "manager at from_store"))
    case.add("max", "one", "pia", "before")
    case.chain = replace(STAFF, gone=frozenset({"pia"}))
    assert waiting(case.seen_by("system"))[0].people == ("max",)
    assert moves.offered(case.seen_by("max"), "one", None) == ("remove_signer",)
    case.drop("max", "one", "pia")
    case.vote("max", "one")
    assert case.state == "approved"


def test_a_signer_who_is_gone_is_let_go_by_stand_ins_when_who_added_him_is_gone_too() -> None:
    case = moved(step("one", "manager at from_store"), nobody_found=NobodyFound(who("director at chain")))
    case.add("max", "one", "pia", "beside")
    case.vote("max", "one")
    case.chain = replace(STAFF, gone=frozenset({"pia", "max"}))
    assert waiting(case.seen_by("system"))[0].people == ("dirk",)
    assert refusal_of(lambda: case.drop("fred", "one", "pia")) is not None
    case.drop("dirk", "one", "pia")
    assert case.state == "approved"


def test_whoever_is_away_is_stood_in_for_only_where_it_is_declared() -> None:
    for may, asked in ((OPEN, ("max", "pia")), (replace(OPEN, delegate=None), ("max",))):
        case = Moved(ordinary(approval(step("one", "manager at from_store"), may=may)))
        case.away = {"max": Away(("pia", "clara"))}
        case.act("clara", "submit")
        assert case.asked() == {"one": asked}
    above = replace(OPEN, delegate=Delegate(who("area_manager above from_store")))
    case = Moved(ordinary(approval(step("one", "manager at from_store"), may=above)))
    case.away = {"max": Away((), above=True)}
    case.act("clara", "submit")
    assert case.asked() == {"one": ("max", "anna")}
    case.vote("anna", "one")
    assert case.memory.approval is not None
    assert [(each.person, each.on_behalf) for each in case.memory.approval.votes] == [("anna", "max")]
    assert case.memory.did["one"] == ("anna", "max")


def undone(case: Moved, task: str = "t") -> Any:
    return moves.take_back(case.seen_by("max"), case.workflow.approvals["check"], task)


def decided(case: Moved, voter: str, name: str, task: str, *, followed: bool = False) -> None:
    """Vote, and keep what takes it back, as operations do."""
    before, state = case.memory, case.state
    case.vote(voter, name)
    case.memory = moves.undoable(case.seen_by(voter), before, state, task, fired=case.state != state, followed=followed)


def test_a_decision_is_taken_back_until_something_follows() -> None:
    case = moved(step("one", "manager at from_store"), step("two", "finance at chain", decide=Decide(need="all")))
    before = case.memory
    decided(case, "max", "one", "t")
    assert case.asked() == {"two": ("fred", "fay")}
    memory, state = undone(case)
    assert (memory.approval, memory.did, state) == (before.approval, before.did, "approval")
    assert refusal_of(lambda: undone(case, "another")) is not None
    case.hand("fred", "two", "pia")
    refused = refusal_of(lambda: undone(case))
    assert refused is not None
    assert refused.code == "followed"


def test_what_cannot_be_undone_is_not_taken_back() -> None:
    case = moved(step("one", "manager at from_store"))
    decided(case, "max", "one", "t", followed=True)
    assert case.state == "approved"
    assert refusal_of(lambda: undone(case)) is not None
    case = moved(step("one", "manager at from_store"))
    decided(case, "max", "one", "t")
    assert undone(case)[1] == "approval"


WALKS = st.lists(
    st.tuples(
        st.sampled_from(["vote", "vote", "vote", "reject", "return", "hand", "add", "drop", "away", "leave", "back"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=12,
)


def travel(case: Moved, move: str, one: int, two: int) -> None:
    """One thing that may happen."""
    if case.state != "approval":
        if case.state == "draft" and move == "back":
            case.act("clara", "submit")
        return
    wait = case.waits[one % len(case.waits)]
    actor, other = EVERYBODY[one], EVERYBODY[two]
    if wait.people and move in ("vote", "reject", "return", "hand", "add"):
        actor = wait.people[one % len(wait.people)]
    if move == "vote":
        case.vote(actor, wait.step)
    elif move in ("reject", "return"):
        case.vote(actor, wait.step, move, **({"to": "submitter"} if move == "return" else {}))
    elif move == "hand":
        case.hand(actor, wait.step, other)
    elif move == "add":
        case.add(actor, wait.step, other, ("before", "after", "beside")[one % 3])
    elif move == "drop":
        case.drop(actor, wait.step, other)
    elif move == "away":
        case.away = {**case.away, actor: Away((other,), above=bool(one % 2))}
    elif move == "leave":
        case.chain = replace(case.chain, gone=case.chain.gone | {actor})
        case.take_in(look_again(case.seen_by("system")))


def lawful(case: Moved) -> None:
    """What holds wherever moves have led."""
    approving = case.memory.approval
    assert memories.from_json(memories.to_json(case.memory)) == case.memory
    if case.state != "approval" or approving is None:
        return
    for vote in approving.votes:
        others = [each for each in approving.votes if each is not vote and each.step == vote.step]
        assert not {vote.person, vote.on_behalf} - {None} & {
            each for other in others for each in (other.person, other.on_behalf)
        }
        assert "clara" not in (vote.person, vote.on_behalf)
    for wait in case.waits:
        for person in EVERYBODY:
            offered = moves.offered(case.seen_by(person), wait.step, wait.part)
            assert ("approve" in offered) == decider(case.seen_by(person), person, wait.step, wait.part)
            assert not ("approve" in offered and person not in wait.people)
            assert not (person in wait.people and not offered and case.chain.active(person))
    assert any(each.people for each in case.waits) or not [each for each in ("fred", "fay") if case.chain.active(each)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(ASKED), min_size=1, max_size=2, unique=True),
    st.sampled_from(["1", "all", "50%"]),
    st.sampled_from(["together", "listed"]),
    st.sampled_from(["result", "all"]),
    WALKS,
)
def test_wherever_moves_lead_it_stays_lawful(
    ask: list[str], need: str, order: str, wait: str, walk: list[tuple[str, int, int]]
) -> None:
    first = step("one", *ask, decide=Decide(need=need, order=order, wait=wait, base="shrinks"))
    check = approval(
        first,
        step("two", "director at chain"),
        may=OPEN,
        nobody_found=NobodyFound(who("finance at chain")),
        may_return_to=("submitter", "earlier"),
        resume="returner",
    )
    case = Moved(ordinary(check), subject=record())
    if refusal_of(lambda: case.act("clara", "submit")):
        return
    for move, one, two in walk:
        before = case.state, case.memory
        refused = refusal_of(partial(travel, case, move, one, two))
        if refused is not None:
            assert refused.kind in (Kind.RULE, Kind.CONFLICT, Kind.RIGHT, Kind.INVALID), refused.code
            assert (case.state, case.memory.approval) == (before[0], before[1].approval)
        if case.state == "approval":
            case.waits = waiting(case.seen_by("system"))
        lawful(case)


def test_a_walk_that_only_approves_comes_to_its_end() -> None:
    case = moved(step("one", "finance at chain", decide=Decide(need="all")), step("two", "director at chain"))
    case.add("fred", "one", "max", "before")
    case.add("fay", "one", "pia", "after")
    case.hand("fay", "one", "anna")
    asked = 0
    while case.state == "approval":
        wait = case.waits[0]
        case.vote(wait.people[0], wait.step)
        asked += 1
        assert asked <= len(EVERYBODY)
    assert (case.state, asked) == ("approved", 5)


def test_a_case_that_nobody_moves_is_as_it_was() -> None:
    plain, opened = (
        started(ordinary(approval(step("one", "manager at from_store")))),
        moved(step("one", "manager at from_store")),
    )
    assert plain.asked() == opened.asked()
    assert moves.offered(plain.seen_by("max"), "one", None) == ("approve", "reject")
    assert moves.offered(opened.seen_by("max"), "one", None) == ("approve", "reject", "hand_over", "add_signer")
