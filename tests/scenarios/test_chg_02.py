"""CHG-02: a state, a role and a field that live documents use are removed: refused with counts, done with a mapping."""

from __future__ import annotations

import csv
import uuid
from functools import partial
from typing import Any

from tests.scenarios.test_pur_01 import limits, values
from tests.scenarios.world import Reply, World, rights, text

LEVELS, LESS = text("chg_02/levels.yaml"), text("chg_02/less.yaml")
RIGHTS, DEPUTY = rights("chg_02/rights.csv"), rights("chg_02/deputy.csv")
ROLE = "  deputy: {title: {en: Deputy, zh: 副店长}, purpose: {en: Stands in for the manager., zh: 代理店长。}}\n"
OPTION = "    clerk: {en: Store clerk, zh: 店员}\n"
MAPPING = {
    "states": {"requisition": {"waiting_area": "waiting_owner"}},
    "steps": {"requisition": {"area": "owner"}},
    "fields": {"requisition": {"urgency": "archive"}},
    "roles": {"deputy": "manager"},
}
DEAR = ("B201", 6000)


def with_deputy(world: World) -> tuple[str, str]:
    """The library and the roles, with one role more."""
    library = world.text("library", "starter_minimal", (OPTION, f"{OPTION}    deputy: {{en: Deputy, zh: 副店长}}\n"))
    return library, world.text("permissions", "roles").rstrip() + "\n" + ROLE


def without(world: World, new: str = LESS) -> dict[str, Any]:
    """What takes all three away, as `tries` and `publish` want it."""
    library = world.text("library", "starter_minimal", ("    deputy: {en: Deputy, zh: 副店长}\n", ""))
    roles = world.text("permissions", "roles", (ROLE, ""))
    return {"texts": (new, library, roles), "policy": [f"remove {each}" for each in DEPUTY]}


def begun(world: World, areas: int, stores: int, filled: int) -> dict[str, list[str]]:
    """Each level is a state; some wait for the area manager, some for the store; drafts make up what is filled in."""
    limits(world)
    world.publish(LEVELS, *with_deputy(world), policy=[*RIGHTS, *DEPUTY])
    world.hires("dep1", "deputy", "S01")
    clerk, made = world.be("clerk1"), values(DEAR, urgency="high")
    found = {"area": [clerk.makes("requisition", made, "submit") for _ in range(areas)]}
    for each in found["area"]:
        world.be("mgr1").decides("requisition", each)
    found["store"] = [clerk.makes("requisition", made, "submit") for _ in range(stores)]
    found["draft"] = [clerk.makes("requisition", made) for _ in range(filled - areas - stores)]
    return found


def counted(world: World) -> dict[str, list[Any]]:
    """How many documents lists show to several people."""
    everybody = ("clerk1", "mgr1", "ame", "aud")
    seen = {each: world.be(each).get("records/requisition", count="exact", limit="500") for each in everybody}
    return {account: [told["count"], {each["id"] for each in told["items"]}] for account, told in seen.items()}


def keeps_views(world: World) -> list[str]:
    """The auditor keeps lists of what is urgent, asked both ways."""
    name, ids = world.shuffle.name, [str(uuid.uuid4()), str(uuid.uuid4())]
    asked = ({"filter": f"{name('urgency')} == 'high'"}, {f"f.{name('urgency')}": "high"})
    for view, filters in zip(ids, asked, strict=True):
        body = {"form": name("requisition"), "name": f"Urgent {view}", "filters": filters}
        world.be("aud").raw("PUT", f"me/views/{view}", body)
    return ids


def in_use(reply: Reply) -> dict[str, Any]:
    """What is in use, by its code: how much of it."""
    return {
        each["code"]: each["tasks"] if each["code"] == "role_in_use" else each["count"] for each in reply.body["errors"]
    }


def columns(told: str) -> list[dict[str, str]]:
    """An export, line by line."""
    return list(csv.DictReader(told.removeprefix("\ufeff").splitlines()))


