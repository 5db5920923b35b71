"""The schema of process tests, `workflow_definitions/NAME.tests.yaml`. For `schemas`."""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.shapes import DIALECT, FORMAT, NAME, TITLE, choice, named, thing, words

WORD: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
VALUES: dict[str, Any] = {"type": "object", "maxProperties": 500}
"""Values as a form takes them; a form says itself which it takes."""
AMOUNT: dict[str, Any] = {"type": ["string", "integer"], "minLength": 1, "maxLength": 40}
MOMENT: dict[str, Any] = {"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$"}
WAIT: dict[str, Any] = {"type": "string", "pattern": "^[1-9][0-9]{0,2}[dhm]$"}
"""What is waited for has its timers and schedules, all of them."""

STOCK = thing(
    {"item": WORD, "place": WORD, "lot": WORD, "on_hand": AMOUNT, "reserved": AMOUNT, "available": AMOUNT},
    "item",
    "place",
)
MOVEMENT = thing(
    {"item": WORD, "lot": WORD, "quantity": AMOUNT, "from": WORD, "to": WORD}, "item", "quantity", "from", "to"
)
EXPECTED = thing(
    {
        "state": NAME,
        "values": VALUES,
        "hidden": words({"type": "string", "pattern": r"^[a-z][a-z0-9_.]{0,127}$"}),
        "offered": words(),
        "tasks": named(words({"type": "string", "pattern": r"^[a-z][a-z0-9_./]{0,127}$"})),
        "made": named(NAME),
        "stock": named(STOCK),
        "movements": named(MOVEMENT),
    }
)
REFUSED = {
    **thing(
        {
            "kind": choice("invalid", "right", "rule", "conflict", "not_found", "limit"),
            "code": WORD,
            "path": {"type": "string", "maxLength": 200},
            "rule": WORD,
        }
    ),
    "minProperties": 1,
}
RECORD = thing({"by": NAME, "make": NAME, "values": VALUES, "action": NAME, "asks": VALUES}, "make")
STEP = thing(
    {
        "by": NAME,
        "make": NAME,
        "of": NAME,
        "edit": VALUES,
        "act": NAME,
        "decide": NAME,
        "wait": WAIT,
        "values": VALUES,
        "action": NAME,
        "asks": VALUES,
        "comment": {"type": "string", "maxLength": 1000},
        "to": NAME,
        "refused": REFUSED,
        "expect": EXPECTED,
    }
)
TEST = thing({"title": TITLE, "steps": named(STEP, least=1)}, "steps")


def tests_schema() -> dict[str, Any]:
    """People and records that are there first, and tests: steps, what they come to, and what is refused."""
    whole = thing(
        {
            "format": FORMAT,
            "tests": NAME,
            "after": NAME,
            "at": MOMENT,
            "chain": named(RECORD),
            "people": named(named(words(WORD))),
            "given": named(RECORD),
            "cases": named(TEST),
        },
        "format",
        "tests",
    )
    return {"$schema": DIALECT, **whole}
