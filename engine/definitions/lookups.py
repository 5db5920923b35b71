"""Whether what `lookup` asks for can be found at all: the form is there, and has the fields. Used by `compiling`."""

from __future__ import annotations

from engine.definitions.findings import meant
from engine.definitions.outline import Outline
from engine.errors import text
from engine.expressions import Expression, ExpressionFault

DAY = "on"
"""The day of what is valid for a time; no field."""


def require_findable(expression: Expression, outline: Outline) -> None:
    """Raises `ExpressionFault` for the first lookup that would never find anything."""
    for node in expression.node.walk():
        if node.op != "outside" or node.value != "lookup":
            continue
        name = str(node.parts[0].value)
        form = outline.forms.get(name)
        if form is None:
            says = text(f"'{name}' is not a form.", f"“{name}”不是表单。")
            raise ExpressionFault("unknown_name", says, node.column, meant(name, outline.forms))
        for key in node.keys:
            if key not in form.fields and key != DAY:
                says = text(
                    f"'{name}' has no field '{key}' to be looked up by.", f"“{name}”没有可供查找的字段“{key}”。"
                )
                raise ExpressionFault("unknown_field", says, node.column, meant(key, form.fields))
