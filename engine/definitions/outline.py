"""What the expressions of a library may refer to: fields and their types, tables, places, states, facts.

Made by the loader from the checked texts, before the first expression is compiled; read by `scopes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from engine.definitions.models import NOTHING
from engine.expressions import Signature, Type

TEXT = Type("text")
INTEGER = Type("integer")
BOOLEAN = Type("boolean")
DATE = Type("date")
MOMENT = Type("moment")
PLACE = Type("place")

CHAIN = "chain"
ACTOR = ("actor",)
"""Marks the type of `actor`, who has a unit beside what his record says."""


@dataclass(frozen=True)
class FormOutline:
    """One form as expressions see it. `tables` gives the fields of each table, `told` what the engine is told of it."""

    name: str
    fields: Mapping[str, Type]
    tables: Mapping[str, Mapping[str, Type]]
    places: frozenset[str] = frozenset()
    states: tuple[str, ...] = ()
    told: Mapping[str, Any] = NOTHING
    variant: str | None = None


@dataclass(frozen=True)
class Outline:
    """All forms, the places of the chain and the facts of a library."""

    forms: Mapping[str, FormOutline]
    places: frozenset[str] = frozenset()
    facts: Mapping[str, Signature] = field(default_factory=dict)

    def settled(self) -> Outline:
        """The same, where a reference to something that is no form of the library may be to any form."""
        forms = {
            name: replace(
                form,
                fields={each: self._known(found) for each, found in form.fields.items()},
                tables={
                    table: {each: self._known(found) for each, found in columns.items()}
                    for table, columns in form.tables.items()
                },
            )
            for name, form in self.forms.items()
        }
        return replace(self, forms=forms)

    def _known(self, found: Type) -> Type:
        return Type("reference") if found.kind == "reference" and found.form not in self.forms else found

    def first(self, told: str) -> str | None:
        """The form that was told `account`, `limit` ...; None when none was."""
        return self._told.get(told)

    @cached_property
    def _told(self) -> Mapping[str, str]:
        """What the forms are told, with the first form that is; asked for every expression of a library."""
        found: dict[str, str] = {}
        for form in self.forms.values():
            for told, said in form.told.items():
                if said is not None:
                    found.setdefault(told, form.name)
        return found

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The forms whose records are org units."""
        return tuple(form.name for form in self.forms.values() if form.told.get("org_unit") is not None)

    @cached_property
    def person(self) -> Type:
        """The type of a person."""
        return Type("reference", form=self.first("account"))

    @cached_property
    def actor(self) -> Type:
        """The type of `actor`: a person who acts at a unit."""
        return Type("reference", form=self.first("account"), options=ACTOR)

    @cached_property
    def unit(self) -> Type:
        """The type of an org unit; of the smallest kind when there are several, since that is where people act."""
        parents: set[str | None] = set()
        for name in self.units:
            parent = str(self.forms[name].told["org_unit"].get("parent"))
            if parent in self.forms[name].fields:
                parents.add(self.forms[name].fields[parent].form)
        leaves = [name for name in self.units if name not in parents]
        return Type("reference", form=leaves[0] if len(leaves) == 1 else None)
