"""Every type at its bounds, both sides of each, and what it says in both languages when it refuses."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions import Reference
from engine.fields import BY_NAME, AttachmentFacts, Unfit
from tests.fields.samples import KnownWorld, again, made, read

PEN = {"item": Reference("item", "pen")}
RICE = {"item": Reference("item", "rice")}
ROD = {"item": Reference("item", "rod")}
TOP = "9223372036854.775807"

# The last that is taken and the first that is not: type, options, what is beside, good, bad, code

BOUNDS: list[tuple[str, dict[str, Any], dict[str, Any], Any, Any, str]] = [
    ("text", {}, {}, "x" * 400, "x" * 401, "too_long"),
    ("text", {"longest": 3}, {}, "上海仓", "上海仓库", "too_long"),
    ("text", {"longest": 1}, {}, "😀", "😀😀", "too_long"),
    ("text", {"shortest": 3}, {}, " 上海仓 ", " 上海  ", "too_short"),
    ("text", {"shortest": 2, "longest": 2}, {}, "ab", "a ", "too_short"),
    ("long_text", {"shortest": 10}, {}, "0123\n56789", "\n0123 5678\n", "too_short"),
    ("text", {"longest": 2}, {}, "ab", "e\u0301x", "too_long"),
    ("text", {"code": True}, {}, "A-1/B_2.C", "A-1/b", "code"),
    ("text", {"code": True, "longest": 5}, {}, "ABCDE", "ABCDEF", "too_long"),
    ("text", {}, {}, "a\u00a0b", "a\u2009b", "characters"),
    ("text", {}, {}, "a\u3000b", "a\tb", "characters"),
    ("long_text", {}, {}, "x" * 20_000, "x" * 20_001, "too_long"),
    ("long_text", {"longest": 2}, {}, "a\n", "a\nb", "too_long"),
    ("long_text", {"longest": 2}, {}, "a\r\n", "a\r\n\n", "too_long"),
    ("long_text", {}, {}, "a\nb\tc", "a\x0bc", "characters"),
    ("long_text", {}, {}, "a\r\nb", "a\rb", "characters"),
    ("url", {}, {}, "https://a/" + "x" * 1990, "https://a/" + "x" * 1991, "too_long"),
    ("url", {}, {}, "https://a:65535/", "https://a:65536/", "url"),
    ("url", {}, {}, "https://a:1/", "https://a:0/", "url"),
    ("url", {}, {}, "HTTPS://EXAMPLE.COM", "ftp://example.com", "url"),
    ("url", {}, {}, "http://[::1]/", "http://[::1/", "url"),
    ("url", {}, {}, "https://a.b-c.d/", "https://-a/", "url"),
    ("url", {}, {}, "https://a/%E4%B8%AD", "https://a/中", "url"),
    ("url", {}, {}, "https://a/b@c", "https://b@a/", "url"),
    ("integer", {}, {}, 2**63 - 1, 2**63, "too_large"),
    ("integer", {}, {}, -(2**63) + 1, -(2**63), "too_large"),
    ("integer", {"above": 0}, {}, 1, 0, "above"),
    ("integer", {"above": -5}, {}, -4, -5, "above"),
    ("integer", {"above": "2.5"}, {}, 3, 2, "above"),
    ("decimal", {}, {}, TOP, "9223372036854.775808", "decimal"),
    ("decimal", {}, {}, "-" + TOP, "-9223372036854.775808", "decimal"),
    ("decimal", {}, {}, "0.000001", "0.0000001", "decimal"),
    ("decimal", {"scale": 0}, {}, "7.000", "7.001", "scale"),
    ("decimal", {"scale": 2}, {}, "7.120000", "7.123000", "scale"),
    ("decimal", {"above": "0.5"}, {}, "0.500001", "0.5", "above"),
    ("decimal", {}, {}, "0", "-0", "decimal"),
    ("decimal", {}, {}, "10", "010", "decimal"),
    ("money", {}, {}, "0.10", "0.101", "scale"),
    ("money", {"currency": "JPY"}, {}, "100.00", "100.10", "scale"),
    ("money", {"currency": "KWD"}, {}, "0.001", "0.0011", "scale"),
    ("money", {"currency": "JPY", "scale": 1}, {}, "0.1", "0.11", "scale"),
    ("money", {}, {}, "0", "-0.01", "negative"),
    ("money", {"signed": True}, {}, "-0.01", "-0.001", "scale"),
    ("money", {"above": 0}, {}, "0.01", "0", "above"),
    ("money", {}, {}, TOP[:-4], "92233720368547758.07", "decimal"),
    ("quantity", {"of": "item"}, PEN, "1.000000", "1.5", "scale"),
    ("quantity", {"of": "item"}, RICE, "0.001", "0.0005", "scale"),
    ("quantity", {"of": "item"}, ROD, "0.000001", "0.0000001", "decimal"),
    ("quantity", {"of": "item", "scale": 1}, RICE, "0.1", "0.05", "scale"),
    ("quantity", {"of": "item", "scale": 6}, PEN, "3", "0.1", "scale"),
    ("quantity", {"of": "item"}, PEN, "0", "-1", "negative"),
    ("quantity", {"of": "item", "signed": True}, PEN, "-1", "-1.5", "scale"),
    ("quantity", {"of": "item", "above": 0}, PEN, "1", "0", "above"),
    ("quantity", {"of": "item"}, PEN, {"quantity": "0.25", "unit": "case"}, {"quantity": "0.3", "unit": "case"},
     "scale"),
    ("quantity", {"of": "item"}, PEN, {"quantity": "1", "unit": "piece"}, {"quantity": "1", "unit": "sack"}, "unit"),
    ("quantity", {"of": "item"}, PEN, {"quantity": "1", "unit": "piece"}, {"quantity": "-1", "unit": "piece"},
     "negative"),
    ("quantity", {"of": "item"}, PEN, {"quantity": "768614336404", "unit": "case"},
     {"quantity": "768614336405", "unit": "case"}, "unit_inexact"),
    ("date", {}, {}, "1900-01-01", "1899-12-31", "date"),
    ("date", {}, {}, "2199-12-31", "2200-01-01", "date"),
    ("date", {}, {}, "2000-02-29", "2100-02-29", "date"),
    ("date", {}, {}, "2026-04-30", "2026-04-31", "date"),
    ("date", {}, {}, "2026-04-01", "2026-4-1", "date"),
    ("moment", {}, {}, "1900-01-01T00:00:00Z", "1900-01-01T00:00:00+00:01", "moment"),
    ("moment", {}, {}, "2199-12-31T23:59:59Z", "2199-12-31T23:59:59-00:01", "moment"),
    ("moment", {}, {}, "2026-01-01T00:00:00+14:00", "2026-01-01T00:00:00+14:01", "moment"),
    ("moment", {}, {}, "2026-01-01T00:00:00-14:00", "2026-01-01T00:00:00-14:01", "moment"),
    ("moment", {}, {}, "2026-01-01T23:59:59.999999Z", "2026-01-01T23:59:60Z", "moment"),
    ("moment", {}, {}, "2026-01-01T00:00:00Z", "2026-01-01T00:00Z", "moment"),
    ("moment", {}, {}, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00z", "moment"),
    ("moment", {}, {}, "2026-01-01T00:00:00Z", "2026-01-01t00:00:00Z", "moment"),
    ("choice", {"options": ["a", "b"]}, {}, "a", "A", "choice"),
    ("choice", {"options": ["a", "b"]}, {}, "b", "a,b", "choice"),
    ("choices", {"options": ["a", "b"]}, {}, ["a", "b"], ["a", "b", "a"], "choice"),
    ("serials", {}, {}, [str(each) for each in range(1000)], [str(each) for each in range(1001)], "too_many"),
    ("serials", {}, {}, "1-1000", "1-1001", "too_many"),
    ("serials", {"most": 1}, {}, "7-7", "7-8", "too_many"),
    ("serials", {}, {}, "0998-1000", "10000-9999", "serial"),
    ("serials", {}, {}, ["x" * 64], ["x" * 65], "serial"),
    ("serials", {}, {}, ["a", "A"], ["a", "a"], "twice"),
    ("serials", {}, {}, ["A_1/2.3-4"], ["A 1"], "serial"),
    ("serials", {}, {}, "007-009", "007-", "serial"),
    ("barcode", {}, {}, "!" * 64, "!" * 65, "barcode"),
    ("barcode", {"checked": True}, {}, "73513537", "73513536", "barcode"),
    ("barcode", {"checked": True}, {}, "012345678905", "12345678905", "barcode"),
    ("barcode", {"checked": True}, {}, "10012345678902", "0010012345678902", "barcode"),
    ("barcode", {}, {}, "A~1", "A\u00e9", "barcode"),
    ("reference", {"to": "item"}, {}, "pen", "PEN", "reference"),
    ("reference", {"to": "item"}, {}, {"code": "P1"}, {"code": "p1"}, "reference"),
    ("reference", {"to": "item"}, {}, {"code": "P1"}, {"code": ""}, "reference"),
    ("reference", {"to": "item"}, {}, {"code": "P1"}, {"code": "P" * 101}, "reference"),
    ("reference", {"to": "item"}, {}, "pen", "shop-1", "reference"),
    ("reference", {"to": "shop"}, {}, "shop-1", "pen", "reference"),
    ("attachment", {"largest": 5000}, {}, "paper", "photo.", "attachment"),
    ("attachment", {"types": ["image/png"], "largest": 1000}, {}, "photo", "paper", "media_type"),
    ("image", {"largest": 1000}, {}, "photo", "paper", "media_type"),
    ("signature", {}, {}, {"typed": "李" * 100}, {"typed": "李" * 101}, "too_long"),
    ("signature", {}, {}, {"typed": "Li"}, {"typed": ""}, "signature"),
    ("boolean", {}, {}, False, 0, "type"),
    ("boolean", {}, {}, True, "yes", "type"),
    ("table", {}, {}, [], [[]], "type"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "given", "beside", "good", "bad", "code"), BOUNDS)
def test_the_last_that_fits_is_read_and_the_first_that_does_not_is_refused(
    type_: str, given: dict[str, Any], beside: dict[str, Any], good: Any, bad: Any, code: str
) -> None:
    value = read(type_, good, beside=beside, **given)
    assert value is not None
    assert again(type_, value, **given) == value
    with pytest.raises(Unfit) as refused:
        read(type_, bad, beside=beside, **given)
    assert refused.value.code == code
    assert set(refused.value.says) == {"en", "zh"}
    assert str(refused.value) == code


def test_a_file_is_as_large_as_allowed_and_not_a_byte_larger() -> None:
    for size, fits in ((999, True), (1000, True), (1001, False)):
        known = KnownWorld(uploads={"photo": AttachmentFacts("image/jpeg", size)})
        if fits:
            assert read("image", "photo", known, largest=1000) == "photo"
            continue
        with pytest.raises(Unfit) as refused:
            read("image", "photo", known, largest=1000)
        assert refused.value.code == "too_large"


@pytest.mark.parametrize("kind", ["image/svg+xml", "image/bmp", "text/html", "application/pdf", "image/PNG", ""])
def test_a_picture_is_of_a_kind_that_runs_nothing(kind: str) -> None:
    known = KnownWorld(uploads={"it": AttachmentFacts(kind, 1)})
    for type_ in ("image", "signature"):
        with pytest.raises(Unfit) as refused:
            read(type_, "it", known)
        assert refused.value.code == "media_type"
    assert read("attachment", "it", known) == "it"


SAYS: list[tuple[str, dict[str, Any], Any, str, str]] = [
    ("text", {}, 5, "This must be text.", "此处必须是文本。"),
    ("text", {"longest": 3}, "abcd", "At most 3 characters.", "最多 3 个字符。"),
    ("text", {}, "a\u200bb", "There are characters in it that cannot be seen.", "含有不可见的字符。"),
    ("text", {"code": True}, "a", "Only A-Z, 0-9 and . _ / - are allowed here.", "此处只允许 A-Z、0-9 和 . _ / - 。"),
    ("integer", {}, "5", "This must be a whole number.", "此处必须是整数。"),
    ("integer", {}, 2**63, "This number is too large.", "数字过大。"),
    ("integer", {"above": 3}, 3, "This must be above 3.", "必须大于 3。"),
    ("decimal", {}, 5, 'A number is written as a string of digits, like "12.5".', '数字须写成字符串，例如 "12.5"。'),
    ("decimal", {}, "x", 'Plain digits only, like "12.5", and not too many.',
     '只能是普通数字，例如 "12.5"，且位数不能过多。'),
    ("decimal", {"scale": 2}, "0.001", "At most 2 digits after the point.", "小数最多 2 位。"),
    ("money", {"currency": "JPY"}, "0.5", "Whole numbers only.", "只能是整数。"),
    ("money", {}, "-1", "This cannot be below zero.", "不能小于零。"),
    ("date", {}, 5, "This must be a day like 2026-11-22.", "必须是日期，例如 2026-11-22。"),
    ("date", {}, "2026-02-30", "There is no such day.", "没有这一天。"),
    ("boolean", {}, 1, "This must be true or false.", "必须是 true（是）或 false（否）。"),
    ("choice", {"options": ["a"]}, 1, "This must be one of the choices.", "必须是选项之一。"),
    ("choice", {"options": ["a"]}, "b", "This is not one of the choices.", "不是可选项。"),
    ("choices", {"options": ["a"]}, "a", "This must be a list of choices.", "必须是选项列表。"),
    ("choices", {"options": ["a", "b"]}, ["a", "a"], "A choice is there twice.", "有重复的选项。"),
    ("reference", {"to": "item"}, 7, 'This must be an id, or {"code": "..."}.', '必须是编号，或 {"code": "..."}。'),
    ("reference", {"to": "item"}, "none", "There is no such record.", "没有这条记录。"),
    ("attachment", {}, "none", "There is no such file.", "没有这个文件。"),
    ("attachment", {"types": ["text/csv"]}, "paper", "A file of this kind cannot be used here.",
     "此处不能使用这种类型的文件。"),
    ("attachment", {"largest": 1}, "paper", "This file is too large.", "文件过大。"),
    ("signature", {}, {"typed": " "}, "A name is missing.", "缺少姓名。"),
    ("signature", {}, {}, 'Write {"typed": "name"}, or the id of a picture.', '请写成 {"typed": "姓名"} 或图片编号。'),
    ("barcode", {}, "a b", "This is not a bar code.", "不是有效的条码。"),
    ("serials", {"most": 2}, "1-3", "At most 2.", "最多 2 个。"),
    ("serials", {}, "x-y", 'A range is like "1001-1100".', '区间应写成 "1001-1100"。'),
    ("serials", {}, ["a", "a"], "A serial number is there twice.", "有重复的序列号。"),
    ("url", {}, "x", "This must be an address that starts with https:// or http://.",
     "必须是以 https:// 或 http:// 开头的网址。"),
    ("table", {}, 1, "This must be a list of rows.", "必须是行的列表。"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "given", "raw", "en", "zh"), SAYS)
def test_a_refusal_says_what_to_do_in_both_languages(
    type_: str, given: dict[str, Any], raw: Any, en: str, zh: str
) -> None:
    with pytest.raises(Unfit) as refused:
        read(type_, raw, **given)
    assert refused.value.says == {"en": en, "zh": zh}


# What is written back

SHOWN: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("text", {}, "上海", "上海"),
    ("integer", {}, -7, -7),
    ("decimal", {}, Decimal("1.500000"), "1.5"),
    ("decimal", {}, Decimal("1E+3"), "1000"),
    ("decimal", {}, Decimal("0.000001"), "0.000001"),
    ("decimal", {"scale": 3}, Decimal("1.5"), "1.500"),
    ("decimal", {"scale": 0}, Decimal("2.0"), "2"),
    ("money", {}, Decimal(3), "3.00"),
    ("money", {}, Decimal("-3.1"), "-3.10"),
    ("money", {"currency": "JPY"}, Decimal("3.00"), "3"),
    ("money", {"currency": "KWD"}, Decimal("3.1"), "3.100"),
    ("quantity", {"of": "item"}, Decimal("2.500"), "2.5"),
    ("quantity", {"of": "item", "scale": 2}, Decimal("2.5"), "2.50"),
    ("date", {}, date(2026, 1, 2), "2026-01-02"),
    ("boolean", {}, False, False),
    ("choices", {"options": ["a", "b"]}, ("b", "a"), ["b", "a"]),
    ("serials", {}, ("007", "008"), ["007", "008"]),
    ("reference", {"to": "item"}, Reference("item", "pen"), "pen"),
]


@pytest.mark.parametrize(("type_", "given", "value", "shown"), SHOWN)
def test_a_value_is_written_in_one_way_as_json(type_: str, given: dict[str, Any], value: Any, shown: Any) -> None:
    of = made("it", type_, **given)
    written = BY_NAME[type_].dump(value, of)
    assert json.loads(json.dumps(written)) == shown
    assert type(written) is type(shown)
    assert BY_NAME[type_].load(written, of) == value


def test_a_moment_is_written_in_utc_with_all_it_has() -> None:
    of = made("it", "moment")
    for raw, shown in (
        ("2026-11-22T09:30:00+08:00", "2026-11-22T01:30:00Z"),
        ("2026-11-22T00:00:00.000001Z", "2026-11-22T00:00:00.000001Z"),
        ("2026-11-22T00:00:00.1+00:00", "2026-11-22T00:00:00.100000Z"),
        ("2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00Z"),
    ):
        assert BY_NAME["moment"].dump(read("moment", raw), of) == shown
        assert read("moment", shown) == read("moment", raw)
