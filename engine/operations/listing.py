"""Lists of records: filter, sort, search, pages, as one person may see them. Used by `commands` and `exporting`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.definitions import form_scope
from engine.definitions.models import Form
from engine.errors import invalid_at, not_found, text
from engine.expressions import EvaluationFault, Expression, ExpressionFault, Reference, Type, compile_expression
from engine.operations import conditions, gone, oldstates, presenting, rights, sight, titles, totalling
from engine.operations.calls import Answer
from engine.operations.ids import sent_references
from engine.operations.paging import known_only, read_limit
from engine.records import listing

if TYPE_CHECKING:
    from engine.definitions.scopes import Names
    from engine.operations.conditions import Narrowed
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.records.archive import Stored

NAMED = "named"
"""Sorted as one looks something up: what has a code by its code, a paper the newest first."""
KNOWN = {"filter", "sort", "fields", "q", "limit", "cursor", "before", "count", "totals"}
HEAD = frozenset({"id", "number", "state", "created", "created_by", "updated", "submitted", "version", "revision"})
"""What every record has, whatever its form."""
CORE = ("id", "number", "state", "created", "updated", "submitted", "version", "revision")
UNKNOWN = text("There is no such field.", "没有这个字段。")
LONGEST_FILTER = 2000
_WORDS = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")


def page(operation: Operation, form: str, query: Mapping[str, str]) -> Answer:
    """`{items, next}` (and `count` when asked): records of a form that the actor may see."""
    definition = operation.library.forms.get(form)
    if definition is None or not rights.sees_form(operation, form):
        raise not_found()
    known_only(query, KNOWN, conditions.PREFIX)
    found = rows(operation, definition, query)
    items = told(operation, definition, found.items, chosen(operation, definition, query.get("fields")))
    body: dict[str, Any] = {"items": items, "next": found.next, "previous": found.previous}
    if any(name.startswith(conditions.PREFIX) for name in query):
        body["named"] = conditions.narrowed(operation, definition, query).named
    if query.get("totals"):
        body["totals"] = totalling.sums(operation, definition, query["totals"], found.values)
    if found.count is not None:
        body["count"] = found.count
    return Answer(200, body)


def told(
    operation: Operation, form: Form, found: Sequence[Stored], fields: Container[str] | None
) -> list[dict[str, Any]]:
    """These records as a list tells them."""
    operation.shelf.prefetch({each for stored in found for each in _referred(operation, form, stored)})
    return [item(operation, operation.unfold(stored), fields) for stored in found]


def _referred(operation: Operation, form: Form, stored: Stored) -> Iterator[Reference]:
    """What a line of the list will name: read for all lines together."""
    yield from sent_references(form, {**stored.values, **stored.rows})
    yield from (Reference(operation.person_form, who) for who in (stored.created_by, stored.submitted_by) if who)


def rows(operation: Operation, form: Form, query: Mapping[str, str]) -> listing.Page:
    """The records themselves; a filter that cannot be worked out is refused as the filter that it is."""
    try:
        return listing.page(operation.connection, asked(operation, form, query))
    except EvaluationFault as fault:
        raise invalid_at("/filter", fault.code, fault.says) from fault


def asked(operation: Operation, form: Form, query: Mapping[str, str]) -> listing.Query:
    """The query as the records room wants it, with the actor's scope and without what is hidden from him."""
    hidden = rights.everywhere_hidden(operation, form)
    narrowed = conditions.narrowed(operation, form, query)
    return listing.Query(
        form=form,
        filter=_filter(operation, form, query.get("filter"), hidden, narrowed),
        sort=_sort(operation, form, query.get("sort"), hidden),
        limit=read_limit(query),
        cursor=query.get("cursor"),
        before=query.get("before"),
        totals=totalling.wanted(operation, form, query.get("totals")),
        scope=rights.reach(operation, form.name, "see") if _finds_by_words(operation, form, query) else frozenset(),
        q=query.get("q"),
        count=counted(query.get("count")),
        owner=operation.actor_id,
        secret=operation.services.secret,
        environment=operation.environment(None).with_names(**narrowed.values),
        asked=tuple(sorted((word, value) for word, value in query.items() if word.startswith(conditions.PREFIX))),
        forms=operation.library.forms,
        with_rows=True,
    )


def _finds_by_words(operation: Operation, form: Form, query: Mapping[str, str]) -> bool:
    """Whether the actor may see all that this form is searched by; else words find nothing, and so tell nothing."""
    return not query.get("q") or not any(_closed(operation, each) for each in (form, *_lenders(operation, form)))


def _closed(operation: Operation, form: Form) -> bool:
    closed = operation.matrix.closed_fields(operation.actor_id, form.name, operation.directory)
    return bool(closed) and any(path in closed or path.partition(".")[0] in closed for path in form.search)


