"""What a store asks for is bought and comes in two parts, as six people over HTTP; and what each may not do."""

from __future__ import annotations

import uuid
from typing import Any

from tests.serving import Server


def asked(chain: Server, account: str = "clerk1", **wanted: str) -> str:
    """A store asks for goods and hands the request in."""
    lines = [{"item": {"code": code}, "quantity": quantity} for code, quantity in wanted.items()]
    return chain.be(account).makes("requisition", {"lines": lines}, "submit")


def ordered(chain: Server, **wanted: str) -> str:
    """The one order that comes of a request; its buyer has handed it in."""
    requisition = asked(chain, **wanted)
    if chain.be("mgr1").tasks("requisition"):
        chain.be("mgr1").decides("requisition")
    assert chain.be("buyA").takes("requisition", requisition, "order") == "ordered"
    order: str = chain.be("buyA").get("records/purchase_order")["items"][0]["id"]
    chain.be("buyA").takes("purchase_order", order, "submit")
    return order


def sheet(chain: Server, order: str) -> tuple[str, dict[str, str]]:
    """The newest receipt that was made of an order, and its rows by item."""
    before = {each["id"] for each in chain.be("clerk1").get("records/receipt")["items"]}
    chain.be("clerk1").takes("purchase_order", order, "receive")
    found = chain.be("clerk1").get("records/receipt")["items"]
    made = next(each["id"] for each in found if each["id"] not in before)
    lines = chain.be("clerk1").get(f"records/receipt/{made}")["values"]["lines"]
    return made, {each["item"]["code"]: each["row"] for each in lines}


def came(rows: dict[str, str], **good: str) -> dict[str, Any]:
    """What the receiver writes."""
    return {"lines": [{"row": rows[code], "quantity": quantity} for code, quantity in good.items()]}


def line(chain: Server, form: str, record: str) -> dict[str, Any]:
    """The first line of a record, as the auditor sees it."""
    found: dict[str, Any] = chain.be("aud").get(f"records/{form}/{record}")["values"]["lines"][0]
    return found


def test_a_store_asks_and_goods_come_in_two_parts(chain: Server) -> None:
    requisition = asked(chain, A100="100", B200="2")
    assert [each["step"] for each in chain.be("mgr1").tasks("requisition")] == ["store"]
    assert chain.be("ame").tasks("requisition") == chain.be("buyA").tasks("requisition") == []
    assert chain.be("mgr1").decides("requisition") == "approved"

    assert chain.be("buyA").takes("requisition", requisition, "order") == "ordered"
    orders = chain.be("buyA").get("records/purchase_order")["items"]
    assert len(orders) == 2  # one for each supplier
    rice = next(each["id"] for each in orders if line(chain, "purchase_order", each["id"])["item"]["code"] == "A100")
    assert line(chain, "requisition", requisition)["on_order"] == "100"

    assert chain.be("buyA").takes("purchase_order", rice, "submit") == "sent"  # 1,000 needs nobody's word
    first, rows = sheet(chain, rice)
    too_many = chain.be("clerk1").send(
        "POST", f"records/receipt/{first}/actions/post", {"values": came(rows, A100="101")}
    )
    assert (too_many.status_code, too_many.json()["kind"]) == (409, "rule")
    assert chain.be("clerk1").takes("receipt", first, "post", came(rows, A100="60")) == "posted"
    assert chain.be("clerk1").on_hand("A100", "S01") == "100"
    assert chain.be("aud").get(f"records/purchase_order/{rice}")["state"] == "partly"
    assert (line(chain, "purchase_order", rice)["received"], line(chain, "purchase_order", rice)["open"]) == (
        "60",
        "40",
    )

    second, rows = sheet(chain, rice)
    assert line(chain, "receipt", second)["ordered"] == "40"
    assert chain.be("clerk1").takes("receipt", second, "post", came(rows, A100="40")) == "posted"
    assert chain.be("clerk1").on_hand("A100", "S01") == "140"
    assert chain.be("aud").get(f"records/purchase_order/{rice}")["state"] == "complete"

    assert chain.be("mgr1").takes("receipt", second, "undo", asks={"why": "counted wrong"}) == "reversed"
    assert chain.be("clerk1").on_hand("A100", "S01") == "100"
    assert chain.be("aud").get(f"records/purchase_order/{rice}")["state"] == "partly"
    assert chain.be("buyA").takes("purchase_order", rice, "close_short", asks={"why": "no more to come"}) == "closed"
    assert chain.be("aud").does("verify")["faults"] == []


def test_who_must_agree_follows_from_the_sum(chain: Server) -> None:
    assert chain.be("aud").get(f"records/requisition/{asked(chain, B201='99')}")["state"] == "approved"  # 495
    asked(chain, B201="5001")  # 25,005
    assert chain.be("mgr1").decides("requisition") == "approval"
    assert chain.be("cfo").tasks("requisition") == []
    assert chain.be("ame").decides("requisition") == "approval"
    assert chain.be("cfo").decides("requisition") == "approved"
    assert chain.be("mgr1").tasks("requisition") == chain.be("ame").tasks("requisition") == []


def test_an_order_that_is_refused_leads_back_to_the_request(chain: Server) -> None:
    order = ordered(chain, B201="600")  # 3,000: the purchase manager is asked
    requisition = chain.be("aud").get(f"records/purchase_order/{order}")["values"]["requisition"]["id"]
    assert chain.be("buyA").tasks("requisition") == []
    assert chain.be("bmgr").decides("purchase_order", "reject") == "rejected"
    assert chain.be("aud").get(f"records/requisition/{requisition}")["state"] == "approved"
    assert line(chain, "requisition", requisition)["on_order"] == "0"
    assert chain.be("buyA").takes("requisition", requisition, "order") == "ordered"
    again = chain.be("buyA").get("records/purchase_order")["items"]
    assert {each["state"] for each in again} == {"draft", "rejected"}


def test_what_an_order_costs_is_not_there_for_who_receives_it(chain: Server) -> None:
    order = ordered(chain, A100="10")
    seen = chain.be("clerk1").get(f"records/purchase_order/{order}")["values"]
    assert "total" not in seen
    assert not {"price", "value"} & set(seen["lines"][0])
    other = chain.be("clerk2").send("GET", f"records/purchase_order/{order}")
    nothing = chain.be("clerk2").send("GET", f"records/purchase_order/{uuid.uuid4()}")
    assert other.status_code == nothing.status_code == 404
    assert other.content == nothing.content
    assert chain.be("buyA").send("POST", f"records/purchase_order/{order}/actions/receive").status_code == 403
