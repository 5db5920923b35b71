"""CHG-05: a draft is looked at before anybody meets it, released by a second person, and taken from test to live."""

from __future__ import annotations

import random
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine import cli
from tests.scenarios.conftest import Ground
from tests.scenarios.world import World, line, rights, text

LIMITS = text("chg_05/limits.yaml")
WEST = text("chg_05/west.yaml")
LOWER = WEST.replace("5000", "3000")
RIGHTS = rights("chg_05/rights.csv")
LAYERS = "layers: [limits, west]\n"
SECOND = "publishing: {second_person: true}\n"
DECIDED = {"S01": ("mgr1", "ame"), "S03": ("mgr3", "amw")}
CLERKS = {"S01": "clerk1", "S03": "clerk3"}


def asked(world: World, store: str, quantity: int) -> str:
    """A requisition, 5 a piece."""
    values = {"store": {"code": store}, "lines": [line("B201", quantity)]}
    return world.be(CLERKS[store]).makes("requisition", values, "submit")


def month(world: World, count: int) -> dict[str, tuple[str, int]]:
    """So many requisitions of both regions that were approved, with their amounts; then a month goes by."""
    chance, found = random.Random(5), {}
    for _ in range(count):
        store, quantity = chance.choice(["S01", "S03"]), chance.choice([100, 650, 900, 1300])
        record = asked(world, store, quantity)
        for account in DECIDED[store]:
            if world.be(account).tasks("requisition", record):
                world.be(account).decides("requisition", record)
        assert world.be("aud").state("requisition", record) == "approved"
        found[record] = (store, quantity * 5)
    return found


def begun(world: World) -> None:
    """The limit of the chain, and that of West, which is the same at first."""
    world.publish(world.library(LAYERS), LIMITS, WEST, policy=RIGHTS)


def tagged(world: World, path: str) -> int:
    """The tag of a draft, or of what one begins it with."""
    return int(world.be("des").send("GET", path).headers["etag"].strip('"'))


def drafts(world: World, words: str) -> list[str]:
    """The designer works on a draft of West."""
    name = world.shuffle.name("west")
    path, body = f"definitions/drafts/overlay/{name}", {"text": world.shuffle.document(words)}
    world.be("des").does("PUT", path, body, if_match=tagged(world, path))
    return [f"overlay/{name}"]


def replayed(world: World, named: list[str], count: int) -> tuple[Counter[tuple[str, ...]], list[dict[str, Any]]]:
    """The past month under the draft, piece by piece: records by what differs, and each record."""
    day = world.now().date().isoformat()
    body: dict[str, Any] = {"drafts": named, "form": "requisition", "past": {"from": "2020-01-01", "until": day}}
    items: list[dict[str, Any]] = []
    totals: Counter[tuple[str, ...]] = Counter()
    while True:
        piece = world.unchanged(partial(world.be("adm").does, "POST", "definitions/preview", {**body, "limit": 40}))
        items += piece["items"]
        for each in piece["summary"]["routes"]:
            totals[", ".join(each["from"]), ", ".join(each["to"])] += each["count"]
        if piece["next"] is None:
            break
        mark, total, done, form, last = piece["next"].split(".")
        body["cursor"] = ".".join([mark, total, done, world.shuffle.name(form), last])
    assert piece["done"] == piece["total"] == count
    return totals, items


def who_would_have_been_asked(world: World, count: int) -> None:
    """Each beside each: whoever was asked, and whoever would have been."""
    begun(world)
    found = month(world, count)
    totals, items = replayed(world, drafts(world, LOWER), count)
    past = {each["id"]: each for each in items if each["kind"] == "past"}
    assert set(past) == set(found)
    differ = {each for each, (store, amount) in found.items() if store == "S03" and 3000 < amount <= 5000}
    assert differ
    assert differ < set(found)
    for record, each in past.items():
        ways = [[one["step"] for one in each[side]["route"] if one["state"] != "skipped"] for side in ("from", "to")]
        level = found[record][1]
        assert ways[0] == (["store", "area"] if level > 5000 else ["store"])
        assert (ways[1] == [*ways[0], "area"]) is (record in differ), each
        assert ("route" in each["changes"]) is (record in differ)
    same = Counter("store, area" if amount > 5000 else "store" for _, amount in found.values())
    same["store"] -= len(differ)
    table = {(way, way): count for way, count in same.items()} | {("store", "store, area"): len(differ)}
    assert totals == table, "old route beside new route, and how often"


def test_who_would_have_had_to_approve_last_month(world: World) -> None:
    who_would_have_been_asked(world, 50)


@pytest.mark.long
def test_who_would_have_had_to_approve_of_five_hundred(world: World) -> None:
    who_would_have_been_asked(world, 500)


