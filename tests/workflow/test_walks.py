"""Approvals of every make, walked at random: what must hold after each step, whoever acts and whatever changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.models import Decide, NobodyFound, Step, Workflow
from engine.errors import Kind
from engine.workflow import decider, edited, look_again, route, waiting
from engine.workflow import memory as memories
from tests.workflow.building import STAFF, Case, Chain, approval, ordinary, record, refusal_of, step, who

ASKED = ("manager at from_store", "area_manager above from_store", "finance at chain", "clerk at from_store")
EVERYBODY = tuple(STAFF.roles)
WHENS = (None, "record.total > 1000", "record.total > limit('order', 'area')")
DECIDES = st.builds(
    Decide,
    need=st.sampled_from(["1", "2", "all", "50%"]),
    refusal=st.sampled_from(["ends", "counts"]),
    wait=st.sampled_from(["result", "all"]),
    order=st.sampled_from(["together", "listed"]),
    base=st.sampled_from(["stays", "shrinks"]),
)


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """One to three steps, some of two parts, some under a condition."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        when = draw(st.sampled_from(WHENS))
        if draw(st.booleans()):
            ask = draw(st.lists(st.sampled_from(ASKED), min_size=1, max_size=2, unique=True))
            made.append(step(f"s{number}", *ask, when=when, decide=draw(DECIDES)))
        else:
            wait = Decide(wait=draw(st.sampled_from(["result", "all"])))
            parts = {each: step(each, draw(st.sampled_from(ASKED)), decide=draw(DECIDES)) for each in ("left", "right")}
            made.append(step(f"s{number}", when=when, decide=wait, parts=parts))
    return made


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """An approval with every option, each way."""
    made = draw(steps())
    return ordinary(
        approval(
            *made,
            route=draw(st.sampled_from(["fixed_at_submission", "evaluated_at_each_step"])),
            same_person=draw(st.sampled_from(["acts_once", "required_again", "refused"])),
            nobody_found=NobodyFound(who("director at chain"), draw(st.sampled_from(["refuse", "pass"]))),
            submitter_may_decide=draw(st.booleans()),
            may_return_to=("submitter", *(each.name for each in made)),
            resume=draw(st.sampled_from(["returner", "all_again"])),
        )
    )


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["vote", "vote", "vote", "reject", "return", "back", "edit", "amount", "leave", "look"]),
        st.integers(0, 7),
    ),
    max_size=9,
)


def lawful(case: Case) -> None:
    """What holds wherever a record stands."""
    approving, check = case.memory.approval, case.workflow.approvals["check"]
    assert case.state in case.workflow.states
    assert memories.from_json(memories.to_json(case.memory)) == case.memory
    if case.state != "approval":
        assert not [each for each in case.waits if each.kind == "decide"]
        return
    assert approving is not None
    assert approving.step in check.steps
    assert approving.step not in approving.done
    assert len(set(approving.done)) == len(approving.done)
    assert [each.step for each in case.waits] == [approving.step] * len(case.waits) != []
    voted = [(vote.step, vote.part, vote.person) for vote in approving.votes]
    assert len(set(voted)) == len(voted)
    assert {vote.step for vote in approving.votes} <= {*approving.done, approving.step}
    if approving.route is not None:
        assert {approving.step, *approving.done} <= set(approving.route)
    for wait in case.waits:
        asked_now = {each for each in EVERYBODY if decider(case.seen_by(each), each, wait.step, wait.part)}
        assert asked_now == set(wait.people)
        if not check.submitter_may_decide:
            assert not {case.memory.submitter, case.memory.editor} & asked_now
        if (check.steps[wait.step].parts[wait.part] if wait.part else check.steps[wait.step]).decide.order == "listed":
            assert len(wait.people) <= 1
    assert case.waits == waiting(case.seen_by("system"))


