"""What one is offered, told and allowed is the same: buttons, `why`, previews, tasks and the action itself agree."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.operations.house import Desk, House

PEOPLE = ("clerk1", "clerk1b", "clerk2", "mgr1", "mgr2", "ame", "aud", "adm", "fin1", "dir1", "sec1", "plan1")
FORMS = ("memo", "duel", "crate", "transfer")


@pytest.fixture(scope="module")
def records(house: House) -> dict[str, tuple[str, str]]:
    """Records of several forms in several states, by a name of ours."""
    clerk, item = house.be("clerk1"), house.item(S01=50, S02=50)
    line = {"item": {"code": item}, "quantity": "1"}
    goods = {"row": str(uuid.uuid4()), "item": {"code": item}, "requested": "2"}
    moved = {"from_store": {"code": "S01"}, "to_store": {"code": "S02"}, "reason": "other", "lines": [goods]}
    house.be("fin1").makes("limit", {"form": "memo", "level": "store", "amount": "100"})
    return {
        "memo draft": ("memo", clerk.makes("memo", {"note": "a", "amount": "1"})),
        "memo open": ("memo", clerk.makes("memo", {"note": "a", "amount": "1"}, "hand_in")),
        "duel draft": ("duel", clerk.makes("duel", {"amount": "50"})),
        "duel in approval": ("duel", clerk.makes("duel", {"amount": "150"}, "hand_in")),
        "duel accepted": ("duel", clerk.makes("duel", {"amount": "5"}, "hand_in")),
        "crate draft": ("crate", clerk.makes("crate", {"lines": [line]})),
        "crate promised": ("crate", clerk.makes("crate", {"lines": [line]}, "promise")),
        "crate out": ("crate", clerk.makes("crate", {"lines": [line]}, "send")),
        "transfer draft": ("transfer", clerk.makes("transfer", moved)),
        "transfer in approval": ("transfer", clerk.makes("transfer", {**moved, "lines": [dict(goods)]}, "submit")),
    }


def looks(desk: Desk, form: str, record: str) -> dict[str, Any] | None:
    """The record as somebody sees it; None when it is not there for him."""
    reply = desk.send("GET", f"records/{form}/{record}", actions="all")
    assert reply.status in (200, 404)
    return reply.body if reply.status == 200 else None


@pytest.mark.parametrize("account", PEOPLE)
def test_buttons_why_and_what_is_accepted_agree(
    house: House, records: dict[str, tuple[str, str]], account: str
) -> None:
    desk = house.be(account)
    for name, (form, record) in records.items():
        seen = looks(desk, form, record)
        if seen is None:
            for action in ("submit", "hand_in", "finish", "send", "fly"):
                reply = desk.acts(form, record, action)
                assert (reply.status, reply.body["kind"]) == (404, "not_found"), (name, action)
            continue
        buttons = set(desk.offered(form, record))
        told = {each["name"]: each.get("because") for each in seen["actions"]}
        assert {each for each, because in told.items() if because is None} == buttons, name
        workflow = (
            [each["name"] for each in house.be("aud").get(f"forms/{form}")["actions"]] if form == "transfer" else []
        )
        for action in {*told, *workflow}:
            answer = desk.send("GET", "why", form=form, id=record, action=action)
            assert answer.body["allowed"] is (action in buttons), (name, action, answer.body["reasons"])
            if action not in buttons:
                assert any(not each["holds"] and each["because"] for each in answer.body["reasons"]), (name, action)
                assert action not in told or told[action], (name, action)


@pytest.mark.parametrize("account", PEOPLE)
def test_a_preview_is_refused_exactly_where_there_is_no_button(
    house: House, records: dict[str, tuple[str, str]], account: str
) -> None:
    desk = house.be(account)
    for name, (form, record) in records.items():
        seen = looks(desk, form, record)
        if seen is None:
            continue
        buttons = {each["name"]: each["asks"] for each in seen["actions"] if "because" not in each}
        before = (seen["revision"], seen["state"])
        for action in {each["name"] for each in seen["actions"]} | {"fly"}:
            reply = desk.send("POST", f"records/{form}/{record}/actions/{action}", {}, preview="true")
            if action in buttons:
                assert reply.status == 200 or (reply.status, bool(buttons[action])) == (422, True), (name, reply.body)
            else:
                assert reply.status in (403, 404, 409, 422), (name, action, reply.body)
        after = desk.get(f"records/{form}/{record}")
        assert (after["revision"], after["state"]) == before, name


@pytest.mark.parametrize("account", PEOPLE)
def test_my_tasks_are_those_of_the_records_that_name_me(
    house: House, records: dict[str, tuple[str, str]], account: str
) -> None:
    desk = house.be(account)
    for name, (form, record) in records.items():
        seen = looks(desk, form, record)
        mine = {each["id"] for each in desk.tasks(form, record)}
        if seen is None:
            assert mine == set(), name
            continue
        naming = {each["id"] for each in seen["tasks"] if desk.person in {who["id"] for who in each["people"]}}
        may = {each for each in naming if desk.send("GET", f"tasks/{each}").status == 200}
        asked = {each for each in mine if next(t for t in seen["tasks"] if t["id"] == each)["kind"] != "look"}
        assert asked <= may, name
        route = [each for each in desk.get(f"records/{form}/{record}/route")["items"] if each["state"] == "now"]
        deciding = {each["id"] for each in seen["tasks"] if each["kind"] == "decide"}
        assert bool(deciding) is bool(route), name


@pytest.mark.parametrize("account", PEOPLE)
def test_who_one_is_told_could_act_can(house: House, records: dict[str, tuple[str, str]], account: str) -> None:
    desk = house.be(account)
    by_person = {house.be(each).person: each for each in PEOPLE}
    for name, action in (
        ("memo draft", "hand_in"),
        ("memo open", "finish"),
        ("crate out", "undo"),
        ("duel draft", "hand_in"),
    ):
        form, record = records[name]
        if looks(desk, form, record) is None:
            assert desk.send("GET", "why", form=form, id=record, action=action).status == 404
            continue
        who = {each["id"] for each in desk.get("why", form=form, id=record, action=action)["who"]}
        assert who, name
        for person in who & by_person.keys():
            assert action in house.be(by_person[person]).offered(form, record), (name, by_person[person])
        for person in by_person.keys() - who:
            other = house.be(by_person[person])
            assert looks(other, form, record) is None or action not in other.offered(form, record)


def test_why_of_somebody_else_is_for_who_sees_everybody(house: House, records: dict[str, tuple[str, str]]) -> None:
    form, record = records["memo open"]
    query = {"form": form, "id": record, "action": "finish"}
    for account, status in (("aud", 200), ("mgr1", 200), ("clerk1", 200)):
        reply = house.be(account).send("GET", "why", **query, person="mgr1")
        assert reply.status == status, (account, reply.body)
        assert reply.body["person"]["code"] == "mgr1"
        assert reply.body["allowed"] is True
    assert house.be("aud").send("GET", "why", **query, person="nobody").status == 404
    assert house.be("aud").get("why", **query, person="clerk1")["allowed"] is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reasons_are_in_the_language_of_the_reader(
    house: House, records: dict[str, tuple[str, str]], language: str
) -> None:
    form, record = records["memo open"]
    desk = Desk(house, house.be("clerk1").actor, language)
    told = desk.get("why", form=form, id=record, action="finish")
    policy = next(each["because"] for each in told["reasons"] if each["check"] == "policy")
    assert any("\u4e00" <= each <= "\u9fff" for each in policy) is (language == "zh")
    by = next(each for each in told["reasons"] if each["check"] == "by")
    assert (by["holds"], by["file"].endswith("memo.yaml"), by["line"] > 1) == (False, True, True)


@pytest.mark.parametrize("form", ["memo", "duel", "crate"])
def test_a_draft_belongs_where_it_was_made_whoever_looks_at_it(
    house: House, records: dict[str, tuple[str, str]], form: str
) -> None:
    record = records[f"{form} draft"][1]
    seen = {each: looks(house.be(each), form, record) for each in PEOPLE}
    stores = {each: found["values"]["store"]["code"] for each, found in seen.items() if found is not None}
    assert set(stores.values()) == {"S01"}
    assert {"clerk1", "clerk1b"} <= stores.keys()
    assert "clerk2" not in stores


def test_a_draft_stays_where_it_was_made_when_another_edits_it_and_when_its_maker_goes(own_house: House) -> None:
    maker, adm = own_house.be("clerk1"), own_house.be("adm")
    record = maker.makes("memo", {"note": "a", "amount": "7", "lines": [{"word": "x"}]})
    assert own_house.be("mgr1").edits("memo", record, {"note": "b"}).status == 200
    assert maker.reads("memo", record)["lines"][0]["worth"] == "7.00"
    assert maker.edits("memo", record, {"amount": "8"}).status == 200
    assert own_house.be("aud").reads("memo", record)["lines"][0]["worth"] == "8.00"
    adm.takes("person", maker.person, "retire")
    for account in ("aud", "mgr1", "clerk1b"):
        assert own_house.be(account).reads("memo", record)["store"]["code"] == "S01"
    assert own_house.be("clerk1b").edits("memo", record, {"note": "c"}).status == 200
    assert own_house.be("clerk1b").takes("memo", record, "hand_in") == "open"
    assert own_house.be("mgr1").reads("memo", record)["store"]["code"] == "S01"
