"""What a posting costs beside its floor, on both databases: `python -m bench.ledger_post [rounds]`.

The floor is one statement that inserts the same movements and adds to the same balances, without ids, locks, checks or
hash. Both are run in turns on one connection, each in its own transaction without the wait for the disk, so that what
is compared is the work; the figures are medians of microseconds, and their ratio.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import orjson
from sqlalchemy import Connection

import engine.ledger.tables as tables
from bench.result import Figure
from engine.database import Database, open_database
from engine.database.dialects import run_together
from engine.database.embedded import start_server
from engine.database.schema import lay_schema
from engine.ledger import Book, LedgerPlace, Movement, Posting, chart
from engine.ledger.rows import as_rows, insert_set
from engine.ledger.tables import STEP

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = 10
ITEMS = 500
STORES = [LedgerPlace(f"store-{number}", "store") for number in range(8)]
SUPPLIER = LedgerPlace("supplier", "outside", "allowed")
CUSTOMER = LedgerPlace("customer", "outside", "allowed")

FLOOR = (
    insert_set(
        "movement",
        "movements",
        "id, seq, key, item, lot, owner, origin, target, quantity, value, kind, source, line, reverses, "
        "happened, recorded",
    ),
    insert_set(
        "balance",
        "balances",
        "place, item, lot, owner, on_hand, reserved",
        "ON CONFLICT (place, item, lot, owner) DO UPDATE SET on_hand = balance.on_hand + excluded.on_hand",
    ),
)


@contextmanager
def databases() -> Iterator[list[Database]]:
    """A fresh SQLite file and a fresh PostgreSQL, both with the ledger's tables."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        server = start_server(Path(folder) / "postgres", {"synchronous_commit": "off", "shared_buffers": "256MB"})
        opened = [open_database(f"sqlite:///{folder}/bench.db"), open_database(server.url())]
        try:
            for database in opened:
                database.transaction(lambda connection: lay_schema(connection, tables.STATEMENTS))
            yield opened
        finally:
            for database in opened:
                database.close()
            server.stop("immediate")


def stock(database: Database) -> None:
    """Every item in every store, plenty of it."""

    def work(connection: Connection) -> None:
        for number in range(ITEMS):
            chart.register_item(connection, f"item-{number}", "pc", 0)
        book = Book(connection)
        for store in STORES:
            moves = [move(f"open/{store.key}/{item}", item, 10**9, SUPPLIER, store) for item in range(ITEMS)]
            book.post(Posting("opening", f"opening/{store.key}", NOW, NOW, moves=tuple(moves)))

    database.transaction(work)


def move(key: str, item: int, quantity: int, origin: LedgerPlace, target: LedgerPlace) -> Movement:
    """One movement of the bench."""
    return Movement(key, f"item-{item}", Decimal(quantity), origin, target, line=key)


def posting(number: int, rows: int = ROWS) -> Posting:
    """One posting of `rows` movements out of a store."""
    store = STORES[number % len(STORES)]
    moves = tuple(
        move(f"record-{number}/go/1/leave/row-{row}", (number * 7 + row * 13) % ITEMS, 1, store, CUSTOMER)
        for row in range(rows)
    )
    return Posting(f"record-{number}", f"record-{number}/go/1", NOW, NOW, person="p", moves=moves)


def floor(connection: Connection, number: int, rows: int = ROWS) -> None:
    """The same rows with one statement (SQLite: two) and nothing else."""
    seq = 1_000_000 + number
    movements = [
        {
            "id": seq * STEP + row,
            "seq": seq,
            "key": f"floor-{number}/go/1/leave/row-{row}",
            "item": (number * 7 + row * 13) % ITEMS + 1,
            "lot": 0,
            "owner": 0,
            "origin": number % len(STORES) + 2,
            "target": 1,
            "quantity": 1,
            "kind": "move",
            "source": f"floor-{number}",
            "line": f"row-{row}",
            "happened": 0,
            "recorded": 0,
        }
        for row in range(rows)
    ]
    balances = [
        {"place": place, "item": each["item"], "lot": 0, "owner": 0, "on_hand": change, "reserved": 0}
        for each in movements
        for place, change in ((each["origin"], -1), (1, 1))
    ]
    steps = [(FLOOR[0], {"movements": as_rows(movements)}), (FLOOR[1], {"balances": orjson.dumps(balances).decode()})]
    run_together(connection, steps)


def timed(database: Database, work: Callable[[Connection], object]) -> float:
    """Microseconds of one transaction, without its commit's wait."""
    start = time.perf_counter()
    database.transaction(work)
    return (time.perf_counter() - start) * 1e6


def measure(database: Database, rounds: int) -> list[Figure]:
    """A single posting beside its floor, and batches of 200 tickets of 3 rows."""
    stock(database)
    single: list[float] = []
    floors: list[float] = []
    for number in range(rounds):
        single.append(timed(database, lambda connection, n=number: Book(connection).post(posting(n))))
        floors.append(timed(database, lambda connection, n=number: floor(connection, n)))
    ours, least = statistics.median(single), statistics.median(floors)
    batches = []
    for batch in range(max(3, rounds // 100)):
        tickets = [posting(10**7 + batch * 200 + each, 3) for each in range(200)]
        batches.append(timed(database, lambda connection, t=tickets: Book(connection).post_many(t)) / 200)
    each = statistics.median(batches)
    name = database.dialect
    return [
        Figure(
            f"ledger alone: a posting of {ROWS}, {name}", "", f"{ours:.0f} us", ours / least, rounds,
            f"floor {least:.0f} us",
        ),
        Figure(
            f"ledger alone: 3 rows in a batch of 200, {name}", "", f"{1e6 / each:.0f}/s", None, len(batches),
            f"{each:.0f} us each",
        ),
    ]  # fmt: skip


def measure_all(rounds: int = 300) -> list[Figure]:
    """The figures of both databases."""
    with databases() as opened:
        return [figure for database in opened for figure in measure(database, rounds)]


def main() -> None:
    """Print the table."""
    for figure in measure_all(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
        print(figure.line())


if __name__ == "__main__":
    main()
