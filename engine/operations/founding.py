"""The first person of an empty chain, so that somebody can let the others in. Used by bootstrap.

The library names the founder's account and role; there is no other way in without a person, and none when there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.access import accounts, passwords
from engine.clock import to_stored
from engine.definitions.models import Field
from engine.errors import rule, text
from engine.expressions import Reference
from engine.operations import settling, taking, writing
from engine.operations.folder import Event
from engine.operations.operation import Operation
from engine.workflow.plan import SYSTEM

if TYPE_CHECKING:
    from engine.operations.services import Services


def found(services: Services, operation: Operation, password: str) -> str:
    """Make the founder's person and assignment, with this password; gives his id. Refused when there are people."""
    if operation.directory.persons:
        raise rule("not_empty", text("There are people already.", "系统中已有人员。"))
    told = operation.library.settings.get("founder")
    person_form, person_told = _form(operation, "account")
    role_form, role_told = _form(operation, "assignment")
    if not told:
        raise rule("no_founder", text("The library names no founder.", "定义库未指定创始人。"))
    person = _make(
        operation,
        person_form,
        {
            person_told["account"]: told["account"],
            person_told.get("name", "name"): told.get("name", told["account"]),
            person_told.get("language", "language"): told.get("language", "en"),
            person_told.get("active", "active"): True,
        },
    )
    _make(operation, role_form, {role_told["person"]: person, role_told["role"]: told["role"]})
    settling.settle(operation)
    accounts.set_password(operation.connection, person, passwords.hash_password(password), operation.now)
    return person


def _form(operation: Operation, told: str) -> tuple[str, dict[str, Any]]:
    for form in operation.library.forms.values():
        if form.told.get(told):
            return form.name, dict(form.told[told])
    raise rule("no_form", text(f"No form says that it is {told}.", f"没有表单声明 {told}。"))


def _make(operation: Operation, form: str, values: dict[str, Any]) -> str:
    folder = operation.fresh(form, operation.new_id())
    known = {name: value for name, value in values.items() if name in folder.form.fields}
    folder.values |= {name: _reference(operation, folder.form.fields[name], value) for name, value in known.items()}
    folder.touched |= {(name, None) for name in known}
    writing.derive(operation, folder)
    folder.making = False
    writing.require_whole(operation, folder)
    folder.created = to_stored(operation.now)
    folder.note(Event("create", SYSTEM, None, None, folder.state))
    taking.settle_in(operation, folder)
    return folder.id


def _reference(operation: Operation, field: Field, value: Any) -> Any:
    """The value as a reference when the field holds one; other values as they are."""
    if field.type not in ("reference", "person", "org_unit") or not isinstance(value, str):
        return value
    held = operation.folders.get(value)
    return Reference(held.form.name if held else str(field.options.get("to", "")), value)
