"""Tables of definitions: published ones, of which rows are only added, and drafts. Used by `shelf` and `drafts`.

A text that did not change is kept once.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table

from engine.database import Whole, Words, metadata
from engine.database.dialects import append_only

definition_version = Table(
    "definition_version",
    metadata,
    Column("version", Whole, primary_key=True, autoincrement=False),
    Column("author", Words, nullable=False),
    Column("note", Words, nullable=False),
    Column("at", Whole, nullable=False),
    Column("hash", Words, nullable=False),
    Column("about", Words, nullable=False, server_default="{}"),
    sqlite_strict=True,
)
"""A published library: who, when, why, the hash over all its texts, and what else was said (`shelf.About`, JSON)."""

definition_text = Table(
    "definition_text",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("text", Words, nullable=False),
    sqlite_strict=True,
)
"""A text as its author wrote it, by its hash."""

definition = Table(
    "definition",
    metadata,
    Column("version", Whole, ForeignKey(definition_version.c.version), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("layer", Whole, nullable=False),
    Column("path", Words, nullable=False),
    Column("hash", Words, ForeignKey(definition_text.c.hash), nullable=False),
    sqlite_strict=True,
)
"""Which texts a version has, and where each lies in its folder."""

field_number = Table(
    "field_number",
    metadata,
    Column("form", Words, primary_key=True),
    Column("path", Words, primary_key=True),
    Column("number", Whole, nullable=False),
    sqlite_strict=True,
)
"""The number of a field, for life; a renamed field has the number of the old name."""

definition_draft = Table(
    "definition_draft",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("layer", Whole, nullable=False),
    Column("text", Words, nullable=True),
    Column("base", Whole, nullable=False),
    Column("revision", Whole, nullable=False),
    Column("author", Words, nullable=False),
    Column("writers", Words, nullable=False, server_default="[]"),
    Column("at", Whole, nullable=False),
    sqlite_strict=True,
)
"""A text that somebody works on (none: it is to be removed), and the version of the definition that he began with.

`author` wrote last, `writers` are all who did (JSON).
"""

definition_plan = Table(
    "definition_plan",
    metadata,
    Column("id", Words, primary_key=True),
    Column("due", Whole, nullable=False),
    Column("author", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("made", Whole, nullable=False),
    Column("state", Words, nullable=False),
    Column("version", Whole, nullable=True),
    Column("refused", Words, nullable=True),
    Column("ended", Whole, nullable=True),
    Index("ix_definition_plan_state", "state", "due"),
    sqlite_strict=True,
)
"""What is to be published at a moment: as it was asked (JSON), and what came of it.

`state` is `waiting`, `published`, `refused` or `called_off`; `refused` is why, as `problems.remember` writes it.
"""

STATEMENTS: tuple[tuple[str, str], ...] = (
    *append_only("definition_version"),
    *append_only("definition_text"),
    *append_only("definition"),
    *append_only("field_number"),
)
