"""A version that is only foreseen: what is called otherwise, who holds what, and records that are handed in again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.operations import foreseen, replaying
from engine.operations.calls import Call
from engine.operations.expecting import Expecting
from engine.operations.foreseen import Foreseen
from engine.operations.operation import Operation
from engine.records import archive
from tests.operations.house import House
from tests.operations.test_carrying import newer
from tests.operations.test_in_use import ROLE, publishes, texts, waits
from tests.operations.test_previewing import laid, previews, way

EVER = {"from": "2000-01-01", "until": "2100-01-01"}

SHELF = """format: 1
form: rack
title: {en: Rack, zh: 货架}
kind: master
show: [code]
fields:
  code: {type: text, required: true, unique: true}
  level: {type: integer}
"""
SHELF_FLOW = """format: 1
workflow: rack
form: rack
start: kept
states:
  kept: {title: {en: Kept}, edit: {all: {by: [administrator at chain], fields: [code, level]}}}
  gone: {title: {en: Gone}, end: true}
transitions:
  scrap: {from: kept, to: gone, by: [administrator at chain]}
"""
ASKER = """format: 1
form: raise
title: {en: Raise, zh: 加高}
kind: document
org: [store]
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  rack: {type: reference, to: rack}
"""
ASKER_FLOW = """format: 1
workflow: raise
form: raise
start: draft
states:
  draft: {title: {en: Draft}, edit: {all: {by: [clerk at store], fields: [store, rack]}}}
  approval: {title: {en: In approval}, steps: by_level}
  done: {title: {en: Done}, end: true}
  refused: {title: {en: Refused}, end: true}
transitions:
  ask: {from: draft, to: approval, by: [clerk at store]}
  accept: {from: approval, to: done, by: [system]}
  refuse: {from: approval, to: refused, by: [system]}
approvals:
  by_level:
    approved: accept
    refused: refuse
    steps:
      store: {ask: [manager at store]}
      high: {ask: [area_manager above store], when: record.rack.level > 5}
