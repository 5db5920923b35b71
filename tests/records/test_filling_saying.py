"""What effects write is read as what people write: what fits comes back the same, the rest is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expressions import Place, Reference, Subject
from engine.fields import Typed
from engine.records import filling, forms_json
from engine.records.filling_saying import said
from tests.fields.samples import KNOWN, form, ids, made, table

PEN, RICE = Reference("item", "pen"), Reference("item", "rice")
FIELDS = (
    made("note", "text", longest=5),
    made("code", "text", code=True),
    made("long", "long_text"),
    made("whole", "integer", above=2),
    made("size", "decimal", scale=2),
    made("money", "money"),
    made("signed", "money", signed=True),
    made("item", "reference", to="item"),
    made("shop", "org_unit", to="shop"),
    made("friend", "person"),
    made("pieces", "quantity", of="item"),
    made("flag", "boolean"),
    made("kind", "choice", options=["a", "b"]),
    made("kinds", "choices", options=["a", "b"]),
    made("day", "date"),
    made("when", "moment"),
    made("paper", "attachment"),
    made("photo", "image"),
    made("sign", "signature"),
    made("bar", "barcode"),
    made("serials", "serials", most=3),
    made("link", "url"),
    made("twice", "money", compute="record.money * 2"),
)
FORM = form(*FIELDS, table("lines", *FIELDS[:12], maximum=3))
BLANK = forms_json.blank(FORM)
ROW = "00000000-0000-4000-8000-0000000000aa"


def put(values: Mapping[str, Any], proposed: Mapping[str, Any]) -> filling.Filled:
    return filling.put(FORM, values, proposed, KNOWN, ids())


def codes(filled: filling.Filled) -> list[tuple[str, str]]:
    return [(each.path, each.code) for each in filled.faults]


FITS = [
    ("note", "abc", "abc"),
    ("note", "e\u0301", "\u00e9"),
    ("note", "  ", None),
    ("code", "A-1", "A-1"),
    ("long", "a\r\nb", "a\nb"),
    ("whole", 3, 3),
    ("whole", Decimal("3.00"), 3),
    ("size", Decimal("1.5000000"), Decimal("1.5")),
    ("size", 7, Decimal(7)),
    ("size", Decimal("-0"), Decimal(0)),
    ("size", Decimal("1E+3"), Decimal(1000)),
    ("money", Decimal("0.10"), Decimal("0.1")),
    ("signed", Decimal("-3.25"), Decimal("-3.25")),
    ("item", PEN, PEN),
    ("item", Subject("item", "pen", {}), PEN),
    ("item", Reference("", "pen"), PEN),
    ("shop", Reference("shop", "shop-1"), Reference("shop", "shop-1")),
    ("friend", Reference("person", "li"), Reference("person", "li")),
    ("pieces", Decimal("0.000001"), Decimal("0.000001")),
    ("flag", False, False),
    ("kind", "a", "a"),
    ("kinds", ("b", "a"), ("b", "a")),
    ("kinds", [], None),
    ("day", date(2026, 2, 28), date(2026, 2, 28)),
    ("when", datetime(2026, 2, 28, 1, 2, 3, 4, UTC), datetime(2026, 2, 28, 1, 2, 3, 4, UTC)),
    ("paper", "paper", "paper"),
    ("photo", "photo", "photo"),
    ("sign", Typed("Li"), Typed("Li")),
    ("sign", "photo", "photo"),
    ("bar", "4006381333931", "4006381333931"),
    ("serials", ("S1", "S2"), ("S1", "S2")),
    ("link", "https://example.org/a", "https://example.org/a"),
    ("note", None, None),
]


@pytest.mark.parametrize(("name", "value", "written"), FITS)
def test_what_fits_is_written_as_reading_would_have_it(name: str, value: Any, written: Any) -> None:
    filled = put({**BLANK, "note": "old", "kinds": ("a",)}, {name: value})
    assert codes(filled) == []
    assert filled.values[name] == written
    assert type(filled.values[name]) is type(written)
    again = put(filled.values, {name: filled.values[name]})
    assert (codes(again), again.values) == ([], filled.values)


UNFIT = [
    ("note", "abcdef", "too_long"),
    ("note", "a\nb", "characters"),
    ("note", 5, "type"),
    ("note", Reference("item", "pen"), "type"),
    ("code", "abc", "code"),
    ("whole", 2, "above"),
    ("whole", Decimal("3.5"), "type"),
    ("whole", True, "type"),
    ("whole", 2**63, "too_large"),
    ("whole", "3", "type"),
    ("size", Decimal("0.001"), "scale"),
    ("size", Decimal("1E+30"), "decimal"),
    ("size", Decimal("0.0000001"), "decimal"),
    ("size", True, "type"),
    ("size", "1.5", "type"),
    ("money", Decimal("-0.01"), "negative"),
    ("money", Decimal("0.005"), "scale"),
    ("item", Reference("item", "gone"), "reference"),
    ("item", "pen", "type"),
    ("item", Place("pen", "shop"), "type"),
    ("friend", Reference("person", "system"), "reference"),
    ("flag", 1, "type"),
    ("flag", "true", "type"),
    ("kind", "c", "choice"),
    ("kinds", ("a", "a"), "twice"),
    ("kinds", "a", "type"),
    ("day", datetime(2026, 2, 28, tzinfo=UTC), "type"),
    ("day", date(1899, 12, 31), "date"),
    ("day", "2026-02-28", "type"),
    ("when", date(2026, 2, 28), "type"),
    ("when", datetime(2300, 1, 1, tzinfo=UTC), "moment"),
    ("paper", "somebody", "attachment"),
    ("photo", "paper", "media_type"),
    ("sign", "Li", "attachment"),
    ("sign", "paper", "media_type"),
    ("bar", "a b", "barcode"),
    ("serials", ("S1", "S1"), "twice"),
    ("serials", tuple("ABCD"), "too_many"),
    ("link", "javascript:x", "url"),
    ("twice", Decimal(1), "not_writable"),
    ("nothing", 1, "unknown_field"),
    ("number", "T-1", "not_writable"),
    ("lines", "abc", "type"),
]


@pytest.mark.parametrize(("name", "value", "code"), UNFIT)
def test_what_does_not_fit_is_refused_in_both_languages_and_nothing_is_written(
    name: str, value: Any, code: str
) -> None:
    before = {**BLANK, "note": "old", "item": PEN, "money": Decimal(1)}
    filled = put(before, {name: value})
    assert codes(filled) == [(f"/{name}", code)]
    assert filled.values == before
    assert filled.faults[0].says["en"] != filled.faults[0].says["zh"]


def test_every_fault_is_told_at_once_and_what_fits_beside_it_is_no_excuse() -> None:
    filled = put(BLANK, {"note": "abcdef", "money": Decimal(-1), "whole": 7, "lines": [{"row": ROW, "code": "x"}]})
    assert set(codes(filled)) == {("/note", "too_long"), ("/money", "negative"), ("/lines/0/code", "code")}
    assert {each.row for each in filled.faults} == {None, ROW}


def test_a_quantity_is_held_to_the_scale_of_the_item_that_is_written_beside_it() -> None:
    assert codes(put(BLANK, {"pieces": Decimal("1.5"), "item": PEN})) == [("/pieces", "scale")]
    assert codes(put(BLANK, {"pieces": Decimal("1.5"), "item": RICE})) == []
    stands = {**BLANK, "item": RICE, "pieces": Decimal("1.5")}
    assert codes(put(stands, {"item": PEN})) == [("/pieces", "scale")]
    assert codes(put(stands, {"item": PEN, "pieces": Decimal(2)})) == []


def test_rows_keep_their_ids_and_no_more_come_than_the_form_holds() -> None:
    row = "00000000-0000-4000-8000-00000000000{}"
    rows = [{"row": row.format(number), "note": "n", "item": PEN, "pieces": Decimal(number)} for number in range(3)]
    filled = put(BLANK, {"lines": rows})
    assert codes(filled) == []
    assert [(each["row"], each["pieces"], each["money"]) for each in filled.values["lines"]] == [
        (row.format(number), Decimal(number), None) for number in range(3)
    ]
    assert codes(put(filled.values, {"lines": [{"row": row.format(9), "note": "n"}]})) == [("/lines", "too_many")]
    half = [{**rows[0]}, {**rows[1], "pieces": Decimal("0.5")}]
    assert codes(put(BLANK, {"lines": half})) == [("/lines/1/pieces", "scale")]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_a_number_is_written_exactly_or_not_at_all(number: Decimal) -> None:
    filled = put({**BLANK, "item": RICE}, {"signed": number, "pieces": number})
    refused = dict(codes(filled))
    cents = number == number.quantize(Decimal("0.01"))
    assert ("/signed" not in refused) == cents
    assert ("/pieces" not in refused) == (number >= 0)
    assert filled.values["signed"] == (number if cents else None)
    assert filled.values["pieces"] == (number if number >= 0 else None)


@given(
    st.sampled_from(FIELDS), st.sampled_from([value for _name, value, _written in FITS] + [each[1] for each in UNFIT])
)
def test_no_value_of_any_kind_breaks_a_field_of_any_type(field: Any, value: Any) -> None:
    filled = put({**BLANK, "item": PEN}, {field.name: value})
    assert len(filled.faults) <= 1
    if not filled.faults:
        stored = forms_json.encode(FORM, filled.values, frozenset())[0]
        assert put(filled.values, {field.name: filled.values[field.name]}).values == filled.values
        assert (stored.get(field.name) is None) == (filled.values[field.name] is None)


def test_what_is_of_no_field_is_passed_on_as_it_is() -> None:
    assert said(None, Decimal(1)) == Decimal(1)
    assert said(FIELDS[0], None) is None
