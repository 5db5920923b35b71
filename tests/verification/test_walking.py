"""The walk of all paths: what the pack declares strands nothing, and a walk finds what a wrong version strands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from engine.definitions.loading import read_library
from engine.definitions.models import EffectUse, Library, Transition, Workflow
from engine.definitions.vocabulary import vocabulary
from engine.effects import EFFECTS
from engine.expressions import Reference
from engine.fields import FIELD_TYPES
from engine.verification.paths import HIGH, Stranded, Walked, begun_by_people, walk
from engine.verification.stage import Stage
from tests.workflow.building import refusal_of

PACK = Path(__file__).parents[2]


@cache
def pack() -> Library:
    """The library that the repository ships."""
    loaded = read_library([PACK], vocabulary(FIELD_TYPES, EFFECTS))
    assert loaded.library is not None, loaded.findings
    return loaded.library


def changed(form: str, **parts: Any) -> Library:
    """The pack with another version of one workflow."""
    library = pack()
    return replace(library, workflows={**library.workflows, form: replace(library.workflows[form], **parts)})


def with_state(form: str, state: str, **parts: Any) -> Library:
    states = pack().workflows[form].states
    return changed(form, states={**states, state: replace(states[state], **parts)})


def with_action(form: str, action: str, **parts: Any) -> Library:
    transitions = pack().workflows[form].transitions
    return changed(form, transitions={**transitions, action: replace(transitions[action], **parts)})


def effects(form: str, action: str, *but: str) -> Mapping[str, Any]:
    """What an action does, without some of it."""
    do = action_of(pack().workflows[form], action).do
    assert set(but) <= set(do)
    return {name: use for name, use in do.items() if name not in but}


def action_of(workflow: Workflow, action: str) -> Transition:
    return workflow.transitions[action]


def first_fault(library: Library, form: str = "transfer") -> Stranded:
    seen = walk(library, form, to_first=True)
    assert seen.faults, f"{seen.stages} stages and nothing found"
    return seen.faults[0]


@cache
def walked(form: str) -> Walked:
    return walk(pack(), form)


def ways(form: str) -> set[tuple[str, str, str]]:
    """Every transition and alternative that is declared."""
    transitions = pack().workflows[form].transitions.values()
    return {(form, transition.name, alternative.name) for transition in transitions for alternative in transition.to}


@pytest.mark.parametrize("form", begun_by_people(pack()))
def test_every_workflow_of_the_pack_conserves_stock_on_every_path(form: str) -> None:
    assert walked(form).faults == ()
    assert walked(form).ends > 0
    assert ways(form) - walked(form).taken == set()


def test_what_is_created_on_the_way_is_walked_as_well() -> None:
    assert ways("discrepancy") <= walked("transfer").taken
    assert "discrepancy" not in begun_by_people(pack())
    assert walked("transfer").stages > 1000


def test_a_difference_that_is_an_end_leaves_goods_on_their_way_and_is_refused() -> None:
    fault = first_fault(with_state("transfer", "different", end=True))
    assert (fault.what, fault.record, fault.detail) == ("in_place", "transfer", "transit in different")
    assert any("receive" in words for words in fault.path)


def test_a_loss_that_is_not_written_off_stays_on_its_way() -> None:
    library = with_action("discrepancy", "accept", do=effects("discrepancy", "accept", "lost"))
    assert first_fault(library).what == "in_place"


def test_goods_that_are_not_taken_back_whole_stay_on_their_way() -> None:
    library = with_action("transfer", "take_back", do={})
    fault = first_fault(library)
    assert (fault.what, fault.detail) == ("in_place", "transit in returned")
    assert fault.path[-1].startswith("transfer: take_back")


@pytest.mark.parametrize("action", ["cancel", "ship"])
def test_a_promise_that_is_never_released_is_found(action: str) -> None:
    library = with_action("transfer", action, do=effects("transfer", action, "free"))
    fault = first_fault(library)
    assert (fault.what, fault.detail.split()[0]) == ("reserved", "promise")


def test_a_hold_that_nobody_ends_is_found() -> None:
    promise = action_of(pack().workflows["transfer"], "accept").do["promise"]
    kept = {name: promise.options[name] for name in ("each", "item", "lot", "at")}
    freeze = EffectUse("freeze", "hold", kept)
    library = with_action("transfer", "ship", do={**effects("transfer", "ship"), "freeze": freeze})
    fault = first_fault(library)
    assert (fault.what, fault.detail.split()[0]) == ("held", "freeze")


def test_a_state_without_a_way_out_is_found() -> None:
    library = with_action("transfer", "take_back", by=action_of(pack().workflows["transfer"], "close").by)
    fault = first_fault(library)
    assert (fault.what, fault.record, fault.detail) == ("stuck", "transfer", "returning")


def test_moving_the_same_goods_twice_is_found() -> None:
    use = action_of(pack().workflows["transfer"], "receive").do["good"]
    library = with_action(
        "transfer", "receive", do={**effects("transfer", "receive"), "again": replace(use, name="again")}
    )
    fault = first_fault(library)
    assert (fault.what, fault.detail) == ("short", "again in in_transit")


def test_a_walk_that_grows_too_large_says_so_instead_of_passing() -> None:
    assert [fault.what for fault in walk(pack(), "transfer", most=50).faults] == ["too_many"]


def ordered(quantity: str = "4") -> Stage:
    """An order that nobody needs to agree to, and the sheet of what comes of it."""
    stage = Stage(pack(), HIGH)
    order = stage.enter("purchase_order", "order")
    stage.edit(order, {"lines.quantity": Decimal(quantity)}, "person1")
    stage.act(order, "submit", "person1")
    stage.act(order, "receive", "person2")
    return stage


def receive(stage: Stage, quantity: str) -> str:
    """Somebody receives so much; the state of the order after it."""
    sheet = stage.records["order.sheet0"]
    stage.edit(sheet, {"lines.quantity": Decimal(quantity)}, "person2")
    stage.act(sheet, "post", "person2")
    return stage.records["order"].state


def test_a_fact_is_what_the_records_on_the_stage_add_up_to() -> None:
    assert receive(ordered(), "4") == "complete"
    assert receive(ordered(), "3") == "partly"
    refused = refusal_of(partial(receive, ordered(), "5"))
    assert (refused.code, refused.rule) == ("guard", "not_more")


def test_what_is_created_knows_its_maker_as_he_is_now() -> None:
    stage = ordered()
    assert stage.records["order.sheet0"].values["order"] == Reference("purchase_order", "order")


def test_what_people_begin_is_walked_by_itself_although_it_is_created_on_the_way_too() -> None:
    assert {"requisition", "purchase_order", "receipt"} <= set(begun_by_people(pack()))
