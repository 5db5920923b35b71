"""Drafts of definitions: begun from what is published, written by turns, checked, published with both names."""

from __future__ import annotations

from typing import Any

import pytest

from engine.definitions import drafts
from tests.operations.house import Desk, House, Reply
from tests.operations.test_variants import OVERLAY, overlaid

FORM, FLOW = "definitions/drafts/form/duel", "definitions/drafts/workflow/duel"
STAMP = "  stamp: {type: text}\n"


def begin(desk: Desk, path: str, text: str | None = None) -> Reply:
    """Read what there is and write it anew, with a field more if nothing else is said."""
    found = desk.send("GET", path)
    assert found.status == 200, found.body
    words = found.body["text"] + STAMP if text is None else text
    reply = desk.send("PUT", path, {"text": words}, if_match=found.headers["ETag"].strip('"'))
    assert reply.status == 200, reply.body
    return reply


def test_a_draft_begins_with_what_is_published_and_leaves_that_alone(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    first = des.send("GET", FORM)
    assert first.body == {**adm.get("definitions/form/duel"), "version": first.body["version"], "draft": False}
    written = begin(des, FORM)
    assert set(written.body) == {"form", "id", "number", "state", "revision", "version", "seq"}
    assert (written.body["id"], written.body["state"]) == ("form/duel", "draft")
    draft = des.get(FORM)
    assert draft["text"] == first.body["text"] + STAMP
    assert (draft["changes"], draft["moved"], draft["removes"]) == (["form duel.fields.stamp is new"], False, False)
    assert "+  stamp: {type: text}" in draft["lines"]
    assert (draft["author"]["id"], draft["base"]) == (des.person, first.body["version"])
    assert adm.get("definitions/form/duel")["text"] == first.body["text"]
    listed = des.get("definitions/drafts")["items"]
    assert [(each["kind"], each["name"], each["revision"]) for each in listed] == [("form", "duel", draft["revision"])]


def test_two_who_write_the_same_draft_do_not_overwrite_each_other(own_house: House) -> None:
    des, other = own_house.be("des"), own_house.be("des2")
    tag = des.send("GET", FORM).headers["ETag"].strip('"')
    assert des.send("PUT", FORM, {"text": "x"}).status == 428
    first = des.send("PUT", FORM, {"text": "x"}, if_match=tag).body
    late = other.send("PUT", FORM, {"text": "y"}, if_match=tag)
    assert (late.status, late.body["kind"], late.code) == (412, "conflict", "stale")
    assert other.send("PUT", FORM, {"text": "y"}, if_match=first["revision"]).status == 200
    assert other.get(FORM)["author"]["id"] == other.person
    assert des.send("DELETE", FORM, if_match=first["revision"]).status == 412
    assert des.send("DELETE", FORM).status == 428


def test_drafts_are_checked_and_published_together_and_history_names_both(own_house: House) -> None:
    des, adm, clerk = own_house.be("des"), own_house.be("adm"), own_house.be("clerk1")
    begin(des, FORM)
    flow = des.get(FLOW)["text"]
    begin(des, FLOW, flow.replace("need: 2,", "need: 1,"))
    named = {"drafts": ["form/duel", {"kind": "workflow", "name": "duel"}]}
    assert [each for each in des.does("POST", "definitions/check", named) if each["severity"] == "error"] == []
    assert des.send("POST", "definitions/publish", {**named, "note": "faster"}).status == 403
    version = adm.does("POST", "definitions/publish", {**named, "note": "faster"})["version"]
    newest = adm.get("definitions/workflow/duel/history")["items"][0]
    assert (newest["version"], newest["author"], newest["note"]) == (version, adm.person, "faster")
    assert newest["proposed_by"] == [des.person]
    assert newest["changes"] == ["workflow duel.approvals.vote.steps.peers.decide.need: 2 -> 1"]
    assert des.get("definitions/drafts")["items"] == []
    record = clerk.makes("duel", {"amount": "50"}, "hand_in")
    assert own_house.be("clerk1b").decides("duel", record).body["state"] == "accepted"


def test_a_draft_of_what_was_published_meanwhile_is_a_conflict_until_it_knows_that(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    draft = begin(des, FORM).body
    moved = own_house.publish(adm.get("definitions/form/duel")["text"] + "  other: {type: text}\n")
    refused = adm.send("POST", "definitions/publish", {"drafts": ["form/duel"]})
    assert (refused.status, refused.body["kind"], refused.errors) == (409, "conflict", [("/drafts/0", "base_moved")])
    assert str(moved) in refused.body["errors"][0]["message"]
    assert des.get(FORM)["moved"] is True
    wrong = des.send("PUT", FORM, {"text": "x", "base": moved - 1}, if_match=draft["revision"])
    assert (wrong.status, wrong.errors) == (422, [("/base", "unknown_version")])
    merged = adm.get("definitions/form/duel")["text"] + STAMP
    des.does("PUT", FORM, {"text": merged, "base": moved}, if_match=draft["revision"])
    assert adm.does("POST", "definitions/publish", {"drafts": ["form/duel"]})["version"] == moved + 1
    fields = adm.get("definitions/form/duel")["text"]
    assert "stamp:" in fields
    assert "other:" in fields


def test_what_is_published_elsewhere_is_no_conflict(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    begin(des, FORM)
    moved = own_house.publish(adm.get("definitions/form/memo")["text"] + "# seen\n")
    assert adm.does("POST", "definitions/publish", {"drafts": ["form/duel"]})["version"] == moved + 1


def test_a_revision_that_was_named_holds_for_what_is_published(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    first = begin(des, FORM).body["revision"]
    des.does("PUT", FORM, {"text": des.get(FORM)["text"] + "# more\n"}, if_match=first)
    sent = {"drafts": [{"kind": "form", "name": "duel", "revision": first}]}
    refused = adm.send("POST", "definitions/publish", sent)
    assert (refused.status, refused.errors) == (409, [("/drafts/0", "stale")])


def test_giving_a_draft_up_leaves_what_is_published_and_removing_is_a_draft_too(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    revision = begin(des, FORM).body["revision"]
    des.does("DELETE", FORM, if_match=revision)
    assert des.get(FORM)["draft"] is False
    notice = "definitions/template/memo_late"
    tag = des.send("GET", "definitions/drafts/template/memo_late").headers["ETag"].strip('"')
    gone = des.does("DELETE", notice, if_match=tag)
    draft = des.get("definitions/drafts/template/memo_late")
    assert (draft["removes"], draft["changes"]) == (True, ["template memo_late is gone"])
    des.does("DELETE", "definitions/drafts/template/memo_late", if_match=gone["revision"])
    des.does("DELETE", "definitions/drafts/template/memo_late", if_match=tag)
    assert des.get("definitions/drafts/template/memo_late")["removes"] is True
    findings = des.does("POST", "definitions/check", {"drafts": ["template/memo_late"]})
    assert any("memo_late" in each["message"] for each in findings)
    assert adm.send("POST", "definitions/publish", {"drafts": ["template/memo_late"]}).status == 422
    assert adm.send("GET", notice).status == 200
    assert des.send("DELETE", "definitions/template/nothing", if_match=1).status == 404


def test_a_new_definition_is_drafted_without_having_read_one(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    path = "definitions/drafts/template/told_anew"
    assert des.send("GET", path).status == 404
    text = 'format: 1\nnotice: told_anew\ntext: {en: "New.", zh: "新。"}\n'
    made = des.does("PUT", path, {"text": text}, layer="retail")
    assert des.send("PUT", path, {"text": text}, if_match=made["revision"] + 1).status == 412
    adm.does("POST", "definitions/publish", {"drafts": ["template/told_anew"]})
    assert adm.get("definitions/template/told_anew")["text"] == text


@pytest.mark.parametrize(
    ("path", "body", "query", "errors"),
    [
        (FORM, {"text": 1}, {}, [("/text", "not_text")]),
        (FORM, {"text": "x", "more": 1}, {}, [("/more", "unknown_field")]),
        (FORM, {"text": "x", "base": "1"}, {}, [("/base", "not_a_number")]),
        (FORM, {"text": "x" * (1 << 20) + "x"}, {}, [("/text", "too_large")]),
        (FORM, {"text": "x"}, {"layer": "nothing"}, [("/layer", "unknown_layer")]),
        (FORM, {"text": "x"}, {"preview": "true"}, [("/preview", "unknown_parameter")]),
    ],
)
def test_what_is_no_draft_is_refused(
    house: House, path: str, body: dict[str, Any], query: dict[str, str], errors: list[tuple[str, str]]
) -> None:
    reply = house.be("des").send("PUT", path, body, if_match=1, **query)
    assert (reply.status, reply.errors) == (422, errors)


@pytest.mark.parametrize("name", ["", "form", "form/", "form/A", "spell/a", {"kind": "form"}, 3, None])
def test_what_names_no_draft_is_refused(house: House, name: Any) -> None:
    reply = house.be("adm").send("POST", "definitions/publish", {"drafts": [name]})
    assert (reply.status, reply.errors) == (422, [("/drafts/0", "bad_draft")])
    none = house.be("adm").send("POST", "definitions/publish", {"drafts": ["form/memo"]})
    assert (none.status, none.errors) == (422, [("/drafts/0", "no_draft")])


def test_drafts_are_for_designers(house: House) -> None:
    clerk, auditor = house.be("clerk1"), house.be("aud")
    for method, body in (("GET", None), ("PUT", {"text": "x"}), ("DELETE", None)):
        assert clerk.send(method, FORM, body, if_match=1).status == 403
    assert auditor.send("GET", FORM).status == 200
    assert auditor.send("PUT", FORM, {"text": "x"}, if_match=1).status == 403
    assert house.be("des").send("PUT", "definitions/drafts/spell/duel", {"text": "x"}).status == 404


def test_what_holds_for_a_store_is_told_with_the_origin_of_every_value(own_house: House) -> None:
    overlaid(own_house, OVERLAY)
    des = own_house.be("des")
    here = des.get("definitions/workflow/duel", org="S02")
    there = des.get("definitions/workflow/duel", org="S01")
    assert (here["overlays"], there["overlays"]) == (["second"], [])
    at = {each["path"]: each for each in here["origins"]}
    asked = at["approvals.vote.steps.peers.ask"]
    assert (asked["value"], asked["layer"]) == (["manager at store"], "second")
    lines = own_house.be("adm").get("definitions/overlay/second")["text"].splitlines()
    assert lines[asked["line"] - 1].strip().startswith("peers: {ask:")
    assert at["start"]["layer"] == "retail"
    assert at["start"]["file"].endswith("duel.yaml")
    assert {each["layer"] for each in there["origins"]} == {"retail"}
    assert here["values"]["approvals"]["vote"]["steps"]["peers"]["decide"]["need"] == 1
    assert "reasoning" in des.get("definitions/form/duel", org="S02")["text"]
    assert "reasoning" not in des.get("definitions/form/duel", org="S01")["text"]
    assert des.send("GET", "definitions/form/duel", org="S99").errors == [("/org", "unknown_unit")]
    assert des.send("GET", "definitions/template/memo_told", org="S01").status == 404


def test_what_is_written_of_a_draft_after_it_was_read_is_not_dropped_with_it(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    revision = begin(des, FORM).body["revision"]
    with own_house.services.database.reading() as connection:
        read = drafts.of(connection, ("form", "duel"))
    assert read is not None
    words = des.get(FORM)["text"] + "# later\n"
    assert adm.send("PUT", FORM, {"text": words}, if_match=revision).status == 200
    assert not own_house.services.database.transaction(lambda connection: drafts.drop(connection, read))
    assert des.get(FORM)["text"] == words
    assert des.send("DELETE", FORM, if_match=revision).status == 412


def test_nothing_is_not_published_and_a_note_has_an_end(own_house: House) -> None:
    adm = own_house.be("adm")
    for body in ({"drafts": []}, {"texts": []}, {"texts": [], "drafts": []}):
        assert adm.send("POST", "definitions/publish", body).errors == [("/drafts", "nothing")]
    same = {"kind": "form", "name": "duel", "text": adm.get("definitions/form/duel")["text"]}
    for note in ("x" * 2_001, 7):
        refused = adm.send("POST", "definitions/publish", {"texts": [same], "note": note})
        assert refused.errors == [("/note", "too_long")]


def test_what_holds_for_a_unit_is_told_of_an_older_version_too(own_house: House) -> None:
    adm = own_house.be("adm")
    first = adm.get("definitions/form/duel", org="S01")
    longer = first["text"] + "  added: {type: text}\n"
    adm.does("POST", "definitions/publish", {"texts": [{"kind": "form", "name": "duel", "text": longer}]})
    newest = adm.get("definitions/form/duel", org="S01")
    assert "added" in newest["values"]["fields"]
    assert newest["version"] == first["version"] + 1
    assert adm.get("definitions/form/duel", org="S01", version=str(first["version"])) == first
    assert adm.send("GET", "definitions/form/duel", org="S01", version="999").status == 404
