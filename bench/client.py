"""The smallest HTTP client that will do: what it costs must not count. Used by every bench that asks over HTTP.

One connection, kept open, JSON in and out. When the server goes away `Cut` is raised; the sender decides what then.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

PATIENCE = 600


class Cut(ConnectionError):
    """The connection ended before an answer came: what was asked may have been done, or not."""


class Answer(NamedTuple):
    """Status, headers by lower-case name, and the JSON body."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Client:
    """One connection of one caller; `token` is a key of his."""

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.headers: dict[str, str] = {"Host": parts.netloc}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        self._socket: socket.socket | None = None
        self._left = b""

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        """Send one command, `path` below `/api/`, and wait for its answer."""
        sent = b"" if body is None else orjson.dumps(body)
        head = f"{method} /api/{path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in self.headers.items())
        if key is not None:
            head += f"Idempotency-Key: {key}\r\n"
        if body is not None:
            head += "Content-Type: application/json\r\n"
        try:
            self._open().sendall(f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent)
            return self._answer()
        except OSError as error:
            self.close()
            raise Cut(str(error)) from error

    def does(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """The body of a command that must go well."""
        answer = self.ask(method, path, body, key)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body}")
        return answer.body

    def sign_in(self, account: str, password: str) -> None:
        """Begin a session on this connection."""
        answer = self.ask("POST", "session", {"account": account, "password": password})
        if answer.status != 200:
            raise RuntimeError(f"{account}: {answer.body}")
        self.headers["Cookie"] = answer.headers["set-cookie"].split(";")[0]
        self.headers["X-CSRF-Token"] = answer.body["csrf"]

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._left = None, b""

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _answer(self) -> Answer:
        while b"\r\n\r\n" not in self._left:
            self._more()
        head, _, rest = self._left.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", "0"))
        self._left = rest
        while len(self._left) < length:
            self._more()
        body, self._left = self._left[:length], self._left[length:]
        return Answer(int(first.split()[1]), headers, orjson.loads(body) if body else None)

    def _more(self) -> None:
        piece = self._open().recv(262_144)
        if not piece:
            raise ConnectionResetError("the server hung up")
        self._left += piece
