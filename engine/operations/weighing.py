"""One record under what is published and under what somebody would publish, side by side. Used by `previewing`.

Under way: where carrying over brings it, by the very function that carries it over, or that it stays. Not handed in:
how the newest version takes it. Over: handed in again under both (`replaying`), beside what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions.models import NOTHING
from engine.errors import Fault, Refusal
from engine.operations import carrying, replaying
from engine.operations.expecting import Asked, Expecting, Line
from engine.operations.foreseen import Foreseen
from engine.operations.replaying import Replay
from engine.records.stored import Stored

if TYPE_CHECKING:
    from engine.operations.folder import Folder

RUNNING, DRAFT, PAST = "running", "draft", "past"
STAYS = frozenset({"is_there", "not_begun"})
"""Why a record is not carried over that follows the version in question anyway."""
CHANGES = ("strands", "missing", "state", "step", "route", "people", "tasks")
"""By what a record may differ, the worst first."""

Task = tuple[tuple[str, str, str | None], str]


@dataclass(frozen=True, slots=True)
class Side:
    """A record under one version."""

    version: int
    state: str
    step: str | None
    route: tuple[Line, ...]
    asked: tuple[Asked, ...] = ()
    refused: Fault | None = None

    @property
    def way(self) -> tuple[str, ...]:
        """The steps that it has gone and will go."""
        return tuple(_name(each.step, each.part) for each in self.route if each.state != "skipped")

    @property
    def deciders(self) -> dict[str, tuple[str, ...]]:
        """Who decides, by step."""
        return {_name(each.step, each.part): each.people for each in self.route if each.state != "skipped"}


@dataclass(frozen=True, slots=True)
class Weighed:
    """One record on both sides; `after` None: it cannot be there at all. `happened`: what came of what is over."""

    kind: str
    folder: Folder
    before: Side
    after: Side | None
    faults: tuple[Fault, ...] = ()
    missing: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    new: frozenset[Task] = frozenset()
    gone: frozenset[Task] = frozenset()
    happened: Side | None = None
    changes: tuple[str, ...] = field(default=())


class Weighing:
    """Weighs many records of one moment. `stay`: those under way are not carried over."""

    def __init__(self, foreseen: Foreseen, *, stay: bool, again: bool) -> None:
        self.foreseen = foreseen
        self._present, self._future = Expecting(foreseen.present), Expecting(foreseen.future)
        self._stay, self._again = stay, again

    def weigh(self, stored: Stored, is_past: Callable[[Stored], bool]) -> Weighed | None:
        """Both sides of a record; None for what is over and not asked about, or whose form is no more here."""
        old = self.foreseen.present.unfold(stored)
        if old.version is not None and carrying.is_finished(self.foreseen.present, old):
            return self._past(stored, old) if is_past(stored) else None
        if old.version is None and old.state != old.workflow.start:
            return None  # a master that is kept up to date: nothing of it is decided
        before = self._side(self._present, old)
        try:
            found = self._draft(stored, old, before) if old.version is None else self._running(stored, old, before)
        except Refusal as refusal:
            faults = refusal.faults or (Fault("", refusal.code, refusal.says),)
            found = Weighed(RUNNING if old.version else DRAFT, old, before, None, faults)
        return self._judged(found)

    def _side(self, expecting: Expecting, folder: Folder) -> Side:
        approval = folder.memory.approval
        step = approval.step if approval is not None else None
        version = folder.version or expecting.operation.library.version
        return Side(version, folder.state, step, *expecting.both(folder))

    def _draft(self, stored: Stored, old: Folder, before: Side) -> Weighed:
        folder = self.foreseen.future.unfold(self.foreseen.followed(stored))
        was = carrying.lacking(self.foreseen.present, old)
        missing = tuple(each for each in carrying.lacking(self.foreseen.future, folder) if each not in was)
        return Weighed(DRAFT, old, before, self._side(self._future, folder), missing=missing)

    def _running(self, stored: Stored, old: Folder, before: Side) -> Weighed:
        future = self.foreseen.future
        if self._stay:
            return Weighed(RUNNING, old, before, self._side(self._future, future.unfold(stored)))
        found = carrying.landing(future, stored, self.foreseen.mapping, again=self._again)
        if found.folder is None and {each.code for each in found.faults} <= STAYS:
            return Weighed(RUNNING, old, before, self._side(self._future, future.unfold(stored)))
        after = self._side(self._future, found.folder) if found.folder is not None else None
        return Weighed(RUNNING, old, before, after, found.faults, found.missing, found.passed)

    # -- what is over --------------------------------------------------------------------------------------------------

    def _past(self, stored: Stored, old: Folder) -> Weighed | None:
        done = replaying.handed_in(old)
        if done is None:
            return None
        happened = Side(old.version or 0, old.state, None, self._present.route(old))
        again, future = self.foreseen.present.unfold(stored), self.foreseen.future
        was = replaying.replayed(self._present, again, *done)
        before = _of(was, again)
        try:
            folder, faults = carrying.reshaped(future, future.unfold(stored), self.foreseen.mapping)
        except Refusal as refusal:
            faults = [Fault("", refusal.code, refusal.says)]
        if faults:
            return self._judged(Weighed(PAST, old, before, None, tuple(faults), happened=happened))
        found = replaying.replayed(self._future, folder, *done)
        missing = tuple(each for each in found.missing if each not in was.missing)
        return self._judged(Weighed(PAST, old, before, _of(found, folder), missing=missing, happened=happened))

    # -- what differs --------------------------------------------------------------------------------------------------

    def _judged(self, found: Weighed) -> Weighed:
        mapping, form = self.foreseen.mapping, found.folder.form.name
        renamed = mapping.steps.get(form, NOTHING)

        def called(step: str) -> str:
            now: str = renamed.get(step, step)
            return now

        before, after = found.before, found.after
        had = frozenset(_tasks(before.asked, called))
        has = frozenset(_tasks(after.asked, called)) if after is not None else frozenset()
        new, gone = has - had, had - has
        differs = [] if after is None else list(_differs(found, mapping.state(form, before.state), called))
        strands = bool(found.faults) or (after is not None and _strands(before, after))
        told = [
            *(["strands"] if strands else []),
            *(["missing"] if found.missing else []),
            *differs,
            *(["tasks"] if new or gone else []),
        ]
        return Weighed(
            found.kind,
            found.folder,
            before,
            after,
            found.faults,
            found.missing,
            found.passed,
            new,
            gone,
            found.happened,
            tuple(each for each in CHANGES if each in told),
        )


def _of(replay: Replay, folder: Folder) -> Side:
    refused = None if replay.refused is None else Fault("", replay.code or "", replay.refused)
    return Side(folder.version or 0, replay.state, replay.step, replay.route, refused=refused)


def _name(step: str, part: str | None) -> str:
    return f"{step}/{part}" if part else step


def _tasks(asked: Iterable[Asked], called: Callable[[str], str]) -> Iterator[Task]:
    for each in asked:
        for person in each.people:
            yield (each.kind, called(each.step), each.part), person


def _strands(before: Side, after: Side) -> bool:
    """It would wait where nobody is found, or be refused, and it is not so now."""
    if after.refused is not None:
        return before.refused is None
    return any(not each.people for each in after.asked) and all(each.people for each in before.asked)


def _differs(found: Weighed, state: str, called: Callable[[str], str]) -> Iterator[str]:
    before, after = found.before, found.after
    assert after is not None
    if after.state != state:
        yield "state"
    if after.step != (called(before.step) if before.step is not None else None):
        yield "step"
    before_way = tuple(called(each) for each in before.way)
    if after.way != before_way:
        yield "route"
    elif after.deciders != dict(zip(before_way, before.deciders.values(), strict=True)):
        yield "people"
