"""Houses on databases of their own with the demo `small` and the definitions of `lab`, on each kind of database.

`house` is shared by every test of this room: a test makes its own records and its own items. `own_house` is a copy for
one test alone: for what is published, for the clock, for people who come and go.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from engine.database.embedded import Server
from tests.conftest import _alone, _sql
from tests.operations.house import House

KINDS = ["sqlite", "postgresql"]
Copy = Callable[[str], str]


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)


@pytest.fixture(scope="session")
def copy_of(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, run_folder: Path
) -> Iterator[Copy]:
    """Make a copy of a database that nobody has open, and give its address."""
    made: list[str] = []
    if kind == "sqlite":

        def copy(url: str) -> str:
            path = tmp_path_factory.mktemp("house") / "house.db"
            shutil.copy(str(make_url(url).database), path)
            return f"sqlite:///{path}"

        yield copy
        return
    server: Server = request.getfixturevalue("postgres_server")

    def clone(url: str) -> str:
        name = f"t_{uuid.uuid4().hex}"
        with _alone(run_folder):
            _sql(server.url(), f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}")
        made.append(name)
        return server.url(name)

    yield clone
    for name in made:
        _sql(server.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def lab_url(kind: str, copy_of: Copy, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with the chain and the definitions of `lab`, only to be copied."""
    if kind == "sqlite":
        small = f"sqlite:///{request.getfixturevalue('small_sqlite')}"
    else:
        server: Server = request.getfixturevalue("postgres_server")
        small = server.url(request.getfixturevalue("small_postgres"))
    url = copy_of(small)
    made = House(url, tmp_path_factory.mktemp("data"), None)
    made.publish_lab()
    made.close()
    return url


@pytest.fixture(scope="session")
def house(copy_of: Copy, lab_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The chain that all tests share; the machine's clock."""
    made = House(copy_of(lab_url), tmp_path_factory.mktemp("data"), None)
    yield made
    made.close()


@pytest.fixture
def own_house(copy_of: Copy, lab_url: str, tmp_path: Path) -> Iterator[House]:
    """A chain for one test alone, with the settable clock."""
    made = House(copy_of(lab_url), tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def empty_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    fresh: Callable[..., str] = request.getfixturevalue("fresh_postgres")
    return fresh(schema=False)
