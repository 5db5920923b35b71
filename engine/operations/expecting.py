"""What a record waits for and which way it goes, as people would find it: tasks with persons, and the predicted route.

Used by `weighing` and `replaying`, of what is and of what another version would make. Whom a task finds is asked as
inboxes ask it: who is found, sees the record, and whom the policy lets decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import Refusal
from engine.operations import rights
from engine.workflow import route, waiting
from engine.workflow.people import find
from engine.workflow.plan import SYSTEM, Situation, Wait

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

LOOK = "look"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a record waits for, and who would find it among his tasks."""

    kind: str
    step: str
    part: str | None
    people: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str | None]:
        """What tells it from others of the same record."""
        return self.kind, self.step, self.part


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a route; `state` as in `RouteStep`."""

    step: str
    part: str | None
    state: str
    people: tuple[str, ...]


class Expecting:
    """Asks for many records under one version: where somebody may do something is asked once."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self._reach: dict[tuple[str, str, str], rights.Units] = {}

    def both(self, folder: Folder) -> tuple[tuple[Line, ...], tuple[Asked, ...]]:
        """The predicted route, as the record's page shows it, and what waits now: also what carrying it over opens."""
        situation = self.operation.situation(folder, SYSTEM)
        try:
            waits = waiting(situation) if folder.waits is None else folder.waits
        except Refusal:
            waits = ()  # a condition is empty: nobody's list can show it either
        within = rights.belongs(folder)
        asked = [self._of(folder, each, within) for each in waits]
        for look in folder.looks:
            people = tuple(each for each in find(look.people, situation) if self._sees(folder, each, within))
            asked.append(Asked(LOOK, look.effect, None, people))
        return _lines(situation), tuple(asked)

    def _of(self, folder: Folder, wait: Wait, within: frozenset[str]) -> Asked:
        form = folder.form.name
        actions = (wait.step,) if wait.kind == "expects" else wait.actions
        free = wait.kind == "decide" and any(
            each in folder.workflow.transitions or not self.operation.matrix.who(form, each) for each in actions
        )
        people = tuple(
            person
            for person in wait.people
            if self._sees(folder, person, within) and (free or self._may(form, within, actions, person))
        )
        return Asked(wait.kind, wait.step, wait.part, people)

    def _sees(self, folder: Folder, person: str, within: frozenset[str]) -> bool:
        return self._may(folder.form.name, within, ("see",), person) or person in folder.memory.readers

    def _may(self, form: str, within: frozenset[str], actions: Iterable[str], person: str) -> bool:
        for action in actions:
            key = (person, form, action)
            if key not in self._reach:
                operation = self.operation
                self._reach[key] = operation.matrix.reach(person, form, action, operation.directory)
            reached = self._reach[key]
            if reached is None or reached & within:
                return True
        return False

    def route(self, folder: Folder) -> tuple[Line, ...]:
        """The predicted route alone."""
        return _lines(self.operation.situation(folder, SYSTEM))


def _lines(situation: Situation) -> tuple[Line, ...]:
    try:
        found = route(situation)
    except Refusal:
        return ()
    return tuple(Line(each.step, each.part, each.state, each.people) for each in found)
