"""What may be done with a task beside deciding it: handing over, adding signers, taking back, nudging, copying in."""

from __future__ import annotations

from tests.operations.house import Desk, House, Reply


def plea(house: House, amount: str = "50", **more: object) -> str:
    return house.be("clerk1").makes("plea", {"amount": amount, **more}, "hand_in")


def task_of(desk: Desk, record: str) -> str:
    (found,) = desk.tasks("plea", record)
    task: str = found["id"]
    return task


def moves(desk: Desk, record: str, move: str, **body: object) -> Reply:
    return desk.send("POST", f"tasks/{task_of(desk, record)}/{move}", body)


def actions(desk: Desk, record: str) -> list[str]:
    (task,) = desk.get(f"records/plea/{record}")["tasks"]
    found: list[str] = task["actions"]
    return found


def who_has(house: House, record: str) -> set[str]:
    accounts = ("clerk1", "clerk1b", "mgr1", "mgr2", "ame", "amw", "dir1", "fin1", "buyA", "plan1")
    return {each for each in accounts if house.be(each).tasks("plea", record)}


def last(house: House, record: str) -> dict[str, object]:
    line: dict[str, object] = house.be("clerk1").history("plea", record)[-1]
    return line


# -- handing over ----------------------------------------------------------------------------------------------------


def test_a_task_that_is_handed_over_is_the_other_ones_and_history_says_whose_it_was(house: House) -> None:
    record, mgr, fin = plea(house), house.be("mgr1"), house.be("fin1")
    before = task_of(mgr, record)
    assert moves(mgr, record, "hand_over", to=fin.person, comment="you know it").status == 200
    assert who_has(house, record) == {"fin1"}
    assert task_of(fin, record) == before
    line = last(house, record)
    assert (line["action"], line["person"]["id"], line["whom"]["id"]) == (  # type: ignore[index]
        "hand_over:local",
        mgr.person,
        fin.person,
    )
    assert mgr.send("POST", f"tasks/{before}/approve", {}).status == 403
    (step,) = [each for each in mgr.get(f"records/plea/{record}/route")["items"] if each["step"] == "local"]
    assert [(each["from"]["id"], each["to"]["id"]) for each in step["handed"]] == [(mgr.person, fin.person)]
    assert fin.decides("plea", record).body["state"] == "granted"


def test_it_is_handed_on_and_back_again(house: House) -> None:
    record, mgr, fin, top = plea(house), house.be("mgr1"), house.be("fin1"), house.be("dir1")
    moves(mgr, record, "hand_over", to=fin.person)
    moves(fin, record, "hand_over", to=top.person)
    assert who_has(house, record) == {"dir1"}
    assert moves(top, record, "hand_over", to=mgr.person).status == 200
    assert who_has(house, record) == {"mgr1"}
    assert mgr.get(f"tasks/{task_of(mgr, record)}")["handed"] == []
    assert mgr.decides("plea", record).body["state"] == "granted"


def test_it_is_handed_to_nobody_who_may_not_have_it(house: House) -> None:
    record, mgr = plea(house), house.be("mgr1")
    task = task_of(mgr, record)

    def tried(to: object) -> tuple[int, str]:
        reply = mgr.send("POST", f"tasks/{task}/hand_over", {"to": to})
        return reply.status, reply.code

    assert tried(house.be("mgr2").person) == (422, "unknown_person")
    assert tried("nobody") == (422, "unknown_person")
    assert tried(None) == (422, "required")
    assert tried(mgr.person) == (422, "oneself")
    assert tried(house.be("clerk1").person) == (409, "submitter_may_not_decide")
    assert house.be("fin1").send("POST", f"tasks/{task}/hand_over", {"to": house.be("dir1").person}).status == 403
    assert house.be("mgr2").send("POST", f"tasks/{task}/hand_over", {"to": mgr.person}).status == 404
    assert who_has(house, record) == {"mgr1"}
    found = {each["id"] for each in mgr.get(f"tasks/{task}/people")["items"]}
    assert house.be("fin1").person in found
    assert not found & {mgr.person, house.be("clerk1").person, house.be("mgr2").person}
    assert mgr.decides("plea", record).status == 200
    assert tried(house.be("fin1").person) == (409, "task_done")


def test_what_is_not_opened_is_not_there(house: House) -> None:
    record = house.be("clerk1").makes("duel", {"amount": "50"}, "hand_in")
    desk = house.be("clerk1b")
    (task,) = desk.tasks("duel", record)
    assert task["actions"] == ["approve", "reject", "return"]
    for move in ("hand_over", "add_signer", "remove_signer", "take_back", "nudge"):
        body = {} if move in ("nudge", "take_back") else {"to": house.be("clerk1c").person}
        assert desk.send("POST", f"tasks/{task['id']}/{move}", body).status == 404, move


