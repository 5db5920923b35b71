"""People come and go while a task is open: it asks whoever it is by now; where nobody is, somebody is told, once."""

from __future__ import annotations

import pytest

from tests.operations.house import Desk, House
from tests.operations.test_directory import BOSS, FLOW, PATRON, RIGHTS

VOW = """format: 1
form: vow
title: {en: Vow, zh: 承诺}
kind: document
org: [store]
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  category: {type: reference, to: category}
  by_chief: {type: boolean}
"""
COURSE = """format: 1
workflow: vow
form: vow
start: draft
states:
  draft: {title: {en: Draft}, edit: {maker: {by: [clerk at store], fields: [store, category, by_chief]}}}
  waiting: {title: {en: Waiting}, steps: word}
  kept: {title: {en: Kept}, end: true}
  broken: {title: {en: Broken}, end: true}
transitions:
  give: {from: draft, to: waiting, by: [clerk at store]}
  keep: {from: waiting, to: kept, by: [system]}
  break: {from: waiting, to: broken, by: [system]}
approvals:
  word:
    approved: keep
    refused: break
    steps:
      keepers: {ask: [owner of category], when: not empty(record.category), title: {en: Keepers, zh: 负责人}}
      chiefs: {ask: [manager of submitter], when: not empty(record.by_chief)}
    nobody_found: NOBODY
"""
LINES = [
    *(f"p, clerk, vow, {action}, own" for action in ("see", "create", "edit", "give")),
    *(
        f"p, {role}, vow, {action}, chain"
        for role in ("buyer", "administrator", "finance")
        for action in ("see", "approve")
    ),
]


def opened(house: House, nobody: str) -> Desk:
    """A chain where categories have owners and people have managers; FOOD is buyA's, and so is clerk1."""
    adm = house.be("adm")
    category = adm.get("definitions/form/category")["text"]
    category = category.replace("kind: master\n", "kind: master\nholds_roles: true\n")
    person = adm.get("definitions/form/person")["text"].replace("active: active, ", "active: active, manager: boss, ")
    flow = adm.get("definitions/workflow/person")["text"].replace("mail, active]", "mail, active, boss]")
    course = COURSE.replace("NOBODY", nobody)
    house.publish(category, person + BOSS, flow, PATRON, FLOW, VOW, course, policy=[*RIGHTS, *LINES])
    owns(house, "buyA")
    led_by(house, "buyA")
    return house.be("clerk1")


def owns(house: House, account: str) -> str:
    return house.be("adm").makes(
        "patron", {"who": house.be(account).person, "role": "buyer", "category": {"code": "FOOD"}}
    )


def led_by(house: House, account: str) -> None:
    edited = house.be("adm").edits("person", house.be("clerk1").person, {"boss": house.be(account).person})
    assert edited.status == 200


def goes(house: House, account: str) -> None:
    """Somebody leaves; what is due by then has happened."""
    assert house.be("adm").edits("person", house.be(account).person, {"active": False}).status == 200
    house.pass_time(minutes=1)


def who_has(house: House, record: str) -> set[str]:
    return {each for each in ("buyA", "buyB", "fin1", "adm") if house.be(each).tasks("vow", record)}


TELL = "{tell: [administrator at chain]}"


@pytest.mark.parametrize("values", [{"category": {"code": "FOOD"}}, {"by_chief": True}], ids=["owner", "manager"])
def test_an_open_task_asks_whoever_owns_or_leads_by_now(own_house: House, values: dict[str, object]) -> None:
    record = opened(own_house, TELL).makes("vow", values, "give")
    assert who_has(own_house, record) == {"buyA"}
    led_by(own_house, "buyB")
    owns(own_house, "buyB")
    goes(own_house, "buyA")
    assert who_has(own_house, record) == {"buyB"}
    assert own_house.be("buyB").decides("vow", record).body["state"] == "kept"


@pytest.mark.parametrize("values", [{"category": {"code": "FOOD"}}, {"by_chief": True}], ids=["owner", "manager"])
def test_whoever_stands_in_is_asked_when_all_have_gone(own_house: House, values: dict[str, object]) -> None:
    record = opened(own_house, "{ask: [finance at chain]}").makes("vow", values, "give")
    assert who_has(own_house, record) == {"buyA"}
    goes(own_house, "buyA")
    assert who_has(own_house, record) == {"fin1"}
    assert own_house.be("fin1").decides("vow", record).body["state"] == "kept"


def test_whoever_owns_the_process_is_told_once_of_what_nobody_can_decide(own_house: House) -> None:
    record = opened(own_house, TELL).makes("vow", {"category": {"code": "FOOD"}}, "give")
    own_house.pass_time(minutes=1)
    assert who_has(own_house, record) == {"buyA"}
    goes(own_house, "buyA")
    own_house.pass_time(days=1)
    (told,) = own_house.be("adm").tasks("vow", record)
    assert (told["kind"], told["title"]) == ("look", "Nobody can decide “Keepers” any more.")
    told_of = [each for each in own_house.be("adm").history("vow", record) if each["action"] == "nobody_found:keepers"]
    assert [(each["title"], each["because"]) for each in told_of] == [("Nobody found · Keepers", told["title"])]
    owns(own_house, "buyB")
    assert who_has(own_house, record) == {"buyB", "adm"}, "the task to decide is still open, and finds its new owner"
    assert own_house.be("buyB").decides("vow", record).body["state"] == "kept"


def test_whoever_owns_the_process_is_told_also_where_others_are_asked_instead(own_house: House) -> None:
    nobody = "{ask: [finance at chain], tell: [administrator at chain]}"
    record = opened(own_house, nobody).makes("vow", {"category": {"code": "FOOD"}}, "give")
    goes(own_house, "buyA")
    own_house.pass_time(days=1)
    assert who_has(own_house, record) == {"fin1", "adm"}
    (told,) = own_house.be("adm").tasks("vow", record)
    assert (told["kind"], told["title"]) == ("look", "Whoever decides “Keepers” has gone; others are asked.")
    assert own_house.be("fin1").decides("vow", record).body["state"] == "kept"


def test_a_role_that_has_ended_strands_what_it_was_asked(own_house: House) -> None:
    clerk, adm = opened(own_house, TELL), own_house.be("adm")
    record = clerk.makes("vow", {"category": {"code": "FOOD"}}, "give")
    patron = adm.get("records/patron")["items"][0]["id"]
    assert adm.takes("patron", patron, "finish") == "ended"
    assert who_has(own_house, record) == set()
    assert [each["record"]["id"] for each in adm.get("tasks", all="true", nobody="true", form="vow")["items"]] == [
        record
    ]
    own_house.pass_time(minutes=1)
    assert who_has(own_house, record) == {"adm"}
