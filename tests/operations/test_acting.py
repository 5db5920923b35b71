"""Taking actions: the order of refusals, questions, effects on others, previews, and the buttons that are shown."""

from __future__ import annotations

import uuid

import pytest

from tests.operations.house import Desk, House, Reply


def opened(house: House, **more: object) -> str:
    return house.be("clerk1").makes("memo", {"note": "hello", **more}, "hand_in")


def wish(desk: Desk, item: str, quantity: str) -> str:
    return desk.makes("wish", {"lines": [{"item": {"code": item}, "quantity": quantity}]})


def limit(house: House, form: str, level: str, amount: str) -> None:
    fin = house.be("fin1")
    if not fin.get("records/limit", filter=f"form == '{form}' and level == '{level}'")["items"]:
        fin.makes("limit", {"form": form, "level": level, "amount": amount})


def test_which_refusal_comes_first(house: House) -> None:
    record, clerk, chief = opened(house), house.be("clerk1"), house.be("mgr1")
    path = f"records/memo/{record}/actions/finish"

    def tries(desk: Desk, body: object, action: str = "finish", **more: object) -> tuple[int, str]:
        reply: Reply = desk.send("POST", path.replace("finish", action), body, **more)  # type: ignore[arg-type]
        return reply.status, reply.body["kind"]

    bad = {"revision": 99, "values": {"nothing": 1}, "asks": {"word": 5}}
    assert tries(Desk(house, None), bad) == (401, "right")
    assert tries(house.be("clerk2"), bad) == (404, "not_found")
    assert tries(chief, bad, "vanish") == (404, "not_found")
    assert tries(clerk, bad) == (403, "right")
    assert tries(chief, bad) == (412, "conflict")
    assert tries(chief, bad, if_match=99) == (412, "conflict")
    assert tries(chief, {**bad, "revision": 1}) == (422, "invalid")
    assert tries(chief, {"values": {"days": 3}, "asks": {"word": "a"}}) == (403, "right")
    assert tries(clerk, {"revision": 1}, "hand_in") == (409, "conflict")
    assert clerk.acts("memo", record, "hand_in").code == "not_in_state"
    assert house.be("mgr1").state("memo", record) == "open"


def test_hidden_and_unknown_fields_are_alike_in_an_action(house: House) -> None:
    record = house.be("clerk1").makes("memo", {"note": "a", "lines": [{"word": "a"}]})
    row = house.be("clerk1").reads("memo", record)["lines"][0]["row"]
    hidden = house.be("clerk1").acts("memo", record, "hand_in", {"lines": [{"row": row, "veiled": "x"}]})
    unknown = house.be("clerk1").acts("memo", record, "hand_in", {"lines": [{"row": row, "valued": "x"}]})
    assert hidden.status == unknown.status == 422
    assert hidden.raw.replace(b"veiled", b"valued") == unknown.raw


def test_an_action_asks_its_questions(house: House) -> None:
    limit(house, "memo", "store", "100")
    record, chief = opened(house), house.be("mgr1")
    missing = chief.acts("memo", record, "finish")
    assert (missing.status, missing.errors) == (422, [("/asks/word", "required")])
    wrong = chief.acts("memo", record, "finish", asks={"word": 5, "day": "tomorrow"})
    assert {path for path, _ in wrong.errors} == {"/asks/day", "/asks/word"}
    assert chief.acts("memo", record, "finish", asks={"word": "a", "colour": "red"}).errors == [
        ("/asks/colour", "unknown_field")
    ]
    given = {"word": "fine", "day": "2026-05-01", "mark": {"typed": "Wang"}}
    assert chief.takes("memo", record, "finish", asks=given) == "done"
    kept = chief.history("memo", record)[-1]["asks"]
    assert (kept["word"], kept["day"], kept["mark"]["typed"]) == ("fine", "2026-05-01", "Wang")


def test_a_guard_refuses_in_its_own_words_and_language(house: House) -> None:
    limit(house, "memo", "store", "100")
    record = opened(house, amount="100.01")
    chief = house.be("mgr1")
    refused = chief.acts("memo", record, "finish", asks={"word": "a"})
    assert (refused.status, refused.body["kind"], refused.body["rule"]) == (409, "rule", "limited")
    assert (refused.body["detail"], refused.errors) == ("Above the limit.", [("/amount", "guard")])
    chinese = Desk(house, chief.actor, "zh").acts("memo", record, "finish", asks={"word": "a"})
    assert chinese.body["detail"] == "超出限额。"
    exact = opened(house, amount="100.00")
    assert chief.takes("memo", exact, "finish", asks={"word": "a"}) == "done"