"""
LINES = (
    *(f"p, {role}, rack, see, chain" for role in ("clerk", "manager", "area_manager", "administrator")),
    *(f"p, administrator, rack, {action}, chain" for action in ("create", "edit", "scrap")),
    *(f"p, clerk, raise, {action}, own" for action in ("see", "create", "edit", "ask")),
    "p, manager, raise, see, own",
    "p, area_manager, raise, see, below",
    *(f"p, manager, raise, {verdict}, own" for verdict in ("approve", "reject")),
    *(f"p, area_manager, raise, {verdict}, below" for verdict in ("approve", "reject")),
)


@pytest.fixture
def ended(own_house: House) -> str:
    """A duel that is over: accepted by its two peers."""
    record = waits(own_house.be("clerk1"), 1, title="over")[0]
    for account in ("clerk1b", "clerk1c"):
        assert own_house.be(account).decides("duel", record).status == 200
    assert own_house.be("clerk1").state("duel", record) == "accepted"
    return record


def of(told: dict[str, Any], record: str) -> dict[str, Any]:
    """The one item of a record."""
    found: dict[str, Any] = {each["id"]: each for each in told["items"]}[record]
    return found


def test_masters_are_read_as_the_version_calls_what_they_hold(own_house: House) -> None:
    own_house.publish(SHELF, SHELF_FLOW, ASKER, ASKER_FLOW, policy=LINES)
    adm, clerk = own_house.be("adm"), own_house.be("clerk1")
    high, low = adm.makes("rack", {"code": "H", "level": 9}), adm.makes("rack", {"code": "L", "level": 1})
    records = [clerk.makes("raise", {"rack": each}, "ask") for each in (high, low)]
    called = SHELF.replace("  level: {type: integer}", "  height: {type: integer, was: level}")
    flows = SHELF_FLOW.replace("level", "height"), ASKER_FLOW.replace("rack.level > 5", "rack.height > 5")
    told = previews(own_house, called, *flows, form="raise")
    assert [of(told, each)["changes"] for each in records] == [[], []]
    assert [[line["state"] for line in of(told, each)["to"]["route"]] for each in records] == [
        ["now", "next"],
        ["now", "skipped"],
    ]
    done = publishes(own_house, called, *flows, running="carry_over")
    assert done.status == 200, done.body
    for each in records:
        assert way(clerk.get(f"records/raise/{each}/route")["items"]) == way(of(told, each)["to"]["route"])


def test_who_holds_a_role_that_is_no_more_is_asked_as_the_one_that_stands_for_it(own_house: House) -> None:
    adm, clerk = own_house.be("adm"), own_house.be("clerk1")
    roles, policy, library = (
        adm.get(f"definitions/{each}")["text"]
        for each in ("permissions/roles", "permissions/policy", "library/library")
    )
    form, flow = texts(own_house)
    asked = flow.replace(
        "peers: {ask: [clerk at store], decide: {need: 2,", "peers: {ask: [deputy at store], decide: {need: 1,"
    )
    lines = "".join(f"p, deputy, duel, {each}, own\n" for each in ("see", "approve", "reject", "return"))
    chosen = library.replace("\n  role:\n", "\n  role:\n    deputy: {en: Deputy, zh: 副手}\n")

    def rights(roles_text: str, policy_text: str) -> list[dict[str, str]]:
        pairs = (("roles", roles_text), ("policy", policy_text))
        return [{"kind": "permissions", "name": name, "text": each} for name, each in pairs]

    def whole(parts: list[dict[str, str]], words: str, flow_text: str) -> list[dict[str, str]]:
        return [*parts, {"kind": "library", "name": "library", "text": words}, *laid(form, flow_text)]

    with_it = whole(rights(roles + ROLE, policy + lines), chosen, asked)
    adm.does("POST", "definitions/publish", {"texts": with_it})
    person = adm.makes("person", {"account": "dep1", "name": "Deputy", "language": "en"})
    store = own_house.be("clerk1").get("me")["units"][0]["id"]
    adm.makes("assignment", {"person": person, "role": "deputy", "at": store})
    record = waits(clerk, 1)[0]
    without = whole(rights(roles, policy), library, flow.replace("need: 2", "need: 1").replace(
        "peers: {ask: [clerk at store]", "peers: {ask: [manager at store]"))  # fmt: skip
    body = {"texts": without, "mapping": {"roles": {"deputy": "manager"}}, "records": [record], "running": "carry_over"}
    told = adm.does("POST", "definitions/preview", body)
    assert told["in_use"] == []
    codes = {one["code"] for each in of(told, record)["to"]["asked"] for one in each["people"]}
    assert codes == {"dep1", "mgr1"}
    assert adm.does("POST", "definitions/preview", {**body, "mapping": None})["in_use"][0]["code"] == "role_in_use"


def test_what_is_only_called_otherwise_changes_nothing(own_house: House) -> None:
    record = waits(own_house.be("clerk1"), 1)[0]
    flow = texts(own_house)[1]
    renamed = flow.replace("peers:", "fellows:").replace("peers,", "fellows,").replace("did(peers)", "did(fellows)")
    mapping = {"steps": {"duel": {"peers": "fellows"}}}
    told = previews(own_house, renamed, mapping=mapping, records=[record])
    assert (of(told, record)["changes"], told["in_use"], told["summary"]["same"]) == ([], [], 1)
    lost = previews(own_house, renamed, records=[record])
    assert [each["code"] for each in lost["in_use"]] == ["step_in_use"]
    assert "step" in of(lost, record)["changes"]


def test_steps_before_are_asked_if_that_is_wanted(own_house: House) -> None:
    record = waits(own_house.be("clerk1"), 1)[0]
    passed = of(previews(own_house, *newer(own_house), records=[record]), record)
    assert (passed["to"]["step"], passed["passed"]) == ("peers", ["owner_first"])
    again = of(previews(own_house, *newer(own_house), records=[record], again=True), record)
    assert (again["to"]["step"], again["passed"]) == ("peers", [])
    states = [{each["step"]: each["state"] for each in one["to"]["route"]}["owner_first"] for one in (passed, again)]
    assert states == ["done", "next"]


# -- handed in again ---------------------------------------------------------------------------------------------------


def test_what_is_over_is_told_with_what_happened_and_what_would(own_house: House, ended: str) -> None:
    told = previews(own_house, *newer(own_house), records=[ended], past=EVER)
    item = of(told, ended)
    assert (item["kind"], item["missing"]) == ("past", ["project"])
    assert [(each["step"], each["state"]) for each in item["happened"]["route"]][:2] == [
        ("peers", "done"),
        ("pair", "skipped"),
    ]
    assert [(each["step"], each["state"]) for each in item["from"]["route"]][:1] == [("peers", "now")]
    assert [(each["step"], each["state"]) for each in item["to"]["route"]][:2] == [
        ("owner_first", "now"),
        ("peers", "next"),
    ]
    counts = {each["person"]["code"]: each["asked_more"] for each in told["summary"]["people"]}
    assert counts["mgr1"] == 1
    assert told["summary"]["records"] == {"past": 1}
    assert previews(own_house, *newer(own_house), records=[ended])["items"] == []
    other = {"from": "2000-01-01", "until": "2000-12-31"}
    assert previews(own_house, *newer(own_house), records=[ended], past=other)["items"] == []


def test_a_guard_that_would_have_refused_it_says_so(own_house: House, ended: str) -> None:
    flow = texts(own_house)[1]
    rule = 'guard: {small: {check: record.amount < 20, says: {en: "Too dear.", zh: "太贵。"}}}'
    guarded = flow.replace(
        "by: [clerk at store, manager at store]}", "by: [clerk at store, manager at store], " + rule + "}"
    )
    told = previews(own_house, guarded, records=[ended], past=EVER)
    item = of(told, ended)
    assert (item["to"]["refused"]["code"], item["to"]["refused"]["message"]) == ("small", "Too dear.")
    assert "strands" in item["changes"]
    assert told["summary"]["errors"] == [{"form": "duel", "code": "small", "count": 1}]


SECRET = "  secret: {type: text, title: {en: Secret, zh: 机密}, sees: {by: [clerk at store]}}\n"
RULE = 'guard: {small: {check: record.amount < 20, says: {en: "It is {record.secret}.", zh: "是{record.secret}。"}}}'


def kept(house: House) -> tuple[str, str]:
    """Form and workflow of duels with what clerks alone may see; managers may edit definitions."""
    form, flow = texts(house)
    held = flow.replace("fields: [store, title,", "fields: [store, secret, title,")
    edits = "p, manager, definitions, see, chain", "p, manager, definitions, edit, chain"
    house.publish(form + SECRET, held, policy=edits)
    return form, held


def test_no_sentence_of_a_version_that_is_not_published_names_a_value(own_house: House) -> None:
    """Who writes it could open by it what is closed to him, and read it in what it refuses."""
    form, flow = kept(own_house)
    record = waits(own_house.be("clerk1"), 1, secret="hush")[0]
    for each in ("clerk1b", "clerk1c"):
        assert own_house.be(each).decides("duel", record).status == 200
    assert "hush" not in str(own_house.be("mgr1").get(f"records/duel/{record}"))
    guarded = flow.replace(
        "by: [clerk at store, manager at store]}", "by: [clerk at store, manager at store], " + RULE + "}"
    )
    policy = own_house.be("adm").get("definitions/permissions/policy")["text"]
    lines = {"kind": "permissions", "name": "policy", "text": policy + "p, administrator, duel, see, chain\n"}
    for account, role, more in (("mgr1", "manager at store", []), ("adm", "administrator at chain", [lines])):
        opened = form + SECRET.replace("clerk at store", role)
        body = {"texts": [*laid(opened, guarded), *more], "records": [record], "past": EVER}
        told = own_house.be(account).does("POST", "definitions/preview", body)
        assert of(told, record)["to"]["refused"] == {"code": "small", "message": "It is …."}
        assert "hush" not in str(told)


def test_what_does_not_convert_is_not_told_under_the_name_of_something_open(own_house: House) -> None:
    form, flow = kept(own_house)
    flow = flow.replace("secret, title,", "secret, plain, title,")
    assert publishes(own_house, form + SECRET + "  plain: {type: text}\n", flow).status == 200
    record = waits(own_house.be("clerk1"), 1, secret="hush")[0]
    moved, mapping = form + "  plain: {type: integer}\n", {"fields": {"duel": {"secret": "plain"}}}
    body = {"texts": laid(moved, flow.replace("secret, plain, title,", "plain, title,")), "records": [record]}
    told = own_house.be("mgr1").does(
        "POST", "definitions/preview", {**body, "running": "carry_over", "mapping": mapping}
    )
    assert [(each["path"], each["code"]) for each in of(told, record)["errors"]] == [("/plain", "does_not_convert")]
    assert "hush" not in str(told)


def test_an_action_that_is_no_more_and_a_right_that_is_no_more_refuse_it(own_house: House, ended: str) -> None:
    adm, flow = own_house.be("adm"), texts(own_house)[1]
    policy = adm.get("definitions/permissions/policy")["text"]
    gone = flow.replace("  hand_in: {", "  give_in: {").replace("not_both: [hand_in,", "not_both: [give_in,")
    sent = {
        "texts": [
            *laid(gone),
            {"kind": "permissions", "name": "policy", "text": policy.replace("duel, hand_in", "duel, give_in")},
        ]
    }
    told = adm.does("POST", "definitions/preview", {**sent, "records": [ended], "past": EVER})
    assert of(told, ended)["to"]["refused"]["code"] == "action_gone"
    less = "".join(each for each in policy.splitlines(keepends=True) if "clerk, duel, hand_in" not in each)
    sent = {"texts": [{"kind": "permissions", "name": "policy", "text": less}]}
    told = adm.does("POST", "definitions/preview", {**sent, "records": [ended], "past": EVER})
    assert of(told, ended)["to"]["refused"] is not None
    assert of(told, ended)["from"]["refused"] is None
    assert ("duel", "hand_in") in {
        (each["object"], each["action"]) for one in told["rights"]["people"] for each in one["lost"]
    }


def test_what_would_be_decided_at_once_ends_where_that_leads(own_house: House, ended: str) -> None:
    flow = texts(own_house)[1].replace("when: record.amount > 10}", "when: record.amount > 60}")
    item = of(previews(own_house, flow, records=[ended], past=EVER), ended)
    assert (item["from"]["state"], item["to"]["state"]) == ("approval", "accepted")
    assert {"state", "route"} <= set(item["changes"])


@pytest.fixture
def looked(own_house: House, ended: str) -> Iterator[tuple[Foreseen, str]]:
    """Two versions side by side in one transaction that only reads, and a record that is over."""
    services, actor = own_house.services, own_house.be("adm").actor
    with services.database.reading() as connection:
        operation = Operation(services, connection, Call(actor, "en"))
        yield foreseen.foresee(operation, {"texts": laid(*newer(own_house))}), ended


def test_the_present_is_not_touched_by_what_is_foreseen(looked: tuple[Foreseen, str]) -> None:
    found, record = looked
    present, future = found.present, found.future
    assert found.is_other
    assert future.library.version == present.library.version + 1
    assert "project" in future.library.forms["duel"].fields
    assert "project" not in present.library.forms["duel"].fields
    assert future.now == present.now
    assert future.shelf is not present.shelf
    assert present.services.caches.libraries.get(future.library.version) is None
    stored = archive.load(present.connection, [record])[record]
    assert found.followed(stored) is stored
    old = present.unfold(stored)
    assert replaying.handed_in(old) == ("hand_in", old.submitted_by)
    before = Expecting(present).route(present.unfold(stored))
    replay = replaying.replayed(Expecting(present), old, "hand_in", str(old.submitted_by))
    assert (replay.state, replay.step, replay.refused) == ("approval", "peers", None)
    assert Expecting(present).route(present.unfold(stored)) == before


def test_what_was_never_handed_in_cannot_be_handed_in_again(looked: tuple[Foreseen, str], own_house: House) -> None:
    draft = own_house.be("clerk1").makes("duel", {"amount": "50"})
    services = own_house.services
    with services.database.reading() as connection:
        operation = Operation(services, connection, Call(own_house.be("adm").actor, "en"))
        stored = archive.load(connection, [draft])[draft]
        assert replaying.handed_in(operation.unfold(stored)) is None
    assert looked[0].is_other
