"""Ids: new ones that sort by time, and those that a record's values refer to. Used by `operation` and what writes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.clock import to_stored
from engine.definitions.models import Field, Form
from engine.expressions import Reference, Subject
from engine.fields.kinds import id_of


def references(form: Form, values: dict[str, Any]) -> set[Reference]:
    """All records that these values refer to."""
    found: set[Reference] = set()
    for name, field in form.fields.items():
        value = values.get(name)
        if field.type == "table":
            for row in value or ():
                found.update(each for each in row.values() if isinstance(each, Reference))
        elif isinstance(value, Reference):
            found.add(value)
    return found


def sent_references(form: Form, sent: Mapping[str, Any]) -> set[Reference]:
    """Records that a person's own words may refer to by id, so that they are read together; nothing is checked."""
    return {each for name, raw in sent.items() if (field := form.fields.get(name)) for each in _sent(field, raw)}


def _sent(field: Field, raw: Any) -> Iterator[Reference]:
    if field.type == "table":
        rows = raw if isinstance(raw, list) else raw.values() if isinstance(raw, Mapping) else ()
        for row in rows:
            if isinstance(row, Mapping):
                for name, value in row.items():
                    if (column := field.fields.get(name)) is not None:
                        yield from _sent(column, value)
    elif field.value_type.kind == "reference" and isinstance(raw, str) and (found := id_of(raw)):
        yield Reference(field.value_type.form or "", found)


def id_or_value(value: Any) -> Any:
    """A record by its id; anything else as it is. So both ways of naming a record are the same key."""
    return value.id if isinstance(value, (Reference, Subject)) else value


def new_id(now: datetime, chance: int | None = None, place: int = 0) -> str:
    """A UUID of version 7: the moment in milliseconds, then chance (128 bits; our own when none is given).

    `place` counts the ids of one operation, so that they sort as they were drawn: rows stay in the order of their form.
    """
    millis = to_stored(now) // 1000
    if chance is None:
        chance = uuid.uuid4().int & ((1 << 62) - 1)
    counted = (((millis & ((1 << 48) - 1)) << 12) | (chance >> 64 & 0xFFF)) + place
    number = (counted >> 12) << 80 | 0x7 << 76 | (counted & 0xFFF) << 64 | 0b10 << 62 | chance & ((1 << 62) - 1)
    return str(uuid.UUID(int=number))
