"""Drafts of definitions as they are kept: one for each definition, whoever works on it. Called by operations.

Every writing gives a draft a new revision, by which whoever writes next says what he has read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from engine.clock import from_stored, to_stored
from engine.database.dialects import run
from engine.definitions.documents import key_of, name_of_key
from engine.definitions.shelf import Key
from engine.definitions.tables import definition_draft as table

_INSERT = (
    "INSERT INTO definition_draft (kind, name, layer, text, base, revision, author, writers, at) "
    "VALUES (:kind, :name, :layer, :text, :base, :revision, :author, :writers, :at) ON CONFLICT (kind, name) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft. `text` None removes the definition; `base` is the version that last changed what it was begun with."""

    kind: str
    name: str
    layer: int
    text: str | None
    base: int
    revision: int
    author: str
    at: datetime
    writers: tuple[str, ...] = ()
    """Everybody who wrote it since it was begun, the author among them."""

    @property
    def key(self) -> Key:
        """Kind and name, as those of a document; the layer is part of the name of what every layer may have once."""
        return key_of(self.kind, self.name, self.layer)


def of(connection: Connection, key: Key) -> Draft | None:
    """The draft of a definition."""
    row = connection.execute(select(table).where(table.c.kind == key[0], table.c.name == key[1])).first()
    return None if row is None else _draft(row)


def every(connection: Connection) -> list[Draft]:
    """All drafts, by kind and name."""
    return [_draft(row) for row in connection.execute(select(table).order_by(table.c.kind, table.c.name))]


def _draft(row: Any) -> Draft:
    name = name_of_key(row.name)[0]
    return Draft(
        row.kind, name, row.layer, row.text, row.base, row.revision, row.author, from_stored(row.at), _read(row.writers)
    )


def _read(words: str) -> tuple[str, ...]:
    return tuple(json.loads(words))


def put(connection: Connection, draft: Draft, seen: int | None) -> bool:
    """Write a draft over the one with revision `seen` (None: there is none); False when somebody was faster."""
    values = {
        "layer": draft.layer,
        "text": draft.text,
        "base": draft.base,
        "revision": draft.revision,
        "author": draft.author,
        "writers": json.dumps(draft.writers),
        "at": to_stored(draft.at),
    }
    kind, name = draft.key
    if seen is None:
        return run(connection, _INSERT, {"kind": kind, "name": name, **values}).rowcount == 1
    mine = (table.c.kind == kind, table.c.name == name, table.c.revision == seen)
    return connection.execute(update(table).where(*mine).values(**values)).rowcount == 1


def drop(connection: Connection, draft: Draft) -> bool:
    """The draft is no more, as it was read: it was published, or given up. False when somebody has written it since."""
    kind, name = draft.key
    mine = (table.c.kind == kind, table.c.name == name, table.c.revision == draft.revision)
    return connection.execute(delete(table).where(*mine)).rowcount == 1
