"""Taking actions: which refusal comes first, whose words it has, and what the memory keeps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.definitions.models import Alternative, Duty
from engine.errors import Kind, Refusal, text
from engine.expressions import Reference
from engine.workflow import memory as memories
from engine.workflow import offers, take
from engine.workflow.people import find, matches
from engine.workflow.plan import Memory
from tests.workflow.building import (
    CLERKS,
    Case,
    Shelf,
    approval,
    expr,
    move,
    named,
    ordinary,
    record,
    rule,
    started,
    step,
    who,
)

STORE = step("store", "manager at from_store")
FLOW = ordinary(approval(STORE))
APART = Duty("apart", ("submit", "send"), text("Who asks does not send.", "申请人不能发货。"))


def refusal(case: Case, actor: str, action: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        take(case.seen_by(actor), action)
    return caught.value


@pytest.mark.parametrize("action", ["to_approved", "__init__", "trigger", "_standing", "approve", ""])
def test_an_action_that_is_not_declared_is_not_found(action: str) -> None:
    assert refusal(Case(FLOW), "clara", action).kind is Kind.NOT_FOUND


def test_a_person_named_nowhere_is_refused_by_right_before_the_state_is_looked_at() -> None:
    assert refusal(Case(FLOW), "max", "submit").kind is Kind.RIGHT
    assert refusal(Case(FLOW, state="sent"), "max", "submit").kind is Kind.RIGHT


def test_what_only_the_system_fires_is_nobodys_action() -> None:
    assert refusal(started(FLOW), "max", "accept").kind is Kind.RIGHT


def test_the_system_takes_only_what_names_it() -> None:
    assert refusal(Case(FLOW), "system", "submit").kind is Kind.RIGHT


def test_an_action_of_another_state_is_a_conflict() -> None:
    found = refusal(Case(FLOW), "clara", "send")
    assert (found.kind, found.code, found.status) == (Kind.CONFLICT, "not_in_state", 409)


@pytest.mark.parametrize(
    ("check", "passes"),
    [
        ("record.total > 10", True),
        ("record.total > 1000", False),
        ("record.total > limit('order', 'nowhere')", False),
        ("did('submit')", False),
    ],
)
def test_a_guard_passes_only_when_it_is_true_and_never_when_empty_or_broken(check: str, passes: bool) -> None:
    case = Case(ordinary(approval(STORE), enough=rule("enough", check, "Not enough.", "lines.quantity")))
    if passes:
        assert take(case.seen_by("clara"), "submit").target == "approval"
        return
    found = refusal(case, "clara", "submit")
    assert (found.kind, found.rule, found.says["en"]) == (Kind.RULE, "enough", "Not enough.")
    assert [fault.path for fault in found.faults] == ["/lines/quantity"]


def test_guards_are_asked_in_order_and_the_first_that_fails_speaks() -> None:
    case = Case(
        ordinary(approval(STORE), first=rule("first", "record.total > 1000", "First."), second=rule("second", "1 > 2"))
    )
    assert refusal(case, "clara", "submit").rule == "first"


def test_the_first_alternative_that_holds_is_taken() -> None:
    for total, target in ((Decimal(0), "rejected"), (Decimal(1), "approved")):
        case = started(FLOW, subject=record(total=total))
        case.vote("max", "store")
        assert case.path == ["approval", target]


def test_an_empty_condition_of_an_alternative_refuses_instead_of_falling_through() -> None:
    case = started(FLOW, subject=record(total=None))
    with pytest.raises(Refusal) as caught:
        case.vote("max", "store")
    assert (caught.value.code, caught.value.rule) == ("condition_empty", "accept.nothing")


def test_a_transition_whose_every_alternative_is_conditional_may_lead_nowhere() -> None:
    workflow = ordinary(approval(STORE))
    only = move("submit", "draft", [Alternative("rich", "approval", expr("record.total > 1000"))], CLERKS)
    workflow = type(workflow)(
        "order", "order", "draft", workflow.states, {**workflow.transitions, "submit": only}, workflow.approvals
    )
    assert refusal(Case(workflow), "clara", "submit").code == "no_alternative"


def test_a_duty_is_refused_in_its_own_words_whichever_half_came_first() -> None:
    case = started(ordinary(approval(STORE), APART))
    case.vote("max", "store")
    found = refusal(case, "clara", "send")
    assert (found.kind, found.rule, found.says["zh"]) == (Kind.RULE, "apart", "申请人不能发货。")
    assert case.act("carl", "send").target == "sent"


def test_a_duty_without_words_still_says_what_it_forbids() -> None:
    case = started(ordinary(approval(STORE), Duty("apart", ("send", "submit"))))
    case.vote("max", "store")
    assert "submit" in refusal(case, "clara", "send").says["en"]


def test_nobody_who_would_break_a_duty_is_expected() -> None:
    case = started(ordinary(approval(STORE), APART))
    case.vote("max", "store")
    assert case.asked() == {"send": ("carl",)}
    assert [wait.kind for wait in case.waits] == ["expects"]


def test_the_leg_remembers_who_did_it_where_it_came_from_and_how_often() -> None:
    leg = take(Case(FLOW).seen_by("clara"), "submit")
    assert (leg.origin, leg.target, leg.occurrence) == ("draft", "approval", 1)
    assert leg.memory.submitter == "clara"
    assert leg.memory.did == {"submit": ("clara",)}
    assert leg.memory.came_from == "draft"
    again = take(Case(FLOW, memory=leg.memory).seen_by("carl"), "submit")
    assert (again.occurrence, again.memory.did["submit"]) == (2, ("clara", "carl"))


def test_what_the_system_does_is_nobodys_deed() -> None:
    case = started(FLOW)
    case.vote("max", "store")
    assert "accept" not in case.memory.did
    assert case.memory.occurrences["accept"] == 1


def test_withdrawing_is_for_the_submitter_and_only_until_somebody_decided() -> None:
    two = ordinary(approval(STORE, step("area", "area_manager above from_store")))
    assert refusal(started(two), "carl", "withdraw").kind is Kind.RIGHT
    assert started(two).act("clara", "withdraw").target == "withdrawn"
    gone = started(two).act("clara", "withdraw").memory.approval
    assert gone is not None
    assert gone.step is None
    case = started(two)
    case.vote("max", "store")
    assert refusal(case, "clara", "withdraw").rule == "undecided"


def test_offers_are_what_take_would_accept_and_all_adds_the_reasons() -> None:
    case = Case(FLOW)
    assert [each.action for each in offers(case.seen_by("clara"))] == ["submit"]
    assert offers(case.seen_by("max")) == ()
    because = {each.action: each.because and each.because.code for each in offers(case.seen_by("clara"), all=True)}
    assert because == {"submit": None, "withdraw": "not_yours", "send": "not_in_state"}


def test_offers_never_show_what_only_the_system_does() -> None:
    case = started(FLOW)
    for person in case.chain.roles:
        assert {each.action for each in offers(case.seen_by(person), all=True)} == {"submit", "withdraw", "send"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("clerk at from_store", ("clara", "carl")),
        ("area_manager above from_store", ("anna",)),
        ("finance at chain", ("fred", "fay")),
        ("manager below chain", ("max", "mona")),
        ("clerk at supplier", ()),
        ("finance at supplier", ()),
        ("owner of supplier", ()),
        ("checker", ()),
        ("submitter", ("clara",)),
        ("manager of submitter", ("max",)),
        ("decider of store", ("max",)),
        ("editor", ("carl",)),
    ],
)
def test_people_are_found_as_they_are_written_and_an_empty_unit_is_nobody(words: str, found: tuple[str, ...]) -> None:
    memory = Memory(submitter="clara", editor="carl", did={"store": ("max",)})
    workflow = ordinary(approval(step("only", words)))
    case = Case(workflow, state="approved", memory=memory)
    people = workflow.approvals["check"].steps["only"].ask
    situation = case.seen_by("clara")
    assert find(people, situation) == found
    assert {person for person in case.chain.roles if matches(people, person, situation)} == set(found)


def test_fields_name_persons_and_owners() -> None:
    case = Case(FLOW, subject=record(checker=Reference("person", "dirk"), supplier=Reference("supplier", "V1")))
    assert find(who("checker", "owner of supplier"), case.seen_by("clara")) == ("dirk", "pia")


def test_the_memory_survives_being_kept() -> None:
    case = started(ordinary(approval(STORE, step("area", "area_manager above from_store"))), world=Shelf())
    case.vote("max", "store", on_behalf=None)
    kept = memories.wrote(case.memory, ["note"], "carl")
    assert memories.from_json(memories.to_json(kept)) == kept
    assert memories.from_json({}) == Memory()
    assert memories.to_json(Memory()) == {}


def test_what_the_system_writes_makes_it_nobodys_edit() -> None:
    assert memories.wrote(Memory(), ["note"], "system") == Memory()


def test_names_keep_their_order() -> None:
    assert list(named(step("b"), step("a"))) == ["b", "a"]
