"""Stock as it was: by `seq` (what the ledger said then) or by a moment of business time (what had happened by then).

By seq: today's balances without what came later. By moment: the cumulative balance of the last built month before it
(`periods.build_months`) and the movements since. Used by `balances`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from engine.clock import from_stored, to_stored
from engine.database.dialects import run
from engine.ledger.rows import as_rows
from engine.ledger.tables import STEP

Balance = tuple[int, int, int, int, int, int]
"""Place, item, lot, owner, on hand, reserved."""

At = int | datetime | None


_NOW = (
    "SELECT b.place, b.item, b.lot, b.owner, b.on_hand, b.reserved FROM balance b "
    "WHERE (b.on_hand <> 0 OR b.reserved <> 0)"
)
_BALANCES = "SELECT b.place, b.item, b.lot, b.owner, b.on_hand AS more FROM balance b WHERE b.on_hand <> 0"
_MONTH = "SELECT b.place, b.item, b.lot, b.owner, b.on_hand AS more FROM month_balance b WHERE b.until = :since"
_SUM = "SELECT place, item, lot, owner, CAST(sum(more) AS bigint) AS on_hand FROM"
_GROUP = "GROUP BY place, item, lot, owner HAVING sum(more) <> 0"


def month_of(moment: datetime) -> datetime:
    """The beginning of the month, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


_PAIRS = (
    "SELECT b.place, b.item, b.lot, b.owner, b.on_hand, b.reserved FROM @asked(place, item) "
    "@find(balance b ON b.place = asked.place AND b.item = asked.item) WHERE b.on_hand <> 0 OR b.reserved <> 0"
)


def read_pairs(connection: Connection, pairs: Iterable[tuple[int, int]]) -> list[Balance]:
    """Every balance that is not empty, of these (place, item), now."""
    rows = as_rows({"place": place, "item": item} for place, item in pairs)
    found: Iterable[Any] = run(connection, _PAIRS, {"asked": rows})
    return [(place, item, lot, owner, there, kept) for place, item, lot, owner, there, kept in found]


def read_balances(
    connection: Connection, items: Sequence[int] | None, places: Sequence[int] | None, at: At
) -> list[Balance]:
    """Every balance that is not empty, of these items at these places (None: all), now or as it was."""
    if at is None:
        only = _only("b", "place", items, places)
        rows: Iterable[Any] = run(connection, " ".join((_NOW, only)))
        return [(place, item, lot, owner, there, kept) for place, item, lot, owner, there, kept in rows]
    if isinstance(at, datetime):
        return _by_moment(connection, items, places, at)
    return _by_seq(connection, items, places, at)


def _only(table: str, place: str, items: Sequence[int] | None, places: Sequence[int] | None) -> str:
    """Conditions on ids, which are numbers of ours: a single one is compared, so that its index serves."""
    text = ""
    for column, ids in (("item", items), (place, places)):
        if ids is not None:
            listed = ", ".join(str(int(each)) for each in ids) or "-1"
            text += f" AND {table}.{column} = {listed}" if len(ids) == 1 else f" AND {table}.{column} IN ({listed})"
    return text


def _flows(items: Sequence[int] | None, places: Sequence[int] | None, condition: str, sign: int) -> str:
    parts = []
    for place, direction in (("target", sign), ("origin", -sign)):
        flow = f"SELECT m.{place} AS place, m.item, m.lot, m.owner, {direction} * m.quantity AS more"
        parts.append(" ".join((flow, "FROM movement m WHERE", condition, _only("m", place, items, places))))
    return " UNION ALL ".join(parts)


def _summed(connection: Connection, parts: Sequence[str], parameters: dict[str, int]) -> list[Balance]:
    sql = " ".join((_SUM, "(", " UNION ALL ".join(parts), ") AS flow", _GROUP))
    rows: Iterable[Any] = run(connection, sql, parameters)
    return [(place, item, lot, owner, there, 0) for place, item, lot, owner, there in rows]


def _by_seq(
    connection: Connection, items: Sequence[int] | None, places: Sequence[int] | None, seq: int
) -> list[Balance]:
    now = " ".join((_BALANCES, _only("b", "place", items, places)))
    later = _flows(items, places, "m.id >= :later", -1)
    return _summed(connection, (now, later), {"later": (seq + 1) * STEP})


def _by_moment(
    connection: Connection, items: Sequence[int] | None, places: Sequence[int] | None, at: datetime
) -> list[Balance]:
    built = int(run(connection, "SELECT built FROM ledger_state").scalar_one())
    until = to_stored(at)
    since = _built_before(until, built)
    parameters = {"until": until}
    if since is None:
        return _summed(connection, (_flows(items, places, "m.happened <= :until", 1),), parameters)
    month = " ".join((_MONTH, _only("b", "place", items, places)))
    rest = _flows(items, places, "m.happened >= :since AND m.happened <= :until", 1)
    return _summed(connection, (month, rest), {**parameters, "since": since})


def _built_before(until: int, built: int) -> int | None:
    if built == 0:
        return None
    return min(built, to_stored(month_of(from_stored(until))))
