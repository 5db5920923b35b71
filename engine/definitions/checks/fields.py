"""Checks of fields: where their values come from, what may be indexed, and what would show what is hidden."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.forms import unknown
from engine.definitions.findings import Finding, finding
from engine.definitions.models import Field, Form, Library, People, Sees
from engine.definitions.order import all_fields, paths_read, sources
from engine.errors import text


def _each(library: Library) -> Iterator[tuple[Form, Field]]:
    return ((form, field) for form in library.forms.values() for field in all_fields(form.fields))


def one_source_each(library: Library) -> Iterator[Finding]:
    """A value is computed, or live, or defaulted: one of them."""
    for _, field in _each(library):
        if len(sources(field)) > 1:
            says = text(f"'{field.name}' has more than one source.", f"“{field.name}”有多个取值来源。")
            yield finding(field.at, "two_sources", says)
        if field.fixed_at is not None and field.live is None:
            says = text(
                f"'{field.name}' is not live, so nothing fixes it.", f"“{field.name}”不是 live 字段，无需 fixed_at。"
            )
            yield finding(field.at, "nothing_to_fix", says)


def kept_fields_only(library: Library) -> Iterator[Finding]:
    """Only what is stored can be indexed or kept unique."""
    for _, field in _each(library):
        if (field.index or field.unique) and field.live is not None and field.fixed_at is None:
            says = text(f"'{field.name}' is live and never stored.", f"“{field.name}”是 live 字段，不存储。")
            yield finding(field.at, "not_stored", says)


def fixing_names_an_action(library: Library) -> Iterator[Finding]:
    """`fixed_at` names `create` or an action of the form."""
    for form, field in _each(library):
        workflow = library.workflows.get(form.name)
        actions = ["create", *(workflow.transitions if workflow else ())]
        if field.fixed_at is not None and field.fixed_at not in actions:
            yield unknown(field.at, text("an action of this form", "此表单的操作"), field.fixed_at, actions)


def quantities_have_their_item(library: Library) -> Iterator[Finding]:
    """`of` names the reference beside a quantity that says whose quantity it is."""
    for form, field in _each(library):
        of = field.options.get("of")
        beside = form.fields[field.table].fields if field.table else form.fields
        references = [each.name for each in beside.values() if each.value_type.kind == "reference"]
        if isinstance(of, str) and of not in references:
            yield unknown(field.at, text("a reference beside this field", "同级的引用字段"), of, references)


def nothing_hidden_shows_through(library: Library) -> Iterator[Finding]:
    """What is worked out from a hidden field is at least as hidden."""
    for form, field in _each(library):
        mine = _guards(form, field)
        for path in sorted(_read(form, field)):
            source = form.field(path)
            for guard in _guards(form, source) if source is not None else ():
                if not any(_covers(each, guard) for each in mine):
                    yield _leak(field, path)
        for path, guard in sorted(_foreign(library, form, field), key=lambda each: each[0]):
            if not any(_covers(each, guard) for each in mine):
                yield _leak(field, path)


def _leak(field: Field, path: str) -> Finding:
    says = text(
        f"'{field.path}' is worked out from '{path}', which fewer people may see.",
        f"“{field.path}”取自“{path}”，而后者的可见范围更小。",
    )
    hint = text("Give it the same 'sees:'.", "请设置相同的 sees。")
    return finding(field.at, "leak", says, hint)


def _guards(form: Form, field: Field) -> tuple[Sees, ...]:
    """The rights to see a field: its own and its table's."""
    table = form.fields[field.table].sees if field.table else None
    return tuple(each for each in (field.sees, table) if each is not None)


def _covers(mine: Sees, other: Sees) -> bool:
    """Whether `mine` shows to nobody to whom `other` does not, as far as their words tell."""
    people = all(any(_among(one, each) for each in other.by) for one in mine.by)
    return people and (other.when is None or (mine.when is not None and mine.when.text == other.when.text))


def _among(one: People, others: People) -> bool:
    """Whether all whom `one` names are among the others: the same words, or those who hold the same role anywhere."""
    anywhere = (others.kind, others.relation, others.unit) == ("role", "below", None)
    return one.text == others.text or (anywhere and one.role == others.role)


def _read(form: Form, field: Field) -> set[str]:
    return {path for each in sources(field) for path in paths_read(each, form.fields, field.table)}


def _foreign(library: Library, form: Form, field: Field) -> list[tuple[str, Sees]]:
    """Hidden fields of other records that a value is worked out from, directly (`row.item.cost`) or through a fact."""
    found: dict[str, tuple[Form, Field]] = {}
    for expression in sources(field):
        for words in expression.names:
            target = _walked(library, form, field, words)
            if target is not None:
                found[".".join(words)] = target
        for name in sorted(expression.calls & library.facts.keys()):
            found |= _counted(library, name)
    return [(path, guard) for path, (owner, hidden) in found.items() for guard in _guards(owner, hidden)]


def _counted(library: Library, name: str) -> dict[str, tuple[Form, Field]]:
    """The fields that a fact counts by, sums, or gives its keys from; its own records' and those that they refer to."""
    found: dict[str, tuple[Form, Field]] = {}
    for source in library.facts[name].sources:
        form = library.forms[source.form]
        asked = [each for each in (*source.keys.values(), source.where, source.sum) if each is not None]
        paths = {
            f"{source.table}.{words[1]}" if words[0] == "row" and source.table else words[1]
            for each in asked
            for words in each.names
            if words[0] in ("it", "row") and len(words) > 1
        }
        read = [(form, form.field(path)) for path in paths]
        others = [(library.forms.get(each.form or ""), each.field) for each in source.reads]
        read += [(other, other.field(path)) for other, path in others if other is not None]
        found |= {f"{name}: {owner.name}.{each.path}": (owner, each) for owner, each in read if each is not None}
    return found


def _walked(library: Library, form: Form, field: Field, words: tuple[str, ...]) -> tuple[Form, Field] | None:
    """The other form and its field at the end of a path; None when the path stays in this record."""
    fields = form.fields
    owner: Form | None = None
    found: Field | None = None
    for word in words:
        if word == "row" and field.table:
            fields = form.fields[field.table].fields
            continue
        if word == "record":
            fields = form.fields
            continue
        found = fields.get(word)
        if found is None:
            return None
        if found.type == "table":
            fields = found.fields
        elif found.value_type.kind == "reference" and word != words[-1]:
            target = library.forms.get(found.value_type.form or "")
            if target is None:
                return None
            fields, owner = target.fields, target
    return (owner, found) if owner is not None and found is not None else None
