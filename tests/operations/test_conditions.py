"""What narrows a list field by field: what is found, what is refused and where, and that the hidden is not there."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.operations.house import House
from tests.operations.test_importing import exports

ROWS: list[dict[str, Any]] = [
    {"amount": "0", "days": 0, "urgent": False, "shade": "recall", "due": "2026-01-31"},
    {"amount": "0.01", "days": -3, "urgent": True, "why": "y", "shade": "slow", "due": "2026-02-28"},
    {"amount": "10", "days": 7, "size": "1.50", "when": "2026-03-01T08:00:00+08:00"},
    {"amount": "10.01", "body": 'Two\nlines\' "end" \\', "when": "2026-03-01T16:30:00Z"},
    {"amount": "999999999.99", "size": "-0.01", "shade": "other", "body": "两行"},
    {"days": 1, "urgent": False},
]
FOUND: list[tuple[dict[str, str], list[int]]] = [
    ({"f.amount": "0"}, [0]),
    ({"f.amount.from": "0.01"}, [1, 2, 3, 4]),
    ({"f.amount.from": "0.01", "f.amount.to": "10"}, [1, 2]),
    ({"f.amount.to": "10.00"}, [0, 1, 2]),
    ({"f.days.to": "-1"}, [1]),
    ({"f.days": "7"}, [2]),
    ({"f.size.from": "1.5"}, [2]),
    ({"f.size.to": "-0.01"}, [4]),
    ({"f.urgent": "true"}, [1]),
    ({"f.urgent": "false"}, [0, 5]),
    ({"f.shade": "recall"}, [0]),
    ({"f.shade": "recall,other"}, [0, 4]),
    ({"f.due": "2026-01-31"}, [0]),
    ({"f.due.from": "2026-02-01", "f.due.to": "2026-02-28"}, [1]),
    ({"f.when": "2026-03-01"}, [2]),
    ({"f.when.from": "2026-03-02"}, [3]),
    ({"f.when.to": "2026-03-01"}, [2]),
    ({"f.body.has": "two"}, [3]),
    ({"f.body.has": 'lines\' "end" \\'}, [3]),
    ({"f.body.has": "行"}, [4]),
    ({"f.body.has": "%"}, []),
    ({"f.store": "S01", "f.days.from": "1"}, [2, 5]),
    ({"f.created_by": "me", "f.days": "0"}, [0]),
    ({"f.state": "draft", "f.days": "0"}, [0]),
    ({"f.created": "today", "f.days": "0"}, [0]),
    ({"f.created.from": "-7d", "f.days": "0"}, [0]),
    ({"f.created.to": "-1d"}, []),
    ({"f.amount.from": "", "f.amount.to": " ", "f.days": "0"}, [0]),
    ({"f.amount.to": "10", "filter": "days < 1 or days > 6"}, [0, 1, 2]),
]
REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"f.nothing": "1"}, "/f.nothing", "unknown_field"),
    ({"f.secret": "1"}, "/f.secret", "unknown_field"),
    ({"f.secret.from": "1"}, "/f.secret.from", "unknown_field"),
    ({"f.lines": "1"}, "/f.lines", "unknown_field"),
    ({"f.price": "1"}, "/f.price", "unknown_field"),
    ({"f.shades": "recall"}, "/f.shades", "unknown_field"),
    ({"f.": "1"}, "/f.", "unknown_field"),
    ({"f.amount.above": "1"}, "/f.amount.above", "unknown_field"),
    ({"f.urgent.from": "true"}, "/f.urgent.from", "unknown_field"),
    ({"f.amount": "ten"}, "/f.amount", "number"),
    ({"f.amount": "1e3"}, "/f.amount", "number"),
    ({"f.amount": "١"}, "/f.amount", "number"),
    ({"f.amount.from": "1.001"}, "/f.amount.from", "places"),
    ({"f.days": "1.5"}, "/f.days", "places"),
    ({"f.amount.from": "2", "f.amount.to": "1"}, "/f.amount.to", "order"),
    ({"f.when.from": "2026-02-02", "f.when.to": "2026-02-01"}, "/f.when.to", "order"),
    ({"f.due": "2026-02-30"}, "/f.due", "date"),
    ({"f.due": "yesterday"}, "/f.due", "date"),
    ({"f.created.to": "9999-12-31"}, "/f.created.to", "date"),
    ({"f.urgent": "yes"}, "/f.urgent", "boolean"),
    ({"f.shade": "purple"}, "/f.shade", "choice"),
    ({"f.shade": "recall,"}, "/f.shade", "choice"),
    ({"f.state": "nowhere"}, "/f.state", "choice"),
    ({"f.store": "S99"}, "/f.store", "unknown_record"),
    ({"f.friend": "x' or '1'='1"}, "/f.friend", "unknown_record"),
    ({"f.body.has": "x" * 201}, "/f.body.has", "too_long"),
    ({f"f.field{each}": "1" for each in range(21)}, "/filter", "too_many"),
]


@pytest.fixture(scope="module")
def marked(house: House) -> tuple[str, list[str]]:
    """A word that is in every memo of this module, and their ids in the order of `ROWS`."""
    mark, clerk = f"m{uuid.uuid4().hex}", house.be("clerk1")
    return mark, [clerk.makes("memo", {"note": mark, **row}) for row in ROWS]


@pytest.mark.parametrize(("query", "rows"), FOUND, ids=[str(each[0])[:60] for each in FOUND])
def test_these_are_found_and_no_others(
    house: House, marked: tuple[str, list[str]], query: dict[str, str], rows: list[int]
) -> None:
    mark, ids = marked
    page = house.be("clerk1").get("records/memo", **{"f.note": mark, "count": "exact", **query})
    assert sorted(ids.index(each["id"]) for each in page["items"]) == rows
    assert page["count"] == len(rows)


@pytest.mark.parametrize(("query", "where", "code"), REFUSED, ids=[str(each[0])[:60] for each in REFUSED])
def test_what_is_no_filter_is_refused_where_it_stands(
    house: House, query: dict[str, str], where: str, code: str
) -> None:
    reply = house.be("clerk1").send("GET", "records/memo", **query)
    assert (reply.status, reply.errors) == (422, [(where, code)])


def test_every_fault_is_told_at_once(house: House) -> None:
    reply = house.be("clerk1").send("GET", "records/memo", **{"f.amount": "x", "f.due": "y", "f.days": "1"})
    assert reply.errors == [("/f.amount", "number"), ("/f.due", "date")]


def test_the_form_tells_by_what_it_is_narrowed(house: House) -> None:
    """What one may never be sure to see is not offered, and is answered like a field that is not there."""
    told = [each["name"] for each in house.be("clerk1").get("forms/memo")["narrows"]]
    assert {"state", "created", "created_by", "number", "store", "amount", "shade", "urgent", "note"} <= set(told)
    assert not {"secret", "lines", "price", "cap", "shades", "photo", "paper", "sign"} & set(told)
    for each in told:
        reply = house.be("clerk1").send("GET", "records/memo", **{f"f.{each}": "\u0661"})
        assert reply.status == 200 or reply.code != "unknown_field", each
    hidden, missing = (house.be("clerk1").send("GET", "records/memo", **{f"f.{n}": "1"}) for n in ("secret", "zzzzzz"))
    assert str(hidden.body).replace("secret", "zzzzzz") == str(missing.body)


def test_a_record_that_one_may_not_see_is_no_value(house: House) -> None:
    """A memo of another store is as unknown as one that was never there; who is named is told with its title."""
    clerk, stranger = house.be("clerk1"), house.be("clerk2")
    item = clerk.get("records/item", limit="1")["items"][0]
    page = clerk.get("records/memo", **{"f.item": item["values"]["code"], "f.created_by": "me"})
    assert page["named"]["item"] == {
        "id": item["id"], "code": item["values"]["code"], "title": item["values"]["name"],
    }  # fmt: skip
    by_id = clerk.get("records/memo", **{"f.item": item["id"]})
    assert by_id["named"]["item"]["id"] == item["id"]
    friend = clerk.get("me")["person"]["id"]
    assert stranger.send("GET", "records/memo", **{"f.friend": friend}).status in (200, 422)


def test_a_page_mark_is_good_for_the_same_filters_only(house: House, marked: tuple[str, list[str]]) -> None:
    query = {"f.note": marked[0], "f.amount.from": "0", "limit": "2"}
    mark = house.be("clerk1").get("records/memo", **query)["next"]
    assert house.be("clerk1").send("GET", "records/memo", **query, cursor=mark).status == 200
    reply = house.be("clerk1").send("GET", "records/memo", **{**query, "f.amount.from": "1"}, cursor=mark)
    assert reply.errors == [("/cursor", "bad_cursor")]


def test_an_export_is_narrowed_in_the_same_way(house: House, marked: tuple[str, list[str]]) -> None:
    rows = exports(house, "clerk1", **{"f.note": marked[0], "f.amount.to": "0.01"})
    assert sorted(row[0] for row in rows[1:]) == sorted(marked[1][:2])
