"""What expressions may ask while an operation runs: the library's eyes, which see everything. Used by `operation`.

What is shown to a person is cut down afterwards by `rights.hidden`; what decides is asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.expressions import Environment, Expression, Place, Reference, Subject, Value
from engine.operations import naming
from engine.operations.tables import NEAREST
from engine.workflow import memory, recollect
from engine.workflow.trail import DID
from engine.workflow.working import ALWAYS

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

CHAIN = Subject("chain", "chain", {})
SYSTEM = Reference("person", "system")


class LibraryEyes:
    """Answers expressions about one record (`folder`, None for none) within one operation.

    `locking` is on while something is decided: facts are then read under their lock.
    """

    def __init__(self, operation: Operation, folder: Folder | None, *, locking: bool) -> None:
        self._operation = operation
        self._folder = folder
        self._locking = locking
        self._answers: Mapping[str, Callable[[Sequence[Value], Mapping[str, Value]], Value]] = {
            "limit": self._limit,
            "lookup": self._lookup,
            "nearest": self._nearest,
            "on_hand": self._stock("on_hand"),
            "available": self._stock("available"),
            "reserved": self._stock("reserved"),
            "moved": self._moved,
            "traced": self._traced,
            "traced_sum": self._traced_sum,
            "remaining": self._remaining,
            "untraced": self._untraced,
            "working_hours": self._working_hours,
        }

    def fetch(self, of: Reference | Place | Subject, name: str) -> Value:
        """A field of a referenced record, or a place: of the chain, of a record, or the record itself (`#place`)."""
        if isinstance(of, Place):
            return None
        if of.form == CHAIN.form:
            place = self._operation.library.places.get(name)
            return Place(f"chain/{name}", place.kind, place.negative) if place else None
        if name.startswith(DID):
            return self._did(of, name.removeprefix(DID))
        if name == "#place":
            return self._operation.shelf.place(Reference(of.form, of.id))
        return self._field(of, name)

    def told(self, of: Expression, environment: Environment, language: str) -> str | None:
        """A value that a sentence names, in words, as far as the actor may see it."""
        return naming.told(self._operation, self._folder, of, environment, language)

    def _field(self, of: Reference | Subject, name: str) -> Value:
        form = self._form(of)
        if form is not None and name in form.places:
            kept = form.places[name]
            return Place(f"{of.id}/{name}", kept.kind, kept.negative)
        working = self._operation.folders.get(of.id)
        found: Value
        if working is not None and name in working.values:
            found = working.values[name]
        elif isinstance(of, Subject) and name in of.values:
            found = of.values[name]
        else:
            found = self._operation.shelf.field(Reference(of.form, of.id), name)
        return found

    def _did(self, of: Reference | Subject, deed: str) -> Value:
        """Those who did something to another record, as it is worked on or as it is stored."""
        working, stored = self._operation.folders.get(of.id), self._operation.shelf.head(of.id)
        known = working.memory if working else memory.from_json(stored.memory) if stored else None
        return tuple(Reference(SYSTEM.form, each) for each in known.did.get(deed, ())) if known else ()

    def _form(self, of: Reference | Subject) -> Any:
        working = self._operation.folders.get(of.id)
        return working.form if working else self._operation.library.forms.get(of.form)

    def call(self, function: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        """Answer a word that looks outside the record: stock, limits, look-ups, trails, history, facts."""
        answer = self._answers.get(function)
        if answer is not None:
            return answer(args, named)
        library = self._folder.library if self._folder else self._operation.library
        fact = library.facts.get(function)
        if fact is not None:
            keys = dict(zip(fact.parameters, args, strict=False)) | dict(named)
            return self._operation.facts.value(fact, keys, self._folder, lock=self._locking)
        return self._recollect(function, args) if self._folder is not None else None

    def _recollect(self, function: str, args: Sequence[Value]) -> Value:
        folder = self._folder
        assert folder is not None
        first = args[0]
        if function in ("did", "wrote"):
            person = args[1] if len(args) > 1 else None
            who = person.id if isinstance(person, (Reference, Subject)) else self._operation.actor_id
            ask = recollect.did if function == "did" else recollect.wrote
            return ask(folder.memory, str(first), who)
        if function == "outcome":
            return recollect.outcome(folder.memory, str(first["row"])) if isinstance(first, dict) else None
        path = tuple(str(each) for each in first) if isinstance(first, (tuple, list)) else (str(first),)
        row = args[1] if len(args) > 1 and isinstance(args[1], str) else None
        if function == "changed":
            return recollect.changed(folder.memory, folder.flat(), path, row)
        found: Value = folder.loaded(path, recollect.agreed(folder.memory, path, row))
        return found

    def _limit(self, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        form, level = args
        return self._operation.tables.limit(str(form), str(level))

    def _lookup(self, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return self._operation.tables.lookup(str(args[0]), named)

    def _nearest(self, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        unit = args[0]
        if not isinstance(unit, (Reference, Subject)):
            return None
        return Reference(NEAREST, unit.id)

    def _stock(self, figure: str) -> Callable[[Sequence[Value], Mapping[str, Value]], Value]:
        def answer(args: Sequence[Value], named: Mapping[str, Value]) -> Value:
            item, place, lot, *_ = [*args, None, None, None]
            item = named.get("item", item)
            lot = named.get("lot", lot)
            key = self._place(named.get("place", place))
            if not isinstance(item, (Reference, Subject)) or key is None:
                return None
            of_lot = lot if isinstance(lot, (Reference, Subject)) else None
            if self._folder is not None and "at" not in named:
                self._operation.stock.ahead(self._folder, item, key, of_lot)
            return self._operation.stock.figure(figure, item.id, key, of_lot.id if of_lot else None, named.get("at"))

        return answer

    def _moved(self, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return self._operation.stock.moved(args, named)

    def _place(self, value: Value) -> str | None:
        if isinstance(value, Place):
            return value.key
        return value.id if isinstance(value, (Reference, Subject)) else None

    def _traced(self, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return self._operation.trails.traced(self._folder, args)

    def _traced_sum(self, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return self._operation.trails.traced_sum(self._folder, args)

    def _remaining(self, args: Sequence[Value], named: Mapping[str, Value]) -> Decimal | None:
        return self._operation.trails.remaining(self._folder, args)

    def _untraced(self, args: Sequence[Value], named: Mapping[str, Value]) -> Decimal | None:
        return self._operation.trails.untraced(self._folder, args)

    def _working_hours(self, args: Sequence[Value], named: Mapping[str, Value]) -> Decimal | None:
        """Between two moments, by the calendar of a unit (of the chain without one); all hours where none is set."""
        start, end, unit, *_ = [*args, None]
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            return None
        calendar = self._operation.calendars.of(unit.id if isinstance(unit, (Reference, Subject)) else None)
        return (calendar or ALWAYS).hours_between(start, end)
