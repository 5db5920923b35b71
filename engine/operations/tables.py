"""Limits, prices and mappings that business people keep as records: `limit(...)`, `lookup(...)`. Used by `eyes`.

A form that says `limit:` names its fields; any form is looked up by equal fields, and by day where it says `valid:`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.expressions import Reference, Subject, Value
from engine.fields import BY_NAME
from engine.records import archive

if TYPE_CHECKING:
    from engine.operations.operation import Operation
    from engine.records.archive import Stored

NEAREST = "#nearest"
"""The form of the reference that `nearest(unit)` answers: not one record, but an order to try."""


class Tables:
    """Answers for one operation; each question is asked of the database once."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._limits: dict[tuple[str, str], Value] = {}

    def limit(self, form: str, level: str) -> Value:
        """The amount that the form's limit record gives for a level; empty when there is none."""
        key = (form, level)
        if key not in self._limits:
            self._limits[key] = self._read_limit(form, level)
        return self._limits[key]

    def _read_limit(self, form: str, level: str) -> Value:
        for each in self._operation.library.forms.values():
            told = each.told.get("limit")
            if told:
                asked = {told["form"]: form, told["level"]: level}
                found = self._valid(each, self._find(each, asked), self._operation.today)
                if found is not None:
                    return self._operation.shelf.value_of(found, told["amount"])
        return None

    def lookup(self, form: str, named: Mapping[str, Value]) -> Value:
        """The record of a form whose fields equal these; `nearest(unit)` is tried in order. None if none fits."""
        definition = self._operation.library.forms.get(form)
        if definition is None:
            return None
        day = named.get("on", self._operation.today)
        on = day if isinstance(day, date) else self._operation.today
        wanted = {name: value for name, value in named.items() if name != "on"}
        if any(value is None for value in wanted.values()):
            return None
        for each in self._tries(wanted):
            asked = {name: _stored(definition.fields.get(name), value) for name, value in each.items()}
            found = self._valid(definition, self._find(definition, asked), on)
            if found is not None:
                return Reference(form, found.id)
        return None

    def _tries(self, wanted: Mapping[str, Value]) -> list[dict[str, Value]]:
        """What to look up, in order: `nearest(unit)` stands for the unit, those above it, and the chain (empty)."""
        for name, value in wanted.items():
            if isinstance(value, Reference) and value.form == NEAREST:
                units = reversed(self._operation.directory.path(value.id))
                return [{**wanted, name: unit} for unit in (*(Reference("", each) for each in units), None)]
        return [dict(wanted)]

    def _find(self, form: Form, asked: Mapping[str, Any]) -> list[Stored]:
        self._operation.looked.add(form.name)
        ids = archive.find(self._operation.connection, form.name, asked)
        found = archive.heads(self._operation.connection, ids)
        workflow = self._operation.library.workflows.get(form.name)
        ends = {name for name, state in workflow.states.items() if state.end} if workflow else set()
        return [found[each] for each in sorted(found) if found[each].state not in ends]

    def _valid(self, form: Form, candidates: list[Stored], day: date) -> Stored | None:
        told = form.told.get("valid")
        if not told:
            return candidates[0] if candidates else None
        fitting = [each for each in candidates if _within(each, told, day)]
        return max(fitting, key=lambda each: str(each.values.get(told["from"]) or ""), default=None)


def _within(stored: Stored, told: Mapping[str, Any], day: date) -> bool:
    since, until = (stored.values.get(told.get(each, "")) for each in ("from", "until"))
    return (not since or since <= day.isoformat()) and (not until or day.isoformat() <= until)


def _stored(field: Field | None, value: Value) -> Any:
    if isinstance(value, (Reference, Subject)):
        return value.id
    return value if field is None or value is None else BY_NAME[field.type].dump(value, field)
