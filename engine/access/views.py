"""Lists as a person likes to see them: his own, by form. Nobody else's are reached from here. Used by operations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from engine.access.tables import list_view
from engine.clock import to_stored
from engine.database.dialects import close_gate


@dataclass(frozen=True, slots=True)
class View:
    """One view. `name` None is how the whole list is shown; `standing`: with it the list opens."""

    id: str
    form: str
    name: str | None
    content: Mapping[str, Any]
    standing: bool = False


def views_of(connection: Connection, person: str, form: str | None = None) -> list[View]:
    """A person's views in the order in which they were made."""
    asked = select(list_view).where(list_view.c.person == person).order_by(list_view.c.created, list_view.c.id)
    if form is not None:
        asked = asked.where(list_view.c.form == form)
    return [
        View(line.id, line.form, line.name, line.content, bool(line.standing)) for line in connection.execute(asked)
    ]


def alone(connection: Connection, person: str) -> None:
    """Until the end of the transaction nobody else changes this person's views: how many there are is counted."""
    digest = hashlib.sha256(f"views {person}".encode()).digest()
    close_gate(connection, int.from_bytes(digest[:8], "big", signed=True))


def keep(connection: Connection, person: str, view: View, at: datetime) -> None:
    """Make a view, or put it in the place of the one with this id; with one that stands no other does."""
    mine = list_view.c.person == person
    if view.standing:
        connection.execute(update(list_view).where(mine, list_view.c.form == view.form).values(standing=0))
    values = {"form": view.form, "name": view.name, "content": dict(view.content), "standing": int(view.standing)}
    changed = connection.execute(update(list_view).where(mine, list_view.c.id == view.id).values(**values))
    if changed.rowcount == 0:
        connection.execute(list_view.insert().values(person=person, id=view.id, created=to_stored(at), **values))


def drop(connection: Connection, person: str, view: str) -> bool:
    """Take a view away; False when this person has none of this id."""
    return (
        connection.execute(delete(list_view).where(list_view.c.person == person, list_view.c.id == view)).rowcount == 1
    )
