"""Checks of forms by themselves: names, the paths they list, what the engine is told of them."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator, Mapping

from engine.definitions.findings import WARNING, Finding, finding, meant
from engine.definitions.models import Form, Library, Place
from engine.definitions.order import all_fields
from engine.definitions.scopes import KEPT
from engine.errors import Text, text

RESERVED = frozenset(
    (
        "state", "number", "created", "submitted", "decided", "came_from", "row", "record", "it", "group",
        "each", "chosen", "actor", "chain", "now", "today", "system", "id", "version", "updated", "created_by",
        "submitted_by", "true", "false", "empty", "and", "or", "not", "in", "if", "else",
    )
)  # fmt: skip
"""Words of expressions and of the engine: no field, table, place or option list may take them."""

RESERVED_FORMS = RESERVED | frozenset(
    (
        "stock", "definitions", "accounts", "keys", "clock", "ledger", "tasks", "batch", "me",
    )
)  # fmt: skip
RESERVED_ACTIONS = frozenset(
    (
        "save", "delete", "trigger", "create", "edit", "see", "export", "import", "print", "bulk", "approve",
        "reject", "return", "discard", "model", "state", "machine",
    )
)  # fmt: skip
RESERVED_ROLES = frozenset(
    (
        "admin", "root", "g", "p", "r", "system", "submitter", "editor", "writer", "everybody", "anybody",
    )
)  # fmt: skip
PREFIXES = ("to_", "may_", "is_")


def unknown(at: Place | None, what: Text, word: str, known: Iterable[str]) -> Finding:
    """A name that nothing has."""
    message = text(f"'{word}' is not {what['en']}.", f"“{word}”不是{what['zh']}。")
    return finding(at, "unknown_name", message, meant(word, known))


def _taken(at: Place | None, word: str) -> Finding:
    return finding(at, "reserved", text(f"'{word}' is a word of the engine.", f"“{word}”是系统保留字。"))


def one_number_one_field(library: Library) -> Iterator[Finding]:
    """No field takes the name that another of its form once had: by it the other's values would be read."""
    for form in library.forms.values():
        seen: dict[int, str] = {}
        for each in all_fields(form.fields):
            if each.number and (other := seen.setdefault(each.number, each.path)) != each.path:
                says = text(
                    f"'{each.path}' and '{other}' are the same field: one was called like the other.",
                    f"“{each.path}”与“{other}”是同一字段：其一曾用另一名称。",
                )
                yield finding(each.at, "name_used", says)


def names_are_free(library: Library) -> Iterator[Finding]:
    """Forms, fields, places, actions and roles do not take words that mean something already."""
    for form in library.forms.values():
        if form.name in RESERVED_FORMS:
            yield _taken(form.at, form.name)
        for each in all_fields(form.fields):
            if each.name in RESERVED:
                yield _taken(each.at, each.name)
        for place in form.places:
            if place in RESERVED or place in form.fields:
                yield _taken(form.at, place)
    for workflow in library.workflows.values():
        for action in workflow.transitions.values():
            if action.name in RESERVED_ACTIONS or action.name.startswith(PREFIXES):
                yield _taken(action.at, action.name)
    for role in library.rights.roles:
        if role in RESERVED_ROLES:
            yield _taken(Place("permissions/roles.yaml", 1, f"roles.{role}"), role)


def _known(form: Form) -> list[str]:
    return [*(each.path for each in all_fields(form.fields)), *KEPT]


def paths_exist(library: Library) -> Iterator[Finding]:
    """What a form lists, searches, shows, indexes, keeps unique or puts in its number is there."""
    what = text("a field of this form", "此表单的字段")
    for form in library.forms.values():
        known = _known(form)
        listed = (*form.list, *form.search, *form.show, *(path for index in form.indexes for path in index))
        for path in dict.fromkeys(listed):
            if path not in known:
                yield unknown(form.at, what, path, known)
        for table in form.fields.values():
            for path in table.unique_rows:
                if path not in table.fields:
                    yield unknown(table.at, what, path, table.fields)
        for rule in form.rules.values():
            if rule.field is not None and rule.field not in known:
                yield unknown(rule.at, what, rule.field, known)
        yield from _shown(library, form)
        yield from _numbering(library, form)


