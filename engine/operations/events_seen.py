"""Of what changed, what one person may see: by the same rights as lists, stock, tasks and notices. Used by `events`.

Nothing here is told of a field: a record's event says which record, in which state, at which revision; a stock event
says item, place and the figures that `GET /api/stock` shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from engine.expressions import Reference
from engine.ledger import balances
from engine.operations import inbox, presenting, rights, stockwords
from engine.operations.calls import Call, Ear
from engine.operations.operation import Operation, unfolded
from engine.quantities import write
from engine.records import notices, tasks

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.events_found import Found, Pair
    from engine.operations.folder import Folder

WORKED_OUT = 200
"""Tasks of one person that are compared with those he had; whoever has more is told of the first."""

Event = tuple[str, Any]


class News:
    """What was found, prepared once for everybody who listens; one look of one process."""

    def __init__(self, operation: Operation, found: Found) -> None:
        self._base = operation
        self._found = found
        operation.shelf.prefetch({*found.records, *(key for pair in found.pairs for key in _heads(pair))})
        self._folders = {
            each: folder for each in found.records if (folder := unfolded(operation, operation.shelf.head(each)))
        }
        self._records = {each: _told_record(folder) for each, folder in self._folders.items()}
        self._above = balances.above(operation.connection, {place for _, place in found.pairs})
        self._stock = _told_stock(operation, found.pairs)
        self._waited = tasks.waited(operation.connection, self._folders) if self._folders else set()
        self._eyes: dict[tuple[str, Any], Operation] = {}
        self._places: dict[tuple[str, Any], frozenset[str]] = {}

    def let_go(self) -> None:
        """The look is over."""
        for each in (self._base, *self._eyes.values()):
            each.let_go()

    def of(self, ear: Ear, seqs: Set[int]) -> list[Event]:
        """What this person may see of the changes with these numbers."""
        if not seqs:
            return []
        eyes = self._eyes_of(ear)
        changed = (each for each, of in self._found.records.items() if of & seqs and each in self._folders)
        seen = {each for each in changed if rights.may(eyes, self._folders[each], "see")}
        events: list[Event] = [("record", self._records[each]) for each in seen]
        places = self._places_of(ear, eyes)
        events += [
            ("stock", self._stock[pair])
            for pair, of in self._found.pairs.items()
            if of & seqs and pair in self._stock and pair[1] in places
        ]
        if seen & self._waited and self._tasks_differ(ear, eyes):
            events.append(("tasks", {}))
        return events

    def _eyes_of(self, ear: Ear) -> Operation:
        key = (ear.actor.person, ear.actor.grants)
        if key not in self._eyes:
            self._eyes[key] = Operation(self._base.services, self._base.connection, Call(ear.actor, "en"), self._base)
        return self._eyes[key]

    def _places_of(self, ear: Ear, eyes: Operation) -> frozenset[str]:
        """Which of the places that were touched this person may see."""
        key = (ear.actor.person, ear.actor.grants)
        if key not in self._places:
            within = rights.reach(eyes, "stock", "see")
            own = {each for each, over in self._above.items() if within is None or over & within}
            self._places[key] = frozenset(own)
        return self._places[key]

    def _tasks_differ(self, ear: Ear, eyes: Operation) -> bool:
        found = tasks.inbox(eyes.connection, eyes.actor_id, inbox.asks(eyes), limit=WORKED_OUT)
        return _differs(ear, "tasks", tuple(each.id for each in found))


def told_notices(connection: Connection, ears: Sequence[Ear], lately: int) -> list[Ear]:
    """Those who were told something new, or have read what they were told; of who begins to listen, who was lately."""
    found = notices.newest(connection, {each.actor.person for each in ears})
    told = []
    for each in ears:
        now = found.get(each.actor.person, ("", 0, 0))
        begins = "notices" not in each.kept and each.after is None
        if _differs(each, "notices", now) and (not begins or now[1] >= lately):
            told.append(each)
    return told


def _differs(ear: Ear, name: str, now: object) -> bool:
    before = ear.kept.get(name)
    ear.kept[name] = now
    return before != now


def _heads(pair: Pair) -> tuple[str, str]:
    return pair[0], pair[1].partition("/")[0]


def _told_record(folder: Folder) -> Mapping[str, Any]:
    stored = folder.stored
    revision = stored.revision if stored else 0
    return {"form": folder.form.name, "id": folder.id, "state": folder.state, "revision": revision}


def _told_stock(operation: Operation, pairs: Mapping[Pair, set[int]]) -> Mapping[Pair, Mapping[str, Any]]:
    """The figures of every pair now, all lots and owners together."""
    figures = balances.figures(operation.connection, [(item, place, None) for item, place in pairs])
    return {
        (item, place): {
            "item": {"id": item, "code": presenting.reference(operation, Reference("", item))["code"]},
            "place": {"id": place, "code": stockwords.place(operation, place)["code"]},
            "on_hand": write(figure.on_hand),
            "reserved": write(figure.reserved),
            "available": write(figure.available),
        }
        for (item, place, _), figure in figures.items()
    }
