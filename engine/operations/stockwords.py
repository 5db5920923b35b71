"""How stock is spoken of: places by code and title, units, why something moved. Used by `stock` and `stocktrail`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form, Workflow
from engine.errors import say, text
from engine.expressions import Reference
from engine.operations import presenting, rights, wording
from engine.operations.operation import unfolded

if TYPE_CHECKING:
    from engine.operations.operation import Operation
    from engine.records.archive import Stored

SPLIT = text("Divided", "拆分")
"""What is promised to a row that was split; no transition of anybody's."""


def place(operation: Operation, key: str, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """A place by its key, with a code that people use: `S01`, `S01/damaged`, `TR-7/transit`, `loss`.

    A place of a record is called by the record's number only before who sees the record; `known` spares asking twice.
    """
    record, _, part = key.partition("/")
    language = operation.call.language
    if record == "chain":
        told = operation.library.places.get(part)
        return {"id": key, "code": part, "title": (say(told.title, language) if told else "") or part}
    form = _form(operation, record)
    if part and form is not None and "place" not in (form.told.get("ledger") or {}):
        shown = known if known is not None else {}
        if record not in shown:
            shown[record] = _source(operation, record)
        if shown[record][0] is None:
            title = say(form.title, language)
            return {"id": key, "code": part, "title": f"{title} · {_part(operation, form, part)}"}
    named = presenting.reference(operation, Reference("", record))
    code = named["code"] or record
    if not part:
        return {"id": key, "code": code, "title": named["title"]}
    return {"id": key, "code": f"{code}/{part}", "title": f"{named['title'] or code} · {_part(operation, form, part)}"}


def _part(operation: Operation, form: Form | None, part: str) -> str:
    told = form.places.get(part) if form else None
    return (say(told.title, operation.call.language) if told else "") or part


def _form(operation: Operation, record: str) -> Form | None:
    stored = operation.shelf.head(record)
    return operation.library.forms.get(stored.form) if stored else None


def unit(operation: Operation, item: str) -> dict[str, str] | None:
    """The unit that an item is counted in, as its form names it; None where the reader may not see it."""
    form, stored = _form(operation, item), operation.shelf.head(item)
    told = (form.told.get("ledger") or {}).get("item") if form else None
    field = form.fields.get(str(told.get("unit"))) if form and told else None
    value = stored.values.get(field.name) if stored and field else None
    if form is None or stored is None or field is None or value is None or _is_hidden(operation, form, stored, field):
        return None
    titles = {each.value: say(each.title, operation.call.language) for each in field.options.get("options") or ()}
    return {"value": str(value), "title": titles.get(value) or str(value)}


def _is_hidden(operation: Operation, form: Form, stored: Stored, field: Field) -> bool:
    if field.path in rights.never_seen(operation, form):
        return True
    return field.sees is not None and field.path in rights.hidden(operation, operation.unfold(stored))


def cause(operation: Operation, source: str, reason: str, known: dict[str, Any]) -> dict[str, Any]:
    """Why something moved, in words, and of which record, if the actor may see it; `known` spares asking twice."""
    if source not in known:
        known[source] = _source(operation, source)
    shown, workflow, form = known[source]
    if reason == "split":
        title = say(SPLIT, operation.call.language)
    else:
        title = wording.deed(workflow, reason, operation.call.language) if workflow else reason
    return {"title": title, "form": form, "of": shown}


def _source(operation: Operation, source: str) -> tuple[dict[str, Any] | None, Workflow | None, str | None]:
    folder = unfolded(operation, operation.shelf.head(source))
    if folder is None:
        return None, None, None
    if not rights.may(operation, folder, "see"):
        return None, folder.workflow, say(folder.form.title, operation.call.language)
    state = folder.workflow.states[folder.state]
    language = operation.call.language
    title = say(folder.form.title, language)
    return (
        {
            "form": folder.form.name,
            "id": folder.id,
            "number": folder.number,
            "title": title,
            "state": folder.state,
            "state_title": say(state.title, language) or folder.state,
        },
        folder.workflow,
        title,
    )
