"""What has changed since a record was decided on last, beside what stands there now. Used by `inbox`, for who is asked.

Of the record as it is stored, with the reader's rights: what he may not see is told neither as it was nor as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import say
from engine.operations import around, changes, rights
from engine.records.tasks import Task
from engine.workflow import recollect

if TYPE_CHECKING:
    from engine.operations.changes import Content
    from engine.operations.folder import Folder
    from engine.operations.operation import Operation

AT_MOST = 20
"""So much is told beside a task in a list; the rest stands with the task itself."""


def told(operation: Operation, folder: Folder, task: Task, most: int | None = None) -> dict[str, Any]:
    """`changed`: `[{path, title, old, new}]`, of a row with its name (`row`) and what became of it (`kind`).

    Only where something was decided on before; `more_changed` counts what is left out of `most`.
    """
    before = recollect.before(folder.memory)
    if task.kind != "decide" or before is None:
        return {}
    old, new = _content(folder, before), _content(folder, folder.flat())
    hidden = rights.hidden(operation, folder)
    seen = [each for each in changes.between(old, new) if _known(folder, each["path"], hidden)]
    ordered = sorted(seen, key=_order(folder, old, new))
    shown = around.changes(operation, folder, ordered[:most])
    out = [{**each, **_worded(operation, folder, each["path"], old, new)} for each in shown]
    return {"changed": out, **({"more_changed": len(seen) - len(out)} if len(seen) > len(out) else {})}


def _content(folder: Folder, flat: Mapping[str, Any]) -> Content:
    tables = {name for name, _rows in folder.tables()}
    header = {name: value for name, value in flat.items() if name not in tables}
    return header, {name: flat.get(name) or () for name in tables}


def _words(path: str) -> list[str]:
    return path.strip("/").split("/")


def _known(folder: Folder, path: str, hidden: Iterable[str]) -> bool:
    """Whether the form (still) has the field, and the reader sees it."""
    first, *rest = _words(path)
    name = f"{first}.{rest[-1]}" if rest else first
    return folder.form.field(name) is not None and not {first, name} & set(hidden)


def _order(folder: Folder, old: Content, new: Content) -> Any:
    """As the form and its rows stand; rows that are gone come after those of their table."""
    fields = list(folder.form.fields)
    rows = {
        name: list(dict.fromkeys(row["row"] for side in (new, old) for row in side[1].get(name, ())))
        for name, _rows in folder.tables()
    }
    places = {name: {row: index for index, row in enumerate(each)} for name, each in rows.items()}

    def key(change: Mapping[str, Any]) -> tuple[bool, int, int, int]:
        first, *rest = _words(change["path"])
        if not rest:
            return False, fields.index(first), 0, 0
        columns = list(folder.form.fields[first].fields)
        return True, fields.index(first), places[first][rest[0]], columns.index(rest[1])

    return key


def _worded(operation: Operation, folder: Folder, path: str, old: Content, new: Content) -> dict[str, str]:
    first, *rest = _words(path)
    field = folder.form.fields[first]
    if not rest:
        return {"title": say(field.title, operation.call.language) or first}
    was, now = (any(row["row"] == rest[0] for row in side[1][first]) for side in (old, new))
    column = field.fields[rest[1]]
    kind = "changed" if was and now else "added" if now else "removed"
    return {"title": say(column.title, operation.call.language) or column.name, "kind": kind}
