"""Approvals: who is asked, what votes come to, returns, stale decisions; rules 3, 5 and 6 of the language."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.models import Decide, Delegate, Duty, May, NobodyFound, Workflow
from engine.errors import Kind, Refusal
from engine.workflow import decide, decider, edited, look_again, route, votes, waiting
from engine.workflow import memory as memories
from engine.workflow.plan import Away
from tests.workflow.building import (
    STAFF,
    Case,
    Chain,
    Shelf,
    approval,
    edit,
    expr,
    ordinary,
    record,
    started,
    step,
    who,
)

STORE = step("store", "manager at from_store")
AREA = step("area", "area_manager above from_store", when="record.total > limit('order', 'store')")
BOTH = step(
    "head_office",
    when="record.total > limit('order', 'area')",
    parts={
        "planning": step(
            "planning", "planner at chain", edit={"quantities": edit("quantities", "lines.quantity", rows="fixed")}
        ),
        "finance": step("finance", "finance at chain", decide=Decide(need="2")),
    },
)
THREE = ordinary(approval(STORE, AREA, BOTH, may_return_to=("submitter", "store")))
RICH = record(total=Decimal(30000))


def committee(size: int) -> Chain:
    """A chain with a committee of this size beside everybody else."""
    return Chain({**STAFF.roles, **{f"m{number}": [("member", None)] for number in range(size)}}, STAFF.parents)


def refused(
    case: Case, actor: str, name: str, part: str | None = None, verdict: str = "approve", **more: Any
) -> Refusal:
    with pytest.raises(Refusal) as caught:
        decide(case.seen_by(actor), name, part, verdict, **more)
    return caught.value


def test_the_steps_that_apply_follow_the_amount() -> None:
    for total, asked in (("100", ["store"]), ("6000", ["store", "area"]), ("30000", ["store", "area", "head_office"])):
        case = started(THREE, subject=record(total=Decimal(total)))
        assert case.memory.approval is not None
        assert [name for name in case.memory.approval.route or () if "/" not in name] == asked


def test_all_the_way_to_the_end_with_parallel_parts_that_join() -> None:
    case = started(THREE, subject=RICH)
    assert case.asked() == {"store": ("max",)}
    case.vote("max", "store")
    assert case.asked() == {"area": ("anna",)}
    case.vote("anna", "area")
    assert case.asked() == {"head_office/planning": ("pia",), "head_office/finance": ("fred", "fay")}
    case.vote("fred", "head_office", part="finance")
    assert case.asked() == {"head_office/planning": ("pia",), "head_office/finance": ("fay",)}
    case.vote("pia", "head_office", part="planning")
    assert case.state == "approval"
    case.vote("fay", "head_office", part="finance")
    assert case.path == ["approval", "approved"]
    assert case.memory.did["head_office"] == ("fred", "pia", "fay")
    assert case.memory.did["head_office/finance"] == ("fred", "fay")


def test_one_refused_part_refuses_the_approval_and_voids_the_other_task() -> None:
    case = started(ordinary(approval(replace(BOTH, when=None))))
    case.vote("fred", "head_office", "reject", part="finance")
    assert case.path == ["approval", "rejected"]
    assert refused(case, "pia", "head_office", "planning").code == "task_done"


def test_without_a_step_that_applies_it_is_approved_at_once_and_history_names_the_rule() -> None:
    case = started(ordinary(approval(AREA)))
    assert case.path == ["approval", "approved"]
    assert "area: record.total > limit('order', 'store')" in case.because[0]["en"]


def test_a_missing_limit_refuses_the_submission_rather_than_skipping_the_approver() -> None:
    with pytest.raises(Refusal) as caught:
        started(THREE, world=Shelf(limits={}))
    assert (caught.value.kind, caught.value.code, caught.value.rule) == (Kind.RULE, "condition_empty", "area")


def test_a_fixed_route_stays_although_the_amount_changes() -> None:
    case = started(THREE, subject=record(total=Decimal(6000)))
    case.change(total=Decimal(10))
    case.vote("max", "store")
    assert case.asked() == {"area": ("anna",)}


def test_steps_evaluated_as_they_come_follow_the_amount_also_backwards() -> None:
    workflow = ordinary(approval(STORE, AREA, BOTH, route="evaluated_at_each_step"))
    case = started(workflow, subject=record(total=Decimal(6000)))
    case.change(total=Decimal(10))
    case.vote("max", "store")
    assert case.state == "approved"
    late = started(ordinary(approval(AREA, STORE, route="evaluated_at_each_step")))
    assert late.asked() == {"store": ("max",)}
    late.change(total=Decimal(6000))
    late.vote("max", "store")
    assert late.asked() == {"area": ("anna",)}


# Who may decide


def test_only_those_who_are_asked_decide() -> None:
    case = started(THREE)
    assert refused(case, "mona", "store").kind is Kind.RIGHT
    assert refused(case, "system", "store").kind is Kind.RIGHT
    assert decider(case.seen_by("max"), "max", "store", None)
    assert not decider(case.seen_by("mona"), "mona", "store", None)


def test_a_second_decision_on_the_same_task_is_a_conflict() -> None:
    case = started(ordinary(approval(step("two", "finance at chain", decide=Decide(need="2")))))
    case.vote("fred", "two")
    assert refused(case, "fred", "two").code == "task_done"
    assert refused(case, "fay", "elsewhere").code == "task_done"
    case.vote("fay", "two")
    assert refused(case, "fay", "two").code == "task_done"


def test_an_unknown_verdict_is_not_found() -> None:
    assert refused(started(THREE), "max", "store", None, "maybe").kind is Kind.NOT_FOUND


@pytest.mark.parametrize("role", ["submitter", "creator", "editor"])
def test_nobody_decides_on_what_he_submitted_made_or_last_edited(role: str) -> None:
    workflow = ordinary(approval(step("store", "clerk at from_store", "manager at from_store")))
    by = {"submitter": "carl", "creator": "clara", "editor": "max"}[role]
    case = started(workflow, actor="carl")
    case.memory = memories.wrote(case.memory, ["note"], "max")
    found = refused(case, by, "store")
    assert (found.kind, found.rule) == (Kind.RULE, "submitter_may_decide")
    assert by not in {person for wait in waiting(case.seen_by(by)) for person in wait.people}


def test_a_substitute_does_not_help_the_submitter_around_the_rule() -> None:
    workflow = ordinary(approval(step("store", "clerk at from_store", "manager at from_store")))
    case = started(workflow)
    assert refused(case, "clara", "store", on_behalf="max").rule == "submitter_may_decide"
    assert refused(case, "max", "store", on_behalf="clara").rule == "submitter_may_decide"


def test_the_submitter_decides_where_the_definition_lets_him() -> None:
    case = started(ordinary(approval(step("store", "clerk at from_store"), submitter_may_decide=True)))
    assert case.asked() == {"store": ("clara", "carl")}
    case.vote("clara", "store")
    assert case.state == "approved"


def test_what_a_step_lets_its_decider_write_does_not_make_him_an_editor_there() -> None:
    case = started(ordinary(approval(replace(BOTH, when=None))))
    case.memory = memories.wrote(case.memory, ["lines.quantity"], "pia")
    assert case.vote("pia", "head_office", part="planning").fire is None
    other = started(ordinary(approval(replace(BOTH, when=None))))
    other.memory = memories.wrote(other.memory, ["note"], "pia")
    assert refused(other, "pia", "head_office", "planning").code == "editor_may_not_decide"


def test_duties_name_steps_as_well_as_actions() -> None:
    chain = Chain({**STAFF.roles, "max": [("manager", "S1"), ("area_manager", "EAST")]}, STAFF.parents)
    workflow = ordinary(approval(STORE, replace(AREA, when=None)), Duty("two", ("store", "area")))
    case = started(workflow, chain=chain)
    case.vote("max", "store")
    assert case.asked() == {"area": ("anna",)}
    assert refused(case, "max", "area").rule == "two"


def test_except_leaves_out_who_did_or_wrote_something() -> None:
    area = step("area", "manager at from_store", "area_manager above from_store", exclude=(("did", "store"),))
    case = started(ordinary(approval(STORE, area)))
    case.vote("max", "store")
    assert case.asked() == {"area": ("anna",)}
    assert refused(case, "max", "area").rule == "area"


def test_people_are_those_of_this_moment() -> None:
    case = started(THREE)
    case.chain = Chain({**STAFF.roles, "max": [], "new": [("manager", "S1")]}, STAFF.parents)
    assert [wait.people for wait in waiting(case.seen_by("new"))] == [("new",)]
    assert refused(case, "max", "store").kind is Kind.RIGHT
    case.vote("new", "store")
    assert case.state == "approved"


# Nobody found, the same person


def test_nobody_found_refuses_the_submission() -> None:
    with pytest.raises(Refusal) as caught:
        started(ordinary(approval(step("none", "auditor at chain"))))
    assert (caught.value.code, caught.value.rule) == ("nobody_found", "none")


def test_nobody_found_asks_whoever_stands_in() -> None:
    case = started(
        ordinary(approval(step("none", "auditor at chain"), nobody_found=NobodyFound(who("director at chain"))))
    )
    assert case.asked() == {"none": ("dirk",)}
    case.vote("dirk", "none")
    assert case.state == "approved"


def test_whoever_has_gone_before_his_step_comes_refuses_what_was_submitted_and_says_why() -> None:
    case = started(ordinary(approval(STORE, step("plan", "planner at chain"))))
    case.chain = replace(STAFF, gone=frozenset({"pia"}))
    case.vote("max", "store")
    assert case.path == ["approval", "rejected"]
    assert "plan" in case.because[0]["en"]


def test_too_few_people_for_the_need_are_as_good_as_nobody() -> None:
    three = step("three", "finance at chain", decide=Decide(need="3"))
    with pytest.raises(Refusal) as caught:
        started(ordinary(approval(three)))
    assert caught.value.code == "nobody_found"
    case = started(ordinary(approval(three, nobody_found=NobodyFound(who("director at chain")))))
    assert case.asked() == {"three": ("fred", "fay", "dirk")}


def test_whoever_approved_the_step_before_counts_once_more_but_not_over_somebody_between() -> None:
    chain = Chain({**STAFF.roles, "anna": [("manager", "S1"), ("area_manager", "EAST")], "max": []}, STAFF.parents)
    area = replace(AREA, when=None)
    twice = started(ordinary(approval(STORE, area, same_person="acts_once")), chain=chain)
    decision = twice.vote("anna", "store")
    assert [(vote.step, vote.person) for vote in decision.votes] == [("store", "anna"), ("area", "anna")]
    assert twice.state == "approved"
    assert "acts_once" in str(decision.because)
    between = step("between", "director at chain")
    case = started(ordinary(approval(STORE, between, area, same_person="acts_once")), chain=chain)
    case.vote("anna", "store")
    case.vote("dirk", "between")
    assert case.asked() == {"area": ("anna",)}


def test_the_same_person_is_asked_again_or_refused_as_declared() -> None:
    chain = Chain(
        {**STAFF.roles, "max": [("manager", "S1"), ("area_manager", "EAST")], "anna": [("area_manager", "EAST")]},
        STAFF.parents,
    )
    area = replace(AREA, when=None)
    case = started(ordinary(approval(STORE, area)), chain=chain)
    case.vote("max", "store")
    assert case.asked() == {"area": ("max", "anna")}
    case = started(ordinary(approval(STORE, area, same_person="refused")), chain=chain)
    case.vote("max", "store")
    assert case.asked() == {"area": ("anna",)}
    assert refused(case, "max", "area").rule == "same_person"


# Votes


def test_one_person_has_one_vote_also_as_a_substitute() -> None:
    two = step("two", "finance at chain", "director at chain", decide=Decide(need="3"))
    case = started(ordinary(approval(two, may=May(delegate=Delegate()))))
    case.away = {"fay": Away(("fred", "max")), "dirk": Away(("max",))}
    case.vote("fred", "two")
    assert refused(case, "fred", "two", on_behalf="fay").rule == "one_vote"
    case.vote("max", "two", on_behalf="fay")
    assert refused(case, "fay", "two").code == "task_done"
    assert refused(case, "max", "two", on_behalf="dirk").rule == "one_vote"
    assert case.memory.did["two"] == ("fred", "max", "fay")


def test_in_a_listed_order_one_is_asked_after_the_other() -> None:
    listed = step("listed", "finance at chain", decide=Decide(need="all", order="listed"))
    case = started(ordinary(approval(listed)))
    assert case.asked() == {"listed": ("fred",)}
    assert refused(case, "fay", "listed").rule == "not_your_turn"
    case.vote("fred", "listed")
    assert case.asked() == {"listed": ("fay",)}
    case.vote("fay", "listed")
    assert case.state == "approved"


def test_when_a_member_leaves_the_base_stays_or_shrinks_as_declared() -> None:
    for base, fire in (("stays", None), ("shrinks", "accept")):
        flow = ordinary(approval(step("all", "member at chain", decide=Decide(need="all", base=base))))
        case = started(flow, chain=committee(3))
        case.vote("m0", "all")
        case.vote("m1", "all")
        case.chain = committee(2)
        assert look_again(case.seen_by("system")).fire == fire


REFUSAL = st.sampled_from(["ends", "counts"])
WAIT = st.sampled_from(["result", "all"])
NEED = st.one_of(st.integers(1, 4).map(str), st.just("all"), st.integers(1, 99).map(lambda share: f"{share}%"))


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(1, 4),
    decide_=st.builds(
        Decide, need=NEED, refusal=st.sampled_from(["ends", "counts"]), wait=st.sampled_from(["result", "all"])
    ),
    ballots=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_a_vote_goes_on_until_it_is_decided_and_then_the_record_moves_once(
    size: int, decide_: Decide, ballots: list[bool]
) -> None:
    flow = ordinary(approval(step("vote", "member at chain", decide=decide_)))
    if votes.needed(decide_, size) > size:
        with pytest.raises(Refusal, match="nobody_found"):
            started(flow, chain=committee(size))
        return
    case = started(flow, chain=committee(size))
    approvals = rejections = 0
    for number in range(size):
        if case.state != "approval":
            break
        case.vote(f"m{number}", "vote", "approve" if ballots[number] else "reject")
        approvals, rejections = approvals + ballots[number], rejections + (not ballots[number])
    assert case.path[0] == "approval"
    assert len(case.path) == 2
    if decide_.refusal == "ends" and rejections:
        assert case.state == "rejected"
    if case.state == "approved":
        assert approvals >= 1
        if decide_.need.isdigit():
            assert approvals >= int(decide_.need)
        elif decide_.need == "all":
            assert approvals == size
        else:
            assert approvals * 100 >= int(decide_.need[:-1]) * size


# Returning


def returning(**options: Any) -> Workflow:
    area = replace(AREA, when=None)
    return ordinary(approval(STORE, area, BOTH, may_return_to=("submitter", "store"), **options))


def test_a_return_goes_where_the_approval_was_entered_from_and_all_are_asked_again() -> None:
    case = started(returning())
    case.vote("max", "store")
    decision = case.vote("anna", "area", "return")
    assert (decision.returned_to, case.state, case.memory.came_from) == ("draft", "draft", "approval")
    case.act("clara", "submit")
    assert case.asked() == {"store": ("max",)}
    assert case.memory.approval is not None
    assert (case.memory.approval.round, case.memory.approval.votes) == (2, ())


def test_a_return_resumes_at_whoever_returned_it() -> None:
    case = started(returning(resume="returner"))
    case.vote("max", "store")
    case.vote("anna", "area", "return")
    case.act("clara", "submit")
    assert case.asked() == {"area": ("anna",)}
    case.vote("anna", "area")
    assert case.state == "approved"


@pytest.mark.parametrize(("total", "asked"), [("100", "area"), ("200", "store"), (None, "store")])
def test_all_are_asked_again_when_what_matters_changed_or_cannot_be_compared(total: str | None, asked: str) -> None:
    case = started(returning(resume="returner", all_again_when=expr("record.total > 100")))
    case.vote("max", "store")
    case.vote("anna", "area", "return")
    case.change(total=None if total is None else Decimal(total))
    if total is None:
        with pytest.raises(Refusal):
            case.act("clara", "submit")
        return
    case.act("clara", "submit")
    assert list(case.asked()) == [asked]


def test_a_return_to_an_earlier_step_asks_it_and_then_goes_on() -> None:
    case = started(returning(), subject=RICH)
    case.vote("max", "store")
    case.vote("anna", "area")
    decision = case.vote("fred", "head_office", "return", part="finance", to="store")
    assert decision.returned_to is None
    assert case.state == "approval"
    assert case.asked() == {"store": ("max",)}
    assert refused(case, "pia", "head_office", "planning").code == "task_done"
    case.vote("max", "store")
    assert case.asked() == {"area": ("anna",)}


def test_a_return_to_an_earlier_step_resumes_at_the_returner() -> None:
    case = started(returning(resume="returner"), subject=RICH)
    case.vote("max", "store")
    case.vote("anna", "area")
    case.vote("fred", "head_office", "return", part="finance", to="store")
    case.vote("max", "store")
    assert set(case.asked()) == {"head_office/planning", "head_office/finance"}


def test_a_return_goes_only_where_the_definition_lets_it() -> None:
    case = started(returning(), subject=RICH)
    early = refused(case, "max", "store", None, "return", to="store")
    assert [(fault.path, fault.code) for fault in early.faults] == [("/to", "not_an_earlier_step")]
    case.vote("max", "store")
    assert refused(case, "anna", "area", None, "return", to="head_office").kind is Kind.INVALID
    nowhere = refused(started(ordinary(approval(STORE))), "max", "store", None, "return")
    assert [fault.code for fault in nowhere.faults] == ["may_not_return_to"]


# An approval binds content


def test_an_edit_by_others_begins_the_approval_again() -> None:
    case = started(returning(), subject=RICH)
    case.vote("max", "store")
    decision = edited(case.seen_by("clara"), ["lines.quantity"])
    assert decision.memory.approval is not None
    assert (decision.memory.approval.round, decision.memory.approval.votes) == (2, ())
    assert [wait.step for wait in decision.waits] == ["store"]


def test_what_a_part_may_edit_leaves_its_siblings_alone_unless_they_bind_it() -> None:
    finance = replace(BOTH.parts["finance"], binds=("lines.quantity",))
    for parts, kept in ((BOTH.parts, 1), ({**BOTH.parts, "finance": finance}, 0)):
        case = started(ordinary(approval(replace(BOTH, when=None, parts=parts))))
        case.vote("fred", "head_office", part="finance")
        decision = edited(case.seen_by("pia"), ["lines.quantity"], "head_office", "planning")
        assert decision.memory.approval is not None
        assert len(decision.memory.approval.votes) == kept


def test_nothing_is_edited_or_looked_at_again_where_no_approval_goes_on() -> None:
    case = started(ordinary(approval(STORE)))
    case.vote("max", "store")
    for ask in (lambda: look_again(case.seen_by("max")), lambda: edited(case.seen_by("max"), ["note"])):
        with pytest.raises(Refusal) as caught:
            ask()
        assert caught.value.code == "task_done"


# The route


def test_the_route_is_foretold_then_followed_then_remembered() -> None:
    case = Case(THREE, subject=record(total=Decimal(6000)))

    def shown() -> list[tuple[str, str, tuple[str, ...]]]:
        return [(each.part or each.step, each.state, each.people) for each in route(case.seen_by("clara"))]

    assert shown() == [
        ("store", "next", ("max",)),
        ("area", "next", ("anna",)),
        ("planning", "skipped", ()),
        ("finance", "skipped", ()),
    ]
    case.act("clara", "submit")
    case.vote("max", "store")
    assert [each[1] for each in shown()] == ["done", "now", "skipped", "skipped"]
    case.vote("anna", "area")
    assert case.state == "approved"
    assert shown()[:2] == [("store", "done", ("max",)), ("area", "done", ("anna",))]


@pytest.mark.parametrize("how", ["fixed_at_submission", "evaluated_at_each_step"])
@pytest.mark.parametrize(("total", "verdict"), [("100", "approve"), ("100", "reject"), ("30000", "reject")])
def test_why_a_step_was_not_asked_is_told_after_the_decision_too(how: str, total: str, verdict: str) -> None:
    """Its condition, if that did not hold; else that the outcome was there before its turn came."""
    case = started(ordinary(approval(STORE, AREA, BOTH, route=how)), subject=record(total=Decimal(total)))
    case.vote("max", "store", verdict)
    told = {each.part or each.step: (each.because["en"], each.sure) for each in route(case.seen_by("clara"))}
    unknown = verdict == "reject" and how == "evaluated_at_each_step"
    if total == "30000" or unknown:
        assert told["area"] == told["finance"] == ("Not asked: it was decided before.", None)
    else:
        assert told["area"] == ("Not asked: record.total > limit('order', 'store') does not hold.", True)
        assert told["finance"] == ("Not asked: record.total > limit('order', 'area') does not hold.", True)


def test_a_step_before_the_one_that_refused_was_left_out_by_its_condition() -> None:
    case = started(ordinary(approval(AREA, STORE, BOTH, route="evaluated_at_each_step")))
    case.vote("max", "store", "reject")
    told = {each.part or each.step: each.sure for each in route(case.seen_by("clara"))}
    assert (told["area"], told["planning"]) == (True, None)


def test_a_route_that_cannot_be_foretold_says_so() -> None:
    case = Case(THREE, world=Shelf(limits={}))
    because = {each.step: each.because["en"] for each in route(case.seen_by("clara"))}
    assert because["store"] == "Asks manager at from_store."
    assert because["area"].startswith("Cannot be foretold")
