"""What the ledger is told and what it answers: frozen values. Made by `operations` out of outcomes.

Items, places, lots and owners are named by keys that mean nothing here; quantities are decimals of the base unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

FORBIDDEN = "forbidden"
ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """Somewhere that goods or money can be. `negative`: `forbidden` (a physical place) or `allowed` (outside)."""

    key: str
    kind: str
    negative: str = FORBIDDEN
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One item, one quantity above zero, from a place to another. `key` is unique for ever."""

    key: str
    item: str
    quantity: Decimal
    origin: LedgerPlace
    target: LedgerPlace
    lot: str | None = None
    owner: str | None = None
    kind: str = "move"
    value: Decimal | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """The source's promise for this effect and line is *set* to `quantity`; 0 frees it. Without a lot it is of any."""

    item: str
    quantity: Decimal
    place: LedgerPlace
    lot: str | None = None
    owner: str | None = None
    line: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """The source's promises end: all, or those of one line."""

    line: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Nobody but the source moves the item (or one lot of it) to or from the place."""

    item: str
    place: LedgerPlace
    lot: str | None = None
    line: str | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Unhold:
    """The source's holds end: all, or those of one line."""

    line: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """Everything that one cause does to stock, together or not at all.

    In this order: releases and unholds, movements and reversals (weighed as one), promises, holds. `seq` None: the book
    draws it, after its locks. `source` is whose promises and holds these are. `unit` is the legal unit whose closed
    periods count, beside the chain's. `reversals` are causes whose movements are undone, once.
    """

    source: str
    cause: str
    happened: datetime
    recorded: datetime
    reason: str = ""
    version: int | None = None
    person: str = ""
    moves: tuple[Movement, ...] = ()
    promises: tuple[Promise, ...] = ()
    releases: tuple[Release, ...] = ()
    holds: tuple[Hold, ...] = ()
    unholds: tuple[Unhold, ...] = ()
    reversals: tuple[str, ...] = ()
    unit: str = ""
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted: its number in the one order, its hash, how many movements."""

    seq: int
    hash: str
    movements: int
