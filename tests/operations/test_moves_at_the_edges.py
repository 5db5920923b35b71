"""Moves where rights, keys, languages, parts and copies meet: who is refused how, and what is told to whom."""

from __future__ import annotations

import uuid

import pytest

from tests.operations.house import House
from tests.operations.test_moves import actions, last, moves, plea, task_of, who_has

MOVES = ("hand_over", "add_signer", "remove_signer", "take_back", "nudge")
WORKFLOW = "definitions/workflow/plea"


def with_approval(house: House, old: str, new: str, *policy: str) -> None:
    words = house.be("adm").get(WORKFLOW)["text"]
    assert old in words
    house.publish(words.replace(old, new), policy=policy)


def test_a_key_makes_the_moves_that_it_was_granted_and_no_others(house: House) -> None:
    record, mgr = plea(house), house.be("mgr1")
    task, to = task_of(mgr, record), house.be("fin1").person
    narrow = house.be("mgr1", grants=(("plea", "see"), ("plea", "approve")))
    refused = narrow.send("POST", f"tasks/{task}/hand_over", {"to": to})
    assert (refused.status, refused.body["kind"]) == (403, "right")
    assert narrow.get(f"tasks/{task}")["actions"] == ["approve"]
    wide = house.be("mgr1", grants=(("plea", "see"), ("plea", "hand_over")))
    assert wide.send("POST", f"tasks/{task}/hand_over", {"to": to}).status == 200
    assert narrow.send("PUT", "me/substitute", {"person": to}).code == "key_is_limited"


def test_a_line_of_the_policy_narrows_a_move_to_its_roles(own_house: House) -> None:
    house = own_house
    record = plea(house)
    assert "hand_over" in actions(house.be("mgr1"), record)
    house.publish(policy=["p, director, plea, hand_over, chain"])
    assert "hand_over" not in actions(house.be("mgr1"), record)
    assert moves(house.be("mgr1"), record, "hand_over", to=house.be("fin1").person).status == 403
    assert moves(house.be("mgr1"), record, "add_signer", to=house.be("dir1").person, where="before").status == 200


def test_a_line_about_a_transition_of_the_same_name_is_not_about_the_move(own_house: House) -> None:
    house = own_house
    line = "  take_back: {from: granted, to: denied, by: [clerk at store]}"
    with_approval(house, "  finish: {", line + "\n  finish: {", "p, clerk, plea, take_back, own")
    record, mgr = plea(house, "500"), house.be("mgr1")
    task = task_of(mgr, record)
    mgr.decides("plea", record)
    assert mgr.send("POST", f"tasks/{task}/take_back", {}).status == 200
    assert who_has(house, record) == {"mgr1"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_refusal_of_a_move_is_said_in_the_language_of_who_asked(house: House, language: str) -> None:
    record = plea(house)
    mgr = house.be("mgr1")
    desk = type(mgr)(house, mgr.actor, language)
    task = task_of(mgr, record)
    said = []
    for move, body in (
        ("hand_over", {"to": mgr.person}),
        ("hand_over", {"to": house.be("clerk1").person}),
        ("add_signer", {"to": house.be("fin1").person, "where": "over"}),
        ("remove_signer", {"to": house.be("fin1").person}),
        ("take_back", {}),
        ("hand_over", {"to": mgr.person, "why": "so"}),
    ):
        reply = desk.send("POST", f"tasks/{task}/{move}", body)
        assert reply.status in (403, 409, 422), (move, reply.body)
        said += [reply.body["detail"], *(each["message"] for each in reply.body["errors"])]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in each) == (language == "zh") for each in said), said


def test_a_refused_move_leaves_everything_as_it_was(house: House) -> None:
    record, mgr = plea(house), house.be("mgr1")
    before, lines = mgr.get(f"records/plea/{record}"), mgr.history("plea", record)
    task = task_of(mgr, record)
    for move in MOVES:
        body = {} if move in ("nudge", "take_back") else {"to": mgr.person}
        assert mgr.send("POST", f"tasks/{task}/{move}", body).status >= 400
        assert house.be("dir1").send("POST", f"tasks/{task}/{move}", body).status >= 400
        assert mgr.send("POST", f"tasks/{uuid.uuid4()}/{move}", body).status == 404
    assert mgr.get(f"records/plea/{record}") == before
    assert mgr.history("plea", record) == lines


