"""The schemas of what surrounds forms and workflows: library.yaml, overlays, roles and notices."""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.shapes import (
    CONDITION,
    DIALECT,
    EXPRESSION,
    FORMAT,
    NAME,
    OPTIONS,
    PATH,
    PLACE,
    TITLE,
    YES,
    choice,
    named,
    thing,
    words,
)
from engine.definitions.schemas.times import ALERT, SCHEDULE, effect_definitions
from engine.definitions.vocabulary import Vocabulary

PARAMETER: dict[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"}
"""A type of the language (`text`, `date`, ...) or the name of a form."""

SOURCE = thing({"of": PATH, "sum": EXPRESSION, "where": CONDITION}, "of", "where")
"""One of several sources of a fact."""

FACT = thing(
    {
        "for": named(PARAMETER),
        "sum": EXPRESSION,
        "over": {**PATH, **named(SOURCE, least=1), "type": ["string", "object"]},
        "where": CONDITION,
        "except": choice("this_record"),
    },
    "for",
    "over",
)


def library_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """`library.yaml`. Posting rules and stock columns are not part of format 1."""
    library = thing(
        {
            "format": FORMAT,
            "library": NAME,
            "title": TITLE,
            "layers": words(),
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "zone": {"type": "string", "pattern": "^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$", "maxLength": 64},
            "fiscal_year_starts": {"type": "integer", "minimum": 1, "maximum": 12},
            "founder": thing(
                {"account": {"type": "string"}, "name": {"type": "string"}, "language": NAME, "role": NAME},
                "account",
                "role",
            ),
            "publishing": {**thing({"second_person": YES}), "minProperties": 1},
            "places": named(PLACE),
            "options": named(OPTIONS),
            "facts": named(FACT),
            "schedules": named(SCHEDULE),
            "alerts": named(ALERT),
        },
        "format",
        "library",
        "title",
    )
    return {"$schema": DIALECT, **library, "$defs": effect_definitions(vocabulary)}


def overlay_schema() -> dict[str, Any]:
    """A file of changes. What is changed is checked by the schemas of forms and workflows, after the merge."""
    overlay = thing(
        {
            "format": FORMAT,
            "overlay": NAME,
            "title": TITLE,
            "over": NAME,
            "applies_to": CONDITION,
            "change": {
                "type": "object",
                "propertyNames": {"pattern": "^(form|workflow) [a-z][a-z0-9_]{0,62}$"},
                "additionalProperties": {"type": "object", "minProperties": 1},
                "minProperties": 1,
            },
        },
        "format",
        "overlay",
        "over",
        "change",
    )
    return {"$schema": DIALECT, **overlay}


def mapping_schema() -> dict[str, Any]:
    """What becomes of what a version takes away. Whether it is there is asked when it is published."""
    renames = named(NAME, least=1)
    mapping = thing(
        {
            "format": FORMAT,
            "mapping": NAME,
            "from": {"type": "integer", "minimum": 1},
            "states": named(renames, least=1),
            "steps": named(renames, least=1),
            "fields": named({**named(PATH, least=1), "propertyNames": PATH}, least=1),
            "options": named(
                {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                        "minProperties": 1,
                    },
                    "minProperties": 1,
                },
                least=1,
            ),
            "roles": renames,
            "missing": named(named({"type": ["string", "integer", "boolean"]}, least=1), least=1),
        },
        "format",
        "mapping",
    )
    return {"$schema": DIALECT, **mapping}


def roles_schema() -> dict[str, Any]:
    """`permissions/roles.yaml`."""
    role = thing({"title": TITLE, "purpose": TITLE, "excludes": words()}, "title", "purpose")
    return {"$schema": DIALECT, **thing({"format": FORMAT, "roles": named(role)}, "format", "roles")}


def notice_schema() -> dict[str, Any]:
    """A message text of `templates/notices/`."""
    notice = thing({"format": FORMAT, "notice": NAME, "text": TITLE}, "format", "notice", "text")
    return {"$schema": DIALECT, **notice}
