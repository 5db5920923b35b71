"""ORG-11: no side doors: import, bulk and lines weaken no rule."""

from __future__ import annotations

from tests.scenarios.world import World, line, rights, text

CHANGE = text("org_11/doors.yaml")
RIGHTS = rights("org_11/doors.csv")
OPEN = {"File with 100 lines, as a sheet (xlsx).": "sheet"}


def file(*rows: str, columns: str = "store,reason,lines.item,lines.quantity") -> str:
    return "\n".join([columns, *rows]) + "\n"


def test_a_file_obeys_what_the_form_obeys(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    clerk1 = world.be("clerk1")
    rows = [f"S01,{each},A100,1" for each in range(100)]  # a reason of its own makes each a record of its own
    rows[10], rows[50], rows[99] = "S01,10,NOSUCH,1", "S01,50,A100,many", "S02,99,A100,1"
    before = world.be("aud").get("records/requisition", count="exact")["count"]
    told = world.unchanged(lambda: clerk1.imports("requisition", file(*rows)))
    bad = {each["row"]: each["errors"][0] for each in told["rows"] if each["errors"]}
    assert len(bad) == 3, bad
    assert world.be("aud").get("records/requisition", count="exact")["count"] == before
    good = clerk1.imports("requisition", file(*rows), mode="good")
    assert {each["row"] for each in good["rows"] if each["errors"]} == set(bad)
    assert world.be("aud").get("records/requisition", count="exact")["count"] == before + 97
    assert all(error["path"] and error["message"] for error in bad.values())

    for column, value in (
        ("state", "approved"),
        ("number", "RQ-1"),
        ("total", "1"),
        ("lines.cost", "1"),
        ("nothing", "1"),
    ):
        sent = file(f"S01,A100,1,{value}", columns=f"store,lines.item,lines.quantity,{column}")
        reply = clerk1.sends_file("requisition", sent)
        refused = reply.status in (403, 422) or any(each["errors"] for each in reply.body["rows"])
        assert refused, (column, reply.text)
    assert world.be("aud").get("records/requisition", count="exact")["count"] == before + 97
    assert world.be("sec1").sends_file("requisition", file("S01,x,A100,1")).status == 404
    assert world.be("mgr1").sends_file("requisition", file("S01,x,A100,1")).status == 403


def test_twenty_are_decided_at_once_each_by_its_own_right(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    clerk1, mgr1 = world.be("clerk1"), world.be("mgr1")
    values = {"store": {"code": "S01"}, "lines": [line("A100", 1)]}
    made = [clerk1.makes("requisition", values, "submit") for _ in range(19)]
    tasks = [mgr1.tasks("requisition", each)[0]["id"] for each in made]
    mgr1.decides("requisition", made[0], "reject", comment="no")
    own = mgr1.tries("requisition", values, "submit")
    assert (own.status, own.code) == (409, "nobody_found")  # the only one who could decide it is he
    other = world.be("clerk2").makes("requisition", {**values, "store": {"code": "S02"}}, "submit")
    foreign = world.be("mgr2").tasks("requisition", other)[0]["id"]
    answers = mgr1.send("POST", "tasks/actions/approve", {"ids": [*tasks, foreign]}).body
    refused = {each["id"]: each["body"]["errors"][0]["code"] for each in answers if each["status"] != 200}
    assert refused == {tasks[0]: "task_done", foreign: "not_found"}
    assert [clerk1.state("requisition", each) for each in made] == ["rejected", *["approved"] * 18]

    # what is decided is not edited by any door, nor by sending the first request again
    one = made[5]
    row = clerk1.reads("requisition", one)["lines"][0]["row"]
    for sent in ({"lines": [{"row": row, "quantity": "9"}]}, {"lines": [line("B200", 1)]}, {"lines": []}):
        world.refused("RIGHT", lambda sent=sent: clerk1.edits("requisition", one, sent))
    world.refused("RIGHT", lambda: clerk1.send("DELETE", f"records/requisition/{one}", if_match=3))
    draft = clerk1.makes("requisition", {**values, "lines": [line("A100", 101)]})
    unsaid = world.refused("INVALID", lambda: clerk1.acts("requisition", draft, "submit"), code="required")
    assert unsaid.paths == ["/values/reason"]
    bulk = clerk1.send("POST", "records/requisition/actions/submit", {"ids": [draft]}).body
    assert [each["status"] for each in bulk] == [422]
    first = clerk1.send("POST", "records/requisition", {"values": values}, key="one-key")
    assert clerk1.send("POST", "records/requisition", {"values": values}, key="one-key").text == first.text
    world.refused("INVALID", lambda: clerk1.send("POST", "records/requisition", {"values": {}}, key="one-key"))
