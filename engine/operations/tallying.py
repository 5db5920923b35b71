"""What a preview comes to over all records that it has looked at: how many, by what, which routes, whose tasks.

Used by `previewing`. Everything in it adds up, so that the sums of its pieces are the sum of the whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import say
from engine.operations import presenting, rights
from engine.operations.weighing import PAST, Side, Weighed

if TYPE_CHECKING:
    from engine.operations.operation import Operation

Way = tuple[str, str, tuple[str, ...], tuple[str, ...]]


@dataclass
class Tally:
    """Counts that grow by one record after the other."""

    kinds: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    same: int = 0
    unseen: int = 0
    """Of which the reader may only know that they are there."""
    routes: Counter[Way] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    asked_more: Counter[str] = field(default_factory=Counter)
    asked_less: Counter[str] = field(default_factory=Counter)

    def add(self, found: Weighed) -> None:
        """One record more."""
        self.kinds[found.kind] += 1
        self.changes.update(found.changes)
        self.same += not found.changes
        form = found.folder.form.name
        before, after = found.before.way, found.after.way if found.after is not None else ()
        if before or after:
            self.routes[found.kind, form, before, after] += 1
        refused = found.after.refused if found.after is not None else None
        for each in (*found.faults, *([refused] if refused is not None else ())):
            self.faults[form, each.code] += 1
        self.new.update(person for _key, person in found.new)
        self.gone.update(person for _key, person in found.gone)
        if found.kind == PAST and found.after is not None:
            had, has = _deciders(found.before), _deciders(found.after)
            self.asked_more.update(has - had)
            self.asked_less.update(had - has)

    def told(self, operation: Operation) -> dict[str, Any]:
        """The sums as JSON."""
        counts = (self.new, self.gone, self.asked_more, self.asked_less)
        everybody = rights.reach(operation, operation.person_form, "see") is None
        people = sorted({person for each in counts for person in each if everybody or person == operation.actor_id})
        operation.shelf.prefetch(people)
        ways = sorted(self.routes.items(), key=lambda each: (each[0][1], -each[1], each[0]))
        return {
            "records": dict(self.kinds),
            "same": self.same,
            "unseen": self.unseen,
            "changes": dict(self.changes),
            "routes": [
                {"kind": kind, "form": form, "title": _title(operation, form), "from": [*one], "to": [*two], "count": n}
                for (kind, form, one, two), n in ways
            ],
            "errors": [{"form": form, "code": code, "count": n} for (form, code), n in sorted(self.faults.items())],
            "people": [
                {
                    "person": presenting.person(operation, person),
                    **dict(zip(("new", "gone", "asked_more", "asked_less"), (n[person] for n in counts), strict=True)),
                }
                for person in people
            ],
        }


def _title(operation: Operation, form: str) -> str:
    known = operation.library.forms.get(form)
    return say(known.title, operation.call.language) if known is not None else form


def _deciders(side: Side) -> set[str]:
    return {person for people in side.deciders.values() for person in people}
