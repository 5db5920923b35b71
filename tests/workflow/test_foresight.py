"""Looking ahead at submission: a later step that surely comes and finds nobody refuses it, and only such a one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.definitions.models import Approval, Decide, EffectUse, HandOver, May, NobodyFound, Step
from engine.errors import Refusal
from engine.expressions import Reference
from engine.workflow.foresight import following
from tests.workflow.building import FORM, STAFF, approval, edit, expr, ordinary, record, refusal_of, row, started, step

STORE = step("store", "manager at from_store")
NONE = step("none", "auditor at chain")
FILLS = {"checked": edit("checked", "checker", "total")}


def refused(check: Approval, **values: Any) -> str | None:
    """The step for which a submission is refused, if it is."""
    found = refusal_of(lambda: started(ordinary(check), subject=record(**values)))
    assert found is None or found.code == "nobody_found"
    return None if found is None else found.rule


BY_CHECKER = step("checked", "checker")
WHEN_MUCH = step("none", "auditor at chain", when="record.total > 50")
TWO = step("two", "auditor at chain")
PARTS = step("both", parts={"one": step("one", "finance at chain"), "two": TWO})


@pytest.mark.parametrize("route", ["fixed_at_submission", "evaluated_at_each_step"])
@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ((STORE, NONE), "none"),
        ((STORE, step("area", "area_manager above from_store"), NONE), "none"),
        ((STORE, WHEN_MUCH), "none"),
        ((STORE, replace(WHEN_MUCH, when=expr("record.total > 500"))), None),
        ((STORE, PARTS), "two"),
        ((STORE, replace(PARTS, parts={**PARTS.parts, "two": replace(TWO, when=expr("record.total > 500"))})), None),
        ((STORE, BY_CHECKER), "checked"),
        ((replace(STORE, edit=FILLS), BY_CHECKER), None),
        ((STORE, step("again", "decider of store")), None),
        ((STORE, step("three", "finance at chain", decide=Decide(need="3"))), "three"),
        ((STORE, step("clerks", "clerk at from_store", exclude=(("did", "submit"),))), None),
    ],
)
def test_a_later_step_that_finds_nobody_refuses_the_submission(
    route: str, steps: tuple[Step, ...], found: str | None
) -> None:
    assert refused(approval(*steps, route=route)) == found


def test_a_condition_that_earlier_steps_may_change_is_not_foretold_where_it_is_evaluated_then() -> None:
    fills = replace(STORE, edit=FILLS)
    assert refused(approval(fills, WHEN_MUCH, route="evaluated_at_each_step")) is None
    assert refused(approval(fills, WHEN_MUCH)) == "none", "the route was fixed"
    first = approval(replace(WHEN_MUCH, edit=FILLS), STORE, route="evaluated_at_each_step")
    assert refused(first) == "none", "its own decider is not there to change it"


def test_what_a_step_sets_is_not_known_before_it_is_decided() -> None:
    sets = {"fill": EffectUse("fill", "set", {"values": {"checker": expr("record.checker")}})}
    assert refused(approval(replace(STORE, do=sets), BY_CHECKER)) is None
    assert refused(approval(replace(STORE, do={}), BY_CHECKER)) == "checked"


@pytest.mark.parametrize("otherwise", ["skip", "approve"])
def test_what_is_declared_for_nobody_found_is_done_and_refuses_nothing(otherwise: str) -> None:
    assert refused(approval(STORE, NONE, nobody_found=NobodyFound(otherwise=otherwise))) is None


def test_whoever_stands_in_is_found_ahead_too() -> None:
    assert refused(approval(STORE, NONE, nobody_found=NobodyFound(step("x", "director at chain").ask))) is None


@pytest.mark.parametrize(
    ("first", "options", "found"),
    [
        (STORE, {"same_person": "refused"}, "again"),
        (STORE, {"same_person": "required_again"}, None),
        (STORE, {"same_person": "acts_once"}, None),
        (step("store", "manager at from_store", "director at chain"), {"same_person": "refused"}, None),
        (STORE, {"same_person": "refused", "may": May(hand_over=HandOver())}, None),
    ],
)
def test_one_person_alone_for_two_steps_that_need_two_is_found_before_he_decides(
    first: Step, options: Mapping[str, Any], found: str | None
) -> None:
    assert refused(approval(first, step("again", "manager at from_store"), **options)) == found


def test_an_exception_of_who_must_have_decided_leaves_nobody() -> None:
    later = step("again", "manager at from_store", exclude=(("did", "store"),))
    assert refused(approval(STORE, later)) == "again"
    assert refused(approval(STORE, replace(later, exclude=(("did", "again"),)))) is None


def test_a_row_of_which_a_later_step_finds_nobody_refuses_at_its_path() -> None:
    lines = [{"row": name, "quantity": Decimal(many)} for name, many in (("r1", 1), ("r2", 100))]
    seconds = step("seconds", "auditor at chain", each="lines")
    seconds = replace(seconds, when=row("row.quantity > 10"))
    first = replace(STORE, each="lines")
    for route in ("fixed_at_submission", "evaluated_at_each_step"):
        flow = ordinary(approval(first, seconds, route=route))
        with pytest.raises(Refusal) as caught:
            started(flow, subject=record(lines=lines))
        assert (caught.value.rule, caught.value.faults[0].path) == ("seconds", "/lines/1")
        assert started(flow, subject=record(lines=lines[:1])).asked() == {"store": ("max",)}


def test_steps_that_were_passed_before_a_return_are_not_looked_at_again() -> None:
    check = approval(STORE, BY_CHECKER, may_return_to=("submitter",), resume="returner")
    case = started(ordinary(check), subject=record(checker=Reference("person", "pia")))
    case.vote("max", "store")
    case.vote("pia", "checked", "return", to="submitter")
    case.chain = replace(STAFF, gone=frozenset({"max"}))
    case.act("clara", "submit")
    assert case.asked() == {"checked": ("pia",)}
    case.vote("pia", "checked", "return", to="submitter")
    case.change(checker=None)
    assert refusal_of(lambda: case.act("clara", "submit")) is None, "what then happens is the refusal of the approval"


def test_what_follows_from_what_is_written_changes_with_it() -> None:
    fields = {
        **FORM.fields,
        "note": replace(FORM.fields["note"], compute=expr("record.checker.account")),
        "supplier": replace(FORM.fields["supplier"], default=expr("record.supplier")),
    }
    form = replace(FORM, fields=fields, derived=("note", "supplier"))
    assert following(form, ["checker"]) == {"checker", "note"}
    assert following(form, ["total"]) == {"total"}
