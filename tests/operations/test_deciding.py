"""Deciding tasks: votes, parts, returns, who is asked and who is not, and what voids a decision."""

from __future__ import annotations

import uuid

from tests.operations.house import Desk, House

FIRST = {"asks": {"reason": "fits"}}


def duel(house: House, amount: str, desk: Desk | None = None, **more: object) -> str:
    return (desk or house.be("clerk1")).makes("duel", {"amount": amount, **more}, "hand_in")


def peers_agree(house: House, record: str) -> None:
    for account in ("clerk1b", "clerk1c"):
        assert house.be(account).decides("duel", record).status == 200


def who_has(house: House, record: str) -> set[str]:
    accounts = ("clerk1", "clerk1b", "clerk1c", "clerk2", "mgr1", "mgr2", "ame", "amw", "buyA", "buyB", "dir1", "fin1")
    return {each for each in accounts if house.be(each).tasks("duel", record)}


def test_without_a_step_that_applies_it_is_approved_at_once_and_history_names_the_rule(house: House) -> None:
    record = duel(house, "10")
    clerk = house.be("clerk1")
    assert clerk.state("duel", record) == "accepted"
    last = clerk.history("duel", record)[-1]
    assert (last["action"], last["person"]["id"]) == ("accept", "system")
    assert "Amount is more than 10;" in last["because"]
    assert who_has(house, record) == set()


def test_an_empty_amount_skips_no_approver(house: House) -> None:
    clerk, record = house.be("clerk1"), str(uuid.uuid4())
    refused = clerk.send("POST", "records/duel", {"id": record, "values": {}, "action": "hand_in"})
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "condition_empty", "peers")
    assert clerk.send("GET", f"records/duel/{record}").status == 404


def test_two_of_three_decide_and_the_submitter_is_not_one_of_them(house: House) -> None:
    record = duel(house, "50")
    assert who_has(house, record) == {"clerk1b", "clerk1c"}
    first = house.be("clerk1b").decides("duel", record, comment="well")
    assert (first.status, first.body["state"]) == (200, "approval")
    assert who_has(house, record) == {"clerk1c"}
    assert house.be("clerk1c").decides("duel", record).body["state"] == "accepted"
    assert who_has(house, record) == set()
    lines = house.be("clerk1").history("duel", record)
    assert [(each["action"], each["comment"]) for each in lines if each["action"].startswith("approve")] == [
        ("approve:peers", "well"),
        ("approve:peers", None),
    ]


def test_a_refusal_that_makes_enough_impossible_ends_it(house: House) -> None:
    record = duel(house, "50")
    assert house.be("clerk1b").decides("duel", record, "reject").body["state"] == "refused"
    assert who_has(house, record) == set()


def test_nobody_votes_twice_and_nobody_decides_his_own(house: House) -> None:
    record = duel(house, "50")
    task = house.be("clerk1b").tasks("duel", record)[0]["id"]
    own = house.be("clerk1").send("POST", f"tasks/{task}/approve", {})
    assert own.status in (403, 409)
    assert house.be("clerk1b").send("POST", f"tasks/{task}/approve", {}).status == 200
    again = house.be("clerk1b").send("POST", f"tasks/{task}/approve", {})
    assert (again.status, again.code) == (409, "task_done")


def test_a_task_of_others_is_not_mine(house: House) -> None:
    record = duel(house, "50")
    task = house.be("clerk1b").tasks("duel", record)[0]["id"]
    assert house.be("clerk2").send("GET", f"tasks/{task}").status == 404
    assert house.be("clerk2").send("POST", f"tasks/{task}/approve", {}).status == 404
    refused = house.be("mgr1").send("POST", f"tasks/{task}/approve", {})
    assert (refused.status, refused.body["kind"]) == (403, "right")
    assert house.be("mgr1").send("POST", f"tasks/{task}/dance", {}).status == 404
    assert house.be("mgr1").send("POST", f"tasks/{uuid.uuid4()}/approve", {}).status == 404


def test_the_same_person_does_not_decide_two_steps(house: House) -> None:
    mgr = house.be("mgr1")
    record = duel(house, "150")
    peers_agree(house, record)
    assert who_has(house, record) == {"mgr1", "ame"}
    refused = house.be("clerk1b").send("POST", f"tasks/{mgr.tasks('duel', record)[0]['id']}/approve", FIRST)
    assert refused.status == 403


