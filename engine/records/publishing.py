"""What publishing a library adds to the storage: partitions and indexes of its forms, never a column.

Called by operations when a library is published, in the same transaction. What is there already stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from engine.database.headers import form_is
from engine.database.partitions import add_index, add_partition, empty_first
from engine.definitions.models import Field, Form
from engine.records.columns import CORE, NEVER_EMPTY, spelled

LONGEST_NAME = 60


def publish_storage(connection: Connection, forms: Iterable[Form]) -> None:
    """Add what these forms need: a partition each (PostgreSQL), an index per indexed field and per declared list."""
    dialect = connection.dialect.name
    for form in forms:
        partition, only = _short(f"record_of_{form.name}"), form_is(form.name)
        add_partition(connection, "record", partition, only)
        for name, terms in _indexes(dialect, form):
            listed = [*terms, *(each for each in ("created", "id") if each not in terms)]
            add_index(connection, _index(form, name, listed), ("record", partition), only, listed)


def _short(name: str) -> str:
    """A name that the database does not cut off."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _indexes(dialect: str, form: Form) -> Iterator[tuple[str, list[str]]]:
    for field in form.fields.values():
        if (field.index or field.unique) and _may_be_indexed(field):
            yield field.name, [_term(dialect, form, field.name)]
    for paths in form.indexes:
        fields = [form.fields.get(path) for path in paths]
        if all(path in CORE or (field and _may_be_indexed(field)) for path, field in zip(paths, fields, strict=True)):
            yield "_".join(paths), [_term(dialect, form, path) for path in paths]


def _may_be_indexed(field: Field) -> bool:
    """A moment is not: reading one from text depends on settings, as far as PostgreSQL can tell."""
    return field.value_type.kind not in ("table", "list", "moment", "row")


def _term(dialect: str, form: Form, path: str) -> str:
    if path in NEVER_EMPTY:
        return path
    term = path if path in CORE else f"({spelled(dialect, path, form.fields[path].value_type, 'data')})"
    return empty_first(dialect, term)


def _index(form: Form, name: str, listed: list[str]) -> str:
    """What an index is called: another one when it is spelled in another way."""
    known = hashlib.sha256(", ".join(listed).encode()).hexdigest()[:8]
    return _short(f"ix_{form.name}_{name}")[: LONGEST_NAME - 9] + "_" + known
