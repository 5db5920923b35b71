"""Asked again: what was decided on last beside what is new, for those who are asked, as far as they may see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.house import Desk, House
from tests.operations.test_deciding import FIRST, duel, peers_agree

Changed = list[dict[str, Any]]


def changed(desk: Desk, record: str) -> Changed | None:
    """What his task says has changed; the same on the list, with the task and with the record."""
    (task,) = desk.tasks("duel", record)
    alone = desk.get(f"tasks/{task['id']}")
    (of_record,) = [e for e in desk.get(f"records/duel/{record}")["tasks"] if e["id"] == task["id"]]
    assert task.get("changed") == alone.get("changed") == of_record.get("changed")
    found: Changed | None = task.get("changed")
    return found


def brief(found: Changed | None) -> list[tuple[Any, ...]]:
    named = [(e["path"].rpartition("/")[2], e) for e in found or ()]
    return [(name, e.get("row"), e.get("kind"), _plain(e["old"]), _plain(e["new"])) for name, e in named]


def _plain(value: Any) -> Any:
    return value["code"] if isinstance(value, dict) else value


def line(house: House, quantity: int, **more: object) -> dict[str, Any]:
    return {"item": {"code": house.item()}, "quantity": str(quantity), **more}


def test_nothing_is_compared_before_anything_was_decided(house: House) -> None:
    record = duel(house, "50", title="first")
    assert changed(house.be("clerk1b"), record) is None
    house.be("clerk1").edits("duel", record, {"title": "second"})
    assert changed(house.be("clerk1b"), record) is None


def test_who_has_voted_and_is_asked_again_sees_what_he_voted_on_beside_what_is_new(house: House) -> None:
    record = duel(house, "50", title="first")
    house.be("clerk1b").decides("duel", record)
    assert changed(house.be("clerk1c"), record) is None
    house.be("clerk1").edits("duel", record, {"title": "second"})
    assert brief(changed(house.be("clerk1b"), record)) == [("title", None, None, "first", "second")]
    house.be("clerk1").edits("duel", record, {"title": "third"})
    assert brief(changed(house.be("clerk1b"), record)) == [("title", None, None, "first", "third")]
    (other,) = house.be("mgr1").get(f"records/duel/{record}")["tasks"]
    assert "changed" not in other, "only for who is asked"
    house.be("clerk1b").decides("duel", record)
    house.be("clerk1").edits("duel", record, {"title": None})
    assert brief(changed(house.be("clerk1c"), record)) == [("title", None, None, "third", None)]
    house.be("clerk1").edits("duel", record, {"title": "third"})
    assert changed(house.be("clerk1c"), record) == [], "as it was"


def test_a_sibling_whose_vote_an_edit_voids_sees_it(house: House) -> None:
    record = duel(house, "150", price="5")
    peers_agree(house, record)
    house.be("ame").decides("duel", record)
    assert house.be("mgr1").decides("duel", record, values={"price": "6"}, **FIRST).status == 200
    assert brief(changed(house.be("ame"), record)) == [("price", None, None, "5.00", "6.00")]


def test_after_a_return_rows_are_compared_by_what_became_of_them(house: House) -> None:
    clerk, peer = house.be("clerk1"), house.be("clerk1b")
    record = duel(house, "50", lines=[line(house, 1), line(house, 2), line(house, 3)])
    codes = [each["item"]["code"] for each in clerk.reads("duel", record)["lines"]]
    rows = [each["row"] for each in clerk.reads("duel", record)["lines"]]
    assert peer.decides("duel", record, "return", to="submitter").body["state"] == "draft"
    new = line(house, 9)
    more = {"lines": [{"row": rows[0], "quantity": "7"}, {"row": rows[1], "remove": True}, new], "amount": "60"}
    assert clerk.edits("duel", record, more).status == 200
    clerk.takes("duel", record, "hand_in")
    assert brief(changed(peer, record)) == [
        ("amount", None, None, "50.00", "60.00"),
        ("quantity", codes[0], "changed", "1", "7"),
        ("agreed", codes[0], "changed", "1", "7"),
        ("item", new["item"]["code"], "added", None, new["item"]["code"]),
        ("quantity", new["item"]["code"], "added", None, "9"),
        ("agreed", new["item"]["code"], "added", None, "9"),
        ("item", codes[1], "removed", codes[1], None),
        ("quantity", codes[1], "removed", "2", None),
        ("agreed", codes[1], "removed", "2", None),
    ]


def test_a_long_comparison_is_cut_on_the_list_and_whole_with_the_task(house: House) -> None:
    clerk, peer = house.be("clerk1"), house.be("clerk1b")
    record = duel(house, "50")
    peer.decides("duel", record, "return", to="submitter")
    item = {"code": house.item()}
    clerk.edits("duel", record, {"lines": [{"item": item, "quantity": "2"} for _ in range(30)]})
    clerk.takes("duel", record, "hand_in")
    (task,) = peer.tasks("duel", record)
    whole = peer.get(f"tasks/{task['id']}")
    assert (len(task["changed"]), task["more_changed"]) == (20, 70)
    assert len(whole["changed"]) == 90
    assert "more_changed" not in whole
    assert whole["changed"][:20] == task["changed"]


def test_a_decision_that_is_taken_back_leaves_the_comparison_as_it_was(house: House) -> None:
    clerk, mgr = house.be("clerk1"), house.be("mgr1")
    record = clerk.makes("plea", {"amount": "150", "title": "a"}, "hand_in")

    def seen(desk: Desk) -> Changed | None:
        (task,) = desk.tasks("plea", record)
        found: Changed | None = task.get("changed")
        return found

    mgr.decides("plea", record)
    clerk.edits("plea", record, {"title": "b"})
    before = seen(mgr)
    assert brief(before) == [("title", None, None, "a", "b")]
    (task,) = mgr.tasks("plea", record)
    mgr.decides("plea", record)
    assert brief(seen(house.be("ame"))) == brief(before)
    assert mgr.send("POST", f"tasks/{task['id']}/take_back", {}).status == 200
    assert seen(mgr) == before


@pytest.fixture
def veiled(own_house: House) -> House:
    """A house in which a duel is decided again when it was accepted, and peers do not see what it costs."""
    adm = own_house.be("adm")
    form = adm.get("definitions/form/duel")["text"]
    flow = adm.get("definitions/workflow/duel")["text"]
    sees = "sees: {by: [manager at store, writer]}"
    veiled = form.replace("price: {type: money}", f"price: {{type: money, title: {{en: Price, zh: 单价}}, {sees}}}")
    veiled = veiled.replace("agreed: {type: quantity,", f"agreed: {{type: quantity, {sees},")
    open_again = "  reopen: {from: accepted, to: approval, by: [clerk at store]}\n"
    again = flow.replace(
        "fields: [amount, title, lines.quantity], rows: fixed",
        "fields: [title, price, lines.item, lines.quantity], rows: free",
    )
    again = again.replace("\ntransitions:\n", f"\ntransitions:\n{open_again}")
    own_house.publish(veiled, again, policy=["p, clerk, duel, reopen, own"])
    return own_house


def test_what_was_accepted_and_is_asked_again_hides_old_and_new_of_what_is_hidden(veiled: House) -> None:
    clerk, peer, mgr = veiled.be("clerk1"), veiled.be("clerk1b"), veiled.be("mgr1")
    record = duel(veiled, "150", price="777", lines=[line(veiled, 1)])
    peers_agree(veiled, record)
    veiled.be("ame").decides("duel", record)
    assert mgr.decides("duel", record, **FIRST).body["state"] == "accepted"
    assert clerk.edits("duel", record, {"title": "new", "price": "888", "lines": [line(veiled, 2)]}).status == 200
    assert clerk.takes("duel", record, "reopen") == "approval"
    found = changed(peer, record)
    assert [each["title"] for each in found or ()] == ["Title", "Item", "Quantity"]
    told = peer.send("GET", "tasks", form="duel").raw + peer.send("GET", f"records/duel/{record}").raw
    assert b"777.00" not in told
    assert b"888.00" not in told
    assert b"agreed" not in told
    peers_agree(veiled, record)
    (task,) = Desk(veiled, mgr.actor, "zh").tasks("duel", record)
    assert [(each["title"], each["old"], each["new"]) for each in task["changed"]][1] == ("单价", "777.00", "888.00")
