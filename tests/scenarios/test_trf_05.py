"""TRF-05: the guard counter-signs at dispatch; store to warehouse also needs the area manager."""

from __future__ import annotations

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

BEFORE = text("trf_05/shipping.yaml")
CHANGE = text("trf_05/guard.yaml")
RIGHTS = rights("trf_05/rights.csv")
SHIPPING = ["p, clerk, transfer, receive, own"]
CHECKED = {"boxes": 2, "checked_by": {"typed": "Guard One"}}
OPEN = {
    "The printed slip shows the new state without further work.": "print",
    "Board columns and the status report show the new state without further work.": "dashboard",
}


def asked(world: World, target: str, *, origin: str = "S01", by: str = "clerk1") -> str:
    values = {"from_store": {"code": origin}, "to_store": {"code": target}, "lines": [line("A100", 5)]}
    return world.be(by).makes("transfer", values, "submit")


def test_a_step_is_inserted(world: World) -> None:
    world.publish(BEFORE, policy=SHIPPING)
    clerk1, sec1, ame = world.be("clerk1"), world.be("sec1"), world.be("ame")
    old = asked(world, "S02")
    assert clerk1.state("transfer", old) == "approved"
    world.publish(
        world.library("layers: [shipping, guard]\n"), CHANGE, policy=[each for each in RIGHTS if each not in SHIPPING]
    )

    # store to store needs no approval, but the guard
    near = asked(world, "S02")
    assert clerk1.state("transfer", near) == "approved"
    assert world.tasked("transfer", near) == ["sec1"]
    world.refused("CONFLICT", lambda: clerk1.acts("transfer", near, "send"), code="not_in_state")
    assert "send" not in clerk1.offered("transfer", near)
    empty = world.refused("INVALID", lambda: sec1.acts("transfer", near, "check"), code="required")
    assert set(empty.paths) == {"/values/boxes", "/values/checked_by"}
    world.refused("RIGHT", lambda: clerk1.acts("transfer", near, "check", CHECKED))
    assert sec1.takes("transfer", near, "check", CHECKED) == "checked"
    rules.buttons_are_transitions(world, "transfer", near)
    assert world.tasked("transfer", near) == ["clerk1", "clerk1b", "clerk1c"]
    for who in (clerk1, sec1):
        world.refused("RIGHT", lambda who=who: who.edits("transfer", near, {"boxes": 3}))
    assert clerk1.reads("transfer", near)["boxes"] == 2
    assert clerk1.takes("transfer", near, "send") == "in_transit"
    assert (world.stock("S01", "A100"), world.stock("S02", "A100")) == ("35", "15")
    assert world.be("clerk2").takes("transfer", near, "receive") == "done"
    assert world.stock("S02", "A100") == "20"

    # store to warehouse: the area manager first
    far = asked(world, "DC1")
    assert world.tasked("transfer", far) == ["ame"]
    assert ame.decides("transfer", far) == "approved"
    assert world.tasked("transfer", far) == ["sec1"]
    elsewhere = asked(world, "S01", origin="S02", by="clerk2")
    assert sec1.tasks("transfer", elsewhere) == []
    assert sec1.send("GET", f"records/transfer/{elsewhere}").status == 200
    world.refused("RIGHT", lambda: sec1.acts("transfer", elsewhere, "check", CHECKED))

    # lists and their filters know the new state
    found = clerk1.get("records/transfer", filter="state == 'approved'")["items"]
    assert {each["id"] for each in found} == {old, far, elsewhere}
    assert "checked" in {
        each["name"] if isinstance(each, dict) else each for each in clerk1.get("forms/transfer")["states"]
    }

    # what was approved before is shipped as before
    assert "send" in clerk1.offered("transfer", old)
    assert clerk1.takes("transfer", old, "send") == "in_transit"
    assert world.be("clerk2").takes("transfer", old, "receive") == "done"
    assert (world.stock("S01", "A100"), world.stock("S02", "A100")) == ("30", "25")
