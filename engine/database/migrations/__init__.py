"""Migrations: revisions in `versions/`, their SQL frozen here for each database. Run at start by bootstrap.

Alembic's own environment file and its command line are not used: a migration is one transaction like any other.
"""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.database.connection import Database
from engine.database.schema import run_plain

FOLDER = Path(__file__).parent
SEPARATOR = "\n--;\n"
ONE_AT_A_TIME = 7_281_001
"""Key of the lock that a migrating process holds on PostgreSQL; on SQLite a writer is alone anyway."""


def migrate(database: Database) -> str:
    """Bring the database to the newest revision, in one transaction, and give its name."""

    def work(connection: Connection) -> str:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
        return _upgrade(connection)

    return database.transaction(work)


def revision_of(connection: Connection) -> str | None:
    """The revision that this database has; None when it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The newest revision that this program knows."""
    return _scripts().get_current_head() or ""


def run_frozen(connection: Connection, name: str) -> None:
    """Run the frozen statements of one revision for the database at hand."""
    for statement in (FOLDER / f"{name}.{connection.dialect.name}.sql").read_text().split(SEPARATOR):
        run_plain(connection, statement)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _upgrade(connection: Connection) -> str:
    scripts = _scripts()
    with EnvironmentContext(
        Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision)
    ) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
    return newest()
