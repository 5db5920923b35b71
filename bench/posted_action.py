"""Posted actions a second over HTTP: `python -m bench.posted_action [postgres|sqlite] [rounds] [actions a round]`.

Eight clients post records of ten rows. `receipt` is a record with little around it: form checks, rights, ten movements,
history. `ship` is a transfer's: a guard, ten promises ended, ten movements, ten facts counted, tasks, a timer and a
notice besides. In turns with each round the floor runs from as many threads: the same ten movements, balances, one
record and one line of history in the fewest statements, with no check at all, each committed as ours is.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, text

from bench.chain import Chain, named, transfer
from bench.client import Client
from bench.result import Figure
from bench.server import Serving, database, folder
from engine.database import Database, open_database
from engine.database.dialects import rows_from, run_together

CLIENTS = 8
ROWS = 10
ITEMS = [f"I{number:03d}" for number in range(200)]
STORES = [f"S{number:02d}" for number in range(CLIENTS)]
PLENTY = 10**6


@dataclass(frozen=True)
class Round:
    """How one round went."""

    per_second: float
    slow: float
    """Milliseconds within which 95 of 100 were answered."""
    processor: float
    """Milliseconds of the server's processor time for one."""


def timed(serving: Serving | None, works: Sequence[Callable[[], object]]) -> Round:
    """Do all of these: each of eight clients those that are his, one after another."""
    took: list[float] = []

    def one(first: int) -> None:
        for work in works[first::CLIENTS]:
            begun = time.perf_counter()
            work()
            took.append(time.perf_counter() - begun)

    before = serving.processor_seconds() if serving else 0.0
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one, range(CLIENTS)))
    whole = time.perf_counter() - begun
    spent = (serving.processor_seconds() if serving else 0.0) - before
    return Round(len(works) / whole, sorted(took)[int(len(took) * 0.95)] * 1e3, spent / len(works) * 1e3)


def ten(number: int) -> list[str]:
    """Ten items, other ones for each record."""
    return [ITEMS[(number * 7 + row * 13) % len(ITEMS)] for row in range(ROWS)]


class Desk:
    """The clerk and the manager of a store, each with one connection."""

    def __init__(self, chain: Chain, store: str) -> None:
        self.store = store
        self.clerk = chain.client(f"clerk-{store}")
        self.manager = chain.client(f"manager-{store}")
        self.other = self.clerk
        """The clerk of the store that goods are sent to, on a connection of its own, where a bench has one."""


def build(serving: Serving) -> tuple[Chain, list[Desk]]:
    """Eight stores full of goods, with a clerk and a manager each."""
    chain = Chain(serving)
    chain.found()
    chain.masters(STORES, {item: {} for item in ITEMS})
    chain.make("supplier", [{"id": named("supplier"), "values": {"code": "V", "name": "Supplier"}}])
    chain.people((f"{role}-{store}", role, store) for store in STORES for role in ("clerk", "manager"))
    chain.bring({(store, item): PLENTY for store in STORES for item in ITEMS})
    return chain, [Desk(chain, store) for store in STORES]


def post(client: Client, form: str, record: str, action: str) -> None:
    """The action itself, under a key as every client should."""
    client.does("POST", f"records/{form}/{record}/actions/{action}", {}, key=named(record, action))


def receipts(desks: Sequence[Desk], count: int) -> list[Callable[[], object]]:
    """Receipts that wait to be posted."""
    found: list[Callable[[], object]] = []
    for number in range(count):
        desk = desks[number % CLIENTS]
        record = named("receipt", number)
        lines = [{"item": named("item", item), "quantity": "5"} for item in ten(number)]
        values = {"supplier": named("supplier"), "store": named("store", desk.store), "lines": lines}
        desk.clerk.does("POST", "records/receipt", {"id": record, "values": values})
        found.append(lambda client=desk.clerk, record=record: post(client, "receipt", record, "post"))
    return found


def shipments(desks: Sequence[Desk], count: int) -> list[Callable[[], object]]:
    """Transfers that wait to be shipped."""
    found: list[Callable[[], object]] = []
    for number in range(count):
        desk = desks[number % CLIENTS]
        target = STORES[(number + 1) % CLIENTS]
        asked = transfer(number, desk.store, target, ten(number))
        desk.clerk.does("POST", "records/transfer", asked)
        task = desk.manager.does("GET", f"records/transfer/{asked['id']}")["tasks"][0]["id"]
        desk.manager.does("POST", f"tasks/{task}/approve", {})
        found.append(lambda client=desk.clerk, record=asked["id"]: post(client, "transfer", record, "ship"))
    return found


