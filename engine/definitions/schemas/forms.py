"""The schema of a form, and of the fields that actions and steps ask for. Used by the schemas beside it."""

from __future__ import annotations

from typing import Any

from engine.definitions.schemas.shapes import (
    CONDITION,
    DIALECT,
    EXPRESSION,
    FORM_RULE,
    FORMAT,
    NAME,
    PATH,
    PEOPLE,
    PLACE,
    TITLE,
    YES,
    choice,
    named,
    thing,
    words,
)
from engine.definitions.vocabulary import FieldKind, Vocabulary, object_schema

SEES = thing({"by": PEOPLE, "when": CONDITION}, "by")

COMMON: dict[str, Any] = {
    "title": TITLE,
    "help": TITLE,
    "required": CONDITION,
    "visible": CONDITION,
    "sees": SEES,
    "only": CONDITION,
    "at_most": EXPRESSION,
    "default": EXPRESSION,
    "compute": EXPRESSION,
    "live": EXPRESSION,
    "fixed_at": NAME,
    "unique": YES,
    "index": YES,
    "signed": YES,
    "show": words(),
    "was": NAME,
}
"""What a field of any type may say."""

TABLE: dict[str, Any] = {
    "title": TITLE,
    "help": TITLE,
    "visible": CONDITION,
    "sees": SEES,
    "minimum": {"type": "integer", "minimum": 0, "maximum": 1000},
    "maximum": {"type": "integer", "minimum": 1, "maximum": 1000},
    "unique": words(),
    "was": NAME,
}
"""What a table may say beside its fields."""


TOLD: dict[str, Any] = {
    "org_unit": thing({"parent": NAME, "code": NAME, "name": NAME, "zone": NAME}),
    "ledger": {
        "type": "object",
        "properties": {
            "item": thing(
                {"unit": NAME, "scale": {"type": ["integer", "string"]}, "tracking": NAME, "units": NAME}, "unit"
            ),
            "place": thing({"kind": {"type": "string"}, "negative": {"type": "string"}, "parent": NAME}, "kind"),
            "lot": thing({"item": NAME, "expires": NAME}, "item"),
        },
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    },
    "account": thing(
        {"account": NAME, "name": NAME, "language": NAME, "active": NAME, "manager": NAME, "mail": NAME},
        "account",
        "name",
    ),
    "assignment": thing(
        {"person": NAME, "role": NAME, "at": NAME, "from": NAME, "until": NAME}, "person", "role", "at"
    ),
    "limit": thing(
        {"form": NAME, "level": NAME, "amount": NAME, "at": NAME, "from": NAME, "until": NAME},
        "form",
        "level",
        "amount",
    ),
    "webhook": thing(
        {"name": NAME, "url": NAME, "reader": NAME, "format": NAME, "active": NAME}, "name", "url", "reader"
    ),
    "holds_roles": YES,
    "calendar": thing(
        {"unit": NAME, "hours": NAME, "weekday": NAME, "from": NAME, "until": NAME, "days": NAME, "date": NAME},
        "hours",
        "weekday",
        "from",
        "until",
    ),
    "valid": thing({"from": NAME, "until": NAME, "per": words(), "overlap": choice("refuse", "newest")}, "from"),
}
"""What the engine is told of a form, never by its name."""


def form_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """A form."""
    properties = {
        "format": FORMAT,
        "form": NAME,
        "title": TITLE,
        "kind": choice("master", "document"),
        "org": words(),
        "variant": NAME,
        "amount": NAME,
        "number": thing(
            {
                "text": {"type": "string", "minLength": 1, "maxLength": 200},
                "period": choice("none", "day", "month", "year", "fiscal_year"),
                "given_at": NAME,
            },
            "text",
            "given_at",
        ),
        "places": named(PLACE),
        "search": words(PATH),
        "list": words(PATH),
        "show": words(),
        "indexes": named(words(PATH)),
        "fields": named({"$ref": "#/$defs/header_field"}, least=1),
        "rules": named(FORM_RULE),
        **TOLD,
    }
    form = thing(properties, "format", "form", "title", "kind", "fields")
    return {"$schema": DIALECT, **form, "$defs": field_definitions(vocabulary)}


def field_definitions(vocabulary: Vocabulary) -> dict[str, Any]:
    """`header_field` (tables too), `row_field` (no table inside a table) and `asked_field` (what an action asks)."""
    plain = {name: kind for name, kind in vocabulary.fields.items() if name != "table"}
    shapes: dict[str, Any] = {f"type_{name}": _of_type(kind) for name, kind in plain.items()}
    table = {
        **TABLE,
        "type": {"const": "table"},
        "fields": named({"$ref": "#/$defs/row_field"}, least=1),
    }
    shapes["type_table"] = thing(table, "type", "fields")
    return {
        **shapes,
        "row_field": _one_of(sorted(plain)),
        "asked_field": _one_of(sorted(plain)),
        "header_field": _one_of([*sorted(plain), "table"]),
    }


def _of_type(kind: FieldKind) -> dict[str, Any]:
    own = object_schema(kind.options_schema)
    properties = {**COMMON, **own["properties"], "type": {"const": kind.name}}
    return {**own, "properties": properties, "required": ["type", *own.get("required", ())]}


def _one_of(names: list[str]) -> dict[str, Any]:
    """A field, checked by the schema of its own type, so that what is said of it is about that type."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": names}},
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"$ref": f"#/$defs/type_{name}"},
            }
            for name in names
        ],
    }
