"""What somebody wants to lay over what is published: texts that he sends, and drafts. Used by `publishing`, `versions`.

A draft was begun with one version of its definition. If that has changed since, whoever publishes it would take back
what another has published: it is a conflict, until the draft says that it knows the newer one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.definitions import Finding, Loaded, drafts, shelf
from engine.definitions.documents import Document, key_of
from engine.definitions.drafts import Draft
from engine.definitions.loading import document_of, load_documents
from engine.definitions.mappings import PLAIN, Carrying
from engine.definitions.reader import write_yaml
from engine.errors import Fault, Kind, Refusal, invalid_at, not_found, say, text
from engine.operations import verifying

if TYPE_CHECKING:
    from engine.operations.operation import Operation

KINDS = ("form", "workflow", "report", "template", "permissions", "overlay", "mapping", "library", "tests")


@dataclass(frozen=True)
class Laid:
    """A library as it would be, and the drafts that it is made of."""

    loaded: Loaded
    drafts: tuple[Draft, ...]
    texts: int
    """How many texts were sent that are no drafts."""
    mapping: Carrying
    """What becomes of what is taken away; one that was sent with the rest is among the texts."""


def lay(operation: Operation, body: Mapping[str, Any], version: int, *, verify: bool = True) -> Laid:
    """`{texts?, drafts?}` of a body laid over a version; one of both must be there.

    Without `verify` it is only read: what walking it would find are warnings.
    """
    known = {each.key: each for each in shelf.documents(operation.connection, version)}
    found = dict(known)
    sent = _list(body, "texts", needed="drafts" not in body)
    if not sent and not body.get("drafts") and not body.get("mapping"):
        raise invalid_at("/drafts", "nothing", text("There is nothing to publish.", "没有要发布的内容。"))
    for index, each in enumerate(sent):
        document = _document(index, each)
        _put(found, document)
    taken = drafts_named(operation, body)
    for each in taken:
        if each.text is None:
            found.pop(each.key, None)
        else:
            made = document_of(each.kind, each.key[1], each.text)
            _put(found, Document(made.kind, made.name, each.layer, made.path, made.text))
    named = _mapping(body, version, found)
    loaded = load_documents(
        list(found.values()), operation.services.vocabulary, numbers=shelf.numbers(operation.connection)
    )
    mapping = _of_name(loaded, named) if named else PLAIN
    return Laid(verifying.verified(operation, loaded) if verify else loaded, tuple(taken), len(sent), mapping)


def back(operation: Operation, body: Mapping[str, Any], version: int) -> tuple[Loaded, Carrying | None]:
    """The texts of an older version, with the mapping that a body gives; None without one."""
    documents = shelf.documents(operation.connection, version)
    found = {each.key: each for each in documents}
    named = _mapping(body, operation.library.version, found)
    loaded = load_documents(
        list(found.values()), operation.services.vocabulary, numbers=shelf.numbers(operation.connection)
    )
    return loaded, _of_name(loaded, named) if named else None


def _of_name(loaded: Loaded, named: str) -> Carrying:
    if loaded.library is not None and named not in loaded.library.mappings:
        raise invalid_at("/mapping", "unknown_mapping", text(f"There is no mapping “{named}”.", f"没有映射“{named}”。"))
    return loaded.library.mappings[named] if loaded.library is not None else PLAIN


def drafts_named(operation: Operation, body: Mapping[str, Any]) -> list[Draft]:
    """The drafts of a body, as they stand."""
    return _drafts(operation, _list(body, "drafts", needed=False))


def _mapping(body: Mapping[str, Any], version: int, found: dict[tuple[str, str], Document]) -> str:
    """The name of the mapping; one that was sent as an object becomes a text of the library, for it travels with it."""
    sent = body.get("mapping")
    if not sent:
        return ""
    if isinstance(sent, str):
        return sent
    if not isinstance(sent, Mapping):
        raise invalid_at("/mapping", "not_a_mapping", text("A name or an object is expected.", "应为名称或对象。"))
    name = f"to_version_{version + 1}"
    words = {each: value for each, value in sent.items() if each not in ("format", "mapping")}
    told = {"format": 1, "mapping": name, "from": version, **words}
    _put(found, document_of("mapping", name, write_yaml(told)))
    return name


def _put(found: dict[tuple[str, str], Document], document: Document) -> None:
    """A text takes the place of the one there was, where that lies."""
    before = found.get(document.key)
    if before is not None:
        document = Document(before.kind, before.name, before.layer, before.path, document.text)
    found[document.key] = document


def _list(body: Mapping[str, Any], name: str, *, needed: bool) -> Sequence[Any]:
    sent = body.get(name)
    if sent is None and not needed:
        return ()
    if not isinstance(sent, Sequence) or isinstance(sent, str):
        raise invalid_at(f"/{name}", "not_a_list", text("A list of definitions is expected.", "应为定义列表。"))
    return sent


def _document(index: int, sent: Any) -> Document:
    kind, name, words = (sent.get(each) if isinstance(sent, Mapping) else None for each in ("kind", "name", "text"))
    if kind not in KINDS or not isinstance(name, str) or not isinstance(words, str) or not is_plain(name):
        says = text("A definition is {kind, name, text}.", "定义应为 {kind, name, text}。")
        raise invalid_at(f"/texts/{index}", "bad_definition", says)
    return document_of(kind, name, words)


def is_plain(name: str) -> bool:
    """Whether a definition may have this name."""
    return (
        0 < len(name) < 64
        and name.isascii()
        and name.replace("_", "a").isalnum()
        and name.islower()
        and name[0].isalpha()
    )


def _drafts(operation: Operation, sent: Sequence[Any]) -> list[Draft]:
    """The drafts that are named, each as `kind/name` or `{kind, name, layer?, revision?}`; each once, none outdated."""
    found: list[Draft] = []
    moved: list[Fault] = []
    for index, each in enumerate(sent):
        key, revision = _named(index, each)
        draft = drafts.of(operation.connection, key)
        if draft is None:
            says = text(f"There is no draft of {' '.join(key)}.", f"没有“{' '.join(key)}”的草稿。")
            raise invalid_at(f"/drafts/{index}", "no_draft", says)
        if draft.key in {one.key for one in found}:
            raise invalid_at(f"/drafts/{index}", "twice", text("This draft stands here twice.", "该草稿重复。"))
        if revision not in (None, draft.revision):
            says = text("Somebody has changed this draft meanwhile.", "该草稿已被他人修改。")
            moved.append(Fault(f"/drafts/{index}", "stale", says))
        elif (last := shelf.changed_in(operation.connection, key)) != draft.base:
            moved.append(Fault(f"/drafts/{index}", "base_moved", _moved(draft, last), params={"version": last}))
        found.append(draft)
    if moved:
        raise Refusal(Kind.CONFLICT, moved[0].code, moved[0].says, faults=moved, status=409)
    return found


def _moved(draft: Draft, last: int) -> Mapping[str, str]:
    name = " ".join(draft.key)
    return text(
        f"{name} was published anew in version {last}; this draft was begun with version {draft.base}.",
        f"“{name}”已在版本 {last} 中重新发布；此草稿基于版本 {draft.base}。",
    )


def _named(index: int, sent: Any) -> tuple[tuple[str, str], int | None]:
    at: Mapping[str, Any] = sent if isinstance(sent, Mapping) else {}
    if isinstance(sent, str):
        at = dict(zip(("kind", "name"), sent.split("/", 1), strict=False))
    kind, name, layer, revision = at.get("kind"), at.get("name"), at.get("layer", 0), at.get("revision")
    whole = isinstance(layer, int) and not isinstance(layer, bool) and (revision is None or isinstance(revision, int))
    if kind not in KINDS or not isinstance(name, str) or not is_plain(name) or not whole:
        says = text("A draft is named as kind/name.", "草稿应写作 kind/name。")
        raise invalid_at(f"/drafts/{index}", "bad_draft", says)
    return key_of(kind, name, layer), revision


def finding(found: Finding, language: str) -> dict[str, Any]:
    """A finding as the contract shows it."""
    return {
        "file": found.file,
        "line": found.line,
        "path": found.path,
        "code": found.code,
        "severity": found.severity,
        "message": say(found.message, language),
        "hint": say(found.hint, language) if found.hint else None,
        **({"example": [say(each, language) for each in found.example]} if found.example else {}),
    }


def require_kind(kind: str, name: str) -> None:
    """A path names a definition."""
    if kind not in KINDS or not is_plain(name):
        raise not_found()
