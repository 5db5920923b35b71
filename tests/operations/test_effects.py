"""What effects write: by the rules of what people write, and never behind the back of who has voted on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.operations.house import House
from tests.operations.test_deciding import duel, peers_agree, who_has

PEERS = {"clerk1b", "clerk1c"}


def meddle(house: House, action: str, **values: Any) -> Any:
    """Make a record whose action writes into another one (or into itself), and take it."""
    clerk = house.be("clerk1")
    hand = clerk.makes("hand", values)
    return clerk.acts("hand", hand, action)


# What was voted on


def test_an_update_of_what_was_voted_on_voids_the_votes(house: House) -> None:
    record = duel(house, "50", title="then")
    voter = house.be("clerk1b")
    before = voter.tasks("duel", record)[0]["id"]
    assert voter.decides("duel", record).status == 200
    assert meddle(house, "rename", duel=record, words="now").status == 200
    assert who_has(house, record) == PEERS
    assert voter.tasks("duel", record)[0]["id"] != before
    assert voter.send("POST", f"tasks/{before}/approve", {}).code == "task_done"
    assert voter.decides("duel", record).body["state"] == "approval"
    assert house.be("clerk1c").decides("duel", record).body["state"] == "accepted"
    assert house.be("clerk1").reads("duel", record)["title"] == "now"


def test_an_update_that_changes_nothing_leaves_the_votes(house: House) -> None:
    record = duel(house, "50", title="same")
    assert house.be("clerk1b").decides("duel", record).status == 200
    assert meddle(house, "rename", duel=record, words="same").status == 200
    assert who_has(house, record) == {"clerk1c"}
    assert house.be("clerk1c").decides("duel", record).body["state"] == "accepted"


def test_an_update_goes_the_route_of_the_new_content(house: House) -> None:
    record = duel(house, "50")
    assert house.be("clerk1b").decides("duel", record).status == 200
    assert meddle(house, "reprice", duel=record, cents="150").status == 200
    peers_agree(house, record)
    assert house.be("clerk1").state("duel", record) == "approval"
    assert who_has(house, record) == {"mgr1", "ame"}


def test_an_update_after_which_nobody_need_be_asked_ends_the_approval(house: House) -> None:
    record = duel(house, "50")
    assert house.be("clerk1b").decides("duel", record).status == 200
    assert meddle(house, "reprice", duel=record, cents="1").status == 200
    assert house.be("clerk1").state("duel", record) == "accepted"
    assert who_has(house, record) == set()
    last = house.be("clerk1").history("duel", record)[-1]
    assert (last["action"], last["person"]["id"]) == ("accept", "system")


def test_an_update_that_leaves_a_condition_empty_is_refused_whole(house: House) -> None:
    record = duel(house, "50")
    clerk = house.be("clerk1")
    hand = clerk.makes("hand", {"duel": record})
    refused = clerk.acts("hand", hand, "reprice")
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "condition_empty", "peers")
    assert clerk.reads("duel", record)["amount"] == "50.00"
    assert who_has(house, record) == PEERS
    assert clerk.get(f"records/hand/{hand}")["revision"] == 1


def test_an_act_with_other_values_asks_everybody_again(house: House) -> None:
    record = duel(house, "50", title="then")
    assert house.be("clerk1b").decides("duel", record).status == 200
    assert meddle(house, "push", duel=record, words="now").status == 200
    assert who_has(house, record) == PEERS
    assert house.be("clerk1").reads("duel", record)["title"] == "now"
    peers_agree(house, record)
    assert house.be("clerk1").state("duel", record) == "accepted"


def test_a_timer_that_writes_what_was_voted_on_voids_the_votes(own_house: House) -> None:
    house = own_house
    record = duel(house, "50", title="then")
    assert house.be("clerk1b").decides("duel", record).status == 200
    house.pass_time(days=6)
    assert house.be("clerk1").reads("duel", record)["title"] == "late"
    assert who_has(house, record) == PEERS
    assert house.be("clerk1c").decides("duel", record).body["state"] == "approval"


# What is written

LONG = "x" * 401
CASES = [
    ("shorten", {"words": "123456"}, "/short", "too_long"),
    ("shorten", {"words": "a\nb"}, "/short", "characters"),
    ("encode", {"words": "small"}, "/code", "code"),
    ("pay", {"cents": "-0.01"}, "/money", "negative"),
    ("weigh", {"much": "1.0005", "item": {"code": "A100"}}, "/pieces", "scale"),
    ("weigh", {"much": "-2", "item": {"code": "A100"}}, "/pieces", "negative"),
    ("raise_it", {"lines": [{}, {}]}, "/high", "above"),
    ("visit", {"words": "javascript:alert(1)"}, "/address", "url"),
    ("scan", {"words": "4006381333932"}, "/bar", "barcode"),
    ("sign_it", {"words": "Max"}, "/sign", "attachment"),
    ("file_it", {"words": "00000000-0000-4000-8000-000000000000"}, "/paper", "attachment"),
    ("short_rows", {"lines": [{"words": "abc"}, {"words": "abcdef"}]}, "/lines/1/short", "too_long"),
    (
        "weigh_rows",
        {"lines": [{"item": {"code": "A100"}, "much": "2"}, {"item": {"code": "A100"}, "much": "2.0005"}]},
        "/lines/1/pieces",
        "scale",
    ),
    ("copy_it", {"words": "123456"}, "/short", "too_long"),
    ("copy_it", {"lines": [{"words": "abc"}, {"words": "abcdef"}]}, "/lines/1/short", "too_long"),
    ("copy_it", {"lines": [{"item": {"code": "A100"}, "much": "0.0005"}]}, "/lines/0/pieces", "scale"),
]


@pytest.mark.parametrize(("action", "values", "path", "code"), CASES)
def test_what_an_effect_writes_is_refused_where_a_persons_words_would_be(
    house: House, action: str, values: dict[str, Any], path: str, code: str
) -> None:
    clerk = house.be("clerk1")
    hand = clerk.makes("hand", values)
    before = clerk.get("records/hand", limit="500")["items"]
    refused = clerk.acts("hand", hand, action)
    assert (refused.status, refused.errors) == (422, [(path, code)])
    assert house.be("clerk1").send("GET", f"records/hand/{hand}").headers["ETag"] == '"1"'
    assert clerk.get("records/hand", limit="500")["items"] == before


def test_what_fits_is_written_as_a_person_would_have_written_it(house: House) -> None:
    clerk = house.be("clerk1")
    line = {"item": {"code": "A100"}, "words": "abcde", "much": "2.500000"}
    hand = clerk.makes("hand", {"words": "Cafe\u0301", "cents": "0.00", "much": "3.1", "lines": [line, {}, {}]})
    for action in ("shorten", "pay", "weigh", "raise_it", "count_it", "short_rows", "weigh_rows", "stamp"):
        assert clerk.takes("hand", hand, action) == "draft"
    read = clerk.reads("hand", hand)
    assert (read["short"], read["money"], read["pieces"]) == ("Caf\u00e9", "0.00", "3.1")
    assert (read["high"], read["whole"]) == (3, 9)
    assert [(row["short"], row["pieces"]) for row in read["lines"]] == [("abcde", "2.5"), (None, None), (None, None)]
    assert read["when"].startswith(read["day"][:4])


def test_a_fault_in_another_record_is_told_in_the_readers_language_and_not_what_he_may_not_see(house: House) -> None:
    clerk = house.be("clerk1")
    memo = clerk.makes("memo", {"note": "n"})
    for language, says in (("en", "At most 400 characters."), ("zh", "最多 400 个字符。")):
        desk = replace(clerk, language=language)
        hand = desk.makes("hand", {"memo": memo, "words": LONG})
        assert desk.acts("hand", hand, "note").body["errors"] == [
            {"path": "/note", "code": "too_long", "message": says}
        ]
    hand = clerk.makes("hand", {"memo": memo, "cents": "-1"})
    refused = clerk.acts("hand", hand, "hide")
    assert (refused.status, refused.errors) == (422, [("", "not_in_order")])
    assert b"secret" not in refused.raw
    assert clerk.reads("memo", memo)["note"] == "n"


def test_a_copy_holds_what_was_copied_and_the_defaults_of_what_was_not(house: House) -> None:
    clerk = house.be("clerk1")
    hand = clerk.makes("hand", {"sign": {"typed": "Clara"}, "words": "abc", "lines": [{"words": "x", "much": "2"}]})
    assert clerk.takes("hand", hand, "copy_it") == "draft"
    copies = [each for each in clerk.get("records/hand", sort="-created")["items"] if each["id"] != hand]
    read = clerk.reads("hand", copies[0]["id"])
    assert (read["sign"], read["words"], read["short"]) == ({"typed": "Clara"}, "abc", "abc")
    assert [(row["short"], row["pieces"], row["left"]) for row in read["lines"]] == [("x", "2", 3)]
