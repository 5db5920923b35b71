"""Yes or no, one of several, some of several. Options are a list of the library or stand in the field."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.errors import text
from engine.expressions import Type, Value
from engine.fields.kinds import ALONE, WORD, Declared, FieldType, Known, Unfit, unfit_type

_TITLE: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}
_OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "options": {
            "oneOf": [
                WORD,
                {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 500,
                    "propertyNames": {"pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"},
                    "additionalProperties": _TITLE,
                },
            ]
        }
    }
)


def allowed(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The values of a choice, whether its options are resolved already or still stand as a map of titles."""
    given = options.get("options") or ()
    if isinstance(given, str):
        return ()
    return tuple(each if isinstance(each, str) else each.value for each in given)


def _one(raw: Any, field: Declared) -> str:
    if not isinstance(raw, str):
        raise unfit_type("This must be one of the choices.", "必须是选项之一。")
    if raw not in allowed(field.options):
        raise Unfit("choice", text("This is not one of the choices.", "不是可选项。"))
    return raw


class BooleanField(FieldType):
    """Yes or no."""

    name = "boolean"
    widget = "check"

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Boolean."""
        return Type("boolean")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """`true` or `false`, nothing that resembles them."""
        if raw is not True and raw is not False:
            raise unfit_type("This must be true or false.", "必须是 true（是）或 false（否）。")
        return bool(raw)


class ChoiceField(FieldType):
    """One of several options."""

    name = "choice"
    widget = "choice"
    options_schema = _OPTIONS

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Choice of the options."""
        return Type("choice", options=allowed(options))

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """An option's value, exactly."""
        return _one(raw, field)


class ChoicesField(FieldType):
    """Some of several options, each at most once."""

    name = "choices"
    widget = "choices"
    options_schema = _OPTIONS

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """List of choices."""
        return Type("list", of=Type("choice", options=allowed(options)))

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A list of options' values; an empty list is empty."""
        if not isinstance(raw, list):
            raise unfit_type("This must be a list of choices.", "必须是选项列表。")
        if len(raw) > len(allowed(field.options)):
            raise Unfit("choice", text("There are more than there are choices.", "超过可选项的数量。"))
        read = tuple(_one(each, field) for each in raw)
        if len(set(read)) != len(read):
            raise Unfit("twice", text("A choice is there twice.", "有重复的选项。"))
        return read or None

    def dump(self, value: Any, field: Declared) -> Any:
        """A list."""
        return list(value)

    def load(self, stored: Any, field: Declared) -> Value:
        """The same choices."""
        return tuple(stored)
