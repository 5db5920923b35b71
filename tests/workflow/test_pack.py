"""The pack's own workflows, read from their YAML, through the interpreter: the yardstick of the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.definitions.loading import read_library
from engine.definitions.models import Library
from engine.definitions.vocabulary import vocabulary
from engine.effects import EFFECTS, EffectCall, propose
from engine.effects.outcomes import Move, Notify, Outcome, Release, Reserve, SetFields, Webhook
from engine.errors import Kind, Refusal
from engine.expressions import Environment, Place, Reference, Subject, Value
from engine.fields import FIELD_TYPES
from engine.workflow import arrive, decide, offers, route, take, timers_for, waiting, writable
from engine.workflow.plan import Memory, RouteStep, Situation, Wait
from tests.workflow.building import Chain

NOW = datetime(2026, 3, 2, tzinfo=UTC)
STAFF = Chain(
    {
        "clerk1": [("clerk", "S01")],
        "clerk1b": [("clerk", "S01")],
        "clerk2": [("clerk", "S02")],
        "mgr1": [("manager", "S01")],
        "mgr2": [("manager", "S02")],
        "ame": [("area_manager", "East")],
        "plan1": [("planner", None)],
        "fin1": [("finance", None)],
        "fin2": [("finance", None)],
        "dir1": [("director", None)],
    },
    {"S01": "East", "S02": "East"},
)
LIMITS = {"store": Decimal(5000), "area": Decimal(25000)}


@cache
def pack() -> Library:
    loaded = read_library([Path(__file__).parents[2]], vocabulary(FIELD_TYPES, EFFECTS))
    assert loaded.library is not None, loaded.findings
    return loaded.library


@dataclass
class Masters:
    """Stores, items and limits; and whether the value has changed since it was returned."""

    changed: bool = False

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        if isinstance(of, Place):
            return None
        if name == "#place":
            return Place(of.id, "store")
        if name in ("transit", "damaged"):
            return Place(f"{of.id}/{name}", name)
        return {"tracking": "none", "cost": Decimal(10)}.get(name)

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return LIMITS[str(args[1])] if function == "limit" else self.changed


def line(row: str, **quantities: Any) -> dict[str, Any]:
    names = ("requested", "approved", "shipped", "received", "damaged", "missing")
    known: dict[str, Any] = dict.fromkeys(names)
    return {"row": row, "item": Reference("item", "A100"), "lot": None, **known, **quantities}


@dataclass
class Slip:
    """A stock transfer from S01 to S02 on its way through the interpreter."""

    total: Decimal = Decimal(100)
    lines: list[dict[str, Any]] = field(default_factory=lambda: [line("1", approved=Decimal(5), shipped=Decimal(5))])
    state: str = "draft"
    memory: Memory = field(default_factory=Memory)
    waits: tuple[Wait, ...] = ()
    chain: Chain = STAFF
    done: list[Outcome] = field(default_factory=list)
    changed: bool = False

    def seen_by(self, actor: str) -> Situation:
        stores = {"from_store": Reference("store", "S01"), "to_store": Reference("store", "S02")}
        made = {"created_by": Reference("person", "clerk1")}
        subject = Subject("transfer", "T1", {**stores, **made, "total": self.total, "lines": self.lines})
        names: dict[str, Any] = {"record": subject, "lines": self.lines, "chain": Subject("chain", "chain", {})}
        names |= {"actor": Subject("person", actor, {}), "system": Reference("person", "system"), "why": "x"}
        environment = Environment({**names, "signature": None}, Masters(self.changed), NOW, date(2026, 3, 2))
        library = pack()
        workflow = library.workflows["transfer"]
        form = library.forms["transfer"]
        return Situation(form, workflow, self.state, self.memory, actor, environment, self.chain, NOW)

    def act(self, actor: str, action: str) -> None:
        situation = self.seen_by(actor)
        leg = take(situation, action)
        record = situation.environment.names["record"]
        assert isinstance(record, Subject)
        for use in leg.effects:
            if use.effect != "create":
                self.done += propose(EffectCall(use, situation.form, record, situation.environment))
        self.state = leg.target
        arrival = arrive(replace(self.seen_by(actor), memory=leg.memory))
        self.memory, self.waits = arrival.memory, arrival.waits
        if arrival.fire is not None:
            self.act("system", arrival.fire)

    def vote(self, actor: str, step: str, part: str | None = None, verdict: str = "approve", **more: Any) -> None:
        decision = decide(self.seen_by(actor), step, part, verdict, **more)
        self.memory, self.waits = decision.memory, decision.waits
        if decision.returned_to is not None:
            self.state = decision.returned_to
            self.memory = arrive(self.seen_by(actor)).memory
        if decision.fire is not None:
            self.act("system", decision.fire)

    def asked(self) -> dict[str, tuple[str, ...]]:
        return {wait.step if wait.part is None else f"{wait.step}/{wait.part}": wait.people for wait in self.waits}

    def refusal(self, actor: str, action: str) -> Refusal:
        with pytest.raises(Refusal) as caught:
            take(self.seen_by(actor), action)
        return caught.value


def approved(total: str = "100", **options: Any) -> Slip:
    slip = Slip(Decimal(total), **options)
    slip.act("clerk1", "submit")
    slip.vote("mgr1", "store")
    return slip


def test_a_small_one_needs_the_store_manager_and_is_promised_at_once() -> None:
    slip = approved()
    assert slip.state == "approved"
    item = Reference("item", "A100")
    *done, told = slip.done
    assert isinstance(told, Notify)
    assert (told.template, [who.kind for who in told.people]) == ("approved", ["submitter"])
    assert done == [
        Reserve(item, Decimal(5), Place("S01", "store"), row="1", effect="promise"),
        SetFields({"shipped": Decimal(5)}, table="lines", row="1", effect="offer"),
    ]


def test_a_large_one_climbs_by_its_amount() -> None:
    slip = approved("30000")
    assert slip.asked() == {"area": ("ame",)}
    slip.vote("ame", "area")
    assert slip.asked() == {"head_office/planning": ("plan1",), "head_office/finance": ("fin1", "fin2")}
    slip.vote("fin1", "head_office", "finance")
    slip.vote("plan1", "head_office", "planning")
    assert slip.state == "approval"
    slip.vote("fin2", "head_office", "finance")
    assert slip.state == "approved"


@pytest.mark.parametrize(
    ("total", "states"), [("5000", "next skipped skipped skipped"), ("5001", "next next skipped skipped")]
)
def test_limits_themselves_still_belong_to_the_lower_level(total: str, states: str) -> None:
    found: tuple[RouteStep, ...] = route(Slip(Decimal(total)).seen_by("clerk1"))
    assert [each.state for each in found] == states.split()
    assert [each.part or each.step for each in found] == ["store", "area", "planning", "finance"]


def test_without_a_second_finance_person_the_director_stands_in() -> None:
    chain = Chain({**STAFF.roles, "fin2": []}, STAFF.parents)
    slip = approved("30000", chain=chain)
    slip.vote("ame", "area")
    assert slip.asked()["head_office/finance"] == ("fin1", "dir1")


def test_the_planner_may_write_quantities_while_he_decides_and_nobody_else() -> None:
    slip = approved("30000")
    slip.vote("ame", "area")
    planner = writable(slip.seen_by("plan1"), "plan1", step="head_office", part="planning")
    assert (planner.fields, planner.rows) == ({"lines.approved"}, {"lines": "fixed"})
    for person in ("fin1", "clerk1", "mgr1", "ame"):
        assert writable(slip.seen_by(person), person, step="head_office", part="planning").fields == frozenset()


def test_nothing_approved_is_rejected_by_the_alternative() -> None:
    slip = Slip(lines=[line("1", approved=Decimal(0))])
    slip.act("clerk1", "submit")
    slip.vote("mgr1", "store")
    assert slip.state == "rejected"


def test_a_refusal_ends_it_and_promises_nothing() -> None:
    slip = Slip()
    slip.act("clerk1", "submit")
    slip.vote("mgr1", "store", verdict="reject")
    (told,) = slip.done
    assert isinstance(told, Notify)
    assert (slip.state, told.template, [who.kind for who in told.people]) == ("rejected", "rejected", ["submitter"])


def test_shipping_frees_the_promise_moves_the_goods_and_tells_the_other_side() -> None:
    slip = approved()
    slip.done.clear()
    slip.act("clerk1", "ship")
    free, leave, tell, announce = slip.done
    assert free == Release("1", "free")
    assert isinstance(leave, Move)
    assert (leave.quantity, leave.origin.key, leave.target.key) == (Decimal(5), "S01", "T1/transit")
    assert isinstance(tell, Notify)
    assert tell.template == "transfer_shipped"
    assert isinstance(announce, Webhook)
    assert announce.to == "transfers"
    assert slip.asked() == {"receive": ("clerk2",)}


def test_nothing_to_ship_is_refused_in_the_definitions_words() -> None:
    slip = approved()
    slip.lines[0]["shipped"] = Decimal(0)
    found = slip.refusal("clerk1", "ship")
    assert (found.kind, found.rule, found.says["zh"]) == (Kind.RULE, "something", "没有可发的商品。")


def shipped(**options: Any) -> Slip:
    slip = approved(**options)
    slip.act("clerk1", "ship")
    slip.lines[0] |= {"received": Decimal(3), "damaged": Decimal(1), "missing": Decimal(1)}
    return slip


def test_a_difference_stays_open_and_a_whole_receipt_is_done() -> None:
    slip = shipped()
    slip.done.clear()
    slip.act("clerk2", "receive")
    assert slip.state == "different"
    moved = [(each.quantity, each.target.key) for each in slip.done if isinstance(each, Move)]
    assert moved == [(Decimal(3), "S02"), (Decimal(1), "S02/damaged")]
    whole = shipped()
    whole.lines[0] |= {"received": Decimal(5), "damaged": Decimal(0), "missing": Decimal(0)}
    whole.act("clerk2", "receive")
    assert whole.state == "done"


def test_more_than_was_shipped_is_refused_in_its_row() -> None:
    slip = shipped()
    slip.lines[0] |= {"missing": Decimal(-1)}
    found = slip.refusal("clerk2", "receive")
    assert (found.rule, [fault.path for fault in found.faults]) == ("not_more", ["/lines/0/received"])


def test_whoever_sent_it_does_not_receive_it() -> None:
    both = Chain({**STAFF.roles, "clerk1": [("clerk", "S01"), ("clerk", "S02")]}, STAFF.parents)
    slip = shipped(chain=both)
    assert slip.refusal("clerk1", "receive").rule == "sender_is_not_receiver"
    assert slip.asked() == {"receive": ("clerk2",)}


def test_goods_go_back_by_the_road_that_brings_all_of_them_home() -> None:
    slip = shipped()
    slip.act("mgr2", "return_to_sender")
    assert [wait.people for wait in waiting(slip.seen_by("clerk1"))] == [("clerk1", "clerk1b")]
    slip.done.clear()
    slip.act("clerk1", "take_back")
    (back,) = slip.done
    assert isinstance(back, Move)
    assert (slip.state, back.quantity, back.origin.key, back.target.key) == (
        "returned",
        Decimal(5),
        "T1/transit",
        "S01",
    )


def test_only_the_system_closes_it_and_only_while_it_is_different() -> None:
    slip = shipped()
    slip.act("clerk2", "receive")
    assert slip.refusal("clerk2", "close").kind is Kind.RIGHT
    slip.act("system", "close")
    assert slip.state == "settled"
    assert slip.refusal("system", "close").code == "not_in_state"


@pytest.mark.parametrize(("changed", "asked"), [(False, "area"), (True, "store")])
def test_a_returned_one_resumes_at_the_returner_unless_its_value_changed(changed: bool, asked: str) -> None:
    slip = approved("6000")
    slip.vote("ame", "area", verdict="return")
    assert slip.state == "draft"
    slip.changed = changed
    slip.act("clerk1", "submit")
    assert list(slip.asked()) == [asked]


@pytest.mark.parametrize(
    ("state", "person", "fields"),
    [
        ("draft", "clerk2", {"from_store", "to_store", "reason", "lines.item", "lines.lot", "lines.requested"}),
        ("draft", "mgr1", set()),
        ("approval", "clerk1", set()),
        ("approved", "clerk1", {"carrier", "lines.lot", "lines.shipped"}),
        ("approved", "clerk2", set()),
        ("in_transit", "clerk2", {"lines.received", "lines.damaged", "lines.remark"}),
        ("in_transit", "clerk1", set()),
        ("done", "clerk2", set()),
        ("different", "clerk1", set()),
    ],
)
def test_who_may_write_what_in_each_state(state: str, person: str, fields: set[str]) -> None:
    slip = Slip(state=state)
    assert writable(slip.seen_by(person), person).fields == fields


@pytest.mark.parametrize(
    ("state", "person", "actions"),
    [
        ("draft", "clerk1", ["submit"]),
        ("draft", "mgr1", []),
        ("approved", "clerk1", ["cancel", "ship"]),
        ("approved", "clerk2", ["cancel"]),
        ("in_transit", "clerk2", ["receive"]),
        ("in_transit", "mgr2", ["return_to_sender"]),
        ("in_transit", "mgr1", []),
        ("returning", "clerk1b", ["take_back"]),
        ("different", "clerk1", []),
        ("done", "clerk1", []),
    ],
)
def test_the_offers_of_each_state_are_exactly_what_take_accepts(state: str, person: str, actions: list[str]) -> None:
    quantities = {"received": Decimal(5), "damaged": Decimal(0), "missing": Decimal(0)}
    slip = Slip(state=state)
    slip.lines[0] |= quantities
    assert [offer.action for offer in offers(slip.seen_by(person))] == actions


def test_its_timers_run_where_they_are_declared() -> None:
    workflow = pack().workflows["transfer"]
    assert [(timer.name, timer.after.seconds) for timer in timers_for(workflow, "in_transit")] == [("late", 3 * 86_400)]
    assert [timer.name for timer in timers_for(workflow, "approved")] == ["unshipped"]
    assert timers_for(workflow, "draft") == ()


def test_late_goods_are_cancelled_by_the_system_as_the_timer_says() -> None:
    slip = approved()
    slip.act("system", "cancel")
    assert slip.state == "cancelled"
    assert slip.done[-1] == Release("1", "free")
