"""What records are found by, written anew when their definition finds them by something else.

The newest definition says by what a record is found, whichever one it is pinned to. Called by operations when a library
is published, in the same transaction, while nobody else writes, and at start when texts are cut in another way than
when they were written (`words.CUT`); `audit` works the same out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection

from engine.database.dialects import run
from engine.definitions.models import Field, Form
from engine.records import archive, many
from engine.records.indexing import is_kept_from_some
from engine.records.many import Made
from engine.records.stored import Stored

AT_ONCE = 500
_GONE = (
    "DELETE FROM record_ref WHERE record IN (SELECT id FROM record WHERE form = :form)",
    "DELETE FROM record_unique WHERE form = :form",
    "DELETE FROM record_token WHERE form = :form",
    "DELETE FROM record_org WHERE form = :form",
)


def changed(before: Mapping[str, Form], after: Mapping[str, Form]) -> list[Form]:
    """The forms whose records are found by something else now, and those that borrow their words."""
    names = {name for name, form in after.items() if name in before and _finds(before[name]) != _finds(form)}
    borrowing = {name for name, form in after.items() if names & set(_lenders(form))}
    return [form for name, form in sorted(after.items()) if name in names | borrowing]


def reindex(connection: Connection, form: Form) -> None:
    """Find every record of this form by what it says; refuses when a value is not unique that is to be.

    The words of others come by `borrow`, when those have been written anew too.
    """
    for sql in _GONE:
        run(connection, sql, {"form": form.name})
    for some in _hundreds(connection, form):
        many.find_by(connection, some)


def borrow(connection: Connection, form: Form) -> None:
    """Take over the words of what the records of this form refer to."""
    for some in _hundreds(connection, form):
        many.borrow(connection, some)


def cut_anew(connection: Connection, forms: Sequence[Form]) -> None:
    """Write the words of every record anew, when texts are cut in another way than before."""
    for form in forms:
        run(connection, "DELETE FROM record_token WHERE form = :form", {"form": form.name})
    for form in forms:
        for some in _hundreds(connection, form):
            many.say(connection, some)
    for form in forms:
        borrow(connection, form)


def _hundreds(connection: Connection, form: Form) -> Iterator[list[Made]]:
    records = (Made(each, form, _units(form, each)) for each in archive.walk(connection, form.name))
    while some := list(islice(records, AT_ONCE)):
        yield some


def _units(form: Form, stored: Stored) -> dict[str, str]:
    return {name: value for name in form.org if isinstance(value := stored.values.get(name), str)}


def _finds(form: Form) -> Hashable:
    """All by which records of a form are found."""
    searched = tuple((path, *_kind(form, form.field(path))) for path in form.search)
    kept = tuple(
        (field.number, field.path, bool(field.unique), bool(field.index and field.table))
        for top in form.fields.values()
        for field in (top, *top.fields.values())
        if field.unique or (field.index and field.table)
    )
    return searched, tuple(form.org), kept


def _kind(form: Form, field: Field | None) -> tuple[str, bool]:
    return (field.value_type.kind, is_kept_from_some(form, field)) if field else ("", False)


def _lenders(form: Form) -> Iterator[str]:
    for path in form.search:
        field = form.field(path)
        if field is not None and field.value_type.kind == "reference" and field.value_type.form:
            yield field.value_type.form
