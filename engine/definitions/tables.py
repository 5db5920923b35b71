"""Tables of published definitions. Rows are only added; a text that did not change is kept once. Used by `shelf`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

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
    sqlite_strict=True,
)
"""A published library: who, when, why, and the hash over all its texts."""

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

STATEMENTS: tuple[tuple[str, str], ...] = (
    *append_only("definition_version"),
    *append_only("definition_text"),
    *append_only("definition"),
    *append_only("field_number"),
)
