"""References to other records: of any form, to a person, to an org unit. Kept as the id; read by id or by code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from engine.errors import text
from engine.expressions import Reference, Type, Value
from engine.fields.kinds import ALONE, WORD, Declared, FieldType, Known, Unfit, id_of, unfit_type

CODE = 100


class ReferenceField(FieldType):
    """A record of the form `to`."""

    name = "reference"
    widget = "reference"
    options_schema = MappingProxyType({"to": WORD})
    usual: ClassVar[str] = ""
    """The form that is meant when `to` is not given."""

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Reference to the form."""
        return Type("reference", form=options.get("to", self.usual))

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """An id, or `{"code": ...}`. What is not there and what the writer may not see are refused alike."""
        form = field.options.get("to", self.usual)
        if isinstance(raw, str):
            found = id_of(raw)
            if found is not None and not known.seen(form, found):
                found = None
        elif isinstance(raw, Mapping) and set(raw) == {"code"} and isinstance(raw["code"], str):
            found = (
                known.find(form, raw["code"]) if 0 < len(raw["code"]) <= CODE and raw["code"].isprintable() else None
            )
        else:
            raise unfit_type('This must be an id, or {"code": "..."}.', '必须是编号，或 {"code": "..."}。')
        if found is None:
            raise Unfit("reference", text("There is no such record.", "没有这条记录。"))
        return Reference(form, found)

    def dump(self, value: Any, field: Declared) -> Any:
        """The id."""
        return value.id

    def load(self, stored: Any, field: Declared) -> Value:
        """The same reference."""
        return Reference(field.options.get("to", self.usual), stored)


class PersonField(ReferenceField):
    """Somebody: a record of the form that holds people."""

    name = "person"
    widget = "person"
    usual = "person"


class OrgUnitField(ReferenceField):
    """An org unit, of whichever form, unless `to` narrows it."""

    name = "org_unit"
    widget = "org_unit"
    usual = "org_unit"
