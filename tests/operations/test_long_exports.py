"""Long lists as files: whole, in order, in memory that does not grow with them."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.operations import exporting
from engine.operations.calls import Call
from tests.operations.house import House, replied

LOTS = """
WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < :many)
INSERT INTO ledger_lot (item, key, expires) SELECT i.id, 'long-' || more.n, '' FROM more CROSS JOIN ledger_item i
WHERE i.key = :item
"""
THERE = """
INSERT INTO balance (place, item, lot, owner, on_hand, reserved)
SELECT p.id, l.item, l.id, 0, 1000000, 0 FROM ledger_lot l CROSS JOIN ledger_place p
WHERE p.key = :store AND l.key LIKE 'long-%'
"""


def lie(house: House, many: int) -> None:
    """So many lots lie in a store, straight in the tables: they are only to be listed."""
    adm = house.be("adm")
    item = adm.get("records/item", **{"f.code": "A101"})["items"][0]["id"]
    store = adm.get("records/store", **{"f.code": "S01"})["items"][0]["id"]
    with house.services.database.engine.begin() as connection:
        connection.execute(text(LOTS), {"many": many, "item": item})
        connection.execute(text(THERE), {"store": store})


def file_of(house: House, account: str = "clerk1", **query: str) -> Iterator[bytes]:
    """The pieces of a file."""
    call = Call(house.be(account).actor, "en")
    return iter(house.doors.export(call, "stock_lines", {"format": "csv", **query})[2])


def lines_of(house: House, account: str, **query: str) -> list[dict[str, str]]:
    """What stands in the file."""
    return list(csv.DictReader(io.StringIO(b"".join(file_of(house, account, **query)).decode())))


def peak(house: House) -> tuple[int, int]:
    """The most memory that an export took, and how long its file is."""
    tracemalloc.start()
    length = sum(len(each) for each in file_of(house))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most, length


def grown(house: House, few: int, many: int) -> None:
    """So many more lines take hardly more memory."""
    lie(house, few)
    peak(house)
    first, short = peak(house)
    with house.services.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM balance WHERE lot IN (SELECT id FROM ledger_lot WHERE key LIKE 'long-%')"))
        connection.execute(text("DELETE FROM ledger_lot WHERE key LIKE 'long-%'"))
    lie(house, many)
    second, long = peak(house)
    assert long > short * many / few * 0.9
    assert second < first * 1.3, (first, second)


def test_a_file_of_many_lines_takes_no_more_memory_than_one_of_few(own_house: House) -> None:
    grown(own_house, 6_000, 24_000)


@pytest.mark.long
def test_two_hundred_thousand_lines_take_no_more_memory_than_ten_thousand(own_house: House) -> None:
    grown(own_house, 10_000, 200_000)


def test_a_long_file_is_whole_sorted_and_only_of_what_one_sees(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie(own_house, 1_200)
    shown = lines_of(own_house, "clerk1", sort="-on_hand,code")
    listed = own_house.be("clerk1").get("records/stock_lines", limit="1", count="exact")["count"]
    assert len(shown) == 1_207
    assert listed == 1_001, "a list counts no further"
    assert {each["store"] for each in shown} == {"S01"}
    amounts = [Decimal(each["on_hand"]) for each in shown]
    assert amounts == sorted(amounts, reverse=True)
    assert {each["store"] for each in csv.DictReader(io.StringIO(b"".join(file_of(own_house, "clerk2")).decode()))} == {
        "S02"
    }
    monkeypatch.setattr(exporting, "MOST", 1_206)
    refused = replied(lambda: file_of(own_house))
    assert (refused.status, refused.code) == (413, "too_many")


def test_whoever_leaves_in_the_middle_holds_neither_file_nor_connection(own_house: House) -> None:
    lie(own_house, 12_000)
    for _ in range(12):
        pieces = file_of(own_house)
        assert next(pieces)
    assert own_house.be("clerk1").get("records/stock_lines", limit="1")["items"]
