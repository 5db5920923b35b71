"""Laws of effects: what they propose adds up whatever the rows are, and each use of an option is read the same way."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions.models import EffectUse
from engine.effects import EffectCall, propose, reading
from engine.effects.outcomes import Create, Move, Outcome, Reserve, SetFields
from engine.errors import Kind, Refusal
from engine.expressions import Place, Reference, Subject, Type, compile_expression
from tests.effects.test_proposing import L1, S1, A, B, line, moving, run
from tests.workflow.building import FORM, ROW, Shelf, environment, expr, record, refusal_of, row

SUPPLIERS = [Reference("supplier", "V1"), Reference("supplier", "V2"), None]
NUMBERS = st.none() | st.decimals(Decimal(-9), Decimal(9), places=2)
LINES = st.lists(
    st.builds(
        dict,
        item=st.sampled_from([A, B]),
        lot=st.sampled_from([None, L1]),
        supplier=st.sampled_from(SUPPLIERS),
        quantity=NUMBERS,
        counted=NUMBERS,
        note=st.sampled_from([None, "x", "y"]),
    ),
    max_size=7,
).map(lambda rows: [{"row": str(number), **each} for number, each in enumerate(rows)])
AMOUNT = {"quantity": row("max(otherwise(row.quantity, 0), 0)")}
GROUP = ROW.with_names(group=Type("row", form="order", table="lines"))


def wanted(lines: list[dict[str, Any]]) -> dict[Any, Decimal]:
    """What should leave the first place, by item."""
    found: dict[Any, Decimal] = {}
    for each in lines:
        found[each["item"]] = found.get(each["item"], Decimal(0)) + (each["quantity"] or 0)
    return {item: amount for item, amount in found.items() if amount}


@given(LINES)
def test_moves_carry_exactly_what_the_rows_say_each_above_zero_and_once(lines: list[dict[str, Any]]) -> None:
    left: dict[Any, Decimal] = {}
    seen: Counter[str | None] = Counter()
    for each in run("move", lines, **moving()):
        assert isinstance(each, Move)
        assert each.quantity > 0
        seen[each.row] += 1
        sign = 1 if each.origin == S1 else -1
        left[each.item] = left.get(each.item, Decimal(0)) + sign * each.quantity
    assert {item: amount for item, amount in left.items() if amount} == wanted(lines)
    assert set(seen) == {each["row"] for each in lines if each["quantity"]}
    assert set(seen.values()) <= {1}


@given(LINES)
def test_a_promise_stands_for_every_row_with_an_item_and_asks_for_no_less_than_nothing(
    lines: list[dict[str, Any]],
) -> None:
    options = moving(at=expr("record.from_store"))
    given_ = {name: options[name] for name in ("each", "item", "lot", "quantity", "at")}
    negative = [each["row"] for each in lines if (each["quantity"] or 0) < 0]
    refused = refusal_of(lambda: run("reserve", lines, **given_))
    if refused is not None:
        assert (refused.code, refused.rule) == ("negative", "it")
        assert [fault.row for fault in refused.faults] == negative[:1]
        return
    assert negative == []
    promises = [each for each in run("reserve", lines, **given_) if isinstance(each, Reserve)]
    assert [(each.row, each.quantity) for each in promises] == [(each["row"], each["quantity"] or 0) for each in lines]


@given(LINES)
def test_groups_share_out_every_row_once_and_their_shares_add_up(lines: list[dict[str, Any]]) -> None:
    made = run(
        "create",
        lines,
        form="order",
        each="lines",
        group_by={"supplier": row("row.supplier"), "note": row("row.note")},
        values={"supplier": compile_expression("group.supplier", GROUP)},
        rows={
            "lines": {
                "values": {"item": row("row.item")},
                "merge_by": {"item": row("row.item"), "lot": row("row.lot")},
                "trace": AMOUNT,
            }
        },
        once_by=("supplier", "date"),
    )
    assert len(made) == len({(each["supplier"], each["note"]) for each in lines})
    traced: Counter[str] = Counter()
    for each in made:
        assert isinstance(each, Create)
        assert each.once == f"order|{_word(each.values['supplier'])}|date:2026-03-02"
        new = each.rows["lines"]
        assert len(new) >= 1
        for one in new:
            for share in one.traces:
                traced[share.row] += 1
                source = lines[int(share.row)]
                assert (share.quantity, one.values["item"]) == (source["quantity"], source["item"])
                assert source["supplier"] == each.values["supplier"]
    assert traced == Counter(each["row"] for each in lines if (each["quantity"] or 0) > 0)


def _word(supplier: Any) -> str:
    return f"id:{supplier.id}" if supplier else "NoneType:None"


@given(LINES, st.lists(st.integers(0, 9).map(str), max_size=5))
def test_only_rows_that_were_chosen_and_are_there_are_walked_in_the_order_of_the_table(
    lines: list[dict[str, Any]], chosen: list[str]
) -> None:
    found = run("set", lines, each="chosen", chosen=tuple(chosen), values={"note": expr("'z'")})
    rows = [each.row for each in found if isinstance(each, SetFields)]
    assert rows == [each["row"] for each in lines if each["row"] in chosen]
    assert all(isinstance(each, SetFields) and each.table == "lines" for each in found)
    assert run("release", lines, each="chosen", chosen=None) == []


@given(LINES)
def test_proposing_changes_nothing_and_says_the_same_again(lines: list[dict[str, Any]]) -> None:
    before = [dict(each) for each in lines]
    first = run("move", lines, **moving())
    assert run("move", lines, **moving()) == first
    assert lines == before


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Decimal("1.00"), Decimal(1), True),
        (1, Decimal("1.0"), True),
        (Decimal("1E+1"), Decimal(10), True),
        (A, Subject("item", "A", {"code": "x"}), True),
        (A, B, False),
        (Reference("item", "V1"), Reference("supplier", "V1"), True),
        (Place("S1", "store"), Place("S1", "transit"), True),
        (Place("S1", "store"), Reference("store", "S1"), False),
        (True, 1, False),
        ("1", 1, False),
        (None, "None", False),
        ("", None, False),
    ],
)
def test_groups_are_told_apart_by_value_not_by_how_it_is_written(one: Any, other: Any, alike: bool) -> None:
    lines = [line("1", note=one), line("2", note=other)]
    made = run("create", lines, form="order", each="lines", group_by={"note": row("row.note")}, values={})
    assert (len(made) == 1) is alike


# Reading options


def call(each: str | None = "lines") -> EffectCall:
    subject = record(lines=[line("1")])
    return EffectCall(EffectUse("it", "move", {"each": each}), FORM, subject, environment(subject))


@pytest.mark.parametrize(
    ("value", "number"),
    [(None, 0), (0, 0), (3, 3), (Decimal("2.50"), Decimal("2.5")), (-1, -1), ("3", None), (True, None), (A, None)],
)
def test_a_quantity_is_a_number_or_refused_by_effect_and_row(value: Any, number: Decimal | None) -> None:
    if number is not None:
        assert reading.number(call(), value, "1") == number
        return
    refused = refusal_of(lambda: reading.number(call(), value, "1"))
    assert refused is not None
    assert (refused.kind, refused.code, refused.rule) == (Kind.RULE, "not_a_quantity", "it")
    assert [(each.path, each.row) for each in refused.faults] == [("/lines", "1")]
    assert refused.says == {"en": "“it” has no quantity.", "zh": "“it”没有数量。"}


@pytest.mark.parametrize(
    ("value", "found"),
    [(A, A), (Subject("item", "A", {}), A), (None, None), ("A", None), (Place("A", "store"), None), (1, None)],
)
def test_a_reference_is_that_of_a_record_and_of_nothing_else(value: Any, found: Reference | None) -> None:
    assert reading.refer(value) == found


def test_a_refusal_of_the_header_names_no_row_and_one_of_chosen_rows_names_it() -> None:
    assert reading.broken(call(None), "x", {"en": "a", "zh": "b"}).faults == ()
    assert [(each.path, each.row) for each in reading.broken(call(None), "x", {}, "7").faults] == [("", "7")]
    assert [(each.path, each.row) for each in reading.broken(call("chosen"), "x", {}, "7").faults] == [("/chosen", "7")]


@pytest.mark.parametrize(
    ("when", "happens"),
    [("true", True), ("false", False), ("record.total > 99", True), ("1 / 0 > 1", "effect_failed"), ("empty", None)],
)
def test_a_condition_is_a_yes_a_no_or_a_refusal(when: str, happens: Any) -> None:
    condition = expr("record.note == 'x'") if when == "empty" else expr(when)
    use = EffectUse("it", "reverse", {"transition": "send"}, condition)
    subject = record()

    def proposed() -> list[Outcome]:
        return list(propose(EffectCall(use, FORM, subject, environment(subject, Shelf()))))

    if isinstance(happens, bool):
        assert bool(proposed()) is happens
        return
    with pytest.raises(Refusal) as caught:
        proposed()
    assert (caught.value.code, caught.value.rule) == (happens or "condition_empty", "it")
    assert all(condition.text in caught.value.says[each] for each in ("en", "zh"))


def test_a_row_of_two_tables_is_found_in_the_one_that_holds_it() -> None:
    assert reading.table_of(call("chosen"), "chosen", "1") == "lines"
    assert reading.table_of(call("chosen"), "chosen", "9") is None
    assert reading.table_of(call("lines"), "lines", "9") == "lines"
    assert reading.table_of(call(None), None, None) is None