def test_an_edit_ends_the_task_that_was_handed_over_and_asks_the_same_one_anew(house: House) -> None:
    record, mgr, fin = plea(house), house.be("mgr1"), house.be("fin1")
    moves(mgr, record, "hand_over", to=fin.person)
    before = task_of(fin, record)
    assert house.be("clerk1").edits("plea", record, {"title": "better"}).status == 200
    assert who_has(house, record) == {"fin1"}
    assert task_of(fin, record) != before
    assert fin.send("POST", f"tasks/{before}/approve", {}).code == "task_done"
    assert fin.decides("plea", record).body["state"] == "granted"


# -- signers ---------------------------------------------------------------------------------------------------------


def test_a_signer_beside_must_agree_too_whoever_is_first(house: House) -> None:
    for first, second in (("mgr1", "fin1"), ("fin1", "mgr1")):
        record, mgr = plea(house), house.be("mgr1")
        assert moves(mgr, record, "add_signer", to=house.be("fin1").person, where="beside").status == 200
        assert who_has(house, record) == {"mgr1", "fin1"}
        assert actions(house.be("fin1"), record) == ["approve", "reject", "return"]
        assert house.be(first).decides("plea", record).body["state"] == "approval"
        assert who_has(house, record) == {second}
        assert house.be(second).decides("plea", record).body["state"] == "granted"


def test_a_signer_before_is_asked_before_and_one_after_is_asked_after(house: House) -> None:
    record, mgr, fin, top = plea(house), house.be("mgr1"), house.be("fin1"), house.be("dir1")
    assert moves(mgr, record, "add_signer", to=top.person, where="after").status == 200
    assert who_has(house, record) == {"mgr1"}
    assert moves(mgr, record, "add_signer", to=fin.person, where="before").status == 200
    assert who_has(house, record) == {"fin1"}
    blocked = mgr.send("POST", f"tasks/{task_of(fin, record)}/approve", {})
    assert (blocked.status, blocked.code) == (409, "not_your_turn")
    assert fin.decides("plea", record).body["state"] == "approval"
    assert who_has(house, record) == {"mgr1"}
    assert mgr.decides("plea", record).body["state"] == "approval"
    assert who_has(house, record) == {"dir1"}
    (task,) = top.tasks("plea", record)
    assert [(each["person"]["id"], each["by"]["id"], each["where"], each["said"]) for each in task["added"]] == [
        (top.person, mgr.person, "after", None),
        (fin.person, mgr.person, "before", "approve"),
    ]
    assert top.decides("plea", record).body["state"] == "granted"


def test_a_signer_who_refuses_refuses(house: House) -> None:
    record, mgr, fin = plea(house), house.be("mgr1"), house.be("fin1")
    moves(mgr, record, "add_signer", to=fin.person, where="before")
    assert fin.decides("plea", record, "reject").body["state"] == "denied"
    assert who_has(house, record) == set()


def test_whoever_added_a_signer_may_do_without_him_as_long_as_he_is_silent(house: House) -> None:
    record, mgr, fin = plea(house), house.be("mgr1"), house.be("fin1")
    moves(mgr, record, "add_signer", to=fin.person, where="before")
    task = task_of(fin, record)
    assert fin.send("POST", f"tasks/{task}/remove_signer", {"to": fin.person}).status == 403
    assert mgr.send("POST", f"tasks/{task}/remove_signer", {"to": mgr.person}).code == "no_signer"
    assert mgr.send("POST", f"tasks/{task}/remove_signer", {"to": fin.person}).status == 200
    assert who_has(house, record) == {"mgr1"}
    again = moves(mgr, record, "add_signer", to=fin.person, where="nowhere")
    assert (again.status, again.errors) == (422, [("/where", "bad_place")])


def test_a_signer_only_agrees_and_writes_nothing(house: House) -> None:
    record, ame, fin = plea(house, "500"), house.be("ame"), house.be("fin1")
    assert house.be("mgr1").decides("plea", record).status == 200
    moves(ame, record, "add_signer", to=fin.person, where="beside")
    refused = fin.decides("plea", record, values={"remark": "mine"})
    assert (refused.status, refused.errors) == (403, [("/values/remark", "not_writable")])
    assert ame.decides("plea", record, values={"remark": "fine"}).body["state"] == "approval"
    assert fin.decides("plea", record).body["state"] == "granted"


