"""Sums of a list: exact, of all that is found, and of nothing that is hidden, endless or of two units."""

from __future__ import annotations

import uuid

import pytest

from engine.records import listing
from tests.operations.house import House


def test_all_that_is_found_is_summed_not_only_the_page(house: House) -> None:
    clerk, mark = house.be("clerk1"), f"t{uuid.uuid4().hex}"
    for amount in ("0.10", "0.20", "999999999.99", None):
        clerk.makes("memo", {"note": mark, "days": 2, **({"amount": amount} if amount else {})})
    page = clerk.get("records/memo", **{"f.note": mark, "totals": "amount,days,size", "limit": "1"})
    assert len(page["items"]) == 1
    assert page["totals"] == {"amount": {"sum": "1000000000.29", "unit": None}, "days": {"sum": "8", "unit": None}}
    narrowed = clerk.get("records/memo", **{"f.note": mark, "f.amount.to": "1", "totals": "amount"})
    assert narrowed["totals"]["amount"]["sum"] == "0.30"


def test_only_what_one_sees_is_summed(house: House) -> None:
    mark = f"t{uuid.uuid4().hex}"
    house.be("clerk1").makes("memo", {"note": mark, "amount": "5"})
    assert house.be("clerk2").get("records/memo", **{"f.note": mark, "totals": "amount"})["totals"] == {}


@pytest.mark.parametrize("name", ["secret", "nothing", "lines", "note", "price", "", "amount,secret"])
def test_what_is_hidden_or_no_number_has_no_sum(house: House, name: str) -> None:
    reply = house.be("clerk1").send("GET", "records/memo", totals=name or ",")
    assert (reply.status, reply.errors) == (422, [("/totals", "unknown_field")])


def test_too_many_records_have_no_sum(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not counted to its end is not summed; the bound is brought near for this."""
    monkeypatch.setattr(listing, "COUNTED", 2)
    clerk, mark = house.be("clerk1"), f"t{uuid.uuid4().hex}"
    for _ in range(2):
        clerk.makes("memo", {"note": mark, "amount": "1"})
    query = {"f.note": mark, "totals": "amount"}
    assert clerk.get("records/memo", **query)["totals"] == {"amount": {"sum": "2.00", "unit": None}}
    clerk.makes("memo", {"note": mark, "amount": "1"})
    assert clerk.get("records/memo", **query)["totals"] is None
