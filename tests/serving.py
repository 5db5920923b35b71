"""A real server process with a demo chain, and people who talk to it over HTTP. Used by stories and the like."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests import starting

PASSWORD = "correct horse battery"


def environment(database: str, data: Path, **more: str) -> dict[str, str]:
    """What a `chainstock` command of a test is told."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("CHAINSTOCK_")}
    told = {"DATABASE": database, "DATA": str(data), "DEMO_PASSWORD": PASSWORD, **more}
    return {**own, **{f"CHAINSTOCK_{key}": value for key, value in told.items()}}


def command(*words: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `chainstock ...` to its end."""
    return starting.run(*words, env=env)


@dataclass(frozen=True)
class Server:
    """A running server. `people` are signed in once each."""

    url: str
    process: starting.Started
    clients: dict[str, httpx.Client]
    log: int
    """The file that it logs to; read where it stands, for reader and writer share one place in it."""

    def said(self) -> str:
        """Everything that it has logged."""
        return os.pread(self.log, os.fstat(self.log).st_size, 0).decode()

    def be(self, account: str) -> Person:
        """Somebody, signed in."""
        if account not in self.clients:
            client = httpx.Client(base_url=self.url, timeout=30)
            answer = client.post("/api/session", json={"account": account, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            self.clients[account] = client
        return Person(self.clients[account])

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(10)


@dataclass(frozen=True)
class Person:
    """One person at his desk. Paths are below `/api/`."""

    client: httpx.Client

    def get(self, path: str, **query: str) -> Any:
        """What is there; fails when it is not."""
        answer = self.client.get(f"/api/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a command; the answer, whatever it is."""
        return self.client.request(method, f"/api/{path}", json=body or {}, headers=headers)

    def does(self, path: str, body: Any = None, **headers: str) -> Any:
        """Post a command that must go well."""
        answer = self.send("POST", path, body, **headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def makes(self, form: str, values: Mapping[str, Any], action: str | None = None) -> str:
        """Make a record, and act on it at once if asked; its id."""
        record = str(uuid.uuid4())
        asked = {"action": action} if action else {}
        self.does(f"records/{form}", {"id": record, "values": values, **asked})
        return record

    def takes(self, form: str, record: str, action: str, values: Any = None, asks: Any = None) -> str:
        """Take an action; the state that it led to."""
        body = {"values": values or {}, "asks": asks or {}}
        state: str = self.does(f"records/{form}/{record}/actions/{action}", body)["state"]
        return state

    def tasks(self, form: str) -> list[dict[str, Any]]:
        """His tasks of a form, oldest first."""
        found: list[dict[str, Any]] = self.get("tasks", form=form)["items"]
        return found

    def decides(self, form: str, verdict: str = "approve") -> str:
        """Decide the oldest task of a form; the state that it led to."""
        state: str = self.does(f"tasks/{self.tasks(form)[0]['id']}/{verdict}", {"comment": "in a test"})["state"]
        return state

    def on_hand(self, item: str, place: str) -> str:
        """How much of an item is there, all lots together."""
        items = self.get("stock", item=item, place=place)["items"]
        assert len(items) <= 1, items
        return str(items[0]["on_hand"]) if items else "0"


@contextmanager
def serving(database: str, data: Path, *words: str, **more: str) -> Iterator[Server]:
    """Start `chainstock serve`, wait for its ready line, end it in order. It must end cleanly unless it was killed."""
    env = environment(database, data, **more)
    told, tell = os.pipe()
    with tempfile.TemporaryFile("w+") as log:  # a pipe that nobody reads would fill up and stop the server
        process = starting.start("serve", "--port", "0", *words, env=env, out=tell, err=log)
        os.close(tell)
        with os.fdopen(told) as said:
            url = next((line.split()[1] for line in said if line.startswith("ready ")), None)
            log.seek(0)
            assert url is not None, log.read()
            server = Server(url, process, {}, log.fileno())
            try:
                yield server
            finally:
                for client in server.clients.values():
                    client.close()
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(10) == 0
