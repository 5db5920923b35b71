"""Builds what transitions do: every option of an effect that is an expression is compiled where it stands.

Which options are expressions, and what they may name, the effect itself says (`EffectKind.expressions`). Used by the
builder of workflows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.models import NOTHING, EffectUse
from engine.definitions.outline import BOOLEAN, PLACE
from engine.definitions.reader import Path
from engine.definitions.scopes import GROUP, Names
from engine.errors import text
from engine.expressions import Expression, Type

CHOSEN = "chosen"
A_RECORD = ("item", "lot", "owner", "on_record")
"""Options that name a record, in every effect that has them."""


@dataclass(frozen=True)
class EffectBuilder:
    """Builds the effects of one workflow."""

    desk: Desk
    scope: Names

    def all(self, data: Mapping[str, Any] | None, path: Path) -> dict[str, EffectUse]:
        """A `do:`, in its order."""
        made = {}
        for name, each in (data or NOTHING).items():
            use = self.one(name, each, (*path, name))
            if use is not None:
                made[name] = use
        return made

    def one(self, name: str, data: Mapping[str, Any], path: Path) -> EffectUse | None:
        """One use of an effect."""
        desk = self.desk
        at = desk.marked.place(path)
        words = [word for word in data if word != "when"]
        if len(words) != 1:
            says = text(f"'{name}' must say exactly one effect.", f"“{name}”必须且只能写一个效果。")
            desk.findings.add(at, "effect", says)
            return None
        effect = words[0]
        when = desk.condition(data.get("when"), (*path, "when"), self.scope)
        given = data[effect]
        if not isinstance(given, dict):
            return EffectUse(name, effect, {"value": given}, when, at)
        walk = _Options(self, effect, given, (*path, effect))
        return EffectUse(name, effect, walk.compiled(), when, at)


@dataclass(frozen=True)
class _Options:
    """The options of one use."""

    builder: EffectBuilder
    effect: str
    given: Mapping[str, Any]
    path: Path

    @property
    def desk(self) -> Desk:
        return self.builder.desk

    def compiled(self) -> dict[str, Any]:
        """The options with their expressions compiled."""
        self._tables()
        scope = self._of_each(self.builder.scope, self.given)
        grouped = {
            name: self.desk.expression(value, (*self.path, "group_by", name), scope, None)
            for name, value in (self.given.get("group_by") or NOTHING).items()
        }
        if grouped:
            scope = replace(
                scope.with_names(group=GROUP), group={name: each.type for name, each in grouped.items() if each}
            )
        found: dict[str, Any] = self._map(self.given, (), scope)
        return found

    def _map(self, data: Mapping[str, Any], inside: tuple[str, ...], scope: Names) -> dict[str, Any]:
        here = self._of_each(scope, data) if inside else scope
        return {word: self._value(value, (*inside, word), here) for word, value in data.items()}

    def _value(self, value: Any, inside: tuple[str, ...], scope: Names) -> Any:
        stands = self._stands(inside)
        path = (*self.path, *inside)
        if stands == "people":
            return self.desk.people(value, path, self.builder.scope)
        if stands is not None:
            where = self.builder.scope if stands == "record" else scope
            if stands == "candidate":
                where = where.with_names(it=Type("reference", form=self.given.get("form")))
            return self.desk.expression(value, path, where, self._expected(stands, inside))
        if isinstance(value, dict):
            return self._map(value, inside, scope)
        return tuple(value) if isinstance(value, list) else value

    def _stands(self, inside: tuple[str, ...]) -> str | None:
        """Where the expression at a path stands; None when it is no expression."""
        kinds = self.desk.vocabulary.effects[self.effect].expressions
        for pattern, stands in kinds.items():
            words = pattern.split(".")
            if len(words) == len(inside) and all(word in ("*", here) for word, here in zip(words, inside, strict=True)):
                return stands
        return None

    def _expected(self, stands: str, inside: tuple[str, ...]) -> Type | None:
        """The type that an option must give, as far as its place or its name tells."""
        if stands == "place":
            return PLACE
        if stands == "told":
            return None
        if len(inside) > 1 and inside[-2] in ("values", "sums"):
            return self._written(inside)
        if inside[-1] == "quantity":
            return Type("quantity", scale=6)
        if inside[-1] in ("when", "into"):
            return BOOLEAN
        return Type("reference") if inside[-1] in A_RECORD else None

    def _written(self, inside: tuple[str, ...]) -> Type | None:
        """The type of the field that a value is written to; a field that is not there is a finding."""
        target = self._target()
        if target is None:
            return None
        form = self.desk.outline.forms[target]
        name = inside[-1]
        table = inside[1] if inside[0] == "rows" else None if self._others() else self.given.get("each")
        if table == CHOSEN:
            return None
        fields = form.fields if table is None else form.tables.get(table, {})
        if name not in fields:
            at = self.desk.marked.place((*self.path, *inside))
            what = text(f"a field of '{table or target}'", f"“{table or target}”的字段")
            self.desk.findings.unknown(at, what, name, fields)
        return fields.get(name)

    def _others(self) -> bool:
        """Whether another record is written."""
        return "form" in self.given or "on_record" in self.given

    def _target(self) -> str | None:
        """The form whose fields are written, when that is known."""
        if "form" in self.given:
            return self.given["form"] if self.given["form"] in self.desk.outline.forms else None
        if "action" in self.given:
            return None
        if "on_record" in self.given:
            quiet = replace(self.desk, findings=type(self.desk.findings)())
            scope = self._of_each(self.builder.scope, self.given)
            found = quiet.expression(self.given["on_record"], self.path, scope, None)
            return found.type.form if isinstance(found, Expression) and found.type.form in quiet.outline.forms else None
        return str(self.desk.marked.data["form"])

    def _tables(self) -> None:
        """Whether the forms and tables that are named are there."""
        forms, at = self.desk.outline.forms, self.desk.marked.place
        own = forms[self.desk.marked.data["form"]].tables
        form: str = self.given.get("form", "")
        if form and form not in forms:
            self.desk.findings.unknown(at((*self.path, "form")), text("a form", "表单"), form, forms)
        walked: list[tuple[Path, Any]] = [((), self.given)]
        for table, each in (self.given.get("rows") or NOTHING).items():
            walked.append((("rows", table), each))
            if form in forms and table not in forms[form].tables:
                what = text(f"a table of '{form}'", f"“{form}”的表格")
                self.desk.findings.unknown(at((*self.path, "rows", table)), what, table, forms[form].tables)
        for inside, each in walked:
            name = each.get("each") if isinstance(each, dict) else None
            if name is not None and name != CHOSEN and name not in own:
                what = text("a table of this form", "此表单的表格")
                self.desk.findings.unknown(at((*self.path, *inside, "each")), what, name, own)

    def _of_each(self, scope: Names, data: Mapping[str, Any]) -> Names:
        """The scope with `row`, where these options walk a table."""
        each = data.get("each")
        form = self.desk.outline.forms[self.desk.marked.data["form"]]
        if each == CHOSEN:
            each = self.desk.marked.data.get("chosen", next(iter(form.tables)) if len(form.tables) == 1 else None)
        return scope.of_row(form.name, each) if isinstance(each, str) and each in form.tables else scope
