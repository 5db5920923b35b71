"""ORG-02: each store sees its own; transfers are seen by both ends; the neighbours' stock may be read."""

from __future__ import annotations

from tests.scenarios.world import World, line, rights, text

CHANGE = text("org_02/scope.yaml")
RIGHTS = rights("org_02/rights.csv")

OPEN = {"Counts and sums in lists, dashboards and exports agree with what is visible.": "dashboard"}


def moved(world: World, origin: str, target: str, by: str) -> str:
    values = {"from_store": {"code": origin}, "to_store": {"code": target}, "lines": [line("A100", 1)]}
    return world.be(by).makes("transfer", values, "submit")


def listed(world: World, account: str) -> set[str]:
    reply = world.be(account).get("records/transfer", count="exact")
    assert reply["count"] == len(reply["items"])
    return {each["id"] for each in reply["items"]}


def test_each_sees_its_own(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    out = moved(world, "S01", "S02", "clerk1")
    back = moved(world, "S02", "S01", "clerk2")
    other = moved(world, "S02", "S03", "clerk2")
    clerk1 = world.be("clerk1")
    assert listed(world, "clerk1") == {out, back}
    assert listed(world, "ame") == {out, back, other}
    assert listed(world, "amw") == {other}
    assert listed(world, "fin1") == {out, back, other}

    missing = clerk1.send("GET", "records/transfer/00000000-0000-4000-8000-000000000000")
    hidden = world.refused("NOTFOUND", lambda: clerk1.send("GET", f"records/transfer/{other}"))
    assert (missing.status, missing.text) == (hidden.status, hidden.text)
    for path in ("history", "route", "trail"):
        world.refused("NOTFOUND", lambda path=path: clerk1.send("GET", f"records/transfer/{other}/{path}"))
    world.refused("NOTFOUND", lambda: clerk1.acts("transfer", other, "cancel"))

    # figures agree with what is visible, in lists and in what is exported
    world.refused("RIGHT", lambda: clerk1.send("GET", "records/transfer/export"))
    taken = world.be("ame").get("records/transfer", filter="from_store.code == 'S02'", count="exact")
    assert taken["count"] == 2

    # sources are those of the own region
    west = {"from_store": {"code": "S03"}, "to_store": {"code": "S01"}, "lines": [line("A100", 1)]}
    refused = world.refused("INVALID", lambda: clerk1.tries("transfer", west, "submit"), code="only")
    assert refused.paths == ["/values/from_store"]

    # the neighbours' quantity, and no more
    near = clerk1.get("stock", item="A100", place="S02")["items"]
    assert [(each["on_hand"], "value" in each) for each in near] == [("15", False)]
    assert clerk1.get("stock", item="A100", place="S03")["items"] == []
    assert {each["place"]["code"] for each in clerk1.get("stock", item="A100")["items"]} <= {"S01", "S02", "DC1"}


def test_who_moves_to_another_store_sees_what_that_store_sees_at_once(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    out = moved(world, "S01", "S02", "clerk1")
    other = moved(world, "S02", "S03", "clerk2")
    adm, clerk1 = world.be("adm"), world.be("clerk1")
    mine = clerk1.makes("requisition", {"store": {"code": "S01"}, "lines": [line("A100", 1)]}, "submit")
    assert world.be("clerk2").send("GET", f"records/requisition/{mine}").status == 404
    held = world.found("assignment", "person.account == 'clerk1'")
    assert adm.edits("assignment", held, {"at": {"code": "S02"}}).status == 200
    assert listed(world, "clerk1") == {out, other}
    world.refused("NOTFOUND", lambda: clerk1.send("GET", f"records/requisition/{mine}"))
    assert world.be("clerk1b").send("GET", f"records/requisition/{mine}").status == 200
    assert len(clerk1.tasks("transfer", other)) == 1
    assert clerk1.takes("transfer", other, "send") == "done"
