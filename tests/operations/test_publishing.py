"""Definitions: what is checked, what is published, what records keep of it, and going back."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from engine.operations import loading, publishing
from engine.operations.calls import Call
from engine.operations.operation import Operation
from tests.operations.house import House

STAMPED = "  stamp: {type: text}\nrules:"


def with_stamp(house: House) -> int:
    form = house.be("adm").get("definitions/form/duel")["text"]
    flow = house.be("adm").get("definitions/workflow/duel")["text"]
    return house.publish(form + "  stamp: {type: text}\n", flow.replace("need: 2,", "need: 1,"))


def test_a_record_keeps_its_version_while_a_newer_one_is_in_force(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    old = clerk.makes("duel", {"amount": "50"}, "hand_in")
    draft = clerk.makes("duel", {"amount": "50"})
    before = clerk.get(f"records/duel/{old}")["version"]
    after = with_stamp(own_house)
    assert after == before + 1
    assert clerk.get(f"records/duel/{old}")["version"] == before
    assert "stamp" not in clerk.reads("duel", old)
    assert own_house.be("clerk1b").decides("duel", old).body["state"] == "approval"
    assert clerk.get(f"records/duel/{draft}")["version"] == after
    assert "stamp" in clerk.reads("duel", draft)
    clerk.takes("duel", draft, "hand_in")
    assert own_house.be("clerk1b").decides("duel", draft).body["state"] == "accepted"
    assert own_house.be("clerk1c").decides("duel", old).body["state"] == "accepted"
    assert {each["version"] for each in clerk.history("duel", old)} >= {before}


def test_rights_are_never_pinned(own_house: House) -> None:
    clerk = own_house.be("clerk1")
    record = clerk.makes("duel", {"amount": "50"}, "hand_in")
    policy = own_house.be("adm").get("definitions/permissions/policy")["text"]
    closed = policy.replace("p, clerk, duel, see, own\n", "")
    adm = own_house.be("adm")
    adm.does("POST", "definitions/publish", {"texts": [{"kind": "permissions", "name": "policy", "text": closed}]})
    assert clerk.send("GET", f"records/duel/{record}").status == 404


def test_rolling_back_is_publishing_the_old_text_as_a_new_version(own_house: House) -> None:
    adm = own_house.be("adm")
    first = adm.get("definitions/form/duel")
    after = with_stamp(own_house)
    back = adm.does("POST", "definitions/rollback", {"version": after - 1, "note": "no stamps"})
    assert back["version"] == after + 1
    assert adm.get("definitions/form/duel")["text"] == first["text"]
    versions = [each["version"] for each in adm.get("definitions/form/duel/history")["items"]]
    assert versions[:2] == [after + 1, after]
    assert adm.send("POST", "definitions/rollback", {"version": "1"}).status == 422


class Away(Exception):
    """The database went away before the commit."""


def test_a_version_that_was_taken_back_is_not_in_force_under_the_number_of_the_next(own_house: House) -> None:
    adm, services = own_house.be("adm"), own_house.services
    form = adm.get("definitions/form/duel")["text"]

    def taken_back(connection: Connection) -> None:
        operation = Operation(services, connection, Call(adm.actor, "en"))
        words = form + "  stamp: {type: text}\n"
        publishing.publish(operation, {"texts": [{"kind": "form", "name": "duel", "text": words}]})
        raise Away

    with pytest.raises(Away):
        services.database.transaction(taken_back)
    version = own_house.publish(form + "  other: {type: text}\n")
    with services.database.reading() as connection:
        library = loading.state_of(services, connection, services.now(connection)).library
    assert library.version == version
    assert {"stamp", "other"} & set(library.forms["duel"].fields) == {"other"}


def test_differences_are_told_in_lines(own_house: House) -> None:
    after = with_stamp(own_house)
    told = own_house.be("des").get("definitions/form/duel/diff", **{"from": str(after - 1), "to": str(after)})
    assert "+  stamp: {type: text}" in told["lines"]
    assert told["changes"]


def test_what_does_not_fit_is_located_and_nothing_is_published(own_house: House) -> None:
    adm = own_house.be("adm")
    before = adm.get("definitions/form/duel")
    broken = before["text"].replace("type: money", "type: mony", 1)
    sent = {"texts": [{"kind": "form", "name": "duel", "text": broken}]}
    findings = adm.does("POST", "definitions/check", sent)
    assert all(set(each) >= {"file", "line", "path", "code", "message", "hint"} for each in findings)
    found = [each for each in findings if each["severity"] == "error"]
    assert any("amount" in each["path"] and each["line"] > 1 for each in found)
    refused = adm.send("POST", "definitions/publish", sent)
    assert (refused.status, refused.body["kind"]) == (422, "invalid")
    assert adm.get("definitions/form/duel") == before


def test_definitions_are_for_designers_and_publishing_for_administrators(house: House) -> None:
    assert house.be("clerk1").send("GET", "definitions").status == 403
    assert house.be("des").send("GET", "definitions").status == 200
    assert house.be("des").send("POST", "definitions/publish", {"texts": []}).status == 403
    assert house.be("adm").send("GET", "definitions/form/nothing").status == 404
    for bad in (
        [{}],
        "x",
        [{"kind": "form", "name": "../x", "text": ""}],
        [{"kind": "spell", "name": "a", "text": ""}],
    ):
        assert house.be("adm").send("POST", "definitions/check", {"texts": bad}).status == 422


def test_what_walking_finds_is_told_with_the_way_there(house: House) -> None:
    adm = house.be("adm")
    words = adm.get("definitions/workflow/transfer")["text"]
    back = "      back: {move: {each: lines, item: row.item, lot: row.lot, quantity: row.shipped, from: record.transit,"
    assert words.count(back) == 1
    changed = words.replace(back, back.replace("row.shipped", "row.shipped - 1"))
    told = adm.does("POST", "definitions/check", {"texts": [{"kind": "workflow", "name": "transfer", "text": changed}]})
    (left,) = [each for each in told if each["code"] == "left_in_place"]
    assert (left["file"], left["path"], left["severity"]) == (
        "workflow_definitions/transfer.yaml", "states.returned", "warning",
    )  # fmt: skip
    assert changed.splitlines()[left["line"] - 1].startswith("  returned: {")
    assert left["example"][0].startswith("transfer: submit")
    assert left["example"][-1].startswith("transfer: take_back")


def test_a_step_that_nobody_can_take_today_is_told_with_the_stores_and_refuses_nothing(house: House) -> None:
    adm = house.be("adm")
    words = adm.get("definitions/workflow/discrepancy")["text"]
    step = "ask: [area_manager above from_store]"
    assert words.count(step) == 1
    changed = words.replace(step, step.replace("area_manager above", "buyer at"))
    policy = adm.get("definitions/permissions/policy")["text"] + "\np, buyer, discrepancy, approve, own\n"
    sent = [
        {"kind": "workflow", "name": "discrepancy", "text": changed},
        {"kind": "permissions", "name": "policy", "text": policy},
    ]
    told = adm.does("POST", "definitions/check", {"texts": sent})
    assert {each["severity"] for each in told} == {"warning"}
    (missing,) = [each for each in told if each["path"].endswith(".steps.area")]
    assert missing["code"] == "nobody_there"
    assert missing["example"] == ["DC1, S01, S02, S03, S04"]
