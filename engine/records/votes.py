"""Votes, as facts that nobody changes: who said what, for whom, about which content. Used by operations and audits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from engine.database.dialects import insert_rows, run

COLUMNS: Mapping[str, str] = {
    "record": "words",
    "approval": "words",
    "round": "whole",
    "step": "words",
    "part": "words",
    "row": "words",
    "person": "words",
    "on_behalf": "words",
    "verdict": "words",
    "task": "words",
    "content": "words",
    "comment": "words",
    "at": "whole",
    "seq": "whole",
}


@dataclass(frozen=True)
class Ballot:
    """One vote as it is kept; `part` and `row` are empty where a step has none, `content` is what was voted on."""

    record: str
    approval: str
    round: int
    step: str
    part: str
    row: str
    person: str
    verdict: str
    content: str
    at: int
    seq: int
    on_behalf: str | None = None
    task: str | None = None
    comment: str | None = None


def add(connection: Connection, ballots: Sequence[Ballot]) -> None:
    """Keep votes, in one statement."""
    insert_rows(connection, "vote", COLUMNS, [asdict(each) for each in ballots])


def of(connection: Connection, record: str) -> list[Ballot]:
    """Every vote on a record, oldest first."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    sql = f"SELECT {names} FROM vote WHERE record = :record ORDER BY seq, approval, step, part, row, person"
    return [Ballot(**line._mapping) for line in run(connection, sql, {"record": record})]
