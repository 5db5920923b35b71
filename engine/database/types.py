"""Column types that exist in both databases, SQLite's STRICT tables included. Used by every room's `tables.py`."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import INTEGER, TEXT, BigInteger, Dialect, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the platform; a fixed set, whatever the definitions say."""

Whole = BigInteger().with_variant(INTEGER(), "sqlite")
"""A 64-bit integer: scaled quantity, moment in microseconds, small number, yes (1) or no (0)."""

Words = TEXT()
"""Text of any length; ids and codes too."""


class Document(TypeDecorator[Any]):
    """JSON: `jsonb` on PostgreSQL, text on SQLite (STRICT tables know no JSON type)."""

    impl = TEXT
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that this database stores it in."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else TEXT())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """PostgreSQL's own type writes JSON; SQLite is given the text."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The stored document as plain dicts and lists."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.loads(value)
