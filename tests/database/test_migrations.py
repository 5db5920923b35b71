"""Migrations: an empty database gets every table, once, and the frozen SQL is what the tables say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from engine.database import Database, open_database
from engine.database.freeze import REVISION, spell_revision, write_files
from engine.database.migrations import FOLDER, migrate, newest, revision_of
from engine.database.schema import URLS, lay_schema
from tests.schema import room_modules, room_statements

SHAPES = {
    "sqlite": ("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2",),
    "postgresql": (
        "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 3",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY 1, 2",
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT relname, relkind, reloptions, pg_get_expr(relpartbound, oid) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def make_empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Open a database without any table."""
    made: list[Database] = []

    def make() -> Database:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / str(len(made))}.db"
        else:
            url = request.getfixturevalue("fresh_postgres")(schema=False)
        made.append(open_database(url))
        return made[-1]

    yield make
    for each in made:
        each.close()


def shape(database: Database) -> list[tuple[object, ...]]:
    """Everything that the catalogue says of the tables, but for alembic's own."""

    def read(connection: Connection) -> list[tuple[object, ...]]:
        rows = [tuple(row) for sql in SHAPES[database.dialect] for row in connection.execute(text(sql))]
        return [_even(row) for row in rows if not any("alembic" in str(value) for value in row)]

    return database.transaction(read)


def _even(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(" ".join(value.split()) if isinstance(value, str) else value for value in row)


def test_a_migrated_database_equals_the_tables_as_they_stand(make_empty: Callable[[], Database]) -> None:
    migrated, laid = make_empty(), make_empty()
    assert migrate(migrated) == newest()
    laid.transaction(lambda connection: lay_schema(connection, room_statements()))
    assert shape(migrated) == shape(laid)
    assert len(shape(laid)) > 20


def test_migrating_again_changes_nothing(make_empty: Callable[[], Database]) -> None:
    database = make_empty()
    migrate(database)
    before = shape(database)
    assert migrate(database) == newest()
    assert shape(database) == before
    with database.reading() as connection:
        assert revision_of(connection) == newest()


def test_processes_that_start_together_migrate_once(make_empty: Callable[[], Database]) -> None:
    database = make_empty()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: migrate(database), range(4))) == {newest()}


def test_a_database_that_was_never_migrated_says_so(make_empty: Callable[[], Database]) -> None:
    with make_empty().reading() as connection:
        assert revision_of(connection) is None


@pytest.mark.parametrize("dialect", sorted(URLS))
def test_the_frozen_sql_is_what_the_tables_say(dialect: str) -> None:
    frozen = (FOLDER / f"{REVISION}.{dialect}.sql").read_text()
    assert frozen == spell_revision(dialect, room_modules()), "run `make schema`"


def test_freezing_twice_gives_the_same_files(tmp_path: Path) -> None:
    write_files(room_modules(), tmp_path)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    write_files(room_modules(), tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == first
    assert set(first) == {f"{REVISION}.{dialect}.sql" for dialect in URLS}
