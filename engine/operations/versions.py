"""Published definitions as they are read: texts, histories, differences, and what holds for one org unit.

Used by `commands`; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions import overlays_for, shelf
from engine.definitions.comparing import changes, diff
from engine.definitions.documents import key_of
from engine.definitions.effective import Origin, effective
from engine.errors import forbidden, invalid_at, not_found, say, text
from engine.expressions import Reference
from engine.operations import loading, presenting, rights
from engine.operations.calls import Answer

if TYPE_CHECKING:
    from engine.access.directory import Unit
    from engine.definitions.models import Library
    from engine.operations.operation import Operation


def require(operation: Operation, action: str) -> None:
    """Refused for whom the policy does not let do this with definitions, everywhere."""
    if rights.reach(operation, "definitions", action) is not None:
        raise forbidden()


def names(operation: Operation) -> Answer:
    """Every definition by kind and name, for whom the policy lets see definitions."""
    require(operation, "see")
    found = shelf.texts(operation.connection, operation.library.version)
    items = [{"kind": kind, "name": name, "version": operation.library.version} for kind, name in sorted(found)]
    return Answer(200, {"items": items, "next": None})


def show(operation: Operation, kind: str, name: str, query: Mapping[str, str]) -> Answer:
    """One definition's text as it was published, of this or an older version; or what holds for an org unit."""
    require(operation, "see")
    version = number(query.get("version")) or operation.library.version
    if "org" in query:
        return _effective(operation, kind, name, query["org"], version)
    key = key_of(kind, name, layer_of(operation, query.get("layer")) or 0)
    found = shelf.texts(operation.connection, version).get(key)
    if found is None:
        raise not_found()
    return Answer(200, {"kind": kind, "name": name, "version": version, "text": found}, {"ETag": f'"{version}"'})


def layer_of(operation: Operation, sent: str | None) -> int | None:
    """The number of a layer that is named by it or by its library; None when none is named."""
    if sent is None:
        return None
    documents = shelf.documents(operation.connection, operation.library.version)
    layers = {each.layer: each.named for each in documents if each.kind == "library"}
    known = {str(layer): layer for layer in layers} | {name: layer for layer, name in layers.items() if name}
    if sent not in known:
        listed = ", ".join(sorted(known))
        says = text(f"There is no such layer; there are: {listed}.", f"没有此层；现有：{listed}。")
        raise invalid_at("/layer", "unknown_layer", says)
    return known[sent]


def _effective(operation: Operation, kind: str, name: str, org: str, version: int) -> Answer:
    """What a form or workflow comes to for one org unit in a version, with the origin of every value."""
    unit = _unit(operation, org)
    if not 0 < version <= operation.library.version:
        raise not_found()
    library = loading.library(operation.services, operation.connection, version)
    form = library.forms.get(name if kind == "form" else _form_of(library, name))
    if kind not in ("form", "workflow") or form is None:
        raise not_found()
    chosen: tuple[str, ...] = ()
    if form.variant is not None and form.fields[form.variant].options.get("to") == unit.form:
        chosen = overlays_for(library, Reference(unit.form, unit.id), operation.environment(None))
    documents = shelf.documents(operation.connection, version)
    found = effective(documents, operation.services.vocabulary, kind, name, chosen)
    if found is None:
        raise not_found()
    body = {
        "kind": kind,
        "name": name,
        "version": version,
        "org": presenting.named(operation, unit.id),
        "overlays": list(found.overlays),
        "text": found.text,
        "values": found.data,
        "origins": [_origin(each) for each in found.origins],
    }
    return Answer(200, body, {"ETag": f'"{version}"'})


def _origin(each: Origin) -> dict[str, Any]:
    return {"path": each.path, "value": each.value, "layer": each.layer, "file": each.file, "line": each.line}


def _form_of(library: Library, workflow: str) -> str:
    return next((form for form, each in library.workflows.items() if each.name == workflow), "")


def _unit(operation: Operation, org: str) -> Unit:
    """An org unit by its code or id."""
    return unit_of(operation, org, "/org")


def unit_of(operation: Operation, org: str, path: str) -> Unit:
    """An org unit by its code or id; refused at a path when there is none."""
    units = operation.directory.units
    found = units.get(org) or next((each for each in units.values() if each.code == org), None)
    if found is None:
        raise invalid_at(path, "unknown_unit", text("There is no such org unit.", "没有此组织单元。"))
    return found


def history(operation: Operation, kind: str, name: str) -> Answer:
    """The versions that touched one definition, newest first: by whom, proposed by whom, and what changed in words."""
    require(operation, "see")
    key, connection = key_of(kind, name, 0), operation.connection
    items = []
    for each in shelf.history(connection, *key):
        before = {k: v for k, v in texts(operation, each.version - 1).items() if k == key}
        after = {k: v for k, v in texts(operation, each.version).items() if k == key}
        items.append(
            {
                "version": each.version,
                "author": each.author,
                "proposed_by": list(each.about.proposed),
                "note": each.note,
                "at": each.at.isoformat().replace("+00:00", "Z"),
                "hash": each.hash,
                "changes": [say(words, operation.call.language) for words in changes(before, after)],
            }
        )
    if not items:
        raise not_found()
    return Answer(200, {"items": items, "next": None})


def texts(operation: Operation, version: int) -> Mapping[tuple[str, str], str]:
    """The texts of a version by kind and name; nothing before the first."""
    return shelf.texts(operation.connection, version) if version > 0 else {}


def difference(operation: Operation, kind: str, name: str, query: Mapping[str, str]) -> Answer:
    """What differs between two versions of a definition, in lines and in words."""
    require(operation, "see")
    newest = operation.library.version
    later = number(query.get("to")) or newest
    earlier = number(query.get("from")) or max(later - 1, 1)
    key = (kind, name)
    old = {k: v for k, v in shelf.texts(operation.connection, earlier).items() if k == key}
    new = {k: v for k, v in shelf.texts(operation.connection, later).items() if k == key}
    if not old and not new:
        raise not_found()
    words = [say(each, operation.call.language) for each in changes(old, new)]
    return Answer(200, {"from": earlier, "to": later, "lines": list(diff(old, new)), "changes": words})


def number(sent: str | None) -> int | None:
    """A version that was named."""
    if sent is None:
        return None
    if not (sent.isascii() and sent.isdigit() and 0 < len(sent) < 10):
        raise invalid_at("/version", "not_a_number", text("A whole number is expected.", "应为整数。"))
    return int(sent)
