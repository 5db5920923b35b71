"""A running chain with two people for every part, goods enough, and transfers in any state. Used by the races."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from tests.faults.racing import Answer, Line, Request, bearer, session, together, two_lines
from tests.serving import Person, Server

SIGNED = {"signature": {"typed": "Chen Jing"}}
STOCK = "100000"


class Arena:
    """A server, and what the races need beside the demo."""

    def __init__(self, server: Server, workers: int = 1) -> None:
        self.server = server
        self.workers = workers
        self._keys: dict[str, dict[str, str]] = {}
        self._assign("clerk1", "till", "S01")
        self._assign("clerk1b", "till", "S01")
        self._assign("mgr2", "manager", "DC1")
        self._assign("clerk3", "clerk", "DC1")
        self.receive("dck", "DC1", "A100", STOCK)
        self._let_submitters_edit()

    def be(self, account: str) -> Person:
        """Somebody, signed in."""
        return self.server.be(account)

    def who(self, account: str) -> dict[str, str]:
        """The headers of somebody who is signed in."""
        return session(self.be(account))

    def key(self, account: str) -> dict[str, str]:
        """The headers of a till that has a key of this person."""
        if account not in self._keys:
            made = self.be(account).does("keys", {"name": f"till of {account}"})
            self._keys[account] = bearer(made["key"])
        return self._keys[account]

    def at_once(self, requests: Sequence[Request]) -> list[Answer]:
        """Many at once, each over a connection of its own."""
        lines = [Line(self.server.url) for _ in requests]
        answers, _ = together(lines, requests)
        for line in lines:
            line.close()
        return answers

    def in_turn(self, *requests: Request) -> list[Answer]:
        """One after the other."""
        return [answer for each in requests for answer in self.at_once([each])]

    def race(self, first: Request, second: Request, *, turned: bool = False) -> tuple[list[Answer], bool]:
        """Both at once, over two open connections; `turned` sends the second a moment before the first."""
        lines = two_lines(self.server)
        order = [second, first] if turned else [first, second]
        answers, raced = together(lines, order)
        for line in lines:
            line.close()
        return (answers[::-1] if turned else answers), raced

    def _assign(self, account: str, role: str, at: str) -> None:
        adm = self.be("adm")
        filters = f"account == '{account}'"
        person = adm.get("records/person", filter=filters)["items"][0]["id"]
        adm.makes("assignment", {"person": person, "role": role, "at": self.id_of("store", at)})

    def _let_submitters_edit(self) -> None:
        """From now on a transfer can be edited while it is in approval, and decisions on it be taken back."""
        adm = self.be("adm")
        words = adm.get("definitions/workflow/transfer")["text"]
        before = "steps: transfer_approval}"
        assert before in words
        after = "steps: transfer_approval, edit: {corrector: {by: [submitter], fields: [reason]}}}"
        closed, opened = "may: {hand_over: {}", "may: {take_back: {within: 30m}, hand_over: {}"
        assert closed in words
        words = words.replace(before, after).replace(closed, opened)
        texts = [{"kind": "workflow", "name": "transfer", "text": words}]
        adm.does("definitions/publish", {"texts": texts, "note": "for races"})

    def id_of(self, form: str, code: str) -> str:
        """The record with a code."""
        found: str = self.be("adm").get(f"records/{form}", filter=f"code == '{code}'")["items"][0]["id"]
        return found

    def new_item(self) -> str:
        """An item that is nowhere yet; its code."""
        code = f"L{uuid.uuid4().hex[:12].upper()}"
        values = {"code": code, "name": code, "category": {"code": "FOOD"}, "cost": "1.00", "price": "2.00"}
        self.be("adm").makes("item", values)
        return code

    def receive(self, account: str, store: str, item: str, quantity: str) -> None:
        """Goods come in."""
        lines = [{"item": {"code": item}, "quantity": quantity}]
        values = {"supplier": {"code": "V1"}, "store": {"code": store}, "lines": lines}
        self.be(account).makes("receipt", values, "post")

    def transfer(self, upto: str, to: str = "S01", by: str = "clerk1c", **values: Any) -> str:
        """A transfer from the warehouse that has come so far: `draft`, `approval`, `approved`, `in_transit`."""
        made = self.be(by).makes("transfer", self.asked(to, **values), None if upto == "draft" else "submit")
        if upto in ("approved", "in_transit"):
            self.be("dckm").does(f"tasks/{self.task(made)}/approve", {})
        if upto == "in_transit":
            self.be("dck").takes("transfer", made, "ship")
        return made

    def asked(self, to: str = "S01", item: str = "A100", quantity: str = "1") -> dict[str, Any]:
        """What somebody asks the warehouse for."""
        lines = [{"row": str(uuid.uuid4()), "item": {"code": item}, "requested": quantity}]
        return {"from_store": {"code": "DC1"}, "to_store": {"code": to}, "reason": "other", "lines": lines}

    def task(self, record: str, by: str = "dckm") -> str:
        """The task of somebody about a transfer."""
        (found,) = self.be(by).get(f"records/transfer/{record}")["tasks"]
        task: str = found["id"]
        return task

    def revision(self, record: str, form: str = "transfer") -> int:
        """The revision that a transfer has now."""
        found: int = self.be("aud").get(f"records/{form}/{record}")["revision"]
        return found

    def action(self, who: Mapping[str, str], record: str, action: str, body: Any = None, **headers: str) -> Request:
        """Somebody takes an action on a transfer."""
        return Request(who, "POST", f"records/transfer/{record}/actions/{action}", body or {}, headers)

    def lines_done(self, record: str, *actions: str, form: str = "transfer") -> list[str]:
        """Which of these actions history has, in its order."""
        items = self.be("aud").get(f"records/{form}/{record}/history")["items"]
        return [each["action"] for each in items if each["action"].partition(":")[0] in actions]

    def state(self, record: str, form: str = "transfer") -> str:
        """The state of a record."""
        found: str = self.be("aud").get(f"records/{form}/{record}")["state"]
        return found

    def assert_clean(self) -> None:
        """Everything recounts."""
        assert self.be("aud").does("verify")["faults"] == []
