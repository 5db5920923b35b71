"""Editing and discarding: revisions, rows, who may write what, and what history keeps."""

from __future__ import annotations

import uuid

import pytest

from tests.operations.house import House


def drafted(house: House, **more: object) -> str:
    return house.be("clerk1").makes("memo", {"note": "hello", **more})


def test_without_a_revision_nothing_is_changed(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house)
    refused = clerk.send("PATCH", f"records/memo/{record}", {"note": "b"})
    assert (refused.status, refused.body["kind"], refused.code) == (428, "conflict", "no_revision")


@pytest.mark.parametrize("stale", ["2", "0", "99", "abc", "*", ""])
def test_a_stale_copy_is_a_conflict(house: House, stale: str) -> None:
    clerk, record = house.be("clerk1"), drafted(house)
    refused = clerk.send("PATCH", f"records/memo/{record}", {"note": "b"}, if_match=stale)
    assert (refused.status, refused.body["kind"], refused.code) == (412, "conflict", "stale")
    assert clerk.reads("memo", record)["note"] == "hello"


def test_the_etag_is_the_revision_and_goes_up_by_one(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house)
    read = clerk.send("GET", f"records/memo/{record}")
    assert read.headers["ETag"] == '"1"'
    changed = clerk.send("PATCH", f"records/memo/{record}", {"note": "b"}, if_match=1)
    assert (changed.status, changed.body["revision"]) == (200, 2)
    assert clerk.send("PATCH", f"records/memo/{record}", {"note": "c"}, if_match=1).status == 412


def test_a_merge_patch_leaves_what_it_does_not_name_and_empties_with_null(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house, days=4, amount="3")
    clerk.edits("memo", record, {"days": None})
    read = clerk.reads("memo", record)
    assert (read["days"], read["amount"], read["note"]) == (None, "3.00", "hello")


def test_rows_are_changed_added_and_removed_by_their_ids(house: House) -> None:
    clerk = house.be("clerk1")
    mine = str(uuid.uuid4())
    record = drafted(house, lines=[{"row": mine, "word": "a"}, {"word": "b"}])
    other = clerk.reads("memo", record)["lines"][1]["row"]
    sent = [{"row": mine, "worth": "2"}, {"word": "c"}, {"row": other, "remove": True}]
    assert clerk.edits("memo", record, {"lines": sent}).status == 200
    rows = clerk.reads("memo", record)["lines"]
    assert [(each["word"], each["worth"]) for each in rows] == [("a", "2.00"), ("c", None)]
    assert rows[0]["row"] == mine
    changes = clerk.history("memo", record)[-1]["changes"]
    assert {"path": f"/lines/{mine}/worth", "old": None, "new": "2.00", "row": None} in changes


def test_unnamed_rows_stay(house: House) -> None:
    clerk = house.be("clerk1")
    record = drafted(house, lines=[{"word": "a"}, {"word": "b"}])
    clerk.edits("memo", record, {"lines": [{"word": "c"}]})
    assert [each["word"] for each in clerk.reads("memo", record)["lines"]] == ["a", "b", "c"]


def test_a_row_that_is_removed_twice_or_named_twice_is_refused(house: House) -> None:
    clerk = house.be("clerk1")
    record = drafted(house, lines=[{"word": "a"}])
    row = clerk.reads("memo", record)["lines"][0]["row"]
    twice = clerk.edits("memo", record, {"lines": [{"row": row, "word": "x"}, {"row": row, "word": "y"}]})
    assert (twice.status, twice.errors[0][0][:7]) == (422, "/lines/")
    strange = clerk.edits("memo", record, {"lines": [{"row": "x", "word": "y"}]})
    assert (strange.status, strange.errors[0][0]) == (422, "/lines/0")
    gone = clerk.edits("memo", record, {"lines": [{"row": str(uuid.uuid4()), "remove": True}]})
    assert gone.status == 422


def test_fixed_rows_are_neither_added_nor_removed(house: House) -> None:
    clerk, chief = house.be("clerk1"), house.be("mgr1")
    record = drafted(house, lines=[{"word": "a"}])
    clerk.takes("memo", record, "hand_in")
    row = clerk.reads("memo", record)["lines"][0]["row"]
    assert chief.edits("memo", record, {"lines": [{"word": "b"}]}).status in (403, 422)
    assert chief.edits("memo", record, {"lines": [{"row": row, "remove": True}]}).status in (403, 422)
    assert chief.edits("memo", record, {"lines": [{"row": row, "word": "z"}]}).status == 200
    assert [each["word"] for each in clerk.reads("memo", record)["lines"]] == ["z"]


def test_who_is_named_nowhere_writes_nothing(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house)
    clerk.takes("memo", record, "hand_in")
    refused = clerk.edits("memo", record, {"note": "later"})
    assert (refused.status, refused.body["kind"]) == (403, "right")
    chief = house.be("mgr1").edits("memo", record, {"days": 2})
    assert (chief.status, chief.errors) == (403, [("/days", "not_writable")])


def test_only_if_the_reader_sees_it_does_a_record_exist(house: House) -> None:
    record = drafted(house)
    stranger = house.be("clerk2").send("PATCH", f"records/memo/{record}", {"note": "b"}, if_match=1)
    nothing = house.be("clerk2").send("PATCH", f"records/memo/{uuid.uuid4()}", {"note": "b"}, if_match=1)
    wrong = house.be("clerk1").send("PATCH", f"records/wish/{record}", {"title": "b"}, if_match=1)
    assert stranger.status == nothing.status == wrong.status == 404
    assert stranger.raw == nothing.raw == wrong.raw