def _lenders(operation: Operation, form: Form) -> Iterator[Form]:
    """The forms whose words this one borrows."""
    fields = (form.field(path) for path in form.search)
    names = {each.value_type.form or "" for each in fields if each is not None and each.value_type.kind == "reference"}
    yield from (operation.library.forms[name] for name in names if name in operation.library.forms)


def _filter(
    operation: Operation, form: Form, sent: str | None, hidden: frozenset[str], narrowed: Narrowed
) -> Expression | None:
    """What was written in the language of expressions, and what was asked field by field."""
    own = _written(operation, form, sent, hidden) if sent else None
    if not narrowed.words:
        return own
    words = [f"({own.text})"] if own else []
    scope = form_scope(operation.library, form.name, "filter").with_names(**narrowed.types)
    return compile_expression(" and ".join([*words, *narrowed.words]), scope, Type("boolean"))


def _written(operation: Operation, form: Form, sent: str, hidden: frozenset[str]) -> Expression:
    if len(sent) > LONGEST_FILTER:
        raise invalid_at("/filter", "too_long", text("This filter is too long.", "筛选条件过长。"))
    try:
        asked = oldstates.spelled(sent, oldstates.of(operation.library, form.name))
        expression = compile_expression(asked, _scope(operation, form), Type("boolean"))
    except ExpressionFault as fault:
        if (said := gone.says(operation, form, _WORDS.findall(sent))) is not None:
            raise invalid_at("/filter", "archived", said) from fault
        code = "unknown_field" if fault.code in ("unknown_name", "unknown_field", "unknown_attribute") else fault.code
        raise invalid_at("/filter", code, UNKNOWN if code == "unknown_field" else fault.says) from fault
    for path in expression.names:
        words = path[1:] if path[0] in ("it", "record") else path
        if words and (words[0] in hidden or ".".join(words[:2]) in hidden or sight.beyond(operation, form, words)):
            raise invalid_at("/filter", "unknown_field", UNKNOWN)
    if sight.asks_outside(operation, expression):
        says = text("This cannot be asked in a filter.", "筛选条件中不能使用此内容。")
        raise invalid_at("/filter", "not_for_lists", says)
    return expression


def _scope(operation: Operation, form: Form) -> Names:
    """What the actor may name in a filter: what is hidden from him is not there, whatever he writes about it."""
    scope = form_scope(operation.library, form.name, "filter")
    forms = dict(scope.outline.forms)
    for name, outline in forms.items():
        hidden = rights.everywhere_hidden(operation, operation.library.forms[name])
        if hidden:
            fields = {each: found for each, found in outline.fields.items() if each not in hidden}
            tables = {
                table: {each: found for each, found in columns.items() if f"{table}.{each}" not in hidden}
                for table, columns in outline.tables.items()
                if table not in hidden
            }
            forms[name] = replace(outline, fields=fields, tables=tables)
    gone = rights.everywhere_hidden(operation, form)
    names = {name: found for name, found in scope.names.items() if name not in gone}
    return replace(scope, outline=replace(scope.outline, forms=forms), names=names)


def counted(sent: str | None) -> bool:
    """`exact` or `estimate`; both stop at 1,000."""
    if sent not in (None, "exact", "estimate"):
        raise invalid_at("/count", "bad_count", text("exact or estimate", "应为 exact 或 estimate"))
    return sent is not None


def _sort(operation: Operation, form: Form, sent: str | None, hidden: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    if not sent or sent == NAMED:
        code = titles.code_field(form) if sent and form.kind == "master" else None
        return (("created", True),) if code is None or code in hidden else ((code, False),)
    found = []
    for word in sent.split(","):
        name = word.removeprefix("-")
        field = form.fields.get(name)
        if name not in CORE and (field is None or field.type == "table" or name in hidden or field.live is not None):
            said = gone.says(operation, form, [name])
            raise invalid_at("/sort", "archived" if said else "unknown_field", said or UNKNOWN)
        found.append((name, word.startswith("-")))
    return tuple(found)


def chosen(operation: Operation, form: Form, sent: str | None) -> dict[str, None] | None:
    """The fields that are wanted, in their order; None is all that may be seen."""
    if not sent:
        return None
    closed = rights.never_seen(operation, form)
    names = sent.split(",")
    for name in names:
        if name not in HEAD and (name not in form.fields or name in closed):
            raise invalid_at("/fields", "unknown_field", UNKNOWN)
    return dict.fromkeys(names)


def item(operation: Operation, folder: Folder, fields: Container[str] | None) -> dict[str, Any]:
    """A record as a list tells it; of its values only `fields`, None is all."""
    shown = presenting.head(operation, folder)
    values = presenting.values(operation, folder)
    shown["named"] = presenting.called(folder, values)
    shown["values"] = values if fields is None else {name: value for name, value in values.items() if name in fields}
    return shown
