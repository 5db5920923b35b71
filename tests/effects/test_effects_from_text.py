"""Effects as they are written in a workflow: read from the text, compiled, and proposed for one record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.definitions.models import Library
from engine.effects import EffectCall, propose
from engine.effects.outcomes import (
    Act,
    Create,
    Hold,
    Move,
    NewRow,
    Outcome,
    Release,
    Reserve,
    Reverse,
    SetFields,
    Trace,
    Unhold,
    Update,
)
from engine.errors import Kind, Refusal
from engine.expressions import Environment, Place, Reference, Subject, Value
from tests.definitions.faulty import loaded
from tests.definitions.sample import FLOW_FILE

FREE = "free: {release: {each: lines}}"
PEN, RICE = Reference("good", "pen"), Reference("good", "rice")
SHOP = Reference("shop", "S1")
AT, TRANSIT = Place("S1", "shop"), Place("R1/transit", "transit")
DAMAGED, LOSS = Place("S1/damaged", "damaged"), Place("chain/loss", "loss", "allowed")


class World:
    """Two goods, one shop, one chain."""

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        """A place, or a field of a master."""
        assert not isinstance(of, Place)
        known: dict[tuple[str, str], Value] = {
            ("S1", "#place"): AT, ("S1", "damaged"): DAMAGED, ("R1", "transit"): TRANSIT, ("chain", "loss"): LOSS,
            ("pen", "cost"): Decimal("1.25"), ("rice", "cost"): None, ("pen", "code"): "P", ("rice", "code"): "R",
            ("S1", "code"): "S1",
        }  # fmt: skip
        return known.get((of.id, name))

    def call(self, function: str, args: Sequence[Value], named: object) -> Value:
        """Ten of everything."""
        return Decimal(10)


def row(name: str, good: Reference | None, asked: str, given: str | None) -> dict[str, Any]:
    return {"row": name, "good": good, "asked": Decimal(asked), "given": None if given is None else Decimal(given)}


LINES = [row("1", PEN, "5", "3"), row("2", RICE, "2.5", "0"), row("3", PEN, "1", None), row("4", PEN, "2", "2")]


def library(do: str) -> Library:
    """The sample, where sending does this instead of releasing."""
    found = loaded((FLOW_FILE, FREE, do))
    assert found.library is not None, [(each.path, each.message["en"]) for each in found.findings]
    return found.library


def proposed(do: str, lines: Sequence[dict[str, Any]] = LINES, **values: Any) -> list[Outcome]:
    """What the effect `it` proposes for one record."""
    read = library(f"it: {{{do}}}")
    given = {"shop": SHOP, "reason": "refill", "total": Decimal("120.00"), "lines": list(lines), **values}
    record = Subject("request", "R1", {**given, "id": "R1", "number": "RQ-1", "state": "open"})
    chain = Reference("chain", "chain")
    names = {"record": record, "lines": given["lines"], "chain": chain, "state": "open", "decided": True, "why": "why"}
    here = Environment(names, World(), datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2))
    use = read.workflows["request"].transitions["send"].do["it"]
    return list(propose(EffectCall(use, read.forms["request"], record, here)))


GIVEN = "each: lines, item: row.good, lot: empty"
DONE: list[tuple[str, list[Outcome]]] = [
    (f"move: {{{GIVEN}, quantity: row.given, from: record.shop, to: record.transit}}",
     [Move(PEN, Decimal(3), AT, TRANSIT, row="1", effect="it"),
      Move(PEN, Decimal(2), AT, TRANSIT, row="4", effect="it")]),
    (f"move: {{{GIVEN}, quantity: row.given - row.asked, from: record.shop.damaged, to: record.shop}}",
     [Move(PEN, Decimal(2), AT, DAMAGED, row="1", effect="it"),
      Move(RICE, Decimal("2.5"), AT, DAMAGED, row="2", effect="it")]),
    (f"move: {{{GIVEN}, quantity: row.asked, from: chain.loss, to: record.shop, value: row.good.cost, kind: found}}",
     [Move(PEN, Decimal(5), LOSS, AT, None, None, "found", "1", "it", Decimal("1.25")),
      Move(RICE, Decimal("2.5"), LOSS, AT, None, None, "found", "2", "it"),
      Move(PEN, Decimal(1), LOSS, AT, None, None, "found", "3", "it", Decimal("1.25")),
      Move(PEN, Decimal(2), LOSS, AT, None, None, "found", "4", "it", Decimal("1.25"))]),
    ("move: {item: first(lines.good), lot: empty, quantity: sum(lines.given), from: record.shop, to: chain.loss}",
     [Move(PEN, Decimal(5), AT, LOSS, effect="it")]),
    (f"reserve: {{{GIVEN}, quantity: row.given, at: record.shop}}",
     [Reserve(PEN, Decimal(3), AT, row="1", effect="it"), Reserve(RICE, Decimal(0), AT, row="2", effect="it"),
      Reserve(PEN, Decimal(0), AT, row="3", effect="it"), Reserve(PEN, Decimal(2), AT, row="4", effect="it")]),
    ("release: {}", [Release(None, "it")]),
    ("release: {each: lines}", [Release(name, "it") for name in "1234"]),
    ("hold: {item: first(lines.good), at: record.shop}", [Hold(PEN, AT, effect="it")]),
    ("unhold: {}", [Unhold(None, "it")]),
    ("reverse: {transition: send}", [Reverse("send", "it")]),
    ("set: {values: {reason: \"'other'\"}}", [SetFields({"reason": "other"}, effect="it")]),
    ("set: {each: lines, values: {given: \"otherwise(row.given, row.asked)\"}}",
     [SetFields({"given": Decimal(value)}, "lines", name, "it")
      for name, value in (("1", "3"), ("2", "0"), ("3", "1"), ("4", "2"))]),
    ("update: {on_record: record.shop, values: {name: record.number, open: false}}",
     [Update(SHOP, {"name": "RQ-1", "open": False}, "it")]),
    ("update: {each: lines, on_record: row.good, values: {active: \"row.asked > 2\"}}",
     [Update(PEN, {"active": True}, "it"), Update(RICE, {"active": True}, "it"), Update(PEN, {"active": False}, "it"),
      Update(PEN, {"active": False}, "it")]),
    ("act: {on_record: record, action: refuse}", [Act(Reference("request", "R1"), "refuse", {}, "it")]),
    ("create: {form: request, values: {shop: record.shop}, copy: [reason]}",
     [Create("request", {"reason": "refill", "shop": SHOP}, effect="it")]),
    ("create: {form: request, rows: {lines: {each: lines, when: \"row.asked > otherwise(row.given, 0)\","
     " values: {good: row.good, asked: \"row.asked - otherwise(row.given, 0)\"},"
     " trace: {quantity: \"row.asked - otherwise(row.given, 0)\"}}}}",
     [Create("request", {}, {"lines": (
         NewRow({"good": PEN, "asked": Decimal(2)}, (Trace("1", Decimal(2)),)),
         NewRow({"good": RICE, "asked": Decimal("2.5")}, (Trace("2", Decimal("2.5")),)),
         NewRow({"good": PEN, "asked": Decimal(1)}, (Trace("3", Decimal(1)),)))}, effect="it")]),
    ("create: {form: request, rows: {lines: {each: lines, merge_by: {good: row.good}, values: {good: row.good},"
     " trace: {quantity: row.given}}}}",
     [Create("request", {}, {"lines": (
         NewRow({"good": PEN}, (Trace("1", Decimal(3)), Trace("4", Decimal(2)))), NewRow({"good": RICE}))},
             effect="it")]),
    ("create: {form: request, each: lines, group_by: {good: row.good}, values: {shop: record.shop},"
     " rows: {lines: {values: {good: group.good, asked: row.asked}}}, once_by: [shop, date]}",
     [Create("request", {"shop": SHOP}, {"lines": tuple(
         NewRow({"good": good, "asked": Decimal(asked)}) for asked in amounts)},
             once="request|id:S1|date:2026-03-02", effect="it") for good, amounts in ((PEN, "512"), (RICE, ("2.5",)))]),
    ("when: record.total > 1000, release: {}", []),
    ("when: record.total > 100, release: {}", [Release(None, "it")]),
]  # fmt: skip


@pytest.mark.parametrize(("do", "outcomes"), DONE, ids=[each[0][:40] for each in DONE])
def test_an_effect_proposes_what_its_text_says(do: str, outcomes: list[Outcome]) -> None:
    assert proposed(do) == outcomes


FAILED: list[tuple[str, str, str, str, list[str]]] = [
    (f"move: {{{GIVEN}, quantity: row.asked, from: record.shop, to: record.shop}}", "same_place",
     "Goods cannot move to where they are.", "货物不能移动到原处。", ["1"]),
    (f"move: {{{GIVEN}, quantity: row.asked, from: record.shop, to: row.good}}", "no_place",
     "“it” names no place (to).", "“it”没有指明地点（to）。", ["1"]),
    (f"reserve: {{{GIVEN}, quantity: 1 - row.asked, at: record.shop}}", "negative",
     "", "", ["1"]),
    (f"reserve: {{{GIVEN}, quantity: round(row.asked / 0), at: record.shop}}", "effect_failed",
     "“it” could not be worked out (round(row.asked / 0)).", "无法计算“it”（round(row.asked / 0)）。", ["1"]),
    ("create: {form: request, empty: refuse, rows: {lines: {each: lines, when: \"row.asked > 99\","
     " values: {good: row.good}}}}", "nothing_to_create", "There is nothing to pass on.", "没有可生成的内容。", []),
    ("create: {form: request, rows: {lines: {each: lines, when: \"row.given > 1\", values: {good: row.good}}}}",
     "condition_empty", "The condition of “it” is empty (row.given > 1).", "“it”的条件为空（row.given > 1）。", []),
    ("create: {form: request, rows: {lines: {each: lines, values: {good: row.good},"
     " trace: {quantity: row.given - row.asked}}}}",
     "negative", "A share cannot be negative.", "份额不能为负。", ["1"]),
]  # fmt: skip


@pytest.mark.parametrize(("do", "code", "en", "zh", "rows"), FAILED)
def test_an_effect_that_cannot_be_proposed_refuses_in_both_languages_naming_itself_and_the_row(
    do: str, code: str, en: str, zh: str, rows: list[str]
) -> None:
    with pytest.raises(Refusal) as caught:
        proposed(do)
    refused = caught.value
    assert (refused.kind, refused.code, refused.rule, refused.status) == (Kind.RULE, code, "it", 409)
    assert [each.row for each in refused.faults] == rows
    assert {each.path for each in refused.faults} <= {"/lines", ""}
    if en:
        assert refused.says == {"en": en, "zh": zh}


def test_a_good_that_is_missing_is_named_at_its_row() -> None:
    lines = [row("1", PEN, "1", "1"), row("7", None, "1", "1")]
    with pytest.raises(Refusal) as caught:
        proposed(f"move: {{{GIVEN}, quantity: row.given, from: record.shop, to: chain.loss}}", lines)
    assert (caught.value.code, [each.row for each in caught.value.faults]) == ("no_item", ["7"])
    assert caught.value.says == {"en": "“it” names no item.", "zh": "“it”缺少 item。"}
    assert proposed(f"move: {{{GIVEN}, quantity: row.given, from: record.shop, to: chain.loss}}", lines[:1]) != []


@pytest.mark.parametrize("do", [each[0] for each in DONE if "each: lines" in each[0] and "merge_by" not in each[0]])
def test_without_rows_an_effect_on_rows_does_nothing(do: str) -> None:
    found = proposed(do, ())
    assert all(isinstance(each, Create) and not any(each.rows.values()) for each in found)
    assert found == [] or ("create" in do and "group_by" not in do)
