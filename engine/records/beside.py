"""What is written beside a record: its rows, org units, references, unique values and words. Used by `archive` only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection

from engine.database.dialects import rows_from, run
from engine.errors import Fault, Refusal, invalid, text
from engine.records.indexing import Index
from engine.records.stored import Stored, dumps

Steps: TypeAlias = list[tuple[str, Mapping[str, Any]]]
"""Statements that `run_together` sends at once."""

NOT_UNIQUE = text("This exists already.", "该值已存在。")


def rows_steps(connection: Connection, stored: Stored, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Steps:
    """The tables that changed, each as one document."""
    if not tables:
        return []
    packed = [
        {"name": name, "data": {"order": [row["row"] for row in rows], "rows": {row["row"]: row for row in rows}}}
        for name, rows in sorted(tables.items())
    ]
    source = rows_from(connection.dialect.name, "tables", {"name": "words", "data": "document"})
    sql = (
        f"INSERT INTO record_rows (record, table_name, data) SELECT :rows_of, name, data FROM {source} WHERE true "
        "ON CONFLICT (record, table_name) DO UPDATE SET data = excluded.data"
    )
    return [(sql, {"rows_of": stored.id, "tables": dumps(packed)})]


def org_rows(stored: Stored, units: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines by which a record is found at its org units."""
    known = {"record": stored.id, "form": stored.form, "state": stored.state, "created": stored.created}
    return [{**known, "field": field, "unit": unit} for field, unit in sorted(units.items())]


def org_steps(connection: Connection, stored: Stored, units: Mapping[str, str]) -> Steps:
    """The org units of a record that has none kept yet."""
    held = org_rows(stored, units)
    if not held:
        return []
    columns = {
        "record": "words",
        "field": "words",
        "unit": "words",
        "form": "words",
        "state": "words",
        "created": "whole",
    }
    names = ", ".join(columns)
    source = rows_from(connection.dialect.name, "units", columns)
    return [(f"INSERT INTO record_org ({names}) SELECT {names} FROM {source}", {"units": dumps(held)})]


def ref_steps(
    connection: Connection, stored: Stored, gone: frozenset[tuple[int, str]], come: frozenset[tuple[int, str]]
) -> Steps:
    """References in rows that went and came."""
    steps: Steps = []
    kinds = {"field": "whole", "value": "words"}
    dialect = connection.dialect.name
    if gone:
        source = rows_from(dialect, "gone", kinds)
        sql = f"DELETE FROM record_ref WHERE record = :ref_of AND (field, value) IN (SELECT field, value FROM {source})"
        steps.append((sql, {"ref_of": stored.id, "gone": dumps([{"field": f, "value": v} for f, v in sorted(gone)])}))
    if come:
        source = rows_from(dialect, "come", kinds)
        names = "field, value, created, record"
        sql = f"INSERT INTO record_ref ({names}) SELECT field, value, :ref_at, :ref_to FROM {source}"
        listed_refs = dumps([{"field": f, "value": v} for f, v in sorted(come)])
        steps.append((sql, {"ref_to": stored.id, "ref_at": stored.created, "come": listed_refs}))
    return steps


def free_unique(connection: Connection, stored: Stored, keys: Sequence[tuple[int, str]]) -> None:
    """Give these values up."""
    source = rows_from(connection.dialect.name, "gone", {"field": "whole", "value": "words"})
    run(
        connection,
        "DELETE FROM record_unique WHERE form = :form AND record = :record "
        f"AND (field, value) IN (SELECT field, value FROM {source})",
        {"form": stored.form, "record": stored.id, "gone": dumps([{"field": f, "value": v} for f, v in keys])},
    )


def claim_unique(connection: Connection, stored: Stored, index: Index, wanted: Mapping[tuple[int, str], str]) -> None:
    """Take these values for this record; a concurrent taker waits here. Refuses each that somebody else has."""
    faults = list(index.twice)
    if wanted:
        dialect = connection.dialect.name
        source = rows_from(dialect, "wanted", {"field": "whole", "value": "words"})
        keys = dumps([{"field": field, "value": value} for field, value in sorted(wanted)])
        parameters = {"form": stored.form, "record": stored.id, "wanted": keys}
        taken = run(
            connection,
            f"INSERT INTO record_unique (form, field, value, record) SELECT :form, field, value, :record FROM {source} "
            "WHERE true ORDER BY field, value ON CONFLICT DO NOTHING",
            parameters,
        )
        if taken.rowcount != len(wanted):
            mine = run(
                connection, "SELECT field, value FROM record_unique WHERE record = :record", {"record": stored.id}
            )
            held = {(line.field, line.value) for line in mine}
            faults += [path for key, path in wanted.items() if key not in held]
    if faults:
        raise _not_unique(faults)


def _not_unique(paths: Sequence[str]) -> Refusal:
    return invalid([Fault(path, "not_unique", NOT_UNIQUE) for path in paths])


def write_words(connection: Connection, stored: Stored, index: Index) -> None:
    """The words of a record that has none kept yet, with those of the records it refers to."""
    if not index.words and not index.borrows:
        return
    dialect = connection.dialect.name
    source = rows_from(dialect, "words", {"token": "words"})
    sql = (
        "INSERT INTO record_token (form, token, record, own) SELECT :form, token, :record, max(own) FROM ("
        f"SELECT token, 1 AS own FROM {source} UNION ALL "
        "SELECT t.token, 0 AS own FROM @borrows(record words) @find(record_token t ON t.record = borrows.record) "
        "WHERE t.own = 1) AS found GROUP BY token"
    )
    parameters = {
        "form": stored.form,
        "record": stored.id,
        "words": dumps([{"token": word} for word in sorted(index.words)]),
        "borrows": dumps([{"record": each} for each in sorted(index.borrows)]),
    }
    run(connection, sql, parameters)


def word_steps(connection: Connection, stored: Stored, come: frozenset[str]) -> Steps:
    """Words of its own that came to a record that has others."""
    source = rows_from(connection.dialect.name, "words", {"token": "words"})
    sql = (
        f"INSERT INTO record_token (form, token, record, own) SELECT :form, token, :words_of, 1 FROM {source} "
        "WHERE true ON CONFLICT (form, token, record) DO UPDATE SET own = 1"
    )
    words = dumps([{"token": word} for word in sorted(come)])
    return [(sql, {"form": stored.form, "words_of": stored.id, "words": words})]
