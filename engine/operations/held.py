"""What records hold of what a version takes away or turns into something else: how often, and which. For `in_use`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions import shelf
from engine.definitions.models import NOTHING, Field, Form, Library
from engine.definitions.order import all_fields
from engine.errors import Fault, Text, text
from engine.operations import mapped
from engine.records import archive
from engine.records.stored import Stored

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_NAMED = 10


@dataclass
class Held:
    """How often something is used, and by which records, some of them."""

    count: int = 0
    records: list[dict[str, str | None]] = field(default_factory=list)

    def add(self, stored: Stored, times: int = 1) -> None:
        """Count what a record holds."""
        self.count += times
        if len(self.records) < MOST_NAMED:
            self.records.append({"form": stored.form, "id": stored.id, "number": stored.number})

    @property
    def shown(self) -> str:
        """Some of their numbers."""
        return ", ".join(str(each["number"] or each["id"]) for each in self.records)


def fault_of(path: str, code: str, held: Held, says: Text) -> Fault:
    """What stands against it, with how many and some of them."""
    return Fault(path, code, says, params={"count": held.count, "records": held.records})


def shapes(library: Library, name: str) -> list[Form]:
    """The form, plain and under every overlay."""
    return [each.forms[name] for each in (library, *library.variants.values()) if name in each.forms]


def values_of(stored: Stored, each: Field | None) -> list[object]:
    """What stands in a field of a record, in every row; of several choices, each."""
    if each is None:
        return []
    if each.type == "table":
        return list(stored.rows.get(each.name) or ())
    rows = [stored.values] if each.table is None else stored.rows.get(each.table) or ()
    raw = [row[each.name] for row in rows if row.get(each.name) is not None]
    return [one for value in raw for one in (value if each.type == "choices" else [value])]


def misfits(connection: Connection, before: Library, after: Library, *, back: bool) -> Iterator[Fault]:
    """Values that a field of another type now cannot have; and whatever stands in a field that comes back.

    What it held once was hidden from some, perhaps: only by going back does it come with the rights that it had.
    """
    known = shelf.numbers(connection)
    for name in before.forms:
        later = after.forms.get(name)
        then = {each.number: each for shape in shapes(before, name) for each in all_fields(shape.fields)}
        fields = [each for each in all_fields(later.fields) if each.type != "table"] if later is not None else []
        other = [(was, each) for each in fields if (was := then.get(each.number)) and was.type != each.type]
        again = [each for each in fields if each.number not in then and each.path in known.get(name, NOTHING)]
        held: dict[str, Held] = defaultdict(Held)
        for stored in archive.walk(connection, name) if other or again else ():
            for was, each in other if stored.version is None else ():
                if unfit := [one for one in values_of(stored, was) if not mapped.fits(each, one)]:
                    held[each.path].add(stored, len(unfit))
            for each in again if not back or stored.version is None else ():
                if unfit := [one for one in values_of(stored, each) if not (back and mapped.fits(each, one))]:
                    held[each.path].add(stored, len(unfit))
        for path, one in sorted(held.items()):
            says = text(
                f"Values of another time or type in the field “{path}”: {one.count} ({one.shown}).",
                f"字段“{path}”中有 {one.count} 个旧值或其他类型的值：{one.shown}。",
            )
            yield fault_of(f"/form/{name}/fields/{path.replace('.', '/fields/')}", "field_in_use", one, says)
