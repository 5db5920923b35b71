"""Whether somebody may see the figure that an alert watches, and by what it is asked. Used by `wording` for its reader.

A figure tells of all that it is counted from: what is summed, by which condition, and by which keys. Who does not see
each of that in every record that could be counted is not told the figure; what cannot be followed counts as hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Alert, Form, Source
from engine.expressions import Expression
from engine.operations import rights

if TYPE_CHECKING:
    from engine.operations.operation import Operation

KEPT = frozenset({"id", "number", "state", "version", "created", "submitted", "updated"})
"""What the engine keeps of a record and whoever sees it sees."""


def sees_figure(operation: Operation, alert: Alert, names: Mapping[str, Any]) -> bool:
    """Of stock: by the right to see it there. Of a fact: who sees whatever it counts, and all that it reads there."""
    if alert.of_stock:
        within = rights.reach(operation, "stock", "see")
        return within is None or bool(within & set(operation.directory.path(str(names["place"]))))
    fact = operation.library.facts.get(alert.figure)
    if fact is None:
        return False
    return all(_sees(operation, each, (each.sum, each.where, *each.keys.values())) for each in fact.sources)


def sees_key(operation: Operation, alert: Alert, name: str) -> bool:
    """Whether he may know by what a fact is asked: who sees in every record from where that is read."""
    fact = operation.library.facts.get(alert.figure)
    if alert.of_stock or name == alert.about:
        return True
    return fact is not None and all(_sees(operation, each, (each.keys.get(name),)) for each in fact.sources)


def _sees(operation: Operation, source: Source, read: Iterable[Expression | None]) -> bool:
    if rights.reach(operation, source.form, "see") is not None:
        return False
    form = operation.library.forms[source.form]
    paths = (name for each in read if each is not None for name in each.names if name[0] in ("it", "row"))
    own = ((source.table or "", *each[1:]) if each[0] == "row" else each[1:] for each in paths)
    return all(_open(operation, form, each) for each in own)


def _open(operation: Operation, form: Form, path: tuple[str, ...]) -> bool:
    """Whether he sees every field on the way in every record, here and in those that are referred to."""
    field = form.fields.get(path[0]) if path else None
    if field is None:
        return len(path) == 1 and path[0] in KEPT
    hidden, rest = rights.everywhere_hidden(operation, form), path[1:]
    if field.path in hidden:
        return False
    if field.fields and rest:
        field, rest = field.fields.get(rest[0]), rest[1:]
        if field is None or field.path in hidden:
            return False
    if not rest:
        return True
    other = operation.library.forms.get(field.value_type.form or "")
    return other is not None and rights.reach(operation, other.name, "see") is None and _open(operation, other, rest)
