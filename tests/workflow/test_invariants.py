"""Whatever people try, in whatever order: I13 (an approval binds content), I14 (segregation), I15 (declared paths)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.models import Decide, Duty, NobodyFound, Workflow
from engine.errors import Refusal
from engine.workflow import edited, offers, waiting, writable
from engine.workflow import memory as memories
from engine.workflow.course import approving_of
from tests.workflow.building import STAFF, Case, Chain, approval, edit, ordinary, record, step, who

EVERYBODY = Chain(
    {
        "clara": [("clerk", "S1"), ("manager", "S1")],
        "carl": [("clerk", "S1"), ("finance", None)],
        "max": [("manager", "S1"), ("area_manager", "EAST")],
        "anna": [("area_manager", "EAST"), ("finance", None)],
        "fay": [("finance", None), ("planner", None)],
    },
    STAFF.parents,
)
PEOPLE = [*EVERYBODY.roles, "stranger"]
STEPS = ["store", "area", "both"]
PARTS = [None, "planning", "finance"]
ACTIONS = ["submit", "withdraw", "send", "accept", "refuse"]
TRIES = st.one_of(
    st.tuples(
        st.just("act"), st.sampled_from(PEOPLE), st.sampled_from(["submit", "withdraw", "send", "accept", "refuse"])
    ),
    st.tuples(
        st.just("vote"),
        st.sampled_from(PEOPLE),
        st.sampled_from(STEPS),
        st.sampled_from(PARTS),
        st.sampled_from(["approve", "approve", "approve", "reject", "return"]),
        st.one_of(st.none(), st.sampled_from(PEOPLE)),
    ),
    st.tuples(st.just("edit"), st.sampled_from(PEOPLE), st.sampled_from(["note", "lines.quantity"])),
)


def flow(same_person: str, route: str, resume: str) -> Workflow:
    planning = step("planning", "planner at chain", edit={"own": edit("own", "lines.quantity")})
    both = step(
        "both",
        when="record.total > limit('order', 'store')",
        parts={"planning": planning, "finance": step("finance", "finance at chain", decide=Decide(need="2"))},
    )
    area = step("area", "area_manager above from_store")
    return ordinary(
        approval(
            step("store", "manager at from_store"),
            area,
            both,
            same_person=same_person,
            route=route,
            resume=resume,
            may_return_to=("submitter", "store", "area"),
            nobody_found=NobodyFound(who("finance at chain")),
        ),
        Duty("apart", ("submit", "send")),
        Duty("heads", ("submit", "both")),
    )


def attempt(case: Case, what: tuple[Any, ...]) -> None:
    """Try something; a refusal changes nothing."""
    before = (case.state, case.memory, case.waits, list(case.path))
    try:
        if what[0] == "act":
            case.act(what[1], what[2])
        elif what[0] == "vote":
            case.vote(what[1], what[2], what[4], part=what[3], on_behalf=what[5])
        elif what[2] in writable(case.seen_by(what[1]), what[1]).fields:
            case.memory = memories.wrote(case.memory, [what[2]], what[1])
    except Refusal:
        case.state, case.memory, case.waits, case.path = before


@settings(max_examples=150, deadline=None)
@given(
    tries=st.lists(TRIES, min_size=5, max_size=40),
    same_person=st.sampled_from(["required_again", "acts_once", "refused"]),
    route=st.sampled_from(["fixed_at_submission", "evaluated_at_each_step"]),
    resume=st.sampled_from(["all_again", "returner"]),
    total=st.sampled_from([Decimal(100), Decimal(9000)]),
)
def test_nobody_decides_on_his_own_votes_are_distinct_and_only_declared_edges_are_taken(
    tries: list[tuple[Any, ...]], same_person: str, route: str, resume: str, total: Decimal
) -> None:
    workflow = flow(same_person, route, resume)
    case = Case(workflow, subject=record(total=total), chain=EVERYBODY)
    case.act("clara", "submit")
    for what in tries:
        here, votes = case.state, approving_of(case.seen_by("clara")).votes
        attempt(case, what)
        _segregation(case)
        _edges(case, here)
        if what[0] == "edit":
            assert approving_of(case.seen_by("clara")).votes == votes


def _segregation(case: Case) -> None:
    """I14, for the votes that stand."""
    approving = approving_of(case.seen_by("clara"))
    for (name, part), count in Counter((vote.step, vote.part) for vote in approving.votes).items():
        voters = [vote.person for vote in approving.votes if (vote.step, vote.part) == (name, part)]
        assert len(set(voters)) == count
    for vote in approving.votes:
        assert case.memory.submitter not in (vote.person, vote.on_behalf)
        assert "clara" not in (vote.person, vote.on_behalf)
    assert not set(case.memory.did.get("both", ())) & set(case.memory.did.get("submit", ()))
    assert not set(case.memory.did.get("send", ())) & set(case.memory.did.get("submit", ()))


def _edges(case: Case, here: str) -> None:
    """I15: every step of the way is declared, or the return of an approval."""
    declared = {
        (origin, alternative.state)
        for transition in case.workflow.transitions.values()
        for alternative in transition.to
        for origin in transition.origins
    }
    for origin, target in zip(["draft", *case.path], case.path, strict=False):
        assert (origin, target) in declared | {("approval", "draft")}
    assert case.state == (case.path[-1] if case.path else here)


@settings(max_examples=60, deadline=None)
@given(tries=st.lists(TRIES, max_size=20))
def test_whoever_is_waited_for_can_act_and_nobody_else(tries: list[tuple[Any, ...]]) -> None:
    case = Case(flow("required_again", "fixed_at_submission", "all_again"), chain=EVERYBODY)
    case.subject = record(total=Decimal(9000))
    case.act("clara", "submit")
    for what in tries:
        attempt(case, what)
    for wait in waiting(case.seen_by("clara")):
        for person in PEOPLE:
            trial = replace(case, waits=case.waits, path=list(case.path), because=list(case.because))
            if wait.kind == "expects":
                can = wait.step in [offer.action for offer in offers(trial.seen_by(person))]
            else:
                can = _votes(trial, person, wait.step, wait.part)
            assert can == (person in wait.people), (person, wait)


def _votes(case: Case, person: str, name: str, part: str | None) -> bool:
    try:
        case.vote(person, name, part=part)
    except Refusal:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(tries=st.lists(TRIES, max_size=15), path=st.sampled_from(["note", "total", "lines.item"]))
def test_a_change_of_what_was_approved_voids_every_vote_before_it(tries: list[tuple[Any, ...]], path: str) -> None:
    case = Case(flow("required_again", "fixed_at_submission", "returner"), chain=EVERYBODY)
    case.act("clara", "submit")
    for what in tries:
        attempt(case, what)
    if case.state != "approval":
        return
    before = approving_of(case.seen_by("clara"))
    case.memory = edited(case.seen_by("carl"), [path]).memory
    after = approving_of(case.seen_by("clara"))
    assert (after.votes, after.done, after.round) == ((), (), before.round + 1)
    assert [wait.step for wait in waiting(case.seen_by("clara"))] == ["store"]
