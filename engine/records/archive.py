"""Records as they are kept: load, find, insert, save, discard. Used by operations, which alone begins a transaction.

Everything that a record is found by is written with it. A record is locked by its row in `record_id`, in the order of
ids; the load after that sees what the one before has committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Connection

from engine.database.dialects import for_update, listed, one_of, run, run_together
from engine.database.headers import form_is, header_text, header_value
from engine.definitions.models import Form
from engine.errors import conflict, text
from engine.expressions import Reference
from engine.records.beside import (
    Steps,
    claim_unique,
    free_unique,
    org_steps,
    ref_steps,
    rows_steps,
    word_steps,
    write_words,
)
from engine.records.indexing import index_of, unique_text
from engine.records.stored import Rows, Stored, content_hash, dumps, loads

__all__ = [
    "Stored",
    "by_code",
    "content_hash",
    "discard",
    "exists",
    "find",
    "heads",
    "insert",
    "load",
    "of_form",
    "save",
    "walk",
]

Key: TypeAlias = str | Reference
"""An id, or a reference, which is quicker: its form is known already."""

AT_ONCE = 500

CORE = (
    "form", "id", "number", "state", "revision", "version", "overlays", "data", "memory", "created", "created_by",
    "submitted", "submitted_by", "updated", "head", "seq",
)  # fmt: skip
_CHANGING = [name for name in CORE if name not in ("form", "id", "created", "created_by")]
_INSERT = f"INSERT INTO record ({', '.join(CORE)}) VALUES ({', '.join(':' + name for name in CORE)})"
_CHANGED = ", ".join(f"{name} = :{name}" for name in _CHANGING)


def load(connection: Connection, ids: Iterable[Key], lock: bool = False) -> dict[str, Stored]:
    """Whole records by id, in the order of ids; `lock` keeps them from others until the end of the transaction."""
    return _read(connection, _forms(connection, ids, lock), with_rows=True)


def heads(connection: Connection, ids: Iterable[Key]) -> dict[str, Stored]:
    """Records without their rows, in the order of ids."""
    return _read(connection, _forms(connection, ids, lock=False), with_rows=False)


def exists(connection: Connection, record: str) -> bool:
    """Whether the id was ever given to a record."""
    return run(connection, "SELECT 1 FROM record_id WHERE id = :id", {"id": record}).first() is not None


def of_form(connection: Connection, form: str) -> list[Stored]:
    """Every record of a form without its rows, in the order of ids; for small forms (people, org units)."""
    sql = f"SELECT {', '.join(CORE)} FROM record WHERE form = :form ORDER BY id"
    return [stored_from(line, {}, whole=False) for line in run(connection, sql, {"form": form})]


def walk(connection: Connection, form: str) -> Iterator[Stored]:
    """Every record of a form with its rows, in the order of ids; a few hundred are held at a time."""
    sql = "SELECT id FROM record WHERE form = :form AND id > :after ORDER BY id LIMIT :most"
    after = ""
    while ids := list(run(connection, sql, {"form": form, "after": after, "most": AT_ONCE}).scalars()):
        yield from load(connection, [Reference(form, each) for each in ids]).values()
        after = ids[-1]


def find(connection: Connection, form: str, equal: Mapping[str, Any], limit: int = 1000) -> list[str]:
    """Ids of records of a form whose header fields have these JSON values (None: empty), in the order of ids."""
    dialect = connection.dialect.name
    conditions = [form_is(form)]
    parameters: dict[str, Any] = {"most": limit}
    for index, (name, value) in enumerate(equal.items()):
        column = "number" if name == "number" else header_text(dialect, name)
        if value is None:
            conditions.append(f"{column} IS NULL")
            continue
        parameter = "value_" + "abcdefghijklmnopqrstuvwxyz"[index]
        conditions.append(f"{column} = :{parameter}")
        parameters[parameter] = _asked(dialect, value)
    sql = f"SELECT id FROM record WHERE {' AND '.join(conditions)} ORDER BY id LIMIT :most"
    return [line.id for line in run(connection, sql, parameters)]


def _asked(dialect: str, value: Any) -> Any:
    return value if isinstance(value, str) else header_value(dialect, value, dumps(value))


def by_code(connection: Connection, form: Form, path: str, codes: Iterable[str]) -> dict[str, str]:
    """Ids by the value of a unique field (`code`, `barcodes.code`); those that nobody has are missing."""
    field = form.field(path)
    if field is None or not field.unique:
        raise ValueError(f"{form.name}.{path} is not unique")
    wanted = {unique_text(code): code for code in codes}
    dialect = connection.dialect.name
    held = f"form = :form AND field = :field AND {one_of(dialect, 'value', 'codes')}"
    sql = f"SELECT value, record FROM record_unique WHERE {held}"
    parameters = {"form": form.name, "field": field.number, "codes": listed(dialect, wanted)}
    return {wanted[line.value]: line.record for line in run(connection, sql, parameters)}


def insert(
    connection: Connection, stored: Stored, form: Form, units: Mapping[str, str], also: Steps | None = None
) -> None:
    """A new record; `units` are its org units by field. Refuses an id that is taken and a unique value that exists.

    `also` is written beside it, in the same statement where the database can.
    """
    claimed = run(
        connection,
        "INSERT INTO record_id (id, form) VALUES (:id, :form) ON CONFLICT (id) DO NOTHING",
        {"id": stored.id, "form": stored.form},
    )
    if claimed.rowcount != 1:
        raise conflict("exists", text("There is a record with this id already.", "该编号的记录已存在。"))
    index = index_of(form, stored)
    steps: Steps = [(_INSERT, _core(stored)), *(also or ())]
    steps += rows_steps(connection, stored, {name: rows for name, rows in stored.rows.items() if rows})
    steps += org_steps(connection, stored, units)
    steps += ref_steps(connection, stored, frozenset(), index.refs)
    run_together(connection, steps)
    claim_unique(connection, stored, index, index.unique)
    write_words(connection, stored, index)


def save(
    connection: Connection,
    old: Stored,
    new: Stored,
    form: Form,
    units: Mapping[str, str],
    also: Steps | None = None,
) -> bool:
    """Write `new` over `old`, `also` beside it, only if `old` is still there; False: somebody was faster, roll back."""
    if not (old.whole and new.whole) or new.revision != old.revision + 1 or (old.id, old.form) != (new.id, new.form):
        raise ValueError("a save needs whole records and the next revision")
    before, after = index_of(form, old), index_of(form, new)
    changed = {name: new.rows.get(name, ()) for name in {*old.rows, *new.rows} if not _same(old, new, name)}
    steps: Steps = [(_update(new.form), {**_core(new, changing=True), "seen": old.revision}), *(also or ())]
    steps += rows_steps(connection, new, changed)
    steps += ref_steps(connection, new, before.refs - after.refs, after.refs - before.refs)
    if any(old.values.get(name) != new.values.get(name) for name in form.org):
        run(connection, "DELETE FROM record_org WHERE record = :record", {"record": new.id})
        steps += org_steps(connection, new, units)
    elif old.state != new.state:
        steps.append(
            ("UPDATE record_org SET state = :state WHERE record = :record", {"state": new.state, "record": new.id})
        )
    if before.borrows == after.borrows and before.words < after.words:
        steps += word_steps(connection, new, after.words - before.words)
    if run_together(connection, steps)[0] != 1:
        return False
    if dict(before.unique) != dict(after.unique):
        free_unique(connection, new, [key for key in before.unique if key not in after.unique])
        claim_unique(
            connection, new, after, {key: path for key, path in after.unique.items() if key not in before.unique}
        )
    if before.borrows != after.borrows or not before.words <= after.words:
        run(connection, "DELETE FROM record_token WHERE record = :record", {"record": new.id})
        write_words(connection, new, after)
    return True


@lru_cache(maxsize=256)
def _update(form: str) -> str:
    return f"UPDATE record SET {_CHANGED} WHERE {form_is(form)} AND id = :id AND revision = :seen"


def discard(connection: Connection, stored: Stored) -> None:
    """Remove a record that was never submitted, and all that it is found by; its id and its history stay."""
    removed = run(
        connection,
        "DELETE FROM record WHERE form = :form AND id = :id AND revision = :seen",
        {"form": stored.form, "id": stored.id, "seen": stored.revision},
    )
    if removed.rowcount != 1:
        raise conflict("stale", text("Somebody has changed this meanwhile.", "内容已被他人修改。"), 412)
    tables = ("record_rows", "record_ref", "record_org", "record_unique", "record_token")
    run_together(connection, [(f"DELETE FROM {name} WHERE record = :record", {"record": stored.id}) for name in tables])


# -- reading -------------------------------------------------------------------------------------------------------


def _forms(connection: Connection, ids: Iterable[Key], lock: bool) -> dict[str, str]:
    keys = list(ids)
    known = {key.id: key.form for key in keys if isinstance(key, Reference)}
    wanted = sorted({key.id if isinstance(key, Reference) else key for key in keys})
    if not wanted or (not lock and len(known) == len(wanted)):
        return known
    dialect = connection.dialect.name
    sql = f"SELECT id, form FROM record_id WHERE {one_of(dialect, 'id', 'ids')} ORDER BY id"
    if lock:
        sql += f" {for_update(dialect, 'record_id')}"
    return {line.id: line.form for line in run(connection, sql, {"ids": listed(dialect, wanted)})}


def _read(connection: Connection, forms: Mapping[str, str], *, with_rows: bool) -> dict[str, Stored]:
    by_form: dict[str, list[str]] = {}
    for record, form in sorted(forms.items()):
        by_form.setdefault(form, []).append(record)
    if not by_form:
        return {}
    parts = [_part(form, _letters(index), with_rows) for index, form in enumerate(by_form)]
    parameters = {
        f"ids_{_letters(index)}": dumps([{"id": each} for each in ids]) for index, ids in enumerate(by_form.values())
    }
    lines = run(connection, " UNION ALL ".join(parts), parameters).all()
    tables: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for line in lines:
        held = tables.setdefault(line.id, {})
        if line.table_name is not None:
            held[line.table_name] = unpack_rows(loads(line.rows_data))
    first = {line.id: line for line in reversed(lines)}
    return {record: stored_from(first[record], tables[record], whole=with_rows) for record in sorted(first)}


@lru_cache(maxsize=1024)
def _part(form: str, letters: str, with_rows: bool) -> str:
    """Records of one form by id; the form is spelled out, so that PostgreSQL looks at one partition."""
    columns = ", ".join(f"r.{name}" for name in CORE)
    rows = "t.table_name, t.data AS rows_data" if with_rows else "NULL AS table_name, NULL AS rows_data"
    only = f"{form_is(form, 'r.form')} AND r.id = ids_{letters}.id"
    also = "@perhaps(record_rows t ON t.record = r.id)" if with_rows else ""
    return f"SELECT {columns}, {rows} FROM @ids_{letters}(id words) @find(record r ON {only}) {also}"


def _letters(index: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(index))


def stored_from(line: Any, rows: Rows, *, whole: bool) -> Stored:
    """The record in one line of `record`."""
    return Stored(
        line.id,
        line.form,
        line.number,
        line.state,
        line.revision,
        line.version,
        tuple(loads(line.overlays)),
        loads(line.data),
        rows,
        loads(line.memory),
        line.created,
        line.created_by,
        line.submitted,
        line.submitted_by,
        line.updated,
        line.head,
        line.seq,
        whole,
    )


def unpack_rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of one table in their order."""
    return [data["rows"][row] for row in data["order"]]


# -- writing -------------------------------------------------------------------------------------------------------


def _core(stored: Stored, *, changing: bool = False) -> dict[str, Any]:
    values = {
        "form": stored.form,
        "id": stored.id,
        "number": stored.number,
        "state": stored.state,
        "revision": stored.revision,
        "version": stored.version,
        "overlays": dumps(list(stored.overlays)),
        "data": dumps(stored.values),
        "memory": dumps(stored.memory),
        "submitted": stored.submitted,
        "submitted_by": stored.submitted_by,
        "updated": stored.updated,
        "head": stored.head,
        "seq": stored.seq,
    }
    return values if changing else {**values, "created": stored.created, "created_by": stored.created_by}


def _same(old: Stored, new: Stored, table: str) -> bool:
    return list(old.rows.get(table, ())) == list(new.rows.get(table, ()))
