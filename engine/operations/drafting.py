"""Drafts of definitions: written by `{text}` under `If-Match`, read, given up. Used by `commands`.

There is one draft of a definition, whoever works on it. Where there is none, what is published stands for it, and its
tag is the version that last changed it: whoever begins a draft says which one he has read. `DELETE` gives a draft up;
of a definition that has none it drafts its removal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.access import stamps
from engine.clock import to_stored
from engine.definitions import drafts, shelf
from engine.definitions.comparing import changes, diff
from engine.definitions.documents import key_of
from engine.definitions.drafts import Draft
from engine.definitions.reader import LARGEST
from engine.definitions.shelf import Key
from engine.errors import conflict, invalid_at, not_found, say, text
from engine.operations import bodies, laying, versions
from engine.operations.calls import Answer
from engine.operations.presenting import moment, person

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.operation import Operation

STAMP = "drafts"
"""Counts every writing of a draft, so that no revision comes twice."""


def page(operation: Operation) -> Answer:
    """Every draft, without its text."""
    versions.require(operation, "see")
    items = [_head(operation, each) for each in drafts.every(operation.connection)]
    return Answer(200, {"items": items, "next": None})


def show(operation: Operation, kind: str, name: str, query: Mapping[str, str]) -> Answer:
    """A draft with what it changes; where there is none, what is published, with the tag by which one begins."""
    versions.require(operation, "see")
    laying.require_kind(kind, name)
    layer = versions.layer_of(operation, query.get("layer"))
    key = key_of(kind, name, layer or 0)
    draft = drafts.of(operation.connection, key)
    base = shelf.changed_in(operation.connection, key)
    published = _published(operation, key)
    if draft is None:
        if published is None:
            raise not_found()
        body = {"kind": kind, "name": name, "version": base, "text": published, "draft": False}
        return Answer(200, body, {"ETag": f'"{base}"'})
    before = {} if published is None else {key: published}
    after = {} if draft.text is None else {key: draft.text}
    body = {
        **_head(operation, draft),
        "text": draft.text or "",
        "draft": True,
        "moved": base != draft.base,
        "lines": list(diff(before, after)),
        "changes": [say(each, operation.call.language) for each in changes(before, after)],
    }
    return Answer(200, body, {"ETag": f'"{draft.revision}"'})


def _head(operation: Operation, draft: Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "name": draft.name,
        "layer": draft.layer,
        "revision": draft.revision,
        "base": draft.base,
        "removes": draft.text is None,
        "author": person(operation, draft.author),
        "at": moment(to_stored(draft.at)),
    }


def _published(operation: Operation, key: Key) -> str | None:
    return shelf.texts(operation.connection, shelf.published(operation.connection)).get(key)


def put(
    operation: Operation, kind: str, name: str, query: Mapping[str, str], body: Mapping[str, Any], seen: int | None
) -> Answer:
    """Write a draft, `{text, base?}`: `base` says which published version it was merged with."""
    versions.require(operation, "edit")
    laying.require_kind(kind, name)
    bodies.only(body, {"text", "base"})
    words = body.get("text")
    if not isinstance(words, str):
        raise invalid_at("/text", "not_text", text("A text is expected.", "应为文本。"))
    if len(words.encode()) > LARGEST:
        raise invalid_at("/text", "too_large", text("The text is larger than 1 MiB.", "文本超过 1 MiB。"))
    base = body.get("base")
    if base is not None and (not isinstance(base, int) or isinstance(base, bool)):
        raise invalid_at("/base", "not_a_number", text("A whole number is expected.", "应为整数。"))
    return _write(operation, (kind, name), query, words, seen, base)


def delete(operation: Operation, kind: str, name: str, query: Mapping[str, str], seen: int | None) -> Answer:
    """Give a draft up; where there is none, draft that the definition is removed."""
    versions.require(operation, "edit")
    laying.require_kind(kind, name)
    layer = versions.layer_of(operation, query.get("layer"))
    key = key_of(kind, name, layer or 0)
    draft = drafts.of(operation.connection, key)
    if draft is None:
        return remove(operation, kind, name, query, seen)
    _require_seen(seen, draft.revision)
    if not drafts.drop(operation.connection, draft):
        raise _stale()
    return Answer(200, _small(draft, "published"))


def remove(operation: Operation, kind: str, name: str, query: Mapping[str, str], seen: int | None) -> Answer:
    """Draft that a definition is removed, instead of whatever is drafted of it."""
    versions.require(operation, "edit")
    laying.require_kind(kind, name)
    layer = versions.layer_of(operation, query.get("layer"))
    if _published(operation, key_of(kind, name, layer or 0)) is None:
        raise not_found()
    return _write(operation, (kind, name), query, None, seen, None)


def _write(
    operation: Operation, named: Key, query: Mapping[str, str], words: str | None, seen: int | None, base: int | None
) -> Answer:
    kind, name = named
    connection = operation.connection
    layer = versions.layer_of(operation, query.get("layer"))
    key = key_of(kind, name, layer or 0)
    draft, last = drafts.of(connection, key), shelf.changed_in(connection, key)
    there = _layer(operation, key)
    if draft is not None or there is not None:
        _require_seen(seen, draft.revision if draft is not None else last)
    if base is not None and base != last:
        says = text(f"The newest version of it is {last}.", f"其最新版本为 {last}。")
        raise invalid_at("/base", "unknown_version", says)
    new = Draft(
        kind=kind,
        name=name,
        layer=there if there is not None else layer if layer is not None else _topmost(operation),
        text=words,
        base=last if base is not None or draft is None else draft.base,
        revision=_revision(connection, last),
        author=operation.actor_id,
        at=operation.now,
        writers=tuple(dict.fromkeys((*(draft.writers if draft is not None else ()), operation.actor_id))),
    )
    if key_of(kind, name, new.layer) != key:
        new = replace(new, layer=0)
    if not drafts.put(connection, new, draft.revision if draft is not None else None):
        raise _stale()
    return Answer(200, _small(new, "draft"), {"ETag": f'"{new.revision}"'})


def _revision(connection: Connection, last: int) -> int:
    """A number that no draft has had, and no version of what it is drafted of."""
    drawn = stamps.bump(connection, STAMP)
    if drawn <= last:
        drawn = last + 1
        stamps.put(connection, STAMP, drawn)
    return drawn


def _layer(operation: Operation, key: Key) -> int | None:
    """The layer in which a definition lies."""
    documents = shelf.documents(operation.connection, shelf.published(operation.connection))
    return next((each.layer for each in documents if each.key == key), None)


def _topmost(operation: Operation) -> int:
    documents = shelf.documents(operation.connection, shelf.published(operation.connection))
    return max(each.layer for each in documents)


def _require_seen(seen: int | None, revision: int) -> None:
    if seen is None:
        raise conflict("no_revision", text("Say which revision you saw (If-Match).", "请提供 If-Match。"), 428)
    if seen != revision:
        raise _stale()


def _stale() -> Exception:
    return conflict("stale", text("Somebody has changed this meanwhile.", "内容已被他人修改。"), 412)


def _small(draft: Draft, state: str) -> dict[str, Any]:
    return {
        "form": "definitions",
        "id": f"{draft.kind}/{draft.name}",
        "number": None,
        "state": state,
        "revision": draft.revision,
        "version": draft.base,
        "seq": 0,
    }
