"""Writes what was weighed, with one set of statements for one posting or for hundreds. Used by `book`.

Every statement says how many rows it must write; when it writes fewer, somebody else was faster or the law would be
broken, and `Unwritten` ends it. That is the last defence; the refusal proper comes from `weighing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Connection

from engine.clock import from_stored, to_stored
from engine.database.dialects import run_together
from engine.ledger.drafting import Draft, Key
from engine.ledger.hashing import hash_posting
from engine.ledger.rows import as_rows, insert_set
from engine.ledger.state import Named, State
from engine.ledger.tables import STEP
from engine.ledger.values import Posted
from engine.ledger.weighing import Weighed
from engine.quantities import LARGEST


class Unwritten(Exception):
    """Fewer rows of this kind were written than there had to be."""


@dataclass(slots=True)
class Change:
    """Everything to be written, summed over postings. `before` is what promises were when they were read."""

    before: Mapping[Named, tuple[Key, int]]
    postings: list[dict[str, Any]] = field(default_factory=list)
    movements: list[dict[str, Any]] = field(default_factory=list)
    on_hand: dict[Key, int] = field(default_factory=dict)
    reserved: dict[Key, int] = field(default_factory=dict)
    serials: dict[int, tuple[int, int]] = field(default_factory=dict)
    promises: dict[Named, tuple[Key, int] | None] = field(default_factory=dict)
    holds: dict[Named, tuple[int, int, int] | None] = field(default_factory=dict)
    months: dict[tuple[int, int, int, int, int], int] = field(default_factory=dict)

    def add(self, weighed: Weighed, state: State) -> Posted:
        """Take one posting in; its hash follows its source's last one."""
        draft = weighed.draft
        posting = draft.posting
        seq = state.seqs.pop(0) if posting.seq is None else posting.seq
        previous = state.previous.get(posting.source, "")
        hashed = _hash(draft, seq, previous)
        state.previous[posting.source] = hashed
        self.postings.append(_posting_row(draft, seq, previous, hashed))
        self.movements.extend(_movement_rows(draft, seq))
        _sum(self.on_hand, weighed.on_hand)
        _sum(self.reserved, weighed.reserved)
        for line in draft.lines:
            if line.serial:
                first = self.serials.get(line.lot)
                self.serials[line.lot] = (line.target, first[1] if first else line.origin)
        self.promises.update(weighed.promises)
        self.holds.update(weighed.holds)
        if draft.happened < state.built:
            for until in months_after(draft.happened, state.built):
                _sum(self.months, {(until, *key): more for key, more in weighed.on_hand.items()})
        return Posted(seq, hashed, len(draft.lines))


def months_after(happened: int, built: int) -> list[int]:
    """The beginnings of months after a moment, up to the last that is built."""
    moment = from_stored(happened)
    year, month = moment.year, moment.month
    found: list[int] = []
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        until = to_stored(datetime(year, month, 1, tzinfo=UTC))
        if until > built:
            return found
        found.append(until)


def _sum(into: dict[Any, int], more: Mapping[Any, int]) -> None:
    for key, number in more.items():
        into[key] = into.get(key, 0) + number


def _hash(draft: Draft, seq: int, previous: str) -> str:
    said = draft.posting
    head = (
        seq,
        said.source,
        said.cause,
        draft.happened,
        draft.recorded,
        said.reason,
        said.version,
        said.person,
    )
    return hash_posting(
        previous,
        head,
        (
            (each.key, *each.names[:5], each.quantity, each.value, each.kind, each.line, each.names[5])
            for each in draft.lines
        ),
    )


def _posting_row(draft: Draft, seq: int, previous: str, hashed: str) -> dict[str, Any]:
    said = draft.posting
    return {
        "seq": seq,
        "source": said.source,
        "cause": said.cause,
        "happened": draft.happened,
        "recorded": draft.recorded,
        "reason": said.reason,
        "version": said.version,
        "person": said.person,
        "previous": previous,
        "hash": hashed,
    }


def _movement_rows(draft: Draft, seq: int) -> list[dict[str, Any]]:
    first = seq * STEP
    return [
        {
            "id": first + index,
            "seq": seq,
            "key": line.key,
            "item": line.item,
            "lot": line.lot,
            "owner": line.owner,
            "origin": line.origin,
            "target": line.target,
            "quantity": line.quantity,
            "value": line.value,
            "kind": line.kind,
            "source": draft.posting.source,
            "line": line.line,
            "reverses": line.reverses,
            "happened": draft.happened,
            "recorded": draft.recorded,
        }
        for index, line in enumerate(draft.lines)
    ]


_POSTING = "seq, source, cause, happened, recorded, reason, version, person, previous, hash"
_MOVEMENT = (
    "id, seq, key, item, lot, owner, origin, target, quantity, value, kind, source, line, reverses, happened, recorded"
)
_BALANCE = "place, item, lot, owner, on_hand, reserved"
_MONTH = "until, place, item, lot, owner, on_hand"
_PROMISE = "source, effect, line, place, item, lot, owner, quantity"
_HOLD = "source, effect, line, place, item, lot"

