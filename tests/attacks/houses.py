"""A house under attack: a running server with the chain `small`, and what a refusal must leave as it was."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from tests.serving import Person, Server

JOURNALS = {"security_log", "sign_in_try", "session", "request_key", "alembic_version"}
"""What may grow although a request was refused: who tried, who is signed in, which keys were used."""
SECONDS = 1.0
SIGNED = {"signature": {"typed": "Sun Lei"}}


class Watch:
    """A connection of our own to a database, which never holds a transaction open."""

    def __init__(self, url: str) -> None:
        self.engine = engine_of(url)
        self.connection = self.engine.connect()
        self.last = ("", "")

    def mark(self) -> str:
        """Changes whenever anybody has committed anything: SQLite's data version, PostgreSQL's place in its log."""
        asked = "PRAGMA data_version" if self.engine.dialect.name == "sqlite" else "SELECT pg_current_wal_insert_lsn()"
        return str(self.connection.execute(text(asked)).scalar_one())

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
        self.engine.dispose()


class Canary:
    """What an attacker would like to have touched: an address of his own, and files beside the data directory."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.folder = folder
        self.secret = folder / "secret.yaml"
        self.secret.write_text("canary-in-a-file: 1\n")
        asked = self.asked

        class Listener(BaseHTTPRequestHandler):
            def handle(self) -> None:
                asked.append(str(self.client_address))

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.url = f"http://127.0.0.1:{self._server.server_port}/canary"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.before = self.files()

    def files(self) -> dict[str, tuple[int, int]]:
        """What lies beside the data directory and the database, with sizes and times."""
        own = ("data", "house.db")
        found = [each for each in sorted(self.folder.iterdir()) if not each.name.startswith(own)]
        return {each.name: (each.stat().st_size, each.stat().st_mtime_ns) for each in found}

    def sings(self) -> bool:
        """Whether anything of it was touched."""
        return bool(self.asked) or self.files() != self.before

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True)
class House:
    """A running server and its database. Refusals are asked of it here, so that each is checked in full."""

    server: Server
    database: str
    watch: Watch
    canary: Canary
    kept: dict[str, str] = field(default_factory=dict)

    def be(self, account: str) -> Person:
        """Somebody, signed in."""
        return self.server.be(account)

    def digest(self) -> str:
        """One figure over everything that a refusal must not change: ledger, records, definitions, policy, the rest.

        Worked out again only when the database says that somebody has written since.
        """
        mark = self.watch.mark()
        if self.watch.last[0] != mark:
            self.watch.last = (mark, digest_of(self.watch.connection))
        return self.watch.last[1]

    def refused(
        self,
        account: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int | Sequence[int],
        code: str | None = None,
        seconds: float = SECONDS,
        hides: Sequence[str] = (),
        **headers: str,
    ) -> httpx.Response:
        """Ask for what must be refused; it is, in time, in our own words, without a trace and without a canary."""
        sent = {"json": body} if body is not None or method not in ("GET", "HEAD", "DELETE") else {}
        return self.refuses(
            self.be(account).client,
            method,
            path,
            status=status,
            code=code,
            seconds=seconds,
            hides=hides,
            headers=headers,
            **sent,
        )

    def refuses(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        *,
        status: int | Sequence[int],
        code: str | None = None,
        seconds: float = SECONDS,
        hides: Sequence[str] = (),
        **sent: Any,
    ) -> httpx.Response:
        """The same for any client and any body."""
        before = self.digest()
        address = path if path.startswith("/") else f"/api/{path}"
        answer, took = timed(client, method, address, sent)
        if took > seconds:  # a machine that was busy with something else is quick the second time, an attack is not
            answer, took = timed(client, method, address, sent)
        statuses = [status] if isinstance(status, int) else list(status)
        assert answer.status_code in statuses, (method, path, answer.status_code, answer.text[:500])
        assert took < seconds, (method, path, took)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if method != "HEAD":
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert problem["status"] == answer.status_code
            assert code is None or code in {each["code"] for each in problem["errors"]}, problem
        for canary in hides:
            assert canary not in answer.text, (canary, answer.text)
        assert self.digest() == before, f"{method} {path} left a trace"
        assert not self.canary.sings(), (method, path, self.canary.asked)
        return answer

    def same(self, account: str, method: str, one: str, other: str, body: Any = None, **headers: str) -> httpx.Response:
        """Two paths are refused alike, to the byte."""
        first = self.refused(account, method, one, body, status=range(400, 500), **headers)
        second = self.refused(account, method, other, body, status=range(400, 500), **headers)
        assert (first.status_code, first.content) == (second.status_code, second.content), (first.text, second.text)
        assert shown_headers(first) == shown_headers(second)
        return first

    def id_of(self, form: str, code: str) -> str:
        """The id of a record by its code, as the administrator or the auditor sees it."""
        key = f"{form}/{code}"
        if key not in self.kept:
            items = self.be("adm").get(f"records/{form}", limit="500")["items"]
            self.kept.update({f"{form}/{each['values'][name]}": each["id"] for each in items for name in naming(each)})
        return self.kept[key]


def timed(client: httpx.Client, method: str, address: str, sent: Mapping[str, Any]) -> tuple[httpx.Response, float]:
    """An answer and how many seconds it took."""
    began = time.monotonic()
    answer = client.request(method, address, **sent)
    return answer, time.monotonic() - began


def naming(record: Mapping[str, Any]) -> list[str]:
    """The fields by which a record is called."""
    return [name for name in ("code", "account") if name in record["values"]]


def shown_headers(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer but the hour."""
    return {name: value for name, value in answer.headers.items() if name != "date"}


def engine_of(url: str) -> Engine:
    """A plain connection to a database, beside the server's."""
    address = make_url(url)
    driven = address if address.get_backend_name() == "sqlite" else address.set(drivername="postgresql+psycopg")
    return create_engine(driven, isolation_level="AUTOCOMMIT")


def digest_of(connection: Connection) -> str:
    """One figure over every row of every table that is no journal of attempts."""
    total = hashlib.sha256()
    for table in tables_of(connection):
        rows = sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"')))
        total.update(f"{table}:{len(rows)}\n".encode() + "\n".join(rows).encode())
    return total.hexdigest()


def tables_of(connection: Connection) -> list[str]:
    """Every table that holds something of its own."""
    if connection.dialect.name == "postgresql":
        asked = (
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace"
        )
        found = [row[0] for row in connection.execute(text(asked))]
    else:
        found = inspect(connection).get_table_names()
    return sorted(set(found) - JOURNALS)


def everything_in(url: str) -> str:
    """All that the database holds, as text: to look for what should never be there."""
    engine = engine_of(url)
    with engine.connect() as connection:
        names = {*tables_of(connection), *JOURNALS}
        found = [repr(tuple(row)) for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    engine.dispose()
    return "\n".join(found)


def line(code: str, quantity: str, **more: Any) -> dict[str, Any]:
    """A line of a transfer, with a row id of its own."""
    return {"row": str(uuid.uuid4()), "item": {"code": code}, "requested": quantity, **more}


def transfer(origin: str, target: str, *lines: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a transfer."""
    found = list(lines) or [line("A100", "1")]
    return {"from_store": {"code": origin}, "to_store": {"code": target}, "reason": "other", "lines": found}


def words(answer: httpx.Response) -> str:
    """An answer as text without its escapes, to look for a canary."""
    return json.dumps(answer.json(), ensure_ascii=False) if "json" in answer.headers["content-type"] else answer.text
