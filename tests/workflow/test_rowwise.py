"""Steps that are taken row by row, without a database: every row walks alone, in whatever order people decide."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.models import Approval, Decide, EffectUse, NobodyFound, People, Workflow
from engine.errors import Kind
from engine.expressions import Reference
from engine.workflow import memory, recollect, route, rows_to_decide
from engine.workflow.course import approving_of
from tests.workflow.building import STAFF, Case, approval, ordinary, record, refusal_of, row, started, step, who

OWNERS = {"V1": ("pia",), "V2": ("fred", "fay")}


def owner() -> tuple[People, ...]:
    return (People("owner_of", unit=row("row.supplier"), text="owner of row.supplier"),)


def walk(**options: Any) -> Approval:
    """The owners of each row, then for more than 10 somebody of the chain who is not one of them."""
    first = replace(step("owners", each="lines"), ask=owner())
    big = step("chain", "finance at chain", each="lines", exclude=(("did", "owners"),))
    return approval(first, replace(big, when=row("row.quantity > 10")), **options)


def lines(*rows: tuple[str | None, int]) -> list[dict[str, Any]]:
    return [
        {
            "row": f"r{number}",
            "supplier": None if supplier is None else Reference("supplier", supplier),
            "quantity": Decimal(quantity),
        }
        for number, (supplier, quantity) in enumerate(rows)
    ]


def begun(*rows: tuple[str | None, int], of: Workflow | None = None, **options: Any) -> Case:
    subject = record(lines=lines(*rows))
    return started(of or ordinary(walk(**options)), subject=subject, chain=replace(STAFF, owners=OWNERS))


def open_rows(case: Case) -> dict[str, dict[str, tuple[str, ...]]]:
    return {wait.step: dict(wait.rows) for wait in case.waits}


def test_each_row_asks_its_own_people_and_walks_alone() -> None:
    case = begun(("V1", 5), ("V2", 50), ("V1", 50))
    assert open_rows(case) == {"owners": {"r0": ("pia",), "r1": ("fred", "fay"), "r2": ("pia",)}}
    assert rows_to_decide(case.seen_by("pia"), "owners") == ("r0", "r2")
    case.vote("pia", "owners")
    assert open_rows(case) == {"owners": {"r1": ("fred", "fay")}, "chain": {"r2": ("fred", "fay")}}
    case.vote("fred", "owners")
    assert open_rows(case) == {"chain": {"r1": ("fay",), "r2": ("fred", "fay")}}
    case.vote("fay", "chain")
    assert (case.state, case.waits) == ("approved", case.waits)
    assert [recollect.outcome(case.memory, each) for each in ("r0", "r1", "r2")] == ["approved"] * 3


def test_a_refused_row_walks_no_further_and_the_record_goes_on_with_the_others() -> None:
    case = begun(("V1", 50), ("V1", 5))
    case.vote("pia", "owners", "reject", rows=["r0"])
    assert recollect.outcome(case.memory, "r0") == "refused"
    assert recollect.outcome(case.memory, "r1") == "open"
    case.vote("pia", "owners")
    assert case.state == "approved"


def test_no_row_left_is_a_refusal_and_no_row_at_all_asks_nobody() -> None:
    case = begun(("V1", 50))
    case.vote("pia", "owners", "reject")
    assert case.state == "rejected"
    assert begun().state == "approved"


def test_a_row_that_finds_nobody_refuses_or_is_passed_as_declared() -> None:
    refused = refusal_of(lambda: begun(("V1", 5), ("V3", 5)))
    assert refused is not None
    assert [(each.path, each.row) for each in refused.faults] == [("/lines/1", "r1")]
    passed = begun(("V1", 5), ("V3", 5), nobody_found=NobodyFound(otherwise="skip"))
    assert open_rows(passed) == {"owners": {"r0": ("pia",)}}
    asked = begun(("V1", 5), ("V3", 5), nobody_found=NobodyFound(who("planner at chain")))
    assert open_rows(asked)["owners"]["r1"] == ("pia",)


def test_a_later_step_that_finds_nobody_refuses_that_row_alone() -> None:
    other = begun(("V2", 50), ("V1", 5))
    held = {name: roles for name, roles in STAFF.roles.items() if name != "fay"}
    other.chain = replace(STAFF, roles=held, owners=OWNERS)
    other.vote("fred", "owners")
    assert recollect.outcome(other.memory, "r0") == "refused"
    other.vote("pia", "owners")
    assert other.state == "approved"


def test_a_row_has_votes_and_a_base_of_its_own() -> None:
    flow = ordinary(approval(replace(step("owners", each="lines", decide=Decide(need="all")), ask=owner())))
    case = begun(("V1", 5), ("V2", 5), of=flow)
    case.vote("fred", "owners")
    assert open_rows(case) == {"owners": {"r0": ("pia",), "r1": ("fay",)}}
    again = refusal_of(lambda: case.vote("fred", "owners", rows=["r1"]))
    assert again is not None
    assert again.code == "task_done"
    assert refusal_of(lambda: case.vote("pia", "owners", rows=["r1"])).kind is Kind.RIGHT  # type: ignore[union-attr]
    case.vote("fay", "owners")
    case.vote("pia", "owners")
    assert case.state == "approved"


def test_who_approved_a_row_just_before_counts_for_that_row_only() -> None:
    first = replace(step("owners", each="lines"), ask=owner())
    flow = ordinary(approval(first, step("again", "finance at chain", each="lines"), same_person="acts_once"))
    case = begun(("V2", 5), ("V1", 5), of=flow)
    case.vote("fred", "owners")
    assert open_rows(case) == {"owners": {"r1": ("pia",)}}
    case.vote("pia", "owners")
    assert open_rows(case) == {"again": {"r1": ("fred", "fay")}}


def test_what_is_due_of_rows_comes_before_they_go_further() -> None:
    drop = EffectUse("drop", "set", {"each": "lines"})
    first = replace(step("owners", each="lines", on_refusal={"drop": drop}, do={"keep": drop}), ask=owner())
    case = begun(("V1", 5), ("V1", 6), of=ordinary(approval(first)))
    refused = case.vote("pia", "owners", "reject", rows=["r1"])
    assert [(each.step, each.rows, each.table) for each in refused.due] == [("owners", ("r1",), "lines")]
    passed = case.vote("pia", "owners")
    assert [(each.occurrence, each.rows) for each in passed.due] == [(2, ("r0",))]
    assert (passed.fire, case.state) == (None, "approval")


def test_a_row_that_came_later_is_asked_about_though_the_others_are_done() -> None:
    whole = step("last", "planner at chain")
    case = begun(("V2", 5), of=ordinary(approval(*walk().steps.values(), whole)))
    case.vote("fred", "owners")
    assert [wait.step for wait in case.waits] == ["last"]
    case.change(lines=lines(("V2", 5), ("V1", 5)))
    case.vote("pia", "last")
    assert open_rows(case) == {"owners": {"r1": ("pia",)}}
    case.vote("pia", "owners")
    assert case.state == "approved"


def test_a_route_that_is_fixed_asks_what_applied_and_a_new_row_as_it_is() -> None:
    case = begun(("V1", 50), ("V1", 5))
    case.change(lines=lines(("V1", 5), ("V1", 50), ("V1", 60)))
    case.vote("pia", "owners")
    assert set(open_rows(case)["chain"]) == {"r0", "r2"}
    moving = begun(("V1", 50), ("V1", 5), route="evaluated_at_each_step")
    moving.change(lines=lines(("V1", 5), ("V1", 50)))
    moving.vote("pia", "owners")
    assert set(open_rows(moving)["chain"]) == {"r1"}


def test_what_rows_have_come_to_is_kept_as_json() -> None:
    case = begun(("V1", 50), ("V2", 5))
    case.vote("pia", "owners")
    case.vote("fred", "owners", "reject")
    assert memory.from_json(memory.to_json(case.memory)) == case.memory


def test_the_route_says_where_each_row_is() -> None:
    case = begun(("V1", 50), ("V2", 5))
    case.vote("pia", "owners")
    told = {each.step: (each.state, dict(each.rows)) for each in route(case.seen_by("clara"))}
    assert told == {
        "owners": ("now", {"r0": "done", "r1": "now"}),
        "chain": ("now", {"r0": "now", "r1": "skipped"}),
    }
    case.vote("fred", "owners")
    case.vote("fay", "chain")
    assert [each.state for each in route(case.seen_by("clara"))] == ["done", "done"]


DECISIONS = st.lists(
    st.tuples(
        st.sampled_from(["pia", "fred", "fay", "max"]),
        st.sampled_from(["owners", "chain"]),
        st.sampled_from(["approve", "approve", "reject"]),
        st.one_of(st.none(), st.lists(st.sampled_from(["r0", "r1", "r2", "r9"]), max_size=2)),
    ),
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["V1", "V2"]), st.sampled_from([5, 50])), min_size=1, max_size=3),
    tries=DECISIONS,
    fixed=st.booleans(),
)
def test_whatever_people_try_every_row_ends_by_its_own_votes_and_the_record_when_all_have(
    rows: list[tuple[str, int]], tries: list[tuple[str, str, str, list[str] | None]], fixed: bool
) -> None:
    case = begun(*rows, route="fixed_at_submission" if fixed else "evaluated_at_each_step")
    for person, name, verdict, chosen in tries:
        before = (case.state, case.memory, case.waits)
        refused = refusal_of(lambda: case.vote(person, name, verdict, rows=chosen))  # noqa: B023
        if refused is not None:
            assert before == (case.state, case.memory, case.waits)
    approving = approving_of(case.seen_by("pia"))
    for number, (supplier, quantity) in enumerate(rows):
        mine = [vote for vote in approving.votes if vote.row == f"r{number}"]
        wanted = ["owners", "chain"] if quantity > 10 else ["owners"]
        assert [vote.step for vote in mine] == wanted[: len(mine)]
        assert all(vote.person in OWNERS[supplier] for vote in mine[:1])
        assert len({vote.person for vote in mine}) == len(mine)
        refused_here = any(vote.verdict == "reject" for vote in mine)
        ended = "refused" if refused_here else "approved" if len(mine) == len(wanted) else "open"
        assert recollect.outcome(case.memory, f"r{number}") == ended
    ends = [recollect.outcome(case.memory, f"r{number}") for number in range(len(rows))]
    over = "open" not in ends
    assert case.state == ("approval" if not over else "rejected" if set(ends) == {"refused"} else "approved")


@pytest.mark.parametrize("resume", ["all_again", "returner"])
def test_returned_to_the_submitter_rows_are_asked_again_or_keep_what_was_decided(resume: str) -> None:
    case = begun(("V1", 5), ("V2", 5), may_return_to=("submitter",), resume=resume)
    case.vote("pia", "owners")
    case.vote("fred", "owners", "return", to="submitter")
    case.act("clara", "submit")
    assert set(open_rows(case)["owners"]) == ({"r0", "r1"} if resume == "all_again" else {"r1"})
