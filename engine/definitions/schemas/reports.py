"""The schema of a report: what it runs over, its columns, its actions on chosen rows. Used by the schemas beside it."""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.forms import field_definitions
from engine.definitions.schemas.shapes import (
    CONDITION,
    DIALECT,
    EXPRESSION,
    FORMAT,
    NAME,
    PATH,
    PEOPLE,
    RULE,
    TITLE,
    choice,
    named,
    thing,
    words,
)
from engine.definitions.schemas.times import effect_definitions
from engine.definitions.vocabulary import Vocabulary

COLUMN = thing(
    {
        "title": TITLE,
        "value": EXPRESSION,
        "per": choice("day", "week", "month", "quarter", "year"),
        "sum": EXPRESSION,
        "count": CONDITION,
        "min": EXPRESSION,
        "max": EXPRESSION,
        "formula": EXPRESSION,
        "of": NAME,
    }
)
ACTION = thing(
    {
        "title": TITLE,
        "by": PEOPLE,
        "rows": choice("chosen"),
        "asks": named({"$ref": "#/$defs/asked_field"}),
        "guard": named(RULE),
        "do": named({"$ref": "#/$defs/effect"}, least=1),
    },
    "by",
    "rows",
    "do",
)


def report_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """A report."""
    report = thing(
        {
            "format": FORMAT,
            "report": NAME,
            "title": TITLE,
            "over": PATH,
            "where": CONDITION,
            "columns": named(COLUMN, least=1),
            "sort": words({"type": "string", "pattern": "^-?[a-z][a-z0-9_]{0,62}$"}),
            "transitions": named(ACTION, least=1),
        },
        "format",
        "report",
        "title",
        "over",
        "columns",
    )
    definitions = {**field_definitions(vocabulary), **effect_definitions(vocabulary)}
    return {"$schema": DIALECT, **report, "$defs": definitions}
