"""A random story of a chain: transfers, receipts, tickets, edits, verdicts, refusals; whoever tries, in any order.

Everything follows from one seed, so that a story can be told again; what people try is often wrong, and must then be
refused.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.invariants.building import Chain, Outcome, Somebody

STORES = {"DC1": "dck", "S01": "clerk1", "S02": "clerk2", "S03": "clerk3"}
CLERKS = ["dck", "clerk1", "clerk1b", "clerk2", "clerk3"]
DECIDERS = ["dckm", "mgr1", "mgr2", "mgr3", "ame", "amw", "plan1", "fin1", "fin2", "dir1"]
SERIALS = [*(f"H900-DC1-{number}" for number in range(1, 5)), "H900-S01-1", "H900-S01-2", "H900-S01-3"]

T = TypeVar("T")


class Story:
    """One story on one chain; `accepted` and `refused` are everything that was answered."""

    def __init__(self, chain: Chain, seed: int) -> None:
        self.chain = chain
        self.random = random.Random(seed)
        self.accepted: list[Outcome] = []
        self.refused: list[Outcome] = []
        self.people: dict[str, Somebody] = {}
        self.names: dict[str, str] = {}
        self.chosen: str | None = None

    def pick(self, choices: Sequence[T]) -> T:
        """One of these."""
        return self.random.choice(choices)

    def quantity(self) -> str:
        """A few pieces, now and then more than there are."""
        return str(self.random.randint(13, 600) if self.random.random() < 0.2 else self.random.randint(1, 12))

    def be(self, account: str) -> Somebody:
        """Somebody, looked up once."""
        if account not in self.people:
            self.people[account] = self.chain.be(account)
        return self.people[account]

    def signed(self, account: str) -> dict[str, Any]:
        """His own name, looked up once."""
        if account not in self.names:
            self.names[account] = self.be(account).gets("me")["name"]
        return {"signature": {"typed": self.names[account]}}

    def run(self, steps: int) -> None:
        """So many steps, each whatever people try."""
        for _ in range(steps):
            self.pick(STEPS)(self)

    def tries(self, account: str, method: str, path: str, body: Any = None, seen: int | None = None) -> Outcome:
        """Try something; remember how it ended. A server must never fail."""
        done = self.be(account).sends(method, path, body, seen=seen)
        assert done.status < 500, done
        (self.accepted if done.well else self.refused).append(done)
        return done

    # -- what people try ---------------------------------------------------------------------------------------------

    def asks_for_goods(self) -> None:
        """A transfer, submitted or left as a draft."""
        origin, target = self.random.sample(list(STORES), 2)
        lines = [self.line() for _ in range(self.random.randint(1, 3))]
        values = {"from_store": {"code": origin}, "to_store": {"code": target}, "reason": "other", "lines": lines}
        body: dict[str, Any] = {"values": values}
        if self.random.randint(0, 4):
            body["action"] = "submit"
        account = self.pick([STORES[origin], STORES[target], STORES[target], "clerk1b"])
        made = self.tries(account, "POST", "records/transfer", body)
        if made.well:
            self.chosen = made.body["id"]

    def line(self) -> dict[str, Any]:
        """One line of goods, now and then a serial number or a lot."""
        kind = self.pick(["A100", "A100", "B200", "B201", "A101", "H900"])
        if kind == "H900":
            serial = self.pick(SERIALS)
            return {"item": {"code": kind}, "lot": {"code": serial}, "requested": "1"}
        lot = {"lot": {"code": "L1"}} if kind == "A101" else {}
        return {"item": {"code": kind}, "requested": self.quantity(), **lot}

    def goes_on(self) -> None:
        """Somebody takes an action on a transfer, the one at hand more often than others."""
        record = self.transfer()
        if record is None:
            return
        actions = ["submit", "ship", "ship", "receive", "receive", "withdraw", "cancel", "take_back"]
        action = self.pick([*actions, "return_to_sender", "accept", "close"])
        account = self.pick([*CLERKS, *CLERKS, "mgr2", "mgr3"])
        body: dict[str, Any] = {"asks": {"why": "so it goes"}} if action in ("cancel", "return_to_sender") else {}
        if action == "ship" and self.random.random() < 0.5:
            body["values"] = {"lines": [{"row": row, "shipped": self.part(row_)} for row, row_ in self.rows(record)]}
        if action == "receive":
            body = {
                "asks": self.signed(account),
                "values": {"lines": [self.received(*each) for each in self.rows(record)]},
            }
        self.tries(account, "POST", f"records/transfer/{record}/actions/{action}", body)

    def walks_on(self) -> None:
        """A transfer goes one step of its usual way."""
        record = self.transfer()
        if record is None:
            return
        found = self.be("aud").gets(f"records/transfer/{record}")
        state, values = found["state"], found["values"]
        if state == "approval":
            self.decides_one(record, "approve")
        elif state == "approved":
            self.tries(STORES[values["from_store"]["code"]], "POST", f"records/transfer/{record}/actions/ship", {})
        elif state == "in_transit":
            lines = [self.received(*each) for each in self.rows(record)]
            receiver = STORES[values["to_store"]["code"]]
            body = {"asks": self.signed(receiver), "values": {"lines": lines}}
            self.tries(receiver, "POST", f"records/transfer/{record}/actions/receive", body)

    def decides(self) -> None:
        """Somebody decides a task, his or not."""
        self.decides_one(self.transfer(), self.pick(["approve", "approve", "reject", "return"]))

    def decides_one(self, record: str | None, verdict: str) -> None:
        """Some decider's word on the oldest open task of a record."""
        if record is None:
            return
        found = self.chain.rows("SELECT id FROM task WHERE record = :r AND kind = 'decide' AND ended IS NULL", r=record)
        if found:
            account = self.pick([*DECIDERS, *CLERKS])
            for each in dict.fromkeys([account, *DECIDERS] if verdict == "approve" else [account]):
                body = {"to": "submitter"} if verdict == "return" else {}
                if self.tries(each, "POST", f"tasks/{found[0].id}/{verdict}", body).well:
                    return

    def settles(self) -> None:
        """A manager settles what is missing."""
        found = self.chain.rows("SELECT id FROM record WHERE form = 'discrepancy' AND state = 'open'")
        if not found:
            return
        record = self.pick(sorted(row.id for row in found))
        shown = self.be("aud").gets(f"records/discrepancy/{record}")["values"]["lines"]
        lines = [
            {"row": row["row"], "found": self.pick(["0", row["open"], "1"]), "written_off": lost} | {"reason": "gone"}
            for row in shown
            for lost in [self.pick(["0", row["open"], "1"])]
        ]
        account = self.pick(["dckm", "mgr1", "mgr2", "mgr3"])
        self.tries(account, "POST", f"records/discrepancy/{record}/actions/settle", {"values": {"lines": lines}})

    def brings(self) -> None:
        """Goods come from a supplier, or what came is reversed."""
        account, store = self.pick([("clerk1", "S01"), ("clerk2", "S02"), ("dck", "DC1")])
        if self.random.randint(0, 2) == 0:
            found = self.chain.rows("SELECT id FROM record WHERE form = 'receipt' ORDER BY id")
            if found:
                record = self.pick([row.id for row in found])
                undo = {"asks": {"why": "wrong goods"}}
                self.tries("mgr1", "POST", f"records/receipt/{record}/actions/undo", undo)
            return
        line = {"item": {"code": "A100"}, "quantity": self.quantity(), "damaged": self.quantity()}
        values = {"supplier": {"code": "V1"}, "store": {"code": store}, "lines": [line]}
        self.tries(account, "POST", "records/receipt", {"values": values, "action": "post"})

    def sells(self) -> None:
        """A ticket at the till of S01, of serial numbers too."""
        lines = [
            {"item": each["item"], **named, "quantity": each["requested"], "price": "10.00"}
            for each in [self.line() for _ in range(self.random.randint(1, 2))]
            for lot in [each.get("lot")]
            for named in [({"serial": lot} if each["item"]["code"] == "H900" else {"lot": lot}) if lot else {}]
        ]
        values = {"store": {"code": "S01"}, "lines": lines}
        self.tries("clerk1c", "POST", "records/ticket", {"values": values, "action": "post"})

    def edits(self) -> None:
        """Somebody edits a transfer, seen now or long ago."""
        record = self.transfer()
        if record is None:
            return
        revision = self.chain.one("SELECT revision FROM record WHERE id = :id", id=record)
        seen = revision - self.pick([0, 0, 0, 1])
        body = self.pick([{"reason": "slow"}, {"carrier": "SF"}, {"total": "1"}, {"reason": "x"}])
        self.tries(self.pick(CLERKS), "PATCH", f"records/transfer/{record}", body, seen=seen)

    # -- what they do it with ----------------------------------------------------------------------------------------

    def transfer(self) -> str | None:
        """A transfer: mostly the one at hand."""
        if self.chosen is not None and self.random.randint(0, 3):
            return self.chosen
        found = sorted(row.id for row in self.chain.rows("SELECT id FROM record WHERE form = 'transfer'"))
        self.chosen = self.pick(found) if found else None
        return self.chosen

    def rows(self, record: str) -> list[tuple[str, dict[str, Any]]]:
        """The rows of a transfer as they are shown."""
        found = self.be("aud").gets(f"records/transfer/{record}")["values"].get("lines") or []
        return [(each["row"], each) for each in found]

    def part(self, row: dict[str, Any]) -> str:
        """All of it, some of it, nothing or too much."""
        whole = int(row.get("approved") or row["requested"])
        return str(self.pick([whole, whole, max(whole - 1, 0), 0, whole + 1]))

    def received(self, row: str, line: dict[str, Any]) -> dict[str, Any]:
        """What the receiver counts."""
        shipped = int(line.get("shipped") or 0)
        damaged = self.pick([0, 0, 0, 1]) if shipped else 0
        good = max(shipped - damaged - self.pick([0, 0, 0, 1, -1]), 0)
        return {"row": row, "received": str(good), "damaged": str(damaged), "remark": "counted"}


STEPS: list[Callable[[Story], None]] = [
    Story.asks_for_goods,
    Story.asks_for_goods,
    Story.walks_on,
    Story.walks_on,
    Story.walks_on,
    Story.walks_on,
    Story.goes_on,
    Story.decides,
    Story.settles,
    Story.brings,
    Story.sells,
    Story.edits,
]
