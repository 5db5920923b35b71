"""Both databases: the fixtures give real ones, the only commit commits, and what fails leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, insert, select

from engine.database import Database, Whole, Words, open_database
from engine.database.embedded import NoPostgres, Server, find_programs, start_server
from engine.database.types import Document
from engine.errors import Kind, Refusal

TRIED = Table(
    "tried", MetaData(), Column("id", Words, primary_key=True), Column("much", Whole), Column("said", Document),
    sqlite_strict=True,
)  # fmt: skip


def test_a_committed_row_is_read_back_and_keeps_64_bits_and_json(database: Database) -> None:
    said = {"名": ["甲", None, True], "n": "0.10"}

    def write(connection: Connection) -> None:
        TRIED.create(connection)
        connection.execute(insert(TRIED).values(id="a", much=2**63 - 1, said=said))

    database.transaction(write)
    with database.reading() as connection:
        assert connection.execute(select(TRIED)).all() == [("a", 2**63 - 1, said)]


def test_whatever_is_raised_rolls_everything_back(database: Database) -> None:
    database.transaction(TRIED.create)

    def write(connection: Connection) -> None:
        connection.execute(insert(TRIED).values(id="a", much=1))
        raise Refusal(Kind.RULE, "no", {"en": "no"})

    with pytest.raises(Refusal):
        database.transaction(write)
    with database.reading() as connection:
        assert connection.execute(select(TRIED)).all() == []


def test_a_reader_sees_one_state_while_a_writer_commits(database: Database) -> None:
    database.transaction(TRIED.create)
    with database.reading() as connection:
        assert connection.execute(select(TRIED.c.id)).all() == []
        database.transaction(lambda writer: writer.execute(insert(TRIED).values(id="a", much=1)))
        assert connection.execute(select(TRIED.c.id)).all() == []
    with database.reading() as connection:
        assert connection.execute(select(TRIED.c.id)).scalars().all() == ["a"]


def test_a_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away = open_database(f"postgresql://postgres@/x?host={tmp_path}")
    with pytest.raises(Refusal) as caught:
        away.transaction(lambda connection: connection.execute(select(TRIED)))
    assert caught.value.kind is Kind.UNAVAILABLE
    away.close()


def test_a_running_server_is_found_again_and_not_started_twice(postgres_server: Server) -> None:
    pid = (postgres_server.folder / "postmaster.pid").read_text().splitlines()[0]
    again = start_server(postgres_server.folder)
    assert again == postgres_server
    assert (postgres_server.folder / "postmaster.pid").read_text().splitlines()[0] == pid


def test_a_server_that_cannot_start_says_why(tmp_path: Path, postgres_server: Server) -> None:
    broken = Server(postgres_server.programs, tmp_path, tmp_path, postgres_server.user)
    with pytest.raises(NoPostgres, match="pg_ctl start failed"):
        broken.start({})


def test_the_programs_that_are_found_are_those_that_are_needed() -> None:
    assert (find_programs() / "initdb").exists()
