"""Who may see and do what, joined from the policy, the org tree and what the workflow says. Used by every verb.

The policy decides role x object x action, the org tree decides where, the workflow's `by`, `edit` and a field's `sees`
narrow it for one record. All of them must say yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.errors import Fault, not_found, text
from engine.expressions import Expression, Reference, holds
from engine.records import tasks
from engine.workflow import people
from engine.workflow import writable as workflow_writable
from engine.workflow.plan import SYSTEM, Writable

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

Units = frozenset[str] | None
"""Org units within which something is allowed; None is everywhere."""

CLOSED: Units = frozenset()


def reach(operation: Operation, form: str, action: str) -> Units:
    """The org units for whose records of `form` the actor may take `action`; empty when nowhere."""
    if operation.actor_id == SYSTEM:
        return None
    if not granted(operation, form, action):
        return CLOSED
    return operation.matrix.reach(operation.actor_id, form, action, operation.directory)


def granted(operation: Operation, form: str, action: str) -> bool:
    """A key may do only what it was granted, and never more than its person."""
    actor = operation.call.actor
    grants = actor.grants if actor else ()
    if grants is None:
        return True
    return any(each in ((form, action), (form, "*"), ("*", action), ("*", "*")) for each in map(tuple, grants))


def units_of(form: Form, values: dict[str, Any]) -> frozenset[str]:
    """The org units that a record belongs to, by its form's `org`; a unit's own record belongs to itself."""
    return frozenset(each.id for name in form.org if isinstance(each := values.get(name), Reference))


def may(operation: Operation, folder: Folder, action: str) -> bool:
    """Whether the policy lets the actor take an action on this record."""
    within = reach(operation, folder.form.name, action)
    if within is None or within & belongs(folder):
        return True
    return action == "see" and operation.actor_id in folder.memory.readers and _anywhere(operation, folder)


def _anywhere(operation: Operation, folder: Folder) -> bool:
    """Whether the policy lets the actor see records of this form at all; whoever was copied in sees this one."""
    form = folder.form.name
    held = operation.directory.held(operation.actor_id)
    return granted(operation, form, "see") and operation.matrix.decide(held, form, "see", operation.directory).allowed


def person_may(operation: Operation, folder: Folder, action: str, person: str) -> bool:
    """Whether the policy lets somebody else take an action on this record."""
    within = operation.matrix.reach(person, folder.form.name, action, operation.directory)
    return within is None or bool(within & belongs(folder))


def may_decide(operation: Operation, folder: Folder, verdict: str) -> bool:
    """Whether the policy lets the actor give this verdict: a step names its people, lines that name it narrow them.

    A line that names a transition of the form of the same name is about that.
    """
    form = folder.form.name
    named = verdict not in folder.workflow.transitions and operation.matrix.who(form, verdict)
    return may(operation, folder, verdict) if named else granted(operation, form, verdict)


def person_may_decide(operation: Operation, folder: Folder, verdict: str, person: str) -> bool:
    """The same of somebody else."""
    named = verdict not in folder.workflow.transitions and operation.matrix.who(folder.form.name, verdict)
    return not named or person_may(operation, folder, verdict, person)


def belongs(folder: Folder) -> frozenset[str]:
    """The org units of a record; as it is stored, and as it is being written."""
    own = frozenset([folder.id]) if folder.form.told.get("org_unit") else frozenset()
    return units_of(folder.form, folder.values) | own


def require_seen(operation: Operation, folder: Folder) -> None:
    """Refused as not there when the actor may not see the record."""
    if not may(operation, folder, "see"):
        raise not_found()


def hidden(operation: Operation, folder: Folder, person: str | None = None) -> frozenset[str]:
    """Paths of the fields that the person may not see in this record."""
    who = person or operation.actor_id
    if who == SYSTEM:
        return frozenset()
    closed = _closed(operation, folder, who)
    guarded = [field for field in each_field(folder.form) if field.sees is not None]
    if not guarded:
        return closed
    situation = operation.situation(folder, who)
    answers: dict[Any, bool] = {}
    out = set(closed)
    for field in guarded:
        sees = field.sees
        assert sees is not None
        if sees not in answers:
            named = tuple(each for each in sees.by if each.kind != "writer" or each.name is not None)
            allowed = people.matches(named, who, situation)
            answers[sees] = allowed and (sees.when is None or holds(sees.when, situation.environment))
        wrote = any(each.kind == "writer" for each in sees.by) and who in folder.memory.wrote.get(field.path, ())
        if not answers[sees] and not wrote:
            out.add(field.path)
    return frozenset(out)


def _closed(operation: Operation, folder: Folder, person: str) -> frozenset[str]:
    """Fields that lines of the policy keep from somebody; in older records under whatever name they have there."""
    form = folder.form
    closed = operation.matrix.closed_fields(person, form.name, operation.directory)
    newest = operation.library.forms.get(form.name)
    if not closed or newest is None or newest is form:
        return closed
    now = {each.number: each.path for each in each_field(newest)}
    return frozenset(each.path for each in each_field(form) if now.get(each.number, each.path) in closed)


def each_field(form: Form) -> Iterable[Field]:
    """Every field of a form, those of its tables included."""
    for field in form.fields.values():
        yield field
        yield from field.fields.values()


def everywhere_hidden(operation: Operation, form: Form) -> frozenset[str]:
    """Paths that the actor cannot be sure to see in every record: not to be filtered, sorted or searched by.

    A field with `sees` is open only to who holds one of its roles wherever a record that he may see can be: a role for
    the whole chain, or one that is asked of the one unit that a record belongs to, held at every unit in reach.
    """
    closed = set(operation.matrix.closed_fields(operation.actor_id, form.name, operation.directory))
    for field in each_field(form):
        if field.sees is not None and not _sure(operation, form, field):
            closed.add(field.path)
    return frozenset(closed)


def _sure(operation: Operation, form: Form, field: Field) -> bool:
    assert field.sees is not None
    if field.sees.when is not None:
        return False
    within = _where_it_can_be(operation, form)
    for each in field.sees.by:
        if each.kind != "role" or each.role is None:
            continue
        holds, role, relation = operation.directory.holds, each.role, each.relation or "at"
        if each.unit is None:
            if holds(operation.actor_id, role, relation, None):
                return True
            continue
        held = within and all(holds(operation.actor_id, role, relation, unit) for unit in within)
        if held and _is_where_it_belongs(form, each.unit):
            return True
    return False


def _where_it_can_be(operation: Operation, form: Form) -> Units:
    """The units in reach to which a record of this form can belong: those of the form that its field refers to."""
    within = reach(operation, form.name, "see")
    to = form.fields[form.org[0]].options.get("to") if len(form.org) == 1 and form.org[0] in form.fields else None
    if within is None or to not in operation.library.forms:
        return within
    units = operation.directory.units
    return frozenset(each for each in within if each in units and units[each].form == to)


def _is_where_it_belongs(form: Form, unit: Expression) -> bool:
    """Whether a unit is the one by which records come into reach: a record of two units comes by the other one too."""
    return len(form.org) == 1 and not form.told.get("org_unit") and unit.text in (form.org[0], f"record.{form.org[0]}")


def writable(operation: Operation, folder: Folder, transition: str | None = None) -> Writable:
    """What the actor may write now: the workflow's word, minus what the policy or `sees` hides.

    Whoever is asked to fill in what a record lacks since it was carried over may do that in any state.

    Whoever begins a record that belongs to no unit yet says to which; what else may be written follows from that.
    """
    allowed = workflow_writable(operation.situation(folder), operation.actor_id, transition=transition)
    if folder.version is not None and folder.stored is not None:
        missing = tasks.to_fill(operation.connection, folder.id, operation.actor_id)
        allowed = replace(allowed, fields=allowed.fields | missing)
    if begins := unplaced(folder):
        allowed = replace(allowed, fields=allowed.fields | begins)
    return seen_only(operation, folder, allowed)


def elsewhere(folder: Folder, base: str) -> list[Fault]:
    """The units that were named, none of which is the actor's: what is live there is not his to ask."""
    says = text("You may not do this here.", "您无权在此执行此操作。")
    named = [each for each in folder.form.org if isinstance(folder.values.get(each), Reference)]
    return [Fault(f"{base}/{each}", "not_your_unit", says) for each in named]


