"""Commands that each make one record, many of them in one go. Used by `batch` and `importing`.

A run is prepared one by one and written down together, so that a hundred tickets cost few statements. It ends before
the first that cannot go along: one that is refused, that does more than make a record, or that looked at something
which an earlier one of the run is to write. What cannot be written together is tried in smaller runs, and at last
alone, so that each comes to what it would have come to by itself, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from engine.clock import to_stored
from engine.database.dialects import mark, pass_mark, return_to_mark
from engine.errors import Kind, Refusal
from engine.operations import creating, once, settling, together
from engine.operations.calls import Answer, Call
from engine.operations.once import Overtaken, Result
from engine.operations.operation import Operation
from engine.records import requests
from engine.records.requests import Remembered

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.folder import Folder
    from engine.operations.services import Services

T = TypeVar("T")

MOST = 200
"""Commands of a run: more would hold what they lock for longer than somebody else cares to wait."""

MARK = "prepared"


@dataclass(frozen=True, slots=True)
class Making:
    """One command that makes a record; `request` is the hash of its request (without a key: nothing)."""

    call: Call
    request: str
    form: str
    body: Mapping[str, Any]


def in_order(
    wanted: Sequence[T], run: Callable[[Sequence[T]], Sequence[Result]], alone: Callable[[T], Result]
) -> list[Result]:
    """What each came to. `run` answers the first few of what it is given, or refuses them all; `alone` answers one."""
    results: list[Result] = []
    size = MOST
    while len(results) < len(wanted):
        tried = wanted[len(results) : len(results) + size]
        try:
            done = run(tried) if len(tried) > 1 else ()
        except (Refusal, Overtaken) as ended:
            if isinstance(ended, Refusal) and ended.kind is Kind.UNAVAILABLE:
                raise
            size = len(tried) // 2
            continue
        results += done or [alone(tried[0])]
        size = min(MOST, 2 * size)
    return results


def attempt(services: Services, connection: Connection, makings: Sequence[Making]) -> list[Result]:
    """Make the first of these, as many as go together; raises when they cannot be written, and all is to be undone."""
    keys = [each.call.key for each in makings if each.call.key and once.is_key(each.call.key)]
    known = requests.recall_all(connection, once.account_of(makings[0].call), keys) if keys else {}
    results: list[Result] = []
    run = _Run(services, connection)
    for each in makings:
        found = known.get(each.call.key or "")
        if found is None and not run.takes(each):
            break
        results.append(once.replayed(found, each.request) if found else Result())
    made = iter(run.settle())
    return [each if each.answer or each.refusal else next(made) for each in results]


class _Run:
    """Operations that are prepared, each as if the others did not exist, and wait to be written down."""

    def __init__(self, services: Services, connection: Connection) -> None:
        self._services = services
        self._connection = connection
        self._waiting: list[tuple[Making, Operation, Folder]] = []
        self._writes: set[str] = set()

    def takes(self, making: Making) -> bool:
        """Prepare it and let it wait; False when it cannot go along, and nothing is left of it."""
        if not self._is_sound(making.call.key):
            return False
        mark(self._connection, MARK)
        prepared = self._prepare(making)
        if prepared is None:
            return_to_mark(self._connection, MARK)
            return False
        pass_mark(self._connection, MARK)
        operation, folder = prepared
        self._writes |= together.writes(operation)
        self._waiting.append((making, operation, folder))
        return True

    def _is_sound(self, key: str | None) -> bool:
        return key is None or (once.is_key(key) and all(each.call.key != key for each, _, _ in self._waiting))

    def _prepare(self, making: Making) -> tuple[Operation, Folder] | None:
        first = self._waiting[0][1] if self._waiting else None
        operation = Operation(self._services, self._connection, making.call, first)
        try:
            folder = creating.prepare(operation, making.form, making.body)
        except Refusal as refusal:
            if refusal.kind is Kind.UNAVAILABLE:
                raise
            return None
        if not together.fits(operation) or not self._writes.isdisjoint(operation.looked):
            return None
        return operation, folder

    def settle(self) -> list[Result]:
        """Write down what waits and remember the answers."""
        if not self._waiting:
            return []
        together.settle([operation for _, operation, _ in self._waiting])
        answers = [Answer(201, settling.small(operation, folder)) for _, operation, folder in self._waiting]
        first, begun, _ = self._waiting[0]
        kept = {
            making.call.key: Remembered(making.request, answer.status, answer.body)
            for (making, _, _), answer in zip(self._waiting, answers, strict=True)
            if making.call.key
        }
        if not requests.keep_all(self._connection, once.account_of(first.call), kept, to_stored(begun.now)):
            raise Overtaken
        for _, operation, _ in self._waiting:
            operation.let_go()
        return [Result(answer) for answer in answers]
