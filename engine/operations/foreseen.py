"""The chain as another version would have it: library, people, rights, and masters called as it calls them.

Used by `previewing`. Two operations of one moment and one transaction look at the same records, one by what is
published and one by what somebody would publish; both only read, and nothing of the second is kept by the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.definitions import shelf as published
from engine.definitions.assembly import library_hash
from engine.definitions.mappings import PLAIN, Carrying
from engine.definitions.models import Library
from engine.errors import invalid_at, text
from engine.operations import laying, loading, mapped, publishing, verifying
from engine.operations.laying import Laid
from engine.operations.operation import Operation
from engine.operations.shelf import Shelf
from engine.records.stored import Stored

if TYPE_CHECKING:
    from engine.operations.calls import Call


@dataclass(frozen=True)
class Foreseen:
    """What is in force (`present`) and what would be (`future`), with the mapping that leads there."""

    present: Operation
    future: Operation
    laid: Laid
    mapping: Carrying
    mark: str
    """Of the texts: what is laid is the same as long as this is."""
    pinned: bool
    """Whether what stays on its own version stands against it, too: not where one only goes back."""

    @cached_property
    def is_other(self) -> bool:
        """Whether anything would be published."""
        return self.future.library.version != self.present.library.version

    def followed(self, stored: Stored) -> Stored:
        """A record as it would be read: what follows the newest version is called as that calls it."""
        return self._read_as(stored)

    @cached_property
    def _read_as(self) -> Callable[[Stored], Stored]:
        return reading(self.present.library, self.future.library, self.mapping)

    def as_person(self, call: Call) -> Operation:
        """The future of somebody else."""
        return Operation(self.present.services, self.present.connection, call, beside=self.future)


def foresee(operation: Operation, body: Mapping[str, Any]) -> Foreseen:
    """What `{texts?, drafts?, version?, mapping?}` would come to; refused with every finding that stands against it.

    Nothing is walked: that gives warnings alone, takes seconds, and is what checking is for.
    """
    version = _version(operation, body)
    if "version" not in body or body.get("drafts") or body.get("texts"):
        laid = {name: body[name] for name in ("texts", "drafts", "mapping") if body.get(name) is not None}
        return of_laid(operation, laying.lay(operation, laid, version, verify=False))
    loaded, mapping = laying.back(operation, body, version)
    return of_laid(operation, Laid(loaded, (), 0, mapping or PLAIN), pinned=mapping is not None)


def of_laid(operation: Operation, laid: Laid, *, pinned: bool = True) -> Foreseen:
    """The same of what was laid already, or of a whole folder."""
    library = verifying.require_sound(laid.loaded)
    before = operation.library
    mark = library_hash(laid.loaded.documents)
    if mark == library_hash(published.documents(operation.connection, before.version)):
        return Foreseen(operation, operation, laid, PLAIN, mark, pinned)
    library = published.stamped(library, before.version + 1)
    mapping = publishing.mapping_of(laid.mapping, library, before.version)
    read_as = reading(before, library, mapping)
    zone = ZoneInfo(str(library.settings.get("zone", "UTC")))
    connection, today = operation.connection, operation.now.astimezone(zone).date()
    people = loading.read_directory(connection, library, today, read_as)
    matrix = loading.matrix_of(library, publishing.unnamed(connection, before, library))
    state = loading.State(library, people, matrix, zone)
    shelf = Shelf(connection, library, read_as)
    future = Operation(operation.services, connection, operation.call, beside=operation, foreseen=(state, shelf))
    return Foreseen(operation, future, laid, mapping, mark, pinned)


def _version(operation: Operation, body: Mapping[str, Any]) -> int:
    """The version over which it is laid."""
    sent = body.get("version", operation.library.version)
    if not isinstance(sent, int) or isinstance(sent, bool) or not 0 < sent <= operation.library.version:
        raise invalid_at("/version", "unknown_version", text("There is no such version.", "没有此版本。"))
    return sent


def reading(before: Library, after: Library, mapping: Carrying) -> Callable[[Stored], Stored]:
    """How records that follow the newest version would be read: what `carryover.follow` writes when it is published."""
    roles = mapped.roles(after, mapping)
    touched = {
        name: (before.forms[name], form)
        for name, form in after.forms.items()
        if name in before.forms and mapped.touches(before.forms[name], form, mapping, roles)
    }

    def read_as(stored: Stored) -> Stored:
        pair = touched.get(stored.form) if stored.version is None else None
        return mapped.followed(stored, *pair, mapping, roles) if pair else stored

    return read_as
