"""Two server processes on one database, one of them killed under load: nothing that was acknowledged is lost."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.faults.arena import Arena
from tests.faults.copies import Copies
from tests.serving import Server, serving

CLIENTS = 8
EACH = 6
BEFORE = CLIENTS * 2
"""So many acknowledgements have come when the process is killed."""


class Load:
    """Clients who post tickets with keys, and send again what was not answered."""

    def __init__(self, homes: list[str], who: dict[str, str], item: str) -> None:
        self.homes = homes
        self.who = who
        self.item = item
        self.answers: dict[str, Any] = {}
        self.broken = 0
        self.enough = threading.Semaphore(0)

    def client(self, number: int) -> None:
        """One client: first at one process, after a broken answer at the other."""
        home = self.homes[number % len(self.homes)]
        with httpx.Client(headers=self.who, timeout=30) as http:
            for _ in range(EACH):
                key = str(uuid.uuid4())
                while key not in self.answers:
                    try:
                        self.answers[key] = self._post(http, home, key)
                    except httpx.TransportError:
                        self.broken += 1
                        home = self.homes[-1]
                self.enough.release()

    def _post(self, http: httpx.Client, home: str, key: str) -> Any:
        lines = [{"item": {"code": self.item}, "quantity": "1", "price": "2.00"}]
        body = {"id": key, "values": {"store": {"code": "S01"}, "lines": lines}, "action": "post"}
        answer = http.post(f"{home}/api/records/ticket", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def run_and_kill(self, *processes: psutil.Process) -> None:
        """Run all clients; when enough was acknowledged, kill that of the processes to which most of them talk."""
        with ThreadPoolExecutor(CLIENTS) as threads:
            running = [threads.submit(self.client, number) for number in range(CLIENTS)]
            for _ in range(BEFORE):
                self.enough.acquire()
            max(processes, key=_talking).kill()
            for each in running:
                each.result()


def _talking(process: psutil.Process) -> int:
    return sum(1 for each in process.net_connections("tcp") if each.status == "ESTABLISHED")


def assert_each_is_there_once(arena: Arena, load: Load, stock: int) -> None:
    """Every acknowledged ticket is there once, as it was acknowledged, and nothing else was sold."""
    assert len(load.answers) == CLIENTS * EACH
    assert len({each["number"] for each in load.answers.values()}) == CLIENTS * EACH
    for record, told in load.answers.items():
        found = arena.be("aud").get(f"records/ticket/{record}")
        assert (found["number"], found["state"]) == (told["number"], "posted")
        assert arena.lines_done(record, "post", form="ticket") == ["post"]
    assert arena.be("aud").on_hand(load.item, "S01") == str(stock - CLIENTS * EACH)
    arena.assert_clean()


def sold(arena: Arena) -> str:
    """An item of which there is enough."""
    code = arena.new_item()
    arena.receive("clerk1", "S01", code, "1000")
    return code


@pytest.fixture
def two_servers(copies: Copies, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two servers on one database."""
    url = copies.fresh()
    with ExitStack() as stack:
        first, second = (stack.enter_context(serving(url, tmp_path / "data")) for _ in range(2))
        yield first, second


def test_one_of_two_servers_is_killed_under_load(two_servers: tuple[Server, Server]) -> None:
    first, second = two_servers
    arena = Arena(second)
    load = Load([first.url, second.url], arena.key("clerk1"), sold(arena))
    load.run_and_kill(psutil.Process(first.process.pid))
    first.process.wait(10)
    assert load.broken > 0
    assert_each_is_there_once(arena, load, 1000)


def test_one_of_two_workers_is_killed_under_load(arena: Arena) -> None:
    workers = psutil.Process(arena.server.process.pid).children(recursive=True)
    serves = [each for each in workers if any(c.status == "LISTEN" for c in each.net_connections("tcp"))]
    if arena.workers == 1:
        assert serves == []
        return
    assert len(serves) == 2
    load = Load([arena.server.url], arena.key("clerk1"), sold(arena))
    load.run_and_kill(*serves)
    assert_each_is_there_once(arena, load, 1000)
    assert load.broken > 0