def test_somebody_else_is_looked_at_and_nothing_is_kept(world: World) -> None:
    begun(world)
    record = asked(world, "S03", 800)
    before = world.be("clerk3").get(f"records/requisition/{record}")["number"]
    named = drafts(world, LOWER)
    body = {"drafts": named, "form": "requisition"}
    told = {
        account: world.unchanged(
            partial(world.be("adm").does, "POST", "definitions/preview", {**body, "person": account})
        )
        for account in ("mgr3", "amw", "clerk3")
    }
    assert [each["id"] for each in told["mgr3"]["items"]] == [record]
    assert told["amw"]["items"] == [], "his turn comes when the store has decided"
    assert [each["as"]["form"]["form"] for each in told.values()] == ["requisition"] * 3
    fields = {account: set(each["as"]["form"]["fields"]) for account, each in told.items()}
    assert fields["clerk3"] == set(world.be("clerk3").get("forms/requisition")["fields"])
    assert world.be("amw").get("notices")["items"] == []
    after = world.be("clerk3").get(f"records/requisition/{asked(world, 'S03', 800)}")["number"]
    assert int(after.rpartition("-")[2]) == int(before.rpartition("-")[2]) + 1, "no number was used"
    world.refused("RIGHT", lambda: world.be("clerk3").send("POST", "definitions/preview", body))


def test_it_is_compared_in_words_and_released_by_somebody_else(world: World) -> None:
    world.publish(world.library(LAYERS + SECOND), LIMITS, WEST, policy=RIGHTS)
    adm = world.be("adm")
    for account in ("des", "des2"):
        adm.makes("assignment", {"person": world.person(account), "role": "administrator"})
    named = drafts(world, LOWER)
    draft = world.be("des2").get(f"definitions/drafts/{named[0]}")
    (said,) = draft["changes"]
    assert "5000" in said
    assert "3000" in said
    taken, added = (each for each in draft["lines"] if each[:1] in "+-" and each[:3] not in ("+++", "---"))
    assert (taken[0], added[0]) == ("-", "+")
    assert taken[1:].replace("5000", "3000") == added[1:]
    own = partial(world.be("des").send, "POST", "definitions/publish", {"drafts": named, "note": "less in the west"})
    assert world.refused("RULE", own).code == "second_person"
    done = world.be("des2").does("POST", "definitions/publish", {"drafts": named, "note": "less in the west"})
    world.versions.append(done["version"])
    newest = world.be("des").get("definitions/overlay/west/history")["items"][0]
    assert newest["proposed_by"] == [world.person("des")]
    assert newest["author"] == world.person("des2")
    assert newest["changes"] == draft["changes"]
    assert world.be("mgr3").decides("requisition", asked(world, "S03", 800)) == "submitted"
    assert world.be("mgr1").decides("requisition", asked(world, "S01", 800)) == "approved"
    world.texts[("overlay", "west")] = LOWER
    # and it takes two to do without the second pair of eyes
    plain = world.shuffle.document(world.text("library", "starter_minimal", (SECOND, "")))
    sent = {"texts": [{"kind": "library", "name": "library", "text": plain}], "note": "one is enough"}
    alone = partial(world.be("des2").send, "POST", "definitions/publish", sent)
    assert world.refused("RULE", alone).code == "second_person"
    path = "definitions/drafts/library/library"
    world.be("des").does("PUT", path, {"text": plain}, if_match=tagged(world, path))
    world.be("des2").does("POST", "definitions/publish", {"drafts": ["library/library"], "note": "one is enough"})


def runs(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """`chainstock ...` as typed; how it ends."""
    monkeypatch.setattr(sys, "argv", ["chainstock", *words])
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_the_same_package_goes_from_test_to_live_and_again_and_what_was_removed_is_removed(
    world: World, ground: Ground, live: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(world)
    monkeypatch.setenv("CHAINSTOCK_DATA", str(tmp_path / "data"))
    package, test = str(tmp_path / "package"), address_of(world)
    own = Ground(live, world.shuffle, ground.texts, dict(world.sessions))
    moves = [("pull", test), ("publish", live), ("diff", live), ("publish", live)]
    assert [runs(monkeypatch, move, package, "--database", url) for move, url in moves] == [0, 0, 0, 0]
    with World(own, live, tmp_path / "live") as other:
        first = other.be("des").get("definitions/library/library")["version"]
        assert texts_of(other) == texts_of(world)
        # taken away in test, it is taken away live
        name = world.shuffle.name("west")
        seen = tagged(world, f"definitions/drafts/overlay/{name}")
        world.be("des").does("DELETE", f"definitions/drafts/overlay/{name}", if_match=seen)
        library = world.shuffle.document(world.text("library", "starter_minimal", (LAYERS, "layers: [limits]\n")))
        body = {"drafts": [f"overlay/{name}"], "note": "no more", "texts": []}
        body["texts"] = [{"kind": "library", "name": "library", "text": library}]
        assert world.be("adm").send("POST", "definitions/publish", body).status == 200
        assert [runs(monkeypatch, move, package, "--database", url) for move, url in moves] == [0, 0, 0, 0]
        assert other.be("des").get("definitions/library/library")["version"] == first + 1, (
            "the same again is no new version"
        )
        assert texts_of(other) == texts_of(world)
        assert "west" not in {name for kind, name in texts_of(other) if kind == "overlay"}


def address_of(world: World) -> str:
    """Where the chain of a world is."""
    return world.services.database.engine.url.render_as_string(hide_password=False)


def texts_of(world: World) -> dict[tuple[str, str], str]:
    """Every text that is published, byte for byte."""
    des = world.be("des")
    listed = [(each["kind"], each["name"]) for each in des.raw("GET", "definitions")["items"]]
    return {(kind, name): str(des.raw("GET", f"definitions/{kind}/{name}")["text"]) for kind, name in listed}
