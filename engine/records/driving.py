"""From where a list is walked: from an indexed reference in rows, or from one org unit, instead of from all records.

A list by time that asks for "item X in a row", or for one unit, is read in the order of a narrow index, so that a page
costs the same however many records there are. Used by `listing` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from engine.database.headers import form_is
from engine.definitions.models import Field, Form
from engine.expressions import Environment, EvaluationFault, Expression, Reference, Subject
from engine.expressions.expression import of_node
from engine.expressions.nodes import Node
from engine.records.archive import by_code

CANDIDATES = ("it", "record")


@dataclass(frozen=True)
class Drive:
    """A narrow table `f` with `record` and `created`, joined to the records; `of_unit` says that it is the scope."""

    source: str
    condition: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    of_unit: bool = False


def drive(
    connection: Connection,
    form: Form,
    forms: Mapping[str, Form],
    asked: Expression | None,
    environment: Environment | None,
    scope: frozenset[str] | None,
) -> Drive | None:
    """The narrowest way to these records; None: from the records themselves."""
    if asked is not None and environment is not None:
        for conjunct in asked.conjuncts:
            for column, value in _asked_of_rows(connection, form, forms, conjunct.node, environment):
                held = {"drive_field": column.number, "drive_value": value}
                return Drive("record_ref", "f.field = :drive_field AND f.value = :drive_value", held)
    if scope is not None and len(scope) == 1:
        condition = f"f.unit = :drive_unit AND {form_is(form.name, 'f.form')}"
        if len(form.org) > 1:
            earlier = "SELECT 1 FROM record_org o WHERE o.record = f.record AND o.unit = f.unit AND o.field < f.field"
            condition += f" AND NOT EXISTS ({earlier})"
        return Drive("record_org", condition, {"drive_unit": next(iter(scope))}, of_unit=True)
    return None


def _asked_of_rows(
    connection: Connection, form: Form, forms: Mapping[str, Form], node: Node, environment: Environment
) -> Iterator[tuple[Field, str]]:
    """Indexed references of rows, with what a row must refer to if `any(lines, row.item == x)` is to hold."""
    if node.op != "rows" or node.value != "any" or len(node.parts) != 2:
        return
    body = node.parts[1]
    for part in body.parts if body.op == "and" else (body,):
        if part.op != "compare" or part.value != "==":
            continue
        for one, other in (part.parts, part.parts[::-1]):
            path = one.path[1:] if one.path and one.path[0] in CANDIDATES else one.path
            column = form.field(".".join(path[:2])) if path and len(path) >= 2 else None
            if column is not None and column.table and column.index and one.op == "attribute":
                value = _record(connection, forms, column, (path or ())[2:], other, environment)
                if value is not None:
                    yield column, value


def _record(
    connection: Connection,
    forms: Mapping[str, Form],
    column: Field,
    rest: tuple[str, ...],
    node: Node,
    environment: Environment,
) -> str | None:
    """The id that the other side stands for: a record, or the one whose unique field is that; None: not known here."""
    try:
        value = of_node(node).evaluate(environment)
    except EvaluationFault:
        return None
    if not rest:
        return value.id if isinstance(value, (Reference, Subject)) else value if isinstance(value, str) else None
    target = forms.get(column.value_type.form or "")
    unique = target.field(rest[0]) if target is not None and len(rest) == 1 else None
    if target is None or unique is None or not unique.unique or not isinstance(value, str):
        return None
    return by_code(connection, target, rest[0], [value]).get(value, "")
