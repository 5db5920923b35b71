"""Numbers of records without duplicates and without gaps. Used by operations when a definition says so.

The counter is a row that stays locked until the transaction ends: who is refused gives the number back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.database.dialects import run

_NEXT = (
    "INSERT INTO counter (form, pattern, value) VALUES (:form, :pattern, 1) "
    "ON CONFLICT (form, pattern) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def next_number(connection: Connection, form: str, parts: Sequence[str | int]) -> str:
    """The next number of a form: `parts` are texts, and a whole number where the counter of that width stands.

    The counter runs per everything else in the text.
    """
    pattern = "".join(part.replace("{", "{{") if isinstance(part, str) else "{" + str(part) + "}" for part in parts)
    value = run(connection, _NEXT, {"form": form, "pattern": pattern}).scalar_one()
    return "".join(part if isinstance(part, str) else f"{value:0{part}d}" for part in parts)
