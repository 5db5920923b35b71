"""Requests that are all sent before any of them is answered: all but the last byte, then the last bytes."""

from __future__ import annotations

import http.client
import json
import select
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psutil

from tests.serving import Person, Server

LINES = 64
"""So many connections are opened in search of two that lead to different processes."""


@dataclass(frozen=True)
class Request:
    """What somebody sends."""

    who: Mapping[str, str]
    """The headers that say who it is."""
    method: str
    path: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What he is told."""

    status: int
    body: Any

    @property
    def outcome(self) -> str:
        """`done`, or the kind, the rule or else the code, and the status of the refusal."""
        if self.status < 300:
            return "done"
        name = self.body.get("rule") or self.body["errors"][0]["code"]
        return f"{self.body['kind']} {name} {self.status}"


class Line:
    """A connection that is open already. It speaks HTTP by itself, to say when the last byte is sent."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._http = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self._http.connect()
        self._last = b""

    @property
    def socket(self) -> socket.socket:
        """What `select` waits for."""
        held: socket.socket = self._http.sock
        return held

    @property
    def port(self) -> int:
        """Our end of the connection."""
        port: int = self.socket.getsockname()[1]
        return port

    def load(self, request: Request) -> None:
        """Send everything but the last byte."""
        body = json.dumps(request.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self._http.putrequest(request.method, f"/api/{request.path}")
        for name, value in {**headers, **request.who, **request.headers}.items():
            self._http.putheader(name, value)
        self._http.endheaders(body[:-1])
        self._last = body[-1:]

    def fire(self) -> None:
        """Send the last byte."""
        self._http.send(self._last)

    def answer(self) -> Answer:
        """What came back."""
        reply = self._http.getresponse()
        return Answer(reply.status, json.loads(reply.read()))

    def close(self) -> None:
        """Hang up."""
        self._http.close()


def together(lines: Sequence[Line], requests: Sequence[Request]) -> tuple[list[Answer], bool]:
    """Send all of them, then read the answers; and whether none was answered before the last was sent."""
    for line, request in zip(lines, requests, strict=True):
        line.load(request)
    for line in lines:
        line.fire()
    early, _, _ = select.select([line.socket for line in lines], [], [], 0)
    return [line.answer() for line in lines], not early


def two_lines(server: Server) -> tuple[Line, Line]:
    """Two connections, to different processes of the server when it has several."""
    workers = psutil.Process(server.process.pid).children(recursive=True)
    first = Line(server.url)
    spare = []
    for _ in range(LINES):
        second = Line(server.url)
        ends = {port: each.pid for each in workers for port in _peers(each)}
        if len(_serving(workers)) < 2 or ends.get(first.port) != ends.get(second.port):
            break
        spare.append(second)
    else:
        raise AssertionError("every connection went to one process")
    for line in spare:
        line.close()
    return first, second


def _peers(process: psutil.Process) -> list[int]:
    return [each.raddr.port for each in process.net_connections("tcp") if each.raddr]


def _serving(workers: Sequence[psutil.Process]) -> list[psutil.Process]:
    return [each for each in workers if any(c.status == "LISTEN" for c in each.net_connections("tcp"))]


def session(person: Person) -> dict[str, str]:
    """Somebody who is signed in."""
    cookies = "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())
    return {"Cookie": cookies, "X-CSRF-Token": str(person.client.headers["X-CSRF-Token"])}


def bearer(key: str) -> dict[str, str]:
    """A key."""
    return {"Authorization": f"Bearer {key}"}
