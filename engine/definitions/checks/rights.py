"""Checks of `permissions/`: lines name what exists, and every action is granted to somebody who may take it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.checks.forms import unknown
from engine.definitions.checks.workflows import pairs
from engine.definitions.findings import Finding, finding
from engine.definitions.models import Library, Place, Transition
from engine.errors import text

OF_ENGINE = frozenset(
    (
        "stock", "definitions", "clock", "keys", "ledger", "accounts", "library", "tasks", "delivery", "metrics",
        "security",
    )
)  # fmt: skip
"""Objects that are no form."""
OF_RECORDS = frozenset(
    (
        "see", "create", "edit", "export", "import", "print", "bulk", "approve", "reject", "return", "comment",
        "hand_over", "add_signer", "remove_signer", "take_back", "nudge", "delegate",
    )
)  # fmt: skip
"""Actions that any form may grant beside its transitions."""

OF_REPORTS = frozenset(("see", "export"))

ROLES = "permissions/roles.yaml"
POLICY = "permissions/policy.csv"


def lines_name_what_exists(library: Library) -> Iterator[Finding]:
    """Roles, objects and actions of policy lines are there."""
    for line in library.rights.lines:
        role, thing, action, _ = line
        at = library.rights.places.get(line)
        if role not in library.rights.roles:
            yield unknown(at, text("a role", "角色"), role, library.rights.roles)
        form_name, _, path = thing.partition(".")
        report = library.reports.get(form_name)
        form = report.form if report is not None else library.forms.get(form_name)
        if form is None:
            if thing not in OF_ENGINE:
                yield unknown(at, text("a form", "表单"), form_name, {*library.forms, *library.reports, *OF_ENGINE})
            continue
        if path and form.field(path) is None:
            yield unknown(at, text(f"a field of '{form_name}'", f"“{form_name}”的字段"), path, form.fields)
        known = _actions(library, form_name)
        if action not in known:
            yield unknown(at, text(f"an action of '{form_name}'", f"“{form_name}”的操作"), action, known)


def can_name(library: Library, thing: str, action: str) -> bool:
    """Whether a policy line may name this object and action."""
    name, _, path = thing.partition(".")
    report = library.reports.get(name)
    form = report.form if report is not None else library.forms.get(name)
    if form is None:
        return thing in OF_ENGINE
    return (not path or form.field(path) is not None) and action in _actions(library, name)


def _actions(library: Library, name: str) -> frozenset[str]:
    """What of a form or a report can be granted."""
    report = library.reports.get(name)
    if report is not None:
        return OF_REPORTS | frozenset(report.transitions)
    workflow = library.workflows.get(name)
    return OF_RECORDS | frozenset(workflow.transitions if workflow else ())


def roles_exist(library: Library) -> Iterator[Finding]:
    """Roles that exclude each other are there, and so is the founder's."""
    roles = library.rights.roles
    for role in roles.values():
        for other in role.excludes:
            if other not in roles:
                at = Place(ROLES, 1, f"roles.{role.name}.excludes")
                yield unknown(at, text("a role", "角色"), other, roles)
    founder = library.settings.get("founder")
    if founder and founder["role"] not in roles:
        yield unknown(
            Place("form_definitions/library.yaml", 1, "founder.role"), text("a role", "角色"), founder["role"], roles
        )


def actions_are_granted(library: Library) -> Iterator[Finding]:
    """An action that no line grants is closed to everybody."""
    granted = _granted(library)
    actions = [(form.name, each) for form, workflow in pairs(library) for each in workflow.transitions.values()]
    actions += [(report.name, each) for report in library.reports.values() for each in report.transitions.values()]
    for name, action in actions:
        roles = granted.get((name, action.name), set())
        if not action.system_only and not _taken_by(action, roles):
            says = text(
                f"No line of the policy grants '{action.name}' of '{name}' to those who may take it.",
                f"权限策略没有把“{name}”的“{action.name}”授予可执行它的人。",
            )
            hint = text(f"p, role, {name}, {action.name}, own", f"p, 角色, {name}, {action.name}, own")
            yield finding(action.at, "not_granted", says, hint)


def deciders_are_granted(library: Library) -> Iterator[Finding]:
    """Whoever a step asks may approve: a task that its people may not decide is nobody's, and the record is stuck."""
    granted = _granted(library)
    for form, workflow in pairs(library):
        roles = granted.get((form.name, "approve"), set())
        for approval in workflow.approvals.values():
            for step in approval.steps.values():
                for part in step.parts.values() or (step,):
                    missing = [each.text for each in part.ask if each.kind == "role" and each.role not in roles]
                    if missing or (part.ask and not roles):
                        asked = ", ".join(missing) or ", ".join(each.text for each in part.ask)
                        says = text(
                            f"'{part.name}' asks {asked}; no line of the policy grants them 'approve' of "
                            f"'{form.name}'.",
                            f"“{part.name}”请 {asked} 审批，但权限策略没有授予“{form.name}”的“approve”。",
                        )
                        hint = text(f"p, role, {form.name}, approve, own", f"p, 角色, {form.name}, approve, own")
                        yield finding(part.at or step.at, "not_granted", says, hint)


def _granted(library: Library) -> dict[tuple[str, str], set[str]]:
    """Which roles hold an action of a thing somewhere."""
    granted: dict[tuple[str, str], set[str]] = {}
    for role, thing, word, _ in library.rights.lines:
        granted.setdefault((thing, word), set()).add(role)
    return granted


def _taken_by(action: Transition, roles: set[str]) -> bool:
    """Whether somebody named by the action holds a role that is granted it."""
    named = [each for each in action.by if each.kind != "system"]
    return any(each.role in roles if each.kind == "role" else bool(roles) for each in named)
