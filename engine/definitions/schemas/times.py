"""The schemas of what happens by itself: timers of workflows, schedules and alerts of the library. For `libraries`."""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.shapes import CONDITION, EXPRESSION, NAME, TITLE, YES, choice, named, thing
from engine.definitions.vocabulary import Vocabulary, effect_schema

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

SCHEDULE: dict[str, Any] = thing(
    {
        "title": TITLE,
        "every": {"type": "string", "minLength": 9, "maxLength": 200},
        "zone": choice("store", "chain"),
        "missed": choice("once", "skip"),
        "for": thing({"over": NAME, "where": CONDITION}, "over"),
        "do": DO,
    },
    "every",
    "for",
    "do",
)
"""`zone: store` is the clock of each record's org unit."""


_STOCK: dict[str, Any] = thing({"item": NAME, "place": NAME}, "item", "place")
ALERT: dict[str, Any] = thing(
    {
        "title": TITLE,
        "watch": {
            **thing({"available": _STOCK, "on_hand": _STOCK, "reserved": _STOCK, "fact": NAME}),
            "minProperties": 1,
            "maxProperties": 1,
        },
        "about": NAME,
        "when": CONDITION,
        "do": DO,
    },
    "watch",
    "when",
    "do",
)


def effect_definitions(vocabulary: Vocabulary) -> dict[str, Any]:
    """`do` and `effect`, for every schema in which something is done."""
    effects = {name: effect_schema(kind.options_schema) for name, kind in vocabulary.effects.items()}
    one = {**thing({**effects, "when": CONDITION}), "minProperties": 1, "maxProperties": 2}
    return {"do": named({"$ref": "#/$defs/effect"}), "effect": one}
