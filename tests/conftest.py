"""Real databases for every test: SQLite files, and a PostgreSQL server of this run, shared by all its workers.

Where PostgreSQL cannot be had the run fails; nothing is skipped. `CHAINSTOCK_TEST_DURABLE=1` keeps `fsync` on.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url

from engine.database import Database, open_database
from engine.database.embedded import FAST, Server, start_server
from engine.database.schema import lay_schema
from tests.schema import room_statements
from tests.serving import Server as Running
from tests.serving import command, environment, serving

RUN = "CHAINSTOCK_TEST_RUN"
TEMPLATE = "chainstock_template"
SMALL = "chainstock_small"
ONCE = {"operations", "scenarios", "stories", "attacks", "invariants", "web", "cli", "demo"}
"""Rooms that rest on rooms which `make test` holds on both databases: in it they run on one."""
ALSO_ONCE = {("ledger", f"test_{each}.py") for each in ("audit", "chart", "faults_told")}
"""Modules that ask the same of either database, in a room that is held on both."""
SELDOM = {
    (room, f"test_{each}.py")
    for room, modules in {
        "browser": (
            "camera", "canary", "candidates", "compared", "dead_ends", "deliveries", "every_page", "files", "first_day",
            "first_sight", "foresee", "forms_onward", "inbox_round", "lists_filters", "lists_glance", "lists_views",
            "maintenance", "me", "moments", "moves", "phone", "purchase", "report_actions", "steady", "stock", "tiers",
        ),
        "cli": ("cli",),
        "demo": ("seed",),
        "faults": ("crashes", "lost_process", "races", "races_of_steps", "refusals", "timers", "webhooks_lost"),
        "operations": ("long_exports",),
        "scenarios": ("unseen_process",),
        "web": ("serving",),
    }.items()
    for each in modules
}  # fmt: skip
"""What takes long and is seldom touched, and pages' details; `make test` holds the ways that people go every day.

`make check` and `.ci/run` run all of it."""

settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")  # a machine that others use as well is no fault of what is tested


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes the run's folder; its workers inherit the name."""
    if not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp(prefix="chainstock-test-"))
        folder.chmod(0o711)
        os.environ[RUN] = str(folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is looked at again on the second database, and pages that few open: for `make check`, and for every stop."""
    for item in items:
        room, module = Path(item.nodeid.partition("::")[0]).parts[1:3]
        again = "postgresql" in item.nodeid.partition("[")[2] and (room in ONCE or (room, module) in ALSO_ONCE)
        if again or (room, module) in SELDOM:
            item.add_marker(pytest.mark.wide)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process ends the run's server and removes its folder."""
    if hasattr(config, "workerinput") or RUN not in os.environ:
        return
    folder = Path(os.environ.pop(RUN))
    if (folder / "postgres" / "PG_VERSION").exists():
        start_server(folder / "postgres", _settings()).stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


def _settings() -> dict[str, str]:
    durable = os.environ.get("CHAINSTOCK_TEST_DURABLE") == "1"
    return {"max_connections": "200", "shared_buffers": "64MB", **({} if durable else FAST)}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sql(url: str, *statements: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _lay(url: str) -> None:
    database = open_database(url)
    database.transaction(lambda connection: lay_schema(connection, room_statements()))
    database.close()


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder of this run, the same in every worker."""
    return Path(os.environ[RUN])


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> Server:
    """The run's PostgreSQL, started by whichever worker asks first, with a template that has the schema."""
    with _alone(run_folder):
        server = start_server(run_folder / "postgres", _settings())
        marker = run_folder / "template"
        if not marker.exists():
            _sql(server.url(), f"CREATE DATABASE {TEMPLATE}")
            _lay(server.url(TEMPLATE))
            marker.touch()
    return server


@pytest.fixture(scope="session")
def fresh_postgres(postgres_server: Server, run_folder: Path) -> Callable[..., str]:
    """Make a database of its own and give its address: with the schema, or empty when `schema=False`."""

    def make(*, schema: bool = True) -> str:
        name = f"t_{uuid.uuid4().hex}"
        with _alone(run_folder):  # a template can be copied by one at a time
            _sql(postgres_server.url(), f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if schema else 'template0'}")
        return postgres_server.url(name)

    return make


@pytest.fixture(scope="session")
def postgres_url(fresh_postgres: Callable[..., str]) -> str:
    """A PostgreSQL database with the schema, shared by the tests of one worker."""
    return fresh_postgres()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "schema.db"
    _lay(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with the schema; the test runs once on each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "chainstock.db")
        yield f"sqlite:///{tmp_path / 'chainstock.db'}"
        return
    fresh: Callable[..., str] = request.getfixturevalue("fresh_postgres")
    server: Server = request.getfixturevalue("postgres_server")
    url = fresh()
    yield url
    _sql(server.url(), f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty database with the schema; the test runs once on each kind."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def small_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the pack and the demo chain `small`, to be copied."""
    folder = tmp_path_factory.mktemp("small")
    _load_small(f"sqlite:///{folder / 'small.db'}", folder)
    return folder / "small.db"


@pytest.fixture(scope="session")
def small_postgres(postgres_server: Server, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the same, to be copied; made once for all workers."""
    with _alone(run_folder):
        marker = run_folder / "small"
        if not marker.exists():
            _sql(postgres_server.url(), f"CREATE DATABASE {SMALL} TEMPLATE template0")
            _load_small(postgres_server.url(SMALL), tmp_path_factory.mktemp("small"))
            marker.touch()
    return SMALL


def _load_small(url: str, folder: Path) -> None:
    done = command("demo", "load", "small", env=environment(url, folder))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def copied_small(postgres_server: Server, small_postgres: str, run_folder: Path) -> Callable[[], str]:
    """Make a PostgreSQL database of one's own with the chain `small`, and give its address."""

    def copied() -> str:
        name = f"t_{uuid.uuid4().hex}"
        with _alone(run_folder):
            _sql(postgres_server.url(), f"CREATE DATABASE {name} TEMPLATE {small_postgres}")
        return postgres_server.url(name)

    return copied


@pytest.fixture(params=["sqlite", "postgresql"])
def small_url(request: pytest.FixtureRequest, tmp_path: Path, run_folder: Path) -> Iterator[str]:
    """The address of a database of one's own with the chain `small`; the test runs once on each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("small_sqlite")
        shutil.copy(template, tmp_path / "small.db")
        yield f"sqlite:///{tmp_path / 'small.db'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    copied: Callable[[], str] = request.getfixturevalue("copied_small")
    url = copied()
    yield url
    _sql(server.url(), f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture
def chain(small_url: str, tmp_path: Path) -> Iterator[Running]:
    """A server process with the chain `small`, on each kind of database."""
    with serving(small_url, tmp_path / "data") as server:
        yield server