_SQL: Mapping[str, str] = MappingProxyType(
    {
        "postings": insert_set("posting", "postings", _POSTING),
        "movements": insert_set("movement", "movements", _MOVEMENT, "ON CONFLICT DO NOTHING"),
        "balances": insert_set(
            "balance",
            "balances",
            _BALANCE,
            " ".join(
                (
                    "ORDER BY place, item, lot, owner ON CONFLICT (place, item, lot, owner) DO UPDATE SET",
                    "on_hand = balance.on_hand + excluded.on_hand, reserved = balance.reserved + excluded.reserved",
                    "WHERE balance.reserved + excluded.reserved >= 0",
                    "AND abs(balance.on_hand + excluded.on_hand) <=",
                    str(LARGEST // 4),
                    "AND (excluded.on_hand >= 0 OR balance.on_hand + excluded.on_hand >= 0",
                    "OR (SELECT p.negative FROM ledger_place p WHERE p.id = excluded.place) = 1)",
                )
            ),
        ),
        "locks": insert_set("balance", "locks", _BALANCE, "ON CONFLICT DO NOTHING"),
        "months": insert_set(
            "month_balance",
            "months",
            _MONTH,
            "ORDER BY until, place, item, lot, owner ON CONFLICT (until, place, item, lot, owner) DO UPDATE SET "
            "on_hand = month_balance.on_hand + excluded.on_hand",
        ),
        "serials": insert_set(
            "serial_at",
            "serials",
            "lot, place, came_from",
            "ORDER BY lot ON CONFLICT (lot) DO UPDATE SET place = excluded.place, came_from = excluded.came_from "
            "WHERE serial_at.place = excluded.came_from",
        ),
        "promised": insert_set("reservation", "promised", _PROMISE, "ON CONFLICT (source, effect, line) DO NOTHING"),
        "changed": (
            "UPDATE reservation SET place = changed.place, item = changed.item, lot = changed.lot, "
            "owner = changed.owner, quantity = changed.quantity FROM @changed(source words, effect words, line words, "
            "place, item, lot, owner, quantity, held_place, held_quantity) "
            "WHERE @any(reservation.source, sources) AND reservation.source = changed.source "
            "AND reservation.effect = changed.effect AND reservation.line = changed.line "
            "AND reservation.place = changed.held_place AND reservation.quantity = changed.held_quantity"
        ),
        "freed": (
            "DELETE FROM reservation WHERE @any(source, sources) "
            "AND (source, effect, line, quantity) IN (SELECT source, effect, line, quantity "
            "FROM @freed(source words, effect words, line words, quantity))"
        ),
        "held": insert_set(
            "hold",
            "held",
            _HOLD,
            "ON CONFLICT (source, effect, line) DO UPDATE SET place = excluded.place, item = excluded.item, "
            "lot = excluded.lot",
        ),
        "unheld": (
            "DELETE FROM hold WHERE @any(source, sources) AND (source, effect, line) IN "
            "(SELECT source, effect, line FROM @unheld(source words, effect words, line words))"
        ),
    }
)
_BY_SOURCE = {"changed", "freed", "unheld"}
_COUNTED = {"postings", "movements", "balances", "serials", "promised", "changed", "freed"}


def write(connection: Connection, change: Change) -> None:
    """Write it all, or raise `Unwritten` with the name of what somebody else was faster with."""
    sets = {name: rows for name, rows in _sets(change).items() if rows}
    counts = run_together(connection, [(_SQL[name], _parameters(name, rows)) for name, rows in sets.items()])
    for (name, rows), count in zip(sets.items(), counts, strict=True):
        if name in _COUNTED and count != len(rows):
            raise Unwritten(name)


def _parameters(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The rows; for what is found by its source, the sources too, so that no table is read as a whole."""
    if name not in _BY_SOURCE:
        return {name: as_rows(rows)}
    sources = sorted({row["source"] for row in rows})
    return {name: as_rows(rows), "sources": orjson.dumps(sources).decode()}


def _sets(change: Change) -> dict[str, Sequence[Mapping[str, Any]]]:
    balances = [
        (*key, change.on_hand.get(key, 0), change.reserved.get(key, 0))
        for key in change.on_hand.keys() | change.reserved.keys()
        if change.on_hand.get(key) or change.reserved.get(key)
    ]
    pairs = {balance[:2] for balance in balances}
    locks = pairs - {balance[:2] for balance in balances if balance[2] == balance[3] == 0}
    return {
        "postings": change.postings,
        "movements": change.movements,
        "balances": [dict(zip(_BALANCE.split(", "), balance, strict=True)) for balance in sorted(balances)],
        "locks": [dict(zip(_BALANCE.split(", "), (*pair, 0, 0, 0, 0), strict=True)) for pair in sorted(locks)],
        "months": [
            dict(zip(_MONTH.split(", "), (*key, more), strict=True)) for key, more in change.months.items() if more
        ],
        "serials": [{"lot": lot, "place": to, "came_from": first} for lot, (to, first) in change.serials.items()],
        **_promise_sets(change),
        "held": [
            dict(zip(_HOLD.split(", "), (*name, *hold), strict=True)) for name, hold in change.holds.items() if hold
        ],
        "unheld": [_named(name) for name, hold in change.holds.items() if hold is None],
    }


def _promise_sets(change: Change) -> dict[str, list[dict[str, Any]]]:
    sets: dict[str, list[dict[str, Any]]] = {"promised": [], "changed": [], "freed": []}
    for name, after in change.promises.items():
        before = change.before.get(name)
        if after is None:
            if before:
                sets["freed"].append({**_named(name), "quantity": before[1]})
            continue
        (place, item, lot, owner), quantity = after
        row = {**_named(name), "place": place, "item": item, "lot": lot, "owner": owner, "quantity": quantity}
        if before is None:
            sets["promised"].append(row)
        elif before != after:
            sets["changed"].append({**row, "held_place": before[0][0], "held_quantity": before[1]})
    return sets


def _named(name: Named) -> dict[str, str]:
    return dict(zip(("source", "effect", "line"), name, strict=True))
