"""Definitions: checking and publishing another text, or drafts; rolling back.

Used by `commands` and, for folders, by bootstrap. Publishing adds partitions and indexes, rebuilds facts, and bumps the
library's stamp, all in one transaction: the next operation of every process follows the new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.access import kept, stamps
from engine.access.matrix import Line
from engine.database.dialects import close_gate
from engine.definitions import Loaded, drafts, shelf
from engine.definitions.assembly import library_hash
from engine.definitions.checks.rights import can_name
from engine.definitions.mappings import PLAIN, Carrying, aliases
from engine.definitions.models import Library
from engine.errors import Fault, Refusal, invalid, invalid_at, not_found, text
from engine.operations import (
    bodies,
    carryover,
    counting,
    in_use,
    laying,
    presenting,
    second_person,
    verifying,
    versions,
)
from engine.operations.calls import Actor, Answer, Call
from engine.operations.once import Untested
from engine.operations.operation import Operation
from engine.operations.second_person import NOBODY, Wrote
from engine.records import alerts, reindexing
from engine.records.publishing import publish_storage
from engine.records.words import CUT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

SYSTEM_CALL = Call(Actor("system", "system", "system", "system"), "en", route="publish")
GATE, STAMP = 7_281_003, "words"
LONGEST_NOTE = 2_000
"""One process at a time writes words anew; and how those are cut that are kept."""
PUBLISHING = 7_281_004
"""One publishes at a time."""


def check(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{texts?, drafts?, tests?}` laid over what is published: every finding, nothing is changed.

    With `tests` its process tests are run as well, for who may draft definitions.
    """
    versions.require(operation, "edit" if body.get("tests") is True else "see")
    bodies.only(body, {"texts", "drafts", "note", "tests"})
    loaded = laying.lay(operation, body, operation.library.version).loaded
    found = loaded.findings
    if body.get("tests") is True and loaded.library is not None:
        found = (*found, *operation.services.tested(loaded))
    return Answer(200, [laying.finding(each, operation.call.language) for each in found])


