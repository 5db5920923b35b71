"""Answers about stock: on hand, reserved, available, now or as it was; pages for lists. Used by operations and reports.

Keys in, keys out; quantities are decimals of the base unit. Reads only; what decides asks after the book's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from engine.database.dialects import run
from engine.ledger.chart import item_ids, place_ids, read_items, read_lots, read_places
from engine.ledger.past import At, Balance, read_balances, read_pairs
from engine.ledger.rows import as_rows
from engine.ledger.values import ALLOWED, FORBIDDEN, LedgerPlace, Promise
from engine.quantities import from_scaled

Asked = tuple[str, str, str | None]
"""Item, place, lot; lot None asks for the item's sum at the place."""

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """What there is of one item (or lot) at one place."""

    on_hand: Decimal
    reserved: Decimal

    @property
    def available(self) -> Decimal:
        """What nobody was promised."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class StockRow:
    """One balance, as a list shows it. `cursor` continues the list after it."""

    item: str
    place: str
    lot: str | None
    owner: str | None
    on_hand: Decimal
    reserved: Decimal
    cursor: str

    @property
    def available(self) -> Decimal:
        """What nobody was promised."""
        return self.on_hand - self.reserved


NOTHING = Figure(ZERO, ZERO)


def figures(connection: Connection, asked: Iterable[Asked], at: At = None) -> dict[Asked, Figure]:
    """On hand and reserved for many at once; what the ledger never saw is zero. As of a moment or seq nothing is
    reserved: promises have no past."""
    wanted = list(dict.fromkeys(asked))
    items = item_ids(connection, {item for item, _, _ in wanted})
    places = place_ids(connection, {place for _, place, _ in wanted})
    lots = (
        read_lots(connection, pairs)
        if (pairs := {(items[i], lot) for i, _, lot in wanted if lot and i in items})
        else {}
    )
    known = {(places[place], items[item]) for item, place, _ in wanted if item in items and place in places}
    sums: dict[tuple[int, int, int | None], list[int]] = {}
    for place, item, lot, _owner, on_hand, reserved in _read(connection, known, at):
        for key in ((place, item, lot), (place, item, None)):
            total = sums.setdefault(key, [0, 0])
            total[0] += on_hand
            total[1] += reserved
    answers = dict.fromkeys(wanted, NOTHING)
    for each in wanted:
        item_key, place_key, lot_key = each
        if item_key not in items or place_key not in places:
            continue
        found = lots.get((items[item_key], lot_key), -1) if lot_key else None
        total = sums.get((places[place_key], items[item_key], found), [0, 0])
        answers[each] = Figure(from_scaled(total[0]), from_scaled(total[1]))
    return answers


def _read(connection: Connection, pairs: set[tuple[int, int]], at: At) -> list[Balance]:
    """The balances of these (place, item)."""
    if not pairs:
        return []
    if at is None:
        return read_pairs(connection, sorted(pairs))
    return read_balances(connection, sorted({i for _, i in pairs}), sorted({p for p, _ in pairs}), at)


def on_hand(
    connection: Connection,
    items: Sequence[str],
    places: Sequence[str],
    lots: Sequence[str] | None = None,
    at: At = None,
) -> dict[Asked, Decimal]:
    """What is there, for every item at every place; by lot when `lots` are named, else the item's sum."""
    found = figures(connection, _crossed(items, places, lots), at)
    return {asked: figure.on_hand for asked, figure in found.items()}


def reserved(
    connection: Connection, items: Sequence[str], places: Sequence[str], lots: Sequence[str] | None = None
) -> dict[Asked, Decimal]:
    """What is promised; without lots also what is promised of any lot."""
    found = figures(connection, _crossed(items, places, lots))
    return {asked: figure.reserved for asked, figure in found.items()}


def available(
    connection: Connection, items: Sequence[str], places: Sequence[str], lots: Sequence[str] | None = None
) -> dict[Asked, Decimal]:
    """What may be taken. Of a lot: no more than the item's sum leaves, because promises without a lot count there."""
    crossed = _crossed(items, places, lots)
    sums = [(item, place, None) for item, place, _ in crossed]
    found = figures(connection, [*crossed, *sums])
    return {
        (item, place, lot): min(found[item, place, lot].available, found[item, place, None].available)
        for item, place, lot in crossed
    }


def _crossed(items: Sequence[str], places: Sequence[str], lots: Sequence[str] | None) -> list[Asked]:
    wanted: Sequence[str | None] = [None] if lots is None else lots
    return [(item, place, lot) for item in items for place in places for lot in wanted]


