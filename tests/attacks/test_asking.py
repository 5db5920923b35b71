"""Queries that are attacks: numbers, SQL, long patterns, forged page marks, what is dear to work out (Q, L02, D)."""

from __future__ import annotations

import time
import uuid
from urllib.parse import quote

import pytest

from tests.attacks.houses import House, line, transfer

MANY = "9" * 5000


@pytest.mark.parametrize(
    "path",
    [
        "records/transfer?limit={}",
        "tasks?limit={}",
        "notices?limit={}",
        "stock?limit={}",
        "stock/movements?limit={}",
    ],
)
def test_a_limit_is_from_one_to_five_hundred(either: House, path: str) -> None:
    for wrong in ("0", "-1", "1.5", "1e3", "abc", "", "²", "٣", " 5", "+5", "0x10", "000"):
        either.refused("clerk1", "GET", path.format(quote(wrong)), status=422)
    for wrong in ("501", "1000000000", MANY):
        either.refused("clerk1", "GET", path.format(wrong), status=413)
    assert either.be("clerk1").client.get(f"/api/{path.format(500)}").status_code == 200


@pytest.mark.parametrize(
    "number", ["²", "٣", "-1", "1.5", "abc", "9" * 19, MANY, "'; DROP TABLE record; --", "1 OR 1=1"]
)
@pytest.mark.parametrize(
    "path", ["stock/movements?after={}", "stock/movements?cursor={}", "stock/trail?item=A100&place=S01&cursor={}"]
)
def test_what_is_no_number_is_refused_and_never_worked_with(either: House, path: str, number: str) -> None:
    either.refused("clerk1", "GET", path.format(quote(number)), status=422)
    assert either.be("clerk1").client.get(f"/api/{path.format('0')}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "tasks?cursor={}.x",
        "tasks?cursor={}",
        "stock?cursor={}",
        "stock?cursor=1.1.1.{}",
        "records/transfer?cursor={}",
        "stock?at={}",
        "definitions/form/transfer?version={}",
    ],
)
@pytest.mark.parametrize("mark", ["²", "-5", "9" * 40, MANY, "é", "%", "' OR 1=1 --", "e30", "AAAA"])
def test_a_forged_page_mark_is_refused(either: House, path: str, mark: str) -> None:
    account = "adm" if path.startswith("definitions") else "clerk1"
    either.refused(account, "GET", path.format(quote(mark)), status=422)


def test_a_page_mark_is_for_one_person_and_one_question(either: House) -> None:
    for _ in range(2):
        either.be("clerk2").makes("transfer", transfer("S02", "S01"))
    mark = either.be("clerk2").get("records/transfer", limit="1", sort="-created")["next"]
    mine = {"limit": "1", "sort": "-created", "cursor": mark}
    assert either.be("clerk2").client.get("/api/records/transfer", params=mine).status_code == 200
    asked = quote(mark)
    either.refused(
        "clerk1", "GET", f"records/transfer?limit=1&sort=-created&cursor={asked}", status=422, code="bad_cursor"
    )
    either.refused(
        "clerk2", "GET", f"records/transfer?limit=1&sort=created&cursor={asked}", status=422, code="bad_cursor"
    )
    either.refused("clerk2", "GET", f"records/transfer?limit=1&q=S&cursor={asked}", status=422, code="bad_cursor")
    either.refused("clerk2", "GET", f"records/item?limit=1&cursor={asked}", status=422, code="bad_cursor")
    changed = mark[:-2] + ("AA" if not mark.endswith("AA") else "BB")
    either.refused("clerk2", "GET", f"records/transfer?limit=1&sort=-created&cursor={quote(changed)}", status=422)


SQL = (
    "qty;drop table record",
    "(select password from account)",
    "CASE WHEN 1=1 THEN number ELSE state END",
    'number"',
    "t1.password",
    "data->>'total'",
    "r.data",
    "number DESC, id",
    "number--",
    "lines",
    "lines.item",
    "created;pragma",
    "NUMBER",
    "",
)


@pytest.mark.parametrize("words", SQL)
def test_sql_is_no_field(either: House, words: str) -> None:
    for parameter in ("sort", "fields"):
        if words in ("", "lines") and (parameter == "fields" or not words):
            continue
        either.refused("dckm", "GET", f"records/transfer?{parameter}={quote(words)}", status=422, code="unknown_field")
    assert either.be("dckm").client.get("/api/records/transfer?sort=number,-created").status_code == 200


