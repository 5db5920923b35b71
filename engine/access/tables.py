"""Tables of sign-in: accounts, sessions, keys, tries, substitutes, the security log, and the stamps of what changed.

A secret is never stored, only what proves it: an argon2 hash of a password, a SHA-256 of a token (tokens are random, so
a fast hash is enough). Used by the modules of this room alone.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, text

from engine.database import Document, Whole, Words, metadata
from engine.database.dialects import append_only

account = Table(
    "account",
    metadata,
    Column("person", Words, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("password", Words),
    Column("must_change", Whole, nullable=False, server_default=text("0")),
    Column("active", Whole, nullable=False, server_default=text("1")),
    sqlite_strict=True,
)

sign_in_try = Table(
    "sign_in_try",
    metadata,
    Column("name_hash", Words, primary_key=True),
    Column("failed", Whole, nullable=False),
    Column("last", Whole, nullable=False),
    Column("closed_until", Whole, nullable=False),
    sqlite_strict=True,
)
"""Failed tries by the name that was typed, whether such an account exists or not."""

session = Table(
    "session",
    metadata,
    Column("token_hash", Words, primary_key=True),
    Column("person", Words, nullable=False, index=True),
    Column("created", Whole, nullable=False),
    Column("expires", Whole, nullable=False),
    Column("ended", Whole),
    sqlite_strict=True,
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Words, primary_key=True),
    Column("token_hash", Words, nullable=False, unique=True),
    Column("prefix", Words, nullable=False),
    Column("person", Words, nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("grants", Document),
    Column("created", Whole, nullable=False),
    Column("expires", Whole),
    Column("ended", Whole),
    sqlite_strict=True,
)

substitute = Table(
    "substitute",
    metadata,
    Column("id", Words, primary_key=True),
    Column("absent", Words, nullable=False, index=True),
    Column("person", Words, nullable=False, index=True),
    Column("since", Words, nullable=False),
    Column("until", Words, nullable=False),
    Column("forms", Document),
    Column("amount", Words),
    Column("created", Whole, nullable=False),
    Column("ended", Whole),
    sqlite_strict=True,
)

list_view = Table(
    "list_view",
    metadata,
    Column("person", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("form", Words, nullable=False),
    Column("name", Words),
    Column("content", Document, nullable=False),
    Column("standing", Whole, nullable=False),
    Column("created", Whole, nullable=False),
    sqlite_strict=True,
)
Index("ix_list_view_form", list_view.c.person, list_view.c.form, list_view.c.created)

security_log = Table(
    "security_log",
    metadata,
    Column("number", Whole, primary_key=True, autoincrement=True),
    Column("at", Whole, nullable=False),
    Column("event", Words, nullable=False),
    Column("person", Words),
    Column("account", Words),
    Column("route", Words),
    Column("reason", Words),
    Column("detail", Document),
    sqlite_strict=True,
)
Index("ix_security_log_person", security_log.c.person, security_log.c.number)

kept_right = Table(
    "kept_right",
    metadata,
    Column("role", Words, primary_key=True),
    Column("thing", Words, primary_key=True),
    Column("action", Words, primary_key=True),
    Column("reach", Words, primary_key=True),
    sqlite_strict=True,
)

stamp = Table(
    "stamp",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Whole, nullable=False),
    sqlite_strict=True,
)

STATEMENTS: tuple[tuple[str, str], ...] = append_only("security_log")