def publish(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{texts?, drafts?, note?}`: the next version; refused with every finding that stands against it."""
    versions.require(operation, "publish")
    bodies.only(body, {"texts", "drafts", "note", "mapping", "running", "records", "again"})
    carries = carryover.is_running(body)
    connection = operation.connection
    close_gate(connection, PUBLISHING)
    laid = laying.lay(operation, body, shelf.published(connection))
    wrote = second_person.wrote(operation.actor_id, laid, body)
    version = put(
        operation.services, connection, laid.loaded, operation.actor_id, _note(body), wrote, mapping=laid.mapping
    )
    for each in laid.drafts:
        drafts.drop(connection, each)  # what somebody has written over it meanwhile stays, begun with the older version
    moved = _carried(operation, laid.mapping, body) if carries else {}
    return Answer(200, {**_small(operation, version), **moved})


def _carried(operation: Operation, mapping: Carrying, body: Mapping[str, Any]) -> dict[str, Any]:
    """Carry over what is under way to what was just published, with the eyes of that; by which run, and how many."""
    after = Operation(operation.services, operation.connection, operation.call)
    return carryover.with_version(after, mapping_of(mapping, after.library, operation.library.version), body)


def _note(body: Mapping[str, Any]) -> str:
    note = body.get("note", "")
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        says = text(f"A text of at most {LONGEST_NOTE} characters.", f"最多 {LONGEST_NOTE} 个字符的文本。")
        raise invalid_at("/note", "too_long", says)
    return note


def rollback(operation: Operation, body: Mapping[str, Any]) -> Answer:
    """`{version, note?}`: the texts of an older version become the next version."""
    versions.require(operation, "publish")
    bodies.only(body, {"version", "note", "mapping", "running", "records", "again"})
    carries = carryover.is_running(body)
    wanted = body.get("version")
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        raise invalid_at("/version", "not_a_number", text("A whole number is expected.", "应为整数。"))
    connection = operation.connection
    close_gate(connection, PUBLISHING)
    if not 0 < wanted <= operation.library.version:
        raise not_found()
    loaded, mapping = laying.back(operation, body, wanted)
    wrote = second_person.going_back(operation.actor_id, body)
    version = put(operation.services, connection, loaded, operation.actor_id, _note(body), wrote, mapping=mapping)
    moved = _carried(operation, mapping or PLAIN, body) if carries else {}
    return Answer(200, {**_small(operation, version), **moved})


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


def put(
    services: Services,
    connection: Connection,
    loaded: Loaded,
    author: str,
    note: str,
    wrote: Wrote = NOBODY,
    *,
    mapping: Carrying | None = PLAIN,
) -> int:
    """Publish what was read, within the caller's transaction: texts, storage, facts, and everybody is told.

    Without any `mapping` what is taken away must only not be in use by what follows the newest version. `wrote` says
    who has written it.
    """
    read = verifying.require_sound(loaded)
    close_gate(connection, PUBLISHING)  # whoever publishes a folder comes by no other gate
    before = shelf.published(connection)
    if before:
        old = shelf.load(connection, before, services.vocabulary)
        second_person.require(connection, old, read, author, wrote)
        mapped = mapping and mapping_of(mapping, read, before)
        in_use.require_unused(connection, old, read, mapped or PLAIN, pinned=mapped is not None, back=wrote.back)
    if not wrote.back:  # what is rolled back to was tested when it was published
        _require_tested(services, loaded)
    version = shelf.publish(
        connection, loaded, author, note, services.now(connection), services.vocabulary, wrote.about
    )
    if version == before:
        return version
    library = shelf.load(connection, version, services.vocabulary)
    publish_storage(connection, library.forms.values())
    alerts.forget(connection, library.alerts)
    if before:
        _keep_rights(connection, old, library)
        _find_anew(connection, old, library)
    stamps.put(connection, "library", version)
    if not before or _counted(connection, before) != _counted(connection, version):
        counting.rebuild(Operation(services, connection, SYSTEM_CALL))
    if before:
        carryover.follow(Operation(services, connection, SYSTEM_CALL), old, mapped or PLAIN)
    return version


def _require_tested(services: Services, loaded: Loaded) -> None:
    """Refused when a process test finds something; they run outside of this transaction, which is begun again then."""
    if not loaded.tests:
        return
    found = services.caches.tested.get(library_hash(loaded.documents))
    if found is None:
        raise Untested(loaded)
    if found:
        raise verifying.found_wrong(found)


def mapping_of(said: Carrying, library: Library, before: int) -> Carrying:
    """What becomes of what is taken away: what was said, or else what travels with the library."""
    return travelling(library, before) if said is PLAIN else said


def travelling(library: Library, before: int) -> Carrying:
    """The mapping of the library that was written for the version that is in force, where none is named."""
    return next((each for each in library.mappings.values() if each.since == before), PLAIN)


def _keep_rights(connection: Connection, before: Library, library: Library) -> None:
    """What the new version cannot name any more stays granted, in older records, as it was granted last."""
    roles = library.rights.roles
    kept.put(connection, kept.named(unnamed(connection, before, library), aliases(library.mappings, roles), roles))


def unnamed(connection: Connection, before: Library, library: Library) -> tuple[Line, ...]:
    """What was granted last of what a new version cannot name."""
    lines = (*before.rights.lines, *kept.read(connection))
    return tuple(each for each in lines if not can_name(library, each[1], each[2]))


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


def _counted(connection: Connection, version: int) -> dict[tuple[str, str], str]:
    """The definitions on which facts rest; rights, notices and tests are not among them."""
    texts = shelf.texts(connection, version)
    return {key: words for key, words in texts.items() if key[0] not in ("permissions", "template", "tests")}
