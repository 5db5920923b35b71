"""Facts of the library as an operation sees them: the stored aggregate, less what this record adds. Used by `eyes`.

While something is decided a fact is read under its lock, so that two operations cannot both pass on the same rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Fact
from engine.expressions import Reference, Subject, Value
from engine.records import facts

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


class FactBook:
    """Answers for one operation; a fact is read once, as the rule of one moment wants it."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._read: dict[tuple[str, str, bool], Decimal] = {}

    def value(self, fact: Fact, keys: Mapping[str, Value], folder: Folder | None, *, lock: bool) -> Value:
        """The fact for these parameters; empty when one of them is."""
        if any(each is None for each in keys.values()):
            return None
        self._operation.looked.add(fact.form)
        key = facts.key_of({name: _plain(each) for name, each in keys.items()})
        asked = (fact.name, key, lock)
        if asked not in self._read:
            self._read[asked] = facts.value(self._operation.connection, fact, key, lock=lock)
        found = self._read[asked]
        if fact.except_this and folder is not None and folder.stored is not None and folder.form.name == fact.form:
            before = self._operation.unfold(folder.stored)
            found -= self.contributions(fact, before).get(key, Decimal(0))
        return found

    def contributions(self, fact: Fact, folder: Folder) -> Mapping[str, Decimal]:
        """What a record adds to a fact, by its parameters."""
        # What is live is not counted: with it a fact could ask for itself.
        return facts.contributions(fact, folder.subject, self._operation.environment(folder, folder.values))

    def changes(self, folder: Folder) -> list[tuple[Fact, Mapping[str, Decimal], Mapping[str, Decimal]]]:
        """Every fact that counts records of this form, with what the record added before and adds now."""
        out = []
        for fact in self._operation.library.facts.values():
            if fact.form != folder.form.name:
                continue
            before = self.contributions(fact, self._operation.unfold(folder.stored)) if folder.stored else {}
            after = {} if folder.discarded else self.contributions(fact, folder)
            if before != after:
                out.append((fact, before, after))
        return out


def _plain(value: Value) -> Any:
    return value.id if isinstance(value, (Reference, Subject)) else value