class Floor:
    """The least that the same work can cost: tables of its own, no checks, no keys, no locks but the rows'."""

    TABLES = (
        "CREATE TABLE floor_record (id TEXT PRIMARY KEY, state TEXT, revision BIGINT)",
        "CREATE TABLE floor_history (record TEXT, n BIGINT, line TEXT, PRIMARY KEY (record, n))",
        "CREATE TABLE floor_movement "
        "(id BIGINT PRIMARY KEY, item BIGINT, origin BIGINT, target BIGINT, quantity BIGINT)",
        "CREATE TABLE floor_balance (place BIGINT, item BIGINT, on_hand BIGINT, PRIMARY KEY (place, item))",
    )

    def __init__(self, database: Database, rows: int = ROWS, first: int = 0) -> None:
        self._database = database
        self._rows = rows
        self._number = first
        moves = rows_from(
            database.dialect, "moves", dict.fromkeys(("id", "item", "origin", "target", "quantity"), "whole")
        )
        balances = rows_from(database.dialect, "balances", dict.fromkeys(("place", "item", "on_hand"), "whole"))
        self._sql = (
            "INSERT INTO floor_record (id, state, revision) VALUES (:id, 'done', 2)",
            "INSERT INTO floor_history (record, n, line) VALUES (:id, 1, :line)",
            f"INSERT INTO floor_movement SELECT id, item, origin, target, quantity FROM {moves} WHERE true",
            f"INSERT INTO floor_balance SELECT place, item, on_hand FROM {balances} WHERE true ORDER BY place, item "
            "ON CONFLICT (place, item) DO UPDATE SET on_hand = floor_balance.on_hand + excluded.on_hand",
        )

    def lay(self) -> None:
        """Make its tables."""
        self._database.transaction(lambda connection: [connection.execute(text(sql)) for sql in self.TABLES])

    def works(self, count: int) -> list[Callable[[], object]]:
        """As many pieces of work."""
        first, self._number = self._number, self._number + count
        return [lambda number=number: self._once(number) for number in range(first, first + count)]

    def _once(self, number: int) -> None:
        store = number % CLIENTS
        items = sorted((number * 7 + row * 13) % len(ITEMS) for row in range(self._rows))
        moves = [
            {"id": number * self._rows + row, "item": item, "origin": 1000, "target": store, "quantity": 5}
            for row, item in enumerate(items)
        ]
        balances = [
            {"place": place, "item": item, "on_hand": change}
            for place, change in ((store, 5), (1000, -5))
            for item in dict.fromkeys(items)
        ]
        parameters: tuple[dict[str, Any], ...] = (
            {"id": named("floor", number)},
            {"id": named("floor", number), "line": "x" * 600},
            {"moves": orjson.dumps(moves).decode()},
            {"balances": orjson.dumps(balances).decode()},
        )

        def work(connection: Connection) -> None:
            run_together(connection, list(zip(self._sql, parameters, strict=True)))

        self._database.transaction(work)


def measure(kind: str, turns: int = 5, each: int = 200) -> list[Figure]:
    """The two actions beside the floor; `each` a round, a multiple of the clients."""
    figures: list[Figure] = []
    with folder() as where, database(kind, where) as url, database(beside(kind, where), where) as other:
        serving = Serving(url, where, workers=1 if kind == "sqlite" else 2)
        serving.start()
        opened = open_database(other)
        try:
            floor = Floor(opened)
            floor.lay()
            _, desks = build(serving)
            for name, prepare in (("receipt posted", receipts), ("transfer shipped", shipments)):
                works = prepare(desks, each * turns)
                ours: list[Round] = []
                least: list[Round] = []
                for turn in range(turns):
                    least.append(timed(None, floor.works(each)))
                    ours.append(timed(serving, works[turn * each : (turn + 1) * each]))
                figures.append(_figure(f"{name}, 10 rows, {kind}", ours, least))
            serving.command("verify")
        finally:
            opened.close()
            serving.stop()
    return figures


def beside(kind: str, where: Path) -> str:
    """Where the floor's tables lie: in the same PostgreSQL, or in a file beside."""
    return f"sqlite:///{where / 'floor.db'}" if kind == "sqlite" else kind


def _figure(name: str, ours: Sequence[Round], least: Sequence[Round]) -> Figure:
    rate, floor = (statistics.median(each.per_second for each in rounds) for rounds in (ours, least))
    slow, processor = (statistics.median(getattr(each, what) for each in ours) for what in ("slow", "processor"))
    note = f"p95 {slow:.0f} ms, {processor:.1f} ms of the server's processor, floor {floor:.0f}/s"
    goal = ">= 400/s" if "sqlite" in name else ">= 450/s" if "ship" in name else ">= 500/s"
    return Figure(name, goal, f"{rate:.0f}/s", rate / floor, len(ours), note)


def main() -> None:
    """Print both figures of one kind of database."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "postgres"
    numbers = [int(each) for each in sys.argv[2:4]]
    for figure in measure(kind, *numbers):
        print(figure.line())


if __name__ == "__main__":
    main()
