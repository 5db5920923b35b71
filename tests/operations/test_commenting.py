"""Comments: whoever sees a record may say something about it, and who is mentioned there is told."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.operations.house import Desk, House


def duel(house: House, amount: str = "50") -> str:
    return house.be("clerk1").makes("duel", {"amount": amount}, "hand_in")


def says(desk: Desk, record: str, words: Any, **more: Any) -> Any:
    return desk.send("POST", f"records/duel/{record}/comments", {"comment": words, **more})


def person(house: House, account: str) -> str:
    return house.be(account).person


def told(house: House, account: str, record: str) -> list[str]:
    """What somebody was told of a record."""
    found = house.be(account).get("notices", limit="500")["items"]
    return [each["text"] for each in found if each["record"]["id"] == record]


def test_a_comment_is_a_line_of_history_and_changes_nothing_else(house: House) -> None:
    record = duel(house)
    clerk = house.be("clerk1")
    before, tasks = clerk.reads("duel", record), house.be("clerk1b").tasks("duel", record)
    reply = says(clerk, record, "two\nlines")
    assert (reply.status, reply.body["state"]) == (201, "approval")
    last = clerk.history("duel", record)[-1]
    assert (last["action"], last["comment"], last["changes"], last["person"]["id"]) == (
        "comment",
        "two\nlines",
        [],
        clerk.person,
    )
    assert clerk.reads("duel", record) == before
    assert house.be("clerk1b").tasks("duel", record) == tasks


def test_a_record_that_has_ended_may_still_be_spoken_of(house: House) -> None:
    record = duel(house, "10")
    assert house.be("clerk1").state("duel", record) == "accepted"
    assert says(house.be("clerk1"), record, "thanks").status == 201


@pytest.mark.parametrize(
    ("words", "code"),
    [(None, "required"), ("", "required"), (" \n", "required"), (5, "bad_text"), ("x" * 4001, "bad_text")],
)
def test_what_is_no_comment_is_refused_at_its_place(house: House, words: Any, code: str) -> None:
    record = duel(house)
    before = len(house.be("clerk1").history("duel", record))
    assert says(house.be("clerk1"), record, words).errors == [("/comment", code)]
    assert len(house.be("clerk1").history("duel", record)) == before


def test_who_may_not_see_a_record_cannot_comment_on_it_nor_learn_who_can(house: House) -> None:
    record = duel(house)
    stranger = house.be("clerk2")
    assert says(stranger, record, "hm").status == 404
    assert stranger.send("GET", f"records/duel/{record}/people").status == 404
    assert says(house.be("clerk1"), str(uuid.uuid4()), "hm").status == 404


def test_whoever_is_mentioned_is_told_once_in_his_language(house: House) -> None:
    record, manager = duel(house), person(house, "mgr1")
    assert says(house.be("clerk1"), record, "@M please", mentions=[manager, manager]).status == 201
    number = house.be("clerk1").get(f"records/duel/{record}")["number"] or ""
    assert len(told(house, "mgr1", record)) == 1
    assert "mentioned you" in told(house, "mgr1", record)[0]
    assert number in told(house, "mgr1", record)[0]
    zh = Desk(house, house.be("mgr1").actor, "zh").get("notices")["items"]
    assert any("提到了您" in each["text"] for each in zh if each["record"]["id"] == record)
    assert told(house, "clerk1b", record) == []


def test_nobody_is_told_of_his_own_words(house: House) -> None:
    record = duel(house)
    assert says(house.be("clerk1"), record, "me", mentions=[person(house, "clerk1")]).status == 201
    assert told(house, "clerk1", record) == []


def test_one_who_may_not_see_it_cannot_be_mentioned_and_is_like_nobody(house: House) -> None:
    record, other = duel(house), person(house, "clerk2")
    manager = person(house, "mgr1")
    refused = says(house.be("clerk1"), record, "hm", mentions=[manager, other])
    nobody = says(house.be("clerk1"), record, "hm", mentions=[manager, str(uuid.uuid4())])
    assert refused.errors == nobody.errors == [("/mentions/1", "unknown_person")]
    assert refused.body["errors"][0]["message"] == nobody.body["errors"][0]["message"]
    assert told(house, "mgr1", record) == []
    assert says(house.be("clerk1"), record, "hm", mentions=[manager] * 21).errors == [("/mentions", "too_many")]
    assert says(house.be("clerk1"), record, "hm", mentions="x").errors == [("/mentions", "not_a_list")]


def test_people_are_found_by_a_part_of_their_name_among_those_who_see_it(house: House) -> None:
    record = duel(house)
    clerk = house.be("clerk1")
    found = {each["code"] for each in clerk.get(f"records/duel/{record}/people", q="MGR")["items"]}
    assert "mgr1" in found
    assert "mgr2" not in found
    everybody = clerk.get(f"records/duel/{record}/people")["items"]
    assert 0 < len(everybody) <= 8
    assert clerk.person not in {each["id"] for each in everybody}


def test_the_same_comment_sent_twice_under_one_key_is_one(house: House) -> None:
    record = duel(house)
    clerk = house.be("clerk1")
    path, key = f"records/duel/{record}/comments", uuid.uuid4().hex
    first, second = (clerk.send("POST", path, {"comment": "once"}, key=key) for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert [each["comment"] for each in clerk.history("duel", record)].count("once") == 1


def test_a_line_of_the_policy_narrows_who_comments(own_house: House) -> None:
    own_house.publish(policy=["p, manager, duel, comment, own"])
    record = duel(own_house)
    assert says(own_house.be("clerk1"), record, "hm").status == 403
    assert says(own_house.be("mgr1"), record, "hm").status == 201
    assert own_house.be("clerk1").history("duel", record)[-1]["comment"] == "hm"


def test_a_key_comments_only_if_it_was_granted(house: House) -> None:
    record = duel(house)
    assert says(house.be("clerk1", (("duel", "see"),)), record, "hm").status == 403
    assert says(house.be("clerk1", (("duel", "see"), ("duel", "comment"))), record, "hm").status == 201