def test_both_parts_must_agree(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    assert house.be("ame").decides("duel", record).body["state"] == "approval"
    assert who_has(house, record) == {"mgr1"}
    missing = house.be("mgr1").decides("duel", record)
    assert (missing.status, missing.errors) == (422, [("/asks/reason", "required")])
    assert house.be("mgr1").decides("duel", record, **FIRST).body["state"] == "accepted"
    kept = next(each for each in house.be("mgr1").history("duel", record) if each["action"] == "approve:pair/left")
    assert kept["asks"] == {"reason": "fits"}


def test_a_part_that_refuses_ends_it(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    assert house.be("ame").decides("duel", record, "reject").body["state"] == "refused"
    assert who_has(house, record) == set()


def test_an_edit_that_binds_a_sibling_voids_its_vote(house: House) -> None:
    record = duel(house, "150", price="5")
    peers_agree(house, record)
    ame, mgr = house.be("ame"), house.be("mgr1")
    before = ame.tasks("duel", record)[0]["id"]
    assert ame.decides("duel", record).status == 200
    assert mgr.decides("duel", record, values={"price": "6"}, **FIRST).body["state"] == "approval"
    after = ame.tasks("duel", record)
    assert [each["part"] for each in after] == ["right"]
    assert after[0]["id"] != before
    assert ame.send("POST", f"tasks/{before}/approve", {}).code == "task_done"
    assert ame.decides("duel", record).body["state"] == "accepted"
    assert mgr.reads("duel", record)["price"] == "6.00"


def test_an_edit_that_binds_nobody_voids_nothing(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    ame, mgr = house.be("ame"), house.be("mgr1")
    assert mgr.decides("duel", record, **FIRST).status == 200
    assert ame.decides("duel", record, values={"remark": "fine"}).body["state"] == "accepted"


def test_a_decider_writes_only_what_his_part_lets_him(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    refused = house.be("ame").decides("duel", record, values={"price": "1"})
    assert (refused.status, refused.errors) == (403, [("/values/price", "not_writable")])
    assert house.be("mgr1").decides("duel", record, values={"nothing": "1"}, **FIRST).code == "unknown_field"


def test_a_stale_decision_is_a_conflict(house: House) -> None:
    record = duel(house, "50")
    stale = house.be("clerk1b").decides("duel", record, revision=99)
    assert (stale.status, stale.code) == (412, "stale")
    assert house.be("clerk1b").decides("duel", record, revision=1).status == 200


def test_a_change_of_content_asks_everybody_again(house: House) -> None:
    record = duel(house, "50")
    clerk = house.be("clerk1b")
    before = clerk.tasks("duel", record)[0]["id"]
    assert clerk.decides("duel", record).status == 200
    assert house.be("clerk1").edits("duel", record, {"title": "else"}).status == 200
    after = clerk.tasks("duel", record)
    assert [each["step"] for each in after] == ["peers"]
    assert after[0]["id"] != before
    assert clerk.send("POST", f"tasks/{before}/approve", {}).code == "task_done"
    peers_agree(house, record)
    assert house.be("clerk1").state("duel", record) == "accepted"


def test_returned_to_the_submitter_it_goes_on_where_it_was_returned(house: House) -> None:
    record = duel(house, "150")
    version = house.be("clerk1").get(f"records/duel/{record}")["version"]
    peers_agree(house, record)
    back = house.be("ame").decides("duel", record, "return", to="submitter", comment="why?")
    assert (back.status, back.body["state"]) == (200, "draft")
    assert who_has(house, record) == set()
    clerk = house.be("clerk1")
    assert clerk.edits("duel", record, {"title": "because"}).status == 200
    assert clerk.takes("duel", record, "hand_in") == "approval"
    assert who_has(house, record) == {"mgr1", "ame"}
    assert clerk.get(f"records/duel/{record}")["version"] == version


def test_whose_record_is_returned_is_told_by_whom_and_why(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    house.be("ame").decides("duel", record, "return", to="submitter", comment="why?")
    told = [each for each in house.be("clerk1").get("notices")["items"] if each["record"]["id"] == record]
    assert [each["text"] for each in told] == ["Zhang Wei returned Duel: why?"]
    assert [each for each in house.be("clerk1b").get("notices")["items"] if each["record"]["id"] == record] == []


def test_what_is_returned_to_another_step_is_told_to_nobody_else(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    house.be("ame").decides("duel", record, "return", to="peers", comment="why?")
    assert [each for each in house.be("clerk1").get("notices")["items"] if each["record"]["id"] == record] == []


def test_when_it_is_back_defaults_follow_again_but_for_what_somebody_wrote(house: House) -> None:
    clerk = house.be("clerk1")
    record = duel(house, "150", lines=[{"item": {"code": code}} for code in ("A100", "A101")])
    first, second = clerk.reads("duel", record)["lines"]
    assert (first["agreed"], second["agreed"]) == ("1", "1")
    peers_agree(house, record)
    halved = {"lines": [{"row": second["row"], "agreed": "0.5"}]}
    assert house.be("ame").decides("duel", record, values=halved).status == 200
    assert house.be("mgr1").decides("duel", record, "return", to="submitter", **FIRST).body["state"] == "draft"
    lines = [{"row": each["row"], "quantity": "2"} for each in (first, second)]
    assert clerk.edits("duel", record, {"lines": lines}).status == 200
    assert [each["agreed"] for each in clerk.reads("duel", record)["lines"]] == ["2", "0.5"]


def test_what_an_effect_wrote_stays_when_defaults_follow_again(house: House) -> None:
    clerk = house.be("clerk1")
    record = duel(house, "150")
    assert clerk.reads("duel", record)["round"] == 1
    peers_agree(house, record)
    house.be("ame").decides("duel", record, "return", to="submitter")
    clerk.takes("duel", record, "count_up")
    assert (clerk.state("duel", record), clerk.reads("duel", record)["round"]) == ("draft", 2)
    assert clerk.edits("duel", record, {"title": "again"}).status == 200
    assert clerk.reads("duel", record)["round"] == 2


def test_when_what_matters_changed_everybody_is_asked_again(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    house.be("ame").decides("duel", record, "return", to="submitter")
    clerk = house.be("clerk1")
    assert clerk.edits("duel", record, {"amount": "160"}).status == 200
    clerk.takes("duel", record, "hand_in")
    assert who_has(house, record) == {"clerk1b", "clerk1c"}


def test_returned_to_an_earlier_step_that_step_decides_again(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    assert house.be("ame").decides("duel", record, "return", to="peers").body["state"] == "approval"
    assert who_has(house, record) == {"clerk1b", "clerk1c"}
    assert house.be("clerk1b").decides("duel", record, "return", to="pair").code == "may_not_return_to"


def test_a_returned_record_is_not_discarded(house: House) -> None:
    record = duel(house, "150")
    peers_agree(house, record)
    revision = house.be("ame").decides("duel", record, "return", to="submitter").body["revision"]
    refused = house.be("clerk1").send("DELETE", f"records/duel/{record}", if_match=revision)
    assert (refused.status, refused.code) == (409, "submitted")


def test_the_owners_of_what_is_on_the_lines_are_all_asked(own_house: House) -> None:
    house = own_house
    adm = house.be("adm")
    owners = {"FOOD": "buyA", "NONFOOD": "buyB"}
    for each in adm.get("records/category")["items"]:
        assert (
            adm.edits("category", each["id"], {"owner": house.be(owners[each["values"]["code"]]).person}).status == 200
        )
    lines = [{"item": {"code": code}} for code in ("A100", "A101", "B200")]
    record = duel(house, "2000", lines=lines)
    peers_agree(house, record)
    house.be("mgr1").decides("duel", record, **FIRST)
    house.be("ame").decides("duel", record)
    assert who_has(house, record) == {"buyA", "buyB"}
    assert house.be("buyB").decides("duel", record).body["state"] == "approval"
    assert house.be("buyA").decides("duel", record).body["state"] == "accepted"
    food = duel(house, "2000", lines=lines[:1])
    peers_agree(house, food)
    house.be("mgr1").decides("duel", food, **FIRST)
    house.be("ame").decides("duel", food)
    assert who_has(house, food) == {"buyA"}


def test_when_nobody_is_found_the_stand_in_is_asked(house: House) -> None:
    record = duel(house, "2000")
    peers_agree(house, record)
    house.be("mgr1").decides("duel", record, **FIRST)
    house.be("ame").decides("duel", record)
    assert who_has(house, record) == {"dir1"}
    assert house.be("dir1").decides("duel", record).body["state"] == "accepted"


def test_a_person_named_in_a_field_decides_unless_he_had_a_hand_in_it(house: House) -> None:
    record = duel(house, "5", boss={"code": "fin1"})
    assert who_has(house, record) == {"fin1"}
    assert house.be("fin1").decides("duel", record).body["state"] == "accepted"
    twice = duel(house, "50", boss={"code": "clerk1b"})
    peers_agree(house, twice)
    assert who_has(house, twice) == {"dir1"}


def test_withdrawing_is_possible_until_somebody_decides(house: House) -> None:
    clerk = house.be("clerk1")
    early, late = duel(house, "50"), duel(house, "50")
    assert clerk.takes("duel", early, "withdraw") == "gone"
    assert who_has(house, early) == set()
    house.be("clerk1b").decides("duel", late)
    refused = clerk.acts("duel", late, "withdraw")
    assert (refused.status, refused.body["rule"]) == (409, "early")
    assert "withdraw" not in clerk.offered("duel", late)
    assert house.be("clerk1c").acts("duel", late, "withdraw").status == 403


def test_what_was_agreed_is_put_back_by_somebody_else(house: House) -> None:
    record = duel(house, "50", lines=[{"item": {"code": "A100"}, "quantity": "3"}])
    peers_agree(house, record)
    clerk, other = house.be("clerk1"), house.be("clerk1b")
    row = clerk.reads("duel", record)["lines"][0]["row"]
    assert "put_back" not in other.offered("duel", record)
    change = {"amount": "60", "lines": [{"row": row, "quantity": "9"}]}
    assert clerk.edits("duel", record, change).status == 200
    duty = clerk.acts("duel", record, "put_back")
    assert (duty.status, duty.body["rule"], duty.body["detail"]) == (
        409,
        "not_alone",
        "Who handed it in does not put it back.",
    )
    assert other.takes("duel", record, "put_back") == "accepted"
    read = clerk.reads("duel", record)
    assert (read["amount"], read["lines"][0]["quantity"]) == ("50.00", "3")


def test_comments_are_kept_and_decide_nothing(house: House) -> None:
    record = duel(house, "50")
    clerk = house.be("clerk1b")
    task = clerk.tasks("duel", record)[0]["id"]
    assert clerk.send("POST", f"tasks/{task}/comment", {"comment": "hm"}).status == 200
    assert clerk.send("POST", f"tasks/{task}/comment", {"comment": ""}).errors == [("/comment", "required")]
    last = clerk.history("duel", record)[-1]
    assert (last["action"], last["comment"], last["changes"]) == ("comment", "hm", [])
    assert clerk.tasks("duel", record)[0]["step"] == "peers"
    for bad in (5, "a\x00", "x" * 4001):
        assert clerk.send("POST", f"tasks/{task}/approve", {"comment": bad}).errors == [("/comment", "bad_text")]


def test_many_tasks_at_once(house: House) -> None:
    records = [duel(house, "50") for _ in range(2)]
    clerk = house.be("clerk1b")
    ids = [clerk.tasks("duel", each)[0]["id"] for each in records]
    answers = clerk.send("POST", "tasks/actions/approve", {"ids": [*ids, str(uuid.uuid4())], "comment": "all"}).body
    assert [each["status"] for each in answers] == [200, 200, 404]
    assert [each["id"] for each in answers][:2] == ids
    assert clerk.send("POST", "tasks/actions/return", {"ids": ids}).status == 404


def test_the_route_tells_who_was_is_and_will_be_asked(house: House) -> None:
    record = duel(house, "150")
    house.be("clerk1b").decides("duel", record)
    items = house.be("clerk1").get(f"records/duel/{record}/route")["items"]
    assert [(each["step"], each["part"], each["state"]) for each in items] == [
        ("peers", None, "now"),
        ("pair", "left", "next"),
        ("pair", "right", "next"),
        ("owners", None, "skipped"),
        ("boss", None, "skipped"),
    ]
    told = {"step", "part", "title", "people", "state", "because", "for", "handed", "added", "approval"}
    assert set(items[0]) == told
    assert [each["code"] for each in items[1]["people"]] == ["mgr1"]


def test_a_key_decides_only_if_it_was_granted(house: House) -> None:
    record = duel(house, "50")
    task = house.be("clerk1b").tasks("duel", record)[0]["id"]
    narrow = house.be("clerk1b", (("duel", "see"),))
    assert narrow.send("POST", f"tasks/{task}/approve", {}).status == 403
    wide = house.be("clerk1b", (("duel", "see"), ("duel", "approve")))
    assert wide.send("POST", f"tasks/{task}/approve", {}).status == 200


def test_one_part_is_sent_back_alone(house: House) -> None:
    record = duel(house, "150", price="5")
    peers_agree(house, record)
    mgr, ame = house.be("mgr1"), house.be("ame")
    early = ame.decides("duel", record, "return", to="left")
    assert (early.status, early.code) == (422, "not_an_earlier_step")
    assert mgr.decides("duel", record, **FIRST).status == 200
    told = next(each for each in ame.get(f"records/duel/{record}")["tasks"] if each["part"] == "right")
    assert [each["to"] for each in told["returns"]] == ["submitter", "peers", "left"]
    assert ame.decides("duel", record, "return", to="left", comment="too dear").body["state"] == "approval"
    assert who_has(house, record) == {"mgr1", "ame"}
    assert ame.decides("duel", record).body["state"] == "approval"
    assert who_has(house, record) == {"mgr1"}
    assert mgr.decides("duel", record, values={"price": "4"}, **FIRST).body["state"] == "approval"
    assert who_has(house, record) == {"ame"}, "what the other part approved has changed, and it says so"
    assert ame.decides("duel", record).body["state"] == "accepted"


def test_named_one_by_one_in_an_order_the_next_has_the_task_and_the_last_counts_again(house: House) -> None:
    clerk = house.be("clerk1")
    line = {"item": {"code": "A100"}, "checker": {"code": "buyB"}}
    values = {"one": {"code": "fin1"}, "two": {"code": "buyA"}, "lines": [line]}
    record = clerk.makes("basket", values, "hand_in")
    assert house.be("buyB").decides("basket", record).status == 200
    accounts = ("fin1", "buyA", "buyB")
    assert [each for each in accounts if house.be(each).tasks("basket", record)] == ["fin1"]
    task = house.be("fin1").tasks("basket", record)[0]["id"]
    turn = house.be("buyA").send("POST", f"tasks/{task}/approve", {})
    assert (turn.status, turn.body["rule"] or turn.code) == (409, "not_your_turn")
    assert house.be("fin1").decides("basket", record).status == 200
    assert [each for each in accounts if house.be(each).tasks("basket", record)] == ["buyA"]
    assert house.be("buyA").decides("basket", record).body["state"] == "whole"
    mine = [each for each in clerk.history("basket", record) if each["person"]["code"] == "buyA"]
    assert [each["action"] for each in mine] == ["approve:order", "approve:also"]
    assert "acts_once" in mine[1]["because"]


def test_tasks_that_nobody_can_do_any_more_are_listed_for_whoever_sees_all(own_house: House) -> None:
    house = own_house
    line = {"item": {"code": "A100"}, "checker": {"code": "fin2"}}
    record = house.be("clerk1").makes("basket", {"lines": [line]}, "hand_in")
    aud = house.be("aud")
    stuck = {"all": "true", "nobody": "true", "form": "basket"}
    assert aud.get("tasks", **stuck)["items"] == []
    gone = house.be("fin2").person
    assert house.be("adm").edits("person", gone, {"active": False}).status == 200
    assert [each["record"]["id"] for each in aud.get("tasks", **stuck)["items"]] == [record]
    assert house.be("clerk1").get("tasks", nobody="true", form="basket")["items"] == []


def test_a_task_of_somebody_whom_the_policy_does_not_let_decide_is_one_that_nobody_can_do(house: House) -> None:
    line = {"item": {"code": "A100"}, "checker": {"code": "aud"}}
    aud, clerk = house.be("aud"), house.be("clerk1")
    record = clerk.makes("basket", {"lines": [line]}, "hand_in")
    other = clerk.makes("basket", {"lines": [{**line, "checker": {"code": "buyA"}}]}, "hand_in")
    assert aud.tasks("basket", record) == []
    stuck = aud.get("tasks", all="true", nobody="true", form="basket", limit="500")["items"]
    found = {each["record"]["id"] for each in stuck}
    assert record in found
    assert other not in found
