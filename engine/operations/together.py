"""Writing down many operations at once, as if one after another. Used by `seeding` and `runs`.

An operation that made one record goes with its neighbours: their postings are weighed one by one and written together,
and so are the records, with their history and what hangs on them. Any other is settled alone, in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import Refusal
from engine.ledger import Book, Posting
from engine.operations import alerting, calendars, charting, postings, settling, stockview, validity, zones
from engine.records import facts, many
from engine.records.beside import Steps

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def settle(operations: Sequence[Operation]) -> None:
    """Write them down in their order, all on one connection; raises `Refusal` when one of them cannot be.

    None of them may have looked at what another was to write.
    """
    waiting: list[tuple[Operation, Folder]] = []
    for operation in operations:
        folder = _made(operation)
        if folder is not None:
            waiting.append((operation, folder))
            continue
        _write(waiting)
        waiting = []
        settling.settle(operation)
    _write(waiting)


def fits(operation: Operation) -> bool:
    """Whether it goes with others: it makes one record, by which nobody's rights or place change."""
    folder = _made(operation)
    return folder is not None and not any(folder.form.told.get(each) for each in charting.PEOPLE)


def writes(operation: Operation) -> set[str]:
    """What others may have looked at (`Operation.looked`) that an operation which fits is to write."""
    return {
        name
        for folder in operation.folders.values()
        for name in (folder.form.name, *([stockview.LOOKED] if postings.proposed(folder) else ()))
    }


def _made(operation: Operation) -> Folder | None:
    """The record that the operation made, when that is all it did."""
    folders = list(operation.folders.values())
    if len(folders) != 1 or folders[0].stored is not None or folders[0].discarded:
        return None
    return None if validity.concerns(folders[0].form) else folders[0]


def _write(made: Sequence[tuple[Operation, Folder]]) -> None:
    if not made:
        return
    connection = made[0][0].connection
    for operation, folder in made:
        settling.check(operation)
        calendars.require(folder)
        zones.require(folder)
        charting.register(operation, folder)
    first = made[0][0]
    wanted = [(operation, posting) for operation, folder in made for posting in postings.of(operation, folder)]
    pairs = alerting.promised(first, [each for _, each in wanted])
    seqs = _post(made, wanted)
    moved = [each for operation, folder in made for each in operation.facts.changes([folder])]
    steps = facts.moving(connection, moved)
    records = []
    for operation, folder in made:
        steps += settling.beside(operation, folder)
        assert folder.stored is not None
        records.append(many.Made(folder.stored, *settling.found_by(operation, folder)))
    many.insert(connection, records, merged(steps))
    for operation, folder in made:
        settling.hang(operation, folder)
        charting.after(operation, folder)
    alerting.follow(first, pairs, seqs, moved)


def _post(made: Sequence[tuple[Operation, Folder]], wanted: Sequence[tuple[Operation, Posting]]) -> list[int]:
    seqs: list[int] = []
    book = Book(made[0][0].connection)
    for (operation, _), answer in zip(wanted, book.post_many([posting for _, posting in wanted]), strict=True):
        if isinstance(answer, Refusal):
            raise answer
        operation.seq = answer.seq
        seqs.append(answer.seq)
    for operation, _ in made:
        operation.seq = operation.seq or book.draw_seq()
    return seqs


def merged(steps: Iterable[tuple[str, Any]]) -> Steps:
    """The same steps, those that insert rows of one kind as one; the only parameter of such a step is a JSON list."""
    lists: dict[str, tuple[str, list[str]]] = {}
    others: Steps = []
    for sql, parameters in steps:
        name, value = next(iter(parameters.items()), ("", None))
        if len(parameters) == 1 and isinstance(value, str) and value[:1] == "[" and value != "[]":
            lists.setdefault(sql, (name, []))[1].append(value[1:-1])
        else:
            others.append((sql, parameters))
    return [*((sql, {name: f"[{','.join(rows)}]"}) for sql, (name, rows) in lists.items()), *others]
