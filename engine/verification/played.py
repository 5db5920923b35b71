"""One record of a walk. Used by `stage` and `eyes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.definitions.models import Form, Workflow
from engine.expressions import Reference, Subject
from engine.verification import invented
from engine.workflow.plan import Memory


@dataclass(slots=True)
class Played:
    """One record on the stage."""

    id: str
    form: Form
    workflow: Workflow
    state: str
    values: dict[str, Any]
    memory: Memory = field(default_factory=Memory)
    touched: frozenset[tuple[str, str | None]] = frozenset()
    """What was written instead of its default, as `(path, row)`."""

    def copy(self) -> Played:
        """The same, to be changed apart from this one."""
        values = {
            name: [dict(row) for row in each] if isinstance(each, list) else each for name, each in self.values.items()
        }
        return replace(self, values=values)

    def put(self, written: Mapping[str, Any]) -> None:
        """Write values of the header instead of their defaults."""
        self.values.update(stored(written))
        self.touched |= {(name, None) for name in written}

    @property
    def ended(self) -> bool:
        """Whether it is in an end state."""
        return self.workflow.states[self.state].end

    def subject(self) -> Subject:
        """What expressions see of it."""
        person = Reference("", invented.STAFF[0])
        kept = {"id": self.id, "number": self.id, "state": self.state, "version": 1, "came_from": self.memory.came_from}
        times = {"created": invented.NOW, "submitted": invented.NOW, "updated": invented.NOW}
        return Subject(
            self.form.name, self.id, {**self.values, **kept, **times, "created_by": person, "submitted_by": person}
        )

    def signature(self) -> str:
        """The same for two records from which everything goes on alike."""
        memory, touched = self.memory, sorted(self.touched, key=str)
        return repr((self.id, self.state, plain(self.values), repr(memory.approval), repr(memory.occurrences), touched))


def stored(written: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a record keeps them: of another record only which one, so that what it comes to is asked anew."""
    return {
        name: Reference(value.form, value.id) if isinstance(value, Subject) else value
        for name, value in written.items()
    }


def plain(value: Any) -> str:
    """Words that are equal when the values are."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}:{plain(each)}" for name, each in sorted(value.items())) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(plain(each) for each in value) + "]"
    return str(value)
