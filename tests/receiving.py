"""Receivers on this machine that really listen: an endpoint over HTTP, a mail server. For tests of delivery."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """Its body as JSON."""
        return json.loads(self.body)

    @property
    def key(self) -> str:
        """Which message it is."""
        return self.headers["webhook-id"]


@dataclass
class Endpoint:
    """An endpoint; `answers` are given in turn, then the last for ever: a status with its body, or something to do."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, bytes] | Callable[[BaseHTTPRequestHandler], None]] = field(
        default_factory=lambda: [(200, b"{}")]
    )

    @property
    def told(self) -> list[Any]:
        """The data of everything that came, in order."""
        return [each.said["data"] for each in self.got]


@contextmanager
def endpoint(port: int = 0) -> Iterator[Endpoint]:
    """An endpoint on a port of its own, or on one where another one was."""
    made = Endpoint()
    lock = threading.Lock()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                made.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0]
            if callable(answer):
                answer(self)
                return
            self.send_response(answer[0])
            if answer[0] in (301, 302, 307):
                self.send_header("Location", answer[1].decode())
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class MailServer:
    """A mail server; `refuses` are answered to recipients in turn."""

    url: str = ""
    got: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses: list[int] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server within this machine."""
    made = MailServer()

    class Talks(socketserver.StreamRequestHandler):
        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode():
                word = line[:4].upper().strip()
                if word == "QUIT":
                    self.say("221 bye")
                    return
                if word == "RCPT" and made.refuses:
                    self.say(f"{made.refuses.pop(0)} no")
                elif word == "DATA":
                    self.say("354 go on")
                    self.take()
                else:
                    if word == "RCPT":
                        made.recipients.append(line.partition("<")[2].partition(">")[0])
                    self.say("250 ok")

        def take(self) -> None:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            found = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            assert isinstance(found, EmailMessage)
            made.got.append(found)
            self.say("250 taken")

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Threads(("127.0.0.1", 0), Talks)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.url = f"smtp://127.0.0.1:{server.server_address[1]}?tls=none"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
