"""Reading what is published and who people are, once per change. Used by `operation`.

The library by its version, the directory by the stamp of people and org tree: both are numbers in the database, so
that every process sees a change at its next operation. What a transaction reads after it has changed either is not
kept: it may be taken back, and its number given to another change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.access import kept, stamps
from engine.access.directory import Assignment, Directory, Person, Unit
from engine.access.matrix import Line, Matrix
from engine.definitions import shelf
from engine.definitions.mappings import aliases
from engine.definitions.models import Form, Library
from engine.errors import Kind, Refusal, text
from engine.operations.shelf import ReadAs
from engine.records import archive
from engine.records.archive import Stored

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

KEPT_LIBRARIES = 40
KEPT_DIRECTORIES = 4


@dataclass(frozen=True, slots=True)
class State:
    """What is in force at one moment."""

    library: Library
    directory: Directory
    matrix: Matrix
    zone: ZoneInfo


def state_of(services: Services, connection: Connection, now: datetime) -> State:
    """What is in force now; refused as unavailable while nothing is published."""
    marks = stamps.read(connection)
    version = marks.get("library", 0)
    if not version:
        raise Refusal(Kind.UNAVAILABLE, "no_library", text("No definitions are published yet.", "尚未发布任何定义。"))
    newest = library(services, connection, version, fresh=version if stamps.has_counted(connection) else None)
    zone = ZoneInfo(str(newest.settings.get("zone", "UTC")))
    today = now.astimezone(zone).date()
    people = _directory(services, connection, newest, marks.get("people", 0), today)
    return State(newest, people, _matrix(services, connection, newest), zone)


def ready(services: Services) -> tuple[bool, str]:
    """Whether the database answers and something is published; else why not."""
    try:
        with services.database.reading() as connection:
            version = shelf.published(connection)
    except Refusal as refusal:
        return False, refusal.code
    return (True, "ready") if version else (False, "no_library")


def library(services: Services, connection: Connection, version: int, fresh: int | None = None) -> Library:
    """A published library by its version; compiled once per process. One that is `fresh` may still be taken back."""
    caches = services.caches
    found = caches.libraries.get(version)
    if found is None and version == fresh:
        return shelf.load(connection, version, services.vocabulary)
    if found is None:
        with caches.making:
            found = caches.libraries.get(version) or shelf.load(connection, version, services.vocabulary)
            while len(caches.libraries) >= KEPT_LIBRARIES:
                caches.libraries.pop(min(caches.libraries))
            caches.libraries[version] = found
    return found


def _matrix(services: Services, connection: Connection, newest: Library) -> Matrix:
    caches = services.caches
    found = caches.matrices.get(newest.version)
    if found is None and stamps.has_counted(connection):
        return _made(connection, newest)
    if found is None:
        with caches.making:
            found = _made(connection, newest)
            caches.matrices.clear()
            caches.matrices[newest.version] = found
    return found


def _made(connection: Connection, newest: Library) -> Matrix:
    return matrix_of(newest, kept.read(connection))


def matrix_of(newest: Library, beside: Iterable[Line]) -> Matrix:
    """The policy of a library, and what is granted beside it in older records."""
    roles = newest.rights.roles
    more = kept.named(beside, aliases(newest.mappings, roles), roles)
    return Matrix(replace(newest.rights, lines=(*newest.rights.lines, *more)))


def _directory(services: Services, connection: Connection, newest: Library, stamp: int, today: date) -> Directory:
    caches = services.caches
    key = (newest.version, stamp, today.isoformat())
    found = caches.directories.get(key)
    if found is None and stamps.has_counted(connection):
        return read_directory(connection, newest, today)
    if found is None:
        with caches.making:
            found = caches.directories.get(key) or read_directory(connection, newest, today)
            while len(caches.directories) >= KEPT_DIRECTORIES:
                caches.directories.pop(next(iter(caches.directories)))
            caches.directories[key] = found
    return found


def read_directory(
    connection: Connection, newest: Library, today: date, read_as: ReadAs = lambda stored: stored
) -> Directory:
    """The org tree, people and their roles, from the records of the forms that say they are such."""
    units: list[Unit] = []
    persons: list[Person] = []
    assignments: list[Assignment] = []
    for form in newest.forms.values():
        if told := form.told.get("org_unit"):
            units += [_unit(read_as(stored), form, told) for stored in archive.of_form(connection, form.name)]
        if told := form.told.get("account"):
            persons += [_person(read_as(stored), told, newest) for stored in archive.of_form(connection, form.name)]
        if told := form.told.get("assignment"):
            records = _holds_roles(form, told, newest)
            assignments += [
                each
                for stored in archive.of_form(connection, form.name)
                if (each := _assignment(read_as(stored), told, newest, records=records))
            ]
    return Directory(units, persons, assignments, today, aliases(newest.mappings, newest.rights.roles))


def _ended(stored: Stored, newest: Library) -> bool:
    workflow = newest.workflows.get(stored.form)
    state = workflow.states.get(stored.state) if workflow else None
    return bool(state and state.end)


def _unit(stored: Stored, form: Form, told: Mapping[str, Any]) -> Unit:
    parent = told.get("parent")
    return Unit(
        stored.id,
        form.name,
        str(stored.values.get(told.get("code", "code")) or stored.number or ""),
        stored.values.get(parent) if parent else None,
        str(stored.values.get(told["zone"]) or "") if "zone" in told else "",
    )


def _person(stored: Stored, told: Mapping[str, Any], newest: Library) -> Person:
    values = stored.values
    active = bool(values.get(told.get("active", "active"), True)) and not _ended(stored, newest)
    return Person(
        stored.id,
        str(values.get(told["account"])),
        str(values.get(told.get("name", "name")) or ""),
        str(values.get(told.get("language", "language")) or "en"),
        active,
        values.get(told["manager"]) if "manager" in told else None,
        str(values.get(told["mail"]) or "") if "mail" in told else "",
    )


def _holds_roles(form: Form, told: Mapping[str, Any], newest: Library) -> bool:
    """Whether these assignments are at records whose form holds roles (a supplier), not at org units."""
    at = form.fields.get(told.get("at", "at"))
    target = newest.forms.get(at.value_type.form or "") if at else None
    return bool(target and target.told.get("holds_roles"))


def _assignment(stored: Stored, told: Mapping[str, Any], newest: Library, *, records: bool) -> Assignment | None:
    values = stored.values
    person, role = values.get(told["person"]), values.get(told["role"])
    at = values.get(told["at"])
    if _ended(stored, newest) or not person or not role or (records and at is None):
        return None
    since, until = (values.get(told.get(each, each)) for each in ("from", "until"))
    return Assignment(
        person=person,
        role=role,
        at=None if records else at,
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        record=at if records else None,
    )
