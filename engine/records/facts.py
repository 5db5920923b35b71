"""Facts: live aggregates, kept by what a record adds after a change minus what it added before. Used by operations.

The row of a fact and its parameters is also its lock: whoever decides on it reads it locked, whoever changes it writes
it, always in sorted order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection

from engine.database.dialects import insert_rows, rows_from, run
from engine.database.headers import form_is, header_text, rows_source
from engine.definitions.models import Fact, Form, Source
from engine.errors import rule, text
from engine.expressions import Environment, Reference, Subject, Value
from engine.quantities import Inexact, from_scaled, to_scaled, write
from engine.records.archive import find
from engine.records.beside import Steps
from engine.records.stored import dumps

EVERY = 1_000_000_000

KINDS: Mapping[str, str] = {"fact": "words", "key": "words", "value": "whole"}
_LOCK = (
    "INSERT INTO fact_value (fact, key, value) VALUES (:fact, :key, 0) "
    "ON CONFLICT (fact, key) DO UPDATE SET value = fact_value.value RETURNING value"
)


def key_of(parameters: Mapping[str, Any], fact: Fact | None = None) -> str:
    """The parameters of a fact as the text by which its value is kept; 1 and 1.00 are the same exact number."""
    exact = {name for name, type in fact.parameters.items() if type.kind == "decimal"} if fact else set()
    plain = {name: _plain(Decimal(value) if name in exact else value) for name, value in parameters.items()}
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


def contributions(fact: Fact, subject: Subject, environment: Environment) -> dict[str, Decimal]:
    """What one record adds to a fact, by key; pure. What has an empty parameter or an empty sum adds nothing."""
    found: dict[str, Decimal] = {}
    for source in fact.sources:
        if source.form == subject.form:
            _add(found, fact, source, subject, environment)
    return {key: value for key, value in found.items() if value}


def _add(found: dict[str, Decimal], fact: Fact, source: Source, subject: Subject, environment: Environment) -> None:
    for inner in _places(source, subject, environment):
        if source.where is not None and source.where.evaluate(inner) is not True:
            continue
        parameters = {name: source.keys[name].evaluate(inner) for name in fact.parameters}
        added = _number(source.sum.evaluate(inner)) if source.sum is not None else Decimal(1)
        if added is None or any(value is None for value in parameters.values()):
            continue
        key = key_of(parameters, fact)
        found[key] = found.get(key, Decimal(0)) + added


def _places(source: Source, subject: Subject, environment: Environment) -> Iterator[Environment]:
    of_record = environment.with_names(it=subject, record=subject)
    if source.table is None:
        yield of_record
        return
    for row in subject.values.get(source.table) or ():
        yield of_record.with_names(row=row)


def moving(
    connection: Connection, changes: Iterable[tuple[Fact, Mapping[str, Decimal], Mapping[str, Decimal]]]
) -> Steps:
    """Move facts by after minus before; rows are locked in sorted order, so that nobody waits in a ring."""
    moved: dict[tuple[str, str], Decimal] = {}
    for fact, before, after in changes:
        for key in {*before, *after}:
            step = after.get(key, Decimal(0)) - before.get(key, Decimal(0))
            moved[fact.name, key] = moved.get((fact.name, key), Decimal(0)) + step
    lines = [{"fact": fact, "key": key, "value": _scaled(step)} for (fact, key), step in sorted(moved.items()) if step]
    if not lines:
        return []
    source = rows_from(connection.dialect.name, "lines", KINDS)
    sql = (
        f"INSERT INTO fact_value (fact, key, value) SELECT fact, key, value FROM {source} WHERE true "
        "ON CONFLICT (fact, key) DO UPDATE SET value = fact_value.value + excluded.value"
    )
    return [(sql, {"lines": dumps(lines)})]


def referring(connection: Connection, form: Form, via: str, record: str) -> list[str]:
    """Records of a form whose field (`supplier`, `lines.item`) refers to this record, in the order of ids."""
    table, _, name = via.rpartition(".")
    if not table:
        return find(connection, form.name, {name: record}, EVERY)
    column = form.field(via)
    parameters: dict[str, Any] = {"record": record}
    if column is not None and column.index:
        sql = "SELECT record AS id FROM record_ref WHERE field = :field AND value = :record"
        parameters["field"] = column.number
    else:
        source = rows_source(connection.dialect.name, "r.id", table)
        row = header_text(connection.dialect.name, name, "e.value")
        sql = f"SELECT r.id FROM record r WHERE {form_is(form.name, 'r.form')} AND EXISTS "
        sql += f"(SELECT 1 FROM {source} WHERE {row} = :record)"
    return sorted({line.id for line in run(connection, sql, parameters)})


def value(connection: Connection, fact: Fact, key: str, lock: bool = False) -> Decimal:
    """A fact for one key; with `lock` nobody changes it until the end of the transaction."""
    parameters = {"fact": fact.name, "key": key}
    if lock:
        return from_scaled(run(connection, _LOCK, parameters).scalar_one())
    found = run(connection, "SELECT value FROM fact_value WHERE fact = :fact AND key = :key", parameters).scalar()
    return from_scaled(found or 0)


def rebuild(connection: Connection, fact: Fact, parts: Iterable[Mapping[str, Decimal]]) -> None:
    """Put a fact to what the records add up to (`parts`, one of each); for publishing, nobody else writing."""
    run(connection, "DELETE FROM fact_value WHERE fact = :fact", {"fact": fact.name})
    lines = [{"fact": fact.name, "key": key, "value": held} for key, held in sorted(_tally(parts).items())]
    insert_rows(connection, "fact_value", KINDS, lines)


def differences(
    connection: Connection, fact: Fact, parts: Iterable[Mapping[str, Decimal]]
) -> dict[str, tuple[Decimal, Decimal]]:
    """Where a fact is not what the records add up to: by key, what is kept and what it should be."""
    should = _tally(parts)
    lines = run(connection, "SELECT key, value FROM fact_value WHERE fact = :fact", {"fact": fact.name})
    kept = {line.key: line.value for line in lines}
    return {
        key: (from_scaled(kept.get(key, 0)), from_scaled(should.get(key, 0)))
        for key in sorted({*kept, *should})
        if kept.get(key, 0) != should.get(key, 0)
    }


def _tally(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for key, added in part.items():
            found[key] = found.get(key, 0) + _scaled(added)
    return {key: held for key, held in found.items() if held}


def _plain(value: Any) -> Any:
    if isinstance(value, (Reference, Subject)):
        return value.id
    if isinstance(value, Decimal):
        return write(value)
    return value.isoformat() if isinstance(value, date) else value


def _number(value: Value) -> Decimal | None:
    return Decimal(value) if isinstance(value, (int, Decimal)) else None


def _scaled(number: Decimal) -> int:
    try:
        return to_scaled(number)
    except Inexact as error:
        raise rule("too_large", text("A total is too large to be kept.", "汇总数值过大。")) from error
