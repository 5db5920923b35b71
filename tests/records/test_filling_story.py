"""A transfer of the shipped library is filled, approved, shipped in two boxes and received short, value by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from engine.definitions.loading import read_library
from engine.definitions.models import Form
from engine.definitions.vocabulary import vocabulary
from engine.effects import EFFECTS
from engine.errors import Kind
from engine.expressions import Environment, Place, Reference, Subject, Value
from engine.fields import FIELD_TYPES, AttachmentFacts
from engine.records import filling
from engine.records.filling import Filled, Moment
from tests.fields.samples import ids

ROOT = Path(__file__).parents[2]
NORTH, SOUTH = Reference("store", "north"), Reference("store", "south")
MASTERS: Mapping[str, Mapping[str, Any]] = {
    "north": {"open": True, "code": "S01"},
    "south": {"open": True, "code": "S02"},
    "shut": {"open": False, "code": "S09"},
    "milk": {"active": True, "cost": Decimal("8.00"), "tracking": "lot"},
    "soap": {"active": True, "cost": Decimal("1.25"), "tracking": "none"},
    "gone": {"active": False, "cost": Decimal(1), "tracking": "none"},
    "L1": {"item": Reference("item", "milk")},
    "L2": {"item": Reference("item", "milk")},
    "L9": {"item": Reference("item", "soap")},
}
FORMS = {"north": "store", "south": "store", "shut": "store", "milk": "item", "soap": "item", "gone": "item"}


@cache
def transfer() -> Form:
    loaded = read_library([ROOT], vocabulary(FIELD_TYPES, EFFECTS))
    assert loaded.library is not None, loaded.findings
    return loaded.library.forms["transfer"]


class World:
    """The masters, and a hundred of everything everywhere."""

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        found: Value = None if isinstance(of, Place) else MASTERS.get(of.id, {}).get(name)
        return found

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return Decimal(100)


class Known:
    """The same masters for reading."""

    def scale_of(self, item: str) -> int | None:
        return 0

    def unit_of(self, item: str, unit: str) -> Decimal | None:
        return Decimal(12) if unit == "case" else None

    def find(self, form: str, code: str) -> str | None:
        return next((each for each, of in FORMS.items() if of == form and MASTERS[each].get("code") == code), None)

    def seen(self, form: str, record: str) -> bool:
        return FORMS.get(record, "lot") == form and record in MASTERS

    def attachment(self, attachment: str) -> AttachmentFacts | None:
        return None

    def own_name(self) -> str:
        return ""


@dataclass(frozen=True)
class May:
    fields: frozenset[str]
    rows: Mapping[str, str]


DRAFT = May(
    frozenset({"from_store", "to_store", "reason", "lines.item", "lines.lot", "lines.requested"}), {"lines": "free"}
)
SENDER = May(frozenset({"carrier", "lines.lot", "lines.shipped"}), {"lines": "split"})
RECEIVER = May(frozenset({"lines.received", "lines.damaged", "lines.remark"}), {"lines": "fixed"})
COST = frozenset({"lines.unit_cost", "lines.value", "total"})
NEW = ids()


def env_of(values: Mapping[str, Any]) -> Environment:
    actor = Subject("person", "clerk", {"store": NORTH})
    names = {"record": Subject("transfer", "t", dict(values)), "actor": actor}
    return Environment(names, World(), datetime(2026, 11, 22, tzinfo=UTC), date(2026, 11, 22))


def send(values: Mapping[str, Any], sent: Any, who: May) -> Filled:
    return filling.patch(transfer(), values, sent, who, COST, Known(), NEW)


def work_out(filled: Filled, at: Moment | None = None) -> dict[str, Any]:
    assert filled.faults == ()
    derived = filling.derive(transfer(), filled.values, env_of, at or Moment(touched=filled.wrote, fresh=filled.fresh))
    assert derived.faults == ()
    return derived.values


def faults(values: Mapping[str, Any], *required: str, typing: bool = False) -> list[tuple[str, str]]:
    found = filling.check(transfer(), values, env_of, None if typing else frozenset(required))
    return [(each.path, each.code) for each in found]


def draft() -> dict[str, Any]:
    return work_out(
        send(
            {},
            {
                "to_store": {"code": "S02"},
                "reason": "balancing",
                "lines": [
                    {"item": "milk", "lot": "L1", "requested": {"quantity": "1", "unit": "case"}},
                    {"item": "soap", "requested": "40"},
                ],
            },
            DRAFT,
        )
    )


LATER = Moment(starting=False, fixed=frozenset({"lines.unit_cost"}))


def test_a_draft_is_filled_with_what_follows_from_it() -> None:
    values = draft()
    assert values["from_store"] == NORTH
    assert [each["approved"] for each in values["lines"]] == [12, 40]
    assert [each["value"] for each in values["lines"]] == [Decimal("96.00"), Decimal("50.00")]
    assert values["total"] == Decimal("146.00")
    assert faults(values) == []


def test_a_draft_may_be_saved_unfinished_and_not_submitted_so() -> None:
    values = work_out(send({}, {"lines": [{"item": "soap"}]}, DRAFT))
    assert faults(values, typing=True) == []
    assert set(faults(values)) == {
        ("/to_store", "required"),
        ("/reason", "required"),
        ("/lines/0/requested", "required"),
    }


def test_goods_cannot_move_to_where_they_are_to_a_shut_store_or_be_out_of_use() -> None:
    same = work_out(send(draft(), {"to_store": "north"}, DRAFT))
    shut = work_out(send(draft(), {"to_store": "shut"}, DRAFT))
    gone = work_out(send(draft(), {"lines": [{"item": "gone", "requested": "1"}]}, DRAFT))
    assert ("/to_store", "two_stores") in faults(same, typing=True)
    assert faults(shut, typing=True) == [("/to_store", "only")]
    assert faults(gone, typing=True) == [("/lines/2/item", "only")]


def test_a_lot_belongs_to_its_item_and_is_asked_only_where_lots_are_kept() -> None:
    values = work_out(send(draft(), {"lines": [{"item": "soap", "lot": "L9", "requested": "1"}]}, DRAFT))
    assert values["lines"][2]["lot"] is None
    wrong = work_out(send({}, {"lines": [{"item": "milk", "lot": "L9", "requested": "1"}]}, DRAFT))
    assert ("/lines/0/lot", "only") in faults(wrong, typing=True)


def test_the_same_item_and_lot_twice_is_refused_and_another_lot_is_not() -> None:
    twice = work_out(send(draft(), {"lines": [{"item": "soap", "requested": "1"}]}, DRAFT))
    assert faults(twice, typing=True) == [("/lines/2", "twice")]
    other = work_out(send(draft(), {"lines": [{"item": "milk", "lot": "L2", "requested": "1"}]}, DRAFT))
    assert faults(other, typing=True) == []


def test_what_the_clerk_may_not_see_or_write_is_refused_in_the_right_way() -> None:
    hidden = filling.refusal(send(draft(), {"total": "0.01"}, DRAFT).faults)
    closed = filling.refusal(send(draft(), {"state": "approved", "lines": [{"approved": "5"}]}, DRAFT).faults)
    assert hidden is not None
    assert closed is not None
    assert (hidden.kind, hidden.faults[0].code) == (Kind.INVALID, "unknown_field")
    assert (closed.kind, [each.path for each in closed.faults]) == (Kind.RIGHT, ["/state", "/lines/0/approved"])


def approved() -> dict[str, Any]:
    values = draft()
    for row in values["lines"]:
        row["shipped"] = row["approved"]
    return values


def test_a_row_is_shipped_from_two_lots_and_nothing_is_made_or_lost() -> None:
    before = approved()
    row = before["lines"][0]["row"]
    sent = {"carrier": "Van 3", "lines": [{"split_of": row, "lot": "L2", "shipped": "5"}]}
    filled = send(before, sent, SENDER)
    values = work_out(filled, LATER)
    first, second, third = values["lines"]
    assert (first["shipped"], second["shipped"], third["shipped"]) == (7, 5, 40)
    assert (first["approved"], second["approved"]) == (7, 5)
    assert (first["lot"].id, second["lot"].id) == ("L1", "L2")
    assert second["unit_cost"] == first["unit_cost"] == Decimal("8.00")
    assert values["total"] == before["total"]
    assert [(each.origin, each.quantity) for each in filled.splits] == [(row, 5)]
    assert faults(values, "lines.shipped") == []


def test_more_than_was_approved_is_against_a_rule() -> None:
    before = approved()
    values = work_out(send(before, {"lines": [{"row": before["lines"][1]["row"], "shipped": "41"}]}, SENDER), LATER)
    found = filling.check(transfer(), values, env_of, None)
    assert [(each.path, each.says["en"], filling.kind_of(each)) for each in found] == [
        ("/lines/1/shipped", "At most 40.", Kind.RULE)
    ]


def test_what_is_missing_on_arrival_asks_for_a_remark_in_that_row_only() -> None:
    before = approved()
    milk, soap = (each["row"] for each in before["lines"])
    sent = {"lines": [{"row": soap, "received": "38", "damaged": "1"}, {"row": milk, "received": "12", "damaged": "0"}]}
    filled = send(before, sent, RECEIVER)
    values = work_out(filled, LATER)
    assert [each["missing"] for each in values["lines"]] == [0, 1]
    found = filling.located(filling.check(transfer(), values, env_of, frozenset()), filled.order, COST, "/values")
    assert [(each.path, each.code, each.row) for each in found] == [("/values/lines/0/remark", "required", soap)]
    explained = work_out(send(values, {"lines": [{"row": soap, "remark": "one lost"}]}, RECEIVER), LATER)
    assert faults(explained, "lines.received", "lines.damaged") == []


def test_a_new_cost_of_the_item_does_not_change_what_was_submitted() -> None:
    values = approved()
    values["lines"][1]["unit_cost"] = Decimal("1.00")
    fixed = filling.derive(transfer(), values, env_of, LATER).values
    still_live = filling.derive(transfer(), values, env_of, Moment(starting=False)).values
    assert fixed["total"] == Decimal("136.00")
    assert still_live["total"] == Decimal("146.00")