# -- taking back -----------------------------------------------------------------------------------------------------


def test_a_decision_is_taken_back_and_asked_anew(own_house: House) -> None:
    house = own_house
    record, mgr = plea(house, "500"), house.be("mgr1")
    task = task_of(mgr, record)
    assert mgr.decides("plea", record).status == 200
    assert who_has(house, record) == {"ame"}
    stale = task_of(house.be("ame"), record)
    house.pass_time(minutes=10)
    offered = mgr.get(f"records/plea/{record}")["take_back"]
    assert offered["task"] == task
    assert house.be("ame").get(f"records/plea/{record}")["take_back"] is None
    assert house.be("ame").send("POST", f"tasks/{task}/take_back", {}).status == 403
    assert mgr.send("POST", f"tasks/{task}/take_back", {"comment": "wrong one"}).status == 200
    assert who_has(house, record) == {"mgr1"}
    assert task_of(mgr, record) not in (task, stale)
    assert house.be("ame").send("POST", f"tasks/{stale}/approve", {}).code == "task_done"
    lines = [each["action"] for each in mgr.history("plea", record)]
    assert lines[-2:] == ["approve:local", "take_back:local"]
    assert mgr.send("POST", f"tasks/{task}/take_back", {}).code == "followed"
    assert mgr.decides("plea", record, "reject").body["state"] == "denied"


def test_it_is_not_taken_back_once_somebody_has_acted_or_time_is_over(own_house: House) -> None:
    house = own_house
    record, mgr, ame = plea(house, "5000"), house.be("mgr1"), house.be("ame")
    task = task_of(mgr, record)
    mgr.decides("plea", record)
    ame.decides("plea", record)
    late = mgr.send("POST", f"tasks/{task}/take_back", {})
    assert (late.status, late.code, late.body["rule"]) == (409, "followed", "followed")
    assert late.body["who"][0] in late.body["detail"]
    assert mgr.get(f"records/plea/{record}")["take_back"] is None
    other = plea(house, "500")
    task = task_of(mgr, other)
    mgr.decides("plea", other)
    house.be("clerk1").send("POST", f"records/plea/{other}/comments", {"comment": "thanks"})
    house.pass_time(minutes=31)
    assert mgr.send("POST", f"tasks/{task}/take_back", {}).code == "too_late"
    assert who_has(house, other) == {"ame"}


def test_the_last_decision_is_taken_back_as_long_as_nothing_came_of_it(house: House) -> None:
    record, mgr = plea(house), house.be("mgr1")
    task = task_of(mgr, record)
    assert mgr.decides("plea", record).body["state"] == "granted"
    assert mgr.send("POST", f"tasks/{task}/take_back", {}).body["state"] == "approval"
    again = task_of(mgr, record)
    assert mgr.decides("plea", record).body["state"] == "granted"
    house.be("clerk1").takes("plea", record, "finish")
    assert mgr.send("POST", f"tasks/{again}/take_back", {}).code == "followed"
    assert house.be("clerk1").state("plea", record) == "done"


# -- returning, withdrawing, nudging, copying in -----------------------------------------------------------------------


def test_a_return_asks_for_its_reason_and_comes_back_to_who_returned_it(house: House) -> None:
    record, ame, clerk = plea(house, "500"), house.be("ame"), house.be("clerk1")
    house.be("mgr1").decides("plea", record)
    for asks, code in (({}, "required"), ({"reason": "too short"}, "too_short"), ({"reason": "a         b"}, None)):
        reply = ame.decides("plea", record, "return", to="submitter", asks=asks)
        if code is not None:
            assert (reply.status, reply.errors) == (422, [("/asks/reason", code)])
    assert clerk.state("plea", record) == "draft"
    assert who_has(house, record) == set()
    clerk.edits("plea", record, {"remark": "mended"})
    told = len(house.be("mgr1").get("notices")["items"])
    assert clerk.takes("plea", record, "hand_in") == "approval"
    assert who_has(house, record) == {"ame"}
    notices = house.be("mgr1").get("notices")["items"]
    assert (len(notices), notices[0]["template"], notices[0]["record"]["id"]) == (told + 1, "@resumed", record)
    kept = next(each for each in clerk.history("plea", record) if each["action"] == "return:area")
    assert kept["asks"] == {"reason": "a         b"}


