"""Reads `permissions/`: casbin's model, the policy lines, the roles. Used by the loader. Nothing is granted by default.

A chain's own `policy.csv` adds lines to those below it; a line that begins with `remove` takes one of them away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.definitions.documents import Document
from engine.definitions.findings import Findings, meant
from engine.definitions.marked import Marked
from engine.definitions.models import NOTHING, Place, Rights, Role
from engine.errors import text

Line = tuple[str, str, str, str]

WHERE = ("own", "below", "region", "chain")
GRANT, REMOVE = "p", "remove"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z", re.ASCII)
_OBJECT = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){0,2}\Z", re.ASCII)


def read_rights(documents: Sequence[Document], roles: Mapping[str, Role], findings: Findings) -> Rights:
    """The rights of all layers together; the topmost model is the one that holds."""
    model = ""
    lines: dict[Line, Place] = {}
    for document in documents:
        if document.name == "model":
            model = document.text
        elif document.name == "policy":
            _policy(document, lines, findings)
    return Rights(model, tuple(lines), roles, dict(lines))


def _policy(document: Document, lines: dict[Line, Place], findings: Findings) -> None:
    for number, raw in enumerate(document.text.splitlines(), 1):
        words = raw.split("#", 1)[0].strip()
        if not words:
            continue
        at = Place(document.path, number, "")
        cells = [each.strip() for each in words.split(",")]
        line = _line(cells, at, findings)
        if line is None:
            continue
        if cells[0] == REMOVE:
            if lines.pop(line, None) is None:
                says = text("No line grants this, so it cannot be removed.", "没有授予此权限的行，无法移除。")
                findings.add(at, "nothing_to_remove", says)
        elif line in lines:
            findings.add(at, "duplicate", text("This line stands here twice.", "此行重复。"))
        else:
            lines[line] = at


def _line(cells: list[str], at: Place, findings: Findings) -> Line | None:
    if len(cells) != 5 or cells[0] not in (GRANT, REMOVE):
        says = text("A line is 'p, role, object, action, where'.", "每行格式为“p, 角色, 对象, 操作, 范围”。")
        findings.add(at, "policy_line", says)
        return None
    _, role, thing, action, where = cells
    if not (_NAME.match(role) and _OBJECT.match(thing) and _NAME.match(action)):
        findings.add(
            at, "policy_line", text("Role, object and action are plain names.", "角色、对象和操作必须是普通名称。")
        )
        return None
    if where not in WHERE:
        findings.add(at, "policy_line", _where(where), meant(where, WHERE))
        return None
    return role, thing, action, where


def _where(word: str) -> Mapping[str, str]:
    listed = ", ".join(WHERE)
    return text(f"'{word[:60]}' is not one of: {listed}.", f"“{word[:60]}”不在其中：{listed}。")


def build_roles(marked: Sequence[Marked]) -> dict[str, Role]:
    """The roles of all layers; a later one may reword an earlier one."""
    found: dict[str, Role] = {}
    for each in marked:
        data: Mapping[str, Any] = each.data.get("roles") or NOTHING
        for name, role in data.items():
            found[name] = Role(name, role["title"], role["purpose"], tuple(role.get("excludes") or ()))
    return found
