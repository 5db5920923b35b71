"""What definitions know of field types and effects: names, options, types. Handed in by bootstrap, read by the loader.

The entries come from rooms that definitions may not import, so they are described here by what is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.expressions import Type


class FieldKind(Protocol):
    """A field type. `options_schema` gives the JSON Schema of each option of its own, by name."""

    @property
    def name(self) -> str:
        """The word after `type:`."""
        ...

    @property
    def options_schema(self) -> Mapping[str, Any]:
        """JSON Schema of the type's own options: a map of properties, or a whole object schema."""
        ...

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """The type that expressions see."""
        ...


class EffectKind(Protocol):
    """An effect. `expressions` says of an option (a dotted path, `*` for any name) what its expression stands in."""

    @property
    def name(self) -> str:
        """The word that a definition uses."""
        ...

    @property
    def options_schema(self) -> Mapping[str, Any]:
        """JSON Schema of the effect's options."""
        ...

    @property
    def expressions(self) -> Mapping[str, str]:
        """Option path -> where the expression stands."""
        ...


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """All field types and effects that a library may use, by name. There is one for each process."""

    fields: Mapping[str, FieldKind]
    effects: Mapping[str, EffectKind]


def vocabulary(fields: Iterable[FieldKind], effects: Iterable[EffectKind]) -> Vocabulary:
    """The vocabulary of these field types and effects."""
    return Vocabulary({each.name: each for each in fields}, {each.name: each for each in effects})


def object_schema(options: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with these options, whichever way they were described; nothing beside them is allowed."""
    plain = _plain(options)
    whole = plain if isinstance(plain.get("properties"), dict) else {"properties": plain}
    return {**whole, "type": "object", "additionalProperties": False}


def effect_schema(options: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of what stands after an effect's word."""
    plain = _plain(options)
    return object_schema(plain) if isinstance(plain.get("properties"), dict) else plain


def _plain(schema: Any) -> Any:
    """The same in plain maps and lists, which is all that jsonschema and JSON know."""
    if isinstance(schema, Mapping):
        return {key: _plain(value) for key, value in schema.items()}
    return [_plain(each) for each in schema] if isinstance(schema, (list, tuple)) else schema
