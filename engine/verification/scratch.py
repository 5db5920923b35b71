"""A ledger in memory for one walk: what would lie where, promised and held. Used by `stage`.

Places of records in play are counted and never below zero; everything else (shops, suppliers, losses) is outside the
question and has plenty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from engine.effects.outcomes import Hold, Move, Release, Reserve, Unhold
from engine.errors import rule, text

SHORT = "short"
PLENTY = Decimal(1000)
NOTHING = Decimal(0)

Key: TypeAlias = tuple[str, str, str | None, str | None]
"""Place, item, lot, owner."""


@dataclass(slots=True)
class Scratch:
    """Balances, promises, holds and postings of one state of a walk."""

    balances: dict[Key, Decimal] = field(default_factory=dict)
    promises: dict[tuple[str, str, str | None], Reserve] = field(default_factory=dict)
    holds: dict[tuple[str, str, str | None], Hold] = field(default_factory=dict)
    posted: dict[tuple[str, str], tuple[Move, ...]] = field(default_factory=dict)
    """What the last occurrence of a record's transition moved and has not been reversed."""

    def copy(self) -> Scratch:
        """The same, to be changed apart from this one."""
        return Scratch(dict(self.balances), dict(self.promises), dict(self.holds), dict(self.posted))

    def move(self, record: str, transition: str, outcome: Move) -> None:
        """Goods move; a place of a record in play must have them."""
        lot = outcome.lot.id if outcome.lot else None
        self._add((outcome.origin.key, outcome.item.id, lot, outcome.owner), -outcome.quantity, outcome)
        self._add((outcome.target.key, outcome.item.id, lot, outcome.owner), outcome.quantity, outcome)
        self.posted[record, transition] = (*self.posted.get((record, transition), ()), outcome)

    def reverse(self, record: str, transition: str) -> None:
        """What a transition moved goes back, once."""
        moves = self.posted.pop((record, transition), None)
        if moves is None:
            raise rule("nothing_to_reverse", text("There is nothing to undo.", "没有可以撤销的过账。"))
        for outcome in moves:
            lot = outcome.lot.id if outcome.lot else None
            self._add((outcome.target.key, outcome.item.id, lot, outcome.owner), -outcome.quantity, outcome)
            self._add((outcome.origin.key, outcome.item.id, lot, outcome.owner), outcome.quantity, outcome)

    def reserve(self, record: str, outcome: Reserve) -> None:
        """A promise is set."""
        key = (record, outcome.effect, outcome.row)
        if outcome.quantity:
            self.promises[key] = outcome
        else:
            self.promises.pop(key, None)

    def release(self, record: str, outcome: Release) -> None:
        """Promises of the record, or of one row, end."""
        self.promises = {key: kept for key, kept in self.promises.items() if not _meant(key, record, outcome.row)}

    def hold(self, record: str, outcome: Hold) -> None:
        """Something is frozen."""
        self.holds[record, outcome.effect, outcome.row] = outcome

    def unhold(self, record: str, outcome: Unhold) -> None:
        """Holds of the record, or of one row, end."""
        self.holds = {key: kept for key, kept in self.holds.items() if not _meant(key, record, outcome.row)}

    def at(self, place: str) -> Decimal:
        """Everything that lies at a place, whatever it is."""
        return sum((abs(amount) for key, amount in self.balances.items() if key[0] == place), NOTHING)

    def on_hand(self, item: str, place: str, lot: str | None) -> Decimal:
        """One item at a place; outside there is plenty."""
        found = sum(
            (
                amount
                for key, amount in self.balances.items()
                if key[:2] == (place, item) and (lot is None or key[2] == lot)
            ),
            NOTHING,
        )
        return found if "/" in place else found + PLENTY

    def reserved(self, item: str, place: str) -> Decimal:
        """What is promised of one item at a place."""
        kept = (each for each in self.promises.values() if each.item.id == item and each.at.key == place)
        return sum((each.quantity for each in kept), NOTHING)

    def left_by(self, record: str) -> Iterator[tuple[str, str]]:
        """What the record has promised or holds, as words."""
        for owner, effect, row in self.promises:
            if owner == record:
                yield "reserved", f"{effect} {row or ''}".strip()
        for owner, effect, row in self.holds:
            if owner == record:
                yield "held", f"{effect} {row or ''}".strip()

    def signature(self) -> str:
        """The same for two ledgers from which everything goes on alike."""
        balances = [(key, f"{amount.normalize():f}") for key, amount in self.balances.items() if "/" in key[0]]
        promises = [(key, f"{kept.quantity.normalize():f}") for key, kept in self.promises.items()]
        figures = (balances, promises, self.holds, self.posted)
        return repr([sorted(map(repr, each)) for each in figures])  # as words: a lot or a row may be None

    def _add(self, key: Key, quantity: Decimal, outcome: Move) -> None:
        place = outcome.origin if outcome.origin.key == key[0] else outcome.target
        after = self.balances.get(key, NOTHING) + quantity
        if after < 0 and "/" in key[0] and place.negative != "allowed":
            raise rule(SHORT, text(f"{key[0]} has not enough.", f"{key[0]} 数量不足。"), name=outcome.effect)
        if after:
            self.balances[key] = after
        else:
            self.balances.pop(key, None)


def _meant(key: tuple[str, str, str | None], record: str, row: str | None) -> bool:
    return key[0] == record and (row is None or key[2] == row)
