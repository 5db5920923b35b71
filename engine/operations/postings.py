"""What a record's transitions proposed, as the ledger wants it. Used by `settling`.

The key of a movement names record, occurrence of the transition, effect and row: it lands once, for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.clock import from_stored
from engine.effects import outcomes as o
from engine.expressions import Place
from engine.ledger import Hold, LedgerPlace, Movement, Posting, Promise, Release, Unhold, balances
from engine.operations.folder import Proposal

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

STOCK = (o.Move, o.Reserve, o.Release, o.Hold, o.Unhold, o.Reverse)


def of(operation: Operation, folder: Folder) -> Iterator[Posting]:
    """One posting per occurrence of a transition that proposes anything to the ledger.

    What was promised to a row that was split is divided first, so that each row keeps its own.
    """
    divided = _divided(operation, folder) if folder.splits else ()
    if divided:
        number = (folder.stored.revision if folder.stored else 0) + 1
        why = cause(folder, "split", number)
        yield replace(_posting(operation, folder, Proposal("split", number, ()), ()), cause=why, promises=divided)
    for proposal in folder.proposals:
        found = [each for each in proposal.outcomes if isinstance(each, STOCK)]
        if found:
            yield _posting(operation, folder, proposal, found)


def proposed(folder: Folder) -> bool:
    """Whether its transitions propose anything to the ledger."""
    return any(isinstance(each, STOCK) for proposal in folder.proposals for each in proposal.outcomes)


def cause(folder: Folder, transition: str, occurrence: int) -> str:
    """The name of one occurrence of one transition of one record."""
    return f"{folder.id}:{transition}:{occurrence}"


def _posting(operation: Operation, folder: Folder, proposal: Proposal, found: Sequence[o.Outcome]) -> Posting:
    why = cause(folder, proposal.name, proposal.occurrence)
    return Posting(
        source=folder.id,
        cause=why,
        happened=from_stored(operation.happened),
        recorded=operation.now,
        reason=proposal.name,
        version=folder.version or operation.library.version,
        person=operation.actor_id,
        moves=tuple(_movement(why, each) for each in found if isinstance(each, o.Move)),
        promises=tuple(_promise(each) for each in found if isinstance(each, o.Reserve)),
        releases=tuple(Release(each.row) for each in found if isinstance(each, o.Release)),
        holds=tuple(_hold(each) for each in found if isinstance(each, o.Hold)),
        unholds=tuple(Unhold(each.row) for each in found if isinstance(each, o.Unhold)),
        reversals=tuple(
            cause(folder, each.transition, folder.memory.occurrences[each.transition])
            for each in found
            if isinstance(each, o.Reverse)
        ),
    )


def _divided(operation: Operation, folder: Folder) -> tuple[Promise, ...]:
    """The promises of rows that were split and of the rows made from them, set so that their sum stays."""
    named = {(each.effect, each.line): each for each in balances.promises_of(operation.connection, folder.id)}
    changed: dict[tuple[str, str | None], Promise] = {}
    for split in folder.splits:
        for key in [key for key in named if key[1] == split.origin]:
            before = named[key]
            taken = min(split.quantity, before.quantity)
            for row, quantity in ((split.origin, before.quantity - taken), (split.row, taken)):
                name = (before.effect, row)
                named[name] = changed[name] = replace(before, line=row, quantity=quantity)
    return tuple(changed.values())


def place(of: Place) -> LedgerPlace:
    """A place as the ledger knows it; what is below a record's own place has it as parent."""
    parent, slash, _ = of.key.partition("/")
    return LedgerPlace(of.key, of.kind, of.negative, parent if slash and parent != "chain" else None)


def _movement(why: str, move: o.Move) -> Movement:
    return Movement(
        key=f"{why}:{move.effect}:{move.row or ''}",
        item=move.item.id,
        quantity=move.quantity,
        origin=place(move.origin),
        target=place(move.target),
        lot=move.lot.id if move.lot else None,
        owner=move.owner,
        kind=move.kind,
        value=move.value,
        line=move.row,
    )


def _promise(each: o.Reserve) -> Promise:
    return Promise(
        item=each.item.id,
        quantity=each.quantity,
        place=place(each.at),
        lot=each.lot.id if each.lot else None,
        owner=each.owner,
        line=each.row,
        effect=each.effect,
    )


def _hold(each: o.Hold) -> Hold:
    return Hold(each.item.id, place(each.at), each.lot.id if each.lot else None, each.row, each.effect)
