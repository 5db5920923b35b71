"""A process is killed at every SQL statement: what was acknowledged is there, the rest is absent or whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from engine.database import Database, dialects, open_database
from engine.ledger import Book, Release, audit
from tests.ledger.making import ONE, SUPPLIER, TWO, WAY, chart_items, move, post, posting, promise, report

ROOT = Path(__file__).resolve().parents[2]
POSTED = 3


def child(url: str, last: int) -> None:
    """Post three times, tell each one that is committed, and die just before statement number `last`."""
    database = open_database(url)
    seen = 0

    def dying(work: Callable[..., Any]) -> Callable[..., Any]:
        def count_and_work(*words: Any, **named: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen > last:
                os.kill(os.getpid(), signal.SIGKILL)
            return work(*words, **named)

        return count_and_work

    dialects.execute = dying(dialects.execute)
    event.listen(database.engine, "commit", dying(lambda _connection: None))
    for number in range(POSTED):
        said = posting(
            move(1, ONE, WAY, key=f"{last}/{number}/a"),
            move(1, SUPPLIER, TWO, "milk", lot=f"L{last}", owner="maker", key=f"{last}/{number}/b"),
            promises=(promise(2, ONE),),
            releases=(Release(),),
        )
        database.transaction(lambda connection, each=said: Book(connection).post(each))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


@pytest.mark.long
def test_a_posting_that_is_cut_off_is_absent_or_whole(database: Database, database_url: str) -> None:
    chart_items(database)
    post(database, posting(move(100, SUPPLIER, ONE), source="opening"))
    statement = 1
    while True:
        before = report(database).figures["movements"]
        program = f"from tests.ledger.test_crashes import child; child({database_url!r}, {statement})"
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        after: audit.Report = report(database)
        assert after.faults == ()
        whole, rest = divmod(after.figures["movements"] - before, 2)
        acknowledged = len(done.stdout.split())
        assert rest == 0
        assert acknowledged <= whole <= acknowledged + 1
        if done.returncode == 0:
            break
        statement += 1
    assert statement > 8
