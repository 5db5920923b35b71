"""Opening a database, reading from it, and the only place that commits. Used by operations, through bootstrap.

SQLite: write-ahead log, `BEGIN IMMEDIATE` for writers (a deferred one oversells), `synchronous=FULL`. PostgreSQL: READ
COMMITTED; writers lock what they decide on, in sorted order. A transaction is tried again only after a dead-lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from engine.database.periods import local_day
from engine.database.prepared import GENERIC
from engine.errors import Kind, Refusal, text

T = TypeVar("T")

DEADLOCKS = {"40P01", "40001"}
TRIES = 5


class Database:
    """One database, shared by all threads of this process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self._writer: AbstractContextManager[Any] = threading.Lock() if self.dialect == "sqlite" else nullcontext()

    def transaction(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction and commit it: the only commit there is.

        Whatever `work` raises rolls everything back. After a dead-lock the whole of `work` runs again, so it must not
        touch anything but the connection. Raises `Refusal(unavailable)` when the database is away.
        """
        for attempt in range(TRIES):
            try:
                with self._writer, self.engine.connect() as connection, connection.begin():
                    return work(connection)
            except DBAPIError as error:
                if _is_deadlock(error) and attempt + 1 < TRIES:
                    continue
                if isinstance(error, OperationalError):
                    raise _away() from error
                raise
        raise AssertionError("unreachable")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and never writes."""
        try:
            with self.engine.connect().execution_options(chainstock_reading=True) as connection:
                if self.dialect == "postgresql":
                    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                with connection.begin() as beginning:
                    yield connection
                    beginning.rollback()
        except OperationalError as error:
            raise _away() from error

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """A connection for a single statement that reads: what it sees is what was committed when it began."""
        try:
            with self.engine.connect().execution_options(chainstock_reading=True, chainstock_alone=True) as connection:
                yield connection
        except OperationalError as error:
            raise _away() from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(url: str, pool: int = 16, *, lasting: bool = True) -> Database:
    """Open the database at `url` (`sqlite:///FILE`, `postgresql://...`); the file's folder is made when missing.

    One that is thrown away again (not `lasting`, SQLite only) waits for no disk.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(
            parsed,
            pool_size=pool,
            max_overflow=pool,
            pool_use_lifo=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={"prepare_threshold": None},
        )
        event.listen(engine, "connect", _prepare_postgres)
        return Database(engine)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, pool_size=pool, max_overflow=pool, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    if not lasting:
        event.listen(engine, "connect", _forget)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_postgres(connection: Any, _record: Any) -> None:
    connection.pgconn.exec_(GENERIC)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function("local_day", 2, local_day, deterministic=True)


def _forget(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("chainstock_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _is_deadlock(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in DEADLOCKS


def _away() -> Refusal:
    words = text("The database cannot be reached; nothing was done.", "数据库暂不可用，未做任何更改。")
    return Refusal(Kind.UNAVAILABLE, "unavailable", words)
