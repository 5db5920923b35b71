"""Builds forms out of checked texts: fields with their compiled expressions, numbering, places, derived order.

Called by the loader. `outline_form_data` is the first pass, which needs no expression; `FormBuilder` the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.compiling import Desk
from engine.definitions.fields import FieldBuilder, outline_fields
from engine.definitions.marked import Marked
from engine.definitions.models import NOTHING, Form, RecordPlace
from engine.definitions.numbering import parse_numbering
from engine.definitions.order import derived_order
from engine.definitions.outline import FormOutline
from engine.definitions.schemas.forms import TOLD
from engine.definitions.scopes import scope_of
from engine.definitions.vocabulary import Vocabulary


def outline_form_data(
    marked: Marked, states: tuple[str, ...], vocabulary: Vocabulary, options: Mapping[str, Any], people: str | None
) -> FormOutline:
    """What expressions may see of a form, from its text alone."""
    data = marked.data
    plain, tables = outline_fields(data["fields"], vocabulary, options, people)
    return FormOutline(
        data["form"], plain, tables, frozenset(data.get("places") or ()), states, told(data), data.get("variant")
    )


def told(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the engine is told of the form; a map that says nothing still says that it is one."""
    found = {word: data[word] for word in TOLD if data.get(word) not in (None, False)}
    if "org_unit" in found:
        found["org_unit"] = {"parent": None, **found["org_unit"]}
    return found


def build_places(data: Mapping[str, Any] | None) -> dict[str, RecordPlace]:
    """Places of a record or of the chain."""
    return {
        name: RecordPlace(
            name, each["title"], each["kind"], each.get("negative", "forbidden"), each.get("empty_at_end", False)
        )
        for name, each in (data or NOTHING).items()
    }


@dataclass(frozen=True)
class FormBuilder:
    """Builds one form. `numbers` gives each field's number for life, by path; new ones follow the highest."""

    desk: Desk
    numbers: Mapping[str, int]

    def build(self) -> Form:
        """The form."""
        desk, data = self.desk, self.desk.marked.data
        scope = scope_of(desk.outline, data["form"])
        fields = FieldBuilder(desk, scope, self.numbers).header(data["fields"])
        tables = frozenset(each.name for each in fields.values() if each.fields)
        return Form(
            name=data["form"],
            title=desk.title(data, data["form"]),
            kind=data["kind"],
            fields=fields,
            org=tuple(data.get("org") or ()),
            variant=data.get("variant"),
            amount=data.get("amount"),
            numbering=parse_numbering(data.get("number"), desk.marked.place(("number",)), desk.findings),
            places=build_places(data.get("places")),
            search=tuple(data.get("search") or ()),
            list=tuple(data.get("list") or ()),
            show=tuple(data.get("show") or ()),
            rules=desk.rules(data.get("rules"), ("rules",), scope, tables),
            told=told(data),
            derived=derived_order(fields, desk.findings),
            indexes=tuple(tuple(each) for each in (data.get("indexes") or NOTHING).values()),
            at=desk.marked.place(()),
            layers=desk.marked.layers,
        )
