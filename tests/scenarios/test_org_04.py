"""ORG-04: somebody who approves is on leave, or gone: who decides instead, up to what, and what history says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.scenarios.world import Reply, World, line, rights, text

CHANGE = text("org_04/away.yaml")
RIGHTS = rights("org_04/rights.csv")


def asked(world: World, quantity: int = 3, by: str = "clerk1") -> str:
    return world.be(by).makes("requisition", {"store": {"code": "S01"}, "lines": [line("A100", quantity)]}, "submit")


def named(world: World, absent: str, person: str, *, by: str = "", first: int = 0, last: int = 3, **more: Any) -> Reply:
    """Somebody, or the administrator for him, names who stands in."""
    today = world.now().date()
    days = {"from": str(today + timedelta(days=first)), "until": str(today + timedelta(days=last))}
    path = f"people/{world.person(absent)}/substitute" if by else "me/substitute"
    return world.be(by or absent).send("PUT", path, {"person": world.person(person), **days, **more})


def test_in_his_period_and_up_to_his_amount_the_substitute_decides(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    open_one, large = asked(world), asked(world, 90)
    assert named(world, "mgr1", "mgr2", amount="500").status == 200
    assert named(world, "mgr1", "ame", first=6, last=7).status == 200
    later = asked(world)
    for record in (open_one, later):
        assert world.tasked("requisition", record) == ["mgr1", "mgr2"]
    assert world.tasked("requisition", large) == ["mgr1", "ame"]
    task = world.be("mgr1").tasks("requisition", large)[0]["id"]
    world.refused("RIGHT", lambda: world.be("mgr2").send("POST", f"tasks/{task}/approve", {}))

    # whoever acts first has decided, and history says for whom
    stale = world.be("mgr2").tasks("requisition", later)[0]["id"]
    assert world.be("mgr2").decides("requisition", open_one) == "approved"
    said = next(e for e in world.be("clerk1").history("requisition", open_one) if e["action"] == "approve:store")
    assert (said["person"]["code"], said["for"]["code"]) == ("mgr2", "mgr1")
    assert world.be("mgr1").decides("requisition", later) == "approved"
    world.refused("CONFLICT", lambda: world.be("mgr2").send("POST", f"tasks/{stale}/approve", {}), code="task_done")

    # after the period nothing is left; the next period is another's
    still = asked(world)
    assert world.tasked("requisition", still) == ["mgr1", "mgr2"]
    world.pass_time(days=4)
    assert world.tasked("requisition", still) == ["mgr1"]
    world.pass_time(days=2)
    assert world.tasked("requisition", still) == ["mgr1", "ame"]


def test_no_circle_no_creator_and_the_administrator_may_name_one(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    assert named(world, "mgr1", "mgr2", by="adm").status == 200
    world.refused("INVALID", lambda: named(world, "mgr2", "mgr1"), code="circle")
    record = asked(world)
    assert world.tasked("requisition", record) == ["mgr1", "mgr2"]
    assert named(world, "mgr1", "clerk1", by="adm").status == 200
    own = asked(world)
    assert world.tasked("requisition", own) == ["mgr1"]
    task = world.be("mgr1").tasks("requisition", own)[0]["id"]
    said = world.be("clerk1").send("POST", f"tasks/{task}/approve", {})
    assert said.status in (403, 409), said.text
    refused = named(world, "mgr1", "mgr2", by="clerk2")
    assert refused.status in (403, 404), refused.text


def test_who_has_left_leaves_no_task_behind(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    past, waiting = asked(world), asked(world)
    assert world.be("mgr1").decides("requisition", past) == "approved"
    world.leaves("mgr1")
    assert world.tasked("requisition", waiting) == ["ame"], "nobody is in the post: whom the definition names"
    assert world.be("adm").get("tasks", all="true", nobody="true")["items"] == []
    world.pass_time(minutes=1)
    (told,) = world.be("dir1").tasks("requisition", waiting)
    assert (told["kind"], told["title"]) == ("look", "Whoever decides “Store manager” has gone; others are asked.")
    assert world.be("dir1").tasks("requisition", past) == []
    world.hires("mgr9", "manager", "S01")
    assert len(world.be("mgr9").tasks("requisition", waiting)) == 1
    assert world.be("mgr9").decides("requisition", waiting) == "approved"
    told = [(each["action"], each["person"]["code"]) for each in world.be("aud").history("requisition", past)]
    assert ("approve:store", "mgr1") in told
