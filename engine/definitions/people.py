"""Reads people as they are written in definitions: `clerk at from_store`, `manager of submitter`, `decider of area`.

Called by the builders of forms and workflows. Roles are checked here, since only the reader knows the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.definitions.findings import Findings
from engine.definitions.models import People, Place
from engine.definitions.scopes import Names
from engine.errors import text
from engine.expressions import Expression, ExpressionFault, Type, compile_expression

RELATIONS = ("at", "above", "below", "nearest", "[1-9] above")
KINDS_OF = ("owner", "manager", "decider")
_ROLE = re.compile(rf"([a-z][a-z0-9_]*) ({'|'.join(RELATIONS)}) ([a-z][a-z0-9_.]*)\Z", re.ASCII)
_OF = re.compile(rf"({'|'.join(KINDS_OF)}) of ([a-z][a-z0-9_.]*)\Z", re.ASCII)
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z", re.ASCII)

ALONE = ("system", "submitter", "editor", "writer")


@dataclass(frozen=True)
class PeopleReader:
    """Reads people where a scope holds; `roles` are those of the library, `steps` those of the workflow."""

    scope: Names
    roles: Mapping[str, object]
    findings: Findings
    steps: Iterable[str] = ()

    def all(self, words: Sequence[str], at: Place) -> tuple[People, ...]:
        """Everybody in a list; what cannot be read is a finding and left out."""
        found = (self.one(each, at) for each in words)
        return tuple(each for each in found if each is not None)

    def one(self, words: str, at: Place) -> People | None:
        """One entry of a list of people."""
        if words in ALONE:
            return People(words, text=words)
        if match := _ROLE.match(words):
            return self._role(words, *match.groups(), at=at)
        if match := _OF.match(words):
            return self._of(words, *match.groups(), at=at)
        if _PATH.match(words):
            unit = self._expression(words, at, self.scope.outline.person)
            return People("field", unit=unit, text=words) if unit else None
        says = text(
            f"'{words}' does not say who: 'role at|above|below|nearest unit', '2 above', 'owner of', "
            "'submitter', a user field ...",
            f"“{words}”没有说明是谁：可写“角色 at|above|below|nearest 单位”、“2 above”、“owner of”、"
            "“manager of”、“submitter”或人员字段。",
        )
        self.findings.add(at, "people", says)
        return None

    def _role(self, words: str, role: str, relation: str, unit: str, *, at: Place) -> People | None:
        if role not in self.roles:
            self.findings.unknown(at, text("a role", "角色"), role, self.roles)
            return None
        if unit == "chain":
            return People("role", role, relation, None, text=words)
        found = self._expression(unit, at, Type("reference"))
        return People("role", role, relation, found, text=words) if found else None

    def _of(self, words: str, kind: str, whom: str, *, at: Place) -> People | None:
        if kind == "decider":
            if "." not in whom and whom not in self.steps:
                self.findings.unknown(at, text("a step", "审批步骤"), whom, self.steps)
                return None
            return People("decider_of", name=whom, text=words)
        if kind == "manager" and whom in ALONE:
            return People("manager_of", name=whom, text=words)
        wanted = self.scope.outline.person if kind == "manager" else None
        found = self._expression(whom, at, wanted)
        return People(f"{kind}_of", unit=found, text=words) if found else None

    def _expression(self, words: str, at: Place, expected: Type | None) -> Expression | None:
        """A path as an expression: a field stands for that of the record."""
        first = words.split(".", 1)[0]
        known = self.scope.name(first)
        record = self.scope.name("record")
        plain = known is not None
        field = record is not None and self.scope.attribute(record, first) is not None
        if not plain and not field:
            names = [name for name in self.scope.known(record) if record is not None]
            self.findings.unknown(at, text("a field of this form", "此表单的字段"), first, names)
            return None
        column = known is not None and known.kind == "table"
        table, _, rest = words.partition(".")
        deeper = known is not None and known.kind == "table" and "." in rest
        path = f"distinct({table}, row.{rest})" if deeper else words if plain else f"record.{words}"
        try:
            return compile_expression(path, self.scope, None if column else expected)
        except ExpressionFault as fault:
            self.findings.add(at, fault.code, fault.says, fault.hint)
            return None
