"""Records that are valid from a day to a day: no two for the same thing at once, where the form refuses it.

Used by `settling`. `valid: {from, until, per, overlap: refuse}`: those with equal `per` fields may not share a day.
Assignments of one person may not share a day when a role of theirs `excludes` the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.database.dialects import close_gate
from engine.definitions.models import Form
from engine.errors import Fault, rule, text
from engine.operations.folder import Folder
from engine.records import archive
from engine.records.archive import Stored

if TYPE_CHECKING:
    from engine.operations.operation import Operation

SAYS = text("Another one is valid on these days.", "该期间已有其他有效记录。")
LAST = "9999-12-31"


def concerns(form: Form) -> bool:
    """Whether a record of this form may be refused for what others of its form say: it is never written unasked."""
    return bool(form.told.get("assignment") or form.told.get("valid"))


def require(operation: Operation, folder: Folder) -> None:
    """Refuse a record whose days overlap those of another for the same thing; who comes at once waits his turn."""
    if folder.discarded or _ended(folder, folder.state):
        return
    if told := folder.form.told.get("assignment"):
        _keep_roles_apart(operation, folder, told)
    told = folder.form.told.get("valid")
    if not told or told.get("overlap") != "refuse":
        return
    content = folder.flat()
    same = {name: content.get(name) for name in told.get("per", ())}
    _wait(operation, (folder.form.name, sorted(same.items())))
    found = archive.heads(operation.connection, archive.find(operation.connection, folder.form.name, same))
    for other in found.values():
        if other.id != folder.id and not _ended(folder, other.state) and _share(told, content, other):
            raise rule("overlap", SAYS, faults=[Fault(f"/{told['from']}", "overlap", SAYS)])


def _wait(operation: Operation, thing: Any) -> None:
    """Who writes of the same thing at once waits until the other is done."""
    mark = hashlib.sha256(repr(thing).encode()).digest()
    close_gate(operation.connection, int.from_bytes(mark[:7], "big"))


def _keep_roles_apart(operation: Operation, folder: Folder, told: Mapping[str, Any]) -> None:
    """Refuse a role beside one that it excludes, or that excludes it, held by the same person on the same day."""
    roles = operation.library.rights.roles
    content = folder.flat()
    person, role = content.get(told["person"]), content.get(told["role"])
    if not person or not isinstance(role, str) or role not in roles:
        return
    apart = {name for name, each in roles.items() if role in each.excludes or name in roles[role].excludes}
    if not apart:
        return
    _wait(operation, ("roles", person))
    days = _days(_spanned(told), content)
    for other, theirs in _assigned(operation, folder, str(person)):
        if theirs in apart and _touch(days, other):
            mine, held = roles[role].title, roles[theirs].title
            says = text(
                f"One person may not be both {mine['en']} and {held['en']}.",
                f"同一人不能同时担任{mine['zh']}和{held['zh']}。",
            )
            raise rule("role_excluded", says, faults=[Fault(f"/{told['role']}", "role_excluded", says)])


def _assigned(operation: Operation, folder: Folder, person: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Days and role of every other assignment of a person that has not ended."""
    for form in operation.library.forms.values():
        told = form.told.get("assignment")
        if not told:
            continue
        workflow = operation.library.workflows.get(form.name)
        ids = archive.find(operation.connection, form.name, {told["person"]: person})
        for other in archive.heads(operation.connection, ids).values():
            state = workflow.states.get(other.state) if workflow else None
            if other.id != folder.id and not (state and state.end):
                values = dict(other.values)
                yield _days(_spanned(told), values), str(values.get(told["role"]))


def _spanned(told: Mapping[str, Any]) -> dict[str, Any]:
    """Where an assignment says from when to when."""
    return {each: told.get(each, each) for each in ("from", "until")}


def _ended(folder: Folder, state: str) -> bool:
    known = folder.workflow.states.get(state)
    return known is not None and known.end


def _share(told: dict[str, Any], content: dict[str, Any], other: Stored) -> bool:
    return _touch(_days(told, content), _days(told, dict(other.values)))


def _touch(mine: tuple[str, str], theirs: tuple[str, str]) -> bool:
    return mine[0] <= theirs[1] and theirs[0] <= mine[1]


def _days(told: dict[str, Any], values: dict[str, Any]) -> tuple[str, str]:
    return str(values.get(told["from"]) or ""), str(values.get(told.get("until", "")) or LAST)
