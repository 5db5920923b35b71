"""What postings are weighed on: balances, promises, holds, serials and closed periods, locked and then read.

PostgreSQL: the row of lot 0 and owner 0 of a (place, item) is its lock; every posting that takes from a strict place,
promises or holds there locks it first, in sorted order, and reads only afterwards, in a second statement, because a
statement that has waited does not see rows inserted meanwhile. `seq` is drawn by that second statement, so that for
every balance the order of `seq` is the order in which it was taken from. SQLite's writer is alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from engine.database import counters
from engine.database.dialects import alone, run, share_gate
from engine.ledger.chart import GATE
from engine.ledger.drafting import Draft, Key
from engine.ledger.rows import as_rows
from engine.ledger.tables import SEQ

Pair = tuple[int, int]
Named = tuple[str, str, str]
"""Source, effect, line: what a promise or a hold is called."""


@dataclass(slots=True)
class State:
    """A picture of what the drafts touch; `weighing` keeps it up to date, draft by draft."""

    on_hand: dict[Key, int] = field(default_factory=dict)
    reserved: dict[Key, int] = field(default_factory=dict)
    sums: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    """Place, item, owner -> on hand and reserved; owner -1 is everybody's."""
    holds: dict[Pair, dict[Named, int]] = field(default_factory=lambda: defaultdict(dict))
    """Who holds which lot (0: all)."""
    serials: dict[int, int] = field(default_factory=dict)
    previous: dict[str, str] = field(default_factory=dict)
    promises: dict[Named, tuple[Key, int]] = field(default_factory=dict)
    own_holds: dict[Named, tuple[int, int, int]] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    chart: int = 0
    built: int = 0
    seqs: list[int] = field(default_factory=list)


def read_state(connection: Connection, drafts: Sequence[Draft]) -> State:
    """Lock what the drafts take from, then read everything they touch and draw their numbers."""
    state = State()
    _read_own(connection, state, drafts)
    keys, strict, needed = _touched(drafts, state)
    lock_pairs(connection, strict, needed)
    draw = sum(1 for draft in drafts if draft.posting.seq is None)
    if alone(connection.dialect.name) and draw:
        last = next_seq(connection, draw)
        state.seqs = list(range(last - draw + 1, last + 1))
    _read(connection, state, drafts, keys, strict | needed, draw)
    return state


def next_seq(connection: Connection, count: int = 1) -> int:
    """Draw `count` numbers of the one order and give the last. Draw after every lock that a decision needs."""
    return counters.draw(connection, SEQ, count)


def lock_pairs(connection: Connection, wanted: Iterable[Pair], needed: Iterable[Pair]) -> None:
    """Lock those (place, item) of `wanted` that exist, and those of `needed` even if they must be made first."""
    pairs = sorted({*wanted, *needed})
    if alone(connection.dialect.name):
        return
    if not pairs:
        share_gate(connection, GATE)
    missing = set(needed) - _lock(connection, pairs)
    if missing:
        run(
            connection,
            "INSERT INTO balance (place, item, lot, owner, on_hand, reserved) "
            "SELECT place, item, 0, 0, 0, 0 FROM @asked(place, item) WHERE true ORDER BY place, item "
            "ON CONFLICT (place, item, lot, owner) DO NOTHING",
            {"asked": as_rows({"place": place, "item": item} for place, item in sorted(missing))},
        )
        _lock(connection, pairs)


def _lock(connection: Connection, pairs: Sequence[Pair]) -> set[Pair]:
    if not pairs:
        return set()
    sql = (
        "SELECT b.place, b.item FROM @share(gate) @asked(place, item) @find(balance b ON b.place = asked.place "
        "AND b.item = asked.item AND b.lot = 0 AND b.owner = 0) @lock(b)"
    )
    rows = as_rows({"place": place, "item": item} for place, item in pairs)
    return {(row.place, row.item) for row in run(connection, sql, {"asked": rows, "gate": GATE})}


def _read_own(connection: Connection, state: State, drafts: Sequence[Draft]) -> None:
    """The promises and holds that the drafts' sources have: what they release or set anew tells what to lock."""
    sources = {d.posting.source for d in drafts if d.posting.promises or d.posting.releases}
    if sources:
        sql = (
            "SELECT r.source, r.effect, r.line, r.place, r.item, r.lot, r.owner, r.quantity "
            "FROM @asked(source words) @find(reservation r ON r.source = asked.source)"
        )
        for row in run(connection, sql, {"asked": as_rows({"source": each} for each in sorted(sources))}):
            at = (row.place, row.item, row.lot, row.owner)
            state.promises[row.source, row.effect, row.line] = (at, row.quantity)
    sources = {d.posting.source for d in drafts if d.posting.holds or d.posting.unholds}
    if sources:
        sql = (
            "SELECT h.source, h.effect, h.line, h.place, h.item, h.lot "
            "FROM @asked(source words) @find(hold h ON h.source = asked.source)"
        )
        for row in run(connection, sql, {"asked": as_rows({"source": each} for each in sorted(sources))}):
            state.own_holds[row.source, row.effect, row.line] = (row.place, row.item, row.lot)


