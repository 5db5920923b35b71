"""The JSON Schema of a form's values, for integrators and for `/api/openapi.json` (OpenAPI 3.1). Used by the API.

Quantities, money and decimals are strings of digits; whoever sends a number is refused, so the schema says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.definitions.models import Field, Form
from engine.errors import say
from engine.expressions import Type

DIGITS = r"^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?$"

_PLAIN: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "integer": {"type": ["integer", "null"]},
    "decimal": {"type": ["string", "null"], "pattern": DIGITS},
    "money": {"type": ["string", "null"], "pattern": DIGITS},
    "date": {"type": ["string", "null"], "format": "date"},
    "moment": {"type": ["string", "null"], "format": "date-time"},
    "boolean": {"type": ["boolean", "null"]},
}
_WITH_UNIT = {
    "type": "object",
    "properties": {"quantity": {"type": "string", "pattern": DIGITS}, "unit": {"type": "string"}},
    "required": ["quantity", "unit"],
    "additionalProperties": False,
}
_BY_CODE = {
    "type": "object",
    "properties": {"code": {"type": "string"}},
    "required": ["code"],
    "additionalProperties": False,
}


def schema_of_form(form: Form, language: str = "en") -> dict[str, Any]:
    """The schema of the values of a record of this form."""
    return {"title": say(form.title, language), **_object(form.fields, language)}


def _object(fields: Mapping[str, Field], language: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _field(each, language) for name, each in fields.items()},
        "required": [name for name, each in fields.items() if each.required is True],
        "additionalProperties": False,
    }


def _field(field: Field, language: str) -> dict[str, Any]:
    about: dict[str, Any] = {"title": say(field.title, language)}
    if field.help:
        about["description"] = say(field.help, language)
    if field.compute is not None or field.live is not None:
        about["readOnly"] = True
    if field.type == "table":
        row = _object(field.fields, language)
        row["properties"] = {"row": {"type": "string"}, **row["properties"]}
        return {**about, "type": "array", "items": row, "minItems": field.minimum, "maxItems": field.maximum}
    return {**about, **_shape(field.value_type)}


def _shape(of: Type) -> dict[str, Any]:
    """The JSON that a value of a type is."""
    if of.kind == "choice":
        return {"enum": [*of.options, None]}
    if of.kind == "quantity":
        return {"anyOf": [dict(_PLAIN["decimal"]), _WITH_UNIT]}
    if of.kind == "reference":
        return {"anyOf": [{"type": ["string", "null"]}, _BY_CODE]}
    if of.kind == "list" and of.of is not None:
        return {"type": ["array", "null"], "items": _shape(of.of)}
    return dict(_PLAIN.get(of.kind, _PLAIN["text"]))
