"""Compiles the expressions of one definition and notes what is wrong with them. Used by the builders."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions import sayings
from engine.definitions.findings import Findings
from engine.definitions.lookups import require_findable
from engine.definitions.marked import Marked
from engine.definitions.models import NOTHING, Edit, People, Rule
from engine.definitions.outline import BOOLEAN, Outline
from engine.definitions.people import PeopleReader
from engine.definitions.reader import Path
from engine.definitions.scopes import Names
from engine.definitions.vocabulary import Vocabulary
from engine.errors import Text, text
from engine.expressions import Expression, ExpressionFault, Type, compile_expression


def written(value: Any) -> str:
    """An expression as text, whatever YAML made of it: `0` and `true` are expressions too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@dataclass(frozen=True)
class Desk:
    """What a builder needs: the definition, what it may refer to, and where to note what is wrong."""

    marked: Marked
    outline: Outline
    vocabulary: Vocabulary
    roles: Mapping[str, Any]
    options: Mapping[str, Any]
    """Choice lists of the library."""
    findings: Findings
    steps: tuple[str, ...] = ()

    def expression(self, value: Any, path: Path, scope: Names, expected: Type | None) -> Expression | None:
        """The compiled expression; None with a finding when it cannot be, None without when there is none."""
        if value is None:
            return None
        try:
            found = compile_expression(written(value), scope, expected)
            require_findable(found, self.outline)
            return found
        except ExpressionFault as fault:
            words = written(value)
            shown = words if len(words) <= 80 else f"{words[:77]}..."
            says = text(
                f"{fault.says.get('en', '')} (column {fault.column} of '{shown}')",
                f"{fault.says.get('zh', '')}（“{shown}”第 {fault.column} 列）",
            )
            self.findings.add(self.marked.place(path), fault.code, says, fault.hint)
            return None

    def condition(self, value: Any, path: Path, scope: Names) -> Expression | None:
        """A condition."""
        return self.expression(value, path, scope, BOOLEAN)

    def people(self, value: Any, path: Path, scope: Names) -> tuple[People, ...]:
        """A list of people."""
        reader = PeopleReader(scope, self.roles, self.findings, self.steps)
        found = [reader.all([each], self.marked.place((*path, index))) for index, each in enumerate(value or ())]
        return tuple(person for each in found for person in each)

    def rules(
        self, data: Mapping[str, Any] | None, path: Path, scope: Names, tables: Container[str] = ()
    ) -> dict[str, Rule]:
        """Rules of a form, or guards of a transition; one that is shown in a column of `tables` is asked row by row."""
        made = {}
        for name, each in (data or NOTHING).items():
            table, _, column = each.get("field", "").partition(".")
            at = scope.of_row(self.marked.data["form"], table) if column and table in tables else scope
            check = self.condition(each["check"], (*path, name, "check"), at)
            if check is not None:
                where = self.marked.place((*path, name))
                named = self._named(each["says"], (*path, name, "says"), at)
                made[name] = Rule(name, check, each["says"], each.get("field"), where, each.get("warns", False), named)
        return made

    def _named(self, says: Mapping[str, str], path: Path, scope: Names) -> dict[str, Expression]:
        """What a sentence names in braces: fields and names with one value."""
        made = {}
        for name in sayings.named_in(says):
            found = self.expression(name, path, scope, None)
            if found is not None and sayings.may_be_named(found):
                made[name] = found
            elif found is not None:
                wrong = text(f"'{name}' is no single value to name.", f"“{name}”不是可以写出的单个值。")
                self.findings.add(self.marked.place(path), "not_named", wrong)
        return made

    def edits(self, data: Mapping[str, Any] | None, path: Path, scope: Names) -> dict[str, Edit]:
        """Who may write what."""
        return {
            name: Edit(
                name=name,
                by=self.people(each.get("by"), (*path, name, "by"), scope),
                fields=tuple(each["fields"]),
                rows=each.get("rows"),
                scan=each.get("scan"),
                when=self.condition(each.get("when"), (*path, name, "when"), scope),
            )
            for name, each in (data or NOTHING).items()
        }

    def title(self, data: Mapping[str, Any], name: str) -> Text:
        """The title, or the name in words."""
        given = data.get("title")
        if given:
            return {**given}
        plain = name.replace("_", " ").capitalize()
        return {"en": plain, "zh": plain}
