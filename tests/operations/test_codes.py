"""What a scanned code means: the same for pages, rows and fields, and never more than the reader sees."""

from __future__ import annotations

import uuid

import pytest

from engine.operations.codes import spelled
from tests.operations.house import Desk, House

UPC, EAN, CASE = "036000291452", "0036000291452", "10036000291459"


def meant(desk: Desk, code: str, **query: str) -> list[tuple[str, str]]:
    """What a code means to somebody: each form and code."""
    found = desk.get("codes", text=code, **query)
    assert found["next"] is None
    return [(each["form"], each["named"]["code"]) for each in found["items"]]


@pytest.fixture(scope="module")
def coded(house: House) -> str:
    """An item with a barcode of twelve digits; its code."""
    code = house.item()
    adm = house.be("adm")
    (record,) = adm.get("records/item", q=code)["items"]
    adm.does("PATCH", f"records/item/{record['id']}", {"barcodes": [{"barcode": UPC}]}, if_match=record["revision"])
    return code


def test_a_code_means_what_has_exactly_it(house: House, coded: str) -> None:
    clerk = house.be("clerk1")
    assert meant(clerk, coded) == meant(clerk, f" {coded.lower()} ") == [("item", coded)]
    assert meant(clerk, coded[:-1]) == []
    assert meant(clerk, f"Thing {coded}") == [("item", coded)]
    assert ("store", "S01") in meant(clerk, "s01")


@pytest.mark.parametrize("code", [UPC, EAN, "00036000291452"])
def test_a_barcode_is_meant_by_every_length_of_its_number(house: House, coded: str, code: str) -> None:
    assert meant(house.be("clerk1"), code) == meant(house.be("clerk1"), code, form="item") == [("item", coded)]


def test_another_number_is_another_thing(house: House, coded: str) -> None:
    assert meant(house.be("clerk1"), CASE) == []
    assert spelled("ABC") == ["ABC"]
    assert spelled("12345") == ["12345"]
    assert spelled(EAN) == [EAN, UPC, "00036000291452"]


def test_a_document_is_meant_by_its_number_and_not_by_what_it_names(house: House, coded: str) -> None:
    clerk = house.be("clerk1")
    house.bring(coded, "S01", 5)
    line = {"item": {"code": coded}, "requested": "1"}
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": [line]}
    number = clerk.get(f"records/transfer/{clerk.makes('transfer', values, 'submit')}")["number"]
    assert meant(clerk, number) == [("transfer", number)]
    assert meant(clerk, coded) == [("item", coded)]


def test_the_own_record_of_a_code_comes_first(house: House) -> None:
    """A code may be another thing's name; whoever scans it means what is labelled with it."""
    adm, mark = house.be("adm"), f"Y{uuid.uuid4().hex[:10].upper()}"
    for code, name in ((f"{mark}1", mark), (mark, "Plain"), (f"{mark}2", mark)):
        adm.makes("category", {"code": code, "name": name})
    assert meant(adm, mark)[0] == ("category", mark)
    assert {code for _, code in meant(adm, mark)} == {mark, f"{mark}1", f"{mark}2"}


def test_what_one_may_not_see_has_no_code(house: House, coded: str) -> None:
    assert meant(house.be("vendor1"), "S02") == []
    assert meant(house.be("clerk1", (("store", "see"),)), coded) == []
    hidden = house.be("vendor1").send("GET", "codes", text="S02", form="transfer")
    unknown = house.be("vendor1").send("GET", "codes", text="S02", form="nothing")
    assert (hidden.status, hidden.errors) == (unknown.status, unknown.errors) == (422, [("/form", "unknown_form")])


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({}, ("/text", "required")),
        ({"text": "  "}, ("/text", "required")),
        ({"text": "x" * 101}, ("/text", "too_long")),
        ({"text": "x", "form": "item,nothing"}, ("/form", "unknown_form")),
        ({"text": "x", "q": "y"}, ("/q", "unknown_parameter")),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_be_asked_is_refused(
    house: House, query: dict[str, str], fault: tuple[str, str], language: str
) -> None:
    desk = house.be("clerk1")
    reply = Desk(desk.house, desk.actor, language).send("GET", "codes", **query)
    assert (reply.status, reply.errors) == (422, [fault])
    assert any("\u4e00" <= each <= "\u9fff" for each in reply.body["errors"][0]["message"]) == (language == "zh")


def test_a_record_tells_by_what_it_is_called(house: House, coded: str) -> None:
    """Pages and scripts need not guess at fields: lists, records and codes name a record as references to it do."""
    adm = house.be("adm")
    (item,) = adm.get("records/item", q=coded, fields="spec")["items"]
    assert item["named"] == {"id": item["id"], "code": coded, "title": f"Thing {coded}"}
    assert adm.get(f"records/item/{item['id']}")["named"] == item["named"]
    people = adm.get("records/person", q="clerk1")["items"]
    assert [each["named"]["code"] for each in people] == [each["values"]["account"] for each in people] != []
