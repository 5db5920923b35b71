"""Which fields are shown and which are needed as the values stand: what a form asks meanwhile. Used by `trying`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.models import Field, Form
from engine.expressions import Environment, Expression, holds
from engine.records.filling_checks import EnvOf
from engine.records.filling_plan import plan_of, whole


@dataclass(frozen=True, slots=True)
class Shown:
    """Places `(path, row)` by condition; `row` None is the header, or every row where the path is a table's column."""

    unseen: frozenset[tuple[str, str | None]]
    needed: frozenset[tuple[str, str | None]]


def shown(form: Form, values: Mapping[str, Any], env_of: EnvOf, required: frozenset[str] = frozenset()) -> Shown:
    """What the conditions of a form come to; `required` are paths that an action needs besides."""
    plan = plan_of(form)
    work = whole(plan, values)
    env = env_of(work)
    unseen: set[tuple[str, str | None]] = set()
    needed: set[tuple[str, str | None]] = set()
    for field, row, where in _places(form, work, env):
        if field.visible is not None and not holds(field.visible, where):
            unseen.add((field.path, row))
        elif field.path in required or _needs(field, where):
            needed.add((field.path, row))
    return Shown(frozenset(unseen), frozenset(needed))


def _needs(field: Field, env: Environment) -> bool:
    return field.required is True or (isinstance(field.required, Expression) and holds(field.required, env))


def _places(form: Form, work: Mapping[str, Any], env: Environment) -> Iterator[tuple[Field, str | None, Environment]]:
    for field in form.fields.values():
        yield field, None, env
        rows = work[field.name] if field.type == "table" else ()
        conditional = [each for each in field.fields.values() if each.visible or isinstance(each.required, Expression)]
        for column in field.fields.values():
            if column not in conditional:
                yield column, None, env
        for row in rows if conditional else ():
            within = env.with_names(row=row)
            for column in conditional:
                yield column, row.get("row"), within
