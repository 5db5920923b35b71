"""Movements as people read them: pages in the one order, and the running balance of an item at a place.

Used by operations and reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from engine.clock import from_stored
from engine.database.dialects import run
from engine.ledger.chart import read_items, read_places
from engine.ledger.rows import as_rows
from engine.ledger.tables import STEP
from engine.quantities import from_scaled

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement and the posting it belongs to."""

    id: int
    seq: int
    key: str
    item: str
    lot: str | None
    owner: str | None
    origin: str
    target: str
    quantity: Decimal
    value: Decimal | None
    kind: str
    source: str
    line: str | None
    reverses: int | None
    happened: datetime
    recorded: datetime
    cause: str
    reason: str
    person: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One movement as a place sees it: what came (or went, below zero) and what was there afterwards."""

    moved: Moved
    change: Decimal
    balance: Decimal


_SELECT = """
SELECT m.id, m.seq, m.key, i.key AS item, l.key AS lot, o.key AS owner, f.key AS origin, t.key AS target, m.quantity,
  m.value, m.kind, m.source, m.line, m.reverses, m.happened, m.recorded, p.cause, p.reason, p.person, p.version
FROM movement m JOIN posting p ON p.seq = m.seq JOIN ledger_item i ON i.id = m.item
JOIN ledger_place f ON f.id = m.origin JOIN ledger_place t ON t.id = m.target
LEFT JOIN ledger_lot l ON l.id = m.lot LEFT JOIN ledger_owner o ON o.id = m.owner
WHERE m.id > :after AND m.id < :before
"""
END = 2**62


def movements(
    connection: Connection,
    *,
    after_seq: int = 0,
    after: int = 0,
    items: Sequence[str] | None = None,
    places: Sequence[str] | None = None,
    source: str | None = None,
    limit: int = 50,
    newest: bool = False,
) -> list[Moved]:
    """Movements in the one order: all of later postings than `after_seq`, or those after the movement `after`.

    With `newest` the other way round: the last first, then those before the movement `after`.
    """
    conditions: list[str] = []
    start = (after_seq + 1) * STEP - 1 if after_seq else 0
    parameters: dict[str, Any] = {**_between(after, newest=newest), "limit": limit}
    parameters["after"] = max(parameters["after"], start)
    if items is not None:
        conditions.append(_among(("m.item",), [each.id for each in read_items(connection, items).values()]))
    if places is not None:
        ids = [each.id for each in read_places(connection, places).values()]
        conditions.append(_among(("m.origin", "m.target"), ids))
    if source is not None:
        conditions.append("m.seq IN (SELECT seq FROM posting WHERE source = :source)")
        parameters["source"] = source
    sql = " AND ".join((_SELECT, *conditions)) + (_LAST_FIRST if newest else _FIRST_FIRST)
    rows: Iterable[Any] = run(connection, sql, parameters)
    return [_moved(row) for row in rows]


_FIRST_FIRST, _LAST_FIRST = " ORDER BY m.id LIMIT :limit", " ORDER BY m.id DESC LIMIT :limit"


def _between(after: int, *, newest: bool) -> dict[str, int]:
    return {"after": 0, "before": after or END} if newest else {"after": after, "before": END}


_TOUCHED = """
SELECT DISTINCT m.seq, i.key AS item, p.key AS place FROM @asked(seq, below)
@find(movement m ON m.id >= asked.seq AND m.id < asked.below)
JOIN ledger_item i ON i.id = m.item JOIN ledger_place p ON p.id IN (m.origin, m.target) LIMIT :most
"""


def touched(connection: Connection, wanted: Iterable[int], most: int) -> list[tuple[int, str, str]]:
    """Number, item and place of what postings with these numbers moved, in no order."""
    asked = as_rows({"seq": each * STEP, "below": (each + 1) * STEP} for each in wanted)
    return [(row.seq, row.item, row.place) for row in run(connection, _TOUCHED, {"asked": asked, "most": most})]


def sources(connection: Connection, wanted: Iterable[int]) -> dict[int, str]:
    """Whose each of the postings with these numbers is."""
    sql = "SELECT p.seq, p.source FROM @asked(seq) @find(posting p ON p.seq = asked.seq)"
    rows = run(connection, sql, {"asked": as_rows({"seq": each} for each in wanted)})
    return {row.seq: row.source for row in rows}


def numbers(connection: Connection, after_seq: int) -> dict[int, int]:
    """The numbers of later postings than `after_seq`, with the moments they were recorded at."""
    rows = run(connection, "SELECT seq, recorded FROM posting WHERE seq > :after", {"after": after_seq})
    return {row.seq: row.recorded for row in rows}


def trail(
    connection: Connection,
    item: str,
    place: str,
    lot: str | None = None,
    *,
    after: int = 0,
    limit: int = 50,
    newest: bool = False,
) -> list[Step]:
    """What came to and went from a place with the balance after each, oldest first; of one lot or of the item.

    With `newest` the last first, then those before the movement `after`.
    """
    items, places = read_items(connection, [item]), read_places(connection, [place])
    if item not in items or place not in places:
        return []
    sql = [_SELECT, "AND m.item = :item AND (m.origin = :place OR m.target = :place)"]
    known = {"item": items[item].id, "place": places[place].id}
    parameters: dict[str, Any] = {**_between(after, newest=newest), **known, "limit": limit}
    if lot is not None:
        sql.append("AND l.key = :lot")
        parameters["lot"] = lot
    balance = _balance_at(connection, parameters, parameters["before"] - 1 if newest else after)
    steps: list[Step] = []
    rows: Iterable[Any] = run(connection, " ".join(sql) + (_LAST_FIRST if newest else _FIRST_FIRST), parameters)
    for row in rows:
        change = from_scaled(row.quantity if row.target == place else -row.quantity)
        balance += ZERO if newest else change
        steps.append(Step(_moved(row), change, balance))
        balance -= change if newest else ZERO
    return steps


_BEFORE = """
SELECT CAST(coalesce(sum(CASE WHEN m.target = :place THEN m.quantity ELSE -m.quantity END), 0) AS bigint)
FROM movement m LEFT JOIN ledger_lot l ON l.id = m.lot
WHERE m.item = :item AND m.id <= :until AND (m.origin = :place OR m.target = :place)
"""


def _balance_at(connection: Connection, parameters: dict[str, Any], until: int) -> Decimal:
    """What was there after the movement `until`, whether it was of this place or not."""
    if until == 0:
        return ZERO
    sql = " ".join((_BEFORE, "AND l.key = :lot" if "lot" in parameters else ""))
    wanted: dict[str, Any] = {name: parameters[name] for name in ("item", "place", "lot") if name in parameters}
    return from_scaled(int(run(connection, sql, {**wanted, "until": until}).scalar_one()))


@dataclass(frozen=True, slots=True)
class Moving:
    """Some of an item in a place that is a record's, with the place and the moment that it last came there from."""

    item: str
    place: str
    lot: str | None
    quantity: Decimal
    origin: str | None
    since: datetime | None


