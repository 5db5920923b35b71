"""Words that every schema of the language uses: names, titles, expressions, people. Used by the schemas beside it."""

from __future__ import annotations

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"

NAME_PATTERN = "^[a-z][a-z0-9_]{0,62}$"
PATH_PATTERN = r"^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$"
OPTION_PATTERN = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"

NAME: dict[str, Any] = {"type": "string", "pattern": NAME_PATTERN}
PATH: dict[str, Any] = {"type": "string", "pattern": PATH_PATTERN}
TITLE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "en": {"type": "string", "minLength": 1, "maxLength": 1000},
        "zh": {"type": "string", "minLength": 1, "maxLength": 1000},
    },
    "additionalProperties": False,
    "minProperties": 1,
}
EXPRESSION: dict[str, Any] = {"type": ["string", "integer", "boolean"], "minLength": 1, "maxLength": 4000}
CONDITION: dict[str, Any] = {"type": ["string", "boolean"], "minLength": 1, "maxLength": 4000}
YES: dict[str, Any] = {"type": "boolean"}
PEOPLE: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 200},
    "minItems": 1,
    "maxItems": 50,
}
FORMAT: dict[str, Any] = {"const": 1}


def named(of: dict[str, Any], *, least: int = 0) -> dict[str, Any]:
    """A map of names to things."""
    return {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": of,
        "minProperties": least,
        "maxProperties": 1000,
    }


def words(of: dict[str, Any] | None = None) -> dict[str, Any]:
    """A list of plain words."""
    return {"type": "array", "items": of or NAME, "maxItems": 500, "uniqueItems": True}


def choice(*options: str) -> dict[str, Any]:
    """One of these words."""
    return {"enum": list(options)}


def thing(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


OPTIONS: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": OPTION_PATTERN},
    "additionalProperties": TITLE,
    "minProperties": 1,
    "maxProperties": 500,
}
"""The options of a choice: value -> title."""

_RULE: dict[str, Any] = {"check": CONDITION, "field": PATH, "says": TITLE}
RULE = thing(_RULE, "check", "says")
FORM_RULE = thing({**_RULE, "warns": YES}, "check", "says")
"""What a form says of its data may also only warn; a guard refuses, or it is none."""
PLACE = thing(
    {"title": TITLE, "kind": NAME, "negative": choice("forbidden", "allowed"), "empty_at_end": YES}, "title", "kind"
)
