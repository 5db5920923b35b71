"""Records that others refer to, read once per operation and in bulk. Used by `eyes`, `presenting` and `rights`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.clock import from_stored
from engine.definitions.models import Form, Library
from engine.expressions import Place, Reference, Value
from engine.fields import BY_NAME
from engine.records import archive
from engine.records.archive import Stored

if TYPE_CHECKING:
    from sqlalchemy import Connection

ReadAs: TypeAlias = Callable[[Stored], Stored]

MOMENTS = ("created", "submitted", "updated")
PERSONS = ("created_by", "submitted_by")


def _as_it_is(stored: Stored) -> Stored:
    return stored


class Shelf:
    """Heads of referenced records. Fields are decoded when asked for."""

    def __init__(self, connection: Connection, library: Library, read_as: ReadAs | None = None) -> None:
        """`read_as`: what another version would make of a record."""
        self._connection = connection
        self._read_as = read_as or _as_it_is
        self._library = library
        self._people = next((form.name for form in library.forms.values() if form.told.get("account")), "person")
        self._heads: dict[str, Stored | None] = {}
        self._rows: dict[str, Stored | None] = {}

    def prefetch(self, wanted: Iterable[str | Reference]) -> None:
        """Read all that are not here yet in one statement; a reference to a form of the library is quicker."""
        missing: dict[str, str | Reference] = {}
        for each in wanted:
            key = each.id if isinstance(each, Reference) else each
            if key not in self._heads:
                missing[key] = each if isinstance(each, Reference) and each.form in self._library.forms else key
        if missing:
            found = archive.heads(self._connection, missing.values())
            for each in missing:
                stored = found.get(each)
                self._heads[each] = stored and self._read_as(stored)

    def head(self, record: str) -> Stored | None:
        """The head of a record; None when there is none."""
        if record not in self._heads:
            self.prefetch([record])
        return self._heads[record]

    def forget(self, record: str) -> None:
        """The record was written by this operation; read it again when asked."""
        self._heads.pop(record, None)
        self._rows.pop(record, None)

    def keep_below(self, most: int) -> None:
        """Begin anew when there are as many: whoever walks a long list meets more than he should keep."""
        if len(self._heads) + len(self._rows) >= most:
            self._heads.clear()
            self._rows.clear()

    def form(self, name: str) -> Form | None:
        """The newest definition of a form (masters are never pinned)."""
        return self._library.forms.get(name)

    def field(self, of: Reference, name: str) -> Value:
        """One field of a referenced record; empty when the record is not there."""
        stored = self.head(of.id)
        if stored is None:
            return None
        return self.value_of(stored, name)

    def value_of(self, stored: Stored, name: str) -> Value:
        """One field of a stored record, or what the engine keeps of it."""
        if name in MOMENTS:
            micros = getattr(stored, name)
            return None if micros is None else from_stored(micros)
        if name in PERSONS:
            person = getattr(stored, name)
            return Reference(self._people, person) if person else None
        if name in ("id", "number", "state", "version"):
            kept: Value = getattr(stored, name)
            return kept
        form = self.form(stored.form)
        field = form.fields.get(name) if form else None
        if field is None:
            return None
        if field.type == "table":
            return self._table(stored, name)
        raw: Any = stored.values.get(name)
        return None if raw is None else BY_NAME[field.type].load(raw, field)

    def _table(self, stored: Stored, name: str) -> Value:
        if stored.id not in self._rows:
            whole = archive.load(self._connection, [stored.id]).get(stored.id)
            self._rows[stored.id] = whole and self._read_as(whole)
        full = self._rows[stored.id]
        form = self.form(stored.form)
        if full is None or form is None:
            return []
        columns = form.fields[name].fields
        return [
            {
                "row": row["row"],
                **{
                    each.name: None if row.get(each.name) is None else BY_NAME[each.type].load(row[each.name], each)
                    for each in columns.values()
                },
            }
            for row in full.rows.get(name, ())
        ]

    def place(self, of: Reference) -> Place | None:
        """The ledger place that a record is, as its form tells (`ledger: {place: {kind, negative}}`)."""
        form = self.form(of.form)
        told = (form.told.get("ledger") or {}).get("place") if form else None
        return Place(of.id, told["kind"], told.get("negative", "forbidden")) if told else None
