"""Two transactions that meet for certain: the second begins when the first has done its work and not ended yet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.database import Database
from engine.database.dialects import run

LOOKS = 4000
_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE :me = ANY(pg_blocking_pids(pid))"
Work = Callable[[Connection], Any]


class Undone(Exception):
    """Ends the first transaction without a commit."""


@dataclass(frozen=True)
class Met:
    """What the second one answered or raised, and whether it had to wait for the first."""

    first: Any
    second: Any
    waited: bool


def meet(database: Database, first: Work, other: Database, second: Work, *, undone: bool = False) -> Met:
    """Run `first`; run `second` from `other` until it waits or has ended; then commit `first`, or undo it."""
    ended = threading.Event()
    answers: list[Any] = []

    def run_second() -> None:
        try:
            answers.append(other.transaction(second))
        except Exception as error:
            answers.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=run_second)
    told: list[Any] = []

    def work(connection: Connection) -> None:
        answer = first(connection)
        thread.start()
        told.extend((answer, _waits(database, connection, ended)))
        if undone:
            raise Undone

    try:
        database.transaction(work)
    except Undone:
        pass
    finally:
        thread.join(30)
    return Met(told[0], answers[0], told[1])


def _waits(database: Database, connection: Connection, ended: threading.Event) -> bool:
    """Whether the second waits for this transaction: PostgreSQL says so, of SQLite's writers everybody does."""
    if database.dialect == "sqlite":
        return not ended.wait(0.01)
    me = run(connection, "SELECT pg_backend_pid() AS pid").scalar()
    for _ in range(LOOKS):
        if ended.wait(0.002):
            return False
        with database.glance() as looking:
            if run(looking, _BLOCKED, {"me": me}).scalar():
                return True
    raise AssertionError("the second neither waited nor ended")
