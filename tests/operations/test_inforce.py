"""Who may see a field is never pinned: what is closed, opened or renamed today is so in records that began before."""

from __future__ import annotations

import json

from tests.operations.house import Desk, House
from tests.operations.test_variants import overlaid

CLOSED = "{sees: {by: [auditor at chain]}}"
CLOSING = f"""\
format: 1
overlay: closing
over: retail
change:
  form plea: {{fields: {{remark: {CLOSED}}}}}
  form basket: {{fields: {{lines: {{fields: {{note: {CLOSED}}}}}}}}}
"""
HERE = CLOSING.replace("over: retail", "over: retail\napplies_to: it.code == 'S01'")


def told(desk: Desk, form: str, record: str) -> str:
    """All that is told of a record."""
    paths = (
        f"records/{form}/{record}",
        f"records/{form}/{record}/history",
        f"records/{form}",
        f"records/{form}/{record}/fill",
    )
    return json.dumps([desk.get(each) for each in paths])


def test_what_is_closed_later_is_closed_in_records_that_began_before_and_open_again_when_it_is_opened(
    own_house: House,
) -> None:
    house = own_house
    mgr, aud = house.be("mgr1"), house.be("aud")
    record = house.be("clerk1").makes("plea", {"amount": "50", "remark": "hushhush"}, "hand_in")
    line = {"item": {"code": "A100"}, "quantity": "1", "checker": {"code": "buyA"}}
    rows = house.be("clerk1").makes("basket", {"lines": [line]}, "hand_in")
    basket = house.be("buyA").tasks("basket", rows)[0]["id"]
    row = house.be("buyA").reads("basket", rows)["lines"][0]["row"]
    written = {"values": {"lines": [{"row": row, "note": "hushhush"}]}}
    assert house.be("buyA").send("POST", f"tasks/{basket}/approve", written).status == 200
    version = mgr.get(f"records/plea/{record}")["version"]
    for form, which in (("plea", record), ("basket", rows)):
        assert "hushhush" in told(mgr, form, which)
    overlaid(house, CLOSING)
    for form, which in (("plea", record), ("basket", rows)):
        assert "hushhush" not in told(mgr, form, which)
        assert "hushhush" in json.dumps(aud.get(f"records/{form}/{which}"))
    assert mgr.get(f"records/plea/{record}")["version"] == version, "all else is as it began"
    assert "remark" not in mgr.get(f"records/plea/{record}")["values"]
    assert house.be("mgr1").decides("plea", record).body["state"] == "granted"

    # only for the stores of an overlay: a record that follows none is not closed by it, one that began before either
    overlaid(house, HERE)
    assert "hushhush" in told(mgr, "plea", record), "it follows no overlay, for its form names no unit of variants"
    overlaid(house)
    assert "hushhush" in told(mgr, "plea", record)
    assert "hushhush" in told(mgr, "basket", rows)
    assert house.verified()


TOTAL = """\
format: 1
overlay: closing
over: retail
applies_to: it.code == 'S01'
change:
  form duel:
    fields:
      price: {sees: {by: [auditor at chain]}}
"""


def test_an_overlay_closes_for_its_own_stores_what_follows_it_and_for_no_others(own_house: House) -> None:
    house, aud = own_house, own_house.be("aud")
    plain = TOTAL.replace("price: {sees: {by: [auditor at chain]}}", "price: {help: {en: Asked., zh: 询问。}}")
    overlaid(house, plain)
    here = house.be("clerk1").makes("duel", {"amount": "5", "price": "7.77"}, "hand_in")
    there = house.be("clerk2").makes("duel", {"amount": "5", "price": "7.77"}, "hand_in")
    assert house.be("clerk1").reads("duel", here)["price"] == "7.77"
    overlaid(house, TOTAL)
    assert "price" not in house.be("clerk1").reads("duel", here)
    assert house.be("clerk2").reads("duel", there)["price"] == aud.reads("duel", here)["price"] == "7.77"
    overlaid(house, plain)
    assert house.be("clerk1").reads("duel", here)["price"] == "7.77", "it closes no more"


def test_a_field_that_was_renamed_is_closed_under_the_name_that_it_had(own_house: House) -> None:
    house = own_house
    record = house.be("clerk1").makes("plea", {"amount": "50", "remark": "hushhush"}, "hand_in")
    adm = house.be("adm")
    form = adm.get("definitions/form/plea")["text"]
    flow = adm.get("definitions/workflow/plea")["text"].replace("remark", "words")
    house.publish(
        form.replace("remark: {type: text}", "words: {type: text, was: remark, sees: {by: [auditor at chain]}}"),
        flow,
    )
    assert "hushhush" not in told(house.be("mgr1"), "plea", record)
    assert house.be("aud").get(f"records/plea/{record}")["values"]["remark"] == "hushhush"
