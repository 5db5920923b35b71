"""The chart: items, places, lots and owners, and the short ids that stand for their keys.

Masters register through `register_*` (called by operations); the book meets places, lots and owners that it does not
know and registers them itself. Ids are remembered per process, but only those read in a transaction that registered
nothing itself: what it has inserted may still be rolled back. What can change (scale, tracking, negative) is guarded
by a version that every posting reads (`ledger_state.chart`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from engine.database.dialects import close_gate, run
from engine.ledger.refusals import no
from engine.ledger.rows import as_rows
from engine.ledger.values import ALLOWED, LedgerPlace

GATE = 7_310_001
"""Shared by every posting; closed while the chart's rules, the closed periods or the months change."""

REMEMBERED = 50_000
TRACKINGS = ("none", "lot", "serial")


@dataclass(frozen=True, slots=True)
class ChartItem:
    """An item (or a currency) as the ledger knows it."""

    id: int
    key: str
    unit: str
    scale: int
    tracking: str


@dataclass(frozen=True, slots=True)
class ChartPlace:
    """A place as the ledger knows it; `free` places may go below zero."""

    id: int
    key: str
    kind: str
    free: bool
    parent: str


@dataclass(slots=True)
class Names:
    """Ids and rules by key."""

    items: dict[str, ChartItem] = field(default_factory=dict)
    places: dict[str, ChartPlace] = field(default_factory=dict)
    lots: dict[tuple[int, str], int] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    version: int = -1

    def take(self, found: Names) -> None:
        """Remember what was found; begin anew when there is too much of it."""
        if len(self.items) + len(self.places) + len(self.lots) + len(self.owners) > REMEMBERED:
            for each in (self.items, self.places, self.lots, self.owners):
                each.clear()
        self.items.update(found.items)
        self.places.update(found.places)
        self.lots.update(found.lots)
        self.owners.update(found.owners)


_shared: WeakKeyDictionary[Engine, Names] = WeakKeyDictionary()
_guard = threading.Lock()


def shared(connection: Connection) -> Names:
    """What this process remembers of this database's chart, with the version of the rules it was begun under."""
    with _guard:
        names = _shared.get(connection.engine)
    if names is None:
        names = Names(version=read_version(connection))
        with _guard:
            _shared[connection.engine] = names
    return names


def forget(connection: Connection) -> None:
    """The chart's rules have changed: read everything again."""
    with _guard:
        _shared.pop(connection.engine, None)


def read_version(connection: Connection) -> int:
    """The version of the chart's rules."""
    return int(run(connection, "SELECT chart FROM ledger_state").scalar_one())


def has_inserted(connection: Connection) -> bool:
    """Whether this transaction has added to the chart, so that what it reads is not to be remembered."""
    return _marked(connection, "chart_inserted_in") or has_changed(connection)


def has_changed(connection: Connection) -> bool:
    """Whether this transaction has changed rules of the chart, so that what is remembered does not hold for it."""
    return _marked(connection, "chart_changed_in")


def _marked(connection: Connection, mark: str) -> bool:
    transaction = connection.get_transaction()
    return transaction is not None and connection.info.get(mark) is transaction


def _mark(connection: Connection, mark: str) -> None:
    connection.info[mark] = connection.get_transaction()


def read_items(connection: Connection, keys: Iterable[str]) -> dict[str, ChartItem]:
    """Items by key; those unknown are missing."""
    sql = (
        "SELECT i.id, i.key, i.unit, i.scale, i.tracking FROM @asked(key words) "
        "@find(ledger_item i ON i.key = asked.key)"
    )
    found = run(connection, sql, {"asked": as_rows({"key": key} for key in keys)}).all()
    return {row.key: ChartItem(row.id, row.key, row.unit, row.scale, row.tracking) for row in found}


def read_places(connection: Connection, keys: Iterable[str]) -> dict[str, ChartPlace]:
    """Places by key; those unknown are missing."""
    sql = (
        "SELECT p.id, p.key, p.kind, p.negative, p.parent "
        "FROM @asked(key words) @find(ledger_place p ON p.key = asked.key)"
    )
    return _places(run(connection, sql, {"asked": as_rows({"key": key} for key in keys)}))


def _places(found: Iterable[Any]) -> dict[str, ChartPlace]:
    return {row.key: ChartPlace(row.id, row.key, row.kind, row.negative == 1, row.parent) for row in found}


