"""A real server on loopback with small operations behind it, and clients that talk to it."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import ClassVar

import httpx
import pytest

from engine.settings import Settings
from engine.web.app import create_app
from engine.web.connections import Connection, make_server
from engine.web.limits import Limits
from tests.web.small_operations import KEY, Notes, linger


class Roomy(Connection):
    """As many connections as a test wants."""

    held: ClassVar[Counter[str]] = Counter()
    most_per_address = 10_000


@dataclass(frozen=True)
class Served:
    """A running server: its address, and the operations behind it."""

    address: tuple[str, int]
    notes: Notes

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    def raw(self, request: bytes, patience: float = 10) -> bytes:
        """Send bytes as they are, and read until the server closes or has answered once."""
        with socket.create_connection(self.address, timeout=patience) as wire:
            wire.sendall(request)
            answer = b""
            while piece := wire.recv(65536):
                answer += piece
                head, found, rest = answer.partition(b"\r\n\r\n")
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                if found and length and len(rest) >= int(length[0].partition(b":")[2]):
                    break
            return answer


@contextmanager
def serving(settings: Settings, connection: type[Connection] = Roomy, limits: Limits | None = None) -> Iterator[Served]:
    """Serve in a thread until the block ends."""
    notes = Notes()
    answering = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    server = make_server(create_app(notes, settings, notes.news, (linger,), limits), answering.set, connection)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert answering.wait(20)
        yield Served(listener.getsockname(), notes)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def serve_with() -> Iterator[Callable[..., Served]]:
    """Start a server with settings of its own."""
    with ExitStack() as stack:
        yield lambda *given, **named: stack.enter_context(serving(*given, **named))


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A server with ordinary settings, for every test that does not need its own."""
    with serving(Settings()) as one:
        yield one


@pytest.fixture
def till(served: Served) -> Iterator[httpx.Client]:
    """A client with a key."""
    with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


@pytest.fixture
def stranger(served: Served) -> Iterator[httpx.Client]:
    """A client that nobody knows."""
    with httpx.Client(base_url=served.url) as client:
        yield client


@pytest.fixture
def clerk(served: Served) -> Iterator[httpx.Client]:
    """A browser that has signed in; it sends its CSRF token."""
    with httpx.Client(base_url=served.url) as client:
        begun = client.post("/api/session", json={"account": "clerk1", "password": "correct horse"})
        client.headers["X-CSRF-Token"] = begun.json()["csrf"]
        yield client
