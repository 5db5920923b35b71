"""The schemas of what happens by itself: timers of workflows. Used by the schemas beside it."""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.shapes import CONDITION, EXPRESSION, NAME, TITLE, YES, thing

DURATION: dict[str, Any] = {"type": "string", "pattern": "^[1-9][0-9]{0,4}[dhm]$"}
DO: dict[str, Any] = {"$ref": "#/$defs/do"}

TIMER: dict[str, Any] = {
    **thing(
        {
            "title": TITLE,
            "in": NAME,
            "step": NAME,
            "part": NAME,
            "at": EXPRESSION,
            "after": DURATION,
            "working": YES,
            "every": DURATION,
            "times": {"type": "integer", "minimum": 2, "maximum": 1000},
            "deadline": YES,
            "when": CONDITION,
            "do": DO,
        },
        "do",
    ),
}
"""`do` may be empty where the timer is only a deadline that tasks show."""
