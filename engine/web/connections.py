"""The server of one process, and one connection of a client. The only door to uvicorn. Used by `serving`.

Uvicorn waits for ever for the head of a request; here it has some seconds, counted from when the connection is open and
idle, not from its last byte, so that one byte every ten seconds does not keep it.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from engine.errors import Kind, Refusal, text
from engine.web.answers import PROBLEM, problem
from engine.web.asking import ABORT
from engine.web.guard import HEADERS

HEAD_SECONDS = 10
MOST_PER_ADDRESS = 400
_KEEP_ALIVE_SECONDS = 30
_GRACE_SECONDS = 4
_BAD_HEAD = problem(
    Refusal(Kind.INVALID, "http", text("This is not HTTP as we read it.", "无法识别的 HTTP 请求。"), status=400), "en"
)


class Connection(HttpToolsProtocol):
    """Uvicorn's protocol with a time limit for heads and a number limit for addresses."""

    held: ClassVar[Counter[str]] = Counter()
    head_seconds: int = HEAD_SECONDS
    most_per_address: int = MOST_PER_ADDRESS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._address = ""
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come; sent away at once when its address holds too many connections."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.held[self._address] += 1
        if self.held[self._address] > self.most_per_address:
            transport.abort()
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client has gone."""
        self._stop_waiting()
        self.held[self._address] -= 1
        if self.held[self._address] <= 0:
            del self.held[self._address]
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request: its head must follow in time."""
        super().on_message_begin()
        self.scope["state"][ABORT] = self.transport.abort
        if self._waiting is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered with our headers too."""
        head = [b"HTTP/1.1 400 Bad Request\r\n"]
        head += [name + b": " + value + b"\r\n" for name, value in HEADERS]
        head.append(f"content-type: {PROBLEM}\r\ncontent-length: {len(_BAD_HEAD.body)}\r\n".encode())
        self.transport.write(b"".join([*head, b"connection: close\r\n\r\n", _BAD_HEAD.body]))
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._waiting = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.abort()


class Server(uvicorn.Server):
    """Uvicorn's server, which says when it answers, and for which a signal to end is no failure."""

    def __init__(self, config: uvicorn.Config, answering: Callable[[], None]) -> None:
        super().__init__(config)
        self._answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._answering()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: first what would never end by itself (`app.state.parting`), then wait for what is under way."""
        parting: Callable[[], None] | None = getattr(getattr(self.config.app, "state", None), "parting", None)
        if parting is not None:
            parting()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGTERM and SIGINT, and do not raise them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def make_server(app: Any, answering: Callable[[], None], connection: type[Connection] = Connection) -> Server:
    """A server for this process; `answering` is called once, when it answers."""
    config = uvicorn.Config(
        app,
        http=connection,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return Server(config, answering)