def travel(case: Case, move: str, number: int) -> None:
    """Do one thing that may happen to a record under approval."""
    if case.state != "approval":
        if move == "back" and case.state == "draft":
            case.act("clara", "submit")
        return
    wait = case.waits[number % len(case.waits)]
    if move in ("vote", "reject", "return") and wait.people:
        voter = wait.people[number % len(wait.people)]
        if move == "return":
            case.vote(voter, wait.step, "return", part=wait.part, to="submitter")
        else:
            case.vote(voter, wait.step, "approve" if move == "vote" else "reject", part=wait.part)
    elif move == "edit":
        before = case.memory.approval
        case.memory = memories.wrote(case.memory, ["note"], "dora")
        decision = edited(case.seen_by("dora"), ["note"])
        assert before is not None
        assert decision.memory.approval is not None
        assert decision.memory.approval.round == before.round + 1
        case.take_in(decision)
    elif move == "amount":
        case.change(total=Decimal((0, 100, 2000, 30000)[number % 4]))
    elif move == "leave":
        gone = EVERYBODY[number]
        case.chain = Chain({**case.chain.roles, gone: []}, STAFF.parents)
        case.take_in(look_again(case.seen_by("system")))
    elif move == "look":
        case.take_in(look_again(case.seen_by("system")))


class Walk(Case):
    """A case that can also take in what an edit or another look has decided."""

    def take_in(self, decision: Any) -> None:
        """Go on as operations do."""
        self._follow(decision)


@settings(max_examples=150, deadline=None)
@given(workflows(), st.sampled_from(["100", "2000", "30000"]), MOVES)
def test_wherever_an_approval_is_led_it_stays_lawful(
    workflow: Workflow, total: str, moves: list[tuple[str, int]]
) -> None:
    case = Walk(workflow, subject=record(total=Decimal(total)))
    refused = refusal_of(lambda: case.act("clara", "submit"))
    if refused is not None:
        assert (refused.code, case.state, case.memory.approval) == ("nobody_found", "draft", None)
        return
    lawful(case)
    for move, number in moves:
        before = (case.state, case.memory, case.waits)
        refused = refusal_of(partial(travel, case, move, number))
        if refused is not None:
            # `right`: an amount that changed asks somebody else than who was about to decide.
            assert refused.kind in (Kind.RULE, Kind.CONFLICT, Kind.RIGHT), refused.code
            assert (case.state, case.memory.approval) == (before[0], before[1].approval)
        elif move != "amount":
            case.waits = waiting(case.seen_by("system"))
            lawful(case)


@settings(max_examples=80, deadline=None)
@given(workflows(), st.sampled_from(["100", "30000"]), st.integers(0, 5))
def test_when_everybody_approves_it_is_approved_in_as_many_votes_as_it_took(
    workflow: Workflow, total: str, pick: int
) -> None:
    case = Walk(workflow, subject=record(total=Decimal(total)))
    if refusal_of(lambda: case.act("clara", "submit")):
        return
    cast = 0
    while case.state == "approval":
        wait = case.waits[pick % len(case.waits)]
        if not wait.people:
            return
        cast += len(case.vote(wait.people[pick % len(wait.people)], wait.step, part=wait.part).votes)
        assert cast <= 3 * 2 * len(EVERYBODY)
    assert case.memory.approval is not None
    assert len(case.memory.approval.votes) == cast
    if case.state == "rejected":
        assert case.because
    told = {each.step: each for each in route(case.seen_by("clara"))}
    assert {each for each, line in told.items() if line.state == "done"} >= {
        vote.step for vote in case.memory.approval.votes
    }


@settings(max_examples=60, deadline=None)
@given(workflows(), st.sampled_from(["100", "2000", "30000"]))
def test_the_route_that_is_foretold_is_the_route_that_is_gone(workflow: Workflow, total: str) -> None:
    case = Walk(workflow, subject=record(total=Decimal(total)))
    foretold = [each.step for each in route(case.seen_by("clara")) if each.state == "next"]
    if refusal_of(lambda: case.act("clara", "submit")):
        return
    gone: list[str] = []
    while case.state == "approval":
        wait = case.waits[0]
        if not wait.people:
            return
        assert case.memory.approval is not None
        case.vote(wait.people[0], wait.step, part=wait.part)
    assert case.memory.approval is not None
    gone = list(case.memory.approval.done)
    if case.state == "approved":
        assert gone == list(dict.fromkeys(foretold))
    else:
        assert gone == list(dict.fromkeys(foretold))[: len(gone)]


def test_a_record_is_not_submitted_half() -> None:
    none = ordinary(approval(step("first", "manager at from_store"), step("late", "planner at chain")))
    case = Walk(none)
    case.act("clara", "submit")
    case.chain = replace(STAFF, gone=frozenset({"pia"}))
    case.vote("max", "first")
    assert (case.state, case.path) == ("rejected", ["approval", "rejected"])
