"""What has happened in the chain before pictures are taken: made by the API, as anybody would. Used by `pictures`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.browser.laying import lab, lay
from tests.days import ZONE
from tests.images import red_png
from tests.operations.lab import policy
from tests.serving import Server

LINES = [("A100", "24"), ("B200", "6"), ("B201", "12"), ("A100", "3")]


def history(server: Server, listeners: Mapping[str, str]) -> dict[str, str]:
    """Records of every form in their states, twenty that wait for one manager; the path of each by a name.

    `listeners`: who is told outside, by name, and at which address; one of them is gone.
    """
    _listen(server, listeners)
    named = {**_transfers(server), **_purchase(server), **_losses(server), **_masters(server)}
    _stands_in(server)
    _views(server)
    while not server.be("adm").get("deliveries", state="dead")["items"]:
        pass
    return named


def _listen(server: Server, listeners: Mapping[str, str]) -> None:
    """Systems outside that are told what is on its way."""
    adm = server.be("adm")
    for number, (name, url) in enumerate(listeners.items()):
        values = {"code": f"W{number}", "name": name, "channel": "transfers", "url": url, "reader": {"code": "fin1"},
                  "format": "standard"}  # fmt: skip
        adm.does(f"endpoints/{adm.makes('subscriber', values)}/secrets", {})


def rows_decided_one_by_one(server: Server) -> dict[str, str]:
    """A step in which each row has its own people; no form of the pack has one, so it is laid over them last."""
    kept = {" plea,", " basket,"}
    lines = [each for each in policy() if any(word in each for word in kept)]
    lay(server, *lab("plea", "basket"), policy=[*lines, "p, clerk, person, see, chain"])
    found = server.be("adm").get("records/person", limit="200")["items"]
    who = {each["values"]["account"]: each["id"] for each in found}
    rows = [("A100", "mgr1"), ("B200", "mgr1"), ("B201", "fin1"), ("H900", "fin1")]
    lines_of = [{"item": {"code": code}, "quantity": "5", "checker": who[by]} for code, by in rows]
    record = server.be("clerk1").makes("basket", {"lines": lines_of}, "hand_in")
    plea = server.be("clerk1").makes("plea", {"amount": "50"}, "hand_in")
    return {"basket": _at("basket", record), "basket_task": _task(server, "mgr1", record), "plea": _at("plea", plea)}


def _at(form: str, record: str) -> str:
    return f"/records/{form}/{record}"


def _task(server: Server, account: str, record: str) -> str:
    tasks = server.be(account).get("tasks", limit="500")["items"]
    found: str = next(each["id"] for each in tasks if each["record"]["id"] == record)
    return found


def _transfers(server: Server) -> dict[str, str]:
    """In every state, one with a difference, one that went back."""
    made = {"draft": _transfer(server, "clerk1", "S01", None), "long": _long(server)}
    for number in range(20):
        _transfer(server, "clerk1", "S01", "submit", "S02" if number % 2 else "S03", 1 + number % 3)
    made["returned"] = _returned(server)
    made["approved"] = _approved(server)
    made["asked"] = _transfer(server, "clerk1", "S01", "submit")
    made["shipped"], made["returning"], made["different"] = (_shipped(server) for _ in range(3))
    made["counted"] = _counted(server, _shipped(server))
    clerk = server.be("clerk2")
    rows = clerk.get(f"records/transfer/{made['different']}")["values"]["lines"]
    good = [{"row": each["row"], "received": str(int(each["shipped"]) - 1), "damaged": "0"} for each in rows]
    lines = [{**each, "remark": "box was open"} for each in good]
    signed = {"signature": {"typed": "Sun Lei"}}
    clerk.takes("transfer", made["different"], "receive", {"lines": lines}, signed)
    server.be("mgr2").takes(
        "transfer", made["returning"], "return_to_sender", None, {"why": "not ordered 这不是我们订的"}
    )
    clerk.does(
        f"records/transfer/{made['different']}/comments", {"comment": "两箱外包装破损，照片已留 (both boxes were open)"}
    )
    difference = server.be("dckm").get("records/discrepancy", limit="1")["items"][0]["id"]
    named = {name: _at("transfer", record) for name, record in made.items()}
    task = _task(server, "mgr1", made["asked"])
    return {**named, "asked_task": task, "difference": _at("discrepancy", difference)}


def _values(origin: str, target: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"from_store": {"code": origin}, "to_store": {"code": target}, "reason": "replenishment", "lines": lines}


def _transfer(server: Server, who: str, origin: str, action: str | None, target: str = "S02", count: int = 2) -> str:
    lines = [{"item": {"code": code}, "requested": quantity} for code, quantity in LINES[:count]]
    kept = {each["item"]["code"]: each for each in lines}
    return server.be(who).makes("transfer", _values(origin, target, list(kept.values())), action)


def _long(server: Server) -> str:
    lines = [{"item": {"code": "A100"}, "requested": str(number)} for number in range(1, 201)]
    return server.be("clerk1").makes("transfer", _values("S01", "S03", lines))


def _decided(server: Server, record: str, by: str, verdict: str, words: str) -> str:
    server.be(by).does(f"tasks/{_task(server, by, record)}/{verdict}", {"comment": words})
    return record


def _returned(server: Server) -> str:
    words = "两箱不够一周，请改为三箱 (two boxes last no week)"
    return _decided(server, _transfer(server, "clerk1", "S01", "submit"), "mgr1", "return", words)


def _approved(server: Server) -> str:
    return _decided(server, _transfer(server, "clerk2", "DC1", "submit"), "dckm", "approve", "同意，今天发货")


def _shipped(server: Server) -> str:
    record = _approved(server)
    server.be("dck").takes("transfer", record, "ship")
    return record


def _counted(server: Server, record: str) -> str:
    """All of it is there; only the signature is missing."""
    clerk = server.be("clerk2")
    found = clerk.get(f"records/transfer/{record}")
    lines = [{"row": each["row"], "received": each["shipped"], "damaged": "0"} for each in found["values"]["lines"]]
    clerk.send("PATCH", f"records/transfer/{record}", {"lines": lines}, **{"If-Match": f'"{found["revision"]}"'})
    return record


def _purchase(server: Server) -> dict[str, str]:
    """What a store asks for: waiting for its manager, for the buyer, and ordered and half of it there."""
    needed = (datetime.now(ZONE) + timedelta(days=5)).date().isoformat()
    lines = [{"item": {"code": code}, "quantity": quantity} for code, quantity in (("A100", "100"), ("B200", "12"))]
    values = {"needed": needed, "note": "周末促销 (for the weekend's promotion)", "lines": lines}
    asked, wanted, bought = (server.be("clerk1").makes("requisition", values, "submit") for _ in range(3))
    for record in (wanted, bought):
        _decided(server, record, "mgr1", "approve", "同意")
    buyer, clerk = server.be("buyA"), server.be("clerk1")
    buyer.takes("requisition", bought, "order")
    orders = buyer.get("records/purchase_order")["items"]
    order = next(
        each["id"] for each in orders if _first(server, "purchase_order", each["id"])["item"]["code"] == "A100"
    )
    draft = next(each["id"] for each in orders if each["id"] != order)
    buyer.takes("purchase_order", order, "submit")
    received, open_one = _received(server, order, "60"), None
    clerk.takes("purchase_order", order, "receive")
    open_one = next(each["id"] for each in clerk.get("records/receipt")["items"] if each["state"] == "draft")
    named = {"requisition": asked, "requisition_open": wanted, "requisition_bought": bought}
    made = {name: _at("requisition", record) for name, record in named.items()}
    orders_made = {"order": _at("purchase_order", order), "order_draft": _at("purchase_order", draft)}
    return {**made, **orders_made, "receipt": _at("receipt", received), "receipt_draft": _at("receipt", open_one)}


def _first(server: Server, form: str, record: str) -> dict[str, Any]:
    found: dict[str, Any] = server.be("aud").get(f"records/{form}/{record}")["values"]["lines"][0]
    return found


def _received(server: Server, order: str, good: str) -> str:
    clerk = server.be("clerk1")
    clerk.takes("purchase_order", order, "receive")
    sheet: str = next(each["id"] for each in clerk.get("records/receipt")["items"] if each["state"] == "draft")
    row = _first(server, "receipt", sheet)["row"]
    clerk.takes("receipt", sheet, "post", {"lines": [{"row": row, "quantity": good, "damaged": "2"}]})
    return sheet


def _losses(server: Server) -> dict[str, str]:
    """Counts that are open and that wait, write-offs that wait to be signed and that were destroyed, a return."""
    clerk, manager = server.be("clerk1"), server.be("mgr1")
    figures = [{"item": {"code": code}, "counted": figure} for code, figure in (("A100", "38"), ("B201", "20"))]
    counts = clerk.makes("count", {"lines": figures}), clerk.makes("count", {"lines": figures}, "finish")
    for number in range(3):
        gone = clerk.makes("write_off", {"reason": "broken", "lines": _lost(str(1 + number))}, "submit")
        _signs(server, "mgr1", "manager", gone)
        _signs(server, "sec1", "witness", gone)
        proof = manager.client.post("/api/attachments", files={"file": ("proof.png", red_png(), "image/png")}).json()
        asks = {"proof": proof["id"], "present": "Li, Wang"}
        manager.takes("write_off", gone, "destroy", asks=asks)
    open_one = clerk.makes("write_off", {"reason": "broken", "note": "货架倒塌", "lines": _lost("1")}, "submit")
    _signs(server, "sec1", "witness", open_one)
    goods = [{"item": {"code": "A100"}, "quantity": "1", "condition": "damaged"}]
    back = clerk.makes("customer_return", {"reason": "faulty", "lines": goods}, "submit")
    named = {"count_open": _at("count", counts[0]), "count": _at("count", counts[1])}
    return {
        **named,
        "gone": _at("write_off", gone),
        "signed": _at("write_off", open_one),
        "signed_task": _task(server, "mgr1", open_one),
        "back": _at("customer_return", back),
    }


def _lost(quantity: str) -> list[dict[str, Any]]:
    return [{"item": {"code": "B200"}, "quantity": quantity}]


def _signs(server: Server, account: str, part: str, record: str) -> None:
    server.be(account).does(
        f"tasks/{_task(server, account, record)}/approve",
        {"asks": {f"{part}_signature": {"typed": server.be(account).get("me")["name"]}}},
    )


def _masters(server: Server) -> dict[str, str]:
    adm = server.be("adm")
    return {
        form: _at(form, adm.get(f"records/{form}", limit="1")["items"][0]["id"]) for form in ("item", "store", "person")
    }


def _stands_in(server: Server) -> None:
    """A manager is away for a while; another decides for him."""
    today = datetime.now(ZONE).date()
    who = server.be("mgr3").get("records/person", q="mgr4")["items"][0]["id"]
    period = {"person": who, "from": today.isoformat(), "until": (today + timedelta(days=14)).isoformat()}
    server.be("mgr3").send("PUT", "me/substitute", period).raise_for_status()


def _views(server: Server) -> None:
    """One of the lists is kept in two views."""
    views: Mapping[str, Mapping[str, Any]] = {
        "mine": {"name": "待我店发货 To ship", "filters": {"f.state": "approved"}},
        "wait": {"name": "审批中 In approval", "filters": {"f.state": "approval"}},
    }
    for name, view in views.items():
        server.be("clerk1").send("PUT", f"me/views/{name}", {"form": "transfer", **view}).raise_for_status()
