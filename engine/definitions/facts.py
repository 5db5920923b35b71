"""Builds facts, taking the conditions of their sources apart into keys (`row.item == item`) and what is left.

Used by the loader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.models import Fact, Read, Source
from engine.definitions.outline import BOOLEAN, DATE, INTEGER, MOMENT, TEXT, Outline
from engine.definitions.reader import Path
from engine.definitions.scopes import Names, kept, scope_of, signature
from engine.errors import text
from engine.expressions import Expression, Type

BASIC: Mapping[str, Type] = {
    "text": TEXT,
    "integer": INTEGER,
    "decimal": Type("decimal", scale=6),
    "boolean": BOOLEAN,
    "date": DATE,
    "moment": MOMENT,
}
PASSING = frozenset({"now", "today", "actor"})
"""Names that mean something else a moment later, or to somebody else: what is kept cannot follow them."""


@dataclass(frozen=True)
class FactBuilder:
    """Builds the facts of a library."""

    desk: Desk

    def all(self, data: Mapping[str, Any]) -> dict[str, Fact]:
        """Every fact that could be built."""
        made = {name: self.one(name, each, ("facts", name)) for name, each in data.items()}
        return {name: fact for name, fact in made.items() if fact is not None}

    def one(self, name: str, data: Mapping[str, Any], path: Path) -> Fact | None:
        """One fact; None with a finding when it cannot be kept by keys."""
        over = data["over"]
        if isinstance(over, str):
            given = [("", {**data, "of": over}, path)]
        elif any(word in data for word in ("sum", "where")):
            says = text(
                "Each source says its own 'sum' and 'where'; none stands beside 'over'.",
                "每个来源各写自己的 sum 和 where；不写在 over 旁边。",
            )
            self.desk.findings.add(self.desk.marked.place((*path, "over")), "fact_sources", says)
            return None
        else:
            given = [(each, source, (*path, "over", each)) for each, source in over.items()]
        parameters = self._parameters(data["for"], path)
        made = [self._source(each, source, parameters, at) for each, source, at in given]
        sources = tuple(each for each in made if each is not None)
        if len(sources) < len(made):
            return None
        except_this = data.get("except") == "this_record"
        return Fact(name=name, parameters=parameters, sources=sources, except_this=except_this, gives=_gives(sources))

    def _source(self, name: str, data: Mapping[str, Any], parameters: Mapping[str, Type], path: Path) -> Source | None:
        form, _, table = data["of"].partition(".")
        if not self._there(form, table, (*path, "of" if name else "over")):
            return None
        scope = self._scope(form, table, parameters)
        where = self.desk.condition(data.get("where"), (*path, "where"), scope)
        total = self.desk.expression(data.get("sum"), (*path, "sum"), scope, None)
        if "where" in data and where is None:
            return None  # what cannot be read is told once, not also for every key that it may have given
        keys, rest = _apart(where, parameters)
        if not self._keyed(keys, rest, parameters, path) or ("sum" in data and total is None):
            return None
        asked = [*keys.values(), *rest, *([total] if total else [])]
        if not self._steady(asked, path):
            return None
        return Source(
            name=name,
            form=form,
            table=table or None,
            keys=keys,
            where=self._together(rest, path, scope),
            sum=total,
            reads=tuple(dict.fromkeys(read for each in asked for read in _reads(self.desk.outline, form, table, each))),
            text=str(data.get("where", "")),
        )

    def _steady(self, asked: list[Expression], path: Path) -> bool:
        """What is kept may only rest on what is stored: no clock, no actor, nothing that is asked outside."""
        for each in asked:
            passing = sorted({words[0] for words in each.names} & PASSING | each.calls)
            if passing:
                listed = ", ".join(passing)
                says = text(
                    f"A fact counts what records hold; it cannot ask: {listed} ({each.text}).",
                    f"汇总只能统计记录中存储的内容，不能使用：{listed}（{each.text}）。",
                )
                self.desk.findings.add(self.desk.marked.place((*path, "where")), "fact_passing", says)
                return False
        return True

    def _there(self, form: str, table: str, path: Path) -> bool:
        forms, at = self.desk.outline.forms, self.desk.marked.place(path)
        if form not in forms:
            self.desk.findings.unknown(at, text("a form", "表单"), form, forms)
            return False
        if table and table not in forms[form].tables:
            self.desk.findings.unknown(at, text(f"a table of '{form}'", f"“{form}”的表格"), table, forms[form].tables)
            return False
        return True

    def _parameters(self, data: Mapping[str, str], path: Path) -> dict[str, Type]:
        found = {}
        for name, word in data.items():
            forms = self.desk.outline.forms
            if word not in forms and word not in BASIC:
                at = self.desk.marked.place((*path, "for", name))
                self.desk.findings.unknown(at, text("a form or a type", "表单或类型"), word, [*forms, *BASIC])
            found[name] = Type("reference", form=word) if word in forms else BASIC.get(word, TEXT)
        return found

    def _scope(self, form: str, table: str, parameters: Mapping[str, Type]) -> Names:
        plain = scope_of(replace(self.desk.outline, facts={}), None)
        scope = plain.with_names(it=Type("reference", form=form), **parameters)
        return scope.of_row(form, table) if table else scope

    def _keyed(
        self, keys: Mapping[str, Expression], rest: list[Expression], parameters: Mapping[str, Type], path: Path
    ) -> bool:
        """Every parameter must be given by an equality, and stand nowhere else."""
        at = self.desk.marked.place((*path, "where"))
        missing = [name for name in parameters if name not in keys]
        for name in missing:
            says = text(
                f"The condition must say what '{name}' equals, such as 'row.{name} == {name}'.",
                f"条件必须写明“{name}”等于什么，例如“row.{name} == {name}”。",
            )
            self.desk.findings.add(at, "fact_key", says)
        loose = [each for each in rest if {words[0] for words in each.names} & set(parameters)]
        for each in loose:
            says = text(
                f"A parameter may only stand in 'x == parameter': {each.text}", f"参数只能写成“x == 参数”：{each.text}"
            )
            self.desk.findings.add(at, "fact_key", says)
        return not missing and not loose

    def _together(self, rest: list[Expression], path: Path, scope: Names) -> Expression | None:
        words = " and ".join(f"({each.text})" for each in rest)
        return self.desk.condition(words or None, (*path, "where"), scope)


def _gives(sources: tuple[Source, ...]) -> Type:
    """What the sources add up to: what they all give, else an exact number; a count is a whole number."""
    types = {each.sum.type if each.sum is not None else INTEGER for each in sources}
    return types.pop() if len(types) == 1 else Type("decimal", scale=6)


def _apart(where: Expression | None, parameters: Mapping[str, Type]) -> tuple[dict[str, Expression], list[Expression]]:
    """The equalities that give the parameters, and the conditions that are left."""
    keys: dict[str, Expression] = {}
    rest: list[Expression] = []
    for each in where.conjuncts if where is not None else ():
        pair = each.equality
        name = next((side.text for side in pair if side.text in parameters), None) if pair else None
        if pair is None or name is None or name in keys:
            rest.append(each)
            continue
        other = pair[1] if pair[0].text == name else pair[0]
        if {words[0] for words in other.names} & set(parameters):
            rest.append(each)
        else:
            keys[name] = other
    return {name: keys[name] for name in parameters if name in keys}, rest


def _reads(outline: Outline, form: str, table: str, asked: Expression) -> Iterator[Read]:
    """The fields of other records that an expression about a record (`it`) or its row reads."""
    tables = outline.forms[form].tables
    for path in asked.names:
        words = path[1:] if path[0] in ("it", "record") else (table, *path[1:]) if path[0] == "row" else ()
        inside = words[0] if words and words[0] in tables else ""
        fields = tables[inside] if inside else _fields(outline, form)
        words = words[1:] if inside else words
        via = ".".join(each for each in (inside, *words[:1]) if each)
        for index, (word, following) in enumerate(pairwise(words)):
            found = fields.get(word)
            if found is None or found.kind != "reference":
                break
            yield Read(via, found.form, following, index == 0)
            fields = _fields(outline, found.form)


def _fields(outline: Outline, form: str | None) -> Mapping[str, Type]:
    known = outline.forms.get(form or "")
    return {**kept(outline, known), **known.fields} if known else {}


def with_facts(outline: Outline, facts: Mapping[str, Fact]) -> Outline:
    """The outline with the facts that expressions may call."""
    known = {name: signature(name, fact.parameters, fact.gives) for name, fact in facts.items()}
    return replace(outline, facts=known)
