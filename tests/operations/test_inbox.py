"""Tasks appear for the right people and vanish for the others; notices are worded with the reader's eyes."""

from __future__ import annotations

from tests.operations.house import Desk, House


def test_an_expected_action_is_a_task_for_who_may_take_it(house: House) -> None:
    record = house.be("clerk1").makes("memo", {"note": "a"}, "hand_in")
    found = [each for each in house.be("mgr1").tasks("memo", record) if each["kind"] == "expects"]
    assert [(each["step"], each["actions"]) for each in found] == [("finish", ["finish"])]
    for other in ("clerk1", "mgr2", "ame"):
        assert house.be(other).tasks("memo", record) == []
    house.be("fin1").makes("limit", {"form": "memo", "level": "store", "amount": "100"})
    house.be("mgr1").takes("memo", record, "finish", asks={"word": "a"})
    assert [each["kind"] for each in house.be("mgr1").tasks("memo", record)] in ([], ["look"])


def test_somebody_is_asked_to_look(house: House) -> None:
    record = house.be("clerk1").makes("memo", {"note": "a"}, "hand_in")
    looks = [each for each in house.be("mgr1").tasks("memo", record) if each["kind"] == "look"]
    assert [each["title"] for each in looks] == ["Have a look"]
    chief = house.be("mgr1")
    chinese = Desk(house, chief.actor, "zh").tasks("memo", record)
    assert "请查看" in [each["title"] for each in chinese]


def test_pages_of_tasks_give_each_once(house: House) -> None:
    made = [house.be("clerk1").makes("duel", {"amount": "50"}, "hand_in") for _ in range(5)]
    clerk = house.be("clerk1b")
    seen: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = clerk.get("tasks", form="duel", limit="2", **more)
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        more = {"cursor": page["next"]}
    assert len(seen) == len(set(seen))
    assert {each["record"]["id"] for each in clerk.tasks("duel")} >= set(made)
    assert set(seen) == {each["id"] for each in clerk.tasks("duel")}


def test_a_leaver_has_no_tasks_and_his_successor_has_them(own_house: House) -> None:
    record = own_house.be("clerk1").makes("memo", {"note": "a"}, "hand_in")
    chief, adm = own_house.be("mgr1"), own_house.be("adm")
    assert chief.tasks("memo", record)
    held = [
        each
        for each in adm.get("records/assignment", limit="500")["items"]
        if each["values"]["person"]["id"] == chief.person
    ]
    for each in held:
        adm.takes("assignment", each["id"], "retire")
    assert chief.tasks("memo", record) == []
    store = own_house.be("clerk1").get("me")["units"][0]["id"]
    adm.makes("assignment", {"person": own_house.be("mgr2").person, "role": "manager", "at": store})
    assert [each["kind"] for each in own_house.be("mgr2").tasks("memo", record)].count("expects") == 1


def test_a_notice_says_only_what_its_reader_may_see(house: House) -> None:
    clerk, chief, other = house.be("clerk1"), house.be("mgr1"), house.be("clerk1b")
    record = clerk.makes("memo", {"note": "mind"})
    assert chief.edits("memo", record, {"secret": "77"}).status == 200
    clerk.takes("memo", record, "hand_in")

    def told(desk: Desk) -> str:
        items = desk.get("notices", limit="500")["items"]
        return str(next(each for each in items if each["record"]["id"] == record)["text"])

    assert "77" in told(chief)
    assert "mind" in told(other)
    assert "77" not in told(other)
    assert "备忘" in told(Desk(house, chief.actor, "zh"))
    assert all(each["record"]["id"] != record for each in house.be("clerk2").get("notices", limit="500")["items"])


def test_a_notice_of_others_is_not_read(house: House) -> None:
    record = house.be("clerk1").makes("memo", {"note": "mind"}, "hand_in")
    chief = house.be("mgr1")
    mine = next(each for each in chief.get("notices", limit="500")["items"] if each["record"]["id"] == record)
    assert house.be("clerk2").send("PATCH", f"notices/{mine['id']}", {}).status == 404
    assert chief.send("PATCH", f"notices/{mine['id']}", {}).status == 200


def test_all_that_one_was_told_is_read_at_once_and_only_that(own_house: House) -> None:
    chief, other = own_house.be("mgr1"), own_house.be("clerk1b")
    for _ in range(3):
        own_house.be("clerk1").makes("memo", {"note": "mind"}, "hand_in")
    unread = [each["read"] for each in other.get("notices")["items"]]
    assert (len(chief.get("notices")["items"]), unread) == (3, [None] * 3)
    assert chief.does("PATCH", "notices")["read"] == 3
    assert all(each["read"] for each in chief.get("notices")["items"])
    assert [each["read"] for each in other.get("notices")["items"]] == unread
    assert chief.does("PATCH", "notices")["read"] == 0