def test_it_is_returned_to_any_earlier_step_and_to_no_other(house: House) -> None:
    record, ame, why = plea(house, "5000"), house.be("ame"), {"asks": {"reason": "look at it again"}}
    house.be("mgr1").decides("plea", record)
    (task,) = ame.get(f"records/plea/{record}")["tasks"]
    assert [each["to"] for each in task["returns"]] == ["submitter", "local"]
    assert ame.decides("plea", record, "return", to="top", **why).code == "not_an_earlier_step"
    assert ame.decides("plea", record, "return", to="local", **why).body["state"] == "approval"
    assert who_has(house, record) == {"mgr1"}
    house.be("mgr1").decides("plea", record)
    assert who_has(house, record) == {"ame"}


def test_an_earlier_step_that_changes_nothing_leads_straight_back_to_who_returned_it(house: House) -> None:
    record, mgr, ame, dir1 = plea(house, "5000"), house.be("mgr1"), house.be("ame"), house.be("dir1")
    mgr.decides("plea", record)
    ame.decides("plea", record)
    reply = dir1.decides("plea", record, "return", to="local", asks={"reason": "look at it again"})
    assert (reply.status, who_has(house, record)) == (200, {"mgr1"})
    mgr.decides("plea", record)
    assert who_has(house, record) == {"dir1"}, "the amount is what it was when it was returned"
    notice = ame.get("notices")["items"][0]
    assert (notice["template"], notice["record"]["id"]) == ("@resumed", record)


def test_a_raised_amount_begins_again(house: House) -> None:
    record, ame, clerk = plea(house, "500"), house.be("ame"), house.be("clerk1")
    house.be("mgr1").decides("plea", record)
    ame.decides("plea", record, "return", asks={"reason": "is it enough?"})
    clerk.edits("plea", record, {"amount": "600"})
    clerk.takes("plea", record, "hand_in")
    assert who_has(house, record) == {"mgr1"}


def test_withdrawing_leads_to_the_draft_and_the_next_round_has_the_same_number(house: House) -> None:
    record, clerk = plea(house), house.be("clerk1")
    number = clerk.get(f"records/plea/{record}")["number"]
    assert clerk.takes("plea", record, "withdraw") == "draft"
    assert who_has(house, record) == set()
    assert clerk.takes("plea", record, "hand_in") == "approval"
    assert clerk.get(f"records/plea/{record}")["number"] == number
    house.be("mgr1").decides("plea", record)
    refused = clerk.acts("plea", record, "withdraw")
    assert (refused.status, refused.code) == (409, "not_in_state")


def test_the_submitter_reminds_but_not_all_the_time(own_house: House) -> None:
    house = own_house
    record, clerk, mgr = plea(house), house.be("clerk1"), house.be("mgr1")
    task = task_of(mgr, record)
    assert actions(clerk, record) == ["nudge"]
    assert "nudge" not in actions(mgr, record)
    assert mgr.send("POST", f"tasks/{task}/nudge", {}).status == 403
    assert clerk.send("POST", f"tasks/{task}/nudge", {"comment": "today please"}).status == 200
    notice = mgr.get("notices")["items"][0]
    assert (notice["template"], "today please" in notice["text"]) == ("@nudged", True)
    again = clerk.send("POST", f"tasks/{task}/nudge", {})
    assert (again.status, again.code) == (409, "nudged_lately")
    house.pass_time(hours=4)
    assert clerk.send("POST", f"tasks/{task}/nudge", {}).status == 200
    assert task_of(mgr, record) == task


def test_who_is_copied_in_is_told_and_may_read_that_record_only(house: House) -> None:
    record, other, planner = plea(house, "500"), plea(house, "50"), house.be("plan1")
    assert planner.send("GET", f"records/plea/{record}").status == 404
    house.be("mgr1").decides("plea", record)
    assert planner.send("GET", f"records/plea/{record}").status == 200
    assert planner.send("GET", f"records/plea/{other}").status == 404
    assert planner.send("GET", "records/plea").status == 404
    notice = planner.get("notices")["items"][0]
    assert (notice["template"], notice["record"]["id"]) == ("@copied", record)
    house.be("ame").decides("plea", record)
    buyer = house.be("buyA").get("notices")["items"][0]
    assert (buyer["record"]["id"], "approved" in buyer["text"]) == (record, True)


def test_many_are_decided_at_once_each_with_its_own_answer(house: House) -> None:
    mine = [plea(house) for _ in range(3)]
    ids = [task_of(house.be("mgr1"), each) for each in mine]
    house.be("clerk1").edits("plea", mine[1], {"title": "changed"})
    answers = house.be("mgr1").does("POST", "tasks/actions/approve", {"ids": ids})
    assert [each["status"] for each in answers] == [200, 409, 200]
    assert answers[1]["body"]["errors"][0]["code"] == "task_done"
