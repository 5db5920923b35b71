"""Whether an expression asks what somebody cannot be sure to see. Used by `listing`, `reporting` and `fitting`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.definitions.models import Form
from engine.expressions import Expression
from engine.operations import rights

if TYPE_CHECKING:
    from engine.operations.operation import Operation

HARMLESS = frozenset({"nearest", "working_hours"})
"""Words that are answered from the org tree and the clock alone."""


def asks_outside(operation: Operation, expression: Expression) -> bool:
    """Whether a filter asks what is answered with the library's eyes: a person's filter sees what he sees.

    A limit is for who sees every limit.
    """
    limits = [form.name for form in operation.library.forms.values() if form.told.get("limit")]
    sees_limits = all(rights.reach(operation, name, "see") is None for name in limits)
    return bool(expression.calls - ({"limit"} if sees_limits else frozenset()) - HARMLESS)


def unseen(operation: Operation, form: Form, words: tuple[str, ...]) -> bool:
    """Whether a path of a record leads to what the actor cannot be sure to see in every one."""
    hidden = rights.everywhere_hidden(operation, form)
    return words[0] in hidden or ".".join(words[:2]) in hidden or beyond(operation, form, words)


def beyond(operation: Operation, form: Form, words: tuple[str, ...]) -> bool:
    """Whether a path goes through a reference to a field that the actor cannot be sure to see there."""
    field = form.fields.get(words[0])
    rest = words[1:]
    if field is not None and field.type == "table" and rest:
        field, rest = field.fields.get(rest[0]), rest[1:]
    target = operation.library.forms.get(str(field.options.get("to"))) if field is not None and rest else None
    if target is None or not rest:
        return False
    return (
        not rights.sees_form(operation, target.name)
        or rest[0] in rights.everywhere_hidden(operation, target)
        or beyond(operation, target, rest)
    )
