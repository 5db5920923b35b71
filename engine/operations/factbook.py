"""Facts of the library as an operation sees them: the stored aggregate, less what this record adds. Used by `eyes`.

While something is decided a fact is read under its lock, so that two operations cannot both pass on the same rest.
A fact is at every moment what its definition says of what is stored: when a record changes that a source reads through
a reference (the category of a row's item), what refers to it is counted anew, in the same transaction.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.database.dialects import close_gate, share_gate
from engine.definitions.models import Fact, Read, Source
from engine.expressions import Environment, Reference, Value
from engine.operations.countedeyes import CountedEyes
from engine.operations.ids import id_or_value, references
from engine.operations.shelf import Shelf
from engine.records import archive, facts

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.records.stored import Stored

Moved = tuple[Fact, Mapping[str, Decimal], Mapping[str, Decimal]]


class FactBook:
    """Answers for one operation; a fact is read once, as the rule of one moment wants it."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._read: dict[tuple[str, str, bool], Decimal] = {}

    def value(self, fact: Fact, keys: Mapping[str, Value], folder: Folder | None, *, lock: bool) -> Value:
        """The fact for these parameters; empty when one of them is."""
        if any(each is None for each in keys.values()):
            return None
        operation = self._operation
        operation.looked.update(fact.forms)
        operation.looked.update(read.form or "" for source in fact.sources for read in source.reads)
        key = facts.key_of({name: id_or_value(each) for name, each in keys.items()}, fact)
        asked = (fact.name, key, lock)
        if asked not in self._read:
            self._read[asked] = facts.value(operation.connection, fact, key, lock=lock)
        found = self._read[asked]
        if fact.except_this and folder is not None and folder.stored is not None and folder.form.name in fact.forms:
            eyes = CountedEyes(operation, operation.shelf, before=True)
            found -= self._added(fact, operation.unfold(folder.stored), eyes).get(key, Decimal(0))
        return found

    def contributions(self, fact: Fact, folder: Folder) -> Mapping[str, Decimal]:
        """What a record adds to a fact, by its parameters."""
        return self._added(fact, folder, CountedEyes(self._operation, self._operation.shelf, before=False))

    def changes(self, folders: Sequence[Folder]) -> list[Moved]:
        """What every fact comes to by these records: what each counted record added before and adds now."""
        out: list[Moved] = []
        for fact in self._operation.library.facts.values():
            counted = [each for each in folders if each.form.name in fact.forms]
            read = _read_of(fact, folders)
            if counted or read:
                out += self._moved(fact, counted, read)
        return out

    def _moved(self, fact: Fact, counted: Sequence[Folder], read: Sequence[Folder]) -> Iterator[Moved]:
        operation, shelf = self._operation, self._operation.shelf
        touched: list[tuple[Source, Read, Folder]] = []
        if any(source.reads for source in fact.sources):
            # Who changes what is read waits for all who count by it, and they for him: nothing is counted by an old
            # value that was a new one when it was written down. What is read is read behind the gate.
            touched = list(self._touched(fact, read))
            (close_gate if touched else share_gate)(operation.connection, _gate(fact))
            shelf = Shelf(operation.connection, operation.library)
            shelf.prefetch(named for each in counted for named in references(each.form, each.values))
        old, new = (CountedEyes(operation, shelf, before=before) for before in (True, False))
        mine = {each.id for each in counted}
        for folder in counted:
            before = self._added(fact, operation.unfold(folder.stored), old) if folder.stored else {}
            after = {} if folder.discarded else self._added(fact, folder, new)
            if before != after:
                yield fact, before, after
        for stored in self._referring(touched):
            if stored.id not in mine:
                other = operation.unfold(stored)
                yield fact, self._added(fact, other, old), self._added(fact, other, new)

    def _touched(self, fact: Fact, read: Sequence[Folder]) -> Iterator[tuple[Source, Read, Folder]]:
        """The records of this operation whose fields a source reads, where they come to something else."""
        old, new = (CountedEyes(self._operation, self._operation.shelf, before=before) for before in (True, False))
        for source in fact.sources:
            for each in source.reads:
                for folder in read:
                    of = Reference(folder.form.name, folder.id)
                    if each.form in (folder.form.name, None) and old.fetch(of, each.field) != new.fetch(of, each.field):
                        yield source, each, folder

    def _referring(self, touched: Sequence[tuple[Source, Read, Folder]]) -> Iterator[Stored]:
        """Every record, once, that is counted by what has changed; where it leads there by other records, every one."""
        connection, forms = self._operation.connection, self._operation.library.forms
        whole = {source.form for source, read, _ in touched if not read.direct}
        ids: dict[str, str] = {}
        for source, read, folder in touched:
            if source.form not in whole:
                found = facts.referring(connection, forms[source.form], read.via, folder.id)
                ids |= dict.fromkeys(found, source.form)
        for form in sorted(whole):
            yield from archive.walk(connection, form)
        names = list(ids)
        for start in range(0, len(names), archive.AT_ONCE):
            some = [Reference(ids[each], each) for each in names[start : start + archive.AT_ONCE]]
            yield from archive.load(connection, some).values()

    def _added(self, fact: Fact, folder: Folder, eyes: CountedEyes) -> Mapping[str, Decimal]:
        # What is live is not counted: with it a fact could ask for itself.
        operation = self._operation
        environment = Environment(eyes.names, eyes, operation.now, operation.today, zone=operation.zone)
        return facts.contributions(fact, folder.subject, environment)


def _read_of(fact: Fact, folders: Sequence[Folder]) -> list[Folder]:
    """Records that were there before and are read by a source."""
    forms = {read.form for source in fact.sources for read in source.reads}
    return [each for each in folders if each.stored is not None and (each.form.name in forms or None in forms)]


def _gate(fact: Fact) -> int:
    return 7_282_000_000_000 + zlib.crc32(fact.name.encode())
