"""CHG-01: the approval steps are changed while documents are under way; those are left alone, or moved as chosen."""

from __future__ import annotations

from typing import Any

from tests.scenarios import rules
from tests.scenarios.test_pur_01 import CHANGE, RIGHTS, limits, ordering, values
from tests.scenarios.world import World, rights, text

OWNER = text("chg_01/owner.yaml")
OWNERS = rights("chg_01/rights.csv")
WORTH = text("chg_01/worth.report.yaml")
SEES = rights("chg_01/worth.rights.csv")
DECLARED = OWNER.replace("{type: text,", "{type: text, required: true,").replace(
    "        steps:\n", "        steps:\n          area: {required: [project]}\n"
)


def begun(world: World) -> dict[str, str]:
    """The tiers are live; three requisitions wait at different steps, one is a draft, one approved without order."""
    limits(world)
    world.publish(CHANGE, WORTH, policy=[*RIGHTS, *SEES])
    clerk = world.be("clerk1")
    found = {name: clerk.makes("requisition", values(("B201", 6000)), "submit") for name in ("store", "area", "cfo")}
    found["draft"] = clerk.makes("requisition", values(("B201", 6000)))
    found["approved"] = clerk.makes("requisition", values(("B201", 200)), "submit")
    world.be("mgr1").decides("requisition", found["approved"])
    for name in ("area", "cfo"):
        world.be("mgr1").decides("requisition", found[name])
    world.be("ame").decides("requisition", found["cfo"])
    return found


def under(world: World) -> list[dict[str, Any]]:
    """Where each that is under way would come to, in the order of ids."""
    answer = world.unchanged(
        lambda: world.be("adm").does("POST", "definitions/carry", {"form": "requisition", "dry": True})
    )
    items: list[dict[str, Any]] = answer["items"]
    return items


def versions(world: World, record: str) -> list[int]:
    """The versions of the lines of a history, each once."""
    return list(dict.fromkeys(each["version"] for each in world.be("aud").history("requisition", record)))


def figures(world: World) -> Any:
    """What lists and reports come to, all versions together."""
    aud = world.be("aud")
    asked = {"filter": "state != 'draft'", "totals": "total", "count": "exact", "limit": "500"}
    listed = aud.get("records/requisition", **asked)
    assert listed["totals"] != {}
    told = aud.get("records/worth")["items"]
    return listed["count"], listed["totals"], [each["values"]["worth"] for each in told]


def test_left_alone_each_finishes_as_it_began_and_a_draft_takes_the_new_version(world: World) -> None:
    found = begun(world)
    old = world.versions[-1]
    before = figures(world)
    new = world.publish(OWNER, policy=OWNERS, running="leave")
    assert figures(world) == before

    shown = world.be("clerk1").get(f"records/requisition/{found['area']}")
    assert shown["version"] == old
    assert "project" not in shown["values"]
    steps = {"store": ["mgr1", "ame", "cfo"], "area": ["ame", "cfo"], "cfo": ["cfo"]}
    for name, people in steps.items():
        route = world.be("mgr1").route("requisition", found[name])
        assert "owner" not in [each["step"] for each in route]
        for account in people:
            assert world.tasked("requisition", found[name]) == [account]
            last = world.be(account).decides("requisition", found[name])
        assert last == "approved"
        assert versions(world, found[name]) == [old]
        assert "project" not in world.be("mgr1").reads("requisition", found[name])
    assert ordering(world, found["approved"]).status == 200

    # the draft follows the new version, asks for what that asks for, and says so
    clerk = world.be("clerk1")
    assert clerk.get(f"records/requisition/{found['draft']}")["version"] == new
    lacking = world.refused("INVALID", lambda: clerk.acts("requisition", found["draft"], "submit"))
    assert lacking.paths == ["/values/project"]
    assert clerk.takes("requisition", found["draft"], "submit", {"project": "P1"}) == "submitted"
    assert versions(world, found["draft"]) == [old, new]
    for account in ("mgr1", "buyB", "ame"):
        assert world.tasked("requisition", found["draft"]) == [account]
        world.be(account).decides("requisition", found["draft"])
    assert world.be("cfo").decides("requisition", found["draft"]) == "approved"
    rules.without_a_task(world, "requisition", found["draft"])


