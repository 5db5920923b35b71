"""What reading a value may ask: scales and units of items, records by code, files. Used by `writing` and `asking`.

With the writer's eyes: what he may not see is not there for him. An effect writes with the library's eyes.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.expressions import Reference
from engine.fields import AttachmentFacts
from engine.operations import rights, titles
from engine.records import archive, attachments

if TYPE_CHECKING:
    from engine.definitions.models import Form
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.records.archive import Stored

ORG_UNIT = "org_unit"
UNTOLD_SCALE = 3


class Knowing:
    """Answers for one record of one operation; `folder` None for none."""

    def __init__(self, operation: Operation, folder: Folder | None) -> None:
        self._operation = operation
        self._folder = folder

    def scale_of(self, item: str) -> int | None:
        """Digits after the point that quantities of the item may have, as its form tells the ledger."""
        stored = self._operation.shelf.head(item)
        form = self._operation.shelf.form(stored.form) if stored else None
        if stored is None or form is None:
            return None
        return scale(form, stored)

    def unit_of(self, item: str, unit: str) -> Decimal | None:
        """Base units in one `unit`: 1 for the base unit, else from the table of units that the item's form names."""
        stored = self._operation.shelf.head(item)
        form = self._operation.shelf.form(stored.form) if stored else None
        told = (form.told.get("ledger") or {}).get("item") if form else None
        if stored is None or not told:
            return None
        if stored.values.get(told["unit"]) == unit:
            return Decimal(1)
        rows: Any = (
            self._operation.shelf.field(Reference(stored.form, item), told["units"]) if told.get("units") else ()
        )
        for row in rows or ():
            if row.get("unit") == unit:
                factor: Decimal | None = row.get("factor")
                return factor
        return None

    def find(self, form: str, code: str) -> str | None:
        """The id of the record with this code that the writer may see."""
        for name in self._forms(form):
            definition = self._operation.library.forms[name]
            field = titles.code_field(definition)
            if field is None:
                continue
            self._operation.looked.add(name)
            for found in archive.find(self._operation.connection, name, {field: code}):
                if self.seen(name, found):
                    return found
        return None

    def numbered(self, form: str, number: str) -> str | None:
        """The id of the record with this number that the writer may see."""
        for name in self._forms(form):
            for found in archive.find(self._operation.connection, name, {"number": number}):
                if self.seen(name, found):
                    return found
        return None

    def seen(self, form: str, record: str) -> bool:
        """Whether the record is there, of the form, and the writer may see it."""
        working = self._operation.folders.get(record)
        if working is not None and working.form.name in self._forms(form):
            return True
        stored = self._operation.shelf.head(record)
        if stored is None or stored.form not in self._forms(form):
            return False
        return self._may_see(stored)

    def _may_see(self, stored: Stored) -> bool:
        within = rights.reach(self._operation, stored.form, "see")
        if within is None:
            return True
        form = self._operation.library.forms[stored.form]
        own = {stored.id} if form.told.get("org_unit") else set()
        units = own | {each for name in form.org if (each := stored.values.get(name))}
        return bool(within & units)

    def _forms(self, form: str) -> tuple[str, ...]:
        if form != ORG_UNIT:
            return (form,) if form in self._operation.library.forms else ()
        return tuple(each.name for each in self._operation.library.forms.values() if each.told.get("org_unit"))

    def attachment(self, attachment: str) -> AttachmentFacts | None:
        """Facts of an uploaded file: the writer's own, or one that this record has already."""
        found = attachments.get(self._operation.connection, attachment)
        if found is None:
            return None
        if found.person != self._operation.actor_id:
            shown = attachments.shown_by(self._operation.connection, attachment)
            if not any(record in self._at_work() for record, _path in shown):
                return None
        return AttachmentFacts(found.type, found.size)

    def own_name(self) -> str:
        """What the directory calls who acts, also where he stands in for somebody else: he signs himself."""
        known = self._operation.directory.persons.get(self._operation.actor_id)
        return known.name if known is not None else ""

    def _at_work(self) -> Collection[str]:
        """Records whose files may be used again."""
        return () if self._folder is None else (self._folder.id,)


class Seeing(Knowing):
    """The same for what an effect writes: every record is there, and the files of every record that is worked on.

    A file's id is text to an expression; what somebody only typed names no file of others.
    """

    def _may_see(self, stored: Stored) -> bool:
        return True

    def _at_work(self) -> Collection[str]:
        return self._operation.folders


def scale(form: Form, stored: Stored) -> int:
    """Digits after the point of an item's quantities: a number in its form, or a field of its record."""
    told = (form.told.get("ledger") or {}).get("item") or {}
    said = told.get("scale", UNTOLD_SCALE)
    return int(stored.values.get(said) or 0) if isinstance(said, str) else int(said)
