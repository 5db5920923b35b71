"""Asks whether values are in order: required, references, limits, rows, the form's own rules. Used by operations.

While somebody is typing, only what is certainly wrong is refused; at an action (`required` is given) everything must
certainly be right: a condition that is empty then refuses too. A form's rule is not asked while a field that it reads
is empty; `required` says which may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from engine.definitions.models import Field, Form, Rule
from engine.definitions.sayings import sentence
from engine.errors import Fault, text
from engine.expressions import Environment, EvaluationFault, Expression, holds, rows_against
from engine.quantities import write
from engine.records.filling_deriving import unsigned
from engine.records.filling_faults import against_rule, pointer, too_many
from engine.records.filling_plan import FormPlan, RowRule, plan_of, reads, reads_of, whole

EnvOf: TypeAlias = Callable[[dict[str, Any]], Environment]

_REQUIRED = text("This is needed.", "此项必填。")
_NOT_THIS = text("This cannot be chosen here.", "此处不能选择该项。")
_NEGATIVE = text("This cannot be below zero.", "不能小于零。")
_TWICE = text("This row is there twice.", "此行重复。")


def check(form: Form, values: Mapping[str, Any], env_of: EnvOf, required: frozenset[str] | None) -> tuple[Fault, ...]:
    """Every fault of the values, rows counted as they stand.

    `required` None: somebody is typing. Otherwise an action is taken, and these paths are needed besides what the form
    itself requires.
    """
    return check_plan(plan_of(form), values, env_of, required)


def check_plan(
    plan: FormPlan, values: Mapping[str, Any], env_of: EnvOf, required: frozenset[str] | None
) -> tuple[Fault, ...]:
    """The same for fields without a form (what an action asks)."""
    work = whole(plan, values)
    run = _Check(plan, work, env_of(work), required)
    run.fields()
    run.tables()
    run.rules(plan.rules)
    return tuple(run.faults)


def warnings(form: Form, values: Mapping[str, Any], env_of: EnvOf, hidden: frozenset[str]) -> tuple[Fault, ...]:
    """What the rules that only warn have to say; nothing of a rule that reads or means what is hidden.

    While what a rule reads is not known, or cannot be worked out, it has nothing to say.
    """
    plan = plan_of(form)
    open_ones = tuple(each for each in plan.warnings if not hidden & _reads(each, plan))
    if not open_ones:
        return ()
    work = whole(plan, values)
    run = _Check(plan, work, env_of(work), None)
    run.rules(open_ones)
    return tuple(run.faults)


def _reads(of: RowRule, plan: FormPlan) -> frozenset[str]:
    """Everything of the form that a rule reads or is shown at, tables by their names too."""
    paths = set(reads_of(of.rule.check, of.table, plan.tables)) | {of.rule.field or ""}
    return frozenset(paths | {each.partition(".")[0] for each in paths})


@dataclass(slots=True)
class _Check:
    plan: FormPlan
    values: dict[str, Any]
    env: Environment
    required: frozenset[str] | None
    faults: list[Fault] = field(default_factory=list)
    _rows: dict[str, list[tuple[int, dict[str, Any], Environment]]] = field(default_factory=dict)

    def fields(self) -> None:
        """The header, then row by row."""
        for each in self.plan.header:
            self._field(each, self.values[each.name], self.env, None, (each.name,))
        for table in self.plan.tables:
            for column in table.fields.values():
                if self._concerns(column):
                    for index, row, env in self._of_rows(table.name):
                        self._field(column, row[column.name], env, row.get("row"), (table.name, index, column.name))

    def _concerns(self, of: Field) -> bool:
        return bool(
            of.required or of.only or of.at_most or of.options or unsigned(of) or of.path in (self.required or ())
        )

    def _of_rows(self, table: str) -> list[tuple[int, dict[str, Any], Environment]]:
        found = self._rows.get(table)
        if found is None:
            found = self._rows[table] = [
                (index, row, self.env.with_names(row=row)) for index, row in enumerate(self.values[table])
            ]
        return found

    def _field(self, of: Field, value: Any, env: Environment, row: str | None, where: tuple[str | int, ...]) -> None:
        if value is None:
            if self._needed(of, env):
                self.faults.append(Fault(pointer("", *where), "required", _REQUIRED, row))
            return
        self.faults.extend(self._wrong(of, value, env, row, where))

    def _needed(self, of: Field, env: Environment) -> bool:
        if self.required is None:
            return False
        needed = of.path in self.required or of.required is True
        if not needed and isinstance(of.required, Expression):
            needed = holds(of.required, env)
        return needed and (of.visible is None or holds(of.visible, env))

    def _wrong(
        self, of: Field, value: Any, env: Environment, row: str | None, where: tuple[str | int, ...]
    ) -> Iterator[Fault]:
        if unsigned(of) and value < 0:
            yield Fault(pointer("", *where), "negative", _NEGATIVE, row)
        above = of.options.get("above")
        if above is not None and value <= Decimal(str(above)):
            says = text(f"This must be above {above}.", f"必须大于 {above}。")
            yield Fault(pointer("", *where), "above", says, row)
        if of.only is not None and not self._passes(of.only, env.with_names(it=value)):
            yield Fault(pointer("", *where), "only", _NOT_THIS, row)
        if of.at_most is not None:
            yield from self._at_most(of, of.at_most, value, env, row, where)

    def _at_most(
        self, of: Field, limit: Expression, value: Any, env: Environment, row: str | None, where: tuple[str | int, ...]
    ) -> Iterator[Fault]:
        try:
            most: Any = limit.evaluate(env)
        except EvaluationFault:
            most = None
        if (value > most) if most is not None else self.required is not None:
            says = text("This is more than is allowed here.", "超过了允许的数量。")
            if most is not None and self._plain(limit, of):
                says = text(f"At most {write(Decimal(most))}.", f"最多 {write(Decimal(most))}。")
            yield against_rule(pointer("", *where), "at_most", says, row)

    def _plain(self, expression: Expression, of: Field) -> bool:
        """Whether everything that it reads is the form's own and open to all, so that a message may tell it."""
        read = reads(expression, of, self.plan.tables)
        own = {name[0] in ("row", "record") and len(name) == 2 for name in expression.names}
        return own == {True} and not expression.calls and all(not self._guarded(path) for path in read)

    def _guarded(self, path: str) -> bool:
        head, _, tail = path.partition(".")
        found = self.plan.fields.get(head)
        if found is not None and tail and found.sees is None:
            found = found.fields.get(tail)
        return found is None or found.sees is not None

    def _passes(self, expression: Expression, env: Environment) -> bool:
        try:
            answer = expression.evaluate(env)
        except EvaluationFault:
            return False
        return answer is True or (answer is None and self.required is None)

    def tables(self) -> None:
        """Number of rows, and rows that may be there only once."""
        for table in self.plan.tables:
            rows = self.values[table.name]
            least = max(table.minimum, 1 if self._needed(table, self.env) else 0)
            if self.required is not None and len(rows) < least and self._shown(table):
                rows_are = "row is" if least == 1 else "rows are"
                says = text(f"At least {least} {rows_are} needed.", f"至少需要 {least} 行。")
                self.faults.append(Fault(pointer("", table.name), "minimum", says))
            if len(rows) > table.maximum:
                self.faults.append(too_many(pointer("", table.name), table.maximum))
            if table.unique_rows:
                self.faults.extend(self._twice(table, rows))

    def _shown(self, of: Field) -> bool:
        return of.visible is None or holds(of.visible, self.env)

    def _twice(self, table: Field, rows: list[dict[str, Any]]) -> Iterator[Fault]:
        seen = set()
        for index, row in enumerate(rows):
            key = tuple(row[name] for name in table.unique_rows)
            if self.required is None and not any(each is not None for each in key):
                continue
            if key in seen:
                yield Fault(pointer("", table.name, index), "twice", _TWICE, row.get("row"))
            seen.add(key)

    def rules(self, rules: Iterable[RowRule]) -> None:
        """Rules of the form, in the definition's words."""
        for each in rules:
            if each.table is None:
                self._rule(each, self.env, None, None)
            else:
                for index, row, env in self._of_rows(each.table):
                    self._rule(each, env, row.get("row"), index)

    def _rule(self, of: RowRule, env: Environment, row: str | None, index: int | None) -> None:
        try:
            answer: Any = of.rule.check.evaluate(env)
        except EvaluationFault:
            answer = None if of.rule.warns else False
        if answer is True or (answer is None and (self.required is None or self._unanswered(of, index))):
            return
        for at, which in [(index, row)] if index is not None else self._against(of.rule, env):
            self.faults.append(
                Fault(_place(of.rule, at), of.rule.name, sentence(of.rule, env), which, {"rule": of.rule.name})
            )

    def _against(self, rule: Rule, env: Environment) -> Iterable[tuple[int | None, str | None]]:
        """Where a rule is broken that is asked of the whole: in rows, if it says what is asked of every one."""
        table = (rule.field or "").partition(".")[0] if "." in (rule.field or "") else ""
        rows = rows_against(rule.check, table, env) if table else ()
        return [(at, each.get("row")) for at, each in rows] or [(None, None)]

    def _unanswered(self, of: RowRule, index: int | None) -> bool:
        """Whether a field that the rule reads is empty: then there is nothing to ask yet."""
        at = self.values if index is None or of.table is None else {**self.values, **self.values[of.table][index]}
        named = {name[1] for name in of.rule.check.names if name[0] in ("record", "row") and len(name) > 1}
        return any(each in at and at[each] in (None, []) for each in named)


def _place(rule: Rule, index: int | None) -> str:
    if not rule.field:
        return ""
    first, *more = rule.field.split(".")
    return pointer("", first, index, *more) if index is not None else pointer("", first)
