"""What publishing a library adds to the storage: partitions and indexes of its forms, never a column.

Called by operations when a library is published, in the same transaction. What is there already stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from engine.database.headers import form_is
from engine.database.schema import run_plain
from engine.definitions.models import Field, Form
from engine.records.columns import CORE, NEVER_EMPTY, spelled

LONGEST_NAME = 60


def publish_storage(connection: Connection, forms: Iterable[Form]) -> None:
    """Add what these forms need: a partition each (PostgreSQL), an index per indexed field and per declared list."""
    dialect = connection.dialect.name
    for form in forms:
        if dialect == "postgresql":
            _add_partition(connection, form)
        for name, terms in _indexes(dialect, form):
            for statement in _index(dialect, form, name, terms):
                run_plain(connection, statement)


def _short(name: str) -> str:
    """A name that the database does not cut off."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _partition(form: Form) -> str:
    return _short(f"record_of_{form.name}")


def _add_partition(connection: Connection, form: Form) -> None:
    name, only = _partition(form), form_is(form.name)
    if connection.exec_driver_sql("SELECT to_regclass(%(name)s)", {"name": name}).scalar() is not None:
        return
    waiting = connection.exec_driver_sql(f"SELECT 1 FROM record_default WHERE {only} LIMIT 1").first()
    value = only.partition(" = ")[2]
    if waiting is None:
        run_plain(connection, f"CREATE TABLE {name} PARTITION OF record FOR VALUES IN ({value})")
        return
    run_plain(connection, f"CREATE TABLE {name} (LIKE record INCLUDING ALL)")
    run_plain(
        connection,
        f"WITH moved AS (DELETE FROM record_default WHERE {only} RETURNING *) INSERT INTO {name} SELECT * FROM moved",
    )
    run_plain(connection, f"ALTER TABLE record ATTACH PARTITION {name} FOR VALUES IN ({value})")


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
    if path in CORE:
        return path if path in NEVER_EMPTY or dialect == "sqlite" else f"{path} NULLS FIRST"
    term = f"({spelled(dialect, path, form.fields[path].value_type, 'data')})"
    return term if dialect == "sqlite" else f"{term} NULLS FIRST"


def _index(dialect: str, form: Form, name: str, terms: list[str]) -> Iterator[str]:
    listed = ", ".join([*terms, *(each for each in ("created", "id") if each not in terms)])
    known = hashlib.sha256(listed.encode()).hexdigest()[:8]
    index = _short(f"ix_{form.name}_{name}")[: LONGEST_NAME - 9] + "_" + known
    if dialect == "postgresql":
        yield f"CREATE INDEX IF NOT EXISTS {index} ON {_partition(form)} ({listed})"
    else:
        # `form` leads although it is one value: SQLite's planner would otherwise take an index that begins with it.
        yield f"CREATE INDEX IF NOT EXISTS {index} ON record (form, {listed}) WHERE {form_is(form.name)}"