def unplaced(folder: Folder) -> frozenset[str]:
    """The units that a record which is only being made can be given, while it has none of them."""
    units = [name for name in folder.form.org if name in folder.form.fields]
    if folder.stored is not None or any(folder.values.get(name) is not None for name in units):
        return frozenset()
    edits = [
        each
        for each in folder.workflow.states[folder.state].edit.values()
        if any(who.unit is not None for who in each.by)
    ]
    return frozenset(name for name in units if any(name in each.fields for each in edits))


def seen_only(operation: Operation, folder: Folder, allowed: Writable) -> Writable:
    """What may be written without what is hidden; where `sees` names the writer, he writes before he sees."""
    closed = hidden(operation, folder)
    policy = _closed(operation, folder, operation.actor_id)
    blind = {
        field.path
        for field in each_field(folder.form)
        if field.sees is not None and any(each.kind == "writer" for each in field.sees.by)
    }
    return Writable(allowed.fields - (closed - (blind - policy)), allowed.rows, allowed.scan)


def sees_form(operation: Operation, form: str) -> bool:
    """Whether the actor may see any record of a form."""
    return reach(operation, form, "see") != CLOSED


def never_seen(operation: Operation, form: Form) -> frozenset[str]:
    """Paths that the actor can see in no record: nobody of `sees` is a role that he holds anywhere."""
    held = set(operation.directory.roles_of(operation.actor_id))
    closed = set(operation.matrix.closed_fields(operation.actor_id, form.name, operation.directory))
    for field in each_field(form):
        if field.sees is None:
            continue
        if all(each.kind == "role" and each.role not in held for each in field.sees.by):
            closed.add(field.path)
    return frozenset(closed)
