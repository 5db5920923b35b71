"""A field that is published with fewer digits after the point keeps what was written, and everybody can work on."""

from __future__ import annotations

import pytest

from tests.operations.house import House

EDITED = "active, photo, barcodes.barcode"


@pytest.fixture
def weighed(own_house: House) -> tuple[House, str]:
    """An item that weighs 1.255, and then items are weighed to two places only."""
    adm = own_house.be("adm")
    form = adm.get("definitions/form/item")["text"]
    wider = form.replace("  active: {type", "  weight: {type: decimal, scale: %d, index: true}\n  active: {type")
    flow = adm.get("definitions/workflow/item")["text"].replace(EDITED, f"weight, {EDITED}")
    own_house.publish(wider % 3, flow)
    (found,) = adm.get("records/item", q=own_house.item())["items"]
    assert adm.edits("item", found["id"], {"weight": "1.255"}).status == 200
    own_house.publish(wider % 2)
    return own_house, found["id"]


def test_what_lost_places_is_shown_found_and_edited(weighed: tuple[House, str]) -> None:
    house, item = weighed
    adm = house.be("adm")
    assert adm.get(f"records/item/{item}")["values"]["weight"] == "1.255"
    assert adm.edits("item", item, {"spec": "another"}).status == 200
    assert adm.get(f"records/item/{item}")["values"]["weight"] == "1.255"
    for asked, there in (("weight > 1", True), ("weight < 2", True), ("weight > 2", False), ("weight == 12.55", False)):
        found = {each["id"] for each in adm.get("records/item", filter=asked, limit="200")["items"]}
        assert (item in found) == there, asked


def test_what_is_written_anew_has_the_places_that_there_are_now(weighed: tuple[House, str]) -> None:
    house, item = weighed
    adm = house.be("adm")
    assert adm.edits("item", item, {"weight": "1.256"}).errors == [("/weight", "scale")]
    assert adm.edits("item", item, {"weight": "1.2"}).status == 200
    assert adm.get(f"records/item/{item}")["values"]["weight"] == "1.20"
