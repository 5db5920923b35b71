"""Chains to break: copies of the demo `small` on each kind of database, and a server on one of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.database.embedded import Server as Postgres
from tests.faults.arena import Arena
from tests.faults.copies import Copies
from tests.serving import serving

KINDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often a long test does what it does."""
    return int(os.environ.get("CHAINSTOCK_ROUNDS", "200"))


@pytest.fixture(scope="module", params=KINDS)
def copies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """Databases with the chain `small`, as many as are asked for, of each kind."""
    folder = tmp_path_factory.mktemp("copies")
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("small_sqlite")
        made = Copies(f"sqlite:///{template}", folder)
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        name: str = request.getfixturevalue("small_postgres")
        made = Copies(server.url(name), folder)
    yield made
    made.drop_all()


@pytest.fixture(scope="module")
def arena(copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """A server with two processes on PostgreSQL, with one on SQLite, and people enough to race."""
    url = copies.fresh()
    workers = 1 if url.startswith("sqlite") else 2
    with serving(url, tmp_path_factory.mktemp("data"), "--workers", str(workers)) as server:
        yield Arena(server, workers)
