"""A house on a database of its own for each module, on each kind of database: the demo `small`, nobody else in it."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.database.embedded import Server
from tests.conftest import _alone, _sql
from tests.operations.house import House


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, run_folder: Path
) -> Iterator[str]:
    """The address of a database with the chain `small`, shared by the tests of one module."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("small_sqlite")
        copy = tmp_path_factory.mktemp("house") / "small.db"
        shutil.copy(template, copy)
        yield f"sqlite:///{copy}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    small: str = request.getfixturevalue("small_postgres")
    name = f"t_{uuid.uuid4().hex}"
    with _alone(run_folder):
        _sql(server.url(), f"CREATE DATABASE {name} TEMPLATE {small}")
    yield server.url(name)
    _sql(server.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def empty_house(house_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The chain `small` with the pack, as it was loaded."""
    made = House(house_url, tmp_path_factory.mktemp("data"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(empty_house: House) -> House:
    """The same; a module that needs definitions of its own publishes them here."""
    return empty_house


@pytest.fixture
def own_house(small_url: str, tmp_path: Path) -> Iterator[House]:
    """A chain for one test alone."""
    made = House(small_url, tmp_path / "data")
    yield made
    made.close()
