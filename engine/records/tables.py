"""The tables of records, their history, tasks and messages: a fixed set. Used by every module of this room.

Whatever the definitions say, the set stays as it is.
`publishing` adds partitions and indexes to `record`, never a column. Text that is compared or sorted has the collation
`C`, so that both databases order it alike. There are no foreign keys: `archive` writes what belongs together, and
`audit` proves that nothing points nowhere. `history` and `vote` are append-only; a `link` may only be reversed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import TEXT, Column, Index, LargeBinary, Table, UniqueConstraint, text

from engine.database import Document, Whole, metadata
from engine.database.dialects import append_only

Exact = TEXT(collation="C").with_variant(TEXT(), "sqlite")


def _words(name: str, *, key: bool = False, null: bool = False) -> Column[Any]:
    return Column(name, Exact, primary_key=key, nullable=null)


def _whole(name: str, *, key: bool = False, null: bool = False, default: int | None = None) -> Column[Any]:
    shown = None if default is None else text(str(default))
    return Column(name, Whole, primary_key=key, nullable=null, autoincrement=False, server_default=shown)


def _document(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Document, nullable=null)


def _table(name: str, *parts: Any, rowid: bool = True, **options: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid, **options)


_WAITING = text("delivered IS NULL AND dead IS NULL")

RECORD_ID = _table("record_id", _words("id", key=True), _words("form"), rowid=False)
"""Every id that was ever given to a record; ids are unique over all forms and never used again."""

RECORD = _table(
    "record",
    _words("form", key=True),
    _words("id", key=True),
    _words("number", null=True),
    _words("state"),
    _whole("revision"),
    _whole("version", null=True),
    _document("overlays"),
    _document("data"),
    _document("memory"),
    _whole("created"),
    _words("created_by"),
    _whole("submitted", null=True),
    _words("submitted_by", null=True),
    _whole("updated"),
    _words("head"),
    _whole("seq"),
    UniqueConstraint("form", "number"),
    Index("ix_record_created", "form", "created", "id"),
    Index("ix_record_state", "form", "state", "created", "id"),
    postgresql_partition_by="LIST (form)",
)
ROWS = _table("record_rows", _words("record", key=True), _words("table_name", key=True), _document("data"), rowid=False)
"""`{"order": [row ids], "rows": {row id: row}}` per table of a record."""

REF = _table(
    "record_ref",
    _whole("field", key=True),
    _words("value", key=True),
    _whole("created", key=True),
    _words("record", key=True),
    Index("ix_record_ref_record", "record"),
    rowid=False,
)
ORG = _table(
    "record_org",
    _words("record", key=True),
    _words("field", key=True),
    _words("unit"),
    _words("form"),
    _words("state"),
    _whole("created"),
    Index("ix_record_org_unit", "unit", "form", "created", "record"),
    rowid=False,
)
UNIQUE = _table(
    "record_unique",
    _words("form", key=True),
    _whole("field", key=True),
    _words("value", key=True),
    _words("record"),
    Index("ix_record_unique_record", "record"),
    rowid=False,
)
TOKEN = _table(
    "record_token",
    _words("form", key=True),
    _words("token", key=True),
    _words("record", key=True),
    _whole("own"),
    Index("ix_record_token_record", "record"),
    rowid=False,
)
"""Words of a record; `own` 0: taken over from a record that it refers to."""

FACT = _table("fact_value", _words("fact", key=True), _words("key", key=True), _whole("value"), rowid=False)
"""A live aggregate by its parameters (JSON), in 10^-6; its row lock is the fact's lock."""

