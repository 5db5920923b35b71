"""Works out what nobody types: defaults, what is computed, what is live; and empties what is not visible.

Used by operations after every change of values, and before a record is shown. Pure: the world is behind `env_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from engine.definitions.models import Field, Form
from engine.errors import Fault, Text, text
from engine.expressions import Environment, EvaluationFault, Expression, Reference, Subject, holds
from engine.fields import BY_NAME, fits
from engine.fields.references import ReferenceField
from engine.quantities import LARGEST, SCALE, UNIT
from engine.records.filling_faults import pointer
from engine.records.filling_plan import AMOUNTS, NUMBERS, REFERENCES, Derivation, FormPlan, plan_of, whole

EnvOf: TypeAlias = Callable[[dict[str, Any]], Environment]

_USUAL_FORMS = {each.name: each.usual for each in BY_NAME.values() if isinstance(each, ReferenceField)}
_MOST = Decimal(LARGEST) / UNIT
_INEXACT = text(
    "The result has more digits than this field holds; round() it.", "结果的小数位数超过此字段；请用 round() 取整。"
)
_TOO_LARGE = text("The result is too large.", "结果过大。")


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a record stands when its values are worked out.

    `starting`: it is in its start state (again), so defaults follow their inputs, but for what a person or an effect
    wrote (`touched`, as `(path, row)`). `fresh`: ids of rows (None for the record) that are being made now; their
    defaults are set in any state. `fixed`: paths of live fields that are fixed by now. `editing`: somebody may edit, so
    `visible` is asked.
    `idle`: paths of live fields that nobody asks for now; they stay empty. `made`: it was made by somebody before, so a
    default that comes from the `actor` stays as it was for him, whoever looks now.
    """

    starting: bool = True
    touched: frozenset[tuple[str, str | None]] = frozenset()
    fresh: frozenset[str | None] = frozenset()
    fixed: frozenset[str] = frozenset()
    editing: bool = True
    idle: frozenset[str] = frozenset()
    made: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """The values with everything worked out, and what could not be."""

    values: dict[str, Any]
    faults: tuple[Fault, ...] = ()


def derive(form: Form, values: Mapping[str, Any], env_of: EnvOf, at: Moment) -> Derived:
    """Work everything out, in the order of the form. The values given are not changed.

    A result that has more digits than its field is a fault (`inexact`): only `round` rounds.
    """
    run = _Run(plan_of(form), values, env_of, at)
    run.settle()
    return Derived(run.values, tuple(run.faults.values()))


def fixed_by(form: Form, happened: Mapping[str, Any]) -> frozenset[str]:
    """The live fields that are fixed once these actions (and `create`) have happened."""
    plan = plan_of(form)
    return frozenset(
        each.path for each in plan.derived if each.path in plan.fixable and happened.get(each.field.fixed_at or "")
    )


@dataclass(slots=True)
class _Run:
    plan: FormPlan
    given: Mapping[str, Any]
    env_of: EnvOf
    at: Moment
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[tuple[str, str | None], Fault] = field(default_factory=dict)
    _env: Environment | None = None
    _rows: dict[str, list[tuple[dict[str, Any], Environment]]] = field(default_factory=dict)

    def settle(self) -> None:
        """What is not visible is emptied before anything is worked out from it."""
        self.values = whole(self.plan, self.given)
        if self.at.editing:
            for each in self.plan.shown:
                if each.derives:
                    self._derive_all()
                self._empty_unseen(each.fields)
        self._derive_all()

    def _derive_all(self) -> None:
        for step in self.plan.derived:
            self._derive(step)

    def _environment(self) -> Environment:
        if self._env is None:
            self._env = self.env_of(self.values)
        return self._env

    def _of_rows(self, table: str) -> list[tuple[dict[str, Any], Environment]]:
        found = self._rows.get(table)
        if found is None:
            env = self._environment()
            found = self._rows[table] = [(row, env.with_names(row=row)) for row in self.values[table]]
        return found

    def _header_changed(self) -> None:
        self._env = None
        self._rows.clear()

    def _empty_unseen(self, fields: tuple[Field, ...]) -> None:
        for each in fields:
            if each.table is not None:
                for row, env in self._of_rows(each.table):
                    if row[each.name] is not None and not _visible(each, env):
                        row[each.name] = None
            elif self.values[each.name] not in (None, []) and not _visible(each, self._environment()):
                self.values[each.name] = [] if each.type == "table" else None
                self._header_changed()

    def _derive(self, step: Derivation) -> None:
        if step.how == "live" and step.path in self.at.fixed and not self.at.fresh:
            return
        if step.how == "default" and not self.at.starting and not self.at.fresh:
            return
        if step.path in self.at.idle:
            return
        name, table = step.field.name, step.field.table
        if table is not None:
            for index, (row, env) in enumerate(self._of_rows(table)):
                if self._follows(step, row["row"]):
                    row[name] = self._worked_out(step, env, row["row"], (table, index, name))
        elif self._follows(step, None):
            found = self._worked_out(step, self._environment(), None, (name,))
            if found != self.values[name]:
                self.values[name] = found
                self._header_changed()

    def _follows(self, step: Derivation, row: str | None) -> bool:
        if step.how == "compute":
            return True
        fresh = row in self.at.fresh
        if step.how == "live":
            return fresh or step.path not in self.at.fixed
        follows = self.at.starting and not (self.at.made and any(path[0] == "actor" for path in step.expression.names))
        return (follows or fresh) and (step.path, row) not in self.at.touched

    def _worked_out(self, step: Derivation, env: Environment, row: str | None, where: tuple[str | int, ...]) -> Any:
        self.faults.pop((step.path, row), None)
        if step.field.visible is not None and not holds(step.field.visible, env):
            return None
        try:
            return fitted(step.field, step.expression.evaluate(env))
        except EvaluationFault as fault:
            says, code = fault.says, fault.code
        except _Misfit as misfit:
            says, code = misfit.says, misfit.code
        self.faults[step.path, row] = Fault(pointer("", *where), code, says, row)
        return None


class _Misfit(Exception):
    def __init__(self, code: str, says: Text) -> None:
        super().__init__(code)
        self.code = code
        self.says = says


def _visible(of: Field, env: Environment) -> bool:
    expression: Expression | None = of.visible
    return expression is None or holds(expression, env)


def fitted(of: Field, value: Any) -> Any:
    """The result of an expression as a value of the field; nothing is rounded."""
    if value is None:
        return None
    if of.type in NUMBERS:
        return _number(of, value)
    if of.type in REFERENCES:
        return _reference(of, value)
    if of.type == "integer":
        if value != int(value):
            raise _Misfit("inexact", _INEXACT)
        if abs(value) > LARGEST:
            raise _Misfit("too_large", _TOO_LARGE)
        return int(value)
    return tuple(value) if isinstance(value, list) else value


def _number(of: Field, value: Any) -> Decimal:
    number = value if isinstance(value, Decimal) else Decimal(value)
    scale = SCALE if of.value_type.scale is None else of.value_type.scale
    if not fits(number, scale):
        raise _Misfit("inexact", _INEXACT)
    if abs(number) > _MOST:
        raise _Misfit("too_large", _TOO_LARGE)
    return number


def _reference(of: Field, value: Any) -> Any:
    if isinstance(value, (Subject, Reference)):
        return Reference(of.options.get("to", _USUAL_FORMS[of.type]) or value.form, value.id)
    return value


def unsigned(of: Field) -> bool:
    """Whether the field refuses numbers below zero."""
    return of.type in AMOUNTS and not of.signed