def _shown(library: Library, form: Form) -> Iterator[Finding]:
    """`show` of a reference names fields of the form it leads to."""
    for each in all_fields(form.fields):
        target = library.forms.get(each.value_type.form or "") if each.value_type.kind == "reference" else None
        for name in each.show:
            if target is not None and name not in target.fields and name not in KEPT:
                yield unknown(
                    each.at, text(f"a field of '{target.name}'", f"“{target.name}”的字段"), name, target.fields
                )


def _numbering(library: Library, form: Form) -> Iterator[Finding]:
    numbering = form.numbering
    if numbering is None:
        return
    workflow = library.workflows.get(form.name)
    actions = [*(workflow.transitions if workflow else ()), "create"]
    if numbering.given_at not in actions:
        yield unknown(form.at, text("an action of this form", "此表单的操作"), numbering.given_at, actions)
    for part in numbering.parts:
        if part[0] == "path":
            yield from _number_path(library, form, part[1])


def _number_path(library: Library, form: Form, path: tuple[str, ...]) -> Iterator[Finding]:
    head = form.fields.get(path[0])
    if head is None or head.type == "table":
        yield unknown(form.at, text("a field of this form", "此表单的字段"), path[0], form.fields)
    elif len(path) > 1:
        target = library.forms.get(head.value_type.form or "")
        if target is None or path[1] not in target.fields:
            known = target.fields if target else ()
            yield unknown(form.at, text(f"a field of '{head.name}'", f"“{head.name}”的字段"), path[1], known)


def org_units_are_org_units(library: Library) -> Iterator[Finding]:
    """`org` and `variant` name references to org units, `amount` a sum of money."""
    units = {form.name for form in library.forms.values() if "org_unit" in form.told}
    for form in library.forms.values():
        for name in dict.fromkeys((*form.org, *((form.variant,) if form.variant else ()))):
            field = form.fields.get(name)
            if field is None:
                yield unknown(form.at, text("a field of this form", "此表单的字段"), name, form.fields)
            elif field.value_type.kind != "reference" or field.value_type.form not in {*units, None}:
                says = text(f"'{name}' is no reference to an org unit.", f"“{name}”不是指向组织单位的引用。")
                yield finding(field.at, "not_an_org_unit", says)
        amount = form.fields.get(form.amount or "")
        if form.amount and (amount is None or amount.value_type.kind != "money"):
            says = text(f"'{form.amount}' is no field of money.", f"“{form.amount}”不是金额字段。")
            yield finding(form.at, "not_money", says)


def told_fields_exist(library: Library) -> Iterator[Finding]:
    """What the engine is told of a form names fields that it has."""
    for form in library.forms.values():
        for path, word in _told(form.told):
            if word not in form.fields:
                yield unknown(
                    form.at, text(f"a field of this form ({path})", f"此表单的字段（{path}）"), word, form.fields
                )


def _told(told: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The words of `told` that stand for fields."""
    literal = {("place", "kind"), ("place", "negative"), ("valid", "overlap")}
    literal |= {("calendar", word) for word in ("weekday", "from", "until", "date")}  # columns: `calendars_fit`
    for kind, data in told.items():
        if not isinstance(data, Mapping):
            continue
        for word, value in data.items():
            inner = value.items() if isinstance(value, Mapping) else [(word, value)]
            outer = word if isinstance(value, Mapping) else kind
            for name, said in inner:
                for each in said if isinstance(said, list) else (said,):
                    if isinstance(each, str) and (outer, name) not in literal:
                        yield f"{kind}.{name}", each


def every_form_has_a_workflow(library: Library) -> Iterator[Finding]:
    """A record is always in a state."""
    for form in library.forms.values():
        if form.name not in library.workflows:
            says = text(f"Form '{form.name}' has no workflow.", f"表单“{form.name}”没有工作流。")
            yield finding(form.at, "no_workflow", says)
        for each in all_fields(form.fields):
            if keyword.iskeyword(each.name):
                says = text(
                    f"'{each.name}' cannot be named in expressions; choose another word if one ever needs it.",
                    f"表达式中无法引用“{each.name}”，如有需要请改名。",
                )
                yield finding(each.at, "unspeakable", says, severity=WARNING)