def test_a_move_made_twice_with_one_key_is_made_once(house: House) -> None:
    record, mgr, key = plea(house), house.be("mgr1"), str(uuid.uuid4())
    task, body = task_of(mgr, record), {"to": house.be("fin1").person}
    first = mgr.send("POST", f"tasks/{task}/hand_over", body, key=key)
    again = mgr.send("POST", f"tasks/{task}/hand_over", body, key=key)
    assert (first.status, first.body) == (again.status, again.body)
    assert [each["action"] for each in mgr.history("plea", record)].count("hand_over:local") == 1


def test_a_move_on_a_copy_that_is_old_is_stale(house: House) -> None:
    record, mgr = plea(house), house.be("mgr1")
    stale = moves(mgr, record, "hand_over", to=house.be("fin1").person, revision=99)
    assert (stale.status, stale.code) == (412, "stale")
    assert who_has(house, record) == {"mgr1"}


def test_only_those_whom_the_approval_names_are_given_a_task_and_the_refusal_says_who(own_house: House) -> None:
    house = own_house
    with_approval(house, "hand_over: {}", "hand_over: {to: [director at chain]}")
    record, mgr = plea(house), house.be("mgr1")
    refused = moves(mgr, record, "hand_over", to=house.be("fin1").person)
    assert (refused.status, refused.errors) == (422, [("/to", "not_among")])
    assert "Director" in refused.body["who"][0]
    found = mgr.get(f"tasks/{task_of(mgr, record)}/people")["items"]
    assert [each["code"] for each in found] == ["dir1"]
    assert moves(mgr, record, "hand_over", to=house.be("dir1").person).status == 200


def test_somebody_who_left_is_handed_nothing_and_a_signer_who_left_is_let_go(own_house: House) -> None:
    house = own_house
    record, mgr, fin = plea(house), house.be("mgr1"), house.be("fin1")
    moves(mgr, record, "add_signer", to=fin.person, where="before")
    task = task_of(fin, record)
    house.be("adm").edits("person", fin.person, {"active": False})
    assert who_has(house, record) - {"fin1"} == {"mgr1"}
    assert actions(mgr, record) == ["remove_signer"]
    refused = mgr.send("POST", f"tasks/{task}/approve", {})
    assert (refused.status, refused.code) == (409, "not_your_turn")
    assert mgr.send("POST", f"tasks/{task}/remove_signer", {"to": fin.person}).status == 200
    assert moves(mgr, record, "hand_over", to=fin.person).code in ("unknown_person", "not_found")
    assert mgr.decides("plea", record).body["state"] == "granted"


def test_what_was_written_with_a_decision_stays_when_it_is_taken_back(house: House) -> None:
    record, ame = plea(house, "5000"), house.be("ame")
    house.be("mgr1").decides("plea", record)
    task = task_of(ame, record)
    assert ame.decides("plea", record, values={"remark": "fine"}).body["state"] == "approval"
    assert ame.send("POST", f"tasks/{task}/take_back", {}).status == 200
    assert ame.reads("plea", record)["remark"] == "fine"
    assert who_has(house, record) == {"ame"}
    assert last(house, record)["action"] == "take_back:area"
    assert house.be("dir1").tasks("plea", record) == []
    assert ame.decides("plea", record).body["state"] == "approval"
    assert who_has(house, record) == {"dir1"}


def test_an_edit_after_a_decision_is_something_that_followed(house: House) -> None:
    record, mgr = plea(house, "500"), house.be("mgr1")
    task = task_of(mgr, record)
    mgr.decides("plea", record)
    house.be("clerk1").edits("plea", record, {"title": "another"})
    refused = mgr.send("POST", f"tasks/{task}/take_back", {})
    assert (refused.status, refused.code) == (409, "followed")
    assert refused.body["who"]
    assert who_has(house, record) == {"mgr1"}


def test_copies_tell_of_each_moment_that_is_named_and_of_no_other(own_house: House) -> None:
    house = own_house
    with_approval(house, "at: [approved, refused]", "at: [asked, returned, refused]")
    buyer = house.be("buyA")

    def told(record: str) -> list[str]:
        items = buyer.get("notices")["items"]
        return [each["text"] for each in reversed(items) if each["record"]["id"] == record]

    record, mgr = plea(house), house.be("mgr1")
    assert [("being approved" in each) for each in told(record)] == [True]
    mgr.decides("plea", record, "return", asks={"reason": "look at it again"})
    assert ["returned" in each for each in told(record)] == [False, True]
    house.be("clerk1").takes("plea", record, "hand_in")
    mgr.decides("plea", record, "reject")
    assert len(told(record)) in (3, 4)
    assert "refused" in told(record)[-1]
    granted = plea(house)
    mgr.decides("plea", granted)
    assert not [each for each in told(granted) if "was approved" in each]
