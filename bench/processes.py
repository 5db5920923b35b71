"""Whole transfers and tickets over HTTP: `python -m bench.processes [postgres|sqlite] [turns] [records a turn]`.

Eight clients. A transfer of ten rows goes from draft to received (submit, find the task, approve, ship, receive); its
floor is the movements of both postings in the fewest statements. A ticket has three rows and is posted alone, or with
199 others through the batch door; the floors are three movements at once, and six hundred.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence

from bench.chain import Chain, named, signed, ticket, transfer
from bench.client import Client
from bench.posted_action import CLIENTS, ITEMS, STORES, Desk, Floor, Round, beside, build, post, ten, timed
from bench.result import Figure
from bench.server import Serving, database, folder
from engine.database import Database, open_database

Work = Callable[[], object]
TOGETHER = 200
SOLD = 3
CALLS = 2
"""Batches of a turn: they stand in one line anyway."""


def transfers(desks: Sequence[Desk], first: int, count: int) -> list[Work]:
    """Transfers to be brought from draft to received, each by the people of its two stores."""
    return [lambda number=number: _transfer(desks, number) for number in range(first, first + count)]


def _transfer(desks: Sequence[Desk], number: int) -> None:
    here, there = desks[number % CLIENTS], desks[(number + 1) % CLIENTS]
    asked = transfer(f"whole {number}", here.store, there.store, ten(number))
    record, rows = asked["id"], asked["values"]["lines"]
    here.clerk.does("POST", "records/transfer", asked, key=record)
    task = here.manager.does("GET", f"records/transfer/{record}")["tasks"][0]["id"]
    here.manager.does("POST", f"tasks/{task}/approve", {}, key=named(record, "approve"))
    post(here.clerk, "transfer", record, "ship")
    came = [{"row": each["row"], "received": each["requested"], "damaged": "0"} for each in rows]
    # Each desk is its thread's; the other store's clerk has a connection of his own for this one.
    here.other.does(
        "POST",
        f"records/transfer/{record}/actions/receive",
        {"values": {"lines": came}, "asks": signed(f"clerk-{there.store}")},
        key=named(record, "receive"),
    )


def tickets(tills: Sequence[Client], first: int, count: int) -> list[Work]:
    """Tickets to be posted one by one."""
    return [
        lambda number=number: tills[number % CLIENTS].does("POST", "records/ticket", body(number), key=f"one {number}")
        for number in range(first, first + count)
    ]


def batches(tills: Sequence[Client], first: int, count: int) -> list[Work]:
    """Calls of 200 tickets each."""
    return [lambda number=number: _batch(tills[number % CLIENTS], number) for number in range(first, first + count)]


def _batch(till: Client, number: int) -> None:
    numbers = range(number * TOGETHER * CLIENTS, (number + 1) * TOGETHER * CLIENTS, CLIENTS)
    bodies = [body(10**7 + each + number % CLIENTS) for each in numbers]
    sent = [{"key": each["id"], "method": "POST", "path": "/api/records/ticket", "body": each} for each in bodies]
    answers = till.does("POST", "batch", sent)
    assert all(each["status"] == 201 for each in answers), answers[0]


def body(number: int) -> dict[str, object]:
    """A ticket of three rows in the store whose turn it is."""
    rows = [(ITEMS[(number * 3 + row) % len(ITEMS)], 1, "2.00") for row in range(SOLD)]
    return ticket(number, STORES[number % CLIENTS], rows)


def measure(kind: str, turns: int = 3, each: int = 24) -> list[Figure]:
    """The three of them, each in turns with its floor; `each` transfers a turn, five times as many tickets."""
    with folder() as where, database(kind, where) as url, database(beside(kind, where), where) as other:
        serving = Serving(url, where, workers=1 if kind == "sqlite" else 2)
        serving.start()
        opened = open_database(other)
        try:
            Floor(opened).lay()
            chain, desks = build(serving)
            tills = _tills(chain, desks)
            figures = [
                _figure(f"whole transfer, 10 rows, draft to received, {kind}", ">= 100/s", turns, 1,
                        lambda turn: timed(serving, transfers(desks, turn * each, each)), _twice(opened, each)),
                _figure(f"ticket of 3 rows, one by one, {kind}", ">= 700/s", turns, 1,
                        lambda turn: timed(serving, tickets(tills, turn * each * 5, each * 5)),
                        _floor(opened, SOLD, 10**6, each * 5)),
                _figure(f"tickets of 3 rows, batch of 200, {kind}", _batch_goal(kind), turns, TOGETHER,
                        lambda turn: timed(serving, batches(tills, turn * CALLS, CALLS)),
                        _floor(opened, SOLD * TOGETHER, 10**7, CALLS)),
            ]  # fmt: skip
            serving.command("verify")
            return figures
        finally:
            opened.close()
            serving.stop()


def _batch_goal(kind: str) -> str:
    return ">= 8,000/s" if kind == "sqlite" else ">= 4,000/s"


def _tills(chain: Chain, desks: Sequence[Desk]) -> list[Client]:
    """A till in every store, and for every desk a connection of the next store's clerk."""
    chain.people((f"till-{store}", "till", store) for store in STORES)
    for index, desk in enumerate(desks):
        desk.other = chain.client(f"clerk-{STORES[(index + 1) % CLIENTS]}")
    return [chain.client(f"till-{store}") for store in STORES]


def _floor(opened: Database, rows: int, begin: int, count: int) -> Callable[[int], Round]:
    floor = Floor(opened, rows, begin)
    return lambda _turn: timed(None, floor.works(count))


def _twice(opened: Database, count: int) -> Callable[[int], Round]:
    floor = Floor(opened)

    def turn(_turn: int) -> Round:
        works = floor.works(2 * count)
        pairs: list[Work] = [
            lambda one=one, two=two: (one(), two()) for one, two in zip(works[::2], works[1::2], strict=True)
        ]
        return timed(None, pairs)

    return turn


def _figure(
    name: str, goal: str, turns: int, of: int, ours: Callable[[int], Round], least: Callable[[int], Round]
) -> Figure:
    floors: list[Round] = []
    rounds: list[Round] = []
    ours(turns)  # the first of its kind reads and prepares what the others find ready
    for turn in range(turns):
        floors.append(least(turn))
        rounds.append(ours(turn))
    rate, floor = (statistics.median(each.per_second for each in some) * of for some in (rounds, floors))
    slow, processor = (statistics.median(getattr(each, what) for each in rounds) for what in ("slow", "processor"))
    note = f"p95 {slow:.0f} ms, {processor / of:.1f} ms of the server's processor, floor {floor:.0f}/s"
    return Figure(name, goal, f"{rate:.0f}/s", rate / floor, turns, note)


def main() -> None:
    """Print the figures of one kind of database."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "postgres"
    for figure in measure(kind, *(int(each) for each in sys.argv[2:4])):
        print(figure.line())


if __name__ == "__main__":
    main()
