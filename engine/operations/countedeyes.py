"""What a fact sees when a record is counted: records as they were before this operation, or as it leaves them.

Used by `factbook`. Both see everything; nothing outside is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.expressions import Place, Reference, Subject, Value
from engine.operations.eyes import CHAIN, SYSTEM, LibraryEyes

if TYPE_CHECKING:
    from engine.operations.operation import Operation
    from engine.operations.shelf import Shelf


class CountedEyes:
    """Answers expressions of facts: `before` this operation, or with what it has written."""

    names: Mapping[str, Value] = {"chain": CHAIN, "system": SYSTEM}

    def __init__(self, operation: Operation, shelf: Shelf, *, before: bool) -> None:
        self._operation = operation
        self._shelf = shelf
        self._before = before
        self._old: dict[str, Mapping[str, Any]] = {}

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        """A field of a record, as it was or as it is; places as everywhere."""
        if isinstance(of, Place):
            return None
        if of.form == CHAIN.form or name == "#place" or self._is_place(of, name):
            return LibraryEyes(self._operation, None, locking=False).fetch(of, name)
        if isinstance(of, Subject) and name in of.values:
            held: Value = of.values[name]
            return held
        values = self._written(of.id)
        found: Value = self._shelf.field(Reference(of.form, of.id), name) if values is None else values.get(name)
        return found

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """Nothing is asked outside: the definitions refuse it."""
        return None

    def _is_place(self, of: Reference | Subject, name: str) -> bool:
        form = self._operation.library.forms.get(of.form)
        return form is not None and name in form.places

    def _written(self, record: str) -> Mapping[str, Any] | None:
        """The values of a record that this operation has in hand; None when it has not."""
        folder = self._operation.folders.get(record)
        if folder is None:
            return None
        if not self._before:
            return {} if folder.discarded else folder.subject.values
        if record not in self._old:
            stored = folder.stored
            self._old[record] = self._operation.unfold(stored).subject.values if stored is not None else {}
        return self._old[record]
