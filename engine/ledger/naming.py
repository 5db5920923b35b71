"""Finding the ids of everything that postings name, from memory or with one query per kind. Used by `drafting`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from engine.ledger import chart
from engine.ledger.chart import ChartItem, ChartPlace, Names
from engine.ledger.values import ALLOWED, LedgerPlace, Posting

K = TypeVar("K")
V = TypeVar("V")


class Resolver:
    """Ids for one call of the book: what the process remembers, else what this call reads."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.known = Names() if chart.has_changed(connection) else chart.shared(connection)
        self.names = Names(version=self.known.version)

    def item(self, key: str) -> ChartItem | None:
        """The item, or None when nobody registered it."""
        return self.names.items.get(key)

    def place(self, key: str) -> ChartPlace:
        """A place that `learn` has seen."""
        return self.names.places[key]

    def lot(self, item: int, key: str | None) -> int:
        """A lot that `learn` has seen; 0 is none."""
        return self.names.lots[item, key] if key else 0

    def owner(self, key: str | None) -> int:
        """An owner that `learn` has seen; 0 is oneself."""
        return self.names.owners[key] if key else 0

    def is_stale(self, version: int) -> bool:
        """Whether the chart's rules have changed since what is remembered was read."""
        return version != self.names.version and not chart.has_changed(self.connection)

    def learn(self, postings: Sequence[Posting]) -> None:
        """Read what is not remembered; register places, lots and owners that are new."""
        items: set[str] = set()
        lots: set[tuple[str, str]] = set()
        owners: set[str] = set()
        places: dict[str, LedgerPlace] = {}
        for posting in postings:
            for item, lot, owner, at in _named(posting):
                items.add(item)
                if lot:
                    lots.add((item, lot))
                if owner:
                    owners.add(owner)
                for place in at:
                    places[place.key] = place
        read = Names()
        self._learn_items(items, read)
        self._learn_places(places, read)
        self._learn_owners(owners, read)
        self._learn_lots(lots, read)
        if not chart.has_inserted(self.connection):
            self.known.take(read)

    def _learn_items(self, keys: set[str], read: Names) -> None:
        hits, missing = _split(self.known.items, keys)
        if missing:
            read.items = chart.read_items(self.connection, missing)
        self.names.items = {**hits, **read.items}

    def _learn_places(self, places: dict[str, LedgerPlace], read: Names) -> None:
        hits, missing = _split(self.known.places, places)
        if missing:
            read.places = chart.read_places(self.connection, missing)
            new = missing - read.places.keys()
            if new:
                read.places |= chart.insert_places(self.connection, [places[key] for key in new], {})
                if late := new - read.places.keys():
                    read.places |= chart.read_places(self.connection, late)
        self.names.places = {**hits, **read.places}
        changed = [place for key, place in places.items() if _differs(self.names.places[key], place)]
        for place in changed:
            chart.register_place(self.connection, place)
        if changed:
            # Our own change of the version hides somebody else's before it: what is remembered may be older than that.
            self.names.places = chart.read_places(self.connection, places)
            self.names.items = chart.read_items(self.connection, self.names.items)

    def _learn_owners(self, keys: set[str], read: Names) -> None:
        hits, missing = _split(self.known.owners, keys)
        if missing:
            read.owners = chart.read_owners(self.connection, missing)
            new = missing - read.owners.keys()
            if new:
                chart.insert_owners(self.connection, new)
                read.owners.update(chart.read_owners(self.connection, new))
        self.names.owners = {**hits, **read.owners}

    def _learn_lots(self, keys: set[tuple[str, str]], read: Names) -> None:
        pairs = {(item.id, lot) for key, lot in keys if (item := self.item(key))}
        hits, missing = _split(self.known.lots, pairs)
        if missing:
            read.lots = chart.read_lots(self.connection, missing)
            new = missing - read.lots.keys()
            if new:
                chart.insert_lots(self.connection, new)
                read.lots.update(chart.read_lots(self.connection, new))
        self.names.lots = {**hits, **read.lots}


def _split(known: Mapping[K, V], keys: Iterable[K]) -> tuple[dict[K, V], set[K]]:
    hits: dict[K, V] = {}
    missing: set[K] = set()
    for key in keys:
        hit = known.get(key)
        if hit is None:
            missing.add(key)
        else:
            hits[key] = hit
    return hits, missing


def _differs(known: ChartPlace, said: LedgerPlace) -> bool:
    return known.kind != said.kind or known.free != (said.negative == ALLOWED)


def _named(posting: Posting) -> Iterable[tuple[str, str | None, str | None, tuple[LedgerPlace, ...]]]:
    for move in posting.moves:
        yield move.item, move.lot, move.owner, (move.origin, move.target)
    for promise in posting.promises:
        yield promise.item, promise.lot, promise.owner, (promise.place,)
    for hold in posting.holds:
        yield hold.item, hold.lot, None, (hold.place,)
