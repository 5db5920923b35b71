"""Stock as one operation sees it: the ledger's balances and what earlier effects of this operation propose.

Used by `eyes` (expressions), `applying` (proposals) and `settling` (places that must be empty at an end).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.effects import outcomes as o
from engine.expressions import Place, Reference, Subject, Value
from engine.ledger import balances

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

Key = tuple[str, str, str | None]
LOOKED = "#stock"
"""What an operation looked at that asked for a figure here."""


class StockView:
    """Figures for one operation. Each is read once; proposals come on top."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._read: dict[tuple[Key, Any], balances.Figure] = {}
        self._moved: dict[tuple[str, str, str | None], Decimal] = {}
        self._promised: dict[tuple[str, str | None, str, str, str, str | None], Decimal] = {}

    def figure(self, name: str, item: str, place: str, lot: str | None, at: Any) -> Decimal:
        """`on_hand`, `reserved` or `available` of an item (of one lot) at a place; as of a moment or a seq if given."""
        if at is not None:
            found = self._base((item, place, lot), at)
            return found.on_hand
        if name == "on_hand":
            return self._on_hand(item, place, lot)
        if name == "reserved":
            return self._reserved(item, place, lot)
        whole = self._on_hand(item, place, None) - self._reserved(item, place, None)
        if lot is None:
            return whole
        return min(whole, self._on_hand(item, place, lot) - self._reserved(item, place, lot))

    def _base(self, key: Key, at: Any) -> balances.Figure:
        self._operation.looked.add(LOOKED)
        moment = at if isinstance(at, (int, datetime)) else None
        if (key, moment) not in self._read:
            wanted: list[Key] = [key]
            if moment is None and key[2] is not None:
                wanted.append((key[0], key[1], None))
            for each, figure in balances.figures(self._operation.connection, wanted, moment).items():
                self._read[each, moment] = figure
        return self._read[key, moment]

    def prefetch(self, keys: Iterable[Key]) -> None:
        """Read many figures in one statement."""
        missing = [key for key in dict.fromkeys(keys) if (key, None) not in self._read]
        if missing:
            for each, figure in balances.figures(self._operation.connection, missing).items():
                self._read[each, None] = figure

    def ahead(self, folder: Folder, item: Reference | Subject, place: str, lot: Reference | Subject | None) -> None:
        """What one row asks of a place the others will ask too: read it for all of them."""
        if ((item.id, place, lot.id if lot else None), None) in self._read:
            return
        self.prefetch([(item.id, place, None), *_alike(folder, item.form, place, lot.form if lot else None)])

    def _on_hand(self, item: str, place: str, lot: str | None) -> Decimal:
        proposed = sum(
            (moved for key, moved in self._moved.items() if key[:2] == (item, place) and lot in (None, key[2])),
            Decimal(0),
        )
        return self._base((item, place, lot), None).on_hand + proposed

    def _reserved(self, item: str, place: str, lot: str | None) -> Decimal:
        proposed = sum(
            (
                promised
                for key, promised in self._promised.items()
                if key[3:5] == (item, place) and lot in (None, key[5])
            ),
            Decimal(0),
        )
        return self._base((item, place, lot), None).reserved + proposed

    def propose(self, folder: Folder, outcome: o.Outcome) -> None:
        """Take a proposed move or promise into account."""
        if isinstance(outcome, o.Move):
            lot = outcome.lot.id if outcome.lot else None
            for place, sign in ((outcome.origin.key, -1), (outcome.target.key, 1)):
                key = (outcome.item.id, place, lot)
                self._moved[key] = self._moved.get(key, Decimal(0)) + sign * outcome.quantity
        elif isinstance(outcome, o.Reserve):
            lot = outcome.lot.id if outcome.lot else None
            where = (folder.id, outcome.row, outcome.effect, outcome.item.id, outcome.at.key, lot)
            self._promised[where] = outcome.quantity

    def anything_at(self, place: str) -> bool:
        """Whether anything is (or would be) left at a place."""
        left: dict[tuple[str, str | None], Decimal] = {}
        for row in balances.page(self._operation.connection, places=[place], limit=10_000):
            left[row.item, row.lot] = left.get((row.item, row.lot), Decimal(0)) + row.on_hand
        for (item, where, lot), moved in self._moved.items():
            if where == place:
                left[item, lot] = left.get((item, lot), Decimal(0)) + moved
        return any(left.values())

    def moved(self, args: Sequence[Value], named: Mapping[str, Value]) -> Decimal | None:
        """What has come to a place less what has gone, up to now or `at`: the same as what is there."""
        item, place, lot, *_ = [*args, None, None, None]
        item, place, lot = named.get("item", item), named.get("place", place), named.get("lot", lot)
        key = place.key if isinstance(place, Place) else place.id if isinstance(place, (Reference, Subject)) else None
        if not isinstance(item, (Reference, Subject)) or key is None:
            return None
        lot_id = lot.id if isinstance(lot, (Reference, Subject)) else None
        return self.figure("on_hand", item.id, key, lot_id, named.get("at"))


def _alike(folder: Folder, form: str, place: str, lot_form: str | None) -> Iterator[Key]:
    """The items of a form in the rows of a record, with their lots."""
    for _table, rows in folder.tables():
        for row in rows:
            found = [each for each in row.values() if isinstance(each, Reference)]
            lots = [each.id for each in found if each.form == lot_form]
            for item in found:
                if item.form == form:
                    yield (item.id, place, None)
                    yield from ((item.id, place, lot) for lot in lots)
