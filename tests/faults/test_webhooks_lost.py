"""Processes that die while they send, to a receiver that dies, is slow, fails or hangs up: nothing is lost or invented.

Each event arrives at least once, in order per record, and nothing arrives of a change that was taken back.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.faults.copies import Copies
from tests.faults.test_timers import ROOT, jump
from tests.faults.ticking import sends
from tests.operations import bulletins
from tests.operations.bulletins import bulletin, listens, says, sent
from tests.operations.house import House
from tests.receiving import Endpoint, endpoint

NEVER = "never"
"""What is said only by changes that are taken back."""
MOST_ROUNDS = 60
"""Of jumping and sending until all has arrived, when nobody dies any more."""


@dataclass
class Receiver:
    """Answers as chance wills, and knows what it took; `calm` takes everything."""

    chance: random.Random
    taken: list[str] = field(default_factory=list)
    came: list[tuple[str, str, str]] = field(default_factory=list)
    """Key, record and what was said, of everything that came, whatever was answered."""
    did: Counter[str] = field(default_factory=Counter)
    calm: bool = False
    ways: tuple[str, ...] = (*("takes", "fails", "hangs up", "takes and hangs up") * 3, "waits")
    one: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, line: BaseHTTPRequestHandler) -> None:
        """Take it, fail, say nothing until the sender hangs up, hang up, or take it and hang up."""
        with self.one:
            way = "takes" if self.calm else self.chance.choice(self.ways)
            self.did[way] += 1
            if way.startswith("takes"):
                self.taken.append(line.headers["webhook-id"])
        if way == "waits":
            line.connection.recv(1)
        elif way in ("takes", "fails"):
            line.send_response(200 if way == "takes" else 500)
            line.end_headers()

    def reads(self, hook: Endpoint) -> None:
        """Keep what an endpoint got before it goes away."""
        for got in hook.got:
            data = got.said["data"]
            self.came.append((got.key, data["id"], data["values"]["what"]))


@contextmanager
def listening(receiver: Receiver, port: int) -> Iterator[Endpoint]:
    """The receiver at its port."""
    with endpoint(port) as hook:
        hook.answers[:] = [receiver]
        yield hook
    receiver.reads(hook)


def happens(house: House, records: list[str], turn: int) -> Iterator[tuple[str, str]]:
    """Each record says something new, and one of them something that is taken back."""
    for record in records:
        what = f"{turn:04}"
        says(house, record, what)
        yield record, what
    refused = house.be("adm").acts("bulletin", records[turn % len(records)], "refuse_late", {"what": NEVER})
    assert refused.status == 409


def play(copies: Copies, data: Path, restarts: int, seed: int) -> Receiver:
    """Kill two processes at a time while they send, the receiver in between, and see what has come in the end."""
    chance, url = random.Random(seed), copies.fresh()
    house = House(url, data, allow_private_webhooks=True)
    bulletins.publish(house)
    item = house.item()
    receiver, said = Receiver(chance), []
    with endpoint() as first:
        port = int(first.url.rpartition(":")[2].partition("/")[0])
    listens(house, first.url)
    records = [bulletin(house, f"first {number}", lines=[{"item": {"code": item}}]) for number in range(3)]
    program = f"from tests.faults.ticking import nursery, sends; nursery({url!r}, {str(data)!r}, sends)"
    start = [sys.executable, "-c", program]
    with subprocess.Popen(start, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for turn in range(restarts):
            jump(house, chance)  # by more than a lease, so that what the dead had taken is taken again
            with ExitStack() as stack:
                if chance.randrange(5):  # else nobody is there
                    stack.enter_context(listening(receiver, port))
                lasts = [chance.randrange(8, 40) for _ in range(2)]
                process.stdin.write(json.dumps({"url": url, "lasts": lasts}) + "\n")
                process.stdin.flush()
                said += list(happens(house, records, turn))  # while they send
                assert process.stdout.readline() == "2\n"
        process.stdin.close()
    receiver.calm = True
    with listening(receiver, port):
        all_arrives(house, chance)
    assert_nothing_lost(receiver, said)
    assert house.verified()
    house.close()
    return receiver


def all_arrives(house: House, chance: random.Random) -> None:
    """Who sends lives on, and the receiver takes everything."""
    send_due = sends(house.services)
    for _ in range(MOST_ROUNDS):
        jump(house, chance)
        while send_due():
            pass
        if not sent(house):
            break
    assert (sent(house), sent(house, "dead")) == ([], [])


def assert_nothing_lost(receiver: Receiver, said: list[tuple[str, str]]) -> None:
    """Each was taken, each record's came first in their order, under one key each, and nothing else came."""
    first = dict.fromkeys((key, record, what) for key, record, what in receiver.came)
    assert len({key for key, _, _ in first}) == len(first) == len(said)
    for each in {record for record, _ in said}:
        assert [what for _, record, what in first if record == each] == [w for record, w in said if record == each]
    assert set(receiver.taken) == {key for key, _, _ in first}
    assert NEVER not in {what for _, _, what in first}


def test_each_event_arrives_in_order_though_senders_and_the_receiver_die(copies: Copies, tmp_path: Path) -> None:
    play(copies, tmp_path, restarts=3, seed=5)


@pytest.mark.long
def test_each_event_arrives_in_order_however_often_they_die(copies: Copies, tmp_path: Path, rounds: int) -> None:
    receiver = play(copies, tmp_path, restarts=max(rounds // 4, 10), seed=rounds)
    assert all(receiver.did[way] for way in ("fails", "waits", "hangs up", "takes and hangs up"))
    assert len(receiver.taken) > len(set(receiver.taken)), "what was taken and not known to be was sent again"
