"""The schema of a workflow: states, transitions, approvals, duties, timers, effects. Used by the schemas beside it."""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.forms import field_definitions
from engine.definitions.schemas.shapes import (
    CONDITION,
    DIALECT,
    FORMAT,
    NAME,
    PATH,
    PEOPLE,
    RULE,
    TITLE,
    YES,
    choice,
    named,
    thing,
    words,
)
from engine.definitions.schemas.times import DURATION, TIMER, effect_definitions
from engine.definitions.vocabulary import Vocabulary

DO: dict[str, Any] = {"$ref": "#/$defs/do"}
ASKS: dict[str, Any] = named({"$ref": "#/$defs/asked_field"})

EDITING: dict[str, Any] = {
    "fields": words(PATH),
    "rows": choice("free", "split", "fixed"),
    "scan": NAME,
    "when": CONDITION,
}
EDIT = thing({"by": PEOPLE, **EDITING}, "by", "fields")
EDIT_OF_WHO_ACTS = thing(EDITING, "fields")

STATE = thing(
    {
        "title": TITLE,
        "end": YES,
        "means": choice("progress", "good", "attention", "wrong"),
        "edit": named(EDIT),
        "expects": words(),
        "steps": NAME,
        "required": words(PATH),
    },
    "title",
)

ALTERNATIVE = thing({"state": NAME, "when": CONDITION, "do": DO}, "state")

TRANSITION = thing(
    {
        "title": TITLE,
        "from": {
            "if": {"type": "array"},
            "then": {**words(), "minItems": 1},
            "else": NAME,
        },
        "to": {
            "if": {"type": "object"},
            "then": named(ALTERNATIVE, least=1),
            "else": NAME,
        },
        "by": PEOPLE,
        "asks": ASKS,
        "edit": named(EDIT_OF_WHO_ACTS),
        "required": words(PATH),
        "guard": named(RULE),
        "do": DO,
        "rows": choice("chosen"),
    },
    "from",
    "to",
    "by",
)

DECIDE = thing(
    {
        "need": {
            "if": {"type": "string"},
            "then": {"type": "string", "pattern": "^(all|[1-9][0-9]?%|100%)$"},
            "else": {"type": "integer", "minimum": 1, "maximum": 1000},
        },
        "refusal": choice("ends", "counts"),
        "wait": choice("result", "all"),
        "order": choice("together", "listed"),
        "base": choice("stays", "shrinks"),
        "tie": choice("refused", "approved"),
    }
)

CC = named(
    thing(
        {"to": PEOPLE, "at": {**words(choice("asked", "approved", "refused", "returned")), "minItems": 1}}, "to", "at"
    )
)
MAY = thing(
    {
        "hand_over": thing({"to": PEOPLE}),
        "add_signer": thing({"where": {**words(choice("before", "after", "beside")), "minItems": 1}, "to": PEOPLE}),
        "delegate": thing({"above": PEOPLE}),
        "take_back": thing({"within": DURATION}, "within"),
        "nudge": thing({"by": PEOPLE, "every": DURATION}, "every"),
    }
)

PART_WORDS: dict[str, Any] = {
    "title": TITLE,
    "ask": PEOPLE,
    "decide": DECIDE,
    "when": CONDITION,
    "edit": named(EDIT_OF_WHO_ACTS),
    "required": words(PATH),
    "asks": ASKS,
    "except": words({"type": "string", "pattern": r"^(did|wrote)\([a-z][a-z0-9_.]{0,126}\)$"}),
    "binds": words(PATH),
    "cc": CC,
}
APPROVAL_STEP = thing(
    {
        **PART_WORDS,
        "parts": named(thing(PART_WORDS, "ask"), least=1),
        "each": NAME,
        "do": DO,
        "on_refusal": DO,
    }
)

APPROVAL = thing(
    {
        "approved": NAME,
        "refused": NAME,
        "steps": named(APPROVAL_STEP, least=1),
        "route": choice("fixed_at_submission", "evaluated_at_each_step"),
        "same_person": choice("acts_once", "required_again", "refused"),
        "nobody_found": thing({"ask": PEOPLE, "otherwise": choice("refuse", "approve", "skip"), "tell": PEOPLE}),
        "submitter_may_decide": YES,
        "may_return_to": words(),
        "after_return": thing(
            {
                "resume": choice("returner", "all_again"),
                "all_again_when": CONDITION,
                "parts": choice("void", "kept"),
                "tell": choice("deciders", "nobody"),
            }
        ),
        "asks": thing({"reject": ASKS, "return": ASKS}),
        "may": MAY,
        "cc": CC,
    },
    "approved",
    "refused",
    "steps",
)

DUTY = thing({"not_both": {**words(PATH), "minItems": 2, "maxItems": 2}, "says": TITLE}, "not_both")


def workflow_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """A workflow."""
    workflow = thing(
        {
            "format": FORMAT,
            "workflow": NAME,
            "form": NAME,
            "start": NAME,
            "states": named(STATE, least=1),
            "transitions": named(TRANSITION),
            "approvals": named(APPROVAL),
            "duties": named(DUTY),
            "timers": named(TIMER),
        },
        "format",
        "workflow",
        "form",
        "start",
        "states",
    )
    definitions = {**field_definitions(vocabulary), **effect_definitions(vocabulary)}
    return {"$schema": DIALECT, **workflow, "$defs": definitions}
