"""Transfers between stores while the server is killed and started again. Used by `real_input`.

A command that was not answered is sent again under its key until it is; what was answered must be there exactly once.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.chain import Chain, named, signed, transfer
from bench.client import Answer, Client, Cut
from bench.server import Serving

FLYING = 4
"""Requests that must be in flight when the server is killed."""
PLENTY = 500
"""What a store has of each item beyond what it sells."""
SHIPPED = ("submit", "approve", "ship", "receive")
"""The commands of one transfer."""
ITEMS = 3
AWAY = 503
LOOK_SECONDS = 0.0005


class Fire:
    """Kills the server, `kills` times, each time after so many more answers and with requests in flight."""

    def __init__(self, serving: Serving, kills: int, every: int) -> None:
        self._serving = serving
        self._kills = kills
        self._every = every
        self._lock = threading.Lock()
        self._up = threading.Event()
        self._up.set()
        self._over = threading.Event()
        self._in_flight = 0
        self._answered = 0
        self.flying: list[int] = []
        self.killed = 0
        self.resent = 0

    def ask(self, client: Client, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """Send until it is answered; the body of the answer, which must be good."""
        while True:
            self._up.wait()
            answer = self._once(client, method, path, body, key)
            if answer is None or answer.status == AWAY:
                self.resent += 1
                time.sleep(LOOK_SECONDS)
                continue
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path}: {answer.status} {answer.body}")
            self._answered += key is not None
            return answer.body

    def _once(self, client: Client, method: str, path: str, body: Any, key: str | None) -> Answer | None:
        with self._lock:
            self._in_flight += 1
        try:
            return client.ask(method, path, body, key)
        except Cut:
            return None
        finally:
            with self._lock:
                self._in_flight -= 1

    def burn(self) -> None:
        """Kill and start again until it was often enough or everything is done."""
        while self.killed < self._kills and not self._over.is_set():
            if self._answered >= (self.killed + 1) * self._every and self._in_flight >= FLYING:
                self._up.clear()
                self.flying.append(self._in_flight)
                self._serving.kill()
                self.killed += 1
                self._serving.start()
                self._up.set()
            time.sleep(LOOK_SECONDS)

    def end(self) -> None:
        """Everything is done."""
        self._over.set()


class Transfers:
    """Eight pairs of clerks move goods between their stores."""

    def __init__(self, chain: Chain, fire: Fire, stores: Sequence[str], items: Sequence[str]) -> None:
        self._chain = chain
        self._fire = fire
        self._stores = stores
        self._items = items
        self.commands: list[tuple[str, str]] = []
        """Acknowledged: record and what was done."""
        self.change: Counter[tuple[str, str]] = Counter()

    def run(self, count: int) -> None:
        """So many transfers, from draft to received."""
        burning = threading.Thread(target=self._fire.burn)
        burning.start()
        try:
            with ThreadPoolExecutor(len(self._stores)) as pool:
                list(pool.map(self._client, [range(n, count, len(self._stores)) for n in range(len(self._stores))]))
        finally:
            self._fire.end()
            burning.join()

    def _client(self, numbers: range) -> None:
        desks: dict[str, Client] = {}
        for number in numbers:
            chosen = random.Random(number)
            origin, target = chosen.sample(list(self._stores), 2)
            self._one(number, origin, target, chosen.sample(list(self._items), ITEMS), desks)

    def _one(self, number: int, origin: str, target: str, items: Sequence[str], desks: dict[str, Client]) -> None:
        def by(role: str, store: str) -> Client:
            account = f"{role}-{store}"
            if account not in desks:
                desks[account] = self._chain.client(account)
            return desks[account]

        body = transfer(number, origin, target, items)
        record = body["id"]
        self._do(by("clerk", origin), record, "submit", "records/transfer", body)
        seen = self._fire.ask(by("manager", origin), "GET", f"records/transfer/{record}")
        self._do(by("manager", origin), record, "approve", f"tasks/{seen['tasks'][0]['id']}/approve", {})
        self._do(by("clerk", origin), record, "ship", f"records/transfer/{record}/actions/ship", {})
        rows = [{"row": row["row"], "received": row["requested"]} for row in body["values"]["lines"]]
        received = {"values": {"lines": rows}, "asks": signed(f"clerk-{target}")}
        self._do(by("clerk", target), record, "receive", f"records/transfer/{record}/actions/receive", received)
        for item in items:
            self.change[origin, item] -= 1
            self.change[target, item] += 1

    def _do(self, client: Client, record: str, what: str, path: str, body: Any) -> None:
        self._fire.ask(client, "POST", path, body, key=named(record, what))
        self.commands.append((record, what))

    def check(self, client: Client) -> int:
        """Every acknowledged command is in the history of its record, once; gives how many there are."""
        for record in {record for record, _ in self.commands}:
            lines = client.does("GET", f"records/transfer/{record}/history")["items"]
            done = Counter(line["action"].partition(":")[0] for line in lines)
            asked = Counter(what for of, what in self.commands if of == record)
            if any(done[what] != 1 or count != 1 for what, count in asked.items()):
                raise RuntimeError(f"transfer {record}: {done} was done, {asked} was acknowledged")
        return len(self.commands)
