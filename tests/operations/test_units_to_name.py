"""A record that belongs to no unit yet: whoever begins it says to which, and only then what else may be written."""

from __future__ import annotations

from tests.operations.house import House

PICKUP = """
format: 1
form: pickup
title: {en: Pickup, zh: 取件}
kind: document
org: [giver, taker]
number: {text: "PU-{counter:4}", period: none, given_at: send}
fields:
  giver: {type: reference, to: store, required: true}
  taker: {type: reference, to: store, required: true}
  what: {type: text, required: true}
"""
FLOW = """
format: 1
workflow: pickup
form: pickup
start: draft
states:
  draft:
    title: {en: Draft, zh: 草稿}
    edit: {ends: {by: [clerk at giver, clerk at taker], fields: [giver, taker, what]}}
  sent: {title: {en: Sent, zh: 已发}, end: true}
transitions:
  send: {from: draft, to: sent, by: [clerk at giver, clerk at taker]}
"""
RIGHTS = [f"p, clerk, pickup, {each}, own" for each in ("see", "create", "edit", "send")]


def _values(giver: str, taker: str) -> dict[str, object]:
    return {"giver": {"code": giver}, "taker": {"code": taker}, "what": "keys"}


def test_whoever_begins_a_record_names_its_units(own_house: House) -> None:
    own_house.publish(PICKUP, FLOW, policy=RIGHTS)
    clerk = own_house.be("clerk1")
    begun = clerk.get("records/pickup/fill")
    assert begun["writable"] == ["giver", "taker"]
    named = clerk.does("POST", "records/pickup/fill", {"values": {"taker": {"code": "S01"}}})
    assert named["writable"] == ["giver", "taker", "what"]
    assert named["errors"] == []
    for giver, taker in (("S01", "S02"), ("S02", "S01")):
        record = clerk.makes("pickup", _values(giver, taker))
        assert clerk.takes("pickup", record, "send") == "sent"


def test_units_of_others_let_nobody_write(own_house: House) -> None:
    own_house.publish(PICKUP, FLOW, policy=RIGHTS)
    clerk = own_house.be("clerk1")
    refused = clerk.send("POST", "records/pickup", {"values": _values("S02", "S03")})
    assert (refused.status, refused.errors) == (
        403,
        [(f"/values/{each}", "not_writable") for each in ("giver", "taker", "what")],
    )
    wrong = clerk.send("POST", "records/pickup", {"values": {**_values("S02", "S01"), "giver": {"code": "S99"}}})
    assert (wrong.status, wrong.errors[0]) == (422, ("/values/giver", "reference"))
    record = clerk.makes("pickup", _values("S01", "S02"))
    moved = clerk.edits("pickup", record, {"giver": {"code": "S03"}, "taker": {"code": "S02"}})
    assert moved.status == 403, moved.body