FILTERS = (
    "it.number == 'x' OR 1=1; DROP TABLE record",
    "it.number == 'x' --",
    "it.data == 'x'",
    "(select 1)",
    "it.number.__class__",
    "it.__class__ == 'x'",
    "getattr(it, 'number') == 'x'",
    "__import__('os').system('id') == 0",
    "(lambda: true)()",
    "[each for each in it.lines] == []",
    "(x := 1) == 1",
    "f'{it.number}' == 'x'",
    "'{0.__class__}'.format(it) == 'x'",
    "'%s'.__mod__(it) == 'x'",
    "'%1000000000d' % 1 == 'x'",
    "'a' * 1000000000 == 'x'",
    "[0] * 1000000000 == []",
    "it.number < 5",
    "it.created > 'x'",
    "it.number == 5",
    "1 / 0 > 1",
    "1e400 > 1",
    "nan > 1",
    "10 ** 10 ** 10 > 1",
    "1 if it.number else 2",
    "-" * 1500 + "1 > 0",
    "(" * 900 + "true" + ")" * 900,
    "not " * 450 + "true",
    "true and " * 200 + "true and",
    "it.lines.item.cost.x.y.z > 1",
    "await it.number",
    "it.number[0] == 'x'",
    "eval('1') == 1",
    "contains(it.number, '\\x00')",
    "it.number == 'x' and\nimport os",
    "raise_it()",
    "exit()",
    "print(it.number) == 1",
    "it.number is None",
    "*it",
    "**it",
    "b'x' == 'x'",
    "...",
    "1_000 > 1",
    "0x10 > 1",
    "1j == 1",
    "True == true",
    "it == it.lines",
)


@pytest.mark.parametrize("filter", FILTERS, ids=range(len(FILTERS)))
def test_a_filter_is_the_language_and_nothing_else(either: House, filter: str) -> None:
    answer = either.refused("dckm", "GET", f"records/transfer?filter={quote(filter)}", status=422)
    assert answer.json()["errors"][0]["path"] == "/filter"


def test_a_quote_in_a_filter_is_a_letter(either: House) -> None:
    for words in ("O'Neill", "x\\' OR 1=1", '"; DROP TABLE record; --', "%", "_", "{0}", ":name", "%s", "$1", "?"):
        told = words.replace("\\", "\\\\").replace("'", "\\'")
        answer = either.be("dckm").client.get("/api/records/transfer", params={"filter": f"it.number == '{told}'"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["items"] == []
        found = either.be("dckm").client.get("/api/records/item", params={"filter": f"contains(it.name, '{told}')"})
        assert found.status_code == 200
        assert found.json()["items"] == []


@pytest.mark.parametrize(
    "words",
    [
        "%" * 1000,
        "_" * 1000,
        '" OR NEAR(',
        "a* OR b",
        "'; --",
        "\\",
        "(" * 200,
        "𝕬" * 300,
        "a b " * 300,
        "NOT a",
        "*",
        '"',
    ],
    ids=range(12),
)
def test_a_search_for_anything_is_a_search_for_words(either: House, words: str) -> None:
    before = either.digest()
    began = time.monotonic()
    answer = either.be("dckm").client.get("/api/records/item", params={"q": words})
    assert answer.status_code in (200, 422), answer.text
    assert time.monotonic() - began < 1
    assert either.digest() == before
    if answer.status_code == 200:
        assert len(answer.json()["items"]) <= 1
    assert either.be("dckm").get("records/item", q="Rice")["items"]


def test_a_filter_is_bounded_in_length_and_in_work(either: House) -> None:
    rows = [line(code, "1") for code in ("A100", "B200")]
    either.be("dck").makes("transfer", transfer("DC1", "S02", *rows))
    either.refused(
        "dck", "GET", f"records/transfer?filter={quote('true or ' * 400 + 'true')}", status=422, code="too_long"
    )
    nested = "row.requested > 0"
    for _ in range(12):
        nested = f"any(it.lines, {nested})"
    began = time.monotonic()
    answer = either.be("dck").client.get("/api/records/transfer", params={"filter": nested})
    assert answer.status_code in (200, 422), answer.text
    assert time.monotonic() - began < 1


def test_parameters_that_nobody_knows_are_refused(either: House) -> None:
    for path in ("records/transfer", "stock", "stock/movements", "stock/trail?item=A100&place=S01"):
        joined = "&" if "?" in path else "?"
        for name in ("expand=lines", "org=S03", "store[]=S03", "raw=select", "where=1", "__proto__=x", "%00=1"):
            either.refused("clerk1", "GET", f"{path}{joined}{name}", status=422)
    either.refused("clerk1", "GET", "stock?place=S01&place=S03", status=422, code="duplicate_parameter")
    either.refused("clerk1", "GET", "stock?" + "&".join(f"a{each}=1" for each in range(50)), status=422)


def test_moments_beyond_the_calendar_are_no_moments(either: House) -> None:
    for at in (
        "2026-02-31T00:00:00Z",
        "2026-01-01T24:01:00Z",
        "2026-01-01T00:00:00",
        "0000-01-01T00:00:00Z",
        "now",
        "-5",
    ):
        either.refused("clerk1", "GET", f"stock?at={quote(at)}", status=422)
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00+08:00"):
        assert either.be("clerk1").client.get(f"/api/stock?at={quote(at)}").status_code in (200, 422)


def test_page_marks_of_nothing_lead_nowhere(either: House) -> None:
    for path in (f"tasks?cursor=5.{uuid.uuid4()}", "stock?cursor=999999999.1.1.1"):
        assert either.be("clerk1").client.get(f"/api/{path}").status_code == 200
