"""New records by the hundred: what `archive.insert` writes for one, each kind of row in one statement for all.

Used by operations when many records are made at once, and by `reindexing`. The law is the same: an id is given once, a
unique value is somebody's, words are borrowed from what a record refers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database.dialects import insert_steps, rows_from, run, run_together
from engine.definitions.models import Form
from engine.errors import Fault, conflict, invalid, text
from engine.records.archive import CORE
from engine.records.beside import NOT_UNIQUE, Steps, org_rows
from engine.records.indexing import Index, index_of
from engine.records.stored import Stored, dumps

_DOCUMENTS = ("overlays", "data", "memory")
_WHOLE = ("revision", "version", "created", "submitted", "updated", "seq")
_RECORD = {name: "document" if name in _DOCUMENTS else "whole" if name in _WHOLE else "words" for name in CORE}
_ID = {"id": "words", "form": "words"}
_ROWS = {"record": "words", "table_name": "words", "data": "document"}
_REF = {"field": "whole", "value": "words", "created": "whole", "record": "words"}
_ORG = {"record": "words", "field": "words", "unit": "words", "form": "words", "state": "words", "created": "whole"}
_UNIQUE = {"form": "words", "field": "whole", "value": "words", "record": "words"}
_TOKEN = {"form": "words", "token": "words", "record": "words", "own": "whole"}
_BORROW = {"form": "words", "lender": "words", "record": "words"}


@dataclass(frozen=True)
class Made:
    """One new record as it is to be stored; `units` are its org units by field."""

    stored: Stored
    form: Form
    units: Mapping[str, str]


def insert(connection: Connection, made: Sequence[Made], also: Steps) -> None:
    """Keep these records, and `also` beside them; refuses as `archive.insert` does, and then all of them."""
    if not made:
        return
    dialect = connection.dialect.name
    ids = sorted(({"id": each.stored.id, "form": each.stored.form} for each in made), key=lambda line: line["id"])
    sql = f"INSERT INTO record_id (id, form) SELECT id, form FROM {rows_from(dialect, 'ids', _ID)} WHERE true"
    if run(connection, f"{sql} ON CONFLICT (id) DO NOTHING", {"ids": dumps(ids)}).rowcount != len(ids):
        raise conflict("exists", text("There is a record with this id already.", "该编号的记录已存在。"))
    indexes = [index_of(each.form, each.stored) for each in made]
    steps: Steps = [*also]
    steps += insert_steps(connection, "record", _RECORD, [_core(each.stored) for each in made])
    steps += insert_steps(connection, "record_rows", _ROWS, _each(_rows(each.stored) for each in made))
    run_together(connection, steps + _found_by(connection, made, indexes))
    _claim(connection, made, indexes)
    _borrow(connection, _each(map(_borrows, made, indexes)))


def find_by(connection: Connection, made: Sequence[Made]) -> None:
    """What records that are there are found by, when nothing of it is kept; words of others come by `borrow`."""
    indexes = [index_of(each.form, each.stored) for each in made]
    run_together(connection, _found_by(connection, made, indexes))
    _claim(connection, made, indexes)


def say(connection: Connection, made: Sequence[Made]) -> None:
    """The words of records that have none kept."""
    indexes = [index_of(each.form, each.stored) for each in made]
    run_together(connection, insert_steps(connection, "record_token", _TOKEN, _each(map(_words, made, indexes))))


def borrow(connection: Connection, made: Sequence[Made]) -> None:
    """The words of the records that these refer to."""
    _borrow(connection, _each(map(_borrows, made, (index_of(each.form, each.stored) for each in made))))


def _found_by(connection: Connection, made: Sequence[Made], indexes: Sequence[Index]) -> Steps:
    steps: Steps = []
    steps += insert_steps(connection, "record_org", _ORG, _each(org_rows(each.stored, each.units) for each in made))
    steps += insert_steps(connection, "record_ref", _REF, _each(map(_refs, made, indexes)))
    steps += insert_steps(connection, "record_token", _TOKEN, _each(map(_words, made, indexes)))
    return steps


def _each(found: Iterable[Iterable[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [line for lines in found for line in lines]


def _core(stored: Stored) -> dict[str, Any]:
    return {**{name: getattr(stored, name) for name in CORE if name != "data"}, "data": stored.values}


def _rows(stored: Stored) -> Iterator[dict[str, Any]]:
    for name, rows in stored.rows.items():
        if rows:
            data = {"order": [row["row"] for row in rows], "rows": {row["row"]: row for row in rows}}
            yield {"record": stored.id, "table_name": name, "data": data}


def _refs(made: Made, index: Index) -> Iterator[dict[str, Any]]:
    for field, value in sorted(index.refs):
        yield {"field": field, "value": value, "created": made.stored.created, "record": made.stored.id}


def _words(made: Made, index: Index) -> Iterator[dict[str, Any]]:
    for word in sorted(index.words):
        yield {"form": made.stored.form, "token": word, "record": made.stored.id, "own": 1}


def _borrows(made: Made, index: Index) -> Iterator[dict[str, Any]]:
    for lender in sorted(index.borrows):
        yield {"form": made.stored.form, "lender": lender, "record": made.stored.id}


def _claim(connection: Connection, made: Sequence[Made], indexes: Sequence[Index]) -> None:
    wanted = [
        {"form": each.stored.form, "field": field, "value": value, "record": each.stored.id, "path": path}
        for each, index in zip(made, indexes, strict=True)
        for (field, value), path in index.unique.items()
    ]
    paths = [path for index in indexes for path in index.twice]
    if wanted:
        names = ", ".join(_UNIQUE)
        source = rows_from(connection.dialect.name, "wanted", _UNIQUE)
        sql = f"INSERT INTO record_unique ({names}) SELECT {names} FROM {source} WHERE true ORDER BY form, field, value"
        done = run(connection, f"{sql} ON CONFLICT DO NOTHING", {"wanted": dumps(wanted)})
        if done.rowcount != len(wanted):
            paths += [str(each["path"]) for each in wanted if not _has(connection, each)]
    if paths:
        raise invalid([Fault(path, "not_unique", NOT_UNIQUE) for path in paths])


def _has(connection: Connection, wanted: Mapping[str, Any]) -> bool:
    sql = "SELECT record FROM record_unique WHERE form = :form AND field = :field AND value = :value"
    asked = {name: wanted[name] for name in ("form", "field", "value")}
    return bool(run(connection, sql, asked).scalar() == wanted["record"])


def _borrow(connection: Connection, lines: Sequence[Mapping[str, Any]]) -> None:
    """Words of the records that these refer to; a word of one's own stays one's own."""
    if not lines:
        return
    columns = ", ".join(f"{name} words" for name in _BORROW)
    sql = (
        "INSERT INTO record_token (form, token, record, own) SELECT DISTINCT lines.form, t.token, lines.record, 0 "
        f"FROM @lines({columns}) @find(record_token t ON t.record = lines.lender) WHERE t.own = 1 "
        "ON CONFLICT (form, token, record) DO NOTHING"
    )
    run(connection, sql, {"lines": dumps(lines)})
