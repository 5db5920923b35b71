"""`restore: agreed` puts the values back that the last approval ended with, or was returned with.

Proposed for `operations`, which put them on the record as for `set`.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from engine.definitions.models import NOTHING, Field
from engine.effects import reading
from engine.effects.effect import EffectCall
from engine.effects.outcomes import SetFields
from engine.errors import text
from engine.expressions import EvaluationFault, Value


class RestoreEffect:
    """Writes every field that people or defaults fill; what is computed follows. Rows are found by their id."""

    name = "restore"
    options_schema = MappingProxyType({"enum": ["agreed"]})
    expressions = NOTHING

    def propose(self, call: EffectCall) -> Iterator[SetFields]:
        """One write for the header and one for each row."""
        header = [field for field in call.form.fields.values() if field.type != "table" and _kept(field)]
        tables = [field for field in call.form.fields.values() if field.type == "table"]
        written = [
            SetFields({field.name: _agreed(call, ("record", field.name), None) for field in header}, effect=call.name)
        ]
        for table in tables:
            columns = [field.name for field in table.fields.values() if _kept(field)]
            for row in call.record.values.get(table.name) or ():
                values = {name: _agreed(call, ("record", table.name, name), row["row"]) for name in columns}
                written.append(SetFields(values, table=table.name, row=row["row"], effect=call.name))
        yield from written


def _kept(field: Field) -> bool:
    return field.compute is None and field.live is None


def _agreed(call: EffectCall, path: tuple[str, ...], row: str | None) -> Value:
    try:
        return call.environment.world.call("agreed", (path, row), {})
    except EvaluationFault as error:
        says = text("There is nothing agreed to go back to.", "没有可恢复的已同意内容。")
        raise reading.broken(call, "nothing_agreed", says, row) from error
