"""The ledger's tables. Quantities are whole counts of 10^-6; keys of the outside stand once, in the chart.

`movement` and `posting` are append-only. A movement's id is `seq * STEP + its number`, so that the one order is its
primary key. Lot 0 is none, owner 0 is one's own. No foreign keys on what is posted: they would lock the chart's rows
on every posting; `audit` proves that nothing points nowhere.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy.schema import SchemaItem

from engine.database import Whole, Words, metadata
from engine.database.counters import Counter
from engine.database.dialects import append_only

STEP = 1_000_000


def _table(name: str, *parts: SchemaItem, **options: Any) -> Table:
    made: Table = Table(name, metadata, *parts, sqlite_strict=True, **options)
    return made


def _whole(name: str, *, primary: bool = False, default: str | None = None, null: bool = False) -> Column[object]:
    return Column(name, Whole, primary_key=primary, nullable=null, autoincrement=False, server_default=default)


def _words(name: str, *, primary: bool = False, unique: bool = False) -> Column[object]:
    return Column(name, Words, primary_key=primary, nullable=False, unique=unique)


ITEM = _table(
    "ledger_item",
    Column("id", Whole, primary_key=True),
    _words("key", unique=True),
    _words("unit"),
    _whole("scale"),
    _words("tracking"),
    CheckConstraint("scale BETWEEN 0 AND 6", name="ck_ledger_item_scale"),
    CheckConstraint("tracking IN ('none', 'lot', 'serial')", name="ck_ledger_item_tracking"),
)

PLACE = _table(
    "ledger_place",
    Column("id", Whole, primary_key=True),
    _words("key", unique=True),
    _words("kind"),
    _whole("negative"),
    _whole("strict_since"),
    _words("parent"),
    _words("record"),
    Index("ix_ledger_place_parent", "parent"),
)

LOT = _table(
    "ledger_lot",
    Column("id", Whole, primary_key=True),
    _whole("item"),
    _words("key"),
    _words("expires"),
    UniqueConstraint("item", "key", name="uq_ledger_lot_item_key"),
)

OWNER = _table("ledger_owner", Column("id", Whole, primary_key=True), _words("key", unique=True))

STATE = _table(
    "ledger_state",
    _whole("id", primary=True),
    _whole("seq"),
    _whole("chart"),
    _whole("built"),
    CheckConstraint("id = 1", name="ck_ledger_state_one"),
)

SEQ = Counter(table="ledger_state", column="seq", sequence="ledger_seq")
"""The one order of what is posted and written down."""

POSTING = _table(
    "posting",
    _whole("seq", primary=True),
    _words("source"),
    _words("cause"),
    _whole("happened"),
    _whole("recorded"),
    _words("reason"),
    _whole("version", null=True),
    _words("person"),
    _words("previous"),
    _words("hash"),
    Index("ix_posting_source", "source", "seq"),
    Index("ix_posting_cause", "cause"),
)

MOVEMENT = _table(
    "movement",
    _whole("id", primary=True),
    _whole("seq"),
    _words("key", unique=True),
    _whole("item"),
    _whole("lot"),
    _whole("owner"),
    _whole("origin"),
    _whole("target"),
    _whole("quantity"),
    _whole("value", null=True),
    _words("kind"),
    _words("source"),
    _words("line"),
    _whole("reverses", null=True),
    _whole("happened"),
    _whole("recorded"),
    CheckConstraint("quantity > 0", name="ck_movement_quantity"),
    CheckConstraint("origin <> target", name="ck_movement_somewhere_else"),
    Index("ix_movement_origin", "origin", "happened"),
    Index("ix_movement_target", "target", "happened"),
    Index("ix_movement_item", "item", "id"),
)

Index(
    "uq_movement_reverses",
    MOVEMENT.c.reverses,
    unique=True,
    sqlite_where=MOVEMENT.c.reverses.is_not(None),
    postgresql_where=MOVEMENT.c.reverses.is_not(None),
)

BALANCE = _table(
    "balance",
    _whole("place", primary=True),
    _whole("item", primary=True),
    _whole("lot", primary=True),
    _whole("owner", primary=True),
    _whole("on_hand"),
    _whole("reserved"),
    Index("ix_balance_item", "item", "place"),
    postgresql_with={"fillfactor": 60},
)

MONTH_BALANCE = _table(
    "month_balance",
    _whole("until", primary=True),
    _whole("place", primary=True),
    _whole("item", primary=True),
    _whole("lot", primary=True),
    _whole("owner", primary=True),
    _whole("on_hand"),
    Index("ix_month_balance_item", "until", "item", "place"),
)

RESERVATION = _table(
    "reservation",
    _words("source", primary=True),
    _words("effect", primary=True),
    _words("line", primary=True),
    _whole("place"),
    _whole("item"),
    _whole("lot"),
    _whole("owner"),
    _whole("quantity"),
    CheckConstraint("quantity > 0", name="ck_reservation_quantity"),
    Index("ix_reservation_place", "place", "item"),
)

HOLD = _table(
    "hold",
    _words("source", primary=True),
    _words("effect", primary=True),
    _words("line", primary=True),
    _whole("place"),
    _whole("item"),
    _whole("lot"),
    Index("ix_hold_place", "place", "item"),
)

SERIAL_AT = _table("serial_at", _whole("lot", primary=True), _whole("place"), _whole("came_from"))

CLOSED_PERIOD = _table("closed_period", _words("unit", primary=True), _whole("until"))

STATEMENTS: tuple[tuple[str, str], ...] = (
    *append_only("movement"),
    *append_only("posting"),
    ("postgresql", "CREATE SEQUENCE ledger_seq"),
    ("sqlite", "INSERT INTO ledger_state (id, seq, chart, built) VALUES (1, 0, 0, 0)"),
    ("postgresql", "INSERT INTO ledger_state (id, seq, chart, built) VALUES (1, 0, 0, 0)"),
)
