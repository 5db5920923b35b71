"""A person's own views of lists: kept, changed, taken away. Used by `commands`.

What a view says is held to what its person may ask when it is kept, and again whenever the list is asked for by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.access import views
from engine.errors import Fault, Refusal, invalid, invalid_at, not_found, say, text
from engine.operations import bodies, conditions, listing, reporting, reportrows, rights, signing
from engine.operations.calls import Answer
from engine.operations.paging import known_only

if TYPE_CHECKING:
    from engine.definitions.models import Form
    from engine.operations.operation import Operation

KNOWN = {"form", "name", "filters", "sort", "columns", "default"}
WORDS = frozenset({"q", "filter"})
MOST, LONGEST, MOST_COLUMNS, LONGEST_WORD = 30, 80, 40, 2000
OWN = "own-"
"""Begins the id of how the whole list of a form is shown: a view without a name."""


def page(operation: Operation, query: Mapping[str, str]) -> Answer:
    """My views, of one form or of all that I may see."""
    known_only(query, {"form"})
    found = views.views_of(operation.connection, operation.actor_id, query.get("form"))
    seen = [_held(operation, each) for each in found if rights.sees_form(operation, each.form)]
    return Answer(200, {"items": seen, "next": None})


def put(operation: Operation, view: str, body: Mapping[str, Any]) -> Answer:
    """Keep a view under an id of my own."""
    bodies.only(body, KNOWN)
    signing.require_himself(operation)
    name = bodies.word(body, "form")
    report = reporting.seen(operation, name)
    form = report.form if report is not None else operation.library.forms.get(name)
    if form is None or not rights.sees_form(operation, form.name):
        raise invalid_at("/form", "unknown_form", text("There is no such form.", "没有此表单。"))
    views.alone(operation.connection, operation.actor_id)
    mine = views.views_of(operation.connection, operation.actor_id)
    others = [each for each in mine if each.form == form.name and each.id != view]
    if any(each.id == view and each.form != form.name for each in mine):
        raise invalid_at("/form", "other_form", text("This view is of another form.", "此视图属于其他表单。"))
    named = None if view == OWN + form.name else _name(body.get("name"), others)
    content = {"filters": _filters(operation, form, body), **_shape(operation, form, body)}
    if len(others) >= MOST:
        raise invalid_at("", "too_many", text(f"At most {MOST} views of a list.", f"每个列表最多 {MOST} 个视图。"))
    standing = body.get("default", False)
    if not isinstance(standing, bool):
        raise invalid_at("/default", "boolean", text("This must be true or false.", "应为 true 或 false。"))
    kept = views.View(view, form.name, named, content, standing)
    views.keep(operation.connection, operation.actor_id, kept, operation.now)
    return Answer(200, _told(kept))


def end(operation: Operation, view: str) -> Answer:
    """A view of mine is no more."""
    signing.require_himself(operation)
    if not views.drop(operation.connection, operation.actor_id, view):
        raise not_found()
    return Answer(200, {"id": view})


def _told(view: views.View) -> dict[str, Any]:
    return {"id": view.id, "form": view.form, "name": view.name, "default": view.standing, **view.content}


def _held(operation: Operation, view: views.View) -> dict[str, Any]:
    """A view, and what of it cannot be asked any more: a field may be gone since it was kept."""
    report = reporting.seen(operation, view.form)
    form = report.form if report is not None else operation.library.forms.get(view.form)
    errors: list[dict[str, Any]] = []
    sort = {"sort": view.content["sort"]} if view.content.get("sort") else {}
    for asked in (view.content.get("filters") or {}, sort):
        try:
            if form is not None and asked:
                _ask(operation, form, asked)
        except Refusal as refusal:
            language = operation.call.language
            errors += [
                {"path": each.path, "code": each.code, "message": say(each.says, language)} for each in refusal.faults
            ]
    return {**_told(view), **({"errors": errors} if errors else {})}


def _name(sent: Any, others: list[views.View]) -> str:
    name = sent.strip() if isinstance(sent, str) else ""
    if not name or len(name) > LONGEST or not name.isprintable():
        says = text(f"A name of 1 to {LONGEST} characters is needed.", f"名称需为 1 至 {LONGEST} 个字符。")
        raise invalid_at("/name", "name", says)
    if any(each.name is not None and each.name.casefold() == name.casefold() for each in others):
        raise invalid_at("/name", "taken", text("You have a view of this name.", "已有同名视图。"))
    return name


def _filters(operation: Operation, form: Form, body: Mapping[str, Any]) -> dict[str, str]:
    """Words of the address of a list, held to what it may be asked."""
    sent = body.get("filters") or {}
    if not isinstance(sent, Mapping):
        raise invalid_at("/filters", "not_an_object", text("An object is expected.", "应为对象。"))
    for word, value in sent.items():
        known = word in WORDS or word.startswith(conditions.PREFIX)
        if not known or not isinstance(value, str) or not value.strip() or len(value) > LONGEST_WORD:
            says = text("This narrows no list.", "不是有效的筛选条件。")
            raise invalid_at(f"/filters/{word[:80]}", "unknown_filter", says)
    try:
        _ask(operation, form, sent)
    except Refusal as refusal:
        raise _below("/filters", refusal) from refusal
    return dict(sent)


def _ask(operation: Operation, form: Form, query: Mapping[str, str]) -> None:
    """Refused when the list of a form, or a report, could not be asked this."""
    report = reporting.seen(operation, form.name)
    if report is not None:
        reportrows.asked(operation, report, query)
    else:
        listing.asked(operation, form, query)


def _below(where: str, refusal: Refusal) -> Refusal:
    faults = [Fault(f"{where}{each.path}", each.code, each.says) for each in refusal.faults]
    return invalid(faults) if faults else refusal


def _shape(operation: Operation, form: Form, body: Mapping[str, Any]) -> dict[str, Any]:
    """In which order, and with which columns; None is as the definition has it."""
    sort = body.get("sort")
    if sort is not None:
        if not isinstance(sort, str):
            raise invalid_at("/sort", "unknown_field", conditions.UNKNOWN)
        _ask(operation, form, {"sort": sort})
    columns = body.get("columns")
    if columns is not None:
        closed = rights.never_seen(operation, form)
        if not isinstance(columns, list) or not 0 < len(columns) <= MOST_COLUMNS:
            says = text(f"1 to {MOST_COLUMNS} columns.", f"应为 1 至 {MOST_COLUMNS} 列。")
            raise invalid_at("/columns", "columns", says)
        for at, each in enumerate(columns):
            field = form.fields.get(each) if isinstance(each, str) else None
            shown = isinstance(each, str) and each in conditions.OF_EVERY_RECORD
            shown = shown or (field is not None and field.type != "table" and field.path not in closed)
            if not shown or columns.index(each) != at:
                raise invalid_at(f"/columns/{at}", "unknown_field", conditions.UNKNOWN)
    return {"sort": sort, "columns": columns}
