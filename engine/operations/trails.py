"""Traced quantities: what of a row went into rows of other records, and what is left. Used by `eyes`, `settling`.

What a record took is given back when it ends without success (`gave_up`): its links are reversed with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.expressions import Reference, Value
from engine.records import links

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


class Trails:
    """Answers for one operation, from the links that are stored and those that it proposes."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    def traced(self, folder: Folder | None, args: Sequence[Value]) -> Value:
        """The records (of a form, when named) that took something of this one, each once."""
        if folder is None:
            return None
        form = args[-1] if args and isinstance(args[-1], str) else None
        found: dict[str, Reference] = {}
        for link in self._standing(folder):
            if link.from_record == folder.id and (form is None or link.to_form == form):
                found[link.to_record] = Reference(link.to_form, link.to_record)
        return tuple(found.values())

    def _standing(self, folder: Folder) -> list[links.Link]:
        """Its links, without those of records that this operation ends without success."""
        known = self._operation.folders
        found = links.of(self._operation.connection, folder.id)
        return [each for each in found if each.to_record not in known or not gave_up(known[each.to_record])]

    def _of(self, folder: Folder | None, args: Sequence[Value]) -> Folder | None:
        """The record that is meant: of a row of a report, its own."""
        row = args[0] if args and isinstance(args[0], dict) else None
        return self._operation.chosen.get(str(row.get("row")), folder) if row is not None else folder

    def traced_sum(self, folder: Folder | None, args: Sequence[Value]) -> Value:
        """How much of a row (or of the whole record) was taken, by records of a form when named."""
        folder = self._of(folder, args)
        if folder is None:
            return None
        row, form = _row_and_form(args)
        taken = [
            Decimal(link.quantity)
            for link in self._standing(folder)
            if link.from_record == folder.id
            and (row is None or link.from_row == row)
            and (form is None or link.to_form == form)
        ]
        proposed = [
            Decimal(share.quantity)
            for other in self._operation.folders.values()
            if not gave_up(other)
            for share in other.shares
            if share.origin == folder.id
            and (row is None or share.origin_row == row)
            and (form is None or other.form.name == form)
        ]
        return sum(taken + proposed, Decimal(0))

    def remaining(self, folder: Folder | None, args: Sequence[Value]) -> Decimal | None:
        """What is left of a row's first quantity after what was taken."""
        folder = self._of(folder, args)
        if folder is None or not args or not isinstance(args[0], dict):
            return None
        row: Any = args[0]
        whole = next((value for value in row.values() if isinstance(value, Decimal)), None)
        taken = self.traced_sum(folder, args)
        return whole - taken if whole is not None and isinstance(taken, Decimal) else None

    def untraced(self, folder: Folder | None, args: Sequence[Value]) -> Decimal | None:
        """What of a row came from no other record."""
        if folder is None or not args or not isinstance(args[0], dict):
            return None
        row: Any = args[0]
        whole = next((value for value in row.values() if isinstance(value, Decimal)), None)
        if whole is None:
            return None
        stored = [
            Decimal(link.quantity)
            for link in self._standing(folder)
            if link.to_record == folder.id and link.to_row == row.get("row")
        ]
        shares = () if gave_up(folder) else folder.shares
        proposed = [Decimal(share.quantity) for share in shares if share.row == row.get("row")]
        return whole - sum(stored + proposed, Decimal(0))


def gave_up(folder: Folder) -> bool:
    """Whether a record has ended without success (cancelled, rejected): nothing that it took is needed any more."""
    return folder.workflow.states[folder.state].end and folder.workflow.meaning(folder.state) == "wrong"


def _row_and_form(args: Sequence[Value]) -> tuple[str | None, str | None]:
    row = args[0] if args and isinstance(args[0], dict) else None
    form = next((each for each in args if isinstance(each, str)), None)
    return (row.get("row") if row else None), form
