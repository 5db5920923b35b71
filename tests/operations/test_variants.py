"""What differs from store to store: overlays that shape a record and stay with it, and units that goods come in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.house import Desk, House

OVERLAY = """\
format: 1
overlay: second
over: retail
applies_to: it.code == 'S02'
change:
  form duel:
    title: {en: Debate, zh: 辩论}
    fields:
      reasoning: {type: text, after: title}
  workflow duel:
    states:
      draft: {edit: {maker: {fields: [store, title, reasoning, amount, lines.item, lines.quantity]}}}
    transitions:
      hand_in: {required: [reasoning]}
    approvals:
      vote:
        steps:
          peers: {ask: [manager at store], decide: {need: 1}}
"""


def overlaid(house: House, *overlays: str) -> None:
    """Publish overlays over the pack."""
    library = house.be("adm").get("definitions/library/library")["text"]
    head, _, rest = library.partition("layers:")
    names = ["retail", *(each.split("overlay: ")[1].split("\n")[0] for each in overlays)]
    tail = rest.partition("\n")[2]
    house.publish(f"{head}layers: [{', '.join(names)}]\n{tail}", *overlays)


def refused(desk: Desk, values: dict[str, Any]) -> list[tuple[str, str]]:
    reply = desk.send("POST", "records/duel", {"values": values})
    assert reply.status == 422, reply.body
    return reply.errors


def test_a_store_has_its_own_fields_votes_and_titles_and_the_others_know_nothing_of_it(own_house: House) -> None:
    house = own_house
    overlaid(house, OVERLAY)
    first, second = house.be("clerk1"), house.be("clerk2")
    assert refused(first, {"amount": "50", "reasoning": "x"}) == [("/values/reasoning", "unknown_field")]
    draft = second.makes("duel", {"amount": "50"})
    missing = second.acts("duel", draft, "hand_in")
    assert (missing.status, missing.errors) == (422, [("/values/reasoning", "required")])
    assert second.takes("duel", draft, "hand_in", {"reasoning": "because"}) == "approval"
    assert house.be("mgr2").decides("duel", draft).body["state"] == "accepted"
    assert second.reads("duel", draft)["reasoning"] == "because"
    plain = first.makes("duel", {"amount": "50"}, "hand_in")
    assert "reasoning" not in first.reads("duel", plain)
    assert not house.be("mgr1").tasks("duel", plain)
    assert house.be("clerk1b").decides("duel", plain).body["state"] == "approval"
    assert house.verified()


def test_made_and_submitted_in_one_breath_a_record_goes_the_way_of_its_store(own_house: House) -> None:
    house = own_house
    overlaid(house, OVERLAY)
    second = house.be("clerk2")
    sent = {"values": {"amount": "50"}, "action": "hand_in"}
    missing = second.send("POST", "records/duel", sent)
    assert (missing.status, missing.errors) == (422, [("/values/reasoning", "required")])
    store = second.reads("duel", second.makes("duel", {"amount": "1"}))["store"]["id"]
    for named in ({}, {"store": {"code": "S02"}}, {"store": store}):
        record = second.makes("duel", {"amount": "50", "reasoning": "because", **named}, "hand_in")
        assert [each["step"] for each in house.be("mgr2").tasks("duel", record)] == ["peers"]
    wrong = refused(second, {"store": {"code": "NOWHERE"}, "amount": "x"})
    assert wrong == [("/values/store", "reference"), ("/values/amount", "decimal")]


def test_what_left_its_start_keeps_its_overlay_and_a_draft_follows_the_newest(own_house: House) -> None:
    house = own_house
    overlaid(house, OVERLAY)
    second = house.be("clerk2")
    pinned = second.makes("duel", {"amount": "50", "reasoning": "because"}, "hand_in")
    draft = second.makes("duel", {"amount": "50", "reasoning": "kept"})
    version = second.get(f"records/duel/{pinned}")["version"]
    overlaid(house, OVERLAY.replace("S02", "S01"))
    assert second.reads("duel", pinned)["reasoning"] == "because"
    assert house.be("mgr2").decides("duel", pinned).body["state"] == "accepted"
    assert second.get(f"records/duel/{pinned}")["version"] == version
    assert second.get(f"records/duel/{draft}")["version"] == version + 1
    assert "reasoning" not in second.reads("duel", draft)
    assert second.edits("duel", draft, {"reasoning": "y"}).errors == [("/reasoning", "unknown_field")]
    assert second.edits("duel", draft, {"title": "z"}).status == 200
    overlaid(house, OVERLAY)
    assert second.get(f"records/duel/{draft}")["values"]["title"] == "z"
    assert house.verified()


def test_an_overlay_that_cannot_be_is_not_published_and_says_where(own_house: House) -> None:
    house = own_house
    adm = house.be("adm")
    library = adm.get("definitions/library/library")["text"].replace("layers: []", "layers: [retail, second]")
    before = adm.get("definitions")
    for old, new, code in (
        ("reasoning: {type: text, after: title}", "title: {after: nowhere}", "unknown_word"),
        ("it.code == 'S02'", "it.nothing == 'S02'", "unknown_field"),
        ("over: retail", "over: nobody", "unknown_name"),
    ):
        texts = [
            {"kind": "library", "name": "library", "text": library},
            {"kind": "overlay", "name": "second", "text": OVERLAY.replace(old, new)},
        ]
        reply = adm.send("POST", "definitions/publish", {"texts": texts, "note": "no"})
        assert reply.status == 422
        assert code in [each for _path, each in reply.errors], reply.errors
        assert any("second" in path for path, _code in reply.errors)
    assert adm.get("definitions") == before


# Units


@pytest.fixture
def crate(house: House) -> str:
    """An item in pieces, cases of twelve and packs of a thousandth; its code."""
    adm = house.be("adm")
    code = house.item()
    found = adm.get("records/item", filter=f"code == '{code}'")["items"][0]["id"]
    units = [{"unit": "case", "factor": "12"}, {"unit": "pack", "factor": "0.001"}]
    assert adm.edits("item", found, {"units": units}).status == 200
    return code


def quantity(house: House, item: str, sent: Any) -> Any:
    """What is stored of a quantity, or the fault that it is refused with."""
    clerk = house.be("clerk1")
    lines = [{"item": {"code": item}}, {"item": {"code": item}, "pieces": sent}]
    reply = clerk.send("POST", "records/hand", {"values": {"lines": lines}})
    if reply.status != 201:
        return reply.errors
    return clerk.reads("hand", reply.body["id"])["lines"][1]["pieces"]


@pytest.mark.parametrize(
    ("number", "unit", "stored"),
    [
        ("2", "case", "24"),
        ("0.25", "case", "3"),
        ("1.5", "case", "18"),
        ("7", "pack", "0.007"),
        ("1000000", "pack", "1000"),
        ("0", "case", "0"),
    ],
)
def test_a_unit_is_turned_into_the_base_unit_exactly(
    house: House, crate: str, number: str, unit: str, stored: str
) -> None:
    assert quantity(house, crate, {"quantity": number, "unit": unit}) == stored


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"quantity": "1", "unit": "barrel"}, "unit"),
        ({"quantity": "1", "unit": "CASE"}, "unit"),
        ({"quantity": "0.5", "unit": "pack"}, "scale"),
        ({"quantity": "0.0001", "unit": "pack"}, "unit_inexact"),
        ({"quantity": "-1", "unit": "case"}, "negative"),
        ({"quantity": 2, "unit": "case"}, "type"),
        ({"quantity": "2"}, "type"),
        ({"quantity": "2", "unit": "case", "more": 1}, "type"),
        ({"quantity": "2", "unit": 5}, "type"),
        ({"quantity": "999999999999999999", "unit": "case"}, "decimal"),
        ({"quantity": "900000000000", "unit": "case"}, "unit_inexact"),
    ],
)
def test_a_unit_that_does_not_come_out_is_refused_at_its_row(house: House, crate: str, sent: Any, code: str) -> None:
    assert quantity(house, crate, sent) == [("/values/lines/1/pieces", code)]


def test_without_an_item_there_is_no_unit(house: House) -> None:
    reply = house.be("clerk1").send(
        "POST", "records/hand", {"values": {"lines": [{"pieces": {"quantity": "1", "unit": "case"}}]}}
    )
    assert (reply.status, reply.errors) == (422, [("/values/lines/0/pieces", "unit")])


SEEN = """\
format: 1
overlay: seen
over: retail
applies_to: it.code == 'S01'
change:
  form duel: {fields: {lines: {fields: {cost: {type: money, sees: {by: [area_manager above store]}}}}}}
  workflow duel: {approvals: {vote: {steps: {peers: {title: {en: Peers, zh: 同事}}}}}}
