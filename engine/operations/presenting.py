"""A record as one person sees it: values without what is hidden, references with code and title. For every reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.clock import from_stored
from engine.definitions.models import Field
from engine.errors import say, text
from engine.expressions import Reference
from engine.fields import BY_NAME
from engine.operations import rights, writing
from engine.operations.titles import code_field, title_field
from engine.records.filling_plan import REFERENCES

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.records.archive import Stored


def values(operation: Operation, folder: Folder, person_hidden: frozenset[str] | None = None) -> dict[str, Any]:
    """The record's fields as JSON, without those hidden from the actor; live and computed values as of now."""
    hidden = rights.hidden(operation, folder) if person_hidden is None else person_hidden
    shown: dict[str, Any] = {}
    current = writing.current(operation, folder)
    for name, field in folder.form.fields.items():
        if name in hidden:
            continue
        if field.type == "table":
            columns = [each for each in field.fields.values() if each.path not in hidden]
            shown[name] = [
                {"row": row["row"], **{each.name: value(operation, each, row.get(each.name)) for each in columns}}
                for row in current.get(name) or ()
            ]
        else:
            shown[name] = value(operation, field, current.get(name))
    return shown


def value(operation: Operation, field: Field, found: Any) -> Any:
    """One value as JSON; a reference with the code and title of what it names."""
    if found is None:
        return None
    if isinstance(found, Reference):
        return reference(operation, found)
    return BY_NAME[field.type].dump(found, field)


def kept(operation: Operation, field: Field, found: Any) -> Any:
    """One value as history keeps it; references by what they name now."""
    if field.type not in REFERENCES:
        return found
    return [named(operation, each) for each in found] if isinstance(found, list) else named(operation, found)


def reference(operation: Operation, of: Reference) -> dict[str, Any]:
    """`{id, code, title}` of a referenced record."""
    return named(operation, of.id)


def named(operation: Operation, record: str) -> dict[str, Any]:
    """`{id, code, title}` of a record, whatever its form."""
    stored = operation.shelf.head(record)
    if stored is None:
        return {"id": record, "code": None, "title": None}
    return {"id": record, **titles(operation, stored)}


def titles(operation: Operation, stored: Stored) -> dict[str, Any]:
    """Code and title of a stored record, from the fields that its form shows."""
    form = operation.library.forms.get(stored.form)
    code = code_field(form) if form else None
    title = title_field(form) if form else None
    return {
        "code": stored.values.get(code) if code else stored.number,
        "title": stored.values.get(title) if title else stored.number,
    }


def called(folder: Folder, shown: Mapping[str, Any]) -> dict[str, Any]:
    """`{id, code, title}` of a record of which `shown` is seen; its number stands for what is hidden or empty."""
    code, title = code_field(folder.form), title_field(folder.form)
    said = {"code": shown.get(code or ""), "title": shown.get(title or "")}
    return {"id": folder.id, **{name: found or folder.number for name, found in said.items()}}


def moment(micros: int | None) -> str | None:
    """A stored moment as RFC 3339 in UTC."""
    return None if micros is None else from_stored(micros).isoformat().replace("+00:00", "Z")


_SYSTEM = text("System", "系统")


def person(operation: Operation, who: str | None) -> dict[str, Any] | None:
    """A person as `{id, code, title}`; the system has no record."""
    if not who:
        return None
    if who == "system":
        return {"id": "system", "code": "system", "title": say(_SYSTEM, operation.call.language)}
    return reference(operation, Reference(operation.person_form, who))


def head(operation: Operation, folder: Folder) -> dict[str, Any]:
    """What every answer about a record begins with."""
    stored = folder.stored
    return {
        "id": folder.id,
        "form": folder.form.name,
        "number": folder.number,
        "state": folder.state,
        "revision": stored.revision if stored else 0,
        "version": folder.version or operation.library.version,
        "created": moment(folder.created),
        "created_by": person(operation, folder.created_by),
        "updated": moment(stored.updated if stored else folder.created),
    }
