"""Reading strictly: JSON, query parameters, languages."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Kind, Refusal
from engine.web.asking import Asked, Gone, read_body
from engine.web.reading import DEEPEST, parse_json, read_json, read_language, read_query


def refused(raw: bytes) -> Refusal:
    with pytest.raises(Refusal) as raised:
        parse_json(raw)
    assert raised.value.kind is Kind.INVALID
    return raised.value


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcß字", max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_plain_is_read_as_it_was_written(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"qty":1,"qty":99}', "duplicate_key"),
        (b'{"a":[{"b":{"qty":1,"qty":1}}]}', "duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key"),
        (b"NaN", "number"),
        (b'{"a":Infinity}', "number"),
        (b"[-Infinity]", "number"),
        (b'{"a":1.5}', "float"),
        (b'{"a":1.0}', "float"),
        (b'{"a":1e3}', "float"),
        (b"[1E400]", "float"),
        (b"9223372036854775808", "integer"),
        (b"-9223372036854775809", "integer"),
        (b"-0", "integer"),
        (b"[" + b"9" * 5000 + b"]", "integer"),
        (b'"\\ud800"', "characters"),
        (b'{"\\udfff":1}', "characters"),
        (b'"a\\u0000b"', "characters"),
        (b'{"a":{"b\\u0000":1}}', "characters"),
        (b'"\xff"', "encoding"),
        (b'"\xed\xa0\x80"', "encoding"),
        (b'\xef\xbb\xbf{"a":1}', "json"),
        (b"{'a':1}", "json"),
        (b'{"a":1,}', "json"),
        (b'{"a":1} {"b":2}', "json"),
        (b'{"a":01}', "json"),
        (b'{"a":+1}', "json"),
        (b'"a\x00b"', "json"),
        (b'{"a":1', "json"),
        (b"// no\n1", "json"),
        (b"[" * 33 + b"]" * 33, "depth"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "depth"),
        (b"[" * 100_000, "depth"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:24].hex(),
)
def test_what_two_readers_could_read_differently_is_refused(raw: bytes, code: str) -> None:
    assert refused(raw).faults[0].code == code


def test_a_duplicate_key_is_named() -> None:
    assert "qty" in refused(b'{"qty":1,"qty":99}').faults[0].says["en"]


def test_the_largest_and_the_deepest_that_fit_are_read() -> None:
    assert parse_json(b"[9223372036854775807,-9223372036854775808]") == [2**63 - 1, -(2**63)]
    deep = b"[" * DEEPEST + b"]" * DEEPEST
    assert json.dumps(parse_json(deep)).encode() == deep
    assert parse_json('"\\ud83d\\ude00 中\\u0001"'.encode()) == "😀 中\x01"


def test_many_keys_with_one_twice_are_refused_quickly() -> None:
    many = ",".join(f'"{number}":1' for number in range(100_000))
    begun = time.process_time()
    assert refused(f'{{{many},"99999":2}}'.encode()).faults[0].code == "duplicate_key"
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "text/plain", "application/xml", "application/json; charset=gbk", "", None],
)
def test_a_body_that_is_not_json_by_its_type_is_415(kind: str | None) -> None:
    with pytest.raises(Refusal) as raised:
        read_json(b"{}", kind)
    assert raised.value.status == 415


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_by_its_type_is_read(kind: str) -> None:
    assert read_json(b'{"a":1}', kind) == {"a": 1}
    assert read_json(b"", kind) is None


def test_query_parameters_are_read_once_each() -> None:
    assert read_query(b"q=a+b%20c&filter=%E4%B8%AD=1&empty=&bare") == {
        "q": "a b c",
        "filter": "中=1",
        "empty": "",
        "bare": "",
    }
    assert read_query(b"") == {}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"store=A&store=B", "duplicate_parameter"),
        (b"store=A&%73tore=B", "duplicate_parameter"),
        (b"q=%ff", "encoding"),
        (b"q=%00", "characters"),
        (b"q=%ed%a0%80", "encoding"),
        (b"&".join(b"p%d=1" % number for number in range(60)), "parameters"),
    ],
)
def test_a_parameter_given_twice_or_unreadable_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Refusal) as raised:
        read_query(raw)
    assert raised.value.faults[0].code == code
    assert raised.value.status == 422


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN", "zh"),
        ("ZH", "zh"),
        ("zh-Hant-TW,en;q=0.5", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("en;q=0.3, zh;q=0.8", "zh"),
        ("fr-FR, de", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=hello", "en"),
        ("*", "en"),
        ("zhx", "en"),
        ("," * 5000, "en"),
    ],
)
def test_the_language_is_chinese_when_it_is_wanted_most_and_else_english(header: str | None, language: str) -> None:
    assert read_language(header) == language


def asked(**headers: str) -> Asked:
    return Asked(
        "POST", "/api/batch", b"", {name.replace("_", "-"): value for name, value in headers.items()}, "en", "", ""
    )


def read(pieces: list[dict[str, Any]], limit: int, asking: Asked, seconds: float = 5) -> tuple[bytes, int]:
    """The body that comes in these messages (then nothing more ever comes), and how many were taken."""
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken == len(pieces):
            await asyncio.Event().wait()
        taken += 1
        return pieces[taken - 1]

    return asyncio.run(read_body(receive, asking, limit, seconds)), taken


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_is_read_to_its_end() -> None:
    assert read([piece(b"ab"), piece(b"cd", more=False)], 4, asked(content_length="4")) == (b"abcd", 2)
    assert read([piece(b"", more=False)], 4, asked()) == (b"", 1)


def test_a_body_that_says_it_is_too_large_is_refused_before_a_byte_is_read() -> None:
    with pytest.raises(Refusal) as raised:
        read([], 4, asked(content_length="5"))
    assert (raised.value.kind, raised.value.status) == (Kind.LIMIT, 413)


def test_a_body_that_does_not_say_its_size_is_refused_when_it_is_too_large() -> None:
    with pytest.raises(Refusal) as raised:
        read([piece(b"abc"), piece(b"de")], 4, asked(transfer_encoding="chunked"))
    assert raised.value.status == 413


def test_a_body_that_does_not_come_is_given_up() -> None:
    with pytest.raises(Refusal) as raised:
        read([piece(b"a")], 4, asked(content_length="4"), seconds=0.05)
    assert raised.value.status == 408


def test_who_goes_away_in_the_middle_is_not_answered() -> None:
    with pytest.raises(Gone):
        read([piece(b"a"), {"type": "http.disconnect"}], 4, asked(content_length="4"))


@pytest.mark.parametrize(
    ("words", "path", "code"),
    [
        ('{"a":[{"b":1.5}]}', "/a/0/b", "float"),
        ('{"a":[1,{"b":9223372036854775808}]}', "/a/1/b", "integer"),
        ('{"a":{"b":1,"b":2}}', "/a", "duplicate_key"),
        ('{"a/b":NaN}', "/a~1b", "number"),
        ("[1.5,2.5]", "/0", "float"),
        ("1.5", "", "float"),
    ],
)
def test_what_is_wrong_in_a_body_is_told_where_it_stands(words: str, path: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_json(words.encode())
    assert [(each.path, each.code) for each in refused.value.faults] == [(path, code)]


def test_of_a_list_read_apart_only_what_is_wrong_is_left_out() -> None:
    words = '[{"key":"a","n":1},{"key":"b","n":1.5},7.5,{"key":"c","c":"\\ud800"},{"key":9,"n":1e3},{"key":"d"}]'
    first, *wrong, last = parse_json(words.encode(), apart=True)
    assert (first, last) == ({"key": "a", "n": 1}, {"key": "d"})
    assert [(each.key, each.path, each.code) for each in wrong] == [
        ("b", "/n", "float"), (None, "", "float"), ("c", "/c", "characters"), (None, "/n", "float"),
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["[1.5", '[{"a":1.5}] x'])
def test_a_list_that_is_no_json_is_refused_whole_though_read_apart(words: str) -> None:
    with pytest.raises(Refusal):
        parse_json(words.encode(), apart=True)