def item_ids(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Ids of items, which never change: from memory, else read; those unknown are missing.

    What is read here is not remembered: an old snapshot may know old rules.
    """
    known = shared(connection).items
    found = {key: held.id for key in keys if (held := known.get(key))}
    missing = set(keys) - found.keys()
    return found | {key: each.id for key, each in read_items(connection, missing).items()} if missing else found


def place_ids(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Ids of places, which never change: from memory, else read; those unknown are missing."""
    known = shared(connection).places
    found = {key: held.id for key in keys if (held := known.get(key))}
    missing = set(keys) - found.keys()
    return found | {key: each.id for key, each in read_places(connection, missing).items()} if missing else found


def read_owners(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Owners by key; those unknown are missing."""
    sql = "SELECT o.key, o.id FROM @asked(key words) @find(ledger_owner o ON o.key = asked.key)"
    return {row.key: row.id for row in run(connection, sql, {"asked": as_rows({"key": key} for key in keys)})}


def read_lots(connection: Connection, pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Lots by item and key; those unknown are missing."""
    sql = (
        "SELECT l.item, l.key, l.id FROM @asked(item, key words) "
        "@find(ledger_lot l ON l.item = asked.item AND l.key = asked.key)"
    )
    found = run(connection, sql, {"asked": as_rows({"item": item, "key": key} for item, key in pairs)})
    return {(row.item, row.key): row.id for row in found}


def register_item(connection: Connection, key: str, unit: str, scale: int, tracking: str = "none") -> None:
    """Register an item, or change its rules while nothing forbids it.

    Raises `Refusal(item_in_use)` when it has moved and its unit changes, its scale shrinks, or it begins or ends to be
    tracked by serial while lots of it have moved.
    """
    if tracking not in TRACKINGS:
        raise ValueError(tracking)
    known = read_items(connection, [key]).get(key)
    if known is None:
        _mark(connection, "chart_inserted_in")
        sql = (  # who is late here meets the id of the record that was faster, or the answer of its key
            "INSERT INTO ledger_item (key, unit, scale, tracking) VALUES (:key, :unit, :scale, :tracking) "
            "ON CONFLICT (key) DO NOTHING"
        )
        run(connection, sql, {"key": key, "unit": unit, "scale": scale, "tracking": tracking})
        return
    if (known.unit, known.scale, known.tracking) == (unit, scale, tracking):
        return
    _change_rules(connection)
    serial = "serial" in (known.tracking, tracking) and known.tracking != tracking
    if _has_moved(connection, known.id, lots=False) and (unit != known.unit or scale < known.scale):
        raise no("item_in_use")
    if serial and _has_moved(connection, known.id, lots=True):
        raise no("item_in_use")
    sql = "UPDATE ledger_item SET unit = :unit, scale = :scale, tracking = :tracking WHERE id = :id"
    run(connection, sql, {"id": known.id, "unit": unit, "scale": scale, "tracking": tracking})


def _has_moved(connection: Connection, item: int, *, lots: bool) -> bool:
    sql = "SELECT 1 FROM movement WHERE item = :item AND lot >= :lot LIMIT 1"
    return run(connection, sql, {"item": item, "lot": int(lots)}).first() is not None


def register_place(connection: Connection, place: LedgerPlace, record: str = "") -> None:
    """Register a place, or change its kind, rule or parent. From where it became strict, it never falls below zero."""
    known = read_places(connection, [place.key]).get(place.key)
    if known is None:
        insert_places(connection, [place], {place.key: record})
        return
    parent = known.parent if place.parent is None else place.parent
    free = place.negative == ALLOWED
    if (known.kind, known.free, known.parent) == (place.kind, free, parent):
        return
    _change_rules(connection)
    sql = (
        "UPDATE ledger_place SET kind = :kind, negative = :free, parent = :parent, "
        "strict_since = CASE WHEN :begins = 1 THEN (SELECT coalesce(max(seq), 0) FROM posting) "
        "ELSE strict_since END WHERE id = :id"
    )
    begins = int(known.free and not free)
    run(connection, sql, {"id": known.id, "kind": place.kind, "free": int(free), "parent": parent, "begins": begins})


def register_lot(connection: Connection, item: str, key: str, expires: str = "") -> None:
    """Register a lot or serial of a registered item, or change its day of expiry."""
    found = read_items(connection, [item])
    if item not in found:
        raise no("unknown_item")
    insert_lots(connection, [(found[item].id, key)])
    sql = "UPDATE ledger_lot SET expires = :expires WHERE item = :item AND key = :key AND expires <> :expires"
    run(connection, sql, {"item": found[item].id, "key": key, "expires": expires})


def _change_rules(connection: Connection) -> None:
    """Wait until nobody posts, and let every process read the chart anew."""
    close_gate(connection, GATE)
    _mark(connection, "chart_changed_in")
    run(connection, "UPDATE ledger_state SET chart = chart + 1")


def insert_places(
    connection: Connection, places: Iterable[LedgerPlace], records: Mapping[str, str]
) -> dict[str, ChartPlace]:
    """Insert places that are not there, and give those; those that are stay as they are."""
    _mark(connection, "chart_inserted_in")
    rows = as_rows(
        {
            "key": place.key,
            "kind": place.kind,
            "negative": int(place.negative == ALLOWED),
            "parent": place.parent or "",
            "record": records.get(place.key, ""),
        }
        for place in places
    )
    sql = (
        "INSERT INTO ledger_place (key, kind, negative, strict_since, parent, record) "
        "SELECT key, kind, negative, 0, parent, record "
        "FROM @asked(key words, kind words, negative, parent words, record words) "
        "WHERE true ORDER BY key ON CONFLICT (key) DO NOTHING RETURNING id, key, kind, negative, parent"
    )
    return _places(run(connection, sql, {"asked": rows}))


def insert_lots(connection: Connection, pairs: Iterable[tuple[int, str]]) -> None:
    """Insert lots that are not there."""
    _mark(connection, "chart_inserted_in")
    sql = (
        "INSERT INTO ledger_lot (item, key, expires) SELECT item, key, '' FROM @asked(item, key words) "
        "WHERE true ORDER BY item, key ON CONFLICT (item, key) DO NOTHING"
    )
    run(connection, sql, {"asked": as_rows({"item": item, "key": key} for item, key in pairs)})


def insert_owners(connection: Connection, keys: Iterable[str]) -> None:
    """Insert owners that are not there."""
    _mark(connection, "chart_inserted_in")
    sql = (
        "INSERT INTO ledger_owner (key) SELECT key FROM @asked(key words) "
        "WHERE true ORDER BY key ON CONFLICT (key) DO NOTHING"
    )
    run(connection, sql, {"asked": as_rows({"key": key} for key in keys)})
