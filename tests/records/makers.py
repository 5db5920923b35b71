"""Forms and records for the tests of this room, made in Python: no library is needed to keep a record."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from engine.definitions.models import Field, Form
from engine.expressions import Type
from engine.records import archive, journal
from engine.records.journal import Change, Entry
from engine.records.stored import Stored

TITLE = {"en": "Title", "zh": "标题"}


def field(name: str, type_: str, kind: str | None = None, **more: Any) -> Field:
    scale = {"money": 2, "quantity": 6}.get(type_)
    return Field(name, type_, TITLE, Type(kind or type_, scale=scale, form=more.pop("to", None)), **more)


def columns(table: str, *fields: Field) -> dict[str, Field]:
    return {each.name: replace(each, table=table) for each in fields}


def order_form() -> Form:
    """A form with every sort of thing that a record is found by."""
    lines = columns(
        "lines",
        field("item", "reference", to="shop", index=True, number=11),
        field("quantity", "quantity", number=12),
        field("remark", "text", number=13),
    )
    codes = columns("codes", field("code", "text", unique=True, number=15))
    fields = (
        field("shop", "reference", to="shop", number=1),
        field("other_shop", "reference", to="shop", number=2),
        field("code", "text", unique=True, number=3),
        field("title", "text", number=4),
        field("total", "money", index=True, number=5),
        field("pieces", "integer", number=6),
        field("due", "date", number=7),
        field("urgent", "boolean", number=8),
        field("lines", "table", fields=lines, number=10),
        field("codes", "table", fields=codes, number=14),
    )
    return Form(
        name="order",
        title=TITLE,
        kind="document",
        fields={each.name: each for each in fields},
        org=("shop", "other_shop"),
        search=("number", "title", "shop", "lines.remark"),
        indexes=(("state", "total"),),
    )


def shop_form() -> Form:
    fields = (field("code", "text", unique=True, number=1), field("name", "text", number=2))
    return Form("shop", TITLE, "master", {each.name: each for each in fields}, search=("code", "name"))


ORDER = order_form()
SHOP = shop_form()
FORMS = {"order": ORDER, "shop": SHOP}


def new_id() -> str:
    return str(uuid.uuid4())


def stored(form: str = "order", record: str | None = None, **more: Any) -> Stored:
    base: dict[str, Any] = {
        "id": record or new_id(),
        "form": form,
        "number": None,
        "state": "draft",
        "revision": 1,
        "version": None,
        "overlays": (),
        "values": {},
        "rows": {},
        "memory": {},
        "created": 1_000,
        "created_by": "p1",
        "updated": 1_000,
        "seq": 1,
    }
    return Stored(**{**base, **more})


def units_of(record: Stored) -> dict[str, str]:
    return {name: record.values[name] for name in FORMS[record.form].org if record.values.get(name)}


def keep(connection: Connection, record: Stored, action: str = "create") -> Stored:
    """Make a record as an operation does: its line of history, then itself."""
    sealed = journal.append(connection, Change(None, record, [Entry("p1", action, target=record.state)]))[record.id]
    archive.insert(connection, sealed, FORMS[record.form], units_of(record))
    return sealed


def changed(old: Stored, **more: Any) -> Stored:
    """The next revision of a record, a moment later."""
    return replace(old, **{"revision": old.revision + 1, "updated": old.updated + 1, "seq": old.seq + 1, **more})


def change(connection: Connection, old: Stored, *actions: str, **more: Any) -> Stored | None:
    """Change a record as an operation does; None when somebody was faster."""
    new = changed(old, **more)
    entries = [Entry("p1", action, origin=old.state, target=new.state) for action in actions or ("edit",)]
    sealed = journal.append(connection, Change(old, new, entries))[new.id]
    return sealed if archive.save(connection, old, sealed, FORMS[new.form], units_of(new)) else None
