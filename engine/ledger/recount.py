"""The recount: each check is one query that finds what cannot be, from movements alone. Used by `audit`.

A query gives the faults it finds, at most `MOST` of them; its columns are what the fault is told with. Nothing here
reads a balance but to compare it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.database.dialects import run
from engine.errors import Fault, Text, text

MOST = 100


@dataclass(frozen=True, slots=True)
class Check:
    """One query; `path` is where its fault is, with columns of the query in braces."""

    code: str
    path: str
    says: Text
    sql: str


_FLOWS = (
    "SELECT target AS place, item, lot, owner, seq, happened, quantity AS more FROM movement "
    "UNION ALL SELECT origin, item, lot, owner, seq, happened, -quantity FROM movement"
)
_KEY = "place, item, lot, owner"
_BALANCE = "/balance/{place}/{item}/{lot}/{owner}"


def _difference(parts: tuple[str, ...], columns: str = _KEY) -> str:
    """Where the sum of all parts is not zero."""
    inside = " UNION ALL ".join(parts)
    return " ".join(
        (
            "SELECT",
            columns,
            ", CAST(sum(more) AS bigint) AS off FROM (",
            inside,
            ") AS d GROUP BY",
            columns,
            "HAVING sum(more) <> 0 ORDER BY",
            columns,
        )
    )


_FALLEN = " ".join(
    (
        "SELECT place, item, lot, owner, seq, CAST(stands AS bigint) AS stands FROM (",
        "SELECT place, item, lot, owner, seq, more,",
        "sum(more) OVER (PARTITION BY place, item, lot, owner ORDER BY seq) AS stands FROM (",
        "SELECT place, item, lot, owner, seq, sum(more) AS more FROM (",
        _FLOWS,
        ") AS flow GROUP BY place, item, lot, owner, seq) AS posted) AS running",
        "JOIN ledger_place p ON p.id = place WHERE p.negative = 0 AND stands < 0 AND more < 0 AND seq > p.strict_since",
        "ORDER BY seq, place, item, lot, owner",
    )
)

_OVERPROMISED = """
SELECT place, item, lot, owner, CAST(sum(on_hand) AS bigint) AS on_hand, CAST(sum(reserved) AS bigint) AS reserved
FROM (
  SELECT place, item, -1 AS lot, -1 AS owner, on_hand, reserved FROM balance
  UNION ALL SELECT place, item, lot, owner, on_hand, reserved FROM balance WHERE lot > 0
) AS level JOIN ledger_place p ON p.id = place
WHERE p.negative = 0 AND p.strict_since = 0 GROUP BY place, item, lot, owner
HAVING sum(reserved) > 0 AND sum(reserved) > sum(on_hand)
"""

_LOST = """
SELECT m.id, m.seq FROM movement m
LEFT JOIN posting p ON p.seq = m.seq
LEFT JOIN ledger_item i ON i.id = m.item
LEFT JOIN ledger_place f ON f.id = m.origin
LEFT JOIN ledger_place t ON t.id = m.target
LEFT JOIN ledger_lot l ON l.id = m.lot
LEFT JOIN ledger_owner o ON o.id = m.owner
WHERE p.seq IS NULL OR i.id IS NULL OR f.id IS NULL OR t.id IS NULL OR m.id / 1000000 <> m.seq
  OR (m.lot <> 0 AND l.id IS NULL) OR (m.lot <> 0 AND l.item <> m.item) OR (m.owner <> 0 AND o.id IS NULL)
  OR m.source <> p.source OR m.happened <> p.happened OR m.recorded <> p.recorded
  OR m.quantity <= 0 OR m.origin = m.target
ORDER BY m.id
"""

_WRONG_REVERSAL = """
SELECT m.id, m.seq FROM movement m LEFT JOIN movement r ON r.id = m.reverses
WHERE m.reverses IS NOT NULL AND (r.id IS NULL OR r.seq >= m.seq OR r.reverses IS NOT NULL OR r.origin <> m.target
  OR r.target <> m.origin OR r.item <> m.item OR r.lot <> m.lot OR r.owner <> m.owner OR r.quantity <> m.quantity)
