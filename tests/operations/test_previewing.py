"""What another version would do to the records there are, told before it is published: and then it really happens."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, table

from engine.operations import loading
from tests.operations.house import Desk, House, kind_of, name_of
from tests.operations.test_carrying import newer
from tests.operations.test_in_use import hinted, publishes, texts, waits, without_peers

DECIDERS = ("clerk1b", "clerk1c", "mgr1", "ame")


def laid(*definitions: str) -> list[dict[str, str]]:
    """Texts as they are sent."""
    return [{"kind": kind_of(each), "name": name_of(each), "text": each} for each in definitions]


def previews(house: House, *definitions: str, **more: Any) -> dict[str, Any]:
    """What laying these over what is published and carrying over what is under way would come to."""
    sent = {"texts": laid(*definitions), "running": "carry_over", **more}
    found: dict[str, Any] = house.be("adm").does("POST", "definitions/preview", sent)
    return found


def tightened(house: House) -> tuple[str, str]:
    """A step before the first, a field to fill in, a lower limit of two who decide beside each other."""
    form, flow = newer(house)
    return form, flow.replace("when: record.amount > 100\n", "when: record.amount > 60\n")


def busy(house: House, count: int) -> None:
    """Duels at every stage: not handed in, waiting at each step, accepted, refused, withdrawn."""
    chance, clerk = random.Random(5), house.be("clerk1")
    for index in range(count):
        amount = str(chance.choice([5, 50, 70, 90, 150, 900]))
        record = clerk.makes("duel", {"amount": amount, "title": f"n{index}"}, "hand_in" if index % 6 else None)
        for account in DECIDERS[: chance.randrange(5)] if index % 6 else ():
            desk = house.be(account)
            if desk.tasks("duel", record):
                reply = desk.decides("duel", record, "reject" if index % 7 == 0 else "approve", **asked(account))
                assert reply.status == 200, reply.body
        if index % 11 == 0 and "withdraw" in clerk.offered("duel", record):
            clerk.takes("duel", record, "withdraw")


def asked(account: str) -> dict[str, Any]:
    """What somebody is asked when he decides."""
    return {"asks": {"reason": "so"}} if account == "mgr1" else {}


def everybody(house: House) -> list[Desk]:
    """All who have an account."""
    with house.services.database.reading() as connection:
        state = loading.state_of(house.services, connection, house.services.now(connection))
    return [house.be(each.account) for each in state.directory.persons.values() if each.active]


def tasks_of_all(house: House) -> set[tuple[str, str, str | None, str]]:
    """Every task that anybody has of a duel: record, step, part, person."""
    return {
        (each["record"]["id"], each["step"], each["part"], desk.person)
        for desk in everybody(house)
        for each in desk.tasks("duel")
    }


def told_tasks(items: list[dict[str, Any]], side: str) -> set[tuple[str, str, str | None, str]]:
    """The same as a preview tells it."""
    return {
        (item["id"], each["step"], each["part"], person["id"])
        for item in items
        if item["kind"] != "past"
        for each in (item[side] or item["from"])["asked"]
        for person in each["people"]
    }


def way(lines: list[dict[str, Any]]) -> list[tuple[str, str | None, str, list[str]]]:
    """A route without its words."""
    return [(each["step"], each["part"], each["state"], [who["id"] for who in each["people"]]) for each in lines]


def what_is_told_happens(house: House, count: int) -> None:
    """Tell it, publish it and carry everything over; then hand in again what is over."""
    busy(house, count)
    clerk = house.be("clerk1")
    definitions = tightened(house)
    today = house.be("adm").get("clock")["now"][:10]
    told = previews(house, *definitions, form="duel", past={"from": "2000-01-01", "until": "2100-01-01"})
    items = told["items"]
    assert (len(items), told["total"], told["next"]) == (count, count, None), (today, len(items))
    assert {each["kind"] for each in items} == {"running", "draft", "past"}
    assert tasks_of_all(house) == told_tasks(items, "from")
    for each in items:
        if each["kind"] != "past":
            assert way(clerk.get(f"records/duel/{each['id']}/route")["items"]) == way(each["from"]["route"])
    done = publishes(house, *definitions, running="carry_over")
    assert done.status == 200, done.body
    assert done.body["version"] == told["version"]
    for each in items:
        if each["kind"] == "past":
            again_as_told(clerk, each)
            continue
        side = each["to"] or each["from"]
        seen = clerk.get(f"records/duel/{each['id']}")
        assert (seen["version"], seen["state"]) == (side["version"], side["state"]), each
        assert way(clerk.get(f"records/duel/{each['id']}/route")["items"]) == way(side["route"]), each
    known = {each["id"] for each in items}
    assert {each for each in tasks_of_all(house) if each[0] in known} == told_tasks(items, "to")
    assert house.verified()


def again_as_told(clerk: Desk, item: dict[str, Any]) -> None:
    """Hand in the same once more: refused as told, or where and by the route that was told."""
    values = clerk.reads("duel", item["id"])
    sent = {"amount": values["amount"], "title": values["title"]} | dict.fromkeys(item["missing"], "filled in")
    body = {"values": sent, "action": "hand_in"}
    reply = clerk.send("POST", "records/duel", body)
    if item["to"]["refused"] is not None:
        assert reply.code == item["to"]["refused"]["code"], (reply.body, item)
        return
    assert reply.status == 201, (reply.body, item)
    assert reply.body["state"] == item["to"]["state"]
    assert way(clerk.get(f"records/duel/{reply.body['id']}/route")["items"]) == way(item["to"]["route"])


def test_what_is_told_is_what_happens(own_house: House) -> None:
    what_is_told_happens(own_house, 30)


@pytest.mark.long
def test_what_is_told_is_what_happens_to_five_hundred(own_house: House) -> None:
    what_is_told_happens(own_house, 500)


def rows_of_all(house: House) -> dict[str, int]:
    """How many lines every table has."""
    with house.services.database.reading() as connection:
        names = inspect(connection).get_table_names()
        return {each: connection.scalar(select(func.count()).select_from(table(each))) or 0 for each in names}


def test_nothing_of_it_stays(house: House) -> None:
    record = waits(house.be("clerk1"), 1)[0]
    before = rows_of_all(house)
    told = previews(house, *tightened(house), records=[record], past={"from": "2000-01-01", "until": "2100-01-01"})
    assert [each["id"] for each in told["items"]] == [record]
    assert rows_of_all(house) == before
    assert "project" not in house.be("adm").get("definitions/form/duel")["text"]


def test_pieces_add_up_to_the_whole_and_are_of_one_text(house: House) -> None:
    records = waits(house.be("clerk1"), 5)
    definitions, named = tightened(house), {"records": records, "form": "duel"}
    whole = previews(house, *definitions, **named)
    pieces = [previews(house, *definitions, **named, limit=2)]
    while (cursor := pieces[-1]["next"]) is not None:
        pieces.append(previews(house, *definitions, **named, limit=2, cursor=cursor))
    assert [(each["done"], each["total"]) for each in pieces] == [(2, 5), (4, 5), (5, 5)]
    assert [item for each in pieces for item in each["items"]] == whole["items"]
    assert sum(each["summary"]["records"]["running"] for each in pieces) == 5
    assert ["changes" in each for each in pieces] == [True, False, False]
    adm, cursor = house.be("adm"), str(pieces[0]["next"])
    other = adm.send("POST", "definitions/preview", {"texts": laid(definitions[0]), **named, "cursor": cursor})
    assert (other.status, other.code) == (409, "stale")
    for wrong in ("x", "a.b.c.d.e", 5):
        sent = adm.send("POST", "definitions/preview", {"texts": [], "cursor": wrong})
        assert (sent.status, sent.errors) == (422, [("/cursor", "bad_cursor")])


def test_what_is_made_between_two_pieces_pushes_nothing_out(own_house: House) -> None:
    clerk, definitions = own_house.be("clerk1"), tightened(own_house)

    def made(*numbers: int) -> set[str]:
        ids = {f"{each:08x}-0000-4000-8000-000000000000" for each in numbers}
        for each in sorted(ids):
            clerk.makes("duel", {"amount": "50"}, "hand_in", id=each)
        return ids

    first = made(1, 2, 0xFFFFFFF0, 0xFFFFFFF1)
    pieces = [previews(own_house, *definitions, form="duel", limit=2)]
    later = made(*range(3, 8))
    while (cursor := pieces[-1]["next"]) is not None:
        pieces.append(previews(own_house, *definitions, form="duel", limit=2, cursor=cursor))
    assert first | later <= {item["id"] for each in pieces for item in each["items"]}
    assert all(each["done"] <= each["total"] for each in pieces)
    assert pieces[-1]["done"] == pieces[-1]["total"] == pieces[0]["total"] + len(later)


def test_sums_say_by_what_route_how_many_go_and_whose_tasks_come_and_go(house: House) -> None:
    records = waits(house.be("clerk1"), 2)
    form, flow = newer(house)
    asks_another = flow.replace(
        "peers: {ask: [clerk at store]", "peers: {ask: [manager at store, area_manager above store]"
    )
    told = previews(house, form, asks_another, records=records)["summary"]
    assert (told["records"], told["same"]) == ({"running": 2}, 0)
    assert [(each["from"], each["to"], each["count"]) for each in told["routes"]] == [
        (["peers"], ["owner_first", "peers"], 2)
    ]
    counts = {each["person"]["code"]: (each["new"], each["gone"]) for each in told["people"]}
    assert counts == {"clerk1": (2, 0), "clerk1b": (0, 2), "clerk1c": (0, 2), "mgr1": (2, 0), "ame": (2, 0)}
    stays = previews(house, form, asks_another, records=records, running="leave")["summary"]
    assert (stays["same"], stays["people"]) == (2, [])
    usual = house.be("adm").does("POST", "definitions/preview", {"texts": laid(form, asks_another), "records": records})
    assert usual["summary"] == stays, "what is published leaves what is under way unless it is asked"


def test_what_strands_and_what_stands_against_it_is_told(house: House) -> None:
    clerk = house.be("clerk1")
    small, dear = waits(clerk, 1)[0], clerk.makes("duel", {"amount": "500"}, "hand_in")
    flow = texts(house)[1]
    told = previews(house, without_peers(flow), records=[small, dear])
    codes = {each["id"]: [one["code"] for one in each["errors"]] for each in told["items"]}
    assert codes == {small: ["decides_itself"], dear: []}
    assert told["summary"]["changes"]["strands"] == 1
    assert [each["code"] for each in told["in_use"]] == ["step_in_use"]
    assert told["in_use"][0]["path"] == "/workflow/duel/steps/peers"
    nobody = flow.replace("peers: {ask: [clerk at store]", "peers: {ask: [manager above store]")
    instead = previews(house, nobody, records=[small])["items"][0]
    assert [one["code"] for each in instead["to"]["asked"] for one in each["people"]] == ["dir1"]
    nobody = nobody.replace("nobody_found: {ask: [director at chain]", "nobody_found: {ask: [manager above store]")
    empty = previews(house, nobody, records=[small])["items"][0]
    assert "strands" in empty["changes"]
    assert [each["people"] for each in empty["to"]["asked"]] == [[]]
    broken = house.be("adm").send(
        "POST", "definitions/preview", {"texts": laid(flow.replace("[submitter]", "[nobody at]"))}
    )
    assert broken.status == 422


def test_who_may_neither_edit_nor_publish_is_refused_and_who_edits_is_told_of_what_he_sees(house: House) -> None:
    record = waits(house.be("clerk1"), 1)[0]
    body = {"texts": laid(*tightened(house)), "records": [record], "running": "carry_over"}
    for account in ("clerk1", "aud"):
        assert house.be(account).send("POST", "definitions/preview", body).status == 403
    told = house.be("des").does("POST", "definitions/preview", body)
    assert (told["items"], told["summary"]["unseen"], told["summary"]["records"]) == ([], 1, {})
    assert record not in str(told)
    for limit in (60, 40):  # a draft asks by none of its sums what an unseen record holds
        asking = texts(house)[1].replace(
            "      peers:", f"      more: {{ask: [manager at store], when: record.amount > {limit}}}\n      peers:"
        )
        for more in ({}, {"person": house.be("des").person}):
            sums = house.be("des").does("POST", "definitions/preview", {**body, "texts": laid(asking), **more})[
                "summary"
            ]
            assert sums == {
                "records": {},
                "same": 0,
                "unseen": 1,
                "changes": {},
                "routes": [],
                "errors": [],
                "people": [],
            }
    for wrong in ({"past": "x"}, {"past": {"from": "x", "until": "2026-01-01"}}, {"limit": 0}, {"running": "fly"},
                  {"form": "nothing"}, {"version": 99}, {"colour": 1}):  # fmt: skip
        assert house.be("adm").send("POST", "definitions/preview", {**body, **wrong}).status == 422, wrong
    assert house.be("adm").send("POST", "definitions/preview", {**body, "person": "nobody"}).status == 404


def test_a_value_is_not_told_to_who_may_not_see_it(own_house: House) -> None:
    hinted(own_house)
    record = waits(own_house.be("clerk1"), 1, hint="secret words")[0]
    form = texts(own_house)[0].replace("  hint: {type: text}", "  hint: {type: integer}")
    told = previews(own_house, form, records=[record])
    assert [each["code"] for each in told["items"][0]["errors"]] == ["does_not_convert"]
    assert "secret words" not in str(told)
    assert told["items"][0]["seen"] is False


def test_somebody_is_shown_with_his_form_and_his_tasks(house: House) -> None:
    record, other = waits(house.be("clerk1"), 2)
    house.be("clerk1b").decides("duel", other)
    told = previews(house, *tightened(house), records=[record, other], form="duel", person="clerk1b")
    assert told["as"]["person"]["code"] == "clerk1b"
    assert "project" in told["as"]["form"]["fields"]
    assert "duel" in {each["form"] for each in told["as"]["forms"]}
    assert [each["id"] for each in told["items"]] == [record]
    blind = previews(house, *tightened(house), records=[record], form="duel", person="sec1")
    assert (blind["as"]["form"], blind["items"]) == (None, [])


def test_an_older_version_is_previewed_as_rolling_back_makes_it(own_house: House) -> None:
    adm, clerk = own_house.be("adm"), own_house.be("clerk1")
    before = adm.get("definitions/form/duel")["version"]
    assert publishes(own_house, *newer(own_house)).status == 200
    draft = clerk.makes("duel", {"amount": "50"})
    told = adm.does("POST", "definitions/preview", {"version": before, "form": "duel"})
    assert (told["version"], told["from"]) == (before + 2, before + 1)
    side = {each["id"]: each for each in told["items"]}[draft]
    assert [each["step"] for each in side["from"]["route"] if each["state"] == "next"] == ["owner_first", "peers"]
    assert [each["step"] for each in side["to"]["route"] if each["state"] == "next"] == ["peers"]
    same = adm.does("POST", "definitions/preview", {"version": before + 1, "form": "duel"})
    assert (same["version"], same["changes"], same["summary"]["changes"]) == (before + 1, [], {})


def test_nothing_at_all_is_nothing_to_preview_and_a_version_is_laid_over_if_texts_come_with_it(house: House) -> None:
    adm = house.be("adm")
    record = waits(house.be("clerk1"), 1)[0]
    for nothing in ({"texts": []}, {"drafts": []}, {}):
        assert adm.send("POST", "definitions/preview", {**nothing, "form": "duel"}).status == 422
    version = adm.get("definitions/form/duel")["version"]
    first = adm.does("POST", "definitions/preview", {"version": 1, "form": "ticket"})
    assert "workflow duel is gone" in first["changes"]
    assert [each["code"] for each in first["in_use"]].count("form_in_use") >= 1
    both = {"version": version, "texts": laid(*newer(house)), "records": [record], "running": "carry_over"}
    told = adm.does("POST", "definitions/preview", both)
    assert told["items"][0]["to"]["step"] == "peers"
    assert told["items"][0]["missing"] == ["project"]
    drafted = adm.send("POST", "definitions/preview", {"drafts": ["form/nothing"]})
    assert (drafted.status, drafted.errors) == (422, [("/drafts/0", "no_draft")])


# -- rights ------------------------------------------------------------------------------------------------------------


def allowed(desk: Desk, account: str) -> dict[tuple[str, str], Any]:
    """What somebody may do, and where."""
    found = desk.get("why", person=account)["rights"]
    return {(each["object"], each["action"]): each["where"] for each in found}


def test_why_tells_all_that_somebody_may_do_and_by_which_lines(house: House) -> None:
    told = house.be("adm").get("why", person="mgr1", form="duel")
    assert [each["role"] for each in told["roles"]] == ["manager"]
    seen = next(each for each in told["rights"] if each["action"] == "see")
    assert [each["code"] for each in seen["where"]["units"]] == ["S01"]
    assert {each["role"] for each in seen["lines"]} == {"manager"}
    policy = house.be("adm").get("definitions/permissions/policy")["text"].splitlines()
    line = seen["lines"][0]
    assert policy[line["line"] - 1] == f"p, manager, duel, see, {line['where']}"
    assert house.be("mgr1").get("why", person="mgr1")["rights"]
    assert house.be("sec1").send("GET", "why", person="mgr1").status == 403


def test_a_changed_policy_tells_who_gains_and_who_loses_what_before_it_is_saved(own_house: House) -> None:
    adm = own_house.be("adm")
    policy = adm.get("definitions/permissions/policy")["text"]
    line = next(each for each in policy.splitlines() if each.startswith("p, manager, duel, see, "))
    changed = policy.replace(f"{line}\n", "p, cfo, duel, see, chain\np, cfo, duel.price, see, chain\n")
    sent = {"texts": [{"kind": "permissions", "name": "policy", "text": changed}]}
    told = adm.does("POST", "definitions/preview", {**sent, "form": "duel"})["rights"]
    assert {(each["change"], each["role"], each["object"]) for each in told["lines"]} == {
        ("added", "cfo", "duel"), ("added", "cfo", "duel.price"), ("removed", "manager", "duel"),
    }  # fmt: skip
    people = {each["person"]["code"]: each for each in told["people"]}
    before = {each: allowed(adm, each) for each in people}
    assert adm.send("POST", "definitions/publish", {**sent, "note": "less"}).status == 200
    for account, each in people.items():
        after = allowed(adm, account)
        for gained in each["gained"]:
            key = gained["object"], gained["action"]
            assert after[key] == gained["after"]
            assert before[account].get(key) != gained["after"]
            assert gained["lines"]
        for lost in each["lost"]:
            key = lost["object"], lost["action"]
            assert after.get(key, {"units": [], "count": 0}) == lost["after"]
            assert lost["lines"]
    assert [(one["object"], one["lines"][0]["role"]) for one in people["cfo"]["gained"]] == [
        ("duel", "cfo"), ("duel.price", "cfo"),
    ]  # fmt: skip
    assert ("duel", "see") in {(one["object"], one["action"]) for one in people["mgr1"]["lost"]}
    assert ("duel.price", "see") in {(one["object"], one["action"]) for one in people["clerk1"]["lost"]}
    assert [(one["object"], one["action"]) for one in people["dck"]["lost"]] == [("duel.price", "see")]