def below(connection: Connection, place: str) -> tuple[str, ...]:
    """The place and everything under it, by the places' parents."""
    sql = (
        "WITH RECURSIVE under(key) AS (SELECT CAST(:key AS text) UNION "
        "SELECT p.key FROM ledger_place p JOIN under u ON p.parent = u.key) SELECT key FROM under ORDER BY key"
    )
    return tuple(run(connection, sql, {"key": place}).scalars())


def above(connection: Connection, places: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each place that is known: itself and every place over it, the other way round than `below`."""
    sql = (
        "WITH RECURSIVE up(key, above) AS (SELECT p.key, p.key FROM @asked(key words) "
        "@find(ledger_place p ON p.key = asked.key) UNION "
        "SELECT up.key, p.parent FROM up JOIN ledger_place p ON p.key = up.above WHERE p.parent <> '') "
        "SELECT key, above FROM up"
    )
    found: dict[str, set[str]] = {}
    for row in run(connection, sql, {"asked": as_rows({"key": each} for each in places)}):
        found.setdefault(row.key, set()).add(row.above)
    return {key: frozenset(over) for key, over in found.items()}


def page(
    connection: Connection,
    items: Sequence[str] | None = None,
    places: Sequence[str] | None = None,
    lots: Sequence[str] | None = None,
    *,
    at: At = None,
    after: str | None = None,
    limit: int = 50,
) -> list[StockRow]:
    """Balances that are not empty, in a stable order, `limit` of them after the cursor.

    Without `places`: everywhere inside. What lies outside (before the beginning, with customers) is shown when named,
    else every sum would be nothing.
    """
    item_ids = None if items is None else [each.id for each in read_items(connection, items).values()]
    place_ids = None if places is None else [each.id for each in read_places(connection, places).values()]
    found = sorted(read_balances(connection, item_ids, place_ids, at))
    if places is None:
        outside = set(run(connection, "SELECT p.id FROM ledger_place p WHERE p.negative = 1", {}).scalars())
        found = [row for row in found if row[0] not in outside]
    if lots is not None:
        known = _lot_ids(connection, lots)
        found = [row for row in found if row[2] in known]
    if after is not None:
        start = tuple(int(part) for part in after.split("."))
        found = [row for row in found if row[:4] > start]
    return _worded(connection, found[:limit])


def _lot_ids(connection: Connection, keys: Sequence[str]) -> set[int]:
    sql = "SELECT l.id FROM @asked(key words) @find(ledger_lot l ON l.key = asked.key)"
    return set(run(connection, sql, {"asked": as_rows({"key": key} for key in keys)}).scalars())


def _worded(connection: Connection, rows: Sequence[tuple[int, int, int, int, int, int]]) -> list[StockRow]:
    places = names(connection, "ledger_place", {row[0] for row in rows})
    items = names(connection, "ledger_item", {row[1] for row in rows})
    lots = names(connection, "ledger_lot", {row[2] for row in rows})
    owners = names(connection, "ledger_owner", {row[3] for row in rows})
    return [
        StockRow(
            items[item],
            places[place],
            lots.get(lot),
            owners.get(owner),
            from_scaled(there),
            from_scaled(promised),
            f"{place}.{item}.{lot}.{owner}",
        )
        for place, item, lot, owner, there, promised in rows
    ]


def promises_of(connection: Connection, source: str) -> list[Promise]:
    """What a source is promised now, as it would be set again; in a stable order."""
    sql = (
        "SELECT r.effect, r.line, r.quantity, i.key AS item, p.key AS place, p.kind, p.negative, p.parent, "
        "l.key AS lot, o.key AS owner FROM reservation r JOIN ledger_item i ON i.id = r.item "
        "JOIN ledger_place p ON p.id = r.place LEFT JOIN ledger_lot l ON l.id = r.lot "
        "LEFT JOIN ledger_owner o ON o.id = r.owner WHERE r.source = :source ORDER BY r.effect, r.line"
    )
    return [
        Promise(
            row.item,
            from_scaled(row.quantity),
            LedgerPlace(row.place, row.kind, ALLOWED if row.negative == 1 else FORBIDDEN, row.parent),
            row.lot or None,
            row.owner or None,
            row.line or None,
            row.effect,
        )
        for row in run(connection, sql, {"source": source})
    ]


def names(connection: Connection, table: str, ids: Iterable[int]) -> Mapping[int, str]:
    """Keys by id, of one table of the chart."""
    sql = " ".join(("SELECT t.id, t.key FROM @asked(id) JOIN", table, "t ON t.id = asked.id"))
    return {row.id: row.key for row in run(connection, sql, {"asked": as_rows({"id": each} for each in ids)})}
