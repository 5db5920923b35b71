"""Reasons are told with the titles of roles and fields, in the language of who reads them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.definitions.models import Library
from engine.operations import loading, reasons
from engine.operations.saying import Sayer
from engine.settings import pack_folder
from tests.operations.house import Desk, House

SPELLED = re.compile(r"[a-z]+_[a-z]+|record\.|row\.|==|\b(at|above) [a-z]+_")
CHINESE = re.compile("[\u4e00-\u9fff]")


def library(house: House) -> Library:
    with house.services.database.reading() as connection:
        found: Library = loading.state_of(house.services, connection, house.services.now(connection)).library
    return found


def transfer(house: House, quantity: str) -> str:
    item = house.item(S01=200)
    lines = [{"item": {"code": item}, "requested": quantity}]
    values = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "replenishment", "lines": lines}
    return house.be("clerk1").makes("transfer", values, "submit")


def route(house: House, record: str, language: str, account: str = "clerk1") -> list[Any]:
    desk = Desk(house, house.be(account).actor, language)
    return [
        (each["step"], each["state"], each["because"]) for each in desk.get(f"records/transfer/{record}/route")["items"]
    ]


def test_a_route_speaks_of_roles_and_fields_by_their_titles(house: House) -> None:
    record = transfer(house, "2")
    en, zh = ({step: because for step, _, because in route(house, record, each, "mgr1")} for each in ("en", "zh"))
    assert en["store"] == "Decided by Store manager (From)."
    assert re.fullmatch("由.+的店长审批。", zh["store"])
    assert "Only asked if" in en["area"]
    assert "is more than the limit for Stock transfer" in en["area"]
    assert "大于" in zh["area"]
    assert "限额" in zh["area"]
    house.be("mgr1").decides("transfer", record)
    after = {step: (state, because) for step, state, because in route(house, record, "en", "mgr1")}
    assert after["area"] == ("skipped", en["area"]), "why it was not asked is told after the decision too"


def test_a_condition_on_what_is_hidden_is_told_to_nobody_who_may_not_see_it(house: House) -> None:
    """The clerk sees no total, nor that it is one that decides."""
    record = transfer(house, "2")
    clerk, manager = ({step: why for step, _, why in route(house, record, "en", who)} for who in ("clerk1", "mgr1"))
    assert clerk["area"] == "Not asked here."
    assert "Total is more than the limit" in manager["area"]


@pytest.mark.parametrize("quantity", ["2", "190"])
def test_no_reader_meets_a_name_of_the_definition(house: House, quantity: str) -> None:
    record = transfer(house, quantity)
    for language in ("en", "zh"):
        for _, _, because in route(house, record, language):
            assert not SPELLED.search(because), because
            assert bool(CHINESE.search(because)) is (language == "zh"), because
        for each in Desk(house, house.be("mgr1").actor, language).get(f"records/transfer/{record}")["tasks"]:
            assert not SPELLED.search(each["because"]), each


def test_what_is_still_empty_is_told_before_a_rule_about_what_stands_there(house: House) -> None:
    """`receive` refuses more than was shipped; while nothing is counted that is not what is wrong."""
    record = transfer(house, "2")
    house.be("mgr1").decides("transfer", record)
    house.be("clerk1").takes("transfer", record, "ship")
    clerk = house.be("clerk2")
    for language, words in (("en", "Still needed: Received good."), ("zh", "尚需填写：合格收货。")):
        found = Desk(house, clerk.actor, language).get(f"records/transfer/{record}", actions="all")["actions"]
        assert {each["name"]: each.get("because") for each in found}["receive"] == words
    row = clerk.reads("transfer", record)["lines"][0]["row"]
    assert clerk.edits("transfer", record, {"lines": [{"row": row, "received": "3"}]}).status == 200
    found = clerk.get(f"records/transfer/{record}", actions="all")["actions"]
    assert {each["name"]: each.get("because") for each in found}["receive"] == "More than was shipped."


def test_who_could_is_told_beside_what_one_may_not(house: House) -> None:
    record = transfer(house, "2")
    for language, words in (("en", "Store clerk ("), ("zh", "店员")):
        found = Desk(house, house.be("mgr1").actor, language).get(f"records/transfer/{record}", actions="all")[
            "actions"
        ]
        closed = {each["name"]: each for each in found if "because" in each}
        assert words in closed["ship"]["who"]
        assert all("who" not in each for each in found if "because" not in each)


def test_every_condition_and_everybody_in_the_pack_can_be_said(house: House) -> None:
    pack = library(house)
    shipped = {each.stem for each in (pack_folder() / "workflow_definitions").glob("*.yaml")}
    said = 0
    for name, workflow in pack.workflows.items():
        for language in ("en", "zh"):
            speaker = Sayer(pack, pack.forms[name], language)
            steps = [step for approval in workflow.approvals.values() for step in approval.steps.values()]
            asked = [*(each.ask for each in steps), *(each.by for each in workflow.transitions.values())]
            told = [reasons.people(speaker, each) for each in asked if each]
            told += [speaker.says(each.when) for each in steps if each.when is not None]
            assert all(each and "record." not in each and "None" not in each for each in told), told
            other = re.compile("[a-z]{2,}" if language == "zh" else "[\u4e00-\u9fff]")
            assert name not in shipped or [each for each in told if other.search(each)] == []
            said += len(told)
    assert said > 40


def test_history_names_people_and_units_as_it_names_everything_else(house: House) -> None:
    adm = house.be("adm")
    seen = 0
    for form, name, fields in (("category", "owner", {"account", "code"}), ("assignment", "at", {"code"})):
        for record in adm.get(f"records/{form}", limit="500")["items"]:
            for change in adm.history(form, record["id"])[0]["changes"]:
                if change["path"] == f"/{name}" and record["values"][name] is not None:
                    assert fields & set(change["new"])
                    assert change["new"] == record["values"][name]
                    seen += 1
    assert seen > 5
