"""Closed periods, and the cumulative balances per month that make the past cheap to ask. Used by operations.

Both wait until nobody posts: what is in flight was weighed against the periods and months as they were.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from engine.clock import from_stored, to_stored
from engine.database.dialects import close_gate, run
from engine.errors import rule, text
from engine.ledger.chart import GATE
from engine.ledger.past import month_of
from engine.ledger.writing import months_after

CHAIN = ""
"""The unit of a period that is closed for everybody."""


def close_period(connection: Connection, until: datetime, unit: str = CHAIN) -> None:
    """From now on nothing is posted that happened before `until`. A closed period stays closed."""
    close_gate(connection, GATE)
    stands = closed_until(connection, unit)
    if stands is not None and until < stands:
        raise rule("period_closed", text("A closed period stays closed.", "已关账的期间不能重新打开。"))
    sql = (
        "INSERT INTO closed_period (unit, until) VALUES (:unit, :until) "
        "ON CONFLICT (unit) DO UPDATE SET until = excluded.until"
    )
    run(connection, sql, {"unit": unit, "until": to_stored(until)})


def closed_until(connection: Connection, unit: str = CHAIN) -> datetime | None:
    """Up to when a unit's (or the chain's) books are closed."""
    found = run(connection, "SELECT until FROM closed_period WHERE unit = :unit", {"unit": unit}).scalar()
    return None if found is None else from_stored(found)


def build_months(connection: Connection, now: datetime) -> int:
    """Build the cumulative balances of every month that is over and not built yet; says how many months.

    To be called once a month, and after a large import of the past. Postings of the past keep built months true.
    """
    close_gate(connection, GATE)
    built = int(run(connection, "SELECT built FROM ledger_state").scalar_one())
    first = run(connection, "SELECT min(happened) FROM movement").scalar()
    until = to_stored(month_of(now))
    if first is None or until <= built:
        return 0
    since = built or to_stored(month_of(from_stored(first)))
    months = months_after(since, until)
    for begins, ends in zip([since, *months], months, strict=False):
        run(connection, _BUILD, {"since": begins, "until": ends})
    run(connection, "UPDATE ledger_state SET built = :until", {"until": until})
    return len(months)


_BUILD = """
INSERT INTO month_balance (until, place, item, lot, owner, on_hand)
SELECT :until, place, item, lot, owner, CAST(sum(more) AS bigint) FROM (
  SELECT place, item, lot, owner, on_hand AS more FROM month_balance WHERE until = :since
  UNION ALL SELECT target, item, lot, owner, quantity FROM movement WHERE happened >= :since AND happened < :until
  UNION ALL SELECT origin, item, lot, owner, -quantity FROM movement WHERE happened >= :since AND happened < :until
) AS flow GROUP BY place, item, lot, owner HAVING sum(more) <> 0
"""