def _touched(drafts: Sequence[Draft], state: State) -> tuple[set[Key], set[Pair], set[Pair]]:
    """Keys of balances, pairs to lock where they exist, and pairs that must exist to be locked.

    What lies in a free place decides nothing, and everybody moves it: it is neither locked nor read.
    """
    keys: set[Key] = set()
    strict: set[Pair] = set()
    needed: set[Pair] = set()
    for draft in drafts:
        free = draft.free
        for line in draft.lines:
            for place in (line.origin, line.target):
                if place not in free:
                    keys.add((place, line.item, line.lot, line.owner))
                    strict.add((place, line.item))
        for promise in draft.promises:
            keys.add(promise.at)
            needed.add(promise.at[:2])
        needed.update((hold.place, hold.item) for hold in draft.holds)
    for at, _ in state.promises.values():
        keys.add(at)
        strict.add(at[:2])
    strict.update((place, item) for place, item, _ in state.own_holds.values())
    return keys, strict, needed


_PARTS = (
    "SELECT 1 AS part, b.place AS a, b.item AS b, b.lot AS c, b.owner AS d, b.on_hand AS e, b.reserved AS f, "
    "'' AS t, '' AS u, '' AS v FROM @keys(place, item, lot, owner) @find(balance b ON b.place = keys.place "
    "AND b.item = keys.item AND b.lot = keys.lot AND b.owner = keys.owner)",
    "SELECT 2, b.place, b.item, 0, b.owner, CAST(sum(b.on_hand) AS bigint), CAST(sum(b.reserved) AS bigint), "
    "'', '', '' FROM @pairs(place, item) @find(balance b ON b.place = pairs.place AND b.item = pairs.item) "
    "GROUP BY b.place, b.item, b.owner",
    "SELECT 3, h.place, h.item, h.lot, 0, 0, 0, h.source, h.effect, h.line "
    "FROM @held(place, item) @find(hold h ON h.place = held.place AND h.item = held.item)",
    "SELECT 4, s.lot, s.place, 0, 0, 0, 0, '', '', '' FROM @lots(lot) @find(serial_at s ON s.lot = lots.lot)",
    "SELECT 5, 0, 0, 0, 0, 0, 0, sources.source, (SELECT p.hash FROM posting p WHERE p.source = sources.source "
    "ORDER BY p.seq DESC LIMIT 1), '' FROM @sources(source words)",
    "SELECT 6, c.until, 0, 0, 0, 0, 0, c.unit, '', '' FROM closed_period c",
    "SELECT 7, s.chart, s.built, 0, 0, 0, 0, '', '', '' FROM ledger_state s",
)
_DRAWING = " ".join(("SELECT 8, drawn.number, 0, 0, 0, 0, 0, '', '', '' FROM", counters.drawing(SEQ, "draw")))
_READING = " UNION ALL ".join(_PARTS)
_READING_AND_DRAWING = " UNION ALL ".join((*_PARTS, _DRAWING))


def _read(
    connection: Connection, state: State, drafts: Sequence[Draft], keys: set[Key], pairs: set[Pair], draw: int
) -> None:
    pairs = pairs | {key[:2] for key in keys}
    moved = {(place, line.item) for draft in drafts for line in draft.lines for place in (line.origin, line.target)}
    lots = {line.lot for draft in drafts for line in draft.lines if line.serial}
    parameters = {
        "keys": as_rows({"place": p, "item": i, "lot": lot, "owner": o} for p, i, lot, o in keys),
        "pairs": as_rows({"place": place, "item": item} for place, item in pairs),
        "held": as_rows({"place": place, "item": item} for place, item in pairs | moved),
        "lots": as_rows({"lot": lot} for lot in lots),
        "sources": as_rows({"source": source} for source in {draft.posting.source for draft in drafts}),
        "draw": draw,
    }
    draws = draw > 0 and not alone(connection.dialect.name)
    rows: Iterable[Any] = run(connection, _READING_AND_DRAWING if draws else _READING, parameters)
    for part, a, b, c, d, e, f, t, u, v in rows:
        if part == 1:
            state.on_hand[a, b, c, d] = e
            state.reserved[a, b, c, d] = f
        elif part == 2:
            state.sums[a, b, d] = [e, f]
            whole = state.sums.setdefault((a, b, -1), [0, 0])
            whole[0] += e
            whole[1] += f
        elif part == 3:
            state.holds[a, b][t, u, v] = c
        elif part == 4:
            state.serials[a] = b
        elif part == 5:
            state.previous[t] = u or ""
        elif part == 6:
            state.closed[t] = a
        elif part == 7:
            state.chart, state.built = a, b
        else:
            state.seqs.append(a)
