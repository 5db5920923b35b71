"""Saying in words what would happen, and why something cannot. Used by `acting` (preview), `reading`, `why`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.effects import outcomes as o
from engine.errors import say, text
from engine.expressions import Place, Reference
from engine.ledger.trail import movements
from engine.operations import postings, presenting, stockwords
from engine.quantities import write

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation


def no_right(language: str) -> str:
    """The policy grants this to somebody else."""
    return say(text("You may not do this here.", "您无权在此执行此操作。"), language)


def outcomes(operation: Operation, folder: Folder) -> dict[str, Any]:
    """What an action would come to: state, outcomes of every record it touches, and who would be next."""
    found = [
        {"form": each.form.name, "id": each.id, "transition": proposal.name, **outcome(operation, one)}
        | (_undone(operation, each, one) if isinstance(one, o.Reverse) else {})
        for each in operation.folders.values()
        for proposal in each.proposals
        for one in proposal.outcomes
    ]
    return {
        "form": folder.form.name,
        "id": folder.id,
        "state": folder.state,
        "outcomes": found,
        "tasks": [
            {"step": wait.step, "part": wait.part, "people": [presenting.person(operation, who) for who in wait.people]}
            for wait in folder.waits or ()
        ],
    }


def outcome(operation: Operation, one: o.Outcome) -> dict[str, Any]:
    """One proposed change as JSON."""
    kind = type(one).__name__.lower()
    shown: dict[str, Any] = {"kind": kind}
    if isinstance(one, o.Move):
        shown |= {
            "item": presenting.reference(operation, one.item),
            "lot": presenting.reference(operation, one.lot) if one.lot else None,
            "quantity": write(one.quantity),
            "from": place(operation, one.origin),
            "to": place(operation, one.target),
            "row": one.row,
        }
    elif isinstance(one, (o.Reserve, o.Hold)):
        shown |= {"item": presenting.reference(operation, one.item), "at": place(operation, one.at), "row": one.row}
        if isinstance(one, o.Reserve):
            shown["quantity"] = write(one.quantity)
    elif isinstance(one, o.Create):
        shown |= {"form": one.form}
    elif isinstance(one, o.Act):
        shown |= {"record": presenting.reference(operation, one.record), "action": one.action}
    elif isinstance(one, o.Notify):
        shown |= {"template": one.template}
    elif isinstance(one, o.Webhook):
        shown |= {"to": one.to}
    return shown


MOST_UNDONE = 500


def _undone(operation: Operation, folder: Folder, one: o.Reverse) -> dict[str, Any]:
    """What a reversal takes back: everything that the transition has moved, the other way round."""
    of = postings.cause(folder, one.transition, folder.memory.occurrences.get(one.transition, 0))
    found = movements(operation.connection, source=folder.id, limit=MOST_UNDONE)
    return {
        "transition": one.transition,
        "moves": [
            {
                "item": presenting.reference(operation, Reference("", each.item)),
                "lot": presenting.reference(operation, Reference("", each.lot)) if each.lot else None,
                "quantity": write(each.quantity),
                "from": _place(operation, each.target),
                "to": _place(operation, each.origin),
                "row": each.line,
            }
            for each in found
            if each.cause == of
        ],
    }


def place(operation: Operation, of: Place) -> dict[str, Any]:
    """A place by its key, as stock speaks of it."""
    return _place(operation, of.key)


def _place(operation: Operation, key: str) -> dict[str, Any]:
    told = stockwords.place(operation, key)
    return {"key": key, "code": told["code"], "title": told["title"]}