def test_an_empty_limit_refuses(own_house: House) -> None:
    record = opened(own_house, amount="1")
    refused = own_house.be("mgr1").acts("memo", record, "finish", asks={"word": "a"})
    assert (refused.status, refused.body["kind"]) == (409, "rule")


def test_an_alternative_with_an_empty_condition_refuses(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("duel", {"amount": "1"}, "hand_in")
    assert clerk.state("duel", record) == "accepted"
    refused = clerk.acts("duel", record, "route_it")
    assert (refused.status, refused.code) == (409, "condition_empty")
    small = clerk.makes("duel", {"amount": "1", "threshold": "2"}, "hand_in")
    assert clerk.takes("duel", small, "route_it") == "gone"


def test_what_is_granted_counts_for_the_next(house: House) -> None:
    item, clerk = house.item(), house.be("clerk1")
    first, second = wish(clerk, item, "200"), wish(clerk, item, "200")
    assert clerk.takes("wish", first, "grant") == "granted"
    assert clerk.reads("wish", second)["lines"][0]["already"] == "200"
    refused = clerk.acts("wish", second, "grant")
    assert (refused.status, refused.body["rule"], refused.errors) == (409, "room", [("/lines/0/quantity", "guard")])
    assert clerk.takes("wish", first, "drop") == "dropped"
    assert clerk.takes("wish", second, "grant") == "granted"
    assert clerk.reads("wish", second)["lines"][0]["already"] == "0"
    assert house.verified()


def test_a_fact_does_not_count_the_record_that_asks(house: House) -> None:
    item, clerk = house.item(), house.be("clerk1")
    record = wish(clerk, item, "300")
    assert clerk.takes("wish", record, "grant") == "granted"
    assert clerk.reads("wish", record)["lines"][0]["already"] == "0"
    assert clerk.takes("wish", record, "pack", asks={"share": "1"}) == "packed"


def test_another_store_has_a_fact_of_its_own(house: House) -> None:
    item = house.item()
    one, other = house.be("clerk1"), house.be("clerk2")
    assert one.takes("wish", wish(one, item, "300"), "grant") == "granted"
    assert other.takes("wish", wish(other, item, "300"), "grant") == "granted"


def test_records_are_made_by_group_with_their_shares(house: House) -> None:
    food, other = house.item(category="FOOD"), house.item(category="NONFOOD")
    clerk = house.be("clerk1")
    lines = [{"item": {"code": code}, "quantity": "10"} for code in (food, other)]
    record = clerk.makes("wish", {"lines": lines}, "grant")
    assert clerk.takes("wish", record, "pack", asks={"share": "4"}) == "packed"
    links = clerk.get(f"records/wish/{record}/trail")["items"]
    assert [(each["direction"], each["form"], each["quantity"]) for each in links] == [("to", "parcel", "4")] * 2
    parcels = [clerk.get(f"records/parcel/{each['id']}") for each in links]
    assert {each["values"]["category"]["code"] for each in parcels} == {"FOOD", "NONFOOD"}
    assert all(each["number"].startswith("PA-") for each in parcels)
    assert [each["quantity"] for one in parcels for each in one["values"]["lines"]] == ["4", "4"]
    assert [each["strange"] for one in parcels for each in one["values"]["lines"]] == ["0", "0"]
    assert {each["left"] for each in clerk.reads("wish", record)["lines"]} == {"6"}
    clerk.takes("wish", record, "pack", asks={"share": "6"})
    assert {each["left"] for each in clerk.reads("wish", record)["lines"]} == {"0"}
    back = parcels[0]["links"]
    assert [(each["direction"], each["form"], each["id"]) for each in back] == [("from", "wish", record)]
    assert clerk.history("parcel", parcels[0]["id"])[0]["person"]["id"] == "system"


def test_once_by_makes_one_record_for_ever(house: House) -> None:
    item, clerk = house.item(), house.be("clerk1")
    record = wish(clerk, item, "2")
    clerk.takes("wish", record, "grant")
    before = clerk.get("records/parcel", count="exact")["count"]
    for _ in range(3):
        clerk.takes("wish", record, "pack_once")
    assert clerk.get("records/parcel", count="exact")["count"] == before + 1
    made = clerk.get("records/parcel", sort="-created", limit="1")["items"][0]
    assert made["state"] == "closed"


def test_nothing_is_made_of_nothing(house: House) -> None:
    item, clerk = house.item(), house.be("clerk1")
    record = wish(clerk, item, "2")
    clerk.takes("wish", record, "grant")
    before = clerk.get("records/parcel", count="exact")["count"]
    assert clerk.takes("wish", record, "pack_nothing") == "granted"
    assert clerk.get("records/parcel", count="exact")["count"] == before


def test_one_record_writes_another_and_acts_on_it(house: House) -> None:
    item, clerk = house.item(), house.be("clerk1")
    record = wish(clerk, item, "2")
    clerk.takes("wish", record, "grant")
    clerk.takes("wish", record, "pack", asks={"share": "1"})
    parcel = clerk.get(f"records/wish/{record}")["links"][0]["id"]
    assert clerk.takes("parcel", parcel, "send_off") == "closed"
    assert clerk.state("wish", record) == "sent"
    assert clerk.reads("wish", record)["title"] == "sent off"
    assert [each["action"] for each in clerk.history("wish", record)][-2:] == ["update", "finish"]
    assert clerk.history("wish", record)[-1]["person"]["id"] == "system"


def test_when_the_other_record_refuses_nothing_happens(house: House) -> None:
    item, clerk = house.item(), house.be("clerk1")
    record = wish(clerk, item, "2")
    clerk.takes("wish", record, "grant")
    clerk.takes("wish", record, "pack", asks={"share": "1"})
    parcel = clerk.get(f"records/wish/{record}")["links"][0]["id"]
    clerk.takes("wish", record, "drop")
    refused = clerk.acts("parcel", parcel, "send_off")
    assert refused.status == 409
    assert clerk.state("parcel", parcel) == "open"
    assert clerk.reads("wish", record)["title"] is None


def test_a_preview_tells_and_changes_nothing(house: House) -> None:
    item, clerk = house.item(S01=10), house.be("clerk1")
    record = clerk.makes("crate", {"lines": [{"item": {"code": item}, "quantity": "4"}]})
    before = (clerk.get(f"records/crate/{record}"), clerk.stock(item, "S01"), clerk.history("crate", record))
    path = f"records/crate/{record}/actions/send"
    told = clerk.send("POST", path, {}, preview="true")
    assert (told.status, told.body["state"]) == (200, "out")
    move = told.body["outcomes"][0]
    assert (move["kind"], move["quantity"], move["from"]["code"], move["to"]["code"]) == ("move", "4", "S01", "loss")
    after = (clerk.get(f"records/crate/{record}"), clerk.stock(item, "S01"), clerk.history("crate", record))
    assert before == after
    assert house.be("clerk2").send("POST", path, {}, preview="true").status == 404


def test_a_preview_needs_no_answers_and_refuses_wrong_ones(house: House) -> None:
    """What an action comes to is told before its questions are answered; the action itself needs them."""
    limit(house, "memo", "store", "100")
    record = house.be("clerk1").makes("memo", {"note": "a", "amount": "1"}, "hand_in")
    path = f"records/memo/{record}/actions/finish"
    manager = house.be("mgr1")
    told = manager.send("POST", path, {}, preview="true")
    assert (told.status, told.body["state"]) == (200, "done")
    wrong = manager.send("POST", path, {"asks": {"day": "someday"}}, preview="true")
    assert (wrong.status, [each[0] for each in wrong.errors]) == (422, ["/asks/day"])
    assert manager.acts("memo", record, "finish").errors == [("/asks/word", "required")]
    assert manager.state("memo", record) == "open"


def test_what_making_a_record_would_come_to_is_told_and_nothing_is_made(house: House) -> None:
    """Its goods and its state; what its action asks may be open, what is wrong with it is refused."""
    item, clerk = house.item(S01=10), house.be("clerk1")
    values = {"lines": [{"item": {"code": item}, "quantity": "4"}]}
    body = {"id": str(uuid.uuid4()), "values": values, "action": "send"}
    told = clerk.send("POST", "records/crate", body, preview="true")
    assert (told.status, told.body["state"]) == (200, "out")
    assert [(each["kind"], each["quantity"]) for each in told.body["outcomes"]] == [("move", "4")]
    assert clerk.send("GET", f"records/crate/{body['id']}").status == 404
    assert clerk.stock(item, "S01")[0] == "10"
    much = {**body, "values": {"lines": [{"item": {"code": item}, "quantity": "40"}]}}
    real = clerk.send("POST", "records/crate", much)
    assert (real.status, real.code) == (409, "short")
    assert clerk.send("POST", "records/crate", {"values": {"nope": 1}}, preview="true").errors[0][1] == "unknown_field"
    assert house.be("aud").send("POST", "records/crate", body, preview="true").status == 403
    assert clerk.does("POST", "records/crate", body)["state"] == "out"


def test_a_preview_tells_who_would_be_asked(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("duel", {"amount": "50"})
    told = clerk.send("POST", f"records/duel/{record}/actions/hand_in", {}, preview="true").body
    assert [each["step"] for each in told["tasks"]] == ["peers"]
    assert {each["code"] for each in told["tasks"][0]["people"]} == {"clerk1b", "clerk1c"}


@pytest.mark.parametrize("account", ["clerk1", "clerk1b", "mgr1", "aud"])
def test_the_buttons_are_the_actions_that_would_be_accepted(house: House, account: str) -> None:
    limit(house, "memo", "store", "100")
    desk = house.be(account)
    item = house.item()
    records = [
        ("memo", house.be("clerk1").makes("memo", {"note": "a"})),
        ("memo", opened(house)),
        ("duel", house.be("clerk1").makes("duel", {"amount": "50"}, "hand_in")),
        ("wish", wish(house.be("clerk1"), item, "5")),
    ]
    for form, record in records:
        if desk.send("GET", f"records/{form}/{record}").status == 404:
            continue
        shown = set(desk.offered(form, record))
        every = [each["name"] for each in house.be("clerk1").get(f"records/{form}/{record}", actions="all")["actions"]]
        asks = {"word": "a", "share": "1"}
        accepted = set()
        for action in every:
            known = {"finish": ("word",), "pack": ("share",)}.get(action, ())
            body = {"asks": {name: asks[name] for name in known}}
            path = f"records/{form}/{record}/actions/{action}"
            if desk.send("POST", path, body, preview="true").status == 200:
                accepted.add(action)
        assert shown == accepted, (form, account)


def test_an_action_that_is_not_possible_says_why_when_asked(house: House) -> None:
    limit(house, "memo", "store", "100")
    record = opened(house)
    clerk = house.be("clerk1")
    actions = {each["name"]: each for each in clerk.get(f"records/memo/{record}", actions="all")["actions"]}
    assert set(actions) == {"hand_in", "finish"}
    assert "because" in actions["hand_in"]
    assert actions["hand_in"]["because"] == "Not while it is “Open”."
    assert clerk.offered("memo", record) == []
    assert house.be("mgr1").get(f"records/memo/{record}")["actions"][0]["asks"]["word"]["type"] == "text"


def test_many_at_once_each_with_its_answer(house: House) -> None:
    clerk = house.be("clerk1")
    good, bad = clerk.makes("memo", {"note": "a"}), clerk.makes("memo", {"urgent": True})
    foreign = house.be("clerk2").makes("memo", {"note": "a"})
    ids = [good, bad, foreign, str(uuid.uuid4()), good]
    answers = clerk.send("POST", "records/memo/actions/hand_in", {"ids": ids}).body
    assert [(each["id"], each["status"]) for each in answers] == [
        (good, 200),
        (bad, 422),
        (foreign, 404),
        (ids[3], 404),
    ]
    assert answers[0]["body"]["state"] == "open"
    assert answers[1]["body"]["kind"] == "invalid"
    assert clerk.state("memo", bad) == "draft"


def test_the_system_only_action_is_nobodys(house: House) -> None:
    record = opened(house)
    for account in ("clerk1", "mgr1"):
        refused = house.be(account).acts("memo", record, "expire")
        assert (refused.status, refused.body["kind"]) == (403, "right")


def test_a_key_does_only_what_it_was_granted(house: House) -> None:
    clerk = house.be("clerk1")
    record = clerk.makes("memo", {"note": "a"})
    narrow = house.be("clerk1", (("memo", "see"),))
    assert narrow.get(f"records/memo/{record}")["id"] == record
    assert narrow.acts("memo", record, "hand_in").status == 403
    assert narrow.send("POST", "records/memo", {"values": {"note": "b"}}).status == 403
    assert narrow.edits("memo", record, {"note": "b"}).status == 403
    assert narrow.send("GET", "records/wish").status == 404
    assert narrow.offered("memo", record) == []
    wide = house.be("clerk1", (("memo", "*"),))
    assert wide.takes("memo", record, "hand_in") == "open"
