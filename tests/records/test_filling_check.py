"""Values are asked whether they are in order: gently while somebody types, strictly when an action is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.definitions.models import Sees
from engine.errors import Fault, Kind
from engine.expressions import Reference
from engine.records import filling
from engine.records.filling_faults import unknown_field
from tests.fields.samples import env_of, form, made, table

PEN, OLD = Reference("item", "pen"), Reference("item", "old")
TYPING = None
ACTION: frozenset[str] = frozenset()

COUNT = form(
    made("from_shop", "reference", to="shop", required=True),
    made("to_shop", "reference", to="shop", only="it != record.from_shop"),
    made("note", "text", required="record.amount > 100"),
    made("amount", "money"),
    made("why", "text", required=True, visible="record.amount > 0"),
    table(
        "lines",
        made("item", "reference", to="item", required=True, only="it.active"),
        made("lot", "text"),
        made("asked", "quantity", of="item", above=0),
        made("sent", "quantity", of="item", at_most="row.asked"),
        made("gap", "quantity", of="item"),
        made("remark", "text", required="row.sent < row.asked"),
        minimum=1,
        maximum=4,
        unique_rows=("item", "lot"),
    ),
    rules=(
        ("two_shops", "record.from_shop != record.to_shop", "to_shop"),
        ("whole_boxes", "row.asked != 13", "lines.asked"),
    ),
)
GOOD: Mapping[str, Any] = {
    "from_shop": Reference("shop", "shop-1"),
    "to_shop": Reference("shop", "shop-2"),
    "lines": [{"row": "a", "item": PEN, "asked": Decimal(5), "sent": Decimal(5)}],
}


def check(required: frozenset[str] | None, **changes: Any) -> list[tuple[str, str]]:
    return [(each.path, each.code) for each in filling.check(COUNT, {**GOOD, **changes}, env_of, required)]


def lines(*rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"row": str(index), "item": PEN, **row} for index, row in enumerate(rows)]


def test_what_is_in_order_has_no_faults() -> None:
    assert check(ACTION) == []
    assert check(TYPING) == []


def test_what_is_required_is_asked_at_actions_and_not_while_typing() -> None:
    assert check(TYPING, from_shop=None, lines=[]) == []
    assert ("/from_shop", "required") in check(ACTION, from_shop=None)
    assert ("/lines", "minimum") in check(ACTION, lines=[])


def test_an_action_may_require_more() -> None:
    assert check(frozenset({"amount", "lines.gap"})) == [("/amount", "required"), ("/lines/0/gap", "required")]


def test_a_condition_decides_what_is_required_row_by_row() -> None:
    rows = lines(
        {"asked": Decimal(5), "sent": Decimal(5), "lot": "1"}, {"asked": Decimal(5), "sent": Decimal(3), "lot": "2"}
    )
    assert check(ACTION, lines=rows) == [("/lines/1/remark", "required")]
    rows[1]["remark"] = "two missing"
    assert check(ACTION, lines=rows) == []


def test_an_empty_condition_requires_nothing() -> None:
    assert check(ACTION, amount=None) == []
    assert check(ACTION, amount=Decimal(200), why="x") == [("/note", "required")]


def test_what_is_not_visible_is_not_required() -> None:
    assert ("/why", "required") not in check(ACTION, amount=Decimal(0))
    assert ("/why", "required") in check(ACTION, amount=Decimal(1))


def test_an_amount_of_zero_and_a_plain_no_are_answers() -> None:
    of = form(made("n", "money", required=True), made("b", "boolean", required=True))
    assert filling.check(of, {"n": Decimal(0), "b": False}, env_of, ACTION) == ()
    assert len(filling.check(of, {}, env_of, ACTION)) == 2


@pytest.mark.parametrize("required", [TYPING, ACTION])
def test_a_reference_must_be_one_that_may_be_chosen(required: frozenset[str] | None) -> None:
    assert check(required, lines=lines({"item": OLD})) == [("/lines/0/item", "only")]
    same = Reference("shop", "shop-1")
    assert set(check(required, to_shop=same)) == {("/to_shop", "only"), ("/to_shop", "two_shops")}


def test_what_cannot_be_told_yet_is_refused_at_an_action_only() -> None:
    assert check(TYPING, from_shop=None) == []
    assert check(ACTION, from_shop=None) == [("/from_shop", "required"), ("/to_shop", "only")]


def test_a_rule_is_not_asked_of_an_empty_field_but_what_the_outside_leaves_open_refuses_at_an_action() -> None:
    grows = form(made("a", "integer"), made("b", "integer"), rules=(("grows", "record.a < record.b", "b"),))
    assert filling.check(grows, {"a": 1}, env_of, ACTION) == ()
    assert [each.code for each in filling.check(grows, {"a": 1, "b": 1}, env_of, ACTION)] == ["grows"]
    cheap = form(made("item", "reference", to="item"), rules=(("cheap", "record.item.cost < 5", "item"),))
    unpriced = {"item": Reference("item", "gold")}
    assert filling.check(cheap, unpriced, env_of, TYPING) == ()
    assert [each.code for each in filling.check(cheap, unpriced, env_of, ACTION)] == ["cheap"]
    assert filling.check(cheap, {"item": PEN}, env_of, ACTION) == ()


def test_more_than_the_limit_is_against_a_rule_and_tells_the_limit() -> None:
    rows = lines({"asked": Decimal(5), "sent": Decimal(6)})
    (fault,) = filling.check(COUNT, {**GOOD, "lines": rows}, env_of, TYPING)
    refused = filling.refusal([fault])
    assert (fault.path, fault.code, fault.row) == ("/lines/0/sent", "at_most", "0")
    assert fault.says["en"] == "At most 5."
    assert refused is not None
    assert (refused.kind, refused.status) == (Kind.RULE, 409)


def test_a_limit_that_reads_a_guarded_field_is_not_told() -> None:
    guarded = replace(COUNT.fields["lines"].fields["asked"], sees=Sees(()))
    columns = {**COUNT.fields["lines"].fields, "asked": guarded}
    of = replace(COUNT, fields={**COUNT.fields, "lines": replace(COUNT.fields["lines"], fields=columns)})
    (fault,) = filling.check(of, {**GOOD, "lines": lines({"asked": Decimal(5), "sent": Decimal(6)})}, env_of, TYPING)
    assert "5" not in fault.says["en"] + fault.says["zh"]


def test_a_limit_is_not_asked_of_an_empty_field_and_a_missing_limit_refuses_at_an_action() -> None:
    assert check(ACTION, lines=lines({"asked": Decimal(5)})) == []
    unlimited = lines({"sent": Decimal(1)})
    assert check(TYPING, lines=unlimited) == []
    assert check(ACTION, lines=unlimited) == [("/lines/0/sent", "at_most")]


@pytest.mark.parametrize("asked", [Decimal(0), Decimal(-1)])
def test_what_must_be_above_is_checked_whoever_set_it(asked: Decimal) -> None:
    assert ("/lines/0/asked", "above") in check(TYPING, lines=lines({"asked": asked}))


def test_what_is_not_signed_may_not_come_out_below_zero() -> None:
    assert check(TYPING, lines=lines({"gap": Decimal("-0.5")})) == [("/lines/0/gap", "negative")]
    signed = form(made("gap", "money", signed=True))
    assert filling.check(signed, {"gap": Decimal(-1)}, env_of, ACTION) == ()


def test_a_row_may_be_there_once_and_empty_counts_as_a_value() -> None:
    assert check(TYPING, lines=lines({}, {})) == [("/lines/1", "twice")]
    assert check(TYPING, lines=lines({"lot": "1"}, {})) == []
    assert check(TYPING, lines=lines({"lot": "1"}, {"lot": "2"}, {"lot": "1"})) == [("/lines/2", "twice")]


def test_rows_that_nobody_has_begun_are_no_duplicates_while_typing() -> None:
    blank = [{"row": "a"}, {"row": "b"}]
    assert check(TYPING, lines=blank) == []
    assert ("/lines/1", "twice") in check(ACTION, lines=blank)


def test_more_rows_than_allowed_are_refused() -> None:
    rows = lines(*({"lot": str(each)} for each in range(5)))
    assert check(TYPING, lines=rows) == [("/lines", "too_many")]


def test_a_rule_of_rows_is_shown_at_its_row_in_the_definitions_words() -> None:
    rows = lines({"asked": Decimal(12), "lot": "1"}, {"asked": Decimal(13), "lot": "2"})
    (fault,) = filling.check(COUNT, {**GOOD, "lines": rows}, env_of, TYPING)
    assert (fault.path, fault.row, fault.says["en"]) == ("/lines/1/asked", "1", "whole_boxes")
    assert filling.kind_of(fault) == Kind.INVALID


def test_an_expression_that_fails_is_never_a_yes() -> None:
    of = form(
        made("a", "integer"), made("b", "decimal", scale=2), rules=(("odd", "record.a * record.a * record.a > 0", "a"),)
    )
    assert [each.code for each in filling.check(of, {"a": 2**62}, env_of, TYPING)] == ["odd"]
    assert filling.check(of, {"a": 2}, env_of, ACTION) == ()


def test_answers_are_checked_with_their_own_conditions() -> None:
    asks = {"why": made("why", "text", required=True)}
    assert [each.path for each in filling.check_answers(asks, {}, env_of({}))] == ["/why"]
    assert filling.check_answers(asks, {"why": "x"}, env_of({})) == ()


WORDS = {"en": "x", "zh": "x"}


def test_faults_are_located_as_the_sender_counted_his_rows() -> None:
    faults = [
        Fault("/lines/7/sent", "at_most", WORDS, "r7"),
        Fault("/lines/3/sent", "at_most", WORDS, "r3"),
        Fault("/note", "x", WORDS),
    ]
    paths = [each.path for each in filling.located(faults, {"r7": 0}, base="/values")]
    assert paths == ["/values/lines/0/sent", "/values/lines/3/sent", "/values/note"]


def test_a_fault_at_a_field_that_the_reader_may_not_see_does_not_name_it() -> None:
    faults = [Fault("/lines/0/cost", "required", WORDS, "a"), Fault("/total", "negative", WORDS)]
    told = filling.located(faults, {}, frozenset({"lines.cost", "total"}))
    assert {(each.path, each.code, each.row) for each in told} == {("", "not_in_order", None)}
    refused = filling.refusal(told)
    assert refused is not None
    assert len(refused.faults) == 1


def test_a_hidden_field_that_the_sender_named_is_located_like_one_that_is_not_there() -> None:
    told = [
        filling.located([unknown_field(f"/lines/0/{name}", "a")], {"a": 0}, frozenset({"lines.cost"}), "/values")
        for name in ("cost", "nope")
    ]
    assert [replace(each[0], path=each[0].path.replace("nope", "cost")) for each in told] == [told[0][0]] * 2
    assert told[0][0].path == "/values/lines/0/cost"


def test_rules_come_after_the_form_of_the_data() -> None:
    rows = lines({"asked": Decimal(13), "sent": Decimal(20), "remark": "x"})
    refused = filling.refusal(filling.check(COUNT, {**GOOD, "lines": rows}, env_of, ACTION))
    assert refused is not None
    assert refused.kind == Kind.INVALID
    assert [each.code for each in refused.faults] == ["whole_boxes"]


def warned(hidden: frozenset[str] = frozenset(), **changes: Any) -> list[tuple[str, str, str | None]]:
    """What the rules say when all of them only warn."""
    rules = {name: replace(each, warns=True) for name, each in COUNT.rules.items()}
    told = filling.warnings(replace(COUNT, rules=rules), {**GOOD, **changes}, env_of, hidden)
    return [(each.path, each.code, each.row) for each in told]


def test_a_rule_that_warns_is_told_and_refuses_nothing() -> None:
    same, thirteen = {"to_shop": Reference("shop", "shop-1")}, lines({"asked": Decimal(2)}, {"asked": Decimal(13)})
    assert warned() == []
    assert warned(**same) == [("/to_shop", "two_shops", None)]
    assert warned(lines=thirteen) == [("/lines/1/asked", "whole_boxes", "1")]
    rules = {name: replace(each, warns=True) for name, each in COUNT.rules.items()}
    thirteen[1] |= {"sent": Decimal(13)}
    assert filling.check(replace(COUNT, rules=rules), {**GOOD, "lines": thirteen[1:]}, env_of, ACTION) == ()
    assert check(ACTION, lines=thirteen[1:]) == [("/lines/0/asked", "whole_boxes")]


def test_a_warning_is_silent_about_what_is_not_known_or_not_to_be_known() -> None:
    assert warned(to_shop=None) == []
    same = {"to_shop": Reference("shop", "shop-1")}
    for hidden in ("to_shop", "from_shop"):
        assert warned(frozenset({hidden}), **same) == []
    thirteen = lines({"asked": Decimal(13)})
    for hidden in ("lines.asked", "lines"):
        assert warned(frozenset({hidden}), lines=thirteen) == []
    assert warned(frozenset({"note"}), lines=thirteen) != []
