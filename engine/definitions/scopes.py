"""What an expression may name where it stands: the answer of definitions to the expression compiler.

Used while a library is read, and by whoever compiles an expression against a published form (`form_scope`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.definitions.models import NOTHING, Form, Library
from engine.definitions.outline import (
    ACTOR,
    BOOLEAN,
    CHAIN,
    DATE,
    INTEGER,
    MOMENT,
    PLACE,
    TEXT,
    FormOutline,
    Outline,
)
from engine.expressions import Signature, Type

GROUP = Type("row", form="", table="#group")
"""`group` of a `create`: the values of its `group_by`."""


@dataclass(frozen=True)
class Names:
    """A scope: the names that stand here, and the outline that gives their attributes. Satisfies `Scope`."""

    outline: Outline
    names: Mapping[str, Type]
    group: Mapping[str, Type] = NOTHING

    def name(self, name: str) -> Type | None:
        """The type of a bare name."""
        return self.names.get(name)

    def attribute(self, of: Type, name: str) -> Type | None:
        """The type of `x.name`."""
        if of == GROUP:
            return self.group.get(name)
        if of.kind in ("row", "table"):
            form = self.outline.forms.get(of.form or "")
            return form.tables.get(of.table or "", {}).get(name) if form else None
        if of.kind != "reference":
            return None
        if of.form == CHAIN:
            return PLACE if name in self.outline.places else None
        if of.options == ACTOR and name in ("store", "unit", "person"):
            return self.outline.person if name == "person" else self.outline.unit
        form = self.outline.forms.get(of.form or "")
        return field_type(self.outline, form, name) if form else self._anywhere(name)

    def _anywhere(self, name: str) -> Type | None:
        """A field of a record whose form is not known (what `lookup` finds): its type when all forms agree on it."""
        found = {found for form in self.outline.forms.values() if (found := form.fields.get(name)) is not None}
        return found.pop() if len(found) == 1 else None

    def function(self, name: str) -> Signature | None:
        """A fact of the library. Words that the outside answers belong to the language itself."""
        return self.outline.facts.get(name)

    def known(self, of: Type | None) -> Iterable[str]:
        """The bare names (None), or what a type has; for hints."""
        if of is None:
            return (*self.names, *self.outline.facts)
        form = self.outline.forms.get(of.form or "")
        if of.form == CHAIN:
            return self.outline.places
        if form is None:
            return ()
        if of.kind == "reference":
            return (*form.fields, *form.tables, *form.places, *KEPT)
        return form.tables.get(of.table or "", ())

    def with_names(self, **more: Type) -> Names:
        """The same with more names."""
        return replace(self, names={**self.names, **more})

    def of_row(self, form: str, table: str) -> Names:
        """The same where `row` is a row of this table."""
        return self.with_names(row=Type("row", form=form, table=table))


def field_type(outline: Outline, form: FormOutline, name: str) -> Type | None:
    """The type of a field, a table, a place, or something that the engine keeps of every record."""
    found = form.fields.get(name)
    if found is not None:
        return found
    if name in form.tables:
        return Type("table", form=form.name, table=name)
    if name in form.places:
        return PLACE
    return kept(outline, form).get(name)


def kept(outline: Outline, form: FormOutline) -> Mapping[str, Type]:
    """What the engine keeps of every record, by name."""
    state = Type("choice", options=form.states) if form.states else TEXT
    return {
        "id": TEXT,
        "number": TEXT,
        "state": state,
        "came_from": state,
        "version": INTEGER,
        "created": MOMENT,
        "submitted": MOMENT,
        "updated": MOMENT,
        "created_by": outline.person,
        "submitted_by": outline.person,
    }


KEPT = frozenset(
    ("id", "number", "state", "came_from", "version", "created", "submitted", "updated", "created_by", "submitted_by")
)


def scope_of(outline: Outline, form: str | None, *, asks: Mapping[str, Type] | None = None) -> Names:
    """Where `record` is a record of this form; its tables and an action's questions stand by their bare names."""
    names: dict[str, Type] = {
        "actor": outline.actor,
        "system": outline.person,
        "chain": Type("reference", form=CHAIN),
        "now": MOMENT,
        "today": DATE,
    }
    known = outline.forms.get(form or "")
    if known is not None:
        state = kept(outline, known)["state"]
        names |= {table: Type("table", form=known.name, table=table) for table in known.tables}
        names |= {"record": Type("reference", form=known.name), "decided": BOOLEAN, "came_from": state, "state": state}
    return Names(outline, {**names, **(asks or {})})


def form_scope(library: Library, form: str, where: str = "record") -> Names:
    """The scope of an expression about a published form.

    `where` is `record` (guards, effects: `record` and the tables), `row <table>` (the same and `row`), `filter` (what
    people type into lists: `it`, `record` and every field by its bare name).
    """
    outline = outline_of(library)
    scope = scope_of(outline, form)
    kind, _, table = where.partition(" ")
    if kind == "row":
        return scope.of_row(form, table)
    if kind == "filter":
        known = outline.forms[form]
        known = replace(known, states=(*known.states, *_once_states(library, form, known.states)))
        outline = replace(outline, forms={**outline.forms, form: known})
        scope = scope_of(outline, form)
        bare = {**kept(outline, known), **known.fields}
        return replace(scope, names={**bare, **scope.names, "it": Type("reference", form=form)})
    return scope


def _once_states(library: Library, form: str, now: tuple[str, ...]) -> list[str]:
    """States that a form once had and that a mapping names: records may still stand in them, and are found by them."""
    old = [name for each in library.mappings.values() for name in each.states.get(form, NOTHING)]
    return [name for name in dict.fromkeys(old) if name not in now]


def outline_of(library: Library) -> Outline:
    """The outline of a finished library."""
    forms = {}
    for form in library.forms.values():
        workflow = library.workflows.get(form.name)
        forms[form.name] = outline_form(form, tuple(workflow.states) if workflow else ())
    facts = {fact.name: signature(fact.name, fact.parameters, fact.gives) for fact in library.facts.values()}
    return Outline(forms, frozenset(library.places), facts)


def signature(name: str, parameters: Mapping[str, Type], gives: Type) -> Signature:
    """How a fact is called: its parameters in order, or by name."""
    return Signature(name, tuple(parameters.values()), 0, gives, parameters)


def outline_form(form: Form, states: tuple[str, ...]) -> FormOutline:
    """A finished form as expressions see it."""
    plain = {each.name: each.value_type for each in form.fields.values() if each.type != "table"}
    tables = {
        each.name: {column.name: column.value_type for column in each.fields.values()}
        for each in form.fields.values()
        if each.type == "table"
    }
    return FormOutline(form.name, plain, tables, frozenset(form.places), states, form.told, form.variant)
