"""Postings as lines of ids and whole numbers, with everything refused that needs no look at stock. Used by `book`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection

from engine.clock import to_stored
from engine.database.dialects import run
from engine.errors import Fault
from engine.ledger.chart import ChartItem
from engine.ledger.naming import Resolver
from engine.ledger.refusals import fault
from engine.ledger.rows import as_rows
from engine.ledger.values import Movement, Posting
from engine.quantities import SCALE, UNIT, Inexact, to_scaled

Key = tuple[int, int, int, int]
"""Place, item, lot, owner."""

LARGEST_QUANTITY = Decimal(10**12)


@dataclass(slots=True)
class Line:
    """One movement in ids and whole numbers; `names` are the keys as its posting's hash knows them."""

    key: str
    item: int
    lot: int
    owner: int
    origin: int
    target: int
    quantity: int
    value: int | None
    kind: str
    line: str
    reverses: int | None
    serial: bool
    names: tuple[str, str, str, str, str, str]
    """Item, lot, owner, origin, target, key of what it reverses."""


@dataclass(slots=True)
class Promised:
    """One promise, set to `quantity`."""

    effect: str
    line: str
    at: Key
    quantity: int
    item: str


@dataclass(slots=True)
class Held:
    """One hold."""

    effect: str
    line: str
    place: int
    item: int
    lot: int


@dataclass(slots=True)
class Draft:
    """A posting in ids; `faults` are those that need no look at stock. `free` are the places that may go below zero."""

    posting: Posting
    happened: int
    recorded: int
    lines: list[Line] = field(default_factory=list)
    promises: list[Promised] = field(default_factory=list)
    holds: list[Held] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    free: set[int] = field(default_factory=set)


def draft_all(connection: Connection, postings: Sequence[Posting], resolver: Resolver) -> list[Draft]:
    """Drafts of postings whose names `resolver` has learned."""
    return [_draft(connection, posting, resolver) for posting in postings]


def _draft(connection: Connection, posting: Posting, resolver: Resolver) -> Draft:
    draft = Draft(posting, to_stored(posting.happened), to_stored(posting.recorded))
    for move in posting.moves:
        _draft_move(draft, move, resolver)
    for cause in posting.reversals:
        _draft_reversal(connection, draft, cause)
    for promise in posting.promises:
        item = _item(draft, promise.item, promise.line, resolver)
        if item is None:
            continue
        if promise.quantity < 0:
            draft.faults.append(fault("quantity", promise.line, item=promise.item))
            continue
        quantity = _scaled(draft, promise.quantity, item, promise.line)
        if quantity is None:
            continue
        place = resolver.place(promise.place.key)
        if place.free:
            draft.free.add(place.id)
        at = (place.id, item.id, resolver.lot(item.id, promise.lot), resolver.owner(promise.owner))
        draft.promises.append(Promised(promise.effect, promise.line or "", at, quantity, promise.item))
    for hold in posting.holds:
        item = _item(draft, hold.item, hold.line, resolver)
        if item is not None:
            place = resolver.place(hold.place.key)
            lot = resolver.lot(item.id, hold.lot)
            draft.holds.append(Held(hold.effect, hold.line or "", place.id, item.id, lot))
    return draft


def _draft_move(draft: Draft, move: Movement, resolver: Resolver) -> None:
    item = _item(draft, move.item, move.line, resolver)
    if item is None:
        return
    if move.quantity <= 0:
        draft.faults.append(fault("quantity", move.line, item=move.item))
        return
    quantity = _scaled(draft, move.quantity, item, move.line)
    if quantity is None:
        return
    origin, target = resolver.place(move.origin.key), resolver.place(move.target.key)
    if origin.id == target.id:
        draft.faults.append(fault("same_place", move.line, item=move.item))
        return
    lot = resolver.lot(item.id, move.lot)
    serial = lot != 0 and item.tracking == "serial"
    if serial and quantity != UNIT:
        draft.faults.append(fault("serial_one", move.line, item=move.item, lot=move.lot))
        return
    if origin.free:
        draft.free.add(origin.id)
    if target.free:
        draft.free.add(target.id)
    names = (move.item, move.lot or "", move.owner or "", origin.key, target.key, "")
    try:
        value = None if move.value is None else to_scaled(move.value)
    except Inexact:
        draft.faults.append(fault("quantity", move.line, item=move.item))
        return
    draft.lines.append(
        Line(
            move.key,
            item.id,
            lot,
            resolver.owner(move.owner),
            origin.id,
            target.id,
            quantity,
            value,
            move.kind,
            move.line or "",
            None,
            serial,
            names,
        )
    )


