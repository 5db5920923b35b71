"""What a refusal names, as its reader may see it: values of fields on the way from a record, in words. Used by `eyes`.

The sentence is the definition's; a value that this reader may not see in this record is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.definitions.models import Option
from engine.errors import Text, say, text
from engine.expressions import Environment, Expression, Reference, Subject, Value
from engine.expressions.nodes import Node
from engine.operations import presenting, rights
from engine.quantities import write
from engine.workflow.plan import SYSTEM

if TYPE_CHECKING:
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

Titles = Mapping[str, Text]
STATES = frozenset({"state", "came_from"})
YES, NO, NOTHING = text("yes", "是"), text("no", "否"), text("nothing", "空")


def told(
    operation: Operation, folder: Folder | None, of: Expression, environment: Environment, language: str
) -> str | None:
    """The value in words; None where the reader may not see it, or nobody in particular reads.

    None also where a version is only foreseen: who writes it would grant himself by it what he reads.
    """
    if operation.actor_id == SYSTEM or operation.is_foreseen:
        return None
    base, steps = _taken_apart(of.node)
    titles: Titles = {}
    if base.value in ("record", "row"):
        if folder is None or not _is_his(operation, folder):
            return None
        table = base.type.table if base.value == "row" else None
        held = environment.names.get(str(base.value))
        seen, titles = _seen(operation, folder, table, held, steps)
        if not seen:
            return None
    elif steps:
        return None
    return _worded(operation, titles, of.evaluate(environment), language)


def _is_his(operation: Operation, folder: Folder) -> bool:
    """Whether the reader sees the record itself: an action may reach one that he does not.

    Before a record that he makes has a unit, it is his.
    """
    begun = folder.stored is None and not folder.made_by_effect and not rights.belongs(folder)
    return begun or rights.may(operation, folder, "see")


def _taken_apart(node: Node) -> tuple[Node, tuple[str, ...]]:
    steps: tuple[str, ...] = ()
    while node.op == "attribute":
        steps = (str(node.value), *steps)
        node = node.parts[0]
    return node, steps


def _seen(
    operation: Operation, folder: Folder, table: str | None, held: Any, steps: tuple[str, ...]
) -> tuple[bool, Titles]:
    """Whether the reader sees every field on the way, and what the values of the last of them are called."""
    if not steps:
        return True, {}
    path = f"{table}.{steps[0]}" if table else steps[0]
    if rights.hidden(operation, folder) & {path, table or path}:
        return False, {}
    if len(steps) == 1:
        return True, _titles(folder, path)
    values = held if isinstance(held, dict) else held.values if isinstance(held, Subject) else {}
    target = values.get(steps[0])
    if target is None:
        return True, {}
    other = _behind(operation, target) if isinstance(target, (Reference, Subject)) else None
    if other is None or not rights.may(operation, other, "see"):
        return False, {}
    return _seen(operation, other, None, other.subject, steps[1:])


def _titles(folder: Folder, path: str) -> Titles:
    if path in STATES:
        return {name: each.title for name, each in folder.workflow.states.items()}
    field = folder.form.field(path)
    options: Sequence[Option] = (field.options.get("options") or ()) if field is not None else ()
    return {each.value: each.title for each in options}


def _behind(operation: Operation, of: Reference | Subject) -> Folder | None:
    stored = operation.shelf.head(of.id)
    return operation.unfold(stored) if stored is not None and stored.form in operation.library.forms else None


def _worded(operation: Operation, titles: Titles, value: Value, language: str) -> str:
    if value is None:
        return say(NOTHING, language)
    if isinstance(value, bool):
        return say(YES if value else NO, language)
    if isinstance(value, (Reference, Subject)):
        named = presenting.named(operation, value.id)
        return " ".join(dict.fromkeys(str(each) for each in (named["code"], named["title"]) if each)) or "…"
    return say(titles[value], language) if isinstance(value, str) and value in titles else _plain(operation, value)


def _plain(operation: Operation, value: Value) -> str:
    if isinstance(value, datetime):
        return value.astimezone(operation.zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return write(value) if isinstance(value, Decimal) else str(value)
