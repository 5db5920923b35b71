"""One server per kind of database for all attacks that leave nothing; each is under attack by everybody in turn."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from engine.database.embedded import Server as Postgres
from tests.attacks.houses import Canary, House, Watch
from tests.serving import serving


@pytest.fixture(scope="session")
def sqlite_house(small_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house on SQLite."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(small_sqlite, folder / "house.db")
    url = f"sqlite:///{folder / 'house.db'}"
    with serving(url, folder / "data") as server:
        watch, canary = Watch(url), Canary(folder)
        yield House(server, url, watch, canary)
        canary.close()
        watch.close()


@pytest.fixture(scope="session")
def postgres_house(
    postgres_server: Postgres, small_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The house on PostgreSQL."""
    name = f"t_{uuid.uuid4().hex}"
    admin = create_engine(
        make_url(postgres_server.url()).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {small_postgres}")
    url = postgres_server.url(name)
    folder = tmp_path_factory.mktemp("house")
    with serving(url, folder / "data") as server:
        watch, canary = Watch(url), Canary(folder)
        yield House(server, url, watch, canary)
        canary.close()
        watch.close()
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def house(sqlite_house: House) -> House:
    """The house, where the kind of database makes no difference."""
    return sqlite_house


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> House:
    """The house on each kind of database, where SQL is what is attacked."""
    found: House = request.getfixturevalue("sqlite_house" if request.param == "sqlite" else "postgres_house")
    return found
