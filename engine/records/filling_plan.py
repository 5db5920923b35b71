"""What filling needs to know of a form, worked out once: blanks, order of derivation, what is live. Used by filling.

Plans are kept by the identity of the form; it is frozen and the plan holds on to it, so an identity is never reused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.definitions.models import Field, Form, Rule
from engine.expressions import Expression, asks_row

KEPT_PLANS = 2_000
NUMBERS = frozenset({"decimal", "quantity", "money"})
AMOUNTS = frozenset({"quantity", "money"})
REFERENCES = frozenset({"reference", "person", "org_unit"})

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Derivation:
    """One field that is worked out: `how` is `default`, `compute` or `live`."""

    field: Field
    path: str
    how: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Round:
    """Fields whose `visible` may be asked together; `derives` when it reads what must be worked out before."""

    fields: tuple[Field, ...]
    derives: bool


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule of the form; `table` is set when it is asked of each row."""

    rule: Rule
    table: str | None


@dataclass(frozen=True, slots=True)
class FormPlan:
    """A form, taken apart for filling."""

    fields: Mapping[str, Field]
    header: tuple[Field, ...]
    tables: tuple[Field, ...]
    blank: Mapping[str, None]
    blank_rows: Mapping[str, Mapping[str, None]]
    derived: tuple[Derivation, ...]
    shown: tuple[Round, ...]
    """Fields that a person writes and that have a `visible`, in the order in which they must be asked."""
    rules: tuple[RowRule, ...]
    warnings: tuple[RowRule, ...]
    """Rules that only warn."""
    lives: Mapping[str, frozenset[str]]
    """Path of a derived field -> paths of the live fields that it stands on (itself, if it is live)."""
    fixable: frozenset[str]
    """Live fields that are fixed at some time."""


_FORMS: dict[int, tuple[object, FormPlan]] = {}


def plan_of(form: Form) -> FormPlan:
    """The plan of a form."""
    return _kept(form, lambda: _plan(form.fields, form.derived, form.rules))


def plan_of_fields(fields: Mapping[str, Field]) -> FormPlan:
    """The plan of fields without a form: what an action asks."""
    return _kept(fields, lambda: _plan(fields, (), {}))


def _kept(of: object, make: Callable[[], FormPlan]) -> FormPlan:
    found = _FORMS.get(id(of))
    if found is not None and found[0] is of:
        return found[1]
    plan = make()
    if len(_FORMS) >= KEPT_PLANS:
        _FORMS.clear()
    _FORMS[id(of)] = (of, plan)
    return plan


def _plan(fields: Mapping[str, Field], derived: tuple[str, ...], rules: Mapping[str, Rule]) -> FormPlan:
    header = tuple(each for each in fields.values() if each.type != "table")
    tables = tuple(each for each in fields.values() if each.type == "table")
    every = {each.path: each for each in header}
    every |= {column.path: column for table in tables for column in table.fields.values()}
    steps = _derivations(every, derived)
    return FormPlan(
        fields=fields,
        header=header,
        tables=tables,
        blank={each.name: None for each in header},
        blank_rows={table.name: dict.fromkeys(table.fields) for table in tables},
        derived=steps,
        shown=_rounds((*header, *tables, *(c for t in tables for c in t.fields.values())), steps, tables),
        rules=tuple(_row_rule(each) for each in rules.values() if not each.warns),
        warnings=tuple(_row_rule(each) for each in rules.values() if each.warns),
        lives=_lives(steps, tables),
        fixable=frozenset(each.path for each in steps if each.how == "live" and each.field.fixed_at),
    )


def _derivations(every: Mapping[str, Field], order: tuple[str, ...]) -> tuple[Derivation, ...]:
    paths = dict.fromkeys([*(path for path in order if path in every), *every])
    found = []
    for path in paths:
        field = every[path]
        for how in ("compute", "live", "default"):
            expression: Expression | None = getattr(field, how)
            if expression is not None:
                found.append(Derivation(field, path, how, expression))
                break
    return tuple(found)


def reads(expression: Expression, field: Field, tables: tuple[Field, ...]) -> frozenset[str]:
    """Paths of the form's own fields that an expression of `field` reads."""
    return reads_of(expression, field.table, tables)


def reads_of(expression: Expression, table: str | None, tables: tuple[Field, ...]) -> frozenset[str]:
    """The same for an expression that stands in the rows of `table`, or outside of all."""
    found = set()
    names = {each.name: each for each in tables}
    for name in expression.names:
        if name[0] == "row" and len(name) > 1:
            at = [names[table]] if table in names else list(tables)
            found |= {f"{each.name}.{name[1]}" for each in at if name[1] in each.fields}
            continue
        path = name[1:] if name[0] == "record" else name
        if path:
            found.add(".".join(path[:2]) if path[0] in names else path[0])
    return frozenset(found)


def _rounds(every: tuple[Field, ...], steps: tuple[Derivation, ...], tables: tuple[Field, ...]) -> tuple[Round, ...]:
    """A field is asked after those that its condition depends on, also through what is worked out from them."""
    inputs: dict[str, frozenset[str]] = {}
    for step in steps:
        seen = reads(step.field.visible, step.field, tables) if step.field.visible else frozenset()
        inputs[step.path] = reads(step.expression, step.field, tables) | seen
    shown = {each.path: each for each in every if each.visible is not None and each.path not in inputs}
    needs = {
        path: _all_inputs(reads(each.visible, each, tables), inputs)
        for path, each in shown.items()
        if each.visible is not None
    }
    rounds: dict[int, list[Field]] = {}
    for path, each in shown.items():
        rounds.setdefault(_depth(path, needs, ()), []).append(each)
    return tuple(
        Round(tuple(found), any(needs[each.path] & inputs.keys() for each in found))
        for _, found in sorted(rounds.items())
    )


def _all_inputs(read: frozenset[str], inputs: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(read)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found |= {path, path.split(".")[0]}
            waiting += inputs.get(path, ())
    return frozenset(found)


def _depth(path: str, needs: Mapping[str, frozenset[str]], above: tuple[str, ...]) -> int:
    before = [each for each in needs[path] if each in needs and each != path and each not in above]
    return 1 + max((_depth(each, needs, (*above, path)) for each in before), default=0)


def _lives(steps: tuple[Derivation, ...], tables: tuple[Field, ...]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for step in steps:
        if step.how == "live":
            found[step.path] = frozenset({step.path})
        elif step.how == "compute":
            found[step.path] = frozenset().union(
                *(found.get(each, frozenset()) for each in reads(step.expression, step.field, tables))
            )
    return {path: lives for path, lives in found.items() if lives}


def _row_rule(rule: Rule) -> RowRule:
    per_row = rule.field is not None and "." in rule.field and asks_row(rule.check)
    return RowRule(rule, rule.field.split(".")[0] if per_row and rule.field else None)


def whole(plan: FormPlan, values: Mapping[str, Any]) -> dict[str, Any]:
    """A working copy of the values with every field of the form present, and every row a dict of its own."""
    work = {**plan.blank, **values}
    for table in plan.tables:
        blank = plan.blank_rows[table.name]
        work[table.name] = [{**blank, **row} for row in values.get(table.name) or ()]
    return work
