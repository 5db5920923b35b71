"""Definitions: what is published, how it came about, checking and publishing another text, rolling back.

Used by `commands` and, for folders, by bootstrap. Publishing adds partitions and indexes, rebuilds facts, and bumps the
library's stamp, all in one transaction: the next operation of every process follows the new version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.access import stamps
from engine.database.dialects import close_gate
from engine.definitions import Finding, Loaded, shelf
from engine.definitions.comparing import changes, diff
from engine.definitions.documents import Document
from engine.definitions.loading import document_of, load_documents
from engine.definitions.models import Library
from engine.errors import Fault, Refusal, forbidden, invalid, invalid_at, not_found, rule, say, text
from engine.operations import bodies, counting, presenting, rights
from engine.operations.calls import Actor, Answer, Call
from engine.operations.operation import Operation
from engine.records import alerts, archive, reindexing
from engine.records.publishing import publish_storage
from engine.records.words import CUT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

SYSTEM_CALL = Call(Actor("system", "system", "system", "system"), "en", route="publish")
GATE, STAMP = 7_281_003, "words"
"""One process at a time writes words anew; and how those are cut that are kept."""
KINDS = ("form", "workflow", "report", "template", "permissions", "overlay", "mapping", "library", "tests")


def _require(operation: Operation, action: str) -> None:
    if rights.reach(operation, "definitions", action) is not None:
        raise forbidden()


def names(operation: Operation) -> Answer:
    """Every definition by kind and name, for whom the policy lets see definitions."""
    _require(operation, "see")
    found = shelf.texts(operation.connection, operation.library.version)
    items = [{"kind": kind, "name": name, "version": operation.library.version} for kind, name in sorted(found)]
    return Answer(200, {"items": items, "next": None})


def show(operation: Operation, kind: str, name: str, query: Mapping[str, str]) -> Answer:
    """One definition's text as it was published, of this or an older version."""
    _require(operation, "see")
    version = _version(query.get("version")) or operation.library.version
    found = shelf.texts(operation.connection, version).get((kind, name))
    if found is None:
        raise not_found()
    return Answer(200, {"kind": kind, "name": name, "version": version, "text": found}, {"ETag": f'"{version}"'})


def history(operation: Operation, kind: str, name: str) -> Answer:
    """The versions that touched one definition, newest first."""
    _require(operation, "see")
    items = [
        {
            "version": each.version,
            "author": each.author,
            "note": each.note,
            "at": each.at.isoformat().replace("+00:00", "Z"),
            "hash": each.hash,
        }
        for each in shelf.history(operation.connection, kind, name)
    ]
    if not items:
        raise not_found()
    return Answer(200, {"items": items, "next": None})


def difference(operation: Operation, kind: str, name: str, query: Mapping[str, str]) -> Answer:
    """What differs between two versions of a definition, in lines and in words."""
    _require(operation, "see")
    newest = operation.library.version
    later = _version(query.get("to")) or newest
    earlier = _version(query.get("from")) or max(later - 1, 1)
    key = (kind, name)
    old = {k: v for k, v in shelf.texts(operation.connection, earlier).items() if k == key}
    new = {k: v for k, v in shelf.texts(operation.connection, later).items() if k == key}
    if not old and not new:
        raise not_found()
    words = [say(each, operation.call.language) for each in changes(old, new)]
    return Answer(200, {"from": earlier, "to": later, "lines": list(diff(old, new)), "changes": words})


def _version(sent: str | None) -> int | None:
    if sent is None:
        return None
    if not (sent.isascii() and sent.isdigit() and 0 < len(sent) < 10):
        raise invalid_at("/version", "not_a_number", text("A whole number is expected.", "应为整数。"))
    return int(sent)


