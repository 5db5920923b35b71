"""Substitutes: who decides for somebody who is away, up to what, and what history says of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.operations.house import Desk, House
from tests.operations.test_moves import moves, plea, task_of, who_has


def days(house: House, first: int = 0, last: int = 5) -> dict[str, str]:
    today = house.today()
    return {"from": str(today + timedelta(days=first)), "until": str(today + timedelta(days=last))}


def away(house: House, account: str, by: str, first: int = 0, last: int = 5, **more: object) -> str:
    body = {"person": house.be(by).person, **days(house, first, last), **more}
    made: str = house.be(account).does("PUT", "me/substitute", body)["id"]
    return made


def see_everything(house: House) -> None:
    """The manager of the other store may see pleas of the whole chain: else he could not decide for his neighbour."""
    verdicts = ("see", "approve", "reject", "return")
    house.publish(policy=[f"p, {role}, plea, {each}, chain" for role in ("manager", "clerk") for each in verdicts])


def test_a_substitute_has_the_tasks_of_both_and_whoever_is_first_has_decided(own_house: House) -> None:
    house = own_house
    see_everything(house)
    older = plea(house)
    assert who_has(house, older) == {"mgr1"}
    away(house, "mgr1", "mgr2")
    newer = plea(house)
    assert who_has(house, older) == who_has(house, newer) == {"mgr1", "mgr2"}
    mgr2 = house.be("mgr2")
    (task,) = mgr2.tasks("plea", older)
    assert task["for"]["code"] == "mgr1"
    assert task["actions"] == ["approve", "reject", "return"]
    assert mgr2.decides("plea", older).body["state"] == "granted"
    line = next(each for each in house.be("clerk1").history("plea", older) if each["action"] == "approve:local")
    assert (line["person"]["code"], line["for"]["code"]) == ("mgr2", "mgr1")
    late = task_of(mgr2, newer)
    assert house.be("mgr1").decides("plea", newer).body["state"] == "granted"
    assert mgr2.send("POST", f"tasks/{late}/approve", {}).code == "task_done"
    (done,) = [each for each in mgr2.get(f"records/plea/{older}/route")["items"] if each["step"] == "local"]
    assert [(each["person"]["code"], each["for"]["code"]) for each in done["for"]] == [("mgr2", "mgr1")]


def test_before_and_after_the_period_a_substitute_has_nothing(own_house: House) -> None:
    house = own_house
    see_everything(house)
    record = plea(house)
    away(house, "mgr1", "mgr2", 1, 2)
    away(house, "mgr1", "dir1", 4, 4)
    asked = []
    for _ in range(6):
        asked.append(who_has(house, record) - {"mgr1"})
        task = task_of(house.be("mgr1"), record)
        refused = house.be("fin1").send("POST", f"tasks/{task}/approve", {})
        assert refused.status == 403
        house.pass_time(days=1)
    assert asked == [set(), {"mgr2"}, {"mgr2"}, set(), {"dir1"}, set()]


def test_above_his_amount_it_goes_to_whom_the_approval_names(own_house: House) -> None:
    house = own_house
    see_everything(house)
    small, large = plea(house, "50"), plea(house, "90")
    away(house, "mgr1", "mgr2", amount="60")
    assert who_has(house, small) == {"mgr1", "mgr2"}
    assert who_has(house, large) == {"mgr1", "ame"}
    refused = house.be("mgr2").send("POST", f"tasks/{task_of(house.be('ame'), large)}/approve", {})
    assert refused.status == 403
    assert house.be("ame").decides("plea", large).body["state"] == "granted"
    line = next(each for each in house.be("clerk1").history("plea", large) if each["action"] == "approve:local")
    assert (line["person"]["code"], line["for"]["code"]) == ("ame", "mgr1")
    nothing = house.be("clerk1").makes("plea", {}, None)
    house.be("clerk1").edits("plea", nothing, {"amount": "1"})
    assert house.be("mgr1").get("me/substitute")["items"][0]["amount"] == "60"


def test_only_for_the_forms_that_were_named_and_where_the_approval_lets_him(own_house: House) -> None:
    house = own_house
    see_everything(house)
    record = plea(house)
    away(house, "mgr1", "mgr2", forms=["transfer"])
    assert who_has(house, record) == {"mgr1"}
    away(house, "mgr1", "mgr2", forms=["plea"])
    assert who_has(house, record) == {"mgr1", "mgr2"}
    duel = house.be("clerk1").makes("duel", {"amount": "150"}, "hand_in")
    for account in ("clerk1b", "clerk1c"):
        house.be(account).decides("duel", duel)
    assert house.be("mgr2").tasks("duel", duel) == []


def transfer(house: House) -> str:
    rows = [{"item": {"code": house.item(S01=5)}, "requested": "1"}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "slow", "lines": rows}
    return house.be("clerk1").makes("transfer", values, "submit")


def test_two_at_once_for_different_forms_both_act_and_no_form_goes_to_two(own_house: House) -> None:
    """Over days that overlap; whoever is named last for a form has it alone, the other keeps the rest of his."""
    house = own_house
    see_everything(house)

    def waits_for(form: str, record: str) -> set[str]:
        return {each for each in ("mgr1", "mgr2", "mgr3") if house.be(each).tasks(form, record)}

    record, sent, later = plea(house), transfer(house), plea(house)
    away(house, "mgr1", "mgr3", 0, 4, forms=["plea"])
    away(house, "mgr1", "mgr2", 1, 6, forms=["transfer"])
    assert [each["forms"] for each in house.be("mgr1").get("me/substitute")["items"]] == [("plea",), ("transfer",)]
    assert (waits_for("plea", record), waits_for("transfer", sent)) == ({"mgr1", "mgr3"}, {"mgr1"})
    house.pass_time(days=1)
    assert (waits_for("plea", record), waits_for("transfer", sent)) == ({"mgr1", "mgr3"}, {"mgr1", "mgr2"})
    refused = house.be("mgr2").send("POST", f"tasks/{task_of(house.be('mgr3'), record)}/approve", {})
    assert refused.status == 403
    for form, one, by in (("plea", record, "mgr3"), ("transfer", sent, "mgr2")):
        assert house.be(by).decides(form, one).status == 200
        (line,) = [each for each in house.be("mgr1").history(form, one) if each["action"].startswith("approve:")]
        assert (line["person"]["code"], line["for"]["code"]) == (by, "mgr1")
    away(house, "mgr1", "mgr2", 0, 1, forms=["plea"])
    assert waits_for("plea", later) == {"mgr1", "mgr2"}, "named last for the form"
    house.pass_time(days=2)
    assert waits_for("plea", later) == {"mgr1", "mgr3"}, "whose days are left"


def test_a_substitute_who_made_it_is_skipped_and_duties_count_for_both(own_house: House) -> None:
    house = own_house
    see_everything(house)
    record = plea(house)
    away(house, "mgr1", "clerk1")
    assert who_has(house, record) == {"mgr1"}
    own = house.be("clerk1").send("POST", f"tasks/{task_of(house.be('mgr1'), record)}/approve", {})
    assert own.status in (403, 409)
    assert house.be("mgr1").decides("plea", record).status == 200


def test_who_was_handed_a_task_and_a_signer_who_was_added_have_substitutes_too(own_house: House) -> None:
    house = own_house
    see_everything(house)
    away(house, "fin1", "mgr2")
    handed, signed = plea(house), plea(house)
    assert moves(house.be("mgr1"), handed, "hand_over", to=house.be("fin1").person).status == 200
    assert who_has(house, handed) == {"fin1", "mgr2"}
    assert house.be("mgr2").decides("plea", handed).body["state"] == "granted"
    moves(house.be("mgr1"), signed, "add_signer", to=house.be("fin1").person, where="beside")
    assert house.be("mgr2").decides("plea", signed).body["state"] == "approval"
    assert house.be("mgr1").decides("plea", signed).body["state"] == "granted"


def test_two_who_stand_in_for_each_other_are_refused(own_house: House) -> None:
    house = own_house
    away(house, "mgr1", "mgr2")
    refused = house.be("mgr2").send("PUT", "me/substitute", {"person": house.be("mgr1").person, **days(house)})
    assert (refused.status, refused.errors) == (422, [("/person", "circle")])


@pytest.mark.parametrize("amount", ["-1", "a", "", 5, "1.2345678"])
def test_an_amount_that_is_none_is_refused(house: House, amount: object) -> None:
    body = {"person": house.be("mgr2").person, "from": "2030-01-01", "until": "2030-01-02", "amount": amount}
    refused = house.be("mgr1").send("PUT", "me/substitute", body)
    assert (refused.status, refused.errors[0][0]) == (422, "/amount")
    assert house.be("mgr1").get("me/substitute")["items"] == []


@pytest.mark.parametrize("day", ["2030-02-31", "20300201", "2030-W05-5", "2030-02-01T00:00:00", "２０３０-02-01", ""])
def test_a_day_that_is_none_is_refused(house: House, day: str) -> None:
    body = {"person": house.be("clerk2").person, "from": "2030-01-01", "until": day}
    refused = house.be("clerk1").send("PUT", "me/substitute", body)
    assert (refused.status, [each[0] for each in refused.errors]) == (422, ["/until"])


def test_whoever_keeps_people_names_and_ends_substitutes_of_others(own_house: House) -> None:
    house = own_house
    see_everything(house)
    adm, mgr = house.be("adm"), house.be("mgr1")
    body = {"person": house.be("mgr2").person, **days(house)}
    path = f"people/{mgr.person}/substitute"

    def status(desk: Desk, method: str = "PUT", where: str = path) -> int:
        return desk.send(method, where, body if method == "PUT" else None).status

    assert status(house.be("clerk2")) in (403, 404)
    assert status(adm, where="people/nobody/substitute") == 404
    assert adm.get(path)["items"] == []
    assert status(adm) == 200
    record = plea(house)
    assert who_has(house, record) == {"mgr1", "mgr2"}
    (named,) = adm.get(path)["items"]
    assert mgr.get("me/substitute")["items"][0]["id"] == named["id"]
    assert status(adm, "DELETE", f"{path}/nothing") == 404
    assert adm.does("DELETE", f"{path}/{named['id']}")["items"] == []
    assert who_has(house, record) == {"mgr1"}
