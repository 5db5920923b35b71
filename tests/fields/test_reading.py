"""Every type reads what fits and refuses what only resembles it. Each refusal stands beside what is accepted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions import Reference
from engine.fields import BY_NAME, FIELD_TYPES, Typed, Unfit
from tests.fields.samples import KNOWN, KnownWorld, again, made, read

PEN = {"item": Reference("item", "pen")}
RICE = {"item": Reference("item", "rice")}
UUID_TEXT = "0b0e7a4e-1111-4222-8333-444455556666"

ACCEPTED: list[tuple[str, Any, dict[str, Any], Any]] = [
    ("text", "Café 中文 (2)", {}, "Café 中文 (2)"),
    ("text", "Cafe\u0301", {}, "Café"),
    ("text", "全角\u3000空格", {}, "全角\u3000空格"),
    ("text", "", {}, None),
    ("text", "   ", {}, None),
    ("text", "SKU-1/A.b_".upper(), {"code": True}, "SKU-1/A.B_"),
    ("text", "x" * 400, {}, "x" * 400),
    ("long_text", "one\r\ntwo\tthree", {}, "one\ntwo\tthree"),
    ("integer", 5, {}, 5),
    ("integer", -5, {}, -5),
    ("integer", 2**63 - 1, {}, 2**63 - 1),
    ("decimal", "0.000001", {}, Decimal("0.000001")),
    ("decimal", "-12.5", {}, Decimal("-12.5")),
    ("decimal", "1.250", {"scale": 2}, Decimal("1.25")),
    ("money", "16", {}, Decimal(16)),
    ("money", "0.01", {}, Decimal("0.01")),
    ("money", "0", {}, Decimal(0)),
    ("money", "-3.10", {"signed": True}, Decimal("-3.1")),
    ("money", "1.234", {"currency": "KWD"}, Decimal("1.234")),
    ("date", "2024-02-29", {}, date(2024, 2, 29)),
    ("date", "1900-01-01", {}, date(1900, 1, 1)),
    ("date", "2199-12-31", {}, date(2199, 12, 31)),
    ("moment", "2026-11-22T09:30:00Z", {}, datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
    ("moment", "2026-11-22T09:30:00+08:00", {}, datetime(2026, 11, 22, 1, 30, tzinfo=UTC)),
    ("moment", "2026-11-22T09:30:00.25+14:00", {}, datetime(2026, 11, 21, 19, 30, 0, 250_000, tzinfo=UTC)),
    ("boolean", True, {}, True),
    ("boolean", False, {}, False),
    ("choice", "b", {"options": ["a", "b"]}, "b"),
    ("choices", ["b", "a"], {"options": ["a", "b"]}, ("b", "a")),
    ("choices", [], {"options": ["a", "b"]}, None),
    ("reference", "pen", {"to": "item"}, Reference("item", "pen")),
    ("reference", {"code": "P1"}, {"to": "item"}, Reference("item", "pen")),
    ("person", "li", {}, Reference("person", "li")),
    ("attachment", "paper", {}, "paper"),
    ("attachment", "paper", {"types": ["application/pdf"], "largest": 5000}, "paper"),
    ("image", "photo", {}, "photo"),
    ("signature", "photo", {}, "photo"),
    ("signature", {"typed": " Li Wei "}, {}, Typed("Li Wei")),
    ("signature", {"typed": "LI  Ｗｅｉ"}, {"own": True}, Typed("LI  Ｗｅｉ")),
    ("signature", {"typed": "Zhang San"}, {"own": False}, Typed("Zhang San")),
    ("signature", "photo", {"own": True}, "photo"),
    ("barcode", "6901234567892", {"checked": True}, "6901234567892"),
    ("barcode", "ABC-12(3)", {}, "ABC-12(3)"),
    ("serials", ["H900-1", "H900-2"], {}, ("H900-1", "H900-2")),
    ("serials", "0998-1001", {}, ("0998", "0999", "1000", "1001")),
    ("serials", "7-7", {}, ("7",)),
    ("url", "https://example.com/a?b=c#d", {}, "https://example.com/a?b=c#d"),
    ("url", "http://[::1]:8080/", {}, "http://[::1]:8080/"),
    ("table", [{}], {}, [{}]),
]

REFUSED: list[tuple[str, Any, dict[str, Any], str]] = [
    ("text", 5, {}, "type"),
    ("text", "x" * 401, {}, "too_long"),
    ("text", "a\x00b", {}, "characters"),
    ("text", "a\nb", {}, "characters"),
    ("text", "a\ud800", {}, "characters"),
    ("text", "zero\u200bwidth", {}, "characters"),
    ("text", "gnp.\u202eexe", {}, "characters"),
    ("text", "\u2066x\u2069", {}, "characters"),
    ("text", "hangul\u3164filler", {}, "characters"),
    ("text", "line\u2028end", {}, "characters"),
    ("text", "SKU-\u0410\u0031", {"code": True}, "code"),
    ("text", "ＳＫＵ", {"code": True}, "code"),
    ("text", "SKU-1 ", {"code": True}, "code"),
    ("text", "sku", {"code": True}, "code"),
    ("text", "STRAßE", {"code": True}, "code"),
    ("text", "\u0130", {"code": True}, "code"),
    ("long_text", "a\x00b", {}, "characters"),
    ("integer", True, {}, "type"),
    ("integer", 1.0, {}, "type"),
    ("integer", "5", {}, "type"),
    ("integer", "1_000", {}, "type"),
    ("integer", 2**63, {}, "too_large"),
    ("integer", 0, {"above": 0}, "above"),
    ("decimal", 5, {}, "type"),
    ("decimal", 5.5, {}, "type"),
    ("decimal", True, {}, "type"),
    ("decimal", " 5 ", {}, "decimal"),
    ("decimal", "1_000", {}, "decimal"),
    ("decimal", "５", {}, "decimal"),
    ("decimal", "\u0665", {}, "decimal"),
    ("decimal", "1,5", {}, "decimal"),
    ("decimal", "1.234,5", {}, "decimal"),
    ("decimal", "¥5", {}, "decimal"),
    ("decimal", "+5", {}, "decimal"),
    ("decimal", "05", {}, "decimal"),
    ("decimal", ".5", {}, "decimal"),
    ("decimal", "5.", {}, "decimal"),
    ("decimal", "-0", {}, "decimal"),
    ("decimal", "-0.00", {}, "decimal"),
    ("decimal", "1e3", {}, "decimal"),
    ("decimal", "1e-400", {}, "decimal"),
    ("decimal", "1E+400", {}, "decimal"),
    ("decimal", "NaN", {}, "decimal"),
    ("decimal", "Infinity", {}, "decimal"),
    ("decimal", "9" * 5000, {}, "decimal"),
    ("decimal", "5\n", {}, "decimal"),
    ("decimal", "0.0001", {"scale": 3}, "scale"),
    ("money", "0.001", {}, "scale"),
    ("money", "-1", {}, "negative"),
    ("money", "1.5", {"currency": "JPY"}, "scale"),
    ("date", "2026-02-31", {}, "date"),
    ("date", "2025-02-29", {}, "date"),
    ("date", "20260101", {}, "date"),
    ("date", "2026-W01-1", {}, "date"),
    ("date", "0000-01-01", {}, "date"),
    ("date", "9999-12-31", {}, "date"),
    ("date", "10000-01-01", {}, "date"),
    ("date", 20260101, {}, "type"),
    ("date", "２０２６-01-01", {}, "date"),
    ("moment", "2026-11-22T09:30:00", {}, "moment"),
    ("moment", "2026-11-22T24:00:00Z", {}, "moment"),
    ("moment", "2016-12-31T23:59:60Z", {}, "moment"),
    ("moment", "2026-11-22 09:30:00Z", {}, "moment"),
    ("moment", "2026-11-22T09:30:00+15:00", {}, "moment"),
    ("moment", "1899-12-31T23:59:59Z", {}, "moment"),
    ("moment", "9999-12-31T23:59:59-01:00", {}, "moment"),
    ("moment", "2026-11-22T09:30:00.1234567Z", {}, "moment"),
    ("moment", 0, {}, "type"),
    ("boolean", 1, {}, "type"),
    ("boolean", "true", {}, "type"),
    ("choice", "c", {"options": ["a", "b"]}, "choice"),
    ("choice", 1, {"options": ["a", "b"]}, "type"),
    ("choices", ["a", "a"], {"options": ["a", "b"]}, "twice"),
    ("choices", "a", {"options": ["a", "b"]}, "type"),
    ("choices", ["a", "c"], {"options": ["a", "b"]}, "choice"),
    ("choices", ["a"] * 100, {"options": ["a", "b"]}, "choice"),
    ("reference", "nobody", {"to": "item"}, "reference"),
    ("reference", {"code": "nope"}, {"to": "item"}, "reference"),
    ("reference", {"code": "P1\x00"}, {"to": "item"}, "reference"),
    ("reference", {"code": "P1", "id": "pen"}, {"to": "item"}, "type"),
    ("reference", {"code": 1}, {"to": "item"}, "type"),
    ("reference", 7, {"to": "item"}, "type"),
    ("reference", "../pen", {"to": "item"}, "reference"),
    ("attachment", "nothing", {}, "attachment"),
    ("attachment", {"id": "paper"}, {}, "type"),
    ("attachment", "photo", {"types": ["application/pdf"]}, "media_type"),
    ("attachment", "paper", {"largest": 4999}, "too_large"),
    ("image", "paper", {}, "media_type"),
    ("signature", "paper", {}, "media_type"),
    ("signature", {"typed": "  "}, {}, "signature"),
    ("signature", {"typed": "Zhang San"}, {"own": True}, "not_own_name"),
    ("signature", {"typed": "Li"}, {"own": True}, "not_own_name"),
    ("signature", {"typed": "a\u202eb"}, {}, "characters"),
    ("signature", {"typed": "x", "at": "y"}, {}, "type"),
    ("barcode", "6901234567891", {"checked": True}, "barcode"),
    ("barcode", "with space", {}, "barcode"),
    ("barcode", "６９０", {}, "barcode"),
    ("serials", ["a", "a"], {}, "twice"),
    ("serials", ["a b"], {}, "serial"),
    ("serials", [1001], {}, "serial"),
    ("serials", "1100-1001", {}, "serial"),
    ("serials", "1-1000000000", {}, "too_many"),
    ("serials", [str(each) for each in range(11)], {"most": 10}, "too_many"),
    ("serials", 5, {}, "type"),
    ("url", "javascript:alert(1)", {}, "url"),
    ("url", "JaVaScRiPt:alert(1)", {}, "url"),
    ("url", "data:text/html,x", {}, "url"),
    ("url", "vbscript:x", {}, "url"),
    ("url", "https://", {}, "url"),
    ("url", "https://good@evil.com/", {}, "url"),
    ("url", "//evil.com", {}, "url"),
    ("url", "https://a\\b", {}, "url"),
    ("url", 'https://a/"><svg onload=1>', {}, "url"),
    ("url", "https://a/ b", {}, "url"),
    ("url", "https://a:99999/", {}, "url"),
    ("url", "java\tscript:x", {}, "characters"),
    ("table", {}, {}, "type"),
    ("table", [1], {}, "type"),
]


@pytest.mark.parametrize(("type_", "raw", "given", "value"), ACCEPTED)
def test_what_fits_is_read(type_: str, raw: Any, given: dict[str, Any], value: Any) -> None:
    found = read(type_, raw, **given)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("type_", "raw", "given", "code"), REFUSED)
def test_what_does_not_fit_is_refused_with_a_sentence(type_: str, raw: Any, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Unfit) as refused:
        read(type_, raw, **given)
    assert refused.value.code == code
    assert refused.value.says["en"]
    assert refused.value.says["zh"]


@pytest.mark.parametrize(("type_", "raw", "given", "value"), [each for each in ACCEPTED if each[3] is not None])
def test_what_is_dumped_is_loaded_again(type_: str, raw: Any, given: dict[str, Any], value: Any) -> None:
    back = again(type_, read(type_, raw, **given), **given)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    ("raw", "beside", "value"),
    [
        ("24", PEN, Decimal(24)),
        ("24.000", PEN, Decimal(24)),
        ("1.125", RICE, Decimal("1.125")),
        ({"quantity": "2", "unit": "case"}, PEN, Decimal(24)),
        ({"quantity": "0.25", "unit": "case"}, PEN, Decimal(3)),
        ({"quantity": "3", "unit": "sack"}, RICE, Decimal("7.5")),
        ("0.000001", {}, Decimal("0.000001")),
    ],
)
def test_quantities_are_read_in_the_base_unit_at_the_scale_of_their_item(raw: Any, beside: Any, value: Decimal) -> None:
    found = read("quantity", raw, beside=beside, of="item")
    assert found == value
    assert again("quantity", found, of="item") == value


@pytest.mark.parametrize(
    ("raw", "beside", "code"),
    [
        ("1.5", PEN, "scale"),
        ("0.0001", RICE, "scale"),
        ("0", PEN, "above"),
        ("-1", PEN, "negative"),
        ("-0", PEN, "decimal"),
        (24, PEN, "type"),
        (2.5, RICE, "type"),
        ({"quantity": "0.1", "unit": "case"}, PEN, "scale"),
        ({"quantity": "0.000001", "unit": "sack"}, RICE, "unit_inexact"),
        ({"quantity": "1", "unit": "pallet"}, PEN, "unit"),
        ({"quantity": "1", "unit": "case"}, {}, "unit"),
        ({"quantity": 1, "unit": "case"}, PEN, "type"),
        ({"quantity": "1"}, PEN, "type"),
        ({"quantity": "999999999999", "unit": "case"}, PEN, "unit_inexact"),
    ],
)
def test_quantities_that_would_need_rounding_or_guessing_are_refused(raw: Any, beside: Any, code: str) -> None:
    with pytest.raises(Unfit) as refused:
        read("quantity", raw, beside=beside, of="item", above=0)
    assert refused.value.code == code


def test_a_reference_that_may_not_be_seen_is_refused_like_one_that_is_not_there() -> None:
    blind = KnownWorld(hidden=frozenset({"pen"}))
    refusals = []
    for raw in ("pen", "nobody", {"code": "P1"}, {"code": "NONE"}):
        with pytest.raises(Unfit) as refused:
            read("reference", raw, blind, to="item")
        refusals.append((refused.value.code, dict(refused.value.says)))
    assert refusals == [refusals[0]] * 4
    assert read("reference", "pen", KNOWN, to="item").id == "pen"


def test_ids_are_read_in_lower_case_when_they_are_uuids() -> None:
    class Anything(KnownWorld):
        def seen(self, form: str, record: str) -> bool:
            return record == UUID_TEXT

    assert read("reference", UUID_TEXT.upper(), Anything(), to="item").id == UUID_TEXT


def test_money_and_scaled_decimals_are_written_with_their_full_scale() -> None:
    written = [
        BY_NAME["money"].dump(Decimal("2.5"), made("it", "money")),
        BY_NAME["money"].dump(Decimal(500), made("it", "money", currency="JPY")),
        BY_NAME["decimal"].dump(Decimal("2.5"), made("it", "decimal", scale=3)),
        BY_NAME["quantity"].dump(Decimal("24.000"), made("it", "quantity", of="item")),
        BY_NAME["quantity"].dump(Decimal("1E+3"), made("it", "quantity", of="item")),
    ]
    assert written == ["2.50", "500", "2.500", "24", "1000"]


def test_every_type_has_a_name_a_widget_a_schema_and_a_type_for_expressions() -> None:
    assert len(BY_NAME) == len(FIELD_TYPES) == 21
    for each in FIELD_TYPES:
        assert each.widget
        assert all(isinstance(schema, dict) for schema in each.options_schema.values())
        assert each.value_type({}).kind


def test_a_choice_knows_its_options_as_a_map_of_titles_and_as_resolved_options() -> None:
    choice = BY_NAME["choice"]
    assert choice.value_type({"options": {"a": {"en": "A"}, "b": {"en": "B"}}}).options == ("a", "b")
    assert choice.value_type({"options": "a_list"}).options == ()
    assert made("it", "choice", options=["x"]).value_type.options == ("x",)


def test_a_typed_signature_is_text_to_expressions_and_an_object_in_json() -> None:
    of = made("it", "signature")
    assert BY_NAME["signature"].dump(Typed("Li"), of) == {"typed": "Li"}
    assert Typed("Li") == "Li"
    assert isinstance(BY_NAME["signature"].load("photo", of), str)
    assert not isinstance(BY_NAME["signature"].load("photo", of), Typed)