def _item(draft: Draft, key: str, line: str | None, resolver: Resolver) -> ChartItem | None:
    item = resolver.item(key)
    if item is None:
        draft.faults.append(fault("unknown_item", line, item=key))
    return item


def _scaled(draft: Draft, number: Decimal, item: ChartItem, line: str | None) -> int | None:
    """The quantity in 10^-6, or a fault when it is finer than the item is counted, or too large."""
    if abs(number) > LARGEST_QUANTITY:
        draft.faults.append(fault("quantity", line, item=item.key))
        return None
    try:
        whole = to_scaled(number)
    except Inexact:
        whole = -1
    if whole < 0 or whole % 10 ** (SCALE - item.scale):
        draft.faults.append(fault("scale", line, item=item.key))
        return None
    return whole


_REVERSIBLE = """
SELECT m.id, m.key, m.item, m.lot, m.owner, m.origin, m.target, m.quantity, m.value, m.line, m.reverses,
  i.key AS item_key, i.tracking, coalesce(l.key, '') AS lot_key, coalesce(o.key, '') AS owner_key,
  EXISTS (SELECT 1 FROM movement x WHERE x.reverses = m.id) AS undone,
  f.key AS origin_key, f.negative AS origin_free, t.key AS target_key, t.negative AS target_free
FROM posting p
JOIN movement m ON m.id >= p.seq * 1000000 AND m.id < (p.seq + 1) * 1000000
JOIN ledger_item i ON i.id = m.item
JOIN ledger_place f ON f.id = m.origin
JOIN ledger_place t ON t.id = m.target
LEFT JOIN ledger_lot l ON l.id = m.lot
LEFT JOIN ledger_owner o ON o.id = m.owner
WHERE p.cause = :cause
ORDER BY m.id DESC
"""


def _draft_reversal(connection: Connection, draft: Draft, cause: str) -> None:
    """Opposite movements of everything that `cause` posted, last first, each pointing at what it undoes."""
    found = run(connection, _REVERSIBLE, {"cause": cause}).all()
    if not found:
        draft.faults.append(fault("nothing_to_reverse", None, cause=cause))
    for row in found:
        if row.reverses is not None or row.undone:
            code = "reversed_already" if row.undone else "reversal"
            draft.faults.append(fault(code, row.line or None, item=row.item_key))
            continue
        for place, free in ((row.origin, row.origin_free), (row.target, row.target_free)):
            if free == 1:
                draft.free.add(place)
        draft.lines.append(
            Line(
                f"reversal/{row.key}",
                row.item,
                row.lot,
                row.owner,
                row.target,
                row.origin,
                row.quantity,
                row.value,
                "reversal",
                row.line,
                row.id,
                row.tracking == "serial" and row.lot != 0,
                (row.item_key, row.lot_key, row.owner_key, row.target_key, row.origin_key, row.key),
            )
        )


def known_keys(connection: Connection, drafts: Sequence[Draft]) -> set[str]:
    """Those keys of the drafts' lines that were posted before."""
    sql = "SELECT m.key FROM @asked(key words) @find(movement m ON m.key = asked.key)"
    keys = [{"key": line.key} for draft in drafts for line in draft.lines]
    return set(run(connection, sql, {"asked": as_rows(keys)}).scalars())
