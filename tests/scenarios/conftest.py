"""Worlds for scenarios: the starting point under shuffled names, made once per kind of database and copied per test.

The names of a run follow from its seed, which is that of `CHAINSTOCK_SHUFFLE` or drawn anew; a failure prints it.
"""

from __future__ import annotations

import os
import pickle
import shutil
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from engine import bootstrap
from engine.database.embedded import Server
from engine.operations.events import Watch as News
from engine.web.app import create_app
from engine.web.joined import Doors
from tests.conftest import _alone, _sql
from tests.scenarios import rules, table
from tests.scenarios.shuffle import Shuffle
from tests.scenarios.wire import Wire
from tests.scenarios.world import CAST, ROOMY, Ground, World, settings_of, sign_in, starting_point

GROUND = "chainstock_ground"


@pytest.fixture(scope="session")
def seed(run_folder: Path) -> int:
    """The seed of this run's names, the same in all its workers."""
    given = os.environ.get("CHAINSTOCK_SHUFFLE")
    return int(given) if given else zlib.crc32(run_folder.name.encode())


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)


def _ground(url: str, folder: Path, seed: int) -> Ground:
    shuffle = Shuffle(seed)
    texts = starting_point(folder / "library", shuffle)
    settings = settings_of(url, folder / "data", folder / "library")
    services = bootstrap.build(settings)
    bootstrap.prepare(services)
    with Wire(create_app(Doors(services), settings, partial(News, services), limits=ROOMY)) as client:
        sessions = {account: sign_in(client, account) for account in CAST}
    services.database.close()
    return Ground(url, shuffle, texts, sessions)


@pytest.fixture(scope="session")
def ground(
    kind: str, seed: int, request: pytest.FixtureRequest, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Ground:
    """The starting point, made once in a run for each kind of database."""
    kept = run_folder / f"ground-{kind}"
    server: Server | None = None if kind == "sqlite" else request.getfixturevalue("postgres_server")
    with _alone(run_folder):
        if kept.exists():
            known: Ground = pickle.loads(kept.read_bytes())
            return known
        if server is None:
            url = f"sqlite:///{run_folder / 'ground.db'}"
        else:
            _sql(server.url(), f"CREATE DATABASE {GROUND} TEMPLATE template0")
            url = server.url(GROUND)
        made = _ground(url, tmp_path_factory.mktemp("ground"), seed)
        kept.write_bytes(pickle.dumps(made))
    return made


@contextmanager
def _copied(
    ground: Ground, kind: str, request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path
) -> Iterator[str]:
    name = f"t_{uuid.uuid4().hex}"
    if kind == "sqlite":
        shutil.copy(str(make_url(ground.url).database), tmp_path / f"{name}.db")
        yield f"sqlite:///{tmp_path / name}.db"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with _alone(run_folder):
        _sql(server.url(), f"CREATE DATABASE {name} TEMPLATE {GROUND}")
    yield server.url(name)
    _sql(server.url(), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh(ground: Ground, kind: str, request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a copy of the starting point."""
    with _copied(ground, kind, request, run_folder, tmp_path) as url:
        yield url


@pytest.fixture
def live(ground: Ground, kind: str, request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> Iterator[str]:
    """The address of another copy: a second chain."""
    with _copied(ground, kind, request, run_folder, tmp_path) as url:
        yield url


@pytest.fixture
def world(ground: Ground, fresh: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A chain on the starting point. At the end of a scenario the house rules are asked of all that happened."""
    request.node.add_report_section("setup", "shuffle", f"CHAINSTOCK_SHUFFLE={ground.shuffle.seed}")
    own = Ground(fresh, ground.shuffle.copy(), ground.texts, ground.sessions)
    code = rules.code_digest()
    with World(own, fresh, tmp_path / "data") as made:
        yield made
        request.node.user_properties.append((table.LINES, made.changed))
        rules.keep(made)
    assert rules.code_digest() == code
