"""A chain in this process, its people, and what its tables say: everything that the tests of the invariants share.

People act through the same operations as over HTTP. What is checked afterwards is read by plain SQL or through the
API and recounted by the tests themselves, never by the engine's own recount.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, text

from engine import bootstrap
from engine.errors import Refusal
from engine.operations import loading
from engine.operations.calls import Actor, Call
from engine.operations.problems import problem
from engine.settings import Settings
from engine.web.joined import Doors

UNIT = 1_000_000
SIGNED = {"signature": {"typed": "Sun Lei"}}
NOT_CONTENT = {"request_key", "session", "signing", "attempt"}
"""Tables that a refusal may write: keys and sign-in. All others are compared."""


@dataclass(frozen=True)
class Outcome:
    """What somebody was answered."""

    status: int
    body: Any

    @property
    def well(self) -> bool:
        """Whether it was accepted."""
        return self.status < 400

    @property
    def bytes(self) -> bytes:
        """As it would be sent."""
        return orjson.dumps(self.body)


class Chain:
    """One process of a chain."""

    def __init__(self, url: str, data: Path, **settings: Any) -> None:
        self.services = bootstrap.build(Settings(database=url, data=data, **settings))
        self.doors = Doors(self.services)

    def close(self) -> None:
        """Give the connections back."""
        self.services.database.close()

    def be(self, account: str) -> Somebody:
        """Somebody who is signed in."""
        with self.services.database.reading() as connection:
            state = loading.state_of(self.services, connection, self.services.now(connection))
        person = state.directory.person_of_account(account)
        assert person is not None, account
        return Somebody(self, Actor(person.id, person.account, person.name, "session"))

    @contextmanager
    def sql(self) -> Iterator[Connection]:
        """A connection for plain SQL; what is written is kept."""
        with self.services.database.engine.connect() as connection, connection.begin():
            yield connection

    def rows(self, sql: str, **parameters: Any) -> list[Any]:
        """What a query gives."""
        with self.services.database.reading() as connection:
            return list(connection.execute(text(sql), parameters))

    def one(self, sql: str, **parameters: Any) -> Any:
        """The only value that a query gives."""
        ((value,),) = self.rows(sql, **parameters)
        return value

    def id(self, form: str, code: str) -> str:
        """The id of a record by its code."""
        found = self.rows("SELECT id, data FROM record WHERE form = :form", form=form)
        return next(str(row.id) for row in found if parsed(row.data).get("code") == code)

    def publish(self, kind: str, name: str, *changes: tuple[str, str], mapping: Mapping[str, Any] | None = None) -> int:
        """Publish a definition with some of its words changed, as the administrator does; the version that it is."""
        words = self.be("adm").gets(f"definitions/{kind}/{name}")["text"]
        for old, new in changes:
            assert old in words, old
            words = words.replace(old, new)
        told = {"texts": [{"kind": kind, "name": name, "text": words}], "note": "in a test"}
        beside = {"mapping": mapping} if mapping else {}
        return int(self.be("adm").does("definitions/publish", told | beside)["version"])

    def books(self) -> Books:
        """Everything that the tables say now."""
        return Books(self)

    def digest(self) -> dict[str, list[str]]:
        """The content of every table that a refusal must leave alone."""
        dialect = self.services.database.dialect
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if dialect == "sqlite"
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        tables = sorted(name for (name,) in self.rows(names) if not any(name.startswith(no) for no in NOT_CONTENT))
        return {name: sorted(map(str, self.rows(f'SELECT * FROM "{name}"'))) for name in tables}


@dataclass(frozen=True)
class Somebody:
    """One person at his desk. Paths are below `/api/`."""

    chain: Chain
    actor: Actor

    def sends(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, seen: int | None = None, **query: str
    ) -> Outcome:
        """Send a command; the answer, whatever it is."""
        key = key if key is not None or method == "GET" else str(uuid.uuid4())
        call = Call(self.actor, "en", key, route=f"{method} /api/{path}")
        try:
            if_match = None if seen is None else str(seen)
            answer = self.chain.doors.run(call, method, f"/api/{path}", body, query, if_match)
        except Refusal as refusal:
            return Outcome(refusal.status, problem(refusal, "en"))
        return Outcome(answer.status, answer.body)

    def gets(self, path: str, **query: str) -> Any:
        """What is there; it must be."""
        found = self.sends("GET", path, **query)
        assert found.well, found
        return found.body

    def does(self, path: str, body: Any = None, method: str = "POST", seen: int | None = None) -> Any:
        """A command that must go well."""
        done = self.sends(method, path, body if body is not None else {}, seen=seen)
        assert done.well, done
        return done.body

    def makes(self, form: str, values: Mapping[str, Any], action: str | None = None) -> str:
        """Make a record, and act on it at once if asked; its id."""
        made: str = self.does(f"records/{form}", {"values": values, **({"action": action} if action else {})})["id"]
        return made

    def posts(self, form: str, values: Mapping[str, Any]) -> Outcome:
        """Make a record and post it; the answer, whatever it is."""
        return self.sends("POST", f"records/{form}", {"values": values, "action": "post"})

    def takes(self, form: str, record: str, action: str, values: Any = None, asks: Any = None) -> str:
        """Take an action; the state that it led to."""
        body = {"values": values or {}, "asks": asks or {}}
        return str(self.does(f"records/{form}/{record}/actions/{action}", body)["state"])

    def decides(self, record: str, verdict: str = "approve", **more: Any) -> str:
        """Decide the task of a record; the state that it led to."""
        return str(self.does(f"tasks/{self.task(record)}/{verdict}", more)["state"])

    def task(self, record: str) -> str:
        """The open task of a record that is his."""
        mine = [each["id"] for each in self.gets("tasks", limit="200")["items"] if each["record"]["id"] == record]
        assert mine, "no task of his"
        return str(mine[0])


def parsed(document: Any) -> Any:
    """JSON of a document column, whichever database it came from."""
    return orjson.loads(document) if isinstance(document, str) else document


@dataclass
class Books:
    """The tables, read once by plain SQL and kept for recounting."""

    chain: Chain
    moves: list[Any] = field(init=False)
    history: list[Any] = field(init=False)
    records: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.moves = self.chain.rows(
            "SELECT m.id, m.seq, m.key, i.key AS item, i.tracking, m.lot, m.owner, f.key AS origin, t.key AS target, "
            "m.quantity, m.source, m.line, m.reverses, m.kind FROM movement m JOIN ledger_item i ON i.id = m.item "
            "JOIN ledger_place f ON f.id = m.origin JOIN ledger_place t ON t.id = m.target ORDER BY m.id"
        )
        self.history = self.chain.rows("SELECT * FROM history ORDER BY seq, record, n")
        self.records = {row.id: row for row in self.chain.rows("SELECT * FROM record")}

    @cached_property
    def balances(self) -> dict[tuple[str, str, int], tuple[int, int]]:
        """On hand and reserved by place, item and lot."""
        rows = self.chain.rows(
            "SELECT p.key AS place, i.key AS item, b.lot, b.on_hand, b.reserved FROM balance b "
            "JOIN ledger_place p ON p.id = b.place JOIN ledger_item i ON i.id = b.item"
        )
        found: dict[tuple[str, str, int], tuple[int, int]] = {}
        for row in rows:
            there, promised = found.get((row.place, row.item, row.lot), (0, 0))
            found[row.place, row.item, row.lot] = there + row.on_hand, promised + row.reserved
        return found

    @cached_property
    def strict(self) -> set[str]:
        """Places that may never be below zero."""
        return {row.key for row in self.chain.rows("SELECT key FROM ledger_place WHERE negative = 0")}

    def on_hand(self, until: int | None = None) -> dict[tuple[str, str, int], int]:
        """The sum of lines up to a seq, by place, item and lot."""
        found: dict[tuple[str, str, int], int] = defaultdict(int)
        for move in self.moves:
            if until is None or move.seq <= until:
                found[move.origin, move.item, move.lot] -= move.quantity
                found[move.target, move.item, move.lot] += move.quantity
        return found

    def of(self, form: str) -> list[Any]:
        """The records of a form."""
        return [each for each in self.records.values() if each.form == form]

    def lines(self, record: str) -> list[Any]:
        """The history of a record."""
        return sorted((each for each in self.history if each.record == record), key=lambda each: each.n)

    def rows_of(self, record: str, table: str = "lines") -> list[dict[str, Any]]:
        """The rows of a record's table, as they are stored."""
        found = self.chain.rows(
            "SELECT data FROM record_rows WHERE record = :record AND table_name = :table", record=record, table=table
        )
        if not found:
            return []
        kept = parsed(found[0].data)
        return [kept["rows"][each] | {"row": each} for each in kept["order"]]
