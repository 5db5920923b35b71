"""Builds the fields of forms, tables and questions. Used by the builders of forms and workflows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.models import NOTHING, Field, Option, Sees
from engine.definitions.reader import Path
from engine.definitions.schemas.forms import COMMON
from engine.definitions.scopes import Names
from engine.definitions.vocabulary import Vocabulary
from engine.errors import text
from engine.expressions import Expression, Type

OWN = frozenset({*COMMON, "type", "fields", "minimum", "maximum"})
"""Words of a field that are not options of its type."""


def outline_fields(
    fields: Mapping[str, Any], vocabulary: Vocabulary, options: Mapping[str, Any], people: str | None
) -> tuple[dict[str, Type], dict[str, dict[str, Type]]]:
    """The types of a form's fields, and of the fields of each of its tables."""
    plain: dict[str, Type] = {}
    tables: dict[str, dict[str, Type]] = {}
    for name, data in fields.items():
        if data["type"] == "table":
            tables[name] = {
                each: type_of(column, vocabulary, options, people) for each, column in data["fields"].items()
            }
        else:
            plain[name] = type_of(data, vocabulary, options, people)
    return plain, tables


def type_of(data: Mapping[str, Any], vocabulary: Vocabulary, options: Mapping[str, Any], people: str | None) -> Type:
    """The type that expressions see."""
    return vocabulary.fields[data["type"]].value_type(options_of(data, options, people))


def options_of(data: Mapping[str, Any], lists: Mapping[str, Any], people: str | None) -> dict[str, Any]:
    """What only the type knows; the options of a choice as they are, whether listed here or in the library.

    A person is a record of `people`, the form that was told `account`, whatever it is called.
    """
    own = {word: value for word, value in data.items() if word not in OWN}
    if data["type"] == "person" and people is not None:
        own.setdefault("to", people)
    given = own.get("options")
    if given is not None:
        listed = lists.get(given) or {} if isinstance(given, str) else given
        own["options"] = tuple(Option(str(value), title) for value, title in listed.items())
    return own


@dataclass(frozen=True)
class FieldBuilder:
    """Builds fields that stand in one scope."""

    desk: Desk
    scope: Names
    numbers: Mapping[str, int]

    def header(self, data: Mapping[str, Any]) -> dict[str, Field]:
        """The fields of a form, tables with theirs."""
        made = {}
        for name, each in data.items():
            path: Path = ("fields", name)
            made[name] = self.table(name, each, path) if each["type"] == "table" else self.field(name, each, path)
        return made

    def asked(self, data: Mapping[str, Any] | None, path: Path) -> dict[str, Field]:
        """The questions of an action or a step."""
        return {name: self.field(name, each, (*path, name)) for name, each in (data or NOTHING).items()}

    def table(self, name: str, data: Mapping[str, Any], path: Path) -> Field:
        """A table and its fields."""
        desk = self.desk
        form = desk.marked.data["form"]
        inside = FieldBuilder(desk, self.scope.of_row(form, name), self.numbers)
        return Field(
            name=name,
            type="table",
            title=desk.title(data, name),
            value_type=Type("table", form=form, table=name),
            help=data.get("help", NOTHING),
            visible=desk.condition(data.get("visible"), (*path, "visible"), self.scope),
            sees=self._sees(data, path),
            fields={
                each: inside.field(each, column, (*path, "fields", each), name)
                for each, column in data["fields"].items()
            },
            minimum=data.get("minimum", 0),
            maximum=data.get("maximum", 1000),
            unique_rows=tuple(data.get("unique") or ()),
            was=data.get("was"),
            number=self.numbers.get(name, 0),
            at=desk.marked.place(path),
        )

    def field(self, name: str, data: Mapping[str, Any], path: Path, table: str | None = None) -> Field:
        """One field."""
        desk, scope = self.desk, self.scope
        self._lists(data, path)
        people = desk.outline.first("account")
        value_type = self._known(type_of(data, desk.vocabulary, desk.options, people))
        candidate = scope.with_names(it=value_type)

        def compiled(word: str, expected: Type | None) -> Expression | None:
            return desk.expression(data.get(word), (*path, word), scope, expected)

        return Field(
            name=name,
            type=data["type"],
            title=desk.title(data, name),
            value_type=value_type,
            table=table,
            options=options_of(data, desk.options, people),
            help=data.get("help", NOTHING),
            required=self._required(data, path),
            visible=desk.condition(data.get("visible"), (*path, "visible"), scope),
            sees=self._sees(data, path),
            only=desk.condition(data.get("only"), (*path, "only"), candidate),
            at_most=compiled("at_most", value_type),
            default=compiled("default", value_type),
            compute=compiled("compute", value_type),
            live=compiled("live", value_type),
            fixed_at=data.get("fixed_at"),
            unique=data.get("unique", False),
            index=data.get("index", False),
            signed=data.get("signed", False),
            show=tuple(data.get("show") or ()),
            was=data.get("was"),
            number=self.numbers.get(f"{table}.{name}" if table else name, 0),
            at=desk.marked.place(path),
        )

    def _known(self, found: Type) -> Type:
        """A reference to no form of the library stands for any (an org unit of whichever form)."""
        if found.kind == "reference" and found.form not in self.desk.outline.forms:
            return Type("reference")
        return found

    def _required(self, data: Mapping[str, Any], path: Path) -> bool | Expression:
        given = data.get("required", False)
        if isinstance(given, bool):
            return given
        return self.desk.condition(given, (*path, "required"), self.scope) or False

    def _sees(self, data: Mapping[str, Any], path: Path) -> Sees | None:
        given = data.get("sees")
        if given is None:
            return None
        people = self.desk.people(given["by"], (*path, "sees", "by"), self.scope)
        return Sees(people, self.desk.condition(given.get("when"), (*path, "sees", "when"), self.scope))

    def _lists(self, data: Mapping[str, Any], path: Path) -> None:
        """Whether the names that a type's options use are there."""
        desk, at = self.desk, self.desk.marked.place
        listed = data.get("options")
        if isinstance(listed, str) and listed not in desk.options:
            what = text("a list of options of the library", "库中的选项列表")
            desk.findings.unknown(at((*path, "options")), what, listed, desk.options)
        to = data.get("to")
        if isinstance(to, str) and to not in desk.outline.forms:
            desk.findings.unknown(at((*path, "to")), text("a form", "表单"), to, desk.outline.forms)
