"""One order of numbers is drawn and looked at alike in both databases."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Connection

from engine.database import Database
from engine.database.counters import Counter, draw, drawing, look
from engine.database.dialects import alone, run

COUNTER = Counter(table="clock_face", column="hand", sequence="clock_hand")


@pytest.fixture
def wound(database: Database) -> Database:
    """A counter that nobody has drawn from."""

    def work(connection: Connection) -> None:
        if alone(database.dialect):
            run(connection, "CREATE TABLE clock_face (hand integer)")
            run(connection, "INSERT INTO clock_face (hand) VALUES (0)")
        else:
            run(connection, "CREATE SEQUENCE clock_hand")

    database.transaction(work)
    return database


def test_numbers_are_drawn_one_after_another_and_the_last_is_seen(wound: Database) -> None:
    seen = [wound.transaction(lambda c: look(c, COUNTER).seq)]
    drawn = [wound.transaction(partial(draw, counter=COUNTER, count=many)) for many in (1, 3, 1)]
    seen.append(wound.transaction(lambda c: look(c, COUNTER).seq))
    assert (seen, drawn) == ([0, 5], [1, 4, 5])


def test_a_look_tells_of_a_transaction_that_runs_beside_it_unless_the_writer_is_alone(wound: Database) -> None:
    with wound.glance() as quiet:
        before = look(quiet, COUNTER)

    def beside(connection: Connection) -> None:
        draw(connection, COUNTER, 1)
        with wound.glance() as other:
            found = look(other, COUNTER)
        if alone(wound.dialect):
            assert (found.seq, found.oldest) == (0, None), "what is not committed is not there"
        else:
            assert found.seq == 1
            assert found.oldest is not None
            assert before.at <= found.oldest <= found.at

    wound.transaction(beside)


def test_the_statement_that_reads_draws_as_many_as_it_is_told(wound: Database) -> None:
    if alone(wound.dialect):
        return
    sql = " ".join(("SELECT drawn.number FROM", drawing(COUNTER, "many")))
    assert [list(wound.transaction(lambda c: run(c, sql, {"many": 2}).scalars())) for _ in range(2)] == [[1, 2], [3, 4]]
