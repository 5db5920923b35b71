"""Short ways to say what the ledger's tests post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

from sqlalchemy import Connection

from engine.database import Database
from engine.errors import Refusal
from engine.ledger import Book, LedgerPlace, Movement, Posted, Posting, Promise, audit, balances, chart

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
ONE = LedgerPlace("one", "store")
TWO = LedgerPlace("two", "store")
WAY = LedgerPlace("record/transit", "transit")
LAX = LedgerPlace("lax", "store", "allowed")
SUPPLIER = LedgerPlace("supplier", "supplier", "allowed")
CUSTOMER = LedgerPlace("customer", "customer", "allowed")

_numbers = count(1)


def chart_items(database: Database) -> None:
    """The items that the tests move."""

    def work(connection: Connection) -> None:
        chart.register_item(connection, "apple", "pc", 0)
        chart.register_item(connection, "rice", "kg", 3)
        chart.register_item(connection, "milk", "l", 0, "lot")
        chart.register_item(connection, "phone", "pc", 0, "serial")
        chart.register_item(connection, "CNY", "CNY", 2)

    database.transaction(work)


def move(
    quantity: str | int,
    origin: LedgerPlace,
    target: LedgerPlace,
    item: str = "apple",
    *,
    lot: str | None = None,
    owner: str | None = None,
    line: str | None = None,
    key: str | None = None,
    value: str | None = None,
) -> Movement:
    """One movement, with a key of its own."""
    named = key or f"key-{next(_numbers)}"
    money = None if value is None else Decimal(value)
    return Movement(named, item, Decimal(quantity), origin, target, lot, owner, "move", money, line)


def promise(
    quantity: str | int, place: LedgerPlace, item: str = "apple", *, lot: str | None = None, line: str = "a"
) -> Promise:
    """One promise of the effect `keep`."""
    return Promise(item, Decimal(quantity), place, lot, None, line, "keep")


def posting(*moves: Movement, source: str = "r", cause: str | None = None, **more: object) -> Posting:
    """A posting of these movements; `more` as in `Posting`."""
    words = {"happened": NOW, "recorded": NOW, **more}
    return Posting(source, cause or f"cause-{next(_numbers)}", moves=moves, **words)  # type: ignore[arg-type]


def post(database: Database, said: Posting) -> Posted:
    """Post in a transaction of its own."""
    return database.transaction(lambda connection: Book(connection).post(said))


def post_moves(database: Database, *moves: Movement, **more: object) -> Posted:
    """Post movements in a transaction of their own."""
    return post(database, posting(*moves, **more))


def refused(database: Database, said: Posting) -> Refusal:
    """Post what must be refused, and give the refusal."""
    try:
        post(database, said)
    except Refusal as refusal:
        return refusal
    raise AssertionError("it was posted")


def many(database: Database, said: Iterable[Posting]) -> list[Posted | Refusal]:
    """Post a batch in one transaction."""
    postings = list(said)
    return database.transaction(lambda connection: Book(connection).post_many(postings))


def on_hand(database: Database, place: LedgerPlace, item: str = "apple", lot: str | None = None) -> Decimal:
    """What is there now."""
    with database.reading() as connection:
        return balances.figures(connection, [(item, place.key, lot)])[item, place.key, lot].on_hand


def kept(database: Database, place: LedgerPlace, item: str = "apple", lot: str | None = None) -> Decimal:
    """What is reserved now."""
    with database.reading() as connection:
        return balances.figures(connection, [(item, place.key, lot)])[item, place.key, lot].reserved


def report(database: Database) -> audit.Report:
    """The recount."""
    with database.reading() as connection:
        return audit.verify(connection)


def assert_clean(database: Database) -> None:
    """Everything recounts."""
    assert report(database).faults == ()
