"""SRT-02: who may fill in which field at which step: step x role -> hidden, read, write, required."""

from __future__ import annotations

from tests.scenarios import rules
from tests.scenarios.world import World, line, rights, text

CHANGE = text("srt_02/matrix.yaml")
RIGHTS = rights("srt_02/rights.csv")
OPEN = {"print: As clerk1 price is absent from the printed slip too.": "print"}


def values() -> dict[str, object]:
    return {"store": {"code": "S01"}, "reason": "wet", "lines": [line("A100", 2), line("B200", 1)]}


def rows(world: World, record: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = world.be("fin1").reads("write_off", record)["lines"]
    return found


def priced(world: World, record: str, *prices: str) -> dict[str, object]:
    pairs = zip(rows(world, record), prices, strict=True)
    return {"account": "6711", "lines": [{"row": row["row"], "price": price} for row, price in pairs]}


def test_each_step_has_fields_of_its_own(world: World) -> None:
    version = world.publish(CHANGE, policy=RIGHTS)
    clerk1, fin1, ame, mgr1 = (world.be(each) for each in ("clerk1", "fin1", "ame", "mgr1"))
    sent = {**values(), "lines": [line("A100", 2, price="9.99")]}
    unknown = world.refused("INVALID", lambda: clerk1.tries("write_off", sent), code="unknown_field")
    assert unknown.paths == ["/values/lines/0/price"]
    nonsense = world.refused(
        "INVALID", lambda: clerk1.tries("write_off", {**values(), "zzz": "1"}), code="unknown_field"
    )
    assert nonsense.says == unknown.says
    record = clerk1.makes("write_off", values(), "post")
    assert clerk1.state("write_off", record) == "deciding"
    assert world.tasked("write_off", record) == ["fin1", "fin2"]
    rules.without_a_task(world, "write_off", record)

    # finance writes prices and nothing else; it cannot go on without them
    row = rows(world, record)[0]["row"]
    other = {"lines": [{"row": row, "quantity": "9"}]}
    refused = world.refused(
        "RIGHT", lambda: fin1.tries_to("approve", "write_off", record, values=other), code="not_writable"
    )
    assert refused.paths == ["/values/lines/0/quantity"]
    more = {"lines": [line("A101", 1)]}
    world.refused("RIGHT", lambda: fin1.tries_to("approve", "write_off", record, values=more))
    less = {"lines": [{"row": row, "remove": True}]}
    world.refused("RIGHT", lambda: fin1.tries_to("approve", "write_off", record, values=less))
    empty = world.refused("INVALID", lambda: fin1.tries_to("approve", "write_off", record), code="required")
    assert set(empty.paths) >= {"/values/account", "/values/lines/0/price"}
    world.refused("RIGHT", lambda: fin1.edits("write_off", record, priced(world, record, "10.00", "50.00")))
    assert fin1.decides("write_off", record, values=priced(world, record, "10.00", "50.00")) == "deciding"
    assert world.tasked("write_off", record) == ["ame"]
    again = priced(world, record, "1.00", "1.00")
    world.refused("RIGHT", lambda: ame.tries_to("approve", "write_off", record, values=again), code="not_writable")
    assert ame.reads("write_off", record)["lines"][0]["value"] == "20.00"
    rules.hidden(world, "clerk1", "write_off", record, ("price", "value", "account"), ("6711", "20.00", "50.00"))
    rules.hidden(world, "mgr1", "write_off", record, ("price", "value", "account"), ("6711", "20.00", "50.00"))

    # returned to the store, the prices are still there, unseen
    assert ame.decides("write_off", record, "return", to="submitter", comment="which of them is wet?") == "draft"
    assert clerk1.tasks("write_off", record)
    lines = clerk1.reads("write_off", record)["lines"]
    assert [set(each) & {"price", "value"} for each in lines] == [set(), set()]
    kept = {"lines": [{"row": lines[0]["row"], "quantity": "3"}]}
    assert clerk1.edits("write_off", record, kept).status == 200
    assert [each["price"] for each in rows(world, record)] == ["10.00", "50.00"]
    world.refused(
        "INVALID", lambda: clerk1.edits("write_off", record, {"lines": [{"row": lines[0]["row"], "price": "1"}]})
    )
    assert clerk1.takes("write_off", record, "post") == "deciding"
    assert fin1.decides("write_off", record, values=priced(world, record, "10.00", "50.00")) == "deciding"
    assert ame.decides("write_off", record) == "posted"
    assert (world.stock("S01", "A100"), world.stock("S01", "B200")) == ("37", "9")
    assert {each["version"] for each in mgr1.history("write_off", record)} >= {version}


def test_import_and_bulk_obey_the_same_matrix(world: World) -> None:
    world.publish(CHANGE, policy=RIGHTS)
    clerk1 = world.be("clerk1")
    good = "store,reason,lines.item,lines.quantity\nS01,wet,A100,2\n"
    told = clerk1.imports("write_off", good)
    assert [each["errors"] for each in told["rows"]] == [[]]
    bad = "store,reason,lines.item,lines.quantity,lines.price\nS01,wet,A100,2,9.99\n"
    told = world.unchanged(lambda: clerk1.imports("write_off", bad))
    assert [each["code"] for each in told["rows"][0]["errors"]] == ["unknown_field"]
    record = clerk1.makes("write_off", values())
    answers = clerk1.send("POST", "records/write_off/actions/post", {"ids": [record], "values": {"account": "1"}}).body
    assert [(each["status"], each["body"]["errors"][0]["code"]) for each in answers] == [(422, "unknown_field")]
