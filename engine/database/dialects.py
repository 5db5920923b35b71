"""Statements that the two databases spell differently. Used by the rooms of the second floor, in their own statements.

Statements are written once, with `:name` for a parameter; a set of rows travels as one JSON text (`rows_from`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection

from engine.database.driver import Result, execute

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")
_SPELLED = re.compile(r"%\((\w+)\)s")


_ROWS = re.compile(r"(?<![@\w])@(\w+)\(([^)]*)\)")


@lru_cache(maxsize=512)
def _spelled(dialect: str, sql: str) -> str:
    """`:name` as this driver writes it, and what is written with `@`.

    `@name(place, key words)` is a set of rows. `@find(balance b ON b.place = name.place)` joins a table to it by one
    search in an index per row: PostgreSQL cannot know how small the set is, and would read the whole table.
    `@perhaps(rows t ON t.record = r.id)` does the same and keeps what has no row there.
    `@any(source, sources)` is the condition that a column is one of a JSON list of texts, found by its index.
    `@share(gate)` before it shares a gate (see `share_gate`), `@lock(b)` at the end locks rows, in the set's order.
    """

    def expand(found: re.Match[str]) -> str:
        if found[1] == "lock":
            return for_update(dialect, found[2])
        if found[1] == "share":
            shared = f"(SELECT pg_advisory_xact_lock_shared(:{found[2]})) AS shared CROSS JOIN"
            return shared if dialect == "postgresql" else ""
        if found[1] == "any":
            return _any(dialect, *found[2].split(", "))
        if found[1] in ("find", "perhaps"):
            return _found(dialect, found[2], "JOIN" if found[1] == "find" else "LEFT JOIN")
        columns = [column.split() for column in found[2].split(",")]
        return rows_from(dialect, found[1], {name: kind[0] if kind else "whole" for name, *kind in columns})

    sql = _ROWS.sub(expand, sql)
    return _PARAMETER.sub(r"%(\1)s", sql) if dialect == "postgresql" else sql


def _any(dialect: str, column: str, name: str) -> str:
    if dialect == "postgresql":
        return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(CAST(:{name} AS json))))"
    return " ".join((column, "IN (SELECT value FROM", f"json_each(:{name}))"))


def _found(dialect: str, joined: str, join: str) -> str:
    if dialect != "postgresql":
        # With an ordinary join SQLite may read the table first, and the set for each of its rows.
        return " ".join(("CROSS JOIN" if join == "JOIN" else join, joined))
    table, condition = joined.split(" ON ", 1)
    alias = table.split()[-1]
    return " ".join((join, "LATERAL (SELECT * FROM", table, "WHERE", condition, "OFFSET 0) AS", alias, "ON true"))


def run(connection: Connection, sql: str, parameters: Mapping[str, Any] | None = None) -> Result:
    """Run one statement through the driver, without SQLAlchemy's compiler: the fast path of what is posted."""
    return execute(connection, _spelled(connection.dialect.name, sql), parameters or {})


def run_together(connection: Connection, steps: Sequence[tuple[str, Mapping[str, Any]]]) -> list[int]:
    """Run writing statements that do not read each other's rows, and say how many rows each of them wrote.

    PostgreSQL is asked once for all of them, so no row may be written by two of them.
    """
    if connection.dialect.name != "postgresql":
        return [run(connection, sql, parameters).rowcount for sql, parameters in steps]
    everything = {f"{name}{index}": value for index, (_, held) in enumerate(steps) for name, value in held.items()}
    return list(execute(connection, _joined(tuple(sql for sql, _ in steps)), everything).one()) if steps else []


@lru_cache(maxsize=512)
def _joined(steps: tuple[str, ...]) -> str:
    """PostgreSQL's statement that does them all; each step's parameters have its number behind their names."""
    spelled = [_SPELLED.sub(rf"%(\g<1>{index})s", _spelled("postgresql", sql)) for index, sql in enumerate(steps)]
    named = [f"step{index} AS ({sql} RETURNING 1)" for index, sql in enumerate(spelled)]
    counts = ["".join(("(SELECT count(*) FROM step", str(index), ")")) for index in range(len(steps))]
    return " ".join(("WITH", ", ".join(named), "SELECT", ", ".join(counts)))


def mark(connection: Connection, name: str) -> None:
    """Set a mark in the transaction to come back to; a third of what SQLAlchemy's savepoint costs."""
    run(connection, f"SAVEPOINT {name}")