HISTORY = _table(
    "history",
    _words("record", key=True),
    _whole("n", key=True),
    _words("form"),
    _whole("seq"),
    _whole("revision"),
    _whole("at"),
    _words("actor"),
    _words("on_behalf", null=True),
    _words("action"),
    _words("origin", null=True),
    _words("target", null=True),
    _document("changes"),
    _words("route"),
    _whole("version", null=True),
    _words("comment", null=True),
    _document("because", null=True),
    _document("asks", null=True),
    _words("before_hash"),
    _words("after_hash"),
    _words("previous"),
    _words("hash"),
    Index("ix_history_seq", "seq"),
    rowid=False,
)
LINK = _table(
    "link",
    _words("id", key=True),
    _words("from_form"),
    _words("from_record"),
    _words("from_row"),
    _words("to_form"),
    _words("to_record"),
    _words("to_row"),
    _whole("quantity"),
    _words("effect"),
    _whole("seq"),
    _whole("reversed", null=True),
    Index("ix_link_from", "from_record", "from_row"),
    Index("ix_link_to", "to_record", "to_row"),
)
"""A quantity of a row that a row of another record took; an empty row stands for the whole record."""

COUNTER = _table("counter", _words("form", key=True), _words("pattern", key=True), _whole("value"), rowid=False)
REQUEST = _table(
    "request_key",
    _words("account", key=True),
    _words("key", key=True),
    _words("hash"),
    _whole("status"),
    _words("answer"),
    _whole("at"),
    rowid=False,
)
ONCE = _table("once_key", _words("key", key=True), _words("record"), rowid=False)

TASK = _table(
    "task",
    _words("id", key=True),
    _words("record"),
    _words("form"),
    _words("kind"),
    _words("step"),
    _words("part", null=True),
    _document("title", null=True),
    _document("actions"),
    _words("content"),
    _document("because", null=True),
    _whole("opened"),
    _whole("deadline", null=True),
    _whole("ended", null=True),
    _words("ended_by", null=True),
    _words("ended_because", null=True),
    Index("ix_task_record", "record"),
)
TASK_ASK = _table(
    "task_ask",
    _words("task", key=True),
    _words("role", key=True),
    _words("relation", key=True),
    _words("unit", key=True),
    _words("person", key=True),
    Index("ix_task_ask_role", "role", "relation", "unit", "task"),
    Index("ix_task_ask_person", "person", "task"),
    rowid=False,
)
"""Whom an open task asks: a role at, above or below a unit (empty: the chain), or a person. Gone when the task ends."""

VOTE = _table(
    "vote",
    _words("record", key=True),
    _words("approval", key=True),
    _whole("round", key=True),
    _words("step", key=True),
    _words("part", key=True),
    _words("row", key=True),
    _words("person", key=True),
    _words("on_behalf", null=True),
    _words("verdict"),
    _words("task", null=True),
    _words("content"),
    _words("comment", null=True),
    _whole("at"),
    _whole("seq", key=True),
    rowid=False,
)
TIMER = _table(
    "timer",
    _words("record", key=True),
    _words("name", key=True),
    _words("occurrence", key=True),
    _words("form"),
    _whole("due"),
    _whole("fired", null=True),
    _whole("cancelled", null=True),
    _whole("broke", default=0),
    _whole("not_before", null=True),
    Index(
        "ix_timer_due",
        "due",
        sqlite_where=text("fired IS NULL AND cancelled IS NULL"),
        postgresql_where=text("fired IS NULL AND cancelled IS NULL"),
    ),
    rowid=False,
)
SCHEDULE = _table("schedule_mark", _words("name", key=True), _words("cron"), _whole("last"), rowid=False)
"""Up to which time a schedule of the library has run."""

ALERT = _table(
    "alert_mark",
    _words("name", key=True),
    _words("key", key=True),
    _whole("active", default=0),
    _whole("times", default=0),
    _whole("at", default=0),
    rowid=False,
)
"""Whether an alert is on, of what it watches by key, and how often it has come on."""