def test_a_stranger_learns_nothing_from_a_missing_revision(house: House) -> None:
    record = drafted(house)
    assert house.be("clerk2").send("PATCH", f"records/memo/{record}", {"note": "b"}).status == 404


def test_a_record_does_not_change_hands_by_an_edit(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house)
    refused = clerk.edits("memo", record, {"store": {"code": "S02"}})
    assert (refused.status, refused.body["kind"]) == (403, "right")
    assert clerk.reads("memo", record)["store"]["code"] == "S01"


def test_discarding_is_for_what_was_never_submitted(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house)
    assert house.be("clerk2").send("DELETE", f"records/memo/{record}", if_match=1).status == 404
    assert clerk.send("DELETE", f"records/memo/{record}", if_match=7).status == 412
    gone = clerk.send("DELETE", f"records/memo/{record}", if_match=1)
    assert (gone.status, gone.body["id"]) == (200, record)
    assert clerk.send("GET", f"records/memo/{record}").status == 404
    submitted = drafted(house)
    clerk.takes("memo", submitted, "hand_in")
    refused = house.be("mgr1").send("DELETE", f"records/memo/{submitted}", if_match=2)
    assert (refused.status, refused.body["kind"], refused.code) == (409, "rule", "submitted")


def test_what_an_effect_made_and_masters_are_never_discarded(house: House) -> None:
    clerk, item = house.be("clerk1"), house.item()
    wish = clerk.makes("wish", {"lines": [{"item": {"code": item}, "quantity": "1"}]}, "grant")
    clerk.takes("wish", wish, "pack", asks={"share": "1"})
    parcel = clerk.get(f"records/wish/{wish}")["links"][0]["id"]
    refused = clerk.send("DELETE", f"records/parcel/{parcel}", if_match=1)
    assert (refused.status, refused.code) == (409, "submitted")
    buyer = house.be("buyA")
    master = buyer.makes("supplier", {"code": uuid.uuid4().hex[:8].upper(), "name": "Somebody"})
    assert buyer.send("DELETE", f"records/supplier/{master}", if_match=1).code == "submitted"


def test_history_tells_every_change_with_person_and_moment(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house, days=1)
    clerk.edits("memo", record, {"days": 2})
    lines = clerk.history("memo", record)
    assert set(lines[1]) == {
        "seq", "at", "person", "for", "action", "title", "from", "to", "changes", "version", "comment",
        "because", "asks", "asked", "whom",
    }  # fmt: skip
    assert (lines[0]["action"], lines[0]["from"], lines[0]["to"]) == ("create", None, "draft")
    assert (lines[1]["action"], lines[1]["person"]["id"], lines[1]["for"]) == ("edit", clerk.person, None)
    assert lines[1]["changes"] == [{"path": "/days", "old": 1, "new": 2}]
    assert lines[0]["seq"] < lines[1]["seq"]
    assert lines[0]["at"] <= lines[1]["at"]
    assert lines[1]["at"].endswith("Z")


def test_history_hides_what_the_reader_may_not_see(house: House) -> None:
    clerk, chief = house.be("clerk1b"), house.be("mgr1")
    record = drafted(house, lines=[{"word": "a"}])
    row = clerk.reads("memo", record)["lines"][0]["row"]
    assert chief.edits("memo", record, {"secret": "7", "lines": [{"row": row, "veiled": "psst"}]}).status == 200
    assert "secret" not in clerk.reads("memo", record)
    assert "veiled" not in clerk.reads("memo", record)["lines"][0]
    assert clerk.history("memo", record)[-1]["changes"] == []
    assert {each["path"] for each in chief.history("memo", record)[-1]["changes"]} == {
        "/secret",
        f"/lines/{row}/veiled",
    }


def test_a_writer_sees_what_he_wrote(house: House) -> None:
    clerk, other = house.be("clerk1"), house.be("clerk1b")
    made = drafted(house, secret="5")
    assert clerk.reads("memo", made)["secret"] == "5.00"
    assert house.be("mgr1").reads("memo", made)["secret"] == "5.00"
    assert "secret" not in other.reads("memo", made)
    assert other.edits("memo", made, {"days": 1}).status == 200
    assert "secret" not in other.reads("memo", made)


def test_an_edit_that_refuses_leaves_everything_as_it_was(house: House) -> None:
    clerk, record = house.be("clerk1"), drafted(house, days=1)
    before = clerk.get(f"records/memo/{record}")
    assert clerk.edits("memo", record, {"days": 2, "amount": "x"}).status == 422
    assert clerk.get(f"records/memo/{record}") == before
    assert len(clerk.history("memo", record)) == 1


def test_a_master_is_in_force_at_once_and_stays_whole(house: House) -> None:
    item, buyer = house.item(), house.be("buyA")
    found = buyer.get("records/item", filter=f"code == '{item}'")["items"][0]
    refused = buyer.edits("item", found["id"], {"name": None})
    assert (refused.status, refused.errors) == (422, [("/name", "required")])
    assert buyer.edits("item", found["id"], {"name": "Better"}).status == 200
    assert house.be("clerk1").reads("item", found["id"])["name"] == "Better"
    assert "cost" not in house.be("clerk1").reads("item", found["id"])
