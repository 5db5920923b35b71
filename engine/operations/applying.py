"""Applying what an effect proposed to the working copies, so that later effects and guards see it. Used by `taking`.

Moves, promises and holds go to the stock view and stay proposals until `settling` posts them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.clock import to_stored
from engine.effects import outcomes as o
from engine.errors import rule, text
from engine.operations import merging, numbers, pinning, writing
from engine.operations.folder import Event, Folder
from engine.operations.ids import references
from engine.records import requests
from engine.workflow.plan import SYSTEM

if TYPE_CHECKING:
    from engine.operations.operation import Operation


@dataclass(frozen=True, slots=True)
class Follow:
    """What must happen next to a record: its content has changed, it arrives in its state, an action is taken on it."""

    folder: Folder
    changed: bool = False
    arrives: bool = False
    action: str | None = None
    ruling: o.Decide | o.AskOthers | None = None
    """What *system* does to its open step."""


def apply(operation: Operation, folder: Folder, outcome: o.Outcome) -> Follow | None:
    """Apply one outcome of an effect of this record; what has to follow is `taking`'s to do."""
    return _APPLY[type(outcome)](operation, folder, outcome)


def _stock(operation: Operation, folder: Folder, outcome: Any) -> None:
    operation.stock.propose(folder, outcome)


def _set(operation: Operation, folder: Folder, outcome: o.SetFields) -> None:
    if outcome.table is None:
        writing.propose(operation, folder, outcome.values)
    elif outcome.row is not None:
        writing.propose_row(operation, folder, outcome.table, outcome.row, outcome.values)
    operation.shelf.prefetch(references(folder.form, folder.values))


def _update(operation: Operation, folder: Folder, outcome: o.Update) -> Follow | None:
    target = operation.open(outcome.record.form or None, outcome.record.id, lock=True)
    before = target.flat()
    _write(operation, target, outcome.values)
    target.note(Event("update", SYSTEM, None, target.state, target.state))
    return Follow(target, changed=True) if target.flat() != before else None


def _act(operation: Operation, folder: Folder, outcome: o.Act) -> Follow:
    """Votes need no voiding: a transition into an approval begins it again."""
    target = operation.open(outcome.record.form or None, outcome.record.id, lock=True)
    if outcome.values:
        _write(operation, target, outcome.values)
    return Follow(target, action=outcome.action)


def _write(operation: Operation, target: Folder, values: Mapping[str, Any]) -> None:
    writing.propose(operation, target, values)
    operation.shelf.prefetch(references(target.form, target.values))
    writing.derive(operation, target)
    if target.form.kind == "master":
        writing.require_whole(operation, target, "")


def _create(operation: Operation, folder: Folder, outcome: o.Create) -> Follow | None:
    filled = merging.target(operation, outcome)
    if filled is not None:
        merging.fill(operation, folder, filled, outcome)
        filled.note(Event("update", SYSTEM, None, filled.state, filled.state))
        return Follow(filled, changed=True, action=outcome.action)
    made_id = operation.new_id()
    if outcome.once is not None and not requests.once(operation.connection, outcome.once, made_id):
        return None
    made = operation.fresh(outcome.form, made_id)
    made.made_by_effect = True
    made.created_by = SYSTEM
    rows = {table: [merging.fresh(operation, row) for row in new] for table, new in outcome.rows.items()}
    unit = made.form.variant
    if unit is not None and unit in outcome.values:
        made.values[unit] = outcome.values[unit]
        pinning.reshape(operation, made)
    writing.propose(operation, made, {**outcome.values, **rows})
    made.touched |= {(name, None) for name in outcome.values}
    made.touched |= {(f"{table}.{name}", row["row"]) for table, new in rows.items() for row in new for name in row}
    operation.shelf.prefetch(references(made.form, made.values))
    writing.derive(operation, made)
    for table, new in outcome.rows.items():
        for row, each in zip(rows[table], new, strict=True):
            merging.share(operation, folder, made, table, row["row"], each, outcome.effect)
    made.making = False
    writing.require_whole(operation, made, "")
    pinning.pin(operation, made)
    made.submitted = to_stored(operation.now)
    made.submitted_by = operation.actor_id
    numbers.give(operation, made, "create")
    made.note(Event("create", SYSTEM, None, None, made.state))
    return Follow(made, arrives=True, action=outcome.action)


def _reverse(operation: Operation, folder: Folder, outcome: o.Reverse) -> None:
    if not folder.memory.occurrences.get(outcome.transition):
        raise rule("nothing_to_reverse", text("There is nothing to undo.", "没有可以撤销的过账。"))
    operation.stock.propose(folder, outcome)


def _task(operation: Operation, folder: Folder, outcome: o.OpenTask) -> None:
    folder.looks.append(outcome)


def _notify(operation: Operation, folder: Folder, outcome: o.Notify) -> None:
    folder.notices.append(outcome)


def _rule(operation: Operation, folder: Folder, outcome: o.Decide | o.AskOthers) -> Follow:
    return Follow(folder, ruling=outcome)


def _webhook(operation: Operation, folder: Folder, outcome: o.Webhook) -> None:
    folder.webhooks.append(outcome)


_APPLY: Mapping[type, Callable[[Any, Folder, Any], Follow | None]] = {
    o.Move: _stock,
    o.Reserve: _stock,
    o.Release: _stock,
    o.Hold: _stock,
    o.Unhold: _stock,
    o.Reverse: _reverse,
    o.SetFields: _set,
    o.Update: _update,
    o.Act: _act,
    o.Create: _create,
    o.OpenTask: _task,
    o.Notify: _notify,
    o.Decide: _rule,
    o.AskOthers: _rule,
    o.Webhook: _webhook,
}
