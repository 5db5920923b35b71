"""Steps that are taken row by row: who decides which lines, what refused ones do, and where the record goes then."""

from __future__ import annotations

from typing import Any

from tests.operations.house import House, Reply


def basket(house: House, *lines: tuple[str, int, str | None]) -> tuple[str, list[str]]:
    """A basket that was handed in, and its rows; a line is its checker, its quantity, its second."""
    clerk = house.be("clerk1")
    rows = [
        {"item": {"code": "A100"}, "quantity": str(many), "checker": {"code": one}} | _second(two)
        for one, many, two in lines
    ]
    record = clerk.makes("basket", {"lines": rows}, "hand_in")
    return record, [each["row"] for each in clerk.reads("basket", record)["lines"]]


def _second(account: str | None) -> dict[str, Any]:
    return {"second": {"code": account}} if account else {}


def who_has(house: House, record: str) -> set[str]:
    accounts = ("clerk1", "mgr1", "ame", "amw", "buyA", "buyB", "fin1", "fin2")
    return {each for each in accounts if house.be(each).tasks("basket", record)}


def waiting(house: House, account: str, record: str) -> dict[str, list[str]]:
    """Step -> rows that this person can decide."""
    found = house.be(account).tasks("basket", record)
    return {each["step"]: [row["row"] for row in each["rows"] if row["mine"]] for each in found}


def decide(house: House, account: str, record: str, step: str, verdict: str = "approve", **body: object) -> Reply:
    task = next(each for each in house.be(account).tasks("basket", record) if each["step"] == step)
    return house.be(account).send("POST", f"tasks/{task['id']}/{verdict}", body)


def test_each_row_waits_for_its_own_people_and_the_record_goes_on_when_all_have_decided(house: House) -> None:
    record, rows = basket(house, ("buyA", 1, None), ("buyB", 2, None), ("buyA", 3, None))
    assert who_has(house, record) == {"buyA", "buyB"}
    assert waiting(house, "buyA", record) == {"checkers": [rows[0], rows[2]]}
    assert decide(house, "buyA", record, "checkers").body["state"] == "approval"
    assert who_has(house, record) == {"buyB"}
    assert decide(house, "buyB", record, "checkers").body["state"] == "whole"
    assert who_has(house, record) == set()


def test_a_refused_row_drops_and_the_state_follows_from_the_rows(house: House) -> None:
    record, rows = basket(house, ("buyA", 4, None), ("buyA", 5, None))
    assert decide(house, "buyA", record, "checkers", "reject", rows=[rows[1]]).body["state"] == "approval"
    assert waiting(house, "buyA", record) == {"checkers": [rows[0]]}
    assert decide(house, "buyA", record, "checkers", rows=[rows[0]]).body["state"] == "approval"
    assert who_has(house, record) == {"ame"}
    assert house.be("ame").decides("basket", record).body["state"] == "partly"
    lines = house.be("clerk1").reads("basket", record)["lines"]
    assert [each["quantity"] for each in lines] == ["4", "0"]


def test_when_every_row_is_refused_the_record_is(house: House) -> None:
    record, _rows = basket(house, ("buyA", 4, None), ("buyB", 5, None))
    decide(house, "buyA", record, "checkers", "reject")
    assert decide(house, "buyB", record, "checkers", "reject").body["state"] == "refused"


def test_a_row_goes_its_walk_alone(house: House) -> None:
    record, rows = basket(house, ("buyA", 50, "fin1"), ("buyB", 2, "fin1"))
    decide(house, "buyA", record, "checkers")
    assert who_has(house, record) == {"buyB", "fin1"}
    assert waiting(house, "fin1", record) == {"seconds": [rows[0]]}
    lacking = decide(house, "fin1", record, "seconds")
    assert (lacking.status, lacking.errors) == (422, [("/values/lines/0/note", "required")])
    stamped = house.be("clerk1").reads("basket", record)["lines"]
    assert [each.get("seen") for each in stamped] == [None, None]


def test_whoever_decides_writes_in_his_rows_only(house: House) -> None:
    record, rows = basket(house, ("buyA", 50, "fin1"), ("buyB", 2, None))
    own = {"lines": [{"row": rows[0], "note": "mine"}]}
    other = {"lines": [{"row": rows[1], "note": "not mine"}]}
    refused = decide(house, "buyA", record, "checkers", values=other)
    assert (refused.status, refused.errors) == (403, [("/values/lines/0", "not_writable")])
    assert decide(house, "buyA", record, "checkers", values=own).status == 200
    assert decide(house, "fin1", record, "seconds").body["state"] == "approval"
    lines = house.be("clerk1").reads("basket", record)["lines"]
    assert [(each["note"], each["seen"]) for each in lines] == [("mine", True), (None, None)]
    assert decide(house, "buyB", record, "checkers").body["state"] == "whole"


def test_rows_of_others_and_rows_that_are_decided_are_refused_and_nothing_is_done(house: House) -> None:
    record, rows = basket(house, ("buyA", 1, None), ("buyB", 2, None))
    both = decide(house, "buyA", record, "checkers", rows=rows)
    assert (both.status, both.body["kind"]) == (403, "right")
    assert decide(house, "buyA", record, "checkers", rows=["nothing"]).errors == [("/rows/0", "unknown_row")]
    assert decide(house, "buyA", record, "checkers", rows=[]).errors == [("/rows", "required")]
    assert waiting(house, "buyA", record) == {"checkers": [rows[0]]}
    task = house.be("buyA").tasks("basket", record)[0]["id"]
    assert decide(house, "buyA", record, "checkers").status == 200
    again = house.be("buyA").send("POST", f"tasks/{task}/approve", {"rows": [rows[0]]})
    assert (again.status, again.code) == (409, "task_done")


