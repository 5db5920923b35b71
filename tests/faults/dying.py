"""Processes that die just before their n-th statement. A program that is told, line by line, what to do.

It forks for each life, so that a life costs no start. Chance comes from a seed and the clock stands, so that what a
life leaves behind is the same to the byte each time.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event

from engine import bootstrap
from engine.database import Database, open_database
from engine.database.prepared import KEPT, Prepared
from engine.operations import loading, timing
from engine.operations.calls import Actor, Call
from engine.operations.services import Services
from engine.settings import Settings
from engine.web.joined import Doors

SEED = 7


class Fate:
    """Counts statements of this process, and ends it before number `last`; 0 lets it live."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.seen = 0
        self.running = False

    def __call__(self, *_: object) -> None:
        """A statement is about to begin."""
        if self.running:
            self.seen += 1
            if self.seen == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def watch(database: Database, fate: Fate) -> None:
    """Tell fate of every statement, so that none can pass it by: SQLite's trace, PostgreSQL's two ways to ask."""

    class Watched(psycopg.Cursor[Any]):
        def execute(self, *args: Any, **options: Any) -> Any:
            fate()
            return super().execute(*args, **options)

    class Told(Prepared):
        def run(self, *args: Any, **options: Any) -> Any:
            fate()
            return super().run(*args, **options)

    def connected(connection: Any, record: Any) -> None:
        if database.dialect == "sqlite":
            connection.set_trace_callback(fate)
        else:
            connection.cursor_factory = Watched
            record.info[KEPT] = Told(connection)

    event.listen(database.engine, "connect", connected)
    if database.dialect == "postgresql":
        for moment in ("commit", "rollback"):
            event.listen(database.engine, moment, fate)


def seed() -> None:
    """From now on chance gives the same in every life."""
    chance = random.Random(SEED).randbytes
    os.urandom = chance  # type: ignore[assignment]
    random._urandom = chance  # type: ignore[attr-defined]


def services_of(url: str, data: Path) -> Services:
    """What a server process would have, with a clock that stands."""
    return bootstrap.build(Settings(database=url, data=data, test_clock="now"))


def actor(services: Services, account: str) -> Actor:
    """Somebody who is signed in."""
    with services.database.reading() as connection:
        state = loading.state_of(services, connection, services.now(connection))
    person = state.directory.person_of_account(account)
    assert person is not None
    return Actor(person.id, person.account, person.name, "session")


def do(services: Services, said: Mapping[str, Any]) -> Any:
    """Do one thing as a server would; `[status, body]`, or how many timers fired."""
    if said["method"] == "FIRE":
        return timing.fire_due(services)
    call = Call(actor(services, said["as"]), "en", key=said["key"])
    answer = Doors(services).run(call, said["method"], f"/api/{said['path']}", said["body"], {}, said["if_match"])
    return [answer.status, answer.body]


def live(services: Services, order: Mapping[str, Any], out: int) -> None:
    """One life: open the database, do what was asked, tell what came of it."""
    database = open_database(order["url"])
    fate = Fate(order["last"])
    watch(database, fate)
    own = replace(services, database=database)
    actor(own, "adm")
    seed()
    fate.running = True
    answer = do(own, order["said"])
    fate()
    fate.running = False
    os.write(out, json.dumps({"answer": answer, "statements": fate.seen}).encode())


def nursery(url: str, data: str) -> None:
    """Answer each line `{url, said, last}` with `{answer, statements}`, or with `null` when that life was cut off."""
    services = services_of(url, Path(data))
    actor(services, "adm")
    services.database.close()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(told)
            live(services, json.loads(line), tell)
            os._exit(0)
        os.close(tell)
        with os.fdopen(told) as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "a life went wrong"
        sys.stdout.write(f"{said or 'null'}\n")
        sys.stdout.flush()