def check(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{texts: [{kind, name, text}]}` laid over what is published: every finding, nothing is changed."""
    _require(operation, "see")
    loaded = _laid_over(operation, body)
    return Answer(200, [finding(each, operation.call.language) for each in loaded.findings])


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


def publish(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{texts: [{kind, name, text}], note}`: the next version; refused with every finding that stands against it."""
    _require(operation, "publish")
    loaded = _laid_over(operation, body)
    note = body.get("note")
    version = put(
        operation.services, operation.connection, loaded, operation.actor_id, note if isinstance(note, str) else ""
    )
    return Answer(200, _small(operation, version))


def rollback(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{version, note?}`: the texts of an older version become the next version."""
    _require(operation, "publish")
    bodies.only(body, {"version", "note"})
    wanted = body.get("version")
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        raise invalid_at("/version", "not_a_number", text("A whole number is expected.", "应为整数。"))
    connection = operation.connection
    if not 0 < wanted <= operation.library.version:
        raise not_found()
    loaded = load_documents(
        shelf.documents(connection, wanted), operation.services.vocabulary, numbers=shelf.numbers(connection)
    )
    note = body.get("note")
    version = put(operation.services, connection, loaded, operation.actor_id, note if isinstance(note, str) else "")
    return Answer(200, _small(operation, version))


def _small(operation: Operation, version: int) -> dict[str, Any]:
    return {
        "form": "definitions",
        "id": str(version),
        "number": None,
        "state": "published",
        "revision": version,
        "version": version,
        "seq": 0,
        "person": presenting.person(operation, operation.actor_id),
    }


def _laid_over(operation: Operation, body: Mapping[str, Any]) -> Loaded:
    bodies.only(body, {"texts", "note"})
    sent = body.get("texts")
    if not isinstance(sent, Sequence) or isinstance(sent, str):
        raise invalid_at("/texts", "not_a_list", text("A list of definitions is expected.", "应为定义列表。"))
    found = {each.key: each for each in shelf.documents(operation.connection, operation.library.version)}
    for index, each in enumerate(sent):
        document = _document(index, each)
        before = found.get(document.key)
        if before is not None:
            document = Document(before.kind, before.name, before.layer, before.path, document.text)
        found[document.key] = document
    return load_documents(
        list(found.values()), operation.services.vocabulary, numbers=shelf.numbers(operation.connection)
    )


def _document(index: int, sent: Any) -> Document:
    kind, name, words = (sent.get(each) if isinstance(sent, Mapping) else None for each in ("kind", "name", "text"))
    if kind not in KINDS or not isinstance(name, str) or not isinstance(words, str) or not _plain(name):
        says = text("A definition is {kind, name, text}.", "定义应为 {kind, name, text}。")
        raise invalid_at(f"/texts/{index}", "bad_definition", says)
    return document_of(kind, name, words)


def _plain(name: str) -> bool:
    return (
        0 < len(name) < 64
        and name.isascii()
        and name.replace("_", "a").isalnum()
        and name.islower()
        and name[0].isalpha()
    )


def put(services: Services, connection: Connection, loaded: Loaded, author: str, note: str) -> int:
    """Publish what was read, within the caller's transaction: texts, storage, facts, and everybody is told."""
    errors = [each for each in loaded.findings if each.severity == "error"]
    if loaded.library is None or errors:
        raise invalid(
            Fault(f"{each.file}:{each.line}:{each.path}", each.code, each.message) for each in errors or loaded.findings
        )
    before = shelf.published(connection)
    if before:
        _require_known_roles(connection, loaded.library)
        _require_known_forms(connection, before, loaded.library)
    version = shelf.publish(connection, loaded, author, note, services.now(connection), services.vocabulary)
    if version == before:
        return version
    library = shelf.load(connection, version, services.vocabulary)
    publish_storage(connection, library.forms.values())
    alerts.forget(connection, library.alerts)
    if before:
        _find_anew(connection, shelf.load(connection, before, services.vocabulary), library)
    stamps.put(connection, "library", version)
    if not before or _counted(connection, before) != _counted(connection, version):
        counting.rebuild(Operation(services, connection, SYSTEM_CALL))
    return version


def _find_anew(connection: Connection, before: Library, library: Library) -> None:
    """Records are found by what the new definitions say, those that are there too."""
    changed = reindexing.changed(before.forms, library.forms)
    for form in changed:
        try:
            reindexing.reindex(connection, form)
        except Refusal as refusal:
            says = text("Records have the same value here.", "已有单据在此处的值相同。")
            raise invalid(
                Fault(f"/form/{form.name}{each.path}", each.code, says) for each in refusal.faults
            ) from refusal
    for form in changed:
        reindexing.borrow(connection, form)


def cut_words(services: Services) -> int:
    """Write anew what records are found by, if an older program cut their words; gives of how many forms."""

    def are_cut(connection: Connection) -> bool:
        return stamps.read(connection).get(STAMP, 0) == CUT

    def work(connection: Connection) -> int:
        close_gate(connection, GATE)
        if are_cut(connection):
            return 0
        version = shelf.published(connection)
        forms = list(shelf.load(connection, version, services.vocabulary).forms.values()) if version else []
        reindexing.cut_anew(connection, forms)
        stamps.put(connection, STAMP, CUT)
        return len(forms)

    with services.database.reading() as connection:
        if are_cut(connection):
            return 0
    return services.database.transaction(work)


def _require_known_roles(connection: Connection, library: Library) -> None:
    """No role is taken away that somebody holds."""
    held: dict[str, int] = {}
    for form in library.forms.values():
        told = form.told.get("assignment")
        if told:
            ends = {state.name for state in library.workflows[form.name].states.values() if state.end}
            for each in archive.of_form(connection, form.name):
                role = str(each.values.get(told["role"]))
                if each.state not in ends and role not in library.rights.roles:
                    held[role] = held.get(role, 0) + 1
    if held:
        listed = ", ".join(f"{role} ({count})" for role, count in sorted(held.items()))
        says = text(f"These roles are held by people: {listed}.", f"以下角色仍有人担任：{listed}。")
        raise rule("role_in_use", says, faults=[Fault("/permissions/roles", "role_in_use", says)])


def _require_known_forms(connection: Connection, before: int, library: Library) -> None:
    """No form is taken away that has records."""
    gone = sorted(
        name for kind, name in shelf.texts(connection, before) if kind == "form" and name not in library.forms
    )
    held = [name for name in gone if archive.find(connection, name, {}, limit=1)]
    if held:
        listed = ", ".join(held)
        says = text(f"There are records of these forms: {listed}.", f"以下表单仍有单据：{listed}。")
        raise rule("form_in_use", says, faults=[Fault(f"/form/{each}", "form_in_use", says) for each in held])


def _counted(connection: Connection, version: int) -> dict[tuple[str, str], str]:
    """The definitions on which facts rest; rights, notices and tests are not among them."""
    texts = shelf.texts(connection, version)
    return {key: words for key, words in texts.items() if key[0] not in ("permissions", "template", "tests")}
