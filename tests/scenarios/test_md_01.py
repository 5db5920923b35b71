"""MD-01: a new item: departments fill in their own parts at the same time, then it goes live."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Any

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("md_01/parts.yaml")
RIGHTS = rights("md_01/rights.csv")
PARTS = {
    "qa": {"shelf_life": 30, "allergens": "none"},
    "dckm": {"case_pack": 12, "weight": "1.200"},
    "fin1": {"tax": "13.00", "margin": "30.00"},
    "plan1": {"shelf": "A3"},
}
CODES = (f"N{each}" for each in count())


def new(world: World, category: str) -> tuple[str, str]:
    """An item in the departments' hands: its id and code."""
    code = next(CODES)
    values = {"code": code, "name": f"Thing {code}", "category": {"code": category}, "cost": "5", "price": "9"}
    record = world.be("buyA").makes("item", values)
    assert world.be("buyA").takes("item", record, "submit") == "describing"
    return record, code


def describes(world: World, who: str, record: str) -> Any:
    return world.be(who).tries_to("approve", "item", record, values=PARTS[who])


def test_all_that_apply_then_the_manager(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    people = [*world.people(), world.be("plan1")]
    for category, wanted in (
        ("NONFOOD", {"qa", "dckm", "fin1", "fin2"}),
        ("FOOD", {"qa", "dckm", "fin1", "fin2", "plan1"}),
    ):
        record, code = new(world, category)
        assert {each.account for each in people if each.tasks("item", record)} == wanted
        steps = {task["part"] for each in people for task in each.tasks("item", record)}
        assert len(steps) == len(wanted) - 1
        rules.without_a_task(world, "item", record)

        # each sees all and writes only his own
        qa = partial(world.be("qa").tries_to, "approve", "item", record)
        refused = world.refused("RIGHT", lambda qa=qa: qa(values={"case_pack": 6}))
        assert refused.paths == ["/values/case_pack"]
        empty = world.refused("INVALID", qa, code="required")
        assert empty.paths == ["/values/shelf_life"]

        # the order of completion does not matter
        order = ["fin1", "dckm", "qa"] if category == "NONFOOD" else ["qa", "plan1", "fin1", "dckm"]
        for who in order[:-1]:
            assert describes(world, who, record).status == 200
            assert world.be("bmgr").tasks("item", record) == []
        waiting = [each["part"] for each in world.be("bmgr").route("item", record) if each["state"] == "now"]
        assert waiting == ["quality" if order[-1] == "qa" else "logistics"]
        assert world.be("fin1").reads("item", record)["tax"] == "13.00"

        # an item that is not active is not ordered
        clerk = world.be("clerk1")
        draft = clerk.makes("requisition", {"store": {"code": "S01"}, "lines": [line(code, 1)]})
        world.refused("INVALID", partial(clerk.acts, "requisition", draft, "submit"), code="only")
        assert describes(world, order[-1], record).status == 200
        assert len(world.be("bmgr").tasks("item", record)) == 1
        assert world.be("bmgr").decides("item", record) == "active"
        assert clerk.takes("requisition", draft, "submit") == "submitted"
        assert {name: world.be("bmgr").reads("item", record)[name] for name in ("shelf_life", "case_pack", "tax")} == {
            "shelf_life": 30, "case_pack": 12, "tax": "13.00",
        }  # fmt: skip


def test_the_last_two_parts_in_one_instant_join_once(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    record, _ = new(world, "NONFOOD")
    assert describes(world, "qa", record).status == 200
    said = world.together(*(lambda who=who: describes(world, who, record) for who in ("dckm", "fin1")))
    for who, reply in zip(("dckm", "fin1"), said, strict=True):
        if reply.status != 200:
            assert reply.body["kind"] == "conflict", reply.text
            assert describes(world, who, record).status == 200
    assert len(world.be("bmgr").tasks("item", record)) == 1
    assert world.be("bmgr").decides("item", record) == "active"


def test_only_the_part_that_is_sent_back_reopens(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    record, _ = new(world, "NONFOOD")
    qa, fin1, bmgr, buyer = (world.be(each) for each in ("qa", "fin1", "bmgr", "buyA"))

    # one department sends another's part back: that one is asked again, and it alone
    early = partial(fin1.tries_to, "return", "item", record, to="quality", comment="is it all?")
    world.refused("INVALID", early, code="not_an_earlier_step")
    for who in ("qa", "dckm"):
        assert describes(world, who, record).status == 200
    assert early().status == 200
    assert world.tasked("item", record) == ["fin1", "fin2", "qa"]
    rules.without_a_task(world, "item", record)
    assert qa.reads("item", record)["shelf_life"] == 30, "what was written stays"
    assert qa.decides("item", record, values={"shelf_life": 60}) == "describing"
    assert world.tasked("item", record) == ["fin1", "fin2"]

    # to the buyer: when it comes again, what the others have described is described
    assert fin1.decides("item", record, "return", to="submitter", comment="what does it cost?") == "draft"
    assert buyer.edits("item", record, {"cost": "6"}).status == 200
    assert buyer.takes("item", record, "submit") == "describing"
    assert world.tasked("item", record) == ["fin1", "fin2"]
    assert describes(world, "fin1", record).status == 200

    # from a later step: one part again, then straight back
    assert world.tasked("item", record) == ["bmgr"]
    assert bmgr.decides("item", record, "return", to="logistics", comment="twelve in a case?") == "describing"
    assert world.tasked("item", record) == ["dckm"]
    assert describes(world, "dckm", record).status == 200
    assert world.tasked("item", record) == ["bmgr"]
    assert bmgr.decides("item", record) == "active"
    assert bmgr.reads("item", record)["shelf_life"] == 60
