"""Publishing at a moment: tried at once, published once when it comes, checked again, called off, and told of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.access import stamps
from engine.clock import to_stored
from engine.operations import planned, testclock
from tests.operations.house import Desk, House, Reply
from tests.operations.test_drafts import FLOW, FORM, STAMP, begin
from tests.operations.test_in_use import hinted, texts, waits, without_hint
from tests.operations.test_testing import TESTS, version

PLANS = "definitions/planned"


def soon(house: House, **by: int) -> str:
    """A moment that lies ahead by the clock of the chain."""
    return (datetime.fromisoformat(house.be("adm").get("clock")["now"]) + timedelta(**by)).isoformat()


def plan(desk: Desk, when: Any, **more: Any) -> Reply:
    """Plan the draft of the form."""
    return desk.send("POST", "definitions/publish", {"drafts": ["form/duel"], "when": when, "note": "later", **more})


def fields(house: House) -> str:
    """The form as it is in force."""
    words: str = house.be("adm").get("definitions/form/duel")["text"]
    return words


def test_it_is_published_when_its_moment_comes_and_not_before(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    begin(des, FORM)
    before, when = version(own_house), soon(own_house, hours=3)
    waits = plan(adm, when)
    small = {"form", "id", "number", "state", "revision", "version", "seq"}
    assert (waits.status, waits.body["state"], set(waits.body)) == (200, "waiting", small)
    [shown] = adm.get(PLANS)["items"]
    assert (shown["id"], shown["drafts"]) == (waits.body["id"], ["form/duel"])
    assert datetime.fromisoformat(shown["when"]) == datetime.fromisoformat(when)
    assert (version(own_house), STAMP in fields(own_house)) == (before, False)
    own_house.pass_time(hours=2)
    assert [each["state"] for each in des.get(PLANS)["items"]] == ["waiting"]
    own_house.pass_time(hours=1)
    own_house.pass_time(hours=1)
    [ended] = des.get(PLANS)["items"]
    assert (ended["state"], ended["version"], ended["refused"]) == ("published", before + 1, None)
    assert (version(own_house), STAMP in fields(own_house)) == (before + 1, True)
    newest = adm.get("definitions/form/duel/history")["items"][0]
    assert (newest["author"], newest["proposed_by"], newest["note"]) == (adm.person, [des.person], "later")
    assert des.get("definitions/drafts")["items"] == []
    assert own_house.verified()


def test_a_day_begins_where_the_chain_is(own_house: House) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    begin(own_house.be("des"), FORM)
    day = datetime.fromisoformat(soon(own_house, days=2)).astimezone(zone).date()
    adm = own_house.be("adm")
    assert plan(adm, day.isoformat()).status == 200
    began = datetime.fromisoformat(adm.get(PLANS)["items"][0]["when"]).astimezone(zone)
    assert (began.date(), began.hour, began.minute) == (day, 0, 0)


@pytest.mark.parametrize(
    ("when", "code"),
    [("soon", "bad_moment"), ("2126-01-01T10:00:00", "bad_moment"), (7, "bad_moment"), (None, "bad_moment"),
     ("2126-02-30", "bad_moment"), ("9999-12-31T23:59:59-01:00", "bad_moment"), ("9999-12-31", "bad_moment"),
     ("2001-01-01", "past"), ("2001-01-01T00:00:00Z", "past")],
)  # fmt: skip
def test_a_moment_that_is_none_or_has_passed_is_refused(house: House, when: Any, code: str) -> None:
    assert plan(house.be("adm"), when, drafts=[]).errors == [("/when", code)]


def test_what_could_not_be_published_now_is_not_planned(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    begin(des, FORM, fields(own_house) + "  stamp: {type: txet}\n")
    refused = plan(adm, soon(own_house, hours=1))
    assert (refused.status, [code for _, code in refused.errors]) == (422, ["not_an_option"])
    assert plan(des, soon(own_house, hours=1)).status == 403
    assert adm.get(PLANS)["items"] == []


def test_what_is_refused_when_it_comes_changes_nothing_and_is_told(own_house: House) -> None:
    """What has been written into the draft since is not what was planned."""
    des, adm, other = (own_house.be(each) for each in ("des", "adm", "des2"))
    begin(des, FORM)
    plan(adm, soon(own_house, hours=1))
    begin(other, FORM, fields(own_house) + "  seal: {type: text}\n")
    before = version(own_house)
    own_house.pass_time(hours=1)
    assert version(own_house) == before
    [ended] = adm.get(PLANS)["items"]
    assert (ended["state"], ended["version"], ended["refused"]["errors"][0]["code"]) == ("refused", None, "stale")
    told = adm.get("notices")["items"][0]
    assert told["text"].startswith("What you planned to publish was refused when its moment came")
    assert "Somebody has changed this draft meanwhile." in told["text"]
    assert "该草稿已被他人修改" in Desk(own_house, adm.actor, "zh").get("notices")["items"][0]["text"]
    own_house.pass_time(hours=1)
    assert (version(own_house), len(adm.get("notices")["items"])) == (before, 1)
    assert des.get("definitions/drafts")["items"][0]["author"]["id"] == other.person


def test_what_is_called_off_is_not_published(own_house: House) -> None:
    des, adm = own_house.be("des"), own_house.be("adm")
    begin(des, FORM)
    made = plan(adm, soon(own_house, hours=1)).body["id"]
    assert des.send("DELETE", f"{PLANS}/{made}").status == 403
    assert adm.send("DELETE", f"{PLANS}/{made[::-1]}").status == 404
    assert adm.does("DELETE", f"{PLANS}/{made}")["state"] == "called_off"
    assert adm.send("DELETE", f"{PLANS}/{made}").errors == [("", "plan_ended")]
    before = version(own_house)
    own_house.pass_time(hours=2)
    assert (version(own_house), adm.get(PLANS)["items"][0]["state"]) == (before, "called_off")
    assert len(des.get("definitions/drafts")["items"]) == 1


def test_what_is_in_use_when_it_comes_is_named_to_who_publishes_alone(own_house: House) -> None:
    """Whoever only drafts may not see these records; the name of one of them would tell that it is there."""
    hinted(own_house)
    des, adm, clerk = (own_house.be(each) for each in ("des", "adm", "clerk1"))
    form, flow = without_hint(*texts(own_house))
    begin(des, FORM, form)
    begin(des, FLOW, flow)
    assert plan(adm, soon(own_house, hours=1), drafts=["form/duel", "workflow/duel"]).status == 200
    record = waits(clerk, 1, hint="one")[0]
    own_house.pass_time(hours=1)
    [ended] = adm.get(PLANS)["items"]
    assert ended["refused"]["errors"][0]["code"] == "field_in_use"
    assert record in str(ended)
    for desk in (des, own_house.be("aud")):
        [told] = desk.get(PLANS)["items"]
        assert (told["state"], told["refused"]["errors"][0]["code"]) == ("refused", "field_in_use")
        assert record not in str(told)
    told = adm.get("notices")["items"][0]["text"]
    assert "Something that it takes away is in use." in told
    assert record not in told, "all who wrote it are told the same"


def test_who_planned_it_must_still_be_allowed_to(own_house: House) -> None:
    adm = own_house.be("adm")
    own_house.publish(policy=["p, designer, definitions, publish, chain"])
    begin(adm, FORM)
    des = own_house.be("des")
    assert plan(des, soon(own_house, hours=1)).status == 200
    policy = adm.get("definitions/permissions/policy")["text"].replace("p, designer, definitions, publish, chain\n", "")
    adm.does("POST", "definitions/publish", {"texts": [{"kind": "permissions", "name": "policy", "text": policy}]})
    own_house.pass_time(hours=1)
    [ended] = adm.get(PLANS)["items"]
    assert (ended["state"], ended["refused"]["kind"], ended["author"]["id"]) == ("refused", "right", des.person)
    assert STAMP not in fields(own_house)


def test_it_is_published_once_by_however_many_look(own_house: House, tmp_path: Path) -> None:
    """As many processes look for what is due: one has it."""
    adm = own_house.be("adm")
    begin(own_house.be("des"), FORM)
    plan(adm, soon(own_house, hours=1))
    others = [House(own_house.services.settings.database, tmp_path / str(each)) for each in range(3)]
    before = version(own_house)
    now = datetime.fromisoformat(adm.get("clock")["now"])
    assert planned.fire(own_house.services) == 0
    then = to_stored(now + timedelta(hours=1))
    own_house.services.database.transaction(lambda connection: stamps.put(connection, testclock.STAMP, then))
    with ThreadPoolExecutor(len(others)) as pool:
        counts = list(pool.map(lambda each: planned.fire(each.services), others))
    for each in others:
        each.close()
    assert (sum(counts), version(own_house)) == (1, before + 1)
    assert adm.get(PLANS)["items"][0]["state"] == "published"


def test_process_tests_are_asked_again_when_it_comes(own_house: House) -> None:
    """A test that was published meanwhile holds for what was planned before it."""
    adm = own_house.be("adm")
    words = adm.get("definitions/workflow/count")["text"].replace(
        "row.difference, from: chain.difference", "row.difference, from: chain.loss"
    )
    texts = [{"kind": "workflow", "name": "count", "text": words}]
    assert adm.send("POST", "definitions/publish", {"texts": texts, "when": soon(own_house, hours=1)}).status == 200
    adm.does("POST", "definitions/publish", {"texts": [{"kind": "tests", "name": "opening", "text": TESTS}]})
    before = version(own_house)
    own_house.pass_time(hours=1)
    [ended] = adm.get(PLANS)["items"]
    assert (ended["state"], ended["refused"]["errors"][0]["code"]) == ("refused", "test_failed")
    assert version(own_house) == before
