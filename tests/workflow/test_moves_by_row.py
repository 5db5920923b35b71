"""Moves in steps that are taken row by row, and moves beside timers, edits, returns and listed orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.definitions.models import AddSigner, Decide, Delegate, HandOver, May, NobodyFound, Nudge, People
from engine.errors import Refusal
from engine.workflow import decide, decider, edited, moves, route, rows_to_decide, rule_on, waiting, writable
from engine.workflow import memory as memories
from engine.workflow.plan import Away, Decision
from tests.workflow.building import STAFF, Case, approval, edit, ordinary, record, refusal_of, step, who
from tests.workflow.test_moves import OPEN, Moved, moved
from tests.workflow.test_rowwise import OWNERS, lines, open_rows, owner


def by_row(*rows: tuple[str | None, int], away: dict[str, Away] | None = None, **options: Any) -> Moved:
    """A record of which each row asks the owners of its supplier, then fred and fay."""
    owners = replace(step("owners", each="lines"), ask=owner())
    check = approval(owners, step("chain", "finance at chain", each="lines"), **{"may": OPEN, **options})
    case = Moved(ordinary(check), subject=record(lines=lines(*rows)), chain=replace(STAFF, owners=OWNERS))
    case.away = away or {}
    case.act("clara", "submit")
    return case


def code(work: Callable[[], object]) -> str | None:
    refused = refusal_of(work)
    return None if refused is None else refused.code


# -- row by row ------------------------------------------------------------------------------------------------------


def test_whoever_hands_over_gives_all_of_his_rows_and_no_others() -> None:
    case = by_row(("V1", 5), ("V2", 5), ("V1", 50))
    case.hand("pia", "owners", "dirk")
    assert open_rows(case)["owners"] == {"r0": ("dirk",), "r1": ("fred", "fay"), "r2": ("dirk",)}
    assert rows_to_decide(case.seen_by("dirk"), "owners") == ("r0", "r2")
    assert rows_to_decide(case.seen_by("pia"), "owners") == ()
    case.vote("dirk", "owners")
    case.vote("fred", "owners")
    case.vote("fay", "chain")
    assert case.state == "approved"


def test_a_row_is_not_handed_to_who_is_asked_about_it_but_to_who_is_asked_about_another() -> None:
    case = by_row(("V1", 5), ("V2", 5))
    assert code(lambda: case.hand("fred", "owners", "fay")) == "already_asked"
    case.hand("fred", "owners", "pia")
    assert open_rows(case)["owners"] == {"r0": ("pia",), "r1": ("pia", "fay")}
    case.vote("pia", "owners")
    assert case.memory.approval is not None
    assert [(each.row, each.person) for each in case.memory.approval.votes] == [("r0", "pia"), ("r1", "pia")]


def test_a_substitute_decides_the_rows_of_who_is_away_and_each_vote_says_for_whom() -> None:
    case = by_row(("V1", 5), ("V2", 5), away={"pia": Away(("dirk",)), "fred": Away(("dirk", "clara"))})
    assert open_rows(case)["owners"] == {"r0": ("pia", "dirk"), "r1": ("fred", "fay", "dirk")}
    assert decider(case.seen_by("dirk"), "dirk", "owners", None)
    assert not decider(case.seen_by("clara"), "clara", "owners", None)
    case.vote("dirk", "owners")
    assert case.memory.approval is not None
    votes = [(each.row, each.person, each.on_behalf) for each in case.memory.approval.votes]
    assert votes == [("r0", "dirk", "pia"), ("r1", "dirk", "fred")]
    assert set(case.memory.did["owners"]) == {"dirk", "pia", "fred"}


def test_nobody_is_added_to_sign_where_rows_are_decided() -> None:
    case = by_row(("V1", 5))
    assert code(lambda: case.add("pia", "owners", "dirk", "beside")) == "not_found"
    assert moves.offered(case.seen_by("pia"), "owners", None) == ("approve", "reject", "hand_over")


def test_whoever_has_decided_his_rows_hands_over_nothing() -> None:
    case = by_row(("V1", 5), ("V2", 5))
    case.vote("pia", "owners")
    assert code(lambda: case.hand("pia", "owners", "dirk")) in ("task_done", "not_yours")
    assert code(lambda: case.hand("max", "owners", "dirk")) == "not_yours"


# -- listed, edited, ruled, returned -----------------------------------------------------------------------------------


def listed() -> Moved:
    return moved(step("one", "manager at from_store", "finance at chain", decide=Decide(need="all", order="listed")))


def test_in_a_listed_order_the_new_one_takes_the_place_of_the_old() -> None:
    case = listed()
    assert code(lambda: case.hand("fred", "one", "pia")) == "not_your_turn"
    case.hand("max", "one", "dirk")
    assert case.asked() == {"one": ("dirk",)}
    case.vote("dirk", "one")
    assert case.asked() == {"one": ("fred",)}
    case.add("fred", "one", "pia", "before")
    assert case.asked() == {"one": ("pia",)}
    case.vote("pia", "one")
    case.vote("fred", "one")
    case.vote("fay", "one")
    assert case.state == "approved"


def test_an_edit_asks_everybody_anew_who_was_brought_in() -> None:
    case = moved(step("one", "manager at from_store"))
    case.add("max", "one", "pia", "beside")
    case.hand("max", "one", "dirk")
    case.vote("pia", "one")
    case.memory = memories.wrote(case.memory, ["note"], "dora")
    case.take_in(edited(case.seen_by("dora"), ["note"]))
    assert set(case.asked()["one"]) == {"dirk", "pia"}
    assert case.memory.approval is not None
    assert (case.memory.approval.votes, case.memory.approval.round) == ((), 2)


def test_the_word_of_system_settles_a_step_whoever_was_added() -> None:
    for verdict, state in (("approve", "approved"), ("reject", "rejected")):
        case = moved(step("one", "manager at from_store"))
        case.add("max", "one", "pia", "before")
        case.take_in(rule_on(case.seen_by("system"), verdict))
        assert case.state == state


def test_a_return_to_the_submitter_keeps_who_was_brought_in_for_when_it_comes_back() -> None:
    case = moved(
        step("one", "manager at from_store"),
        step("two", "finance at chain"),
        may_return_to=("submitter", "earlier"),
        resume="returner",
    )
    case.vote("max", "one")
    case.hand("fred", "two", "pia")
    case.vote("pia", "two", "return", to="submitter")
    assert (case.state, case.memory.approval and case.memory.approval.resume_at) == ("draft", "two")
    case.act("clara", "submit")
    assert case.asked() == {"two": ("pia", "fay")}
    case.vote("pia", "two", "return", to="one")
    assert case.asked() == {"one": ("max",)}
    assert code(lambda: case.vote("max", "one", "return", to="two")) == "invalid"


@pytest.mark.parametrize(("kept", "left"), [(True, ["left", "right"]), (False, ["right"])])
def test_votes_of_siblings_stand_or_fall_as_declared_when_one_part_returns_it(*, kept: bool, left: list[str]) -> None:
    parts = {
        "left": step("left", "manager at from_store"),
        "right": step("right", "finance at chain", decide=Decide(need="all")),
    }
    check = approval(
        step("both", parts=parts), may_return_to=("submitter",), resume="returner", keeps_parts=kept, may=OPEN
    )
    case = Moved(ordinary(check))
    case.act("clara", "submit")
    case.vote("max", "both", part="left")
    case.vote("fred", "both", "return", part="right", to="submitter")
    case.act("clara", "submit")
    waits = {each.part for each in case.waits}
    assert waits == {"right"} if kept else waits == {"left", "right"}
    assert ("left" in waits) != ("left" in left and kept)


def test_who_was_added_signs_and_writes_nothing_and_his_substitute_neither() -> None:
    case = moved(step("one", "manager at from_store", edit={"note": edit("note", "note")}))
    case.away = {"pia": Away(("dirk",))}
    case.add("max", "one", "pia", "beside")
    assert set(case.asked()["one"]) == {"max", "pia", "dirk"}
    written = {each: writable(case.seen_by(each), each, step="one").fields for each in ("max", "pia", "dirk")}
    assert written == {"max": {"note"}, "pia": frozenset(), "dirk": frozenset()}
    case.vote("dirk", "one")
    case.vote("max", "one")
    assert case.state == "approved"
    (line,) = [each for each in route(case.seen_by("clara")) if each.step == "one"]
    assert line.acting == (("dirk", "pia"),)


# -- who may ----------------------------------------------------------------------------------------------------------


def test_nothing_is_offered_that_would_be_refused_and_nothing_refused_that_is_offered() -> None:
    may = May(
        HandOver(who("finance at chain")), AddSigner(("after",), who("planner at chain")), Delegate(), None, Nudge(60)
    )
    case = Moved(ordinary(approval(step("one", "manager at from_store"), may=may, nobody_found=NobodyFound())))
    case.act("clara", "submit")
    seen = {each: moves.offered(case.seen_by(each), "one", None) for each in STAFF.roles}
    assert seen.pop("max") == ("approve", "reject", "hand_over", "add_signer")
    assert seen.pop("clara") == ("nudge",)
    assert set(seen.values()) == {()}
    tried: dict[str, Callable[[str], Decision]] = {
        "hand": lambda to: moves.hand_over(case.seen_by("max"), "one", None, to),
        "add": lambda to: moves.add_signer(case.seen_by("max"), "one", None, to, "after"),
    }
    fits = {name: [each for each in STAFF.roles if code(lambda: make(each)) is None] for name, make in tried.items()}  # noqa: B023
    assert fits == {"hand": ["fred", "fay"], "add": ["pia"]}
    assert code(lambda: moves.add_signer(case.seen_by("max"), "one", None, "pia", "before")) == "invalid"
    for word in (moves.hand_over, moves.remove_signer):
        assert code(lambda: word(case.seen_by("max"), "two", None, "pia")) == "task_done"  # noqa: B023


def test_somebody_else_than_the_submitter_reminds_where_it_is_declared() -> None:
    may = May(nudge=Nudge(60, (*who("manager at from_store"), People("submitter", text="submitter"))))
    check = approval(step("one", "finance at chain"), may=may)
    case = Case(ordinary(check))
    case.act("clara", "submit")
    assert {each for each in STAFF.roles if moves.may_nudge(case.seen_by(each), check)} == {"clara", "max"}
    assert not moves.may_nudge(case.seen_by("system"), check)


def test_a_substitute_is_not_asked_twice_and_votes_once() -> None:
    case = moved(step("one", "finance at chain", decide=Decide(need="all")))
    case.away = {"fred": Away(("fay", "pia")), "fay": Away(("pia",))}
    assert waiting(case.seen_by("system"))[0].people == ("fred", "fay", "pia")
    case.vote("fay", "one")
    assert waiting(case.seen_by("system"))[0].people == ("fred", "pia")
    refused = refusal_of(lambda: decide(case.seen_by("fay"), "one", None, "approve", on_behalf="fred"))
    assert isinstance(refused, Refusal)
    assert refused.code == "one_vote"
    case.vote("pia", "one")
    assert case.state == "approved"


def test_whoever_is_too_late_for_whom_he_stands_in_is_told_that_it_is_done() -> None:
    case = moved(step("one", "finance at chain", decide=Decide(need="all")))
    case.away = {"fred": Away(("pia",))}
    case.vote("fred", "one")
    assert code(lambda: case.vote("pia", "one")) == "task_done"
    assert code(lambda: case.vote("dirk", "one")) == "not_yours"
