"""One server per kind of database for all attacks that leave nothing; each is under attack by everybody in turn."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from engine.database.embedded import Server as Postgres
from tests.attacks.houses import Canary, House, Watch
from tests.serving import serving

Folders = pytest.TempPathFactory


@contextmanager
def housed(url: str, folder: Path) -> Iterator[House]:
    """A house on a database, with all that watches it."""
    with serving(url, folder / "data") as server:
        watch, canary = Watch(url), Canary(folder)
        yield House(server, url, watch, canary)
        canary.close()
        watch.close()


@contextmanager
def on_sqlite(small: Path, folders: Folders) -> Iterator[House]:
    """A house on a SQLite file of its own."""
    folder = folders.mktemp("house")
    shutil.copy(small, folder / "house.db")
    with housed(f"sqlite:///{folder / 'house.db'}", folder) as house:
        yield house


@contextmanager
def on_postgres(postgres: Postgres, small: str, folders: Folders) -> Iterator[House]:
    """A house on a PostgreSQL database of its own."""
    name = f"t_{uuid.uuid4().hex}"
    address = make_url(postgres.url()).set(drivername="postgresql+psycopg")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {small}")
    with housed(postgres.url(name), folders.mktemp("house")) as house:
        yield house
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(scope="session")
def sqlite_house(small_sqlite: Path, tmp_path_factory: Folders) -> Iterator[House]:
    """The house on SQLite."""
    with on_sqlite(small_sqlite, tmp_path_factory) as house:
        yield house


@pytest.fixture(scope="session")
def postgres_house(postgres_server: Postgres, small_postgres: str, tmp_path_factory: Folders) -> Iterator[House]:
    """The house on PostgreSQL."""
    with on_postgres(postgres_server, small_postgres, tmp_path_factory) as house:
        yield house


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path_factory: Folders) -> Iterator[House]:
    """A house of a module's own on each kind of database, for what leaves a trace: published, closed, put back."""
    if request.param == "sqlite":
        with on_sqlite(request.getfixturevalue("small_sqlite"), tmp_path_factory) as house:
            yield house
        return
    server, small = (request.getfixturevalue(each) for each in ("postgres_server", "small_postgres"))
    with on_postgres(server, small, tmp_path_factory) as house:
        yield house


@pytest.fixture
def house(sqlite_house: House) -> House:
    """The house, where the kind of database makes no difference."""
    return sqlite_house


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> House:
    """The house on each kind of database, where SQL is what is attacked."""
    found: House = request.getfixturevalue("sqlite_house" if request.param == "sqlite" else "postgres_house")
    return found
