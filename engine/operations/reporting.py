"""Reports as one person sees them: which columns, of which rows, described as forms are. Used by `commands` and verbs.

A report is closed to whom no line lets see it. Its rows come from records that both its own line and that of the form
they are of let him see; a column that reads what he cannot be sure to see in all of them is not there, and a report
whose condition reads such a thing is not there at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Column, Field, Form, Report
from engine.definitions.stocked import STOCK
from engine.errors import not_found, say
from engine.expressions import Expression
from engine.operations import conditions, formview, rights, sight
from engine.operations.calls import Answer

if TYPE_CHECKING:
    from engine.operations.operation import Operation


@dataclass(frozen=True)
class Seen:
    """A report with the columns that its reader sees; `form` shows those alone."""

    report: Report
    form: Form
    scope: rights.Units


def seen(operation: Operation, name: str) -> Seen | None:
    """The report of this name, as far as the actor may see it."""
    report = operation.library.reports.get(name)
    if report is None or rights.reach(operation, name, "see") == rights.CLOSED:
        return None
    if report.where is not None and _unseen(operation, report, report.where):
        return None
    closed = rights.never_seen(operation, report.form)
    fields: dict[str, Field] = {}
    for column in report.columns.values():
        if column.name not in closed and _is_seen(operation, report, column, fields):
            fields[column.name] = report.form.fields[column.name]
    if not fields:
        return None
    form = replace(report.form, fields=fields, list=tuple(fields))
    return Seen(report, form, _scope(operation, report))


def required(operation: Operation, name: str) -> Seen:
    """The same; refused as not there."""
    found = seen(operation, name)
    if found is None:
        raise not_found()
    return found


def _scope(operation: Operation, report: Report) -> rights.Units:
    own, source = (rights.reach(operation, each, "see") for each in (report.name, report.source))
    if own is None or source is None:
        return source if own is None else own
    return own & source


def _is_seen(operation: Operation, report: Report, column: Column, known: Mapping[str, Any]) -> bool:
    if column.expression is None:
        return True
    if column.kind == "formula":
        return all(path[0] in known for path in column.expression.names)
    return not _unseen(operation, report, column.expression)


def _unseen(operation: Operation, report: Report, expression: Expression) -> bool:
    """Whether an expression reads what the actor cannot be sure to see in every record."""
    form = report.over
    paths = [_words(report, path) for path in expression.names]
    if expression.calls and report.table is not None:
        paths += [(report.table, name) for name in form.fields[report.table].fields if _is_number(form, report, name)][
            :1
        ]
    if report.source == STOCK and any(_is_closed(operation, form, path) for path in paths if path):
        return True
    return any(path and sight.unseen(operation, form, path) for path in paths)


def _is_closed(operation: Operation, form: Form, path: tuple[str, ...]) -> bool:
    """Whether a line of stock refers to documents none of which the actor may see."""
    to = form.fields[path[0]].fields[path[1]].options.get("to")
    target = operation.library.forms.get(str(to))
    return target is not None and target.kind == "document" and not rights.sees_form(operation, target.name)


def _is_number(form: Form, report: Report, name: str) -> bool:
    return form.fields[str(report.table)].fields[name].value_type.kind in ("quantity", "decimal", "money")


def _words(report: Report, path: tuple[str, ...]) -> tuple[str, ...]:
    """A path as one within the record."""
    if path[0] == "row":
        return (str(report.table), *path[1:])
    return path[1:] if path[0] == "it" else ()


# -- described -----------------------------------------------------------------------------------------------------


def listed(operation: Operation) -> Iterator[Seen]:
    """Every report that the actor may see."""
    found = (seen(operation, name) for name in operation.library.reports)
    return (each for each in found if each is not None)


def forms(operation: Operation) -> Answer:
    """Forms and reports that this person may see."""
    answer = formview.forms(operation)
    language = operation.call.language
    shown = [
        {
            "form": each.report.name,
            "title": say(each.form.title, language),
            "kind": "report",
            "version": operation.library.version,
            "ledger": None,
        }
        for each in listed(operation)
    ]
    return Answer(200, {"items": [*answer.body["items"], *shown], "next": None})


def form(operation: Operation, name: str) -> Answer:
    """One report as this person sees it, in the shape of a form."""
    found = required(operation, name)
    language = operation.call.language
    return Answer(
        200,
        {
            "form": name,
            "title": say(found.form.title, language),
            "kind": "report",
            "version": operation.library.version,
            "list": list(found.form.fields),
            "narrows": conditions.told(operation, found.form),
            "amount": None,
            "currency": operation.library.settings.get("currency"),
            "fields": {each.name: formview.field(operation, each) for each in found.form.fields.values()},
            "schema": None,
            "states": [],
            "actions": [
                {
                    "name": each.name,
                    "title": say(each.title, language) or each.name,
                    "rows": "chosen",
                    "asks": {asked: formview.field(operation, of) for asked, of in each.asks.items()},
                }
                for each in found.report.transitions.values()
                if rights.reach(operation, name, each.name) != rights.CLOSED
            ],
        },
    )


def may(operation: Operation) -> dict[str, list[str]]:
    """What the actor may do with which report."""
    out = {}
    for each in listed(operation):
        name = each.report.name
        words = ("see", "export", *each.report.transitions)
        out[name] = [word for word in words if rights.reach(operation, name, word) != rights.CLOSED]
    return out
