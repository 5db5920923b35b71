"""Ids: new ones that sort by time, and those that a record's values refer to. Used by `operation` and what writes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from engine.clock import to_stored
from engine.definitions.models import Form
from engine.expressions import Reference


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


def new_id(now: datetime) -> str:
    """A UUID of version 7: the moment in milliseconds, then chance."""
    millis = to_stored(now) // 1000
    chance = uuid.uuid4().int
    number = (
        (millis & ((1 << 48) - 1)) << 80
        | 0x7 << 76
        | (chance >> 64 & 0xFFF) << 64
        | 0b10 << 62
        | chance & ((1 << 62) - 1)
    )
    return str(uuid.UUID(int=number))
