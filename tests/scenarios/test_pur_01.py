"""PUR-01: approval tiers by amount; small ones pass by themselves. T1 of the scenarios, step by step.

At 21 000, once the line manager has approved, nobody may make the order yet: the tiers are data that finance keeps.
"""

from __future__ import annotations

from typing import Any

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("pur_01/tiers.yaml")
RIGHTS = rights("pur_01/rights.csv")
EACH_STEP = CHANGE.replace("route: fixed_at_submission", "route: evaluated_at_each_step")
TIERS = {"nobody": "500", "store": "5000", "area": "25000"}


def limits(world: World) -> dict[str, str]:
    """Finance enters the tiers; the id of each record."""
    finance = world.be("fin1")
    return {
        level: finance.makes("limit", {"form": "requisition", "level": level, "amount": amount})
        for level, amount in TIERS.items()
    }


def values(*lines: tuple[str, int], **more: Any) -> dict[str, Any]:
    """A requisition of S01."""
    return {"store": {"code": "S01"}, "lines": [line(*each) for each in lines], **more}


def asked(world: World, *lines: tuple[str, int], by: str = "clerk1") -> str:
    """A requisition of S01, submitted."""
    return world.be(by).makes("requisition", values(*lines), "submit")


def lines_of(world: World, form: str, record: str) -> list[tuple[str, str]]:
    rows = world.be("bmgr").reads(form, record)["lines"]
    return [(row["item"]["code"], row["quantity"]) for row in rows]


def ordering(world: World, record: str, account: str = "buyB") -> Any:
    return world.be(account).acts("requisition", record, "order", asks={"supplier": {"code": "V2"}})


