"""The rows of a report as one person asks for them: narrowed, sorted, summed, in pages. Used by `commands` and verbs.

`reporting` says what he may see of it; here that is asked of the database (`reports.table`) and told as lists are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from engine.definitions.models import Form
from engine.definitions.scopes import Names, outline_of
from engine.definitions.stocked import STOCK, papers_of
from engine.errors import invalid_at, text
from engine.expressions import EvaluationFault, Expression, ExpressionFault, Type, compile_expression
from engine.fields import BY_NAME
from engine.operations import conditions, listing, presenting, rights
from engine.operations.calls import Answer
from engine.operations.paging import known_only, read_limit
from engine.operations.reporting import Seen, required
from engine.reports import asking as questions
from engine.reports import stock, table

if TYPE_CHECKING:
    from engine.operations.operation import Operation

KNOWN = {"filter", "sort", "fields", "q", "limit", "cursor", "before", "count", "totals"}
SUMMED = frozenset({"money", "decimal", "integer"})


def page(operation: Operation, name: str, query: Mapping[str, str]) -> Answer:
    """`{items, next}` (and `count` when asked): rows of a report, as far as the actor sees them."""
    found = required(operation, name)
    known_only({word: "" for word in query if not word.startswith(conditions.PREFIX)}, KNOWN)
    wanted = listing.chosen(operation, found.form, query.get("fields"))
    shown = rows(operation, found, query)
    operation.shelf.prefetch(references_of(shown.items))
    body: dict[str, Any] = {
        "items": [item(operation, found, each, wanted) for each in shown.items],
        "next": shown.next,
        "previous": shown.previous,
    }
    if any(word.startswith(conditions.PREFIX) for word in query):
        body["named"] = conditions.narrowed(operation, found.form, query).named
    if query.get("totals"):
        body["totals"] = _told(found.form, shown)
    if shown.count is not None:
        body["count"] = shown.count
    return Answer(200, body)


def rows(operation: Operation, found: Seen, query: Mapping[str, str]) -> questions.Page:
    """The rows themselves; a filter that cannot be worked out is refused as the filter that it is."""
    try:
        return table.page(operation.connection, asked(operation, found, query))
    except EvaluationFault as fault:
        raise invalid_at("/filter", fault.code, fault.says) from fault


def every(
    operation: Operation, found: Seen, query: Mapping[str, str], at_once: int
) -> Generator[tuple[questions.Line, ...], None, None]:
    """All of them, some at a time, from one statement."""
    try:
        yield from table.every(operation.connection, asked(operation, found, query), at_once)
    except EvaluationFault as fault:
        raise invalid_at("/filter", fault.code, fault.says) from fault


def asked(operation: Operation, found: Seen, query: Mapping[str, str]) -> questions.Asked:
    """The question as the reports want it: within reach, of visible columns alone."""
    narrowed = conditions.narrowed(operation, found.form, query)
    asks = _filter(operation, found.form, query, narrowed)
    environment = operation.environment(None).with_names(**narrowed.values)
    return questions.Asked(
        report=found.report,
        forms=operation.library.forms,
        columns=tuple(found.form.fields),
        environment=environment,
        scope=found.scope,
        filter=asks,
        sort=_sort(found, query.get("sort")),
        limit=read_limit(query),
        cursor=query.get("cursor"),
        before=query.get("before"),
        count=listing.counted(query.get("count")),
        totals=_totals(found.form, query.get("totals")),
        owner=operation.actor_id,
        secret=operation.services.secret,
        ground=_ground(operation, found),
        asked=tuple(sorted((word, value) for word, value in query.items() if word.startswith(conditions.PREFIX))),
    )


def _ground(operation: Operation, found: Seen) -> stock.Ground:
    """What a report over stock rests on: the org tree of today, and the documents that the reader sees."""
    if found.report.source != STOCK:
        return questions.NOWHERE
    directory = operation.directory
    units = {unit: {directory.units[each].form: each for each in directory.path(unit)} for unit in directory.units}
    papers = papers_of(operation.library.forms, str(found.report.table))
    return stock.Ground(units, {each.name: rights.reach(operation, each.name, "see") for each in papers})


def _filter(
    operation: Operation, form: Form, query: Mapping[str, str], narrowed: conditions.Narrowed
) -> Expression | None:
    names: dict[str, Type] = {each.name: each.value_type for each in form.fields.values() if each.live is None}
    scope = Names(replace(outline_of(operation.library), facts={}), {**names, **narrowed.types})
    sent = query.get("filter")
    said = list(narrowed.words)
    if sent:
        if len(sent) > listing.LONGEST_FILTER:
            raise invalid_at("/filter", "too_long", text("This filter is too long.", "筛选条件过长。"))
        said.append(f"({_compiled(sent, replace(scope, names=names)).text})")
    if query.get("q", "").strip():
        said.append(_words_of(form, query["q"].strip(), narrowed))
        scope = replace(scope, names={**names, **narrowed.types})
    return compile_expression(" and ".join(said), scope, Type("boolean")) if said else None


def _compiled(sent: str, scope: Names) -> Expression:
    try:
        found = compile_expression(sent, scope, Type("boolean"))
    except ExpressionFault as fault:
        code = "unknown_field" if fault.code in ("unknown_name", "unknown_field", "unknown_attribute") else fault.code
        raise invalid_at("/filter", code, listing.UNKNOWN if code == "unknown_field" else fault.says) from fault
    if found.calls:
        says = text("This cannot be asked in a filter.", "筛选条件中不能使用此内容。")
        raise invalid_at("/filter", "not_for_lists", says)
    if any(len(path) > 1 for path in found.names):
        raise invalid_at("/filter", "unknown_field", listing.UNKNOWN)
    return found


def _words_of(form: Form, q: str, narrowed: conditions.Narrowed) -> str:
    """Words stand in a text of the row; in a report without texts they are found nowhere."""
    if len(q) > conditions.LONGEST:
        raise invalid_at("/q", "too_long", text("This is too long.", "内容过长。"))
    held = narrowed.hold(Type("text"), q)
    texts = [each.name for each in form.fields.values() if each.value_type.kind == "text" and each.live is None]
    found = " or ".join(f"contains(lower({each}), lower({held}))" for each in texts)
    return f"({found})" if found else "1 == 2"


def _sort(found: Seen, sent: str | None) -> tuple[tuple[str, bool], ...]:
    if not sent:
        return tuple((name, descending) for name, descending in found.report.sort if name in found.form.fields)
    out = []
    for word in sent.split(","):
        field = found.form.fields.get(word.removeprefix("-"))
        if field is None or field.live is not None:
            raise invalid_at("/sort", "unknown_field", listing.UNKNOWN)
        out.append((field.name, word.startswith("-")))
    return tuple(out)


def _totals(form: Form, sent: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(sent.split(","))) if sent else ()
    for name in names:
        field = form.fields.get(name)
        if field is None or field.value_type.kind not in (*SUMMED, "quantity") or field.live is not None:
            raise invalid_at("/totals", "unknown_field", listing.UNKNOWN)
    return tuple(name for name in names if form.fields[name].type in SUMMED)


def _told(form: Form, shown: questions.Page) -> dict[str, Any]:
    """Sums at the foot, as those of lists are told."""
    told = {}
    for name, total in (shown.totals or {}).items():
        field = form.fields[name]
        if total is not None:
            value = int(total) if field.type == "integer" else Decimal(total)
            told[name] = {"sum": str(BY_NAME[field.type].dump(value, field)), "unit": None}
    return told


def references_of(lines: tuple[questions.Line, ...]) -> set[str]:
    """The records that rows name, to be read together."""
    return {value.id for line in lines for value in line.values.values() if hasattr(value, "id")}


def item(operation: Operation, found: Seen, line: questions.Line, wanted: Mapping[str, None] | None) -> dict[str, Any]:
    """One row: which it is, which record it stands for, its values."""
    names = found.form.fields if wanted is None else [name for name in wanted if name in found.form.fields]
    shown = {name: presenting.value(operation, found.form.fields[name], line.values.get(name)) for name in names}
    record = {"form": found.report.source, "id": line.record} if line.record else None
    return {
        "id": key_of(found, line),
        "form": found.report.name,
        "number": None,
        "state": None,
        "record": record,
        "row": line.row,
        "values": shown,
    }


def key_of(found: Seen, line: questions.Line) -> str:
    """What names a row: the record and row that it stands for, or what it is grouped by."""
    if line.record is not None:
        return f"{line.record}.{line.row}" if line.row else line.record
    if line.row is not None:
        return line.row
    keys = [str(line.values.get(name)) for name, each in found.report.columns.items() if each.kind == "value"]
    return hashlib.sha256(orjson.dumps(keys)).hexdigest()[:32]
