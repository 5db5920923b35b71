"""What a person sends, checked and written into the working copy; and what follows from it. Used by every writing verb.

The order of `semantics.md` 2: fields that may be written, their form, defaults and computed values, then (at actions)
what is required and the form's own rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field
from engine.errors import Fault
from engine.expressions import Environment
from engine.operations import fitting, pinning, rights
from engine.operations.folder import Folder, stood
from engine.operations.ids import references, sent_references
from engine.operations.knowing import Knowing, Seeing
from engine.operations.mentions import counts, idle
from engine.records import filling
from engine.records.filling_faults import not_writable
from engine.workflow import writable as workflow_writable
from engine.workflow.plan import Writable

if TYPE_CHECKING:
    from engine.operations.operation import Operation


def patch(operation: Operation, folder: Folder, sent: Mapping[str, Any], writable: Writable, base: str = "") -> None:
    """Write a merge patch into the working copy; refuses with every fault at once, `base` before their paths."""
    hidden = rights.hidden(operation, folder) - writable.fields
    operation.shelf.prefetch(sent_references(folder.form, sent))
    filled = filling.patch(
        folder.form, folder.values, sent, writable, hidden, Knowing(operation, folder), operation.new_id
    )
    folder.order = {**folder.order, **filled.order}
    refuse(operation, folder, filled.faults, base)
    folder.values = filled.values
    folder.splits += filled.splits
    folder.touched |= filled.wrote | _divided(filled.splits, folder.touched)
    folder.wrote |= filled.wrote
    folder.fresh |= filled.fresh
    operation.shelf.prefetch(references(folder.form, folder.values))


def require_nothing_of_others(operation: Operation, folder: Folder, action: str | None = None, base: str = "") -> None:
    """Who is only asked to fill in what is missing writes over nothing that is there."""
    stored = folder.stored
    if stored is None or folder.version is None:
        return
    own = workflow_writable(operation.situation(folder), operation.actor_id, transition=action).fields
    over = sorted((path, row) for path, row in folder.wrote if path not in own and stood(stored, path, row) is not None)
    refuse(operation, folder, [not_writable(_pointer(folder, *each), each[1]) for each in over], base)


def _pointer(folder: Folder, path: str, row: str | None) -> str:
    table, _, name = path.rpartition(".")
    rows = [each["row"] for each in folder.values[table]] if table else []
    return f"/{table}/{rows.index(row)}/{name}" if row in rows else f"/{path.replace('.', '/')}"


def _divided(splits: Iterable[filling.Split], touched: Iterable[tuple[str, str | None]]) -> set[tuple[str, str | None]]:
    """A row that was divided from another was written as that one was."""
    return {(path, each.row) for each in splits for path, row in touched if row == each.origin}


def shape(operation: Operation, folder: Folder, sent: Mapping[str, Any], writable: Writable) -> None:
    """Take the shape of the unit that a person names, before the rest of what he sends is read by it.

    What is wrong with his words is refused when all of them are read. Of a record that belongs to no unit yet, those
    that he names say who may write: else nobody could begin it, since nobody is a clerk of nowhere.
    """
    form = folder.form
    named = {form.variant} if form.variant is not None and operation.library.overlays else set()
    wanted = {name: sent[name] for name in sorted(named | rights.unplaced(folder)) if name in sent}
    before = folder.values
    for name, value in wanted.items():
        known = Knowing(operation, folder)
        one = filling.patch(form, folder.values, {name: value}, writable, frozenset(), known, str)
        folder.values = folder.values if one.faults else one.values
    if folder.values is not before:
        derive(operation, folder)


def propose(operation: Operation, folder: Folder, values: Mapping[str, Any]) -> None:
    """Write what an effect works out, header and whole tables, by the rules of what people write; else it refuses."""
    operation.shelf.prefetch(references(folder.form, dict(values)))
    filled = filling.put(folder.form, folder.values, values, Seeing(operation, folder), operation.new_id)
    refuse(operation, folder, filling.located(filled.faults, filled.order), "")
    folder.values = filled.values
    folder.touched |= filled.wrote


def propose_row(operation: Operation, folder: Folder, table: str, row: str, values: Mapping[str, Any]) -> None:
    """The same for one row of a table; nothing happens when it is gone."""
    rows = folder.values.get(table) or []
    index = next((index for index, each in enumerate(rows) if each["row"] == row), None)
    if index is None:
        return
    others = {name for name, _rows in folder.tables()}
    alone = {name: value for name, value in folder.values.items() if name not in others} | {table: [rows[index]]}
    sent = {table: [{"row": row, **values}]}
    operation.shelf.prefetch(references(folder.form, sent))
    filled = filling.put(folder.form, alone, sent, Seeing(operation, folder), operation.new_id)
    refuse(operation, folder, filling.located(filled.faults, {row: index}), "")
    rows[index].update(filled.values[table][0])
    folder.touched |= filled.wrote


def derive(operation: Operation, folder: Folder, base: str = "") -> None:
    """Work out defaults, conditions, computed and live values of the working copy, in the shape of its unit."""
    _derive(operation, folder, base)
    if pinning.reshape(operation, folder):
        _derive(operation, folder, base)


def _derive(operation: Operation, folder: Folder, base: str) -> None:
    at = replace(moment(folder), idle=idle(folder.library, folder.form))
    derived = filling.derive(folder.form, folder.values, _environments(operation, folder), at)
    refuse(operation, folder, derived.faults, base)
    folder.values = derived.values
    folder.lived, folder.ready = not at.idle, True
    folder.fresh = set()


def moment(folder: Folder) -> filling.Moment:
    """What is fixed already, whether defaults follow, and what a person or an effect wrote instead of them."""
    state = folder.workflow.states.get(folder.state)
    return filling.Moment(
        starting=folder.state == folder.workflow.start,
        touched=frozenset(folder.touched),
        fresh=frozenset(folder.fresh),
        fixed=folder.fixed,
        editing=bool(state and state.edit),
        made=folder.stored is not None,
    )


def current(operation: Operation, folder: Folder) -> dict[str, Any]:
    """The values as of now: live ones that are not fixed yet are worked out, once for this operation."""
    if not folder.lived:
        folder.lived = True
        if any(each.live is not None for each in rights.each_field(folder.form)):
            derived = filling.derive(folder.form, folder.values, _environments(operation, folder), moment(folder))
            folder.values = derived.values
    return folder.values


def meant(operation: Operation, folder: Folder, *, locking: bool = False) -> dict[str, Any]:
    """The same as far as an expression of the library can ask; what is only shown waits until somebody looks.

    With `locking` something is decided: a fact behind a live value is read under its lock from here on, and what was
    worked out before without it is worked out anew, or two could both pass on the same rest.
    """
    if locking and not folder.locking and counts(folder.library, folder.form):
        folder.locking, folder.ready, folder.lived = True, False, False
    if not folder.ready and not folder.lived:
        folder.ready = True
        unasked = idle(folder.library, folder.form)
        if any(each.live is not None and each.path not in unasked for each in rights.each_field(folder.form)):
            at = replace(moment(folder), idle=unasked)
            folder.values = filling.derive(folder.form, folder.values, _environments(operation, folder), at).values
    return folder.values


def _environments(operation: Operation, folder: Folder) -> filling.EnvOf:
    def environment(values: dict[str, Any]) -> Environment:
        return operation.environment(folder, values, locking=folder.locking)

    return environment


def require_whole(
    operation: Operation,
    folder: Folder,
    base: str = "/values",
    required: Iterable[str] | None = (),
    *,
    deciding: bool = True,
    but: frozenset[str] = frozenset(),
) -> None:
    """Refuse a record that lacks what is required or breaks its form's rules; `required` None: somebody is typing.

    Of the fields in `but` nothing is required: somebody else is asked for them.
    """
    wanted = None if required is None else frozenset(required)
    found = faults_of(operation, folder, wanted, deciding=deciding)
    lacks = (each for each in found if each.code != "required" or filling.field_of(each.path) not in but)
    refuse(operation, folder, lacks if but else found, base)


def faults_of(
    operation: Operation, folder: Folder, wanted: frozenset[str] | None, *, deciding: bool = True
) -> Iterable[Fault]:
    """What the record lacks of what is wanted, and the rules of its form that it breaks.

    Unless somebody only tries, what the rules ask of facts is read under their lock.
    """
    meant(operation, folder, locking=deciding)
    return filling.check(folder.form, folder.values, _environments(operation, folder), wanted)


def lacking(operation: Operation, folder: Folder, action: str) -> list[Field]:
    """Fields that the action needs, that the actor may see and that are empty somewhere."""
    wanted = frozenset(required_of(folder, action))
    faults = filling.check(folder.form, folder.values, _environments(operation, folder), wanted)
    paths = {filling.field_of(each.path) for each in faults if each.code == "required"} - rights.hidden(
        operation, folder
    )
    return [each for each in rights.each_field(folder.form) if each.path in paths]


def refuse(operation: Operation, folder: Folder, faults: Iterable[Fault], base: str) -> None:
    """Raise the refusal that these faults come to, located as the sender sent them."""
    found = tuple(fitting.worded(operation, folder, faults))
    if not found:
        return
    hidden = rights.hidden(operation, folder)
    refusal = filling.refusal(filling.located(found, folder.order, hidden, base))
    if refusal is not None:
        raise refusal


def required_of(folder: Folder, action: str) -> tuple[str, ...]:
    """Paths that the state and the transition require."""
    state = folder.workflow.states.get(folder.state)
    transition = folder.workflow.transitions.get(action)
    return (*(state.required if state else ()), *(transition.required if transition else ()))
