"""T12: a living process is changed twice and changed back, step by step, with everything that is under way in it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from tests.scenarios.shuffle import read
from tests.scenarios.test_chg_02 import DEAR, LESS, LEVELS, MAPPING, begun, columns, in_use, without
from tests.scenarios.test_pur_01 import ordering, values
from tests.scenarios.world import World, text

OWNER = text("chg_02/owner.yaml")
LEVEL = {"store": "submitted", "area": "waiting_area", "cfo": "waiting_cfo"}


def at(world: World, level: str) -> str:
    """A requisition that waits at a level."""
    record = world.be("clerk1").makes("requisition", values(DEAR), "submit")
    for account in {"store": [], "area": ["mgr1"], "cfo": ["mgr1", "ame"]}[level]:
        world.be(account).decides("requisition", record)
    assert world.be("aud").state("requisition", record) == LEVEL[level]
    return record


def given(world: World) -> dict[str, str]:
    """D1 is a draft; D2 to D4 wait at each level, and as many to be moved; D5 is approved, D6 has its order."""
    found = {"D1": world.be("clerk1").makes("requisition", values(DEAR))}
    found |= {f"D{index}": at(world, level) for index, level in enumerate(LEVEL, 2)}
    found |= {f"M{index}": at(world, level) for index, level in enumerate(LEVEL, 2)}
    for name in ("D5", "D6"):
        found[name] = world.be("clerk1").makes("requisition", values(("B201", 200)), "submit")
        world.be("mgr1").decides("requisition", found[name])
    assert ordering(world, found["D6"]).status == 200
    return found


def drafted(world: World, words: str) -> None:
    """des proposes a text."""
    world.shuffle.learn(read(words))
    name = world.shuffle.name("levels")
    des = world.be("des")
    tag = des.send("GET", f"definitions/drafts/overlay/{name}").headers["etag"]
    body = {"text": world.shuffle.document(words)}
    assert des.send("PUT", f"definitions/drafts/overlay/{name}", body, if_match=int(tag.strip('"'))).status == 200


def lines(world: World, record: str) -> list[tuple[str, int]]:
    """What was done to a record, under which version."""
    return [(each["action"], each["version"]) for each in world.be("aud").history("requisition", record)]


def dry(world: World, **more: Any) -> dict[str, dict[str, Any]]:
    """Where each would come to; nothing is changed by asking."""
    body = {"form": "requisition", "dry": True, **more}
    answer = world.unchanged(lambda: world.be("adm").does("POST", "definitions/carry", body))
    return {each["id"]: each for each in answer["items"]}


def totals(world: World) -> Any:
    """What lists come to, all versions together."""
    asked = {"filter": "state != 'draft'", "totals": "total", "count": "exact", "limit": "500"}
    listed = world.be("aud").get("records/requisition", **asked)
    return listed["count"], Decimal(listed["totals"]["total"]["sum"]), {each["id"] for each in listed["items"]}


def finishes(world: World, record: str, *accounts: str) -> None:
    """Each in turn is the only one who can decide it; it ends up approved."""
    for account in accounts:
        assert [each for each in world.tasked("requisition", record) if each != "clerk1"] == [account]
        world.be(account).decides("requisition", record)
    assert world.be("aud").state("requisition", record) == "approved"


def part_a(world: World, found: dict[str, str], store: list[str]) -> None:
    """A step more, and a field that is required when it is submitted."""
    v1, adm, clerk = world.versions[-1], world.be("adm"), world.be("clerk1")
    before = totals(world)
    drafted(world, OWNER)
    world.refused("RIGHT", lambda: world.be("des").send("POST", "definitions/publish", {"drafts": ["overlay/levels"]}))
    adm.makes("assignment", {"person": world.person("des2"), "role": "administrator"})
    named = {"drafts": [f"overlay/{world.shuffle.name('levels')}"], "note": "the owner is asked"}
    published, decided, *others = world.together(  # 2: in the same second
        partial(world.be("des2").send, "POST", "definitions/publish", named),
        partial(world.be("ame").tries_to, "approve", "requisition", found["D3"]),
        partial(clerk.send, "GET", "records/requisition"),
        partial(world.be("mgr1").send, "GET", "tasks"),
    )
    assert [each.status for each in (published, decided, *others)] == [200] * 4, published.text
    v2 = published.body["version"]
    world.versions.append(v2)
    world.texts[("overlay", "levels")] = OWNER
    world._know(OWNER)
    assert lines(world, found["D3"])[-2:] == [("approve:area", v1), ("accept_area", v1)]

    # 1: what is left alone, and the draft
    finishes(world, found["D2"], "mgr1", "ame", "cfo")
    finishes(world, found["D3"], "cfo")
    finishes(world, found["D4"], "cfo")
    for name in ("D2", "D3", "D4"):
        assert {version for _, version in lines(world, found[name])} == {v1}
        assert "project" not in world.be("mgr1").reads("requisition", found[name])
    lacking = world.refused("INVALID", lambda: clerk.acts("requisition", found["D1"], "submit"))
    assert lacking.paths == ["/values/project"]
    clerk.takes("requisition", found["D1"], "submit", {"project": "P1"})
    assert lines(world, found["D1"])[-1] == ("submit", v2)
    assert world.be("mgr1").decides("requisition", found["D1"]) == "waiting_owner"

    # 3: a new one
    new = clerk.makes("requisition", values(("B201", 1100), project="P2"), "submit")
    finishes(world, new, "mgr1", "buyB", "ame")

    # 4: moved, those that are chosen
    landed = dry(world)
    moved = [(landed[found[name]]["to"]["state"], landed[found[name]]["passed"]) for name in ("M2", "M3", "M4")]
    assert moved == [("submitted", []), ("waiting_area", ["owner"]), ("waiting_cfo", ["owner"])]
    assert [landed[found[name]]["missing"] for name in ("M2", "M3", "M4")] == [["project"]] * 3
    adm.does("POST", "definitions/carry", {"records": [found["M2"], found["M3"]]})
    for name in ("M2", "M3"):
        assert [each["title"] for each in clerk.tasks("requisition", found[name])] == ["Fill in: Project"]
    finishes(world, found["M2"], "mgr1", "buyB", "ame", "cfo")
    finishes(world, found["M3"], "ame", "cfo")
    assert {version for _, version in lines(world, found["M4"])} == {v1}
    # 5: all versions together
    count, sums, ids = totals(world)
    assert (count, ids - before[2]) == (before[0] + 2, {new, found["D1"]})
    assert sums == before[1] + 30_000 + 5_500
    # 6: what is finished is not moved
    for name in ("D5", "D6"):
        moves = partial(adm.send, "POST", "definitions/carry", {"records": [found[name]]})
        world.refused("RULE", moves, code="finished")


def part_b(world: World, found: dict[str, str], area: list[str], store: list[str], drafts: list[str]) -> None:
    """A state, a field and a role less."""
    live, before, gone = world.versions[-1], totals(world), without(world, LESS)
    aud, name = world.be("aud"), world.shuffle.name
    view = "0190f2a4-0000-7000-8000-000000000001"
    filters = {f"f.{name('urgency')}": "high"}
    aud.raw("PUT", f"me/views/{view}", {"form": name("requisition"), "name": "Urgent", "filters": filters})
    tries = partial(world.tries, *gone["texts"], policy=gone["policy"])
    refused = world.refused("RULE", tries)  # 7
    assert in_use(refused) == {"state_in_use": 3, "step_in_use": 3, "field_in_use": 40, "role_in_use": 3}
    assert world.be("adm").get("definitions/overlay/levels")["version"] == live
    v3 = world.publish(*gone["texts"], policy=gone["policy"], mapping=MAPPING)  # 8
    assert totals(world) == before
    landed = dry(world)
    assert {each: landed[each]["to"]["state"] for each in area} == dict.fromkeys(area, "waiting_owner")
    assert {each: landed[each]["to"]["state"] for each in store} == dict.fromkeys(store, "submitted")
    world.be("adm").does("POST", "definitions/carry", {"records": [*area[:2], *store[:2]]})

    assert totals(world) == before  # 9
    listed = aud.get("records/requisition", filter="state == 'waiting_area'")["items"]
    assert {each["id"] for each in listed} == {*area, found["D1"]}, "what waits for the owner anyway is found too"
    assert {each["state"] for each in listed} == {"waiting_area", "waiting_owner"}
    assert [version for _, version in lines(world, area[0])][-1] == v3
    assert "waiting_area" in [each["to"] for each in aud.history("requisition", area[0])]
    assert world.be("buyB").decides("requisition", area[0]) == "waiting_cfo"
    assert world.be("ame").decides("requisition", area[2]) == "waiting_cfo", "what stays is decided as it began"
    assert world.be("dep1").decides("requisition", store[2]) != "submitted", "whoever was deputy is manager now"

    assert "urgency" not in aud.get("forms/requisition")["fields"]  # 10
    assert name("urgency") not in aud.send("GET", "openapi.json").raw
    kept = columns(aud.send("GET", "records/requisition/export", archive="true").text)
    assert [each["urgency"] for each in kept].count("high") == 40
    told = [change for each in aud.history("requisition", drafts[0]) for change in each["changes"]]
    assert {"path": "/urgency", "old": None, "new": "high"} in told
    (held,) = [each for each in aud.get("me/views")["items"] if each["id"] == view]
    assert [each["code"] for each in held["errors"]] == ["archived"]


def test_a_living_process_is_changed_and_changed_back(world: World) -> None:
    rest = begun(world, areas=3, stores=3, filled=40)
    first = world.versions[-1]
    found = given(world)
    aud = world.be("aud")
    stock = [aud.get(path, limit="500") for path in ("stock/movements", "stock")]
    part_a(world, found, rest["store"])
    part_b(world, found, rest["area"], rest["store"], rest["draft"])

    # 11: back to the first, what is under way is left
    back = world.be("adm").does("POST", "definitions/rollback", {"version": first, "note": "all as it was"})
    assert back["version"] == world.versions[-1] + 1
    new = world.be("clerk1").makes("requisition", values(DEAR), "submit")
    finishes(world, new, "mgr1", "ame", "cfo")
    for record in (found["M4"], *rest["area"], *rest["store"], found["D1"]):
        assert world.be("aud").send("GET", f"records/requisition/{record}").status == 200
        assert [each for each in world.tasked("requisition", record) if each != "clerk1"] != []
    assert world.be("cfo").decides("requisition", rest["area"][0]) == "approved", "it was moved"
    # 12: no stock by any of it
    assert [aud.get(path, limit="500") for path in ("stock/movements", "stock")] == stock
    # 13: who proposed and who released, and what changed in words
    history = {each["version"]: each for each in world.be("des").get("definitions/overlay/levels/history")["items"]}
    second = history[first + 1]
    assert second["proposed_by"] == [world.person("des")]
    assert second["author"] == world.person("des2")
    assert second["changes"] != []
    assert all(each["author"] != world.person("des") for each in history.values())
    # 14: a broken one is refused where it is broken
    for wrong in (LEVELS.replace("record.total >=", "record.totl >="), LEVELS.replace("total >=", "total =>")):
        refused = world.unchanged(partial(world.tries, wrong))
        (fault, *_) = [each for each in refused.body if each["severity"] == "error"]
        assert fault["file"].endswith(".yaml")
        assert fault["line"] > 1
        assert fault["message"]
    assert world.be("adm").get("definitions/overlay/levels")["version"] == back["version"]
    world.texts = {**world.texts, ("overlay", "levels"): LEVELS}
