"""What a browser may work out by itself while somebody types: conditions and computed fields. Used by `trying`.

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


def live(operation: Operation, form: Form, hidden: frozenset[str]) -> dict[str, Any]:
    """`trees`: `[{kind, path, tree}]` in the order in which they are worked out; `types`: form -> field -> kind.

    Types are those of the fields that trees ask of other records.
    """
    given = [
        each
        for each in _trees(form)
        if each.path not in hidden and all(seen(operation, form, name, hidden) for name in each.names)
    ]
    types: dict[str, dict[str, str]] = {}
    for field in (_beyond(operation, form, name) for each in given for name in each.names):
        if field is not None:
            types.setdefault(field[0], {})[field[1].name] = field[1].value_type.kind
    return {"trees": [{"kind": each.kind, "path": each.path, "tree": each.tree} for each in given], "types": types}


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


def seen(operation: Operation, form: Form, name: tuple[str, ...], hidden: frozenset[str]) -> bool:
    """Whether this person sees every field on the way."""
    field, rest = _own(form, name)
    if field.path in hidden or name[0] in hidden:
        return False
    if not rest:
        return True
    beyond = _beyond(operation, form, name)
    if beyond is None or not rights.sees_form(operation, beyond[0]):
        return False
    return beyond[1].name not in rights.never_seen(operation, operation.library.forms[beyond[0]])


def _own(form: Form, name: tuple[str, ...]) -> tuple[Field, tuple[str, ...]]:
    """The last field of this form on the way, and what is asked of the record that it refers to."""
    field, rest = form.fields[name[0]], name[1:]
    column = field.fields.get(rest[0]) if rest else None
    return (column, rest[1:]) if column is not None else (field, rest)


def _beyond(operation: Operation, form: Form, name: tuple[str, ...]) -> tuple[str, Field] | None:
    """Form and field one step beyond a reference; None when it ends before, or leads further."""
    field, rest = _own(form, name)
    other = operation.library.forms.get(field.value_type.form or "")
    found = other.fields.get(rest[0]) if other is not None and len(rest) == 1 else None
    return (other.name, found) if other is not None and found is not None else None
