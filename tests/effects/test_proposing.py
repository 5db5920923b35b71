"""What effects propose: which rows, which places, which words when they cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.definitions.models import EffectUse
from engine.effects import BY_NAME, EFFECTS, EffectCall, propose
from engine.effects.outcomes import (
    Act,
    Create,
    Hold,
    Move,
    NewRow,
    Notify,
    OpenTask,
    Outcome,
    Release,
    Reserve,
    Reverse,
    SetFields,
    Trace,
    Unhold,
    Update,
)
from engine.errors import Kind, Refusal, text
from engine.expressions import Place, Reference, Type, compile_expression
from tests.workflow.building import FORM, RECORD, ROW, Shelf, environment, expr, record, row, who

A, B = Reference("item", "A"), Reference("item", "B")
L1 = Reference("lot", "L1")
S1, S2 = Place("S1", "store"), Place("S2", "store")
V1, V2 = Reference("supplier", "V1"), Reference("supplier", "V2")


def line(name: str, **values: Any) -> dict[str, Any]:
    known = {"item": A, "lot": None, "quantity": None, "counted": None, "supplier": V1, "note": None}
    return {"row": name, **known, **values}


LINES = [
    line("1", quantity=Decimal("2.5"), lot=L1),
    line("2", item=B, quantity=Decimal(0), supplier=V2),
    line("3", quantity=None),
    line("4", item=B, quantity=Decimal(-3)),
]


def run(
    effect: str, lines: list[dict[str, Any]] | None = None, *, world: Shelf | None = None, **options: Any
) -> list[Outcome]:
    when = options.pop("when", None)
    chosen = options.pop("chosen", None)
    subject = record(lines=LINES if lines is None else lines)
    given = {name.rstrip("_"): value for name, value in options.items()}
    use = EffectUse("it", effect, given, when)
    return list(propose(EffectCall(use, FORM, subject, environment(subject, world), chosen)))


def moving(**more: Any) -> dict[str, Any]:
    return {
        "each": "lines",
        "item": row("row.item"),
        "lot": row("row.lot"),
        "quantity": row("row.quantity"),
        "from_": expr("record.from_store"),
        "to": expr("record.transit"),
        **more,
    }


def test_a_move_goes_row_by_row_and_a_negative_quantity_goes_the_other_way() -> None:
    transit = Place("R1/transit", "transit")
    assert run("move", **moving()) == [
        Move(A, Decimal("2.5"), S1, transit, L1, row="1", effect="it"),
        Move(B, Decimal(3), transit, S1, row="4", effect="it"),
    ]


def test_empty_and_zero_move_nothing_even_without_item_or_place() -> None:
    nothing = [line("1", item=None, quantity=Decimal(0)), line("2", item=None)]
    assert run("move", nothing, **moving(from_=expr("record.supplier"))) == []


def test_a_move_without_rows_happens_once() -> None:
    found = run(
        "move",
        item=compile_expression("record.thing", _with_thing()),
        lot=expr("record.note"),
        quantity=expr("record.total"),
        from_=expr("chain.loss"),
        to=compile_expression("record.to_store.damaged", RECORD),
        kind="found",
        world=Shelf(records={"R1": {"thing": A}}),
    )
    loss = Place("chain/loss", "loss", "allowed")
    assert found == [Move(A, Decimal(100), loss, Place("S2/damaged", "damaged"), kind="found", effect="it")]


def _with_thing() -> Any:
    outline = RECORD.outline
    order = outline.forms["order"]
    fields = {**order.fields, "thing": Type("reference", form="item")}
    return type(RECORD)(
        type(outline)({**outline.forms, "order": type(order)("order", fields, order.tables)}), RECORD.names
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item": row("row.lot")}, "no_item"),
        ({"from_": expr("record.supplier")}, "no_place"),
        ({"to": row("row.item")}, "no_place"),
        ({"to": expr("record.from_store")}, "same_place"),
        ({"quantity": row("row.note")}, "not_a_quantity"),
        ({"quantity": expr("limit('order', 'store') / 0")}, "effect_failed"),
    ],
)
def test_a_move_that_cannot_be_read_refuses_naming_effect_and_row(change: dict[str, Any], code: str) -> None:
    lines = [line("7", quantity=Decimal(1), note="much")]
    with pytest.raises(Refusal) as caught:
        run("move", lines, **moving(**change))
    assert (caught.value.kind, caught.value.code, caught.value.rule) == (Kind.RULE, code, "it")
    assert [fault.row for fault in caught.value.faults] == ["7"]


def test_a_promise_is_set_for_every_row_also_to_nothing() -> None:
    lines = [line("1", quantity=Decimal(2)), line("2", quantity=None), line("3", item=None)]
    options = moving(at=expr("record.from_store"))
    found = run("reserve", lines, **{name: options[name] for name in ("each", "item", "lot", "quantity", "at")})
    assert found == [
        Reserve(A, Decimal(2), S1, row="1", effect="it"),
        Reserve(A, Decimal(0), S1, row="2", effect="it"),
    ]
    with pytest.raises(Refusal) as caught:
        run("reserve", **{name: options[name] for name in ("each", "item", "lot", "quantity", "at")})
    assert caught.value.code == "negative"


def test_release_and_unhold_end_everything_or_row_by_row() -> None:
    lines = [line("1"), line("2")]
    assert run("release", lines) == [Release(None, "it")]
    assert run("release", lines, each="lines") == [Release("1", "it"), Release("2", "it")]
    assert run("unhold", lines, each="lines") == [Unhold("1", "it"), Unhold("2", "it")]
    assert run("release", lines, each="chosen", chosen=("2",)) == [Release("2", "it")]


def test_a_hold_freezes_item_and_lot_at_a_place() -> None:
    lines = [line("1", lot=L1)]
    found = run("hold", lines, each="lines", item=row("row.item"), lot=row("row.lot"), at=expr("record.to_store"))
    assert found == [Hold(A, S2, L1, "1", "it")]


def test_set_works_everything_out_before_the_first_value_is_written() -> None:
    lines = [line("1", quantity=Decimal(1), counted=Decimal(5))]
    values = {"quantity": row("row.counted"), "counted": row("row.quantity"), "note": expr("'x'")}
    call = EffectCall(
        EffectUse("it", "set", {"each": "lines", "values": values}),
        FORM,
        subject := record(lines=lines),
        environment(subject),
    )
    written = []
    for outcome in propose(call):
        assert isinstance(outcome, SetFields)
        written.append(outcome)
        lines[0].update(outcome.values)
    assert written == [
        SetFields({"quantity": Decimal(5), "counted": Decimal(1), "note": "x"}, table="lines", row="1", effect="it")
    ]
    two = [line("1", counted=Decimal(1)), line("2", counted=Decimal(2))]
    several = run("set", two, each="lines", values={"quantity": row("row.counted")})
    assert [(each.row, each.values["quantity"]) for each in several if isinstance(each, SetFields)] == [
        ("1", 1),
        ("2", 2),
    ]
    assert run("set", values={"note": expr("'done'")}) == [SetFields({"note": "done"}, effect="it")]
    assert run("set", lines, each="chosen", chosen=("1",), values={"note": expr("'y'")}) == [
        SetFields({"note": "y"}, table="lines", row="1", effect="it")
    ]


def test_update_and_act_reach_the_record_that_is_named() -> None:
    on_record = expr("record.supplier")
    with pytest.raises(Refusal) as caught:
        run("act", on_record=on_record, action="close")
    assert caught.value.code == "no_on_record"
    lines = [line("1"), line("2", supplier=V2)]
    acts = run(
        "act", lines, each="lines", on_record=row("row.supplier"), action="close", values={"why": row("row.note")}
    )
    assert acts == [Act(V1, "close", {"why": None}, "it"), Act(V2, "close", {"why": None}, "it")]
    assert run("update", on_record=expr("record.to_store"), values={"code": expr("'S9'")}) == [
        Update(Reference("store", "S2"), {"code": "S9"}, "it")
    ]


def test_reverse_task_and_notify_pass_on_what_is_written() -> None:
    people = who("manager at from_store")
    assert run("reverse", transition="send") == [Reverse("send", "it")]
    assert run("task", ask=people, title=text("Look", "查看")) == [OpenTask(people, text("Look", "查看"), "it")]
    assert run("notify", to=people, template="sent") == [Notify(people, "sent", "it")]


def test_restore_puts_header_and_rows_back_by_their_ids() -> None:
    agreed = {(("record", "note"), None): "then", (("record", "lines", "quantity"), "1"): Decimal(9)}
    header, first = run("restore", [line("1")], world=Shelf(agreed=agreed), value="agreed")
    assert isinstance(header, SetFields)
    assert isinstance(first, SetFields)
    assert (header.values["note"], first.table, first.row, first.values["quantity"]) == (
        "then",
        "lines",
        "1",
        Decimal(9),
    )
    with pytest.raises(Refusal) as caught:
        run("restore", [line("1")], value="agreed")
    assert caught.value.code == "nothing_agreed"


# Creating


def rows(**more: Any) -> dict[str, Any]:
    return {"lines": {"values": {"item": row("row.item")}, **more}}


def test_create_makes_one_record_with_the_rows_that_fit_and_their_shares() -> None:
    wanted = rows(each="lines", when=row("row.quantity > 0"), trace={"quantity": row("row.quantity")})
    found = run("create", LINES[:2], form="order", values={"note": expr("'x'")}, copy=("to_store",), rows=wanted)
    assert found == [
        Create(
            "order",
            {"to_store": Reference("store", "S2"), "note": "x"},
            {"lines": (NewRow({"item": A}, (Trace("1", Decimal("2.5")),)),)},
            effect="it",
        )
    ]


def test_create_without_rows_is_skipped_refused_or_left_to_the_form() -> None:
    wanted = rows(each="lines", when=row("row.quantity > 100"))
    assert run("create", LINES[:2], form="order", rows=wanted, empty="skip") == []
    with pytest.raises(Refusal) as caught:
        run("create", LINES[:2], form="order", rows=wanted, empty="refuse")
    assert caught.value.code == "nothing_to_create"
    assert run("create", LINES[:2], form="order", rows=wanted) == [Create("order", {}, {"lines": ()}, effect="it")]
    assert run("create", form="order", empty="skip") == [Create("order", {}, effect="it")]


def test_an_empty_condition_of_a_row_refuses_so_that_no_goods_are_forgotten() -> None:
    with pytest.raises(Refusal) as caught:
        run("create", form="order", rows=rows(each="lines", when=row("row.quantity > 0")))
    assert caught.value.code == "condition_empty"


def test_create_for_each_row_or_for_each_group_of_rows() -> None:
    group = ROW.with_names(group=Type("row", form="order", table="lines"))
    supplier = {"supplier": compile_expression("group.supplier", group)}
    each = run("create", LINES, form="order", each="lines", values={"supplier": row("row.supplier")}, rows=rows())
    assert [made.values["supplier"] for made in each if isinstance(made, Create)] == [V1, V2, V1, V1]
    grouped = run(
        "create",
        LINES,
        form="order",
        each="lines",
        group_by={"supplier": row("row.supplier")},
        values=supplier,
        rows=rows(trace={"quantity": row("max(row.quantity, 0)")}, merge_by={"item": row("row.item")}),
        once_by=("supplier", "date"),
        action="submit",
    )
    assert [(made.values, made.once, made.action) for made in grouped if isinstance(made, Create)] == [
        ({"supplier": V1}, "order|id:V1|date:2026-03-02", "submit"),
        ({"supplier": V2}, "order|id:V2|date:2026-03-02", "submit"),
    ]
    first = grouped[0]
    assert isinstance(first, Create)
    assert first.rows["lines"] == (NewRow({"item": A}, (Trace("1", Decimal("2.5")),)), NewRow({"item": B}))


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        run("create", form="order", rows=rows(each="lines", trace={"quantity": row("row.quantity")}))
    assert (caught.value.code, [fault.row for fault in caught.value.faults]) == ("negative", ["4"])


# When, and the vocabulary


def test_when_decides_whether_an_effect_happens_and_empty_refuses() -> None:
    assert run("reverse", transition="send", when=expr("record.total > 1")) == [Reverse("send", "it")]
    assert run("reverse", transition="send", when=expr("record.total > 1000")) == []
    with pytest.raises(Refusal) as caught:
        run("reverse", transition="send", when=expr("record.note == 'x'"))
    assert (caught.value.code, caught.value.rule) == ("condition_empty", "it")


def test_every_effect_says_what_it_takes_in_a_schema_and_which_of_it_are_expressions() -> None:
    assert list(BY_NAME) == [effect.name for effect in EFFECTS]
    for effect in EFFECTS:
        Draft202012Validator.check_schema(dict(effect.options_schema))
        properties = effect.options_schema.get("properties", {})
        assert {path.partition(".")[0] for path in effect.expressions} <= set(properties)
        assert set(effect.expressions.values()) <= {"record", "row", "group", "candidate", "place", "people", "told"}


@pytest.mark.parametrize(
    ("effect", "options", "fits"),
    [
        ("move", {"item": "x", "lot": "x", "quantity": "1", "from": "a", "to": "b"}, True),
        ("move", {"item": "x", "quantity": "1", "from": "a", "to": "b"}, False),
        ("move", {"item": "x", "lot": "x", "quantity": 1, "from": "a", "to": "b", "into": "x"}, False),
        ("create", {"form": "order", "rows": {"lines": {"values": {"a": 1}, "trace": {"share": "pro_rata"}}}}, False),
        ("create", {"form": "order", "empty": "maybe"}, False),
        ("set", {"values": {}}, False),
        ("restore", "agreed", True),
        ("restore", "draft", False),
    ],
)
def test_options_are_checked_before_anything_runs(effect: str, options: Any, fits: bool) -> None:
    schema = dict(BY_NAME[effect].options_schema)
    assert Draft202012Validator(schema).is_valid(options) is fits