OUTBOX = _table(
    "outbox",
    Column("id", Whole, primary_key=True),
    _words("key"),
    _whole("seq"),
    _words("record"),
    _words("target"),
    _words("topic"),
    _document("payload"),
    _whole("at"),
    _whole("next_try"),
    _whole("tries", default=0),
    _whole("delivered", null=True),
    _whole("dead", null=True),
    _words("said", null=True),
    UniqueConstraint("key"),
    Index("ix_outbox_record", "record", "target", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_outbox_waiting", "next_try", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_outbox_dead", "id", sqlite_where=text("dead IS NOT NULL"), postgresql_where=text("dead IS NOT NULL")),
    Index("ix_outbox_delivered", "delivered"),
)
"""What is told outside; `key` is the same however often it is sent, `said` is what was answered last, in short."""

OUTBOX_COUNT = _table(
    "outbox_count", _words("topic", key=True), _words("outcome", key=True), _whole("value"), rowid=False
)
"""How much was sent, how often that failed, how much was given up."""

CARRIED = _table(
    "carried",
    _words("run", key=True),
    _words("record", key=True),
    _words("form"),
    _whole("revision"),
    _document("data"),
    rowid=False,
)
"""What a record was before it was carried over to another version, and the revision that it had then."""

CHANNEL = _table("channel", _words("person", key=True), _document("choices"), _whole("updated"), rowid=False)
"""How a person wants to be told."""

ENDPOINT_SECRET = _table(
    "endpoint_secret",
    _words("endpoint", key=True),
    _words("id", key=True),
    _words("sealed"),
    _whole("created"),
    _whole("until", null=True),
    rowid=False,
)
"""What signs for an endpoint, sealed with a key that is not in the database; the one before lives `until` then."""

NOTICE = _table(
    "notice",
    _words("id", key=True),
    _words("person"),
    _words("form"),
    _words("record"),
    _words("template"),
    _document("params"),
    _whole("at"),
    _whole("read", null=True),
    Index("ix_notice_person", "person", "at", "id"),
)
ATTACHMENT = _table(
    "attachment",
    _words("id", key=True),
    _words("person"),
    _words("name"),
    _words("type"),
    _whole("size"),
    _words("hash"),
    _whole("at"),
    Index("ix_attachment_person", "person"),
    Index("ix_attachment_hash", "hash"),
)
ATTACHED = _table(
    "attachment_record",
    _words("attachment", key=True),
    _words("record", key=True),
    _words("path", key=True),
    Index("ix_attachment_record_record", "record"),
    rowid=False,
)
SECRET = _table("records_secret", _words("name", key=True), Column("value", LargeBinary, nullable=False))
"""Keys that this database signs with (cursors), made when it is first asked."""

_LINK_SQLITE = (
    "CREATE TRIGGER link_only_reversed BEFORE UPDATE ON link WHEN OLD.reversed IS NOT NULL OR NEW.reversed IS NULL OR "
    "(OLD.id, OLD.from_record, OLD.from_row, OLD.to_record, OLD.to_row, OLD.quantity, OLD.effect, OLD.seq) IS NOT "
    "(NEW.id, NEW.from_record, NEW.from_row, NEW.to_record, NEW.to_row, NEW.quantity, NEW.effect, NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'a link is only ever reversed, once'); END"
)
_LINK_POSTGRES = (
    "CREATE FUNCTION link_is_only_reversed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF OLD.reversed IS NOT NULL OR NEW.reversed IS NULL OR to_jsonb(OLD) - 'reversed' <> to_jsonb(NEW) - 'reversed' "
    "THEN RAISE EXCEPTION 'a link is only ever reversed, once'; END IF; RETURN NEW; END $$"
)

STATEMENTS: tuple[tuple[str, str], ...] = (
    ("postgresql", "CREATE TABLE record_default PARTITION OF record DEFAULT"),
    *append_only("history"),
    *append_only("vote"),
    ("sqlite", _LINK_SQLITE),
    ("sqlite", "CREATE TRIGGER link_stays BEFORE DELETE ON link BEGIN SELECT RAISE(ABORT, 'a link stays'); END"),
    ("postgresql", _LINK_POSTGRES),
    (
        "postgresql",
        "CREATE TRIGGER link_only_reversed BEFORE UPDATE ON link FOR EACH ROW EXECUTE FUNCTION link_is_only_reversed()",
    ),
)
