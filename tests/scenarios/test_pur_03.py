"""PUR-03: an approval more only when the month's budget is exceeded, whatever two people ask at once."""

from __future__ import annotations

from typing import Any

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("pur_03/budgeted.yaml")
BUDGET = (text("pur_03/budget.form.yaml"), text("pur_03/budget.workflow.yaml"))
FACTS = text("pur_03/facts.yaml")
RIGHTS = rights("pur_03/rights.csv")
UNLIMITED = CHANGE.replace("not empty(record.budget)", "true").replace(
    "record.after < 0", "otherwise(record.after, 0) < 0"
)


def begin(world: World, change: str = CHANGE) -> None:
    """The change is live, and there is an item that costs one."""
    world.publish(world.library(FACTS), *BUDGET, change, policy=RIGHTS)
    values = {"code": "A001", "name": "Matches", "category": {"code": "FOOD"}, "supplier": {"code": "V1"}, "cost": "1"}
    world.be("buyA").makes("item", values)


def granted(world: World, amount: str, store: str = "S01") -> str:
    """A budget of this month for food."""
    now = world.now()
    values = {"store": {"code": store}, "year": now.year, "month": now.month, "category": {"code": "FOOD"}}
    return world.be("fin1").makes("budget", {**values, "amount": amount})


def values(amount: int, store: str = "S01") -> dict[str, Any]:
    return {"store": {"code": store}, "category": {"code": "FOOD"}, "lines": [line("A001", amount)]}


def asked(world: World, amount: int) -> str:
    return world.be("clerk1").makes("requisition", values(amount), "submit")


def committed(world: World, amount: int) -> str:
    """A requisition that was approved without finance."""
    record = asked(world, amount)
    assert world.be("mgr1").decides("requisition", record) == "approved"
    return record


def left(world: World) -> str:
    """What a clerk is shown in an empty draft."""
    clerk = world.be("clerk1")
    draft = clerk.makes("requisition", values(1))
    shown: str = clerk.reads("requisition", draft)["left"]
    clerk.does("DELETE", f"records/requisition/{draft}", if_match=1)
    del world.records[draft]
    return shown


def test_finance_is_asked_above_what_is_left(world: World) -> None:
    old = world.be("clerk1").makes("requisition", {"store": {"code": "S01"}, "lines": [line("A100", 500)]}, "submit")
    begin(world)
    clerk1, mgr1, fin1, buyer = (world.be(each) for each in ("clerk1", "mgr1", "fin1", "buyB"))
    granted(world, "1000")
    first = committed(world, 700)
    assert left(world) == "300.00"

    within = asked(world, 299)
    assert [(each["step"], each["state"]) for each in mgr1.route("requisition", within)] == [
        ("store", "now"), ("finance", "skipped"),
    ]  # fmt: skip
    assert mgr1.reads("requisition", within)["after"] == "1.00"
    beyond = asked(world, 301)
    assert [each["state"] for each in mgr1.route("requisition", beyond)] == ["now", "next"]
    shown = mgr1.get(f"records/requisition/{beyond}")
    assert shown["values"]["after"] == "-1.00"
    assert [each["message"] for each in shown["warnings"]] == ["More than is left of the budget."]
    assert mgr1.decides("requisition", beyond) == "submitted"
    assert world.tasked("requisition", beyond) == ["fin1", "fin2"]
    rules.without_a_task(world, "requisition", beyond)
    assert fin1.decides("requisition", beyond, "reject", comment="not this month") == "rejected"
    assert mgr1.decides("requisition", within) == "approved"
    assert left(world) == "1.00"

    # what is cancelled is there again at once; what becomes an order is not counted twice
    assert mgr1.takes("requisition", within, "cancel") == "cancelled"
    assert left(world) == "300.00"
    assert buyer.acts("requisition", first, "order", asks={"supplier": {"code": "V1"}}).status == 200
    assert left(world) == "300.00"
    order = world.found("purchase_order", "total == 700", by="bmgr")
    assert buyer.takes("purchase_order", order, "submit") == "submitted"
    assert left(world) == "300.00"
    assert world.be("bmgr").decides("purchase_order", order, "reject", comment="too dear") == "rejected"
    assert left(world) == "1000.00"

    # what is worked out nobody writes
    world.refused("RIGHT", lambda: clerk1.tries("requisition", {**values(1), "left": "9999"}), code="not_writable")
    world.refused("RIGHT", lambda: mgr1.tries("requisition", {**values(1), "after": "9999"}), code="not_writable")

    # what began before goes on as it began
    assert mgr1.decides("requisition", old) == "approved"


def test_of_two_at_once_only_one_passes_without_finance(world: World) -> None:
    begin(world)
    granted(world, "1000")
    committed(world, 700)
    clerk1, mgr1 = world.be("clerk1"), world.be("mgr1")
    made = world.together(*[lambda: clerk1.tries("requisition", values(200), "submit")] * 2)
    assert [each.status for each in made] == [201, 201], [each.text for each in made]
    both = [each.body["id"] for each in made]
    said = world.together(*(lambda each=each: mgr1.tries_to("approve", "requisition", each) for each in both))
    for record, reply in zip(both, said, strict=True):
        if reply.status != 200:
            assert reply.body["kind"] == "conflict", reply.text
            mgr1.decides("requisition", record)
    assert sorted(mgr1.state("requisition", each) for each in both) == ["approved", "submitted"]
    waiting = next(each for each in both if mgr1.state("requisition", each) == "submitted")
    assert world.tasked("requisition", waiting) == ["fin1", "fin2"]


def test_a_clerk_sees_what_is_left_of_his_own_store(world: World) -> None:
    begin(world)
    granted(world, "1000")
    other = granted(world, "500", "S02")
    clerk1 = world.be("clerk1")
    assert [each["values"]["store"]["code"] for each in clerk1.get("records/budget")["items"]] == ["S01"]
    world.refused("NOTFOUND", lambda: clerk1.send("GET", f"records/budget/{other}"))
    theirs = world.be("clerk2").makes("requisition", values(1, "S02"))
    assert world.be("clerk2").reads("requisition", theirs)["left"] == "500.00"
    world.refused("NOTFOUND", lambda: clerk1.send("GET", f"records/requisition/{theirs}"))
    assert clerk1.tries("requisition", values(1, "S02")).status in (403, 404, 422)


def test_without_a_budget_it_is_refused_or_free_as_declared(world: World) -> None:
    begin(world)
    clerk1 = world.be("clerk1")
    draft = clerk1.makes("requisition", values(1))
    refused = world.refused("RULE", lambda: clerk1.acts("requisition", draft, "submit"))
    assert refused.says == ["This store has no budget for this category and month."]
    world.publish(UNLIMITED)
    free = committed(world, 5000)
    (skipped,) = [each for each in world.be("mgr1").route("requisition", free) if each["step"] == "finance"]
    assert skipped["state"] == "skipped"
