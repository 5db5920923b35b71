"""What a browser may work out by itself while somebody types: trees of conditions and computed fields. Used by `trying`.

A tree is handed out only to who may see every field that it names, here and in the records that are referred to; all
else is left to `POST .../fill`. Trees are made once per form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.expressions import Expression
from engine.expressions.browser import to_browser
from engine.operations import rights
from engine.records.filling_plan import plan_of

if TYPE_CHECKING:
    from engine.operations.operation import Operation

AT_HAND = frozenset({"record", "row"})
_KEPT = 500


@dataclass(frozen=True, slots=True)
class Tree:
    """One expression of a field: `kind` is `visible`, `required` or `compute`."""

    kind: str
    path: str
    tree: Mapping[str, Any]
    names: tuple[tuple[str, ...], ...]
    """Paths of fields from this form on: `carrier`, `lines.item`, `lines.item.tracking`."""


_FORMS: dict[int, tuple[Form, tuple[Tree, ...]]] = {}


def live(operation: Operation, form: Form, hidden: frozenset[str]) -> list[dict[str, Any]]:
    """`[{kind, path, tree}]` in the order in which they are worked out."""
    return [
        {"kind": each.kind, "path": each.path, "tree": each.tree}
        for each in _trees(form)
        if each.path not in hidden and all(_seen(operation, form, name, hidden) for name in each.names)
    ]


def _trees(form: Form) -> tuple[Tree, ...]:
    found = _FORMS.get(id(form))
    if found is None or found[0] is not form:
        if len(_FORMS) >= _KEPT:
            _FORMS.clear()
        found = _FORMS[id(form)] = (form, tuple(_made(form)))
    return found[1]


def _made(form: Form) -> Iterator[Tree]:
    for kind, field, expression in _expressions(form):
        tree = to_browser(expression)
        names = [_from_here(name, field, form) for name in expression.names]
        if tree is not None and all(names):
            yield Tree(kind, field.path, tree, tuple(name for name in names if name))


def _expressions(form: Form) -> Iterator[tuple[str, Field, Expression]]:
    every = [each for field in form.fields.values() for each in (field, *field.fields.values())]
    yield from (("visible", each, each.visible) for each in every if each.visible is not None)
    computed = (each for each in plan_of(form).derived if each.how == "compute")
    yield from (("compute", each.field, each.expression) for each in computed)
    yield from (("required", each, each.required) for each in every if isinstance(each.required, Expression))


def _from_here(name: tuple[str, ...], field: Field, form: Form) -> tuple[str, ...] | None:
    """The path of a field; None for a name that only the server knows (`actor`, `today`), or for a whole row."""
    if name[0] == "row":
        return (field.table, *name[1:]) if field.table and len(name) > 1 else None
    path = name[1:] if name[0] == "record" else name
    return path if path and path[0] in form.fields else None


def _seen(operation: Operation, form: Form, name: tuple[str, ...], hidden: frozenset[str]) -> bool:
    """Whether this person sees every field on the way."""
    field = form.fields[name[0]]
    rest = name[1:]
    if field.path in hidden:
        return False
    if field.type == "table":
        column = field.fields.get(rest[0]) if rest else None
        if column is None:
            return not rest
        if column.path in hidden:
            return False
        field, rest = column, rest[1:]
    return not rest or _seen_beyond(operation, field, rest)


def _seen_beyond(operation: Operation, field: Field, rest: tuple[str, ...]) -> bool:
    """The same for one step into another form; what is further away is left to the server."""
    other = operation.library.forms.get(field.value_type.form or "")
    if other is None or len(rest) > 1 or rest[0] not in other.fields:
        return False
    return rest[0] not in rights.never_seen(operation, other)
