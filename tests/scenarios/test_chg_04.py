"""CHG-04: back in one step: what is open stays or moves, what was approved is listed, no stock is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.scenarios.conftest import Ground
from tests.scenarios.test_pur_01 import values
from tests.scenarios.world import World, rights, text

GOOD = text("chg_04/limit.yaml")
BAD = GOOD.replace("5000", "50")
RIGHTS = rights("chg_04/rights.csv")


def asked(world: World) -> str:
    """A requisition of 100."""
    return world.be("clerk1").makes("requisition", values(("B201", 20)), "submit")


def begun(world: World) -> tuple[list[str], list[str], list[str]]:
    """Twelve that began under the bad limit: four approved, four at each step."""
    world.publish(GOOD, policy=RIGHTS)
    world.publish(BAD, note="a smaller limit")
    world.pass_time(hours=1)
    found = [asked(world) for _ in range(12)]
    for each in found[:8]:
        assert world.be("mgr1").decides("requisition", each) == "submitted"
    for each in found[:4]:
        assert world.be("ame").decides("requisition", each) == "approved"
    return found[:4], found[4:8], found[8:]


def goes_back(world: World, version: int, **more: Any) -> dict[str, Any]:
    """Roll back, and see that no stock and nothing that is promised was touched by it."""
    aud = world.be("aud")
    before = [aud.get(path, limit="500") for path in ("stock/movements", "stock")]
    body = {"version": version, "note": "the limit was wrong", **more}
    done: dict[str, Any] = world.be("adm").does("POST", "definitions/rollback", body)
    assert [aud.get(path, limit="500") for path in ("stock/movements", "stock")] == before
    world.versions.append(done["version"])
    return done


def test_new_ones_follow_the_old_version_at_once_and_everywhere(
    world: World, ground: Ground, fresh: str, tmp_path: Path
) -> None:
    approved, area, store = begun(world)
    good, bad = world.versions
    own = Ground(fresh, world.shuffle, ground.texts, dict(world.sessions))
    with World(own, fresh, tmp_path / "other") as other:
        assert other.be("mgr1").state("requisition", store[0]) == "submitted", "it has read the bad version"
        done = goes_back(world, good, running="leave")
        assert done["version"] == bad + 1
        for one in (world, other):
            record = asked(one)
            assert one.be("mgr1").decides("requisition", record) == "approved"

        # what is open stays as it was begun, on both; what was approved stays so, and is listed
        assert other.be("mgr1").decides("requisition", store[0]) == "submitted"
        assert world.be("ame").decides("requisition", store[0]) == "approved"
        assert world.be("ame").decides("requisition", area[0]) == "approved"
    review = world.be("adm").get(f"definitions/finished/{bad}")["items"]
    assert {each["id"] for each in review} == {*approved, store[0], area[0]}
    assert {each["state"] for each in review} == {"approved"}
    world.refused("RIGHT", lambda: world.be("des").send("GET", f"definitions/finished/{bad}"))
    world.refused("RIGHT", lambda: world.be("des").send("POST", "definitions/rollback", {"version": good}))

    # version 2 can be read; history says who went back and why; forward again works as well
    shown = world.be("des").get("definitions/overlay/limits", version=str(bad))
    assert "record.total > 50" in shown["text"].replace(world.shuffle.name("total"), "total")
    newest = world.be("des").get("definitions/overlay/limits/history")["items"][0]
    assert (newest["version"], newest["note"]) == (bad + 1, "the limit was wrong")
    assert newest["author"] == world.person("adm")
    goes_back(world, bad)
    again = asked(world)
    assert world.be("mgr1").decides("requisition", again) == "submitted"
    world.texts[("overlay", "limits")] = BAD


def test_open_ones_are_moved_if_that_is_chosen_and_moved_back(world: World) -> None:
    approved, area, store = begun(world)
    good, bad = world.versions
    done = goes_back(world, good, running="carry_over", records=store)
    assert (done["carried"], done["left"]) == (4, 0)
    aud = world.be("aud")
    versions = {
        name: {aud.get(f"records/requisition/{each}")["version"] for each in found}
        for name, found in (("approved", approved), ("area", area), ("store", store))
    }
    assert versions == {"approved": {bad}, "area": {bad}, "store": {done["version"]}}
    assert world.be("mgr1").decides("requisition", store[0]) == "approved"
    assert world.be("ame").decides("requisition", area[0]) == "approved"
    back = world.be("adm").does("POST", f"definitions/carry/{done['run']}/undo")
    assert (back["carried"], back["left"]) == (3, 1)
    assert world.be("mgr1").decides("requisition", store[1]) == "submitted"
    assert {each["id"] for each in world.be("adm").get(f"definitions/finished/{bad}")["items"]} == {*approved, area[0]}
