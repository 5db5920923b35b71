"""Between stored JSON (a header, and rows by table) and typed values. Used by operations, listing and reports.

Fields that a definition no longer has are kept as they were stored. What is live and not yet fixed is not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.definitions.models import Field, Form
from engine.fields import BY_NAME
from engine.fields.kinds import FieldType
from engine.records.filling_plan import FormPlan, plan_of

Codec = tuple[tuple[str, Callable[[Any, Field], Any], Field], ...]


class HasValues(Protocol):
    """A stored record, as far as its values go."""

    @property
    def values(self) -> Mapping[str, Any]:
        """The header's JSON."""
        ...

    @property
    def rows(self) -> Mapping[str, Any]:
        """Lists of rows' JSON, by table."""
        ...


def _loaders(fields: tuple[Field, ...]) -> Codec:
    return tuple(
        (each.name, BY_NAME[each.type].load, each)
        for each in fields
        if each.type != "table" and type(BY_NAME[each.type]).load is not FieldType.load
    )


_LOADERS: dict[int, tuple[object, Codec, Mapping[str, Codec]]] = {}


def _codecs(form: Form, plan: FormPlan) -> tuple[Codec, Mapping[str, Codec]]:
    found = _LOADERS.get(id(plan))
    if found is None or found[0] is not plan:
        rows = {table.name: _loaders(tuple(table.fields.values())) for table in plan.tables}
        found = (plan, _loaders(plan.header), rows)
        if len(_LOADERS) > 2_000:
            _LOADERS.clear()
        _LOADERS[id(plan)] = found
    return found[1], found[2]


def blank(form: Form) -> dict[str, Any]:
    """The values of a record that nobody has filled: every field empty, every table without rows."""
    plan = plan_of(form)
    return {**plan.blank, **{table.name: [] for table in plan.tables}}


def decode(form: Form, stored: HasValues) -> dict[str, Any]:
    """Typed values: every field of the form is there (None when empty), tables are lists of dicts with `row`."""
    plan = plan_of(form)
    header, rows = _codecs(form, plan)
    values = _decoded(header, plan.blank, stored.values)
    for table in plan.tables:
        codec, empty = rows[table.name], plan.blank_rows[table.name]
        values[table.name] = [_decoded(codec, empty, each) for each in stored.rows.get(table.name) or ()]
    for name, kept in stored.rows.items():
        if name not in plan.fields:
            values[name] = kept
    return values


def _decoded(codec: Codec, empty: Mapping[str, None], stored: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {**empty, **stored}
    for name, load, field in codec:
        raw = values[name]
        if raw is not None:
            values[name] = load(raw, field)
    return values


def encode(
    form: Form, values: Mapping[str, Any], fixed: frozenset[str] | None = None
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """The header and the rows as JSON, without what is empty.

    `fixed` holds the paths of live fields that are fixed by now; what stands on others is left out. None means every
    live field that is fixed at some time.
    """
    plan = plan_of(form)
    kept = plan.fixable if fixed is None else fixed
    left_out = frozenset(path for path, lives in plan.lives.items() if not lives <= kept)
    header = _encoded(plan.fields, values, "", left_out)
    rows = {
        table.name: [_encoded(table.fields, row, f"{table.name}.", left_out) for row in values.get(table.name) or ()]
        for table in plan.tables
    }
    return header, rows


def _encoded(
    fields: Mapping[str, Field], values: Mapping[str, Any], prefix: str, left_out: frozenset[str]
) -> dict[str, Any]:
    stored = {}
    for name, value in values.items():
        if value is None or prefix + name in left_out:
            continue
        field = fields.get(name)
        if field is None:
            stored[name] = value
        elif field.type != "table":
            stored[name] = BY_NAME[field.type].dump(value, field)
    return stored
