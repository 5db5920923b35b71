"""What a field type is: reading JSON strictly, writing it back, and what reading may ask. Base of every file here.

Nothing is coerced: what does not fit is refused with a sentence. `dump` and `load` are each other's inverse.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from engine.errors import Text, text
from engine.expressions import Type, Value

ALONE: Mapping[str, Value] = MappingProxyType({})
"""No fields beside the one that is read."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)

WORD: dict[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
"""JSON Schema of a name in a definition."""


class Unfit(Exception):
    """The raw value does not fit the field. `code` is for programs, `says` for people."""

    def __init__(self, code: str, says: Text) -> None:
        super().__init__(code)
        self.code = code
        self.says = says


class Declared(Protocol):
    """What a type must know of the field that it reads; `definitions.models.Field` is one."""

    @property
    def name(self) -> str:
        """Name of the field."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """The type's own options, checked against `options_schema`."""
        ...

    @property
    def signed(self) -> bool:
        """Whether a quantity or an amount may be below zero."""
        ...


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """What is known of an uploaded file: its media type (from its bytes) and its size in bytes."""

    media_type: str
    size: int


class Known(Protocol):
    """What reading may ask of the outside, with the writer's eyes; answered by operations. Ids are record ids."""

    def scale_of(self, item: str) -> int | None:
        """Digits after the point that quantities of the item may have; None when the item is not there."""
        ...

    def unit_of(self, item: str, unit: str) -> Decimal | None:
        """How many base units one `unit` of the item is; None when the item has no such unit."""
        ...

    def find(self, form: str, code: str) -> str | None:
        """The id of the record with this code, if there is one and the writer may see it. `form` may be `org_unit`."""
        ...

    def seen(self, form: str, record: str) -> bool:
        """Whether a record of the form has this id and the writer may refer to it."""
        ...

    def attachment(self, attachment: str) -> AttachmentFacts | None:
        """Facts of an uploaded file, if the writer may use it."""
        ...

    def own_name(self) -> str:
        """What the directory calls the writer; empty for who is no person."""
        ...


class FieldType(ABC):
    """One type of field. A type has no state: one instance serves every field."""

    name: ClassVar[str]
    widget: ClassVar[str]
    options_schema: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    @abstractmethod
    def value_type(self, options: Mapping[str, Any]) -> Type:
        """The type that expressions see."""

    @abstractmethod
    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """The value that the JSON of a request stands for, never None; raises `Unfit`.

        `beside` holds the values of the row (or header) that the field stands in.
        """

    def dump(self, value: Any, field: Declared) -> Any:
        """JSON for tables and for the API."""
        return value

    def load(self, stored: Any, field: Declared) -> Value:
        """The value that `dump` wrote. Trusted and fast."""
        loaded: Value = stored
        return loaded


def id_of(raw: str) -> str | None:
    """The id that a text is, UUIDs in lower case; None when it can be none."""
    if not _ID.fullmatch(raw):
        return None
    return raw.lower() if _UUID.fullmatch(raw) else raw


def unfit_type(en: str, zh: str) -> Unfit:
    """The JSON is of another type."""
    return Unfit("type", text(en, zh))
