"""Lists from every side: what is found, in which order, page by page, by which words, and what is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.operations.house import Desk, House
from tests.operations.test_reindexing import publish

ROWS: list[dict[str, Any]] = [
    {"amount": "0", "days": 0, "urgent": False, "shade": "recall", "due": "2026-01-31"},
    {"amount": "0.01", "days": -3, "urgent": True, "why": "y", "shade": "slow", "due": "2026-02-28"},
    {"amount": "10", "days": 7, "size": "1.50", "shades": ["recall", "slow"], "when": "2026-03-01T08:00:00+08:00"},
    {"amount": "10.01", "days": 2**31, "code": "", "body": "two\nlines", "when": "2026-03-01T00:00:01Z"},
    {"amount": "999999999.99", "size": "-0.01", "shades": [], "shade": "other"},
    {"lines": [{"word": "a", "worth": "5"}, {"word": "b", "worth": "6"}]},
    {"lines": [{"word": "a"}], "days": 1, "urgent": False},
]
FOUND: list[tuple[str, list[int]]] = [
    ("amount == 0", [0]),
    ("amount > 0", [1, 2, 3, 4]),
    ("amount >= 0 and amount < 10.01", [0, 1, 2]),
    ("not (amount > 0)", [0]),
    ("empty(amount)", [5, 6]),
    ("not empty(amount)", [0, 1, 2, 3, 4]),
    ("amount in [10, 10.01]", [2, 3]),
    ("amount == 10 or days == 0", [0, 2]),
    ("otherwise(amount, 3) == 3", [5, 6]),
    ("amount * 2 == 20.02", [3]),
    ("amount - 0.01 == 0", [1]),
    ("days < 0", [1]),
    ("days == -3", [1]),
    ("abs(days) == 3", [1]),
    ("days > 2000000000", [3]),
    ("urgent", [1]),
    ("not urgent", [0, 6]),
    ("urgent == false", [0, 6]),
    ("shade == 'recall'", [0]),
    ("shade in ['recall', 'other']", [0, 4]),
    ("shade != 'recall'", [1, 4]),
    ("year(due) == 2026 and month(due) == 2", [1]),
    ("day(due) > 28", [0]),
    ("due >= date('2026-01-31')", [0, 1]),
    ("due < date('2026-02-01')", [0]),
    ("size == 1.5", [2]),
    ("size < 0", [4]),
    ("contains(body, 'two')", [3]),
    ("any(lines, row.word == 'a')", [5, 6]),
    ("all(lines, row.word == 'a') and count(lines) > 0", [6]),
    ("count(lines) == 2", [5]),
    ("sum(lines.worth) == 11", [5]),
    ("store.code == 'S01' and days == 7", [2]),
    ("it.days == 7", [2]),
    ("state == 'draft' and days == 7", [2]),
    ("state == 'open'", []),
    ("1 == 2", []),
    ("days == 7 and 1 == 1", [2]),
]
REFUSED: list[tuple[dict[str, str], int, str, str]] = [
    ({"filter": "nothing == 1"}, 422, "/filter", "unknown_field"),
    ({"filter": "secret > 1"}, 422, "/filter", "unknown_field"),
    ({"filter": "it.secret > 1"}, 422, "/filter", "unknown_field"),
    ({"filter": "any(lines, row.veiled == 'x')"}, 422, "/filter", "unknown_field"),
    ({"filter": "on_hand(item, store) > 1"}, 422, "/filter", "not_for_lists"),
    ({"filter": "limit('memo', 'store') > 1"}, 422, "/filter", "not_for_lists"),
    ({"sort": "secret"}, 422, "/sort", "unknown_field"),
    ({"sort": "amount,,days"}, 422, "/sort", "unknown_field"),
    ({"sort": "--amount"}, 422, "/sort", "unknown_field"),
    ({"sort": "price"}, 422, "/sort", "unknown_field"),
    ({"sort": "amount;drop table record"}, 422, "/sort", "unknown_field"),
    ({"sort": "(select 1)"}, 422, "/sort", "unknown_field"),
    ({"fields": "veiled"}, 422, "/fields", "unknown_field"),
    ({"fields": "lines.word"}, 422, "/fields", "unknown_field"),
    ({"limit": "0"}, 422, "/limit", "bad_limit"),
    ({"limit": "-1"}, 422, "/limit", "bad_limit"),
    ({"limit": "1.0"}, 422, "/limit", "bad_limit"),
    ({"limit": "\u0661"}, 422, "/limit", "bad_limit"),
    ({"limit": "501"}, 413, "", "limit"),
    ({"limit": "9" * 400}, 413, "", "limit"),
    ({"count": "yes"}, 422, "/count", "bad_count"),
    ({"offset": "5"}, 422, "/offset", "unknown_parameter"),
    ({"expand": "store"}, 422, "/expand", "unknown_parameter"),
    ({"group": "store"}, 422, "/group", "unknown_parameter"),
]


@pytest.fixture(scope="module")
def marked(house: House) -> tuple[str, list[str]]:
    """A word that is in every memo of this module, and their ids in the order of `ROWS`."""
    mark, clerk = f"m{uuid.uuid4().hex}", house.be("clerk1")
    rows = [{name: value for name, value in row.items() if name != "code"} for row in ROWS]
    return mark, [clerk.makes("memo", {"note": mark, **row}) for row in rows]


@pytest.mark.parametrize(("words", "rows"), FOUND, ids=[words for words, _ in FOUND])
def test_a_filter_finds_these_and_no_others(
    house: House, marked: tuple[str, list[str]], words: str, rows: list[int]
) -> None:
    mark, ids = marked
    page = house.be("clerk1").get("records/memo", filter=f"note == '{mark}' and ({words})", count="exact")
    assert sorted(ids.index(each["id"]) for each in page["items"]) == rows
    assert page["count"] == len(rows)


@pytest.mark.parametrize(("query", "status", "where", "code"), REFUSED, ids=[str(each[0])[:60] for each in REFUSED])
def test_a_list_that_cannot_be_asked_for_is_refused(
    house: House, query: dict[str, str], status: int, where: str, code: str
) -> None:
    reply = house.be("clerk1").send("GET", "records/memo", **query)
    assert (reply.status, reply.errors) == (status, [(where, code)])


SORTS: list[tuple[str, Callable[[dict[str, Any]], Any], bool]] = [
    ("amount", lambda row: Decimal(row.get("amount", "-1")), False),
    ("-amount", lambda row: Decimal(row.get("amount", "-1")), True),
    ("days,amount", lambda row: (row.get("days", -(10**9)), Decimal(row.get("amount", "-1"))), False),
    ("due,amount", lambda row: (row.get("due", ""), Decimal(row.get("amount", "-1"))), False),
    ("urgent,amount", lambda row: ({None: 0, False: 1, True: 2}[row.get("urgent")], Decimal(row.get("amount", "-1")))
     , False),
]  # fmt: skip


@pytest.mark.parametrize(("sort", "key", "down"), SORTS, ids=[each[0] for each in SORTS])
@pytest.mark.parametrize("limit", ["1", "3", "500"])
def test_pages_of_any_size_are_one_sorted_list(
    house: House,
    marked: tuple[str, list[str]],
    sort: str,
    key: Callable[[dict[str, Any]], Any],
    down: bool,
    limit: str,
) -> None:
    mark, ids = marked
    found = [ids.index(each) for each in walk(house.be("clerk1"), filter=f"note == '{mark}'", sort=sort, limit=limit)]
    assert sorted(found) == list(range(len(ROWS)))
    keys = [key(ROWS[each]) for each in found]
    assert keys == sorted(keys, reverse=down)


def walk(desk: Desk, **query: str) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    while True:
        page = desk.get("records/memo", **query)
        found += [each["id"] for each in page["items"]]
        assert len(page["items"]) <= int(query["limit"])
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


@pytest.mark.parametrize("sort", ["amount", "-amount", "days,amount", "created", "-id"])
@pytest.mark.parametrize("limit", ["1", "2", "3"])
def test_one_comes_back_over_the_same_pages(house: House, marked: tuple[str, list[str]], sort: str, limit: str) -> None:
    """Backwards from the end are the pages of the way there, whatever is empty or equal."""
    desk, query = house.be("clerk1"), {"filter": f"note == '{marked[0]}'", "sort": sort, "limit": limit}
    pages = [desk.get("records/memo", **query)]
    assert pages[0]["previous"] is None
    while pages[-1]["next"]:
        pages.append(desk.get("records/memo", **query, cursor=pages[-1]["next"]))
    there = [[each["id"] for each in page["items"]] for page in pages]
    back = [pages[-1]]
    while back[-1]["previous"]:
        back.append(desk.get("records/memo", **query, before=back[-1]["previous"]))
    assert [[each["id"] for each in page["items"]] for page in back[::-1]] == there
    assert desk.get("records/memo", **query, cursor=back[-1]["next"])["items"][0]["id"] == there[1][0]


@pytest.mark.parametrize("spoil", [lambda c: c[:-1], lambda c: c + "A", lambda c: c[::-1], lambda c: "", str.swapcase])
def test_a_page_mark_is_ours_or_nobodys(
    house: House, marked: tuple[str, list[str]], spoil: Callable[[str], str]
) -> None:
    query = {"filter": f"note == '{marked[0]}'", "limit": "2"}
    mark = house.be("clerk1").get("records/memo", **query)["next"]
    reply = house.be("clerk1").send("GET", "records/memo", **query, cursor=spoil(mark))
    assert (reply.status, reply.errors) == (422, [("/cursor", "bad_cursor")])
    assert house.be("clerk1").send("GET", "records/memo", **query, cursor=mark).status == 200


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        ("blue whale", True),
        ("WHALE", True),
        ("wha", True),
        ("whale blue", True),
        ("hale", False),
        ("_hale", False),
        ("blue' OR '1'='1", False),
        ('blue" OR NEAR(', False),
        ("blue*", True),
        ("蓝鲸", True),
        ("鲸", True),
        ("蓝鲸鱼", False),
        ("blue shark", False),
    ],
)
def test_words_are_looked_for_as_words(house: House, words: str, finds: bool) -> None:
    clerk, mark = house.be("clerk1"), f"Q{uuid.uuid4().hex[:12]}"
    record = clerk.makes("memo", {"note": f"{mark} Blue whale 看见蓝鲸了"})
    clerk.makes("memo", {"note": f"{mark} nothing"})
    found = [each["id"] for each in clerk.get("records/memo", q=f"{mark} {words}")["items"]]
    assert found == ([record] if finds else [])


@pytest.mark.parametrize("words", ["", " ", "\t"])
def test_no_words_look_for_nothing_in_particular(house: House, marked: tuple[str, list[str]], words: str) -> None:
    page = house.be("clerk1").get("records/memo", q=words, filter=f"note == '{marked[0]}'", limit="500")
    assert len(page["items"]) == len(ROWS)


def test_only_these_fields_come_and_the_head_always(house: House, marked: tuple[str, list[str]]) -> None:
    query = {"filter": f"note == '{marked[0]}' and days == 7", "fields": "days,size,number"}
    item = house.be("clerk1").get("records/memo", **query)["items"][0]
    assert item["values"] == {"days": 7, "size": "1.50"}
    assert {"id", "form", "number", "state", "revision", "version"} <= set(item)


def test_other_stores_are_neither_listed_nor_counted_nor_found(house: House, marked: tuple[str, list[str]]) -> None:
    mark, ids = marked
    stranger, auditor = house.be("clerk2"), house.be("aud")
    for query in ({"filter": f"note == '{mark}'"}, {"q": mark}):
        empty = stranger.get("records/memo", **query, count="exact")
        assert empty == {"items": [], "next": None, "previous": None, "count": 0}
        assert {each["id"] for each in auditor.get("records/memo", **query)["items"]} == set(ids)
    assert stranger.get("records/memo", filter="note == 'there is no such note'", count="exact") == empty


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    low=st.decimals(-1, 1000, places=2, allow_nan=False),
    high=st.decimals(-1, 1000, places=2, allow_nan=False),
    days=st.integers(-5, 10),
)
def test_a_filter_agrees_with_arithmetic(
    house: House, marked: tuple[str, list[str]], low: Decimal, high: Decimal, days: int
) -> None:
    mark, ids = marked
    words = f"note == '{mark}' and (amount >= {low} and amount < {high} or days == {days})"
    found = sorted(ids.index(each["id"]) for each in house.be("clerk1").get("records/memo", filter=words)["items"])
    expected = [
        number
        for number, row in enumerate(ROWS)
        if ("amount" in row and low <= Decimal(row["amount"]) < high) or row.get("days") == days
    ]
    assert found == expected


ASKED = ({"filter": "total > 1"}, {"filter": "any(lines, row.unit_cost > 1)"}, {"sort": "-total"})


def test_nobody_narrows_or_sorts_by_what_he_sees_of_some_records_only(house: House) -> None:
    """A manager sees the cost of what leaves his store; by what comes to it the cost of others would be found."""
    line = {"item": {"code": house.item(S02=5)}, "requested": "1"}
    values = {"from_store": {"code": "S02"}, "to_store": {"code": "S01"}, "reason": "slow", "lines": [line]}
    record = house.be("clerk1").makes("transfer", values, "submit")
    manager = house.be("mgr1")
    assert "total" not in manager.get(f"records/transfer/{record}")["values"]
    for query in ASKED:
        refused = manager.send("GET", "records/transfer", **query)
        assert (refused.status, refused.body["errors"][0]["code"]) == (422, "unknown_field"), query
        assert house.be("fin1").send("GET", "records/transfer", **query).status == 200, query


def test_who_sees_a_field_of_every_record_in_reach_narrows_and_sorts_by_it(own_house: House) -> None:
    """At the one unit to which a record belongs, or anywhere in the chain."""
    closed = "body: {type: long_text, sees: {by: [manager at store]}}"
    assert publish(own_house, "memo", ("body: {type: long_text}", closed)).status == 200
    found = {
        who: own_house.be(who).send("GET", "records/memo", filter="body == 'kept'").status for who in ("clerk1", "mgr1")
    }
    assert found == {"clerk1": 422, "mgr1": 200}
    assert own_house.be("mgr1").send("GET", "records/item", filter="cost > 1").status == 200
    assert own_house.be("clerk1").send("GET", "records/item", filter="cost > 1").status == 422