def test_it_is_refused_with_the_list_and_done_with_a_mapping(world: World) -> None:
    found = begun(world, areas=7, stores=3, filled=40)
    gone = without(world)
    before, live = counted(world), world.versions[-1]
    tries = partial(world.tries, *gone["texts"], policy=gone["policy"])
    refused = world.refused("RULE", tries)
    assert in_use(refused) == {"state_in_use": 7, "step_in_use": 7, "field_in_use": 40, "role_in_use": 3}
    assert any("40" in each and "urgency" in each for each in refused.says)
    assert world.be("adm").get("definitions/form/requisition")["version"] == live
    astray = {**MAPPING, "states": {"requisition": {"waiting_area": "nowhere"}}}
    world.refused("RULE", partial(tries, mapping=astray), code="unknown_target")

    published, *lists = world.together(
        partial(tries, mapping=MAPPING, running="carry_over"),
        *[partial(world.be("aud").send, "GET", "records/requisition", count="exact") for _ in range(4)],
    )
    assert published.status == 200, published.text
    assert [each.body["count"] for each in lists] == [before["aud"][0]] * 4
    world.versions.append(published.body["version"])
    assert counted(world) == before

    # all of them open, are found by the old name and decided; history tells what was
    aud, buyer = world.be("aud"), world.be("buyB")
    for asked in ({"filter": "state == 'waiting_area'"}, {"f.state": world.shuffle.name("waiting_area")}):
        listed = aud.get("records/requisition", **asked)["items"]
        assert {each["id"] for each in listed} == set(found["area"])
    assert aud.get("records/requisition", filter="not state in ['waiting_area']", count="exact")["count"] == 33
    first, *others = found["area"]
    assert {aud.state("requisition", each) for each in found["area"]} == {"waiting_owner"}
    assert [each["to"] for each in aud.history("requisition", first)][-2:] == ["waiting_area", "waiting_owner"]
    assert world.tasked("requisition", first) == ["clerk1", "buyB"]
    for each in found["area"]:
        assert buyer.decides("requisition", each) == "waiting_cfo"
    assert world.be("cfo").decides("requisition", others[0]) == "approved"

    # whoever was deputy is manager, and the tasks are his
    dep1, record = world.be("dep1"), found["store"][0]
    assert {each["record"]["id"] for each in dep1.tasks("requisition")} == set(found["store"])
    assert dep1.decides("requisition", record) == "waiting_owner"
    assert "mgr1" not in world.tasked("requisition", record)
    posts = aud.get("records/assignment", limit="500")["items"]
    (post,) = [each["id"] for each in posts if each["values"]["person"]["code"] == "dep1"]
    changed = [change for each in aud.history("assignment", post) for change in each["changes"]]
    assert {"path": "/role", "old": "deputy", "new": "manager"} in changed


def test_archived_values_stand_in_history_and_in_the_export_not_in_the_form(world: World) -> None:
    found = begun(world, areas=1, stores=1, filled=4)
    views, gone = keeps_views(world), without(world)
    world.publish(*gone["texts"], policy=gone["policy"], mapping=MAPPING, running="carry_over")
    aud, draft = world.be("aud"), found["draft"][0]
    for record in (draft, found["area"][0]):
        assert "urgency" not in aud.reads("requisition", record)
        told = [change for each in aud.history("requisition", record) for change in each["changes"]]
        assert {"path": "/urgency", "old": None, "new": "high"} in told
    assert "urgency" not in aud.get("forms/requisition")["fields"]
    assert world.shuffle.name("urgency") not in aud.send("GET", "openapi.json").raw
    plain = columns(aud.send("GET", "records/requisition/export").text)
    assert "urgency" not in plain[0]
    kept = columns(aud.send("GET", "records/requisition/export", archive="true").text)
    assert [(each["id"], each["urgency"]) for each in kept] == [(each["id"], "high") for each in plain]
    assert (
        columns(aud.send("GET", "records/requisition/export", archive="true", readable="true").text)[0]["Urgency"]
        == "high"
    )

    # what still asks for it says why it cannot
    held = {each["id"]: each for each in aud.get("me/views")["items"]}
    for view in views:
        assert [each["code"] for each in held[view]["errors"]] == ["archived"]
        assert "urgency" in held[view]["errors"][0]["message"]
    refused = world.refused("INVALID", lambda: aud.send("GET", "records/requisition", filter="urgency == 'high'"))
    assert refused.code == "archived"
    world.refused("INVALID", lambda: aud.send("GET", "records/requisition", sort="urgency"), code="archived")

    # what was filled in before is kept when the document goes on
    assert world.be("clerk1").takes("requisition", draft, "submit", {"project": "P1"}) == "submitted"
    kept = columns(aud.send("GET", "records/requisition/export", archive="true").text)
    assert {each["urgency"] for each in kept if each["id"] == draft} == {"high"}
