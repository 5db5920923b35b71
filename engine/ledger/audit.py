"""The audit: recounts the whole ledger by another path than the balances. Used by `verify`, by page and command.

Gives figures, every fault with its place, and a root hash that is the same on every database with the same content.
To be run on a connection that sees one state (`Database.reading`), also while others post.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection

from engine.database.dialects import run
from engine.errors import Fault, text
from engine.ledger.hashing import Body, hash_posting
from engine.ledger.recount import recount
from engine.ledger.tables import STEP

CHUNK = 2_000

CHANGED = text("The posting is not what was posted.", "凭证内容已被更改。")


@dataclass(frozen=True, slots=True)
class Report:
    """What the recount found; without faults the ledger is what was posted."""

    figures: Mapping[str, int]
    faults: tuple[Fault, ...]
    root: str

    @property
    def clean(self) -> bool:
        """Whether everything recounts."""
        return not self.faults


def verify(connection: Connection) -> Report:
    """Recount everything."""
    root = sha256()
    faults: list[Fault] = []
    for seq, kept, hashed in _postings(connection):
        root.update(hashed.encode())
        if kept != hashed:
            faults.append(Fault(f"/posting/{seq}", "hash", CHANGED, None, {"seq": seq}))
    faults.extend(recount(connection))
    for name, sql in _CONTENT:
        rows: Iterable[Any] = run(connection, sql)
        root.update(orjson.dumps([name, sorted([list(row) for row in rows], key=_order)]))
    return Report(_figures(connection), tuple(faults), root.hexdigest())


def _order(row: list[Any]) -> list[tuple[bool, str]]:
    return [(value is None, str(value)) for value in row]


def _postings(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Every posting in order: its number, the hash it keeps, the hash of what is there."""
    after = -1
    while True:
        heads: list[Any] = list(run(connection, _HEADS, {"after": after, "chunk": CHUNK}))
        if not heads:
            return
        bodies: dict[int, list[Body]] = defaultdict(list)
        bounds = {"first": heads[0].seq * STEP, "last": (heads[-1].seq + 1) * STEP}
        moved: Iterable[Any] = run(connection, _BODIES, bounds)
        for seq, *body in moved:
            bodies[seq].append(tuple(body))
        for head in heads:
            *content, previous, kept = head
            yield head.seq, kept, hash_posting(previous, tuple(content), bodies.get(head.seq, ()))
        after = heads[-1].seq


_HEADS = """
SELECT seq, source, cause, happened, recorded, reason, version, person, previous, hash
FROM posting WHERE seq > :after ORDER BY seq LIMIT :chunk
"""

_BODIES = """
SELECT m.seq, m.key, i.key AS item, coalesce(l.key, '') AS lot, coalesce(o.key, '') AS owner, f.key AS origin,
  t.key AS target, m.quantity, m.value, m.kind, m.line, coalesce(r.key, '') AS reverses
FROM movement m
JOIN ledger_item i ON i.id = m.item
JOIN ledger_place f ON f.id = m.origin
JOIN ledger_place t ON t.id = m.target
LEFT JOIN ledger_lot l ON l.id = m.lot
LEFT JOIN ledger_owner o ON o.id = m.owner
LEFT JOIN movement r ON r.id = m.reverses
WHERE m.id >= :first AND m.id < :last ORDER BY m.id
"""

_CONTENT: tuple[tuple[str, str], ...] = (
    ("item", "SELECT key, unit, scale, tracking FROM ledger_item"),
    ("place", "SELECT key, kind, negative, parent FROM ledger_place"),
    (
        "balance",
        "SELECT p.key AS place, i.key AS item, l.key AS lot, o.key AS owner, b.on_hand, b.reserved FROM balance b "
        "LEFT JOIN ledger_place p ON p.id = b.place LEFT JOIN ledger_item i ON i.id = b.item "
        "LEFT JOIN ledger_lot l ON l.id = b.lot LEFT JOIN ledger_owner o ON o.id = b.owner "
        "WHERE b.on_hand <> 0 OR b.reserved <> 0",
    ),
    (
        "reservation",
        "SELECT r.source, r.effect, r.line, p.key AS place, i.key AS item, l.key AS lot, o.key AS owner, r.quantity "
        "FROM reservation r LEFT JOIN ledger_place p ON p.id = r.place LEFT JOIN ledger_item i ON i.id = r.item "
        "LEFT JOIN ledger_lot l ON l.id = r.lot LEFT JOIN ledger_owner o ON o.id = r.owner",
    ),
    (
        "hold",
        "SELECT h.source, h.effect, h.line, p.key AS place, i.key AS item, l.key AS lot FROM hold h "
        "LEFT JOIN ledger_place p ON p.id = h.place LEFT JOIN ledger_item i ON i.id = h.item "
        "LEFT JOIN ledger_lot l ON l.id = h.lot",
    ),
    ("closed_period", "SELECT unit, until FROM closed_period"),
)

_FIGURES = """
SELECT (SELECT count(*) FROM posting) AS postings, (SELECT count(*) FROM movement) AS movements,
  (SELECT count(*) FROM balance WHERE on_hand <> 0 OR reserved <> 0) AS balances,
  (SELECT count(*) FROM reservation) AS promises, (SELECT count(*) FROM hold) AS holds,
  (SELECT count(*) FROM serial_at) AS serials, (SELECT count(*) FROM ledger_item) AS items,
  (SELECT count(*) FROM ledger_place) AS places, (SELECT coalesce(max(seq), 0) FROM posting) AS seq
"""


def _figures(connection: Connection) -> dict[str, int]:
    return {name: int(number) for name, number in run(connection, _FIGURES).one()._mapping.items()}
