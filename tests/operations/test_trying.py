"""Trying values: what a form would come to, what is shown, needed and wrong; and that nothing of it is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.operations import trying
from tests.operations.house import Desk, House


def counted(house: House, form: str) -> int:
    """How many records of a form there are, as far as 500."""
    return len(house.be("clerk1").get(f"records/{form}", limit="500")["items"])


def tries(desk: Desk, path: str, **body: Any) -> dict[str, Any]:
    """What trying answers."""
    answer = desk.send("POST", f"records/{path}/fill", body)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


def at(found: dict[str, Any]) -> set[tuple[str, str]]:
    """Path and code of what is wrong."""
    return {(each["path"], each["code"]) for each in found["errors"]}


def test_a_record_that_is_not_there_begins_with_its_defaults(house: House) -> None:
    clerk = house.be("clerk1")
    found = clerk.get("records/transfer/fill")
    assert found["values"]["from_store"]["code"] == "S01"
    assert {"from_store", "to_store", "reason", "lines.item", "lines.requested"} <= set(found["writable"])
    assert "lines.received" not in found["writable"]
    assert (found["rows"], found["scan"], found["errors"]) == ({"lines": "free"}, "requested", [])
    assert {"to_store", "reason", "lines.item"} <= {each.partition("#")[0] for each in found["needed"]}


def test_what_is_typed_is_named_and_worked_out_and_nothing_is_kept(house: House) -> None:
    clerk, before = house.be("clerk1"), counted(house, "transfer")
    item = house.item(S01=7)
    line = {"row": "6a1b6f3e-5d3c-4b7e-9a55-1f1f6f0a0001", "item": {"code": item}, "requested": "2"}
    found = tries(clerk, "transfer", values={"to_store": {"code": "S02"}, "lines": [line]})
    assert found["values"]["to_store"]["title"]
    (row,) = found["values"]["lines"]
    assert (row["item"]["code"], row["requested"], row["available"]) == (item, "2", "7")
    assert found["errors"] == []
    assert counted(house, "transfer") == before


def test_what_is_wrong_is_told_in_its_place_and_the_rest_is_taken(house: House) -> None:
    sent = {"to_store": {"code": "NOWHERE"}, "reason": "slow", "carrier": "x", "nothing": 1}
    found = tries(house.be("clerk1"), "transfer", values=sent)
    assert ("/nothing", "unknown_field") in at(found)
    assert found["values"]["reason"] == "slow"
    assert found["values"]["to_store"] is None
    alone = tries(house.be("clerk1"), "transfer", values={"to_store": {"code": "NOWHERE"}, "reason": "slow"})
    assert {path for path, _ in at(alone)} == {"/to_store"}
    assert alone["values"]["reason"] == "slow"


@pytest.mark.parametrize(("language", "said"), [("en", "This is needed."), ("zh", "此项必填。")])
def test_what_an_action_needs_is_told_before_it_is_taken(house: House, language: str, said: str) -> None:
    clerk = replace(house.be("clerk1"), language=language)
    found = tries(clerk, "transfer", values={"reason": "slow"}, action="submit")
    needed = {each["path"]: each["message"] for each in found["errors"] if each["code"] == "required"}
    assert needed["/to_store"] == said


def test_who_may_not_make_one_may_not_try(house: House) -> None:
    assert house.be("aud").send("GET", "records/transfer/fill").status == 403
    assert house.be("vendor1").send("GET", "records/transfer/fill").status == 404
    assert house.be("clerk1").send("GET", "records/nothing/fill").status == 404
    assert house.be("clerk1").send("POST", "records/transfer/fill", {"valeus": {}}).status == 422


def test_who_may_not_make_one_there_is_told_nothing_of_what_lies_there(house: House) -> None:
    """Else the stock of other stores could be asked by trying transfers between them."""
    line = {"item": {"code": house.item(S02=7)}, "requested": "1"}
    values = {"from_store": {"code": "S02"}, "to_store": {"code": "S03"}, "reason": "slow", "lines": [line]}
    clerk = house.be("clerk1")
    found = tries(clerk, "transfer", values=values)
    assert at(found) == {("/from_store", "not_your_unit"), ("/to_store", "not_your_unit")}
    assert (found["values"]["from_store"]["code"], found["values"]["reason"]) == ("S02", "slow")
    row = found["values"]["lines"][0]
    assert (row["requested"], row["available"], found["warnings"]) == ("1", None, [])
    assert found["units"] == {row["item"]["id"]: "Piece"}
    assert {"from_store", "to_store", "reason", "lines.requested"} <= set(found["writable"])
    mine = tries(clerk, "transfer", values={**values, "to_store": {"code": "S01"}})
    assert (at(mine), mine["values"]["lines"][0]["available"]) == (set(), "7")
    refused = clerk.send("POST", "records/transfer", {"values": values})
    assert refused.status == 403


def test_who_names_another_store_first_is_not_yet_wrong(house: House) -> None:
    """Whose record it will be is open while a unit is still empty; nothing of the other's is told meanwhile."""
    line = {"item": {"code": house.item(S02=7)}, "requested": "1"}
    found = tries(house.be("clerk1"), "transfer", values={"from_store": {"code": "S02"}, "lines": [line]})
    assert (at(found), found["values"]["from_store"]["code"]) == (set(), "S02")
    assert (found["values"]["to_store"], found["values"]["lines"][0]["available"]) == (None, None)


