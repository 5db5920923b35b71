"""A table of rows inside a form. Its rows are read one by one by `records.filling`; here is only its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.expressions import Type, Value
from engine.fields.kinds import ALONE, Declared, FieldType, Known, unfit_type


class TableField(FieldType):
    """Rows with fields of their own."""

    name = "table"
    widget = "table"

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Table; definitions add whose it is."""
        return Type("table")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """A list of objects."""
        if not isinstance(raw, list) or any(not isinstance(each, Mapping) for each in raw):
            raise unfit_type("This must be a list of rows.", "必须是行的列表。")
        return raw