"""


def test_why_tells_the_layers_of_a_rule_and_none_of_a_column_that_is_hidden(own_house: House) -> None:
    house = own_house
    overlaid(house, SEEN)
    record = house.be("clerk1").makes("duel", {"amount": "50"}, "hand_in")

    def layers(account: str, **rule: str) -> list[tuple[str, str, bool]]:
        told = house.be(account).get("why", form="duel", id=record, **rule)["layers"]
        return [(each["layer"], each["file"], each["line"] > 0) for each in told]

    pack = ("retail", "form_definitions/duel.yaml", True)
    added = ("seen", "form_definitions/seen.yaml", True)
    assert layers("ame", field="lines") == [pack, added]
    assert layers("ame", field="lines.cost") == [added]
    assert layers("clerk1", field="lines") == [pack], "what changes there is hidden from him"
    hidden, unknown = (
        house.be("clerk1").send("GET", "why", form="duel", id=record, field=each) for each in ("lines.cost", "lines.no")
    )
    assert (hidden.status, hidden.raw) == (404, unknown.raw)
    assert [each[0] for each in layers("clerk1", step="peers")] == ["retail", "seen"]
    assert layers("clerk1", action="hand_in") == [("retail", "workflow_definitions/duel.yaml", True)]
    told = house.be("clerk1").get("why", form="duel", id=record, step="peers")
    assert (told["title"], told["unit"]["code"]) == ("Peers", "S01")
    assert told["layers"][1]["because"] == "It holds here because Code is “S01”."


HIDDEN = """\
format: 1
overlay: second
over: retail
applies_to: it.region.margin > 5
change:
  workflow duel:
    approvals: {vote: {steps: {peers: {ask: [manager at store], decide: {need: 1}}}}}
"""


def test_why_tells_no_condition_on_what_the_reader_may_not_see_of_a_region(own_house: House) -> None:
    house, adm = own_house, own_house.be("adm")
    seen = "sees: {by: [administrator at chain, auditor at chain]}, title: {en: Margin, zh: 利润率}"
    field = f"fields:\n  margin: {{type: decimal, {seen}}}\n"
    form = adm.get("definitions/form/region")["text"].replace("fields:\n", field, 1)
    flow = adm.get("definitions/workflow/region")["text"].replace("[code, name]", "[code, name, margin]")
    house.publish(form, flow)
    for each in adm.get("records/region")["items"]:
        assert adm.edits("region", each["id"], {"margin": "9"}).status == 200
    overlaid(house, HIDDEN)
    record = house.be("clerk1").makes("duel", {"amount": "50"}, "hand_in")

    def because(account: str) -> str:
        layers = house.be(account).get("why", form="duel", id=record, step="peers")["layers"]
        assert layers[-1]["overlay"] is True
        return str(layers[-1]["because"])

    assert because("clerk1") == "It holds for this unit."
    assert because("aud") == "It holds here because Region · Margin is more than 5."