def test_a_record_is_tried_with_the_eyes_of_who_asks(house: House) -> None:
    item, clerk = house.item(S01=5), house.be("clerk1")
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow"}
    record = clerk.makes("transfer", {**values, "lines": [{"item": {"code": item}, "requested": "1"}]}, "submit")
    path = f"transfer/{record}"
    for account, sees in (("clerk1", False), ("mgr1", True)):
        found = house.be(account).get(f"records/{path}/fill")
        assert ("total" in found["values"]) is sees
        assert ("unit_cost" in found["values"]["lines"][0]) is sees
    assert clerk.get(f"records/{path}/fill")["writable"] == []
    refused = tries(clerk, path, values={"reason": "other"})
    assert at(refused) == {("/reason", "not_writable")}
    assert clerk.get(f"records/{path}")["values"]["reason"] == "slow"
    assert house.be("clerk4").send("GET", f"records/{path}/fill").status == 404


def test_trying_changes_neither_revision_nor_history(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", {"note": "a", "amount": "2"})
    before = clerk.reads("memo", record)
    found = tries(clerk, f"memo/{record}", values={"note": "b", "amount": "3"})
    assert (found["values"]["note"], found["values"]["amount"]) == ("b", "3.00")
    assert clerk.reads("memo", record) == before
    assert len(clerk.history("memo", record)) == 1


def test_names_that_nobody_knows_are_refused_at_once_and_cost_nothing(house: House) -> None:
    """However many: each is told once, up to a number, and what is known beside them is still taken."""
    sent = {**{f"f{number}": 1 for number in range(20_000)}, "reason": "slow"}
    answer = house.be("clerk1").does("POST", "records/transfer/fill", {"values": sent})
    assert answer["values"]["reason"] == "slow"
    assert 0 < len(answer["errors"]) <= trying.MOST_FAULTS


def test_of_a_draft_nothing_is_told_where_it_could_not_be_saved(house: House) -> None:
    line = {"item": {"code": house.item(S02=7)}, "requested": "1"}
    clerk = house.be("clerk1")
    draft = clerk.makes("transfer", {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "lines": [line]})
    elsewhere = {"values": {"from_store": {"code": "S02"}, "to_store": {"code": "S03"}}}
    found = tries(clerk, f"transfer/{draft}", **elsewhere)
    assert at(found) == {("/from_store", "not_your_unit"), ("/to_store", "not_your_unit")}
    assert found["values"]["lines"][0]["available"] is None
    assert at(tries(clerk, f"transfer/{draft}", values={"reason": "slow"})) == set()
    assert clerk.reads("transfer", draft)["from_store"]["code"] == "S01"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "More than can be had there now."), ("zh", "超过调出门店的可用数量。")]
)
def test_what_is_more_than_there_is_is_warned_of_and_may_be_asked_for(house: House, language: str, said: str) -> None:
    """By row, while it is typed and on the record; not when the goods have left."""
    clerk, item, other = replace(house.be("clerk1"), language=language), house.item(S01=40), house.item(S01=2)
    lines = [{"item": {"code": other}, "requested": "2"}, {"item": {"code": item}, "requested": "999"}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": lines}
    tried = tries(clerk, "transfer", values=values)
    assert (tried["errors"], [(each["path"], each["message"]) for each in tried["warnings"]]) == (
        [],
        [("/lines/1/requested", said)],
    )
    assert tried["warnings"][0]["row"] == tried["values"]["lines"][1]["row"]
    record = clerk.makes("transfer", values, "submit")
    told = house.be("mgr1").get(f"records/transfer/{record}")["warnings"]
    assert [(each["path"], each["code"]) for each in told] == [("/lines/1/requested", "beyond_stock")]
    assert clerk.takes("transfer", record, "withdraw") == "withdrawn"
    assert clerk.get(f"records/transfer/{record}")["warnings"] == []


def test_more_received_than_was_shipped_is_told_when_it_is_saved(house: House) -> None:
    sender, receiver, item = house.be("clerk1"), house.be("clerk2"), house.item(S01=5)
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow"}
    record = sender.makes("transfer", {**values, "lines": [{"item": {"code": item}, "requested": "5"}]}, "submit")
    house.be("mgr1").decides("transfer", record)
    sender.takes("transfer", record, "ship")
    row = receiver.reads("transfer", record)["lines"][0]["row"]
    more = {"lines": [{"row": row, "received": "4", "damaged": "2", "remark": "wet"}]}
    assert at(tries(receiver, f"transfer/{record}", values=more)) == set()
    revision = receiver.get(f"records/transfer/{record}")["revision"]
    assert receiver.send("PATCH", f"records/transfer/{record}", more, if_match=revision).status == 200
    told = receiver.get(f"records/transfer/{record}")["warnings"]
    assert [(each["path"], each["message"]) for each in told] == [("/lines/0/received", "More than was shipped.")]
    refused = receiver.acts("transfer", record, "receive", asks={"signature": {"typed": "Sun Lei"}})
    said = {"path": "/lines/0/received", "code": "guard", "message": "More than was shipped.", "row": row}
    assert (refused.status, refused.body["errors"]) == (409, [said])


def test_a_guard_over_all_rows_names_those_that_break_it_as_they_were_sent(house: House) -> None:
    """In the order of the request, so that a sender finds them; a row that is as it should be is not named."""
    sender, receiver = house.be("clerk1"), house.be("clerk2")
    items = [house.item(S01=5), house.item(S01=5), house.item(S01=5)]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow"}
    wanted = [{"item": {"code": each}, "requested": "5"} for each in items]
    record = sender.makes("transfer", {**values, "lines": wanted}, "submit")
    house.be("mgr1").decides("transfer", record)
    sender.takes("transfer", record, "ship")
    rows = [each["row"] for each in receiver.reads("transfer", record)["lines"]]
    counts = [(rows[2], "6"), (rows[1], "5"), (rows[0], "7")]
    counted = [{"row": row, "received": much, "damaged": "0"} for row, much in counts]
    refused = receiver.acts("transfer", record, "receive", {"lines": counted}, asks={"signature": {"typed": "Sun Lei"}})
    found = {each["row"]: each["path"] for each in refused.body["errors"]}
    assert found == {rows[2]: "/lines/0/received", rows[0]: "/lines/2/received"}


def test_rows_that_would_tell_what_is_hidden_are_not_named(own_house: House) -> None:
    """Which rows break a guard says what it reads: to who sees that, the rows; to who does not, the field alone."""
    flow = own_house.be("adm").get("definitions/workflow/memo")["text"]
    clean = "check: \"all(lines, row.veiled != 'x')\", field: lines.word, says: {en: Not clean., zh: 不干净。}"
    by = "by: [clerk at store, manager at store]"
    vouch = f"transitions:\n  vouch: {{from: open, to: done, {by}, guard: {{clean: {{{clean}}}}}}}"
    granted = [f"p, {role}, memo, vouch, own" for role in ("clerk", "manager")]
    own_house.publish(flow.replace("transitions:", vouch, 1), policy=granted)
    lines = [{"word": "a", "veiled": "y"}, {"word": "b", "veiled": "x"}]
    clerk, chief = own_house.be("clerk1"), own_house.be("mgr1")
    record = clerk.makes("memo", {"note": "hello", "lines": [{"word": each["word"]} for each in lines]}, "hand_in")
    rows = [
        {"row": own["row"], "veiled": of["veiled"]}
        for own, of in zip(chief.reads("memo", record)["lines"], lines, strict=True)
    ]
    assert chief.edits("memo", record, {"lines": rows}).status == 200
    assert chief.acts("memo", record, "vouch").errors == [("/lines/1/word", "guard")]
    assert clerk.acts("memo", record, "vouch").errors == [("/lines/word", "guard")]
