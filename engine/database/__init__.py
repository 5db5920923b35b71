"""The database: connections, the only commit, and everything in which SQLite and PostgreSQL differ.

`connection` opens databases and runs transactions; `types` are the column types of every table; `dialects` holds the
statements that the two databases spell differently, `headers` fields of stored JSON, `counters` one order of numbers,
`partitions` what one form adds to a table of many, `exact` and `periods` arithmetic; `migrations/` lays the tables.
Used by the rooms of the second floor (which define their own tables on `metadata`) and by bootstrap.
"""

from engine.database.connection import Database, open_database
from engine.database.types import Document, Whole, Words, metadata

__all__ = ["Database", "Document", "Whole", "Words", "metadata", "open_database"]
