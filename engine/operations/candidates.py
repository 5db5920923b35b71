"""What may be chosen in one field of a record that is being filled: what the field's `only` leaves. Used by `trying`.

The records are those that the actor finds in their list, so nothing is offered that he may not see. What the record and
the row hold is known beforehand; the database does the rest. Where it cannot work `only` out, the newest are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Field, Form
from engine.errors import forbidden, invalid_at, say, text
from engine.expressions import Environment, EvaluationFault, Expression, Reference, holds
from engine.expressions.nodes import Node
from engine.operations import asking, bodies, fitting, listing, rights
from engine.operations.calls import Answer
from engine.records.listing import MOST as LOOKED_AT
from engine.records.listing import askable, page

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation
    from engine.records.listing import Query
    from engine.records.stored import Stored
    from engine.workflow.plan import Writable

MOST = 20
QUESTION = "asks."
_NO_CHOICE = text("There is nothing to choose here.", "此处没有可供选择的字段。")


@dataclass(frozen=True, slots=True)
class Asked:
    """The field, the row that it stands in (one that is not there yet is an empty one), and what is searched for."""

    path: str
    row: str
    q: str


def asked(body: Mapping[str, Any] | None) -> Asked | None:
    """`choose` of a body: `{path, row?, q?}`."""
    if not body or body.get("choose") is None:
        return None
    sent = bodies.mapping(body, "choose")
    bodies.only(sent, {"path", "row", "q"})
    words = {name: bodies.word(sent, name) if sent.get(name) not in (None, "") else "" for name in ("path", "row", "q")}
    return Asked(words["path"], words["row"], words["q"].strip())


def offered(operation: Operation, folder: Folder, writable: Writable, choose: Asked) -> Answer:
    """`{choices: [{id, code, title, values}], says}`: at most 20; `says` why there are none, else None.

    A field that the actor may not write, that is no reference, or that is not there: one refusal for all.
    """
    field = folder.form.field(choose.path) if choose.path in writable.fields else None
    env = operation.environment(folder, folder.values)
    if field is not None and field.table:
        env = env.with_names(row=_row(folder, field.table, choose.row))
    return _told(operation, folder, field, choose, env)


def of_question(operation: Operation, folder: Folder, action: str | None, choose: Asked) -> Answer:
    """The same of a question (`asks.NAME`) of an action or of a verdict (`approve:store`)."""
    action = action or ""
    if action in folder.workflow.transitions and not rights.may(operation, folder, action):
        raise forbidden()
    field = asking.asked_by(folder.workflow, action).get(choose.path.removeprefix(QUESTION))
    return _told(operation, folder, field, choose, operation.environment(folder, folder.values))


def _told(operation: Operation, folder: Folder, field: Field | None, choose: Asked, env: Environment) -> Answer:
    target = fitting.target(operation, field) if field is not None else None
    if field is None or target is None:
        raise invalid_at("/choose/path", "no_choice", _NO_CHOICE)
    found = _found(operation, folder, field, target, choose, env)
    told = listing.told(operation, target, found, None)
    says = None if told else say(fitting.nothing(operation, folder.form, field, choose.q), operation.call.language)
    return Answer(200, {"choices": [{**each["named"], "values": each["values"]} for each in told], "says": says})


def _found(
    operation: Operation, folder: Folder, field: Field, target: Form, choose: Asked, env: Environment
) -> Sequence[Stored]:
    words = {"q": choose.q} if choose.q else {}
    query = listing.asked(operation, target, {"limit": str(MOST), "sort": listing.NAMED, **words})
    if field.only is None or not fitting.narrowed(operation, folder.form, field):
        return page(operation.connection, query).items
    asked = replace(query, filter=field.only, environment=env)
    try:
        if not (field.table and _of_rows(field.only.node)) and askable(operation.connection, asked):
            return page(operation.connection, asked).items
    except EvaluationFault:
        return ()
    return _looked_through(operation, query, field.only, env)


def _row(folder: Folder, table: str, row: str) -> dict[str, Any]:
    """The row as it stands; of one that is not there yet nothing is known."""
    empty: dict[str, Any] = dict.fromkeys(folder.form.fields[table].fields)
    return next((each for each in folder.values.get(table) or () if each["row"] == row), {"row": row, **empty})


def _of_rows(node: Node) -> bool:
    """Whether rows of the candidate are asked too: in there, `row` is one of those, and not known beforehand."""
    return node.op == "rows" or any(_of_rows(each) for each in node.parts)


def _looked_through(operation: Operation, query: Query, only: Expression, env: Environment) -> Sequence[Stored]:
    """Those of the newest that fit."""
    some = page(operation.connection, replace(query, limit=LOOKED_AT)).items
    form = query.form.name
    operation.shelf.prefetch({Reference(form, each.id) for each in some})
    fits = (each for each in some if holds(only, env.with_names(it=Reference(form, each.id)).fuelled()))
    return tuple(each for each, _ in zip(fits, range(MOST), strict=False))
