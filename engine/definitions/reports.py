"""Builds reports: forms that nobody fills, whose rows a query over records or stock gives. Used by the loader.

Columns are worked out by the database: an expression that it cannot answer exactly is refused here, not when somebody
looks. What `value` columns say together is the key of a row as soon as another column sums, counts, or seeks an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions.columns import TYPES, ColumnFields
from engine.definitions.compiling import Desk
from engine.definitions.effects import EffectBuilder
from engine.definitions.fields import FieldBuilder
from engine.definitions.models import NOTHING, Column, Field, Form, RecordPlace, Report, Transition, Workflow
from engine.definitions.outline import BOOLEAN
from engine.definitions.reader import Path
from engine.definitions.scopes import Names, outline_form, scope_of
from engine.definitions.stocked import STOCK, stock_form
from engine.errors import text
from engine.expressions import Expression, NotInSql, Type, answered_in_sql

KINDS = ("value", "sum", "count", "min", "max", "formula")
NUMBERS = frozenset({"integer", "decimal", "money", "quantity"})
TRACED = frozenset({"traced_sum", "remaining"})
"""Words with an outside answer that the database knows."""
ALWAYS = "listed"
"""The only state of a report."""


@dataclass(frozen=True)
class ReportBuilder:
    """Builds one report over the forms of a library."""

    desk: Desk
    forms: Mapping[str, Form]
    workflows: Mapping[str, Workflow]
    places: Mapping[str, RecordPlace] = NOTHING

    def build(self) -> Report | None:
        """The report; None with a finding when its query cannot be asked."""
        source, _, table = self.desk.marked.data["over"].partition(".")
        if source == STOCK:
            return self._over_stock().build_over(source, table)
        return self.build_over(source, table)

    def _over_stock(self) -> ReportBuilder:
        """The same where the ledger is one of the forms."""
        stock = stock_form(self.forms, self.places)
        outline = self.desk.outline
        known = replace(outline, forms={**outline.forms, STOCK: outline_form(stock, ())})
        return replace(self, forms={**self.forms, STOCK: stock}, desk=replace(self.desk, outline=known))

    def build_over(self, source: str, table: str) -> Report | None:
        """The report over this source."""
        data, desk = self.desk.marked.data, self.desk
        if not self._there(source, table):
            return None
        scope = self._scope(source, table)
        where = self._asked(desk.condition(data.get("where"), ("where",), scope), ("where",))
        columns = {
            name: self._column(name, each, scope) for name, each in data["columns"].items() if "formula" not in each
        }
        whole = {name: each for name, each in columns.items() if each is not None}
        if len(whole) < len(columns) or ("where" in data and where is None):
            return None  # what is wrong with a column is told once, not also for every formula that names it
        fields_of = ColumnFields(desk, self.forms, self.workflows)
        fields = {
            name: fields_of.field(name, data["columns"][name], each, source, table) for name, each in whole.items()
        }
        formulas = self._formulas(data["columns"], fields)
        if formulas is None:
            return None
        order = [name for name in data["columns"] if name in {**whole, **formulas}]
        fields |= {name: fields_of.field(name, data["columns"][name], each, "", "") for name, each in formulas.items()}
        whole |= formulas
        return Report(
            name=data["report"],
            source=source,
            over=self.forms[source],
            table=table or None,
            where=where,
            columns={name: whole[name] for name in order},
            sort=self._sort(data.get("sort") or (), fields),
            form=Form(
                name=data["report"],
                title=desk.title(data, data["report"]),
                kind="report",
                fields={name: fields[name] for name in order},
                list=tuple(order),
                at=desk.marked.place(()),
            ),
            transitions=self._transitions(source, table, scope),
            at=desk.marked.place(()),
        )

    def _there(self, source: str, table: str) -> bool:
        at, name = self.desk.marked.place, self.desk.marked.data["report"]
        if name in self.forms:
            says = text(f"'{name}' is a form already.", f"“{name}”已是表单名称。")
            self.desk.findings.add(at(("report",)), "duplicate", says)
            return False
        if source not in self.forms:
            self.desk.findings.unknown(at(("over",)), text("a form", "表单"), source, {*self.forms, STOCK})
            return False
        tables = self.desk.outline.forms[source].tables
        if (table or source == STOCK) and table not in tables:
            what = text(f"a table of '{source}'", f"“{source}”的表格")
            self.desk.findings.unknown(at(("over",)), what, table, tables)
            return False
        return True

    def _scope(self, source: str, table: str) -> Names:
        scope = scope_of(replace(self.desk.outline, facts={}), None)
        if source != STOCK:
            scope = scope.with_names(it=Type("reference", form=source))
        return scope.of_row(source, table) if table else scope

    def _asked(self, expression: Expression | None, path: Path) -> Expression | None:
        """The expression, when the database can answer it exactly."""
        if expression is None:
            return None
        outside = sorted(expression.calls - (frozenset() if STOCK in self.forms else TRACED))
        try:
            if outside:
                raise NotInSql(", ".join(outside))
            answered_in_sql(expression)
        except NotInSql as error:
            says = text(
                f"The database cannot work this out for a report: {error} ({expression.text})",
                f"报表无法由数据库计算：{error}（{expression.text}）",
            )
            self.desk.findings.add(self.desk.marked.place(path), "not_for_reports", says)
            return None
        return expression

    def _column(self, name: str, data: Mapping[str, Any], scope: Names) -> Column | None:
        kind = self._kind(name, data)
        if kind is None:
            return None
        path: Path = ("columns", name, kind)
        if kind == "count" and data["count"] is True:
            return Column(name, kind, None)
        expected = BOOLEAN if kind == "count" else None
        found = self._asked(self.desk.expression(data[kind], path, scope, expected), path)
        if found is None:
            return None
        wrong = (
            (kind == "sum" and found.type.kind not in NUMBERS)
            or (kind != "count" and found.type.kind not in TYPES)
            or ("per" in data and found.type.kind not in ("date", "moment"))
        )
        if wrong:
            says = text(f"This cannot be a column: {found.text}", f"不能作为列：{found.text}")
            self.desk.findings.add(self.desk.marked.place(path), "column", says)
            return None
        return Column(name, kind, found, data.get("per"))

    def _kind(self, name: str, data: Mapping[str, Any]) -> str | None:
        said = [word for word in KINDS if word in data]
        if len(said) == 1 and ("per" not in data or said[0] == "value"):
            return said[0]
        listed = ", ".join(KINDS)
        says = text(f"A column says exactly one of: {listed}.", f"每列必须且只能写其中之一：{listed}。")
        self.desk.findings.add(self.desk.marked.place(("columns", name)), "column", says)
        return None

    def _formulas(self, data: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Column] | None:
        """Columns that are worked out of others when the row is there; not out of each other."""
        given = {name: each for name, each in data.items() if "formula" in each}
        scope = Names(replace(self.desk.outline, facts={}), {name: each.value_type for name, each in fields.items()})
        found = {}
        for name, each in given.items():
            if self._kind(name, each) is None:
                continue
            made = self.desk.expression(each["formula"], ("columns", name, "formula"), scope, None)
            if made is not None and made.type.kind in TYPES and not made.calls:
                found[name] = Column(name, "formula", made)
            elif made is not None:
                says = text(f"This cannot be a column: {made.text}", f"不能作为列：{made.text}")
                self.desk.findings.add(self.desk.marked.place(("columns", name)), "column", says)
        return found if len(found) == len(given) else None

    def _sort(self, given: Any, fields: Mapping[str, Field]) -> tuple[tuple[str, bool], ...]:
        found = []
        for word in given:
            name = word.removeprefix("-")
            if name not in fields or fields[name].live is not None:
                what = text("a column that is not a formula", "非公式列")
                self.desk.findings.unknown(self.desk.marked.place(("sort",)), what, name, fields)
            found.append((name, word.startswith("-")))
        return tuple(found)

    def _transitions(self, source: str, table: str, scope: Names) -> dict[str, Transition]:
        """Actions on rows that are chosen: `row` is a row of the table, `it` the record that it is of."""
        desk = self.desk
        data = desk.marked.data
        given: Mapping[str, Any] = data.get("transitions") or NOTHING
        if given and source == STOCK:
            says = text("Lines of stock are no records: there is nothing to act on.", "库存行不是单据，不能执行操作。")
            desk.findings.add(desk.marked.place(("transitions",)), "not_records", says)
            return {}
        if given and any(set(each) & {"sum", "count", "min", "max"} for each in data["columns"].values()):
            says = text("Rows that are sums cannot be acted on.", "汇总行不能执行操作。")
            desk.findings.add(desk.marked.place(("transitions",)), "grouped", says)
        inner = replace(desk, marked=replace(desk.marked, data={**data, "form": source, "chosen": table}))
        found = {}
        for name, each in given.items():
            path: Path = ("transitions", name)
            asks = FieldBuilder(inner, scope, NOTHING).asked(each.get("asks"), (*path, "asks"))
            asked = {word: field.value_type for word, field in asks.items()}
            whole = scope_of(desk.outline, None, asks=asked).with_names(it=Type("reference", form=source))
            rows = whole.of_row(source, table) if table else whole
            listed = Type("table", form=source, table=table) if table else None
            guarded = whole.with_names(**({"chosen": listed} if listed else {}))
            found[name] = Transition(
                name=name,
                title=desk.title(each, name),
                origins=(ALWAYS,),
                to=(),
                by=desk.people(each["by"], (*path, "by"), scope_of(desk.outline, None)),
                asks=asks,
                guard=desk.rules(each.get("guard"), (*path, "guard"), guarded),
                do=EffectBuilder(inner, rows).all(each["do"], (*path, "do")),
                rows="chosen",
                at=desk.marked.place(path),
            )
        return found