def test_t1_tiers_by_amount(world: World) -> None:
    mgr1, ame, cfo, clerk1 = (world.be(each) for each in ("mgr1", "ame", "cfo", "clerk1"))
    r0 = asked(world, ("B201", 6000))
    assert world.tasked("requisition", r0) == ["mgr1"]
    ids = limits(world)
    world.publish(CHANGE, policy=RIGHTS)

    # 1: what is small passes by itself, and history names the rule
    r1 = asked(world, ("B201", 99))
    assert clerk1.state("requisition", r1) == "approved"
    assert world.tasked("requisition", r1) == []
    told = [each for each in world.be("aud").history("requisition", r1) if each["person"]["code"] == "system"]
    assert [each["to"] for each in told] == ["approved"]
    assert "Store manager" in told[0]["because"], told

    # 2: one task, and no order before it is done
    r2 = asked(world, ("B201", 100))
    assert world.tasked("requisition", r2) == ["mgr1"]
    assert "order" not in world.be("buyB").offered("requisition", r2)
    refused = world.refused("RULE", lambda: ordering(world, r2))
    assert refused.says == ["Not everybody who must has approved it yet."]
    rules.buttons_are_transitions(world, "requisition", r2)
    rules.without_a_task(world, "requisition", r2)

    # 3: approved; the order has its lines
    assert mgr1.decides("requisition", r2) == "approved"
    assert "order" in world.be("buyB").offered("requisition", r2)
    assert ordering(world, r2).status == 200
    order = world.found(
        "purchase_order", f"requisition.number == '{clerk1.get(f'records/requisition/{r2}')['number']}'", by="bmgr"
    )
    assert lines_of(world, "purchase_order", order) == lines_of(world, "requisition", r2)

    # 4: the limit belongs to the lower tier
    r3 = asked(world, ("B201", 1000))
    assert mgr1.decides("requisition", r3) == "approved"

    # 5: one above it needs two
    r4 = asked(world, ("B201", 1000), ("A101", 1))
    assert world.tasked("requisition", r4) == ["mgr1"]
    assert mgr1.decides("requisition", r4) == "submitted"
    assert world.tasked("requisition", r4) == ["ame"], "the chief has none yet"
    world.refused("RULE", lambda: ordering(world, r4))
    assert ame.decides("requisition", r4) == "approved"
    assert world.tasked("requisition", r4) == [], "and never gets one"

    # 6: three, in this order; what level two refused nobody revives
    r5 = asked(world, ("B201", 5001))
    assert cfo.tasks("requisition", r5) == []
    task = mgr1.tasks("requisition", r5)[0]["id"]
    world.refused("RIGHT", lambda: cfo.send("POST", f"tasks/{task}/approve"))
    assert mgr1.decides("requisition", r5) == "submitted"
    last = ame.tasks("requisition", r5)[0]["id"]
    assert ame.decides("requisition", r5, "reject", comment="too much at once") == "rejected"
    assert world.tasked("requisition", r5) == []
    late = world.unchanged(lambda: cfo.send("POST", f"tasks/{last}/approve"))
    assert late.status in (403, 404, 409), late.text
    world.refused("CONFLICT", lambda: ordering(world, r5), code="not_in_state")

    # 7: the amount that counts is worked out here
    sent = values(("B201", 5001), total="1")
    refused = world.refused("RIGHT", lambda: clerk1.tries("requisition", sent, "submit"), code="not_writable")
    assert refused.paths == ["/values/total"]
    r5b = asked(world, ("B201", 5001))
    assert [each["state"] for each in mgr1.route("requisition", r5b)] == ["now", "next", "next"]

    # 8: what waits is not changed, and one click is one decision
    r6 = asked(world, ("B201", 1000), ("A101", 1))
    row = clerk1.reads("requisition", r6)["lines"][0]["row"]
    world.refused("RIGHT", lambda: clerk1.edits("requisition", r6, {"lines": [{"row": row, "quantity": "1"}]}))
    task = mgr1.tasks("requisition", r6)[0]["id"]
    twice = world.together(*[lambda: mgr1.send("POST", f"tasks/{task}/approve")] * 2)
    assert sorted(each.status for each in twice) == [200, 409], [each.text for each in twice]
    assert [each["action"] for each in clerk1.history("requisition", r6)].count("approve:store") == 1
    assert len(ame.tasks("requisition", r6)) == 1

    # 9: a limit that changes while something waits
    r8 = asked(world, ("B201", 900))
    lower = {"amount": "4000"}
    for person in (clerk1, mgr1):
        world.refused("RIGHT", lambda person=person: person.edits("limit", ids["store"], lower))
    assert world.be("fin1").edits("limit", ids["store"], {"amount": "4000"}).status == 200
    assert [(each["step"], each["state"]) for each in mgr1.route("requisition", r8)] == [
        ("store", "now"), ("area", "skipped"), ("cfo", "skipped"),
    ]  # fmt: skip
    assert mgr1.decides("requisition", r8) == "approved"
    r9 = asked(world, ("B201", 900))
    assert mgr1.decides("requisition", r9) == "submitted"
    assert world.tasked("requisition", r9) == ["ame"]

    # 10: what began before goes on as it began
    assert mgr1.decides("requisition", r0) == "approved"
    assert {each["version"] for each in world.be("aud").history("requisition", r0)} == {1}
    assert ame.tasks("requisition", r0) == cfo.tasks("requisition", r0) == []

    # 11: the route, with people
    r10 = asked(world, ("B201", 6000))
    route = [
        (each["step"], each["state"], [who["code"] for who in each["people"]])
        for each in mgr1.route("requisition", r10)
    ]
    assert route == [("store", "now", ["mgr1"]), ("area", "next", ["ame"]), ("cfo", "next", ["cfo"])]
    assert mgr1.decides("requisition", r10) == "submitted"
    assert ame.decides("requisition", r10) == "submitted"
    assert world.tasked("requisition", r10) == ["cfo"]
    assert cfo.decides("requisition", r10) == "approved"


def test_a_route_that_is_looked_at_again_at_each_step_follows_the_limit(world: World) -> None:
    ids = limits(world)
    world.publish(EACH_STEP, policy=RIGHTS)
    record = asked(world, ("B201", 900))
    mgr1, ame = world.be("mgr1"), world.be("ame")
    assert [each["state"] for each in mgr1.route("requisition", record)] == ["now", "skipped", "skipped"]
    assert world.be("fin1").edits("limit", ids["store"], {"amount": "4000"}).status == 200
    assert [each["state"] for each in mgr1.route("requisition", record)] == ["now", "next", "skipped"]
    assert mgr1.decides("requisition", record) == "submitted"
    assert world.tasked("requisition", record) == ["ame"]
    assert ame.decides("requisition", record) == "approved"


def test_a_missing_limit_never_skips_an_approver(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    record = world.be("clerk1").makes("requisition", values(("B201", 1)))
    refused = world.refused("RULE", lambda: world.be("clerk1").acts("requisition", record, "submit"))
    assert refused.code == "condition_empty"