def test_a_whole_step_takes_no_rows(house: House) -> None:
    record, rows = basket(house, ("buyA", 4, None), ("buyA", 5, None))
    decide(house, "buyA", record, "checkers", "reject", rows=[rows[1]])
    decide(house, "buyA", record, "checkers")
    assert house.be("ame").decides("basket", record, rows=rows).errors == [("/rows", "not_by_row")]


def test_who_checked_a_row_is_not_its_second_and_a_row_without_people_is_refused(house: House) -> None:
    record, _rows = basket(house, ("buyA", 50, "buyA"), ("buyA", 50, "fin1"))
    values = {"lines": [{"row": row, "note": "n"} for row in _rows]}
    assert decide(house, "buyA", record, "checkers", values=values).status == 200
    assert who_has(house, record) == {"fin1"}
    decide(house, "fin1", record, "seconds")
    assert house.be("clerk1").history("basket", record)[-1]["to"] == "approval"
    assert who_has(house, record) == {"ame"}


def test_a_row_that_asks_nobody_refuses_the_submission_at_its_path(house: House) -> None:
    clerk = house.be("clerk1")
    lines = [{"item": {"code": "A100"}, "checker": {"code": "buyA"}}, {"item": {"code": "A100"}}]
    refused = clerk.send("POST", "records/basket", {"values": {"lines": lines}, "action": "hand_in"})
    assert (refused.status, refused.body["rule"], refused.errors) == (
        409,
        "checkers",
        [("/lines/1", "nobody_found")],
    )


def test_route_history_and_votes_name_the_rows(house: House) -> None:
    record, rows = basket(house, ("buyA", 50, "fin1"), ("buyB", 2, None))
    decide(house, "buyA", record, "checkers", values={"lines": [{"row": rows[0], "note": "n"}]})
    clerk = house.be("clerk1")
    items = clerk.get(f"records/basket/{record}/route")["items"]
    told = {each["step"]: (each["state"], [row["state"] for row in each.get("rows", ())]) for each in items}
    assert told == {
        "checkers": ("now", ["done", "now"]),
        "seconds": ("now", ["now", "skipped"]),
        "last": ("skipped", []),
        "order": ("skipped", []),
        "also": ("skipped", []),
    }
    line = next(each for each in clerk.history("basket", record) if each["action"] == "approve:checkers")
    assert line["rows"] == [rows[0]]
    assert "rows" not in clerk.history("basket", record)[0]


def test_returned_all_rows_are_asked_again(house: House) -> None:
    record, rows = basket(house, ("buyA", 1, None), ("buyB", 2, None))
    decide(house, "buyA", record, "checkers")
    assert decide(house, "buyB", record, "checkers", "return", to="submitter").body["state"] == "draft"
    assert house.be("clerk1").takes("basket", record, "hand_in") == "approval"
    assert waiting(house, "buyA", record) == {"checkers": [rows[0]]}
    assert waiting(house, "buyB", record) == {"checkers": [rows[1]]}


def test_many_tasks_at_once_decide_all_my_rows(house: House) -> None:
    record, _rows = basket(house, ("buyA", 1, None), ("buyA", 2, None))
    task = house.be("buyA").tasks("basket", record)[0]["id"]
    answers = house.be("buyA").send("POST", "tasks/actions/approve", {"ids": [task]}).body
    assert [(each["status"], each["body"]["state"]) for each in answers] == [(200, "whole")]


def test_a_duty_reaches_along_the_trail_to_the_record_that_is_referred_to(house: House) -> None:
    earlier, _rows = basket(house, ("clerk1b", 1, None))
    assert decide(house, "clerk1b", earlier, "checkers").body["state"] == "whole"
    values = {"earlier": earlier, "lines": [{"item": {"code": "A100"}, "checker": {"code": "buyA"}}]}
    sent = {"values": values, "action": "hand_in"}
    refused = house.be("clerk1b").send("POST", "records/basket", sent)
    assert (refused.status, refused.body["rule"]) == (409, "not_its_checker")
    assert refused.body["detail"] == "Who checked the earlier one hands in no other."
    assert house.be("clerk1").send("POST", "records/basket", sent).status == 201
    assert (
        house.be("clerk1b").send("POST", "records/basket", {**sent, "values": {"lines": values["lines"]}}).status == 201
    )


def test_who_decided_the_earlier_one_is_asked_and_who_had_a_hand_in_it_is_not(house: House) -> None:
    clerk, line = house.be("clerk1"), {"item": {"code": "A100"}, "checker": {"code": "buyB"}}
    values = {"one": {"code": "fin1"}, "two": {"code": "buyA"}, "lines": [line]}
    earlier = clerk.makes("basket", values, "hand_in")
    for account in ("buyB", "fin1", "buyA"):
        assert house.be(account).decides("basket", earlier).status == 200
    other = {"item": {"code": "A100"}, "checker": {"code": "fin2"}}
    record = clerk.makes("basket", {"earlier": earlier, "two": {"code": "buyB"}, "lines": [other]}, "hand_in")
    assert house.be("fin2").decides("basket", record).status == 200
    people = [each["code"] for each in clerk.get(f"records/basket/{record}")["tasks"][0]["people"]]
    assert people == ["buyA"], "buyB is named too, but checked the earlier one"