def test_those_that_are_chosen_are_moved_and_none_goes_back(world: World) -> None:
    found = begun(world)
    old = world.versions[-1]
    new = world.publish(OWNER, policy=OWNERS)
    before, stock = figures(world), world.be("aud").get("stock/movements", limit="500")
    listed = {each["id"]: each for each in under(world)}
    assert set(listed) == {found["store"], found["area"], found["cfo"]}
    landing = {
        name: (listed[found[name]]["to"]["step"], listed[found[name]]["passed"], listed[found[name]]["missing"])
        for name in ("store", "area", "cfo")
    }
    assert landing == {
        "store": ("store", [], ["project"]),
        "area": ("area", ["owner"], ["project"]),
        "cfo": ("cfo", ["owner"], ["project"]),
    }
    assert [each["code"] for each in listed[found["area"]]["to"]["people"]] == ["ame"]

    world.be("adm").does("POST", "definitions/carry", {"records": [found["store"], found["area"]]})
    clerk = world.be("clerk1")
    for name, decider in (("store", "mgr1"), ("area", "ame")):
        (task,) = clerk.tasks("requisition", found[name])
        assert (task["kind"], task["title"]) == ("look", "Fill in: Project")
        assert world.tasked("requisition", found[name]) == ["clerk1", decider]
    assert figures(world) == before

    # it blocks nobody; filled in, it is no task any more
    assert world.be("mgr1").decides("requisition", found["store"]) == "submitted"
    assert world.be("buyB").tasks("requisition", found["store"]) != []
    assert clerk.tasks("requisition", found["store"]) != []
    assert clerk.edits("requisition", found["store"], {"project": "P1"}).status == 200
    assert clerk.tasks("requisition", found["store"]) == []
    for account in ("buyB", "ame", "cfo"):
        world.be(account).decides("requisition", found["store"])
    assert clerk.state("requisition", found["store"]) == "approved"
    for account in ("ame", "cfo"):
        world.be(account).decides("requisition", found["area"])
    assert clerk.state("requisition", found["area"]) == "approved"
    assert clerk.tasks("requisition", found["area"]) == [], "what is decided wants nothing any more"
    assert world.be("cfo").decides("requisition", found["cfo"]) == "approved"
    assert [versions(world, found[name]) for name in ("store", "area", "cfo")] == [[old, new], [old, new], [old]]
    assert figures(world) == before
    assert world.be("aud").get("stock/movements", limit="500") == stock
    for name in ("approved", "cfo"):
        body = {"records": [found[name]]}
        world.refused(
            "RULE", lambda body=body: world.be("adm").send("POST", "definitions/carry", body), code="finished"
        )


def test_what_is_past_the_new_step_meets_it_if_that_is_chosen_and_the_project_blocks_where_declared(
    world: World,
) -> None:
    found = begun(world)
    world.publish(DECLARED, policy=OWNERS)
    again = {"records": [found["area"]], "again": True}
    (tried,) = world.unchanged(lambda: world.be("adm").does("POST", "definitions/carry", {**again, "dry": True}))[
        "items"
    ]
    assert tried["passed"] == []
    world.be("adm").does("POST", "definitions/carry", again)
    lacking = world.refused("INVALID", lambda: world.be("ame").tries_to("approve", "requisition", found["area"]))
    assert lacking.paths == ["/values/project"]
    assert world.be("clerk1").edits("requisition", found["area"], {"project": "P1"}).status == 200
    assert world.be("ame").decides("requisition", found["area"]) == "submitted"
    assert world.tasked("requisition", found["area"]) == ["buyB"], "the new step lies before, and is asked now"
    world.be("buyB").decides("requisition", found["area"])
    assert world.be("cfo").decides("requisition", found["area"]) == "approved"


def test_a_decision_during_the_publish_lands_in_one_version_and_nothing_fails(world: World) -> None:
    found = begun(world)
    old = world.versions[-1]
    mgr1, clerk = world.be("mgr1"), world.be("clerk1")
    task = mgr1.tasks("requisition", found["store"])[0]["id"]
    draft = {"project": "P1"}
    texts: list[Any] = []

    def publishes() -> Any:
        reply = world.tries(OWNER, policy=OWNERS)
        texts.append(reply.body)
        return reply

    replies = world.together(
        publishes,
        lambda: mgr1.send("POST", f"tasks/{task}/approve"),
        lambda: world.be("ame").tries_to("approve", "requisition", found["area"]),
        lambda: clerk.tries("requisition", values(("B201", 100)), "submit"),
        lambda: world.be("aud").send("GET", "records/requisition"),
        lambda: world.be("clerk1b").send("GET", "tasks"),
    )
    assert [each.status for each in replies[:3]] == [200, 200, 200], [each.text for each in replies]
    assert replies[3].status == 201 or replies[3].paths == ["/values/project"], replies[3].text
    assert [each.status for each in replies[4:]] == [200, 200]
    new = texts[0]["version"]
    for name, step in (("store", "store"), ("area", "area")):
        lines = world.be("aud").history("requisition", found[name])
        decided = [each for each in lines if each["action"] == f"approve:{step}"]
        assert [each["version"] for each in decided] == [old]
    assert world.tasked("requisition", found["store"]) == ["ame"], "it goes on without the owner"
    assert clerk.takes("requisition", found["draft"], "submit", draft) == "submitted"
    assert versions(world, found["draft"]) == [old, new]