def pass_mark(connection: Connection, name: str) -> None:
    """Go on: what was done since the mark stays."""
    run(connection, f"RELEASE SAVEPOINT {name}")


def return_to_mark(connection: Connection, name: str) -> None:
    """Take back what was done since the mark, and the mark."""
    run(connection, f"ROLLBACK TO SAVEPOINT {name}")
    run(connection, f"RELEASE SAVEPOINT {name}")


def rows_from(dialect: str, name: str, columns: Mapping[str, str]) -> str:
    """A set of rows that came as JSON objects in the parameter `name`, to stand in a FROM.

    Kinds: `whole`, `words`, `document` (JSON inside the JSON).
    """
    if dialect == "postgresql":
        kinds = {"whole": "bigint", "words": "text", "document": "jsonb"}
        listed = ", ".join(f"{column} {kinds[kind]}" for column, kind in columns.items())
        return f"json_to_recordset(CAST(:{name} AS json)) AS {name}({listed})"
    listed = ", ".join(f"json_extract(e.value, '$.{column}') AS {column}" for column in columns)
    return " ".join(("(SELECT", listed, f"FROM json_each(:{name}) AS e) AS", name))


def alone(dialect: str) -> bool:
    """Whether the writer is alone: he need lock nothing, and what he sees is all there is."""
    return dialect == "sqlite"


def for_update(dialect: str, table: str) -> str:
    """The end of a SELECT that locks rows; SQLite's writer is alone anyway."""
    return f"FOR UPDATE OF {table}" if dialect == "postgresql" else ""


def share_gate(connection: Connection, gate: int) -> None:
    """Until the end of the transaction nobody closes this gate (`close_gate`); many may share it."""
    if connection.dialect.name == "postgresql":
        run(connection, "SELECT pg_advisory_xact_lock_shared(:gate)", {"gate": gate})


def close_gate(connection: Connection, gate: int) -> None:
    """Wait for all who share the gate, and keep others out until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        run(connection, "SELECT pg_advisory_xact_lock(:gate)", {"gate": gate})


def append_only(table: str) -> tuple[tuple[str, str], ...]:
    """Triggers under which rows of `table` are never changed and never deleted."""
    words = f"rows of {table} are never changed"
    sqlite = tuple(
        (
            "sqlite",
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END",
        )
        for what in ("UPDATE", "DELETE")
    )
    function = (
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$"
    )
    trigger = (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
    )
    return (*sqlite, ("postgresql", function), ("postgresql", trigger))


def one_of(dialect: str, column: str, name: str) -> str:
    """The condition that `column` is one of the texts in the parameter `name`, made by `listed`."""
    if dialect == "postgresql":
        return f"{column} = ANY(:{name})"
    return f"{column} IN (SELECT value FROM json_each(:{name}))"


def listed(dialect: str, texts: Iterable[str]) -> Any:
    """Texts as the parameter that `one_of` takes."""
    return list(texts) if dialect == "postgresql" else orjson.dumps(list(texts)).decode()


def skip_locked(dialect: str) -> str:
    """The end of a SELECT that claims rows which nobody else is claiming; SQLite's writer is alone anyway."""
    return "FOR UPDATE SKIP LOCKED" if dialect == "postgresql" else ""


def insert_rows(
    connection: Connection, table: str, columns: Mapping[str, str], lines: Iterable[Mapping[str, Any]]
) -> None:
    """Insert these lines in one statement; `columns` names each column and its kind (see `rows_from`)."""
    for sql, parameters in insert_steps(connection, table, columns, lines):
        run(connection, sql, parameters)


def insert_steps(
    connection: Connection, table: str, columns: Mapping[str, str], lines: Iterable[Mapping[str, Any]]
) -> list[tuple[str, Mapping[str, Any]]]:
    """The same as a step of `run_together`; none when there are no lines. Its parameter has the name of the table."""
    held = [{name: line[name] for name in columns} for line in lines]
    if not held:
        return []
    return [(_insert(connection.dialect.name, table, tuple(columns.items())), {table: orjson.dumps(held).decode()})]


@lru_cache(maxsize=64)
def _insert(dialect: str, table: str, columns: tuple[tuple[str, str], ...]) -> str:
    source = rows_from(dialect, table, dict(columns))
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(f'{table}."{name}"' for name, _ in columns)
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} WHERE true"