ORDER BY m.id
"""

_SERIAL_JUMPS = """
SELECT id, lot FROM (
  SELECT m.id, m.lot, m.origin, m.quantity, lag(m.target) OVER (PARTITION BY m.lot ORDER BY m.id) AS was
  FROM movement m JOIN ledger_lot l ON l.id = m.lot JOIN ledger_item i ON i.id = l.item AND i.tracking = 'serial'
) AS way WHERE quantity <> 1000000 OR was <> origin ORDER BY id
"""

_SERIAL_PLACE = """
SELECT lot, place, CAST(sum(more) AS bigint) AS off FROM (
  SELECT m.lot, m.target AS place, 1 AS more FROM movement m
  JOIN (SELECT lot, max(id) AS id FROM movement WHERE lot > 0 GROUP BY lot) AS last ON last.id = m.id
  JOIN ledger_item i ON i.id = m.item AND i.tracking = 'serial'
  UNION ALL SELECT lot, place, -1 FROM serial_at
) AS d GROUP BY lot, place HAVING sum(more) <> 0 ORDER BY lot, place
"""

_SERIAL_TWICE = """
SELECT b.lot, count(*) AS places FROM balance b
JOIN ledger_lot l ON l.id = b.lot JOIN ledger_item i ON i.id = l.item AND i.tracking = 'serial'
JOIN ledger_place p ON p.id = b.place AND p.negative = 0
WHERE b.on_hand <> 0 GROUP BY b.lot HAVING count(*) > 1 OR sum(b.on_hand) <> 1000000 ORDER BY b.lot
"""

_UNCHAINED = """
SELECT p.seq FROM posting p WHERE p.previous <> '' AND NOT EXISTS (
  SELECT 1 FROM posting q WHERE q.source = p.source AND q.seq < p.seq AND q.hash = p.previous
) ORDER BY p.seq
"""

_MONTHS = " ".join(
    (
        "WITH ends AS (SELECT DISTINCT until FROM month_balance),",
        "span AS (SELECT until, coalesce(lag(until) OVER (ORDER BY until), -9000000000000000000) AS since FROM ends)",
        _difference(
            (
                "SELECT m.until, place, item, lot, owner, on_hand AS more FROM month_balance m",
                "SELECT s.until, place, item, lot, owner, -on_hand FROM month_balance m "
                "JOIN span s ON s.since = m.until",
                " ".join(
                    (
                        "SELECT s.until, place, item, lot, owner, -more FROM (",
                        _FLOWS,
                        ") AS flow JOIN span s ON flow.happened >= s.since AND flow.happened < s.until",
                    )
                ),
            ),
            "until, place, item, lot, owner",
        ),
    )
)

_RECOUNTED = _difference(
    (
        "SELECT place, item, lot, owner, on_hand AS more FROM balance",
        " ".join(("SELECT place, item, lot, owner, -more FROM (", _FLOWS, ") AS flow")),
    )
)

_PROMISED = _difference(
    (
        "SELECT place, item, lot, owner, reserved AS more FROM balance",
        "SELECT place, item, lot, owner, -quantity FROM reservation",
    )
)

CHECKS: tuple[Check, ...] = (
    Check(
        "balance",
        _BALANCE,
        text("The balance is not the sum of its movements.", "结存与移动合计不符。"),
        _RECOUNTED,
    ),
    Check(
        "reserved",
        _BALANCE,
        text("What is reserved is not the sum of the promises.", "预留数与预留记录合计不符。"),
        _PROMISED,
    ),
    Check("below_zero", _BALANCE, text("It fell below zero.", "曾出现负结存。"), _FALLEN),
    Check("overpromised", _BALANCE, text("More is promised than there is.", "预留超过结存。"), _OVERPROMISED),
    Check("movement", "/movement/{id}", text("The movement stands alone.", "移动记录与凭证不符。"), _LOST),
    Check("reversal", "/movement/{id}", text("It undoes nothing that was posted.", "冲销对象不符。"), _WRONG_REVERSAL),
    Check("serial_way", "/movement/{id}", text("The serial was not there.", "该序列号当时不在此处。"), _SERIAL_JUMPS),
    Check("serial_place", "/serial_at/{lot}", text("The serial is not there.", "序列号所在地点不符。"), _SERIAL_PLACE),
    Check("serial_twice", "/serial_at/{lot}", text("The serial is not one.", "序列号不唯一。"), _SERIAL_TWICE),
    Check("chain", "/posting/{seq}", text("The posting before it is missing.", "前一凭证缺失。"), _UNCHAINED),
    Check(
        "key_twice",
        "/movement/{key}",
        text("This key was posted twice.", "业务键重复记账。"),
        "SELECT key, count(*) AS times FROM movement GROUP BY key HAVING count(*) > 1 ORDER BY key",
    ),
    Check(
        "month",
        "/month_balance/{until}/{place}/{item}/{lot}/{owner}",
        text("The month's balance is not the sum of its movements.", "月末结存与移动合计不符。"),
        _MONTHS,
    ),
)


def recount(connection: Connection) -> Iterable[Fault]:
    """Run every check and tell every fault it finds."""
    for check in CHECKS:
        for row in run(connection, " ".join((check.sql, "LIMIT", str(MOST)))):
            named = dict(row._mapping)
            yield Fault(check.path.format(**named), check.code, check.says, None, named)