_MOVING = """
SELECT p.key AS place, l.key AS lot, sum(b.on_hand) AS quantity,
  (SELECT max(m.id) FROM movement m WHERE m.target = p.id AND m.item = b.item) AS last
FROM balance b JOIN ledger_place p ON p.id = b.place LEFT JOIN ledger_lot l ON l.id = b.lot
WHERE b.item = :item AND b.on_hand > 0 AND p.negative = 0 AND p.parent <> '' AND replace(p.key, '/', '') <> p.key
GROUP BY p.key, p.id, b.item, l.key ORDER BY last DESC, l.key LIMIT :most
"""
_CAME = """
SELECT m.id, m.happened, f.key AS origin FROM @asked(id) JOIN movement m ON m.id = asked.id
JOIN ledger_place f ON f.id = m.origin
"""


def moving(connection: Connection, item: str, most: int = 1000) -> list[Moving]:
    """What of an item lies in parts of places, the last to come first; whose records those are is not known here."""
    items = read_items(connection, [item])
    if item not in items:
        return []
    rows = run(connection, _MOVING, {"item": items[item].id, "most": most}).all()
    asked = as_rows({"id": row.last} for row in rows if row.last is not None)
    came = {row.id: row for row in run(connection, _CAME, {"asked": asked})}
    found = []
    for row in rows:
        last = came.get(row.last)
        since = from_stored(last.happened) if last else None
        found.append(
            Moving(item, row.place, row.lot, from_scaled(int(row.quantity)), last.origin if last else None, since)
        )
    return found


def _among(columns: Sequence[str], ids: Sequence[int]) -> str:
    listed = ", ".join(str(each) for each in ids) or "-1"
    parts = [f"{column} = {listed}" if len(ids) == 1 else f"{column} IN ({listed})" for column in columns]
    return f"({' OR '.join(parts)})"


def _moved(row: Any) -> Moved:
    values = dict(row._mapping)
    values["quantity"] = from_scaled(values["quantity"])
    values["value"] = None if values["value"] is None else from_scaled(values["value"])
    values["line"] = values["line"] or None
    values["happened"], values["recorded"] = from_stored(values["happened"]), from_stored(values["recorded"])
    return Moved(**values)
