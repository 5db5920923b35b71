"""A small real set of operations behind the doors, so that HTTP itself can be tried: it keeps notes in memory.

A real server serves it in a process of its own: `python -m tests.web.small_operations PORT WORKERS`.
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI

from engine.errors import Fault, Kind, Refusal, conflict, forbidden, invalid, not_found, text
from engine.operations.calls import Actor, Answer, Call, Ear, Heard, SignedIn
from engine.settings import Settings
from engine.web.app import create_app
from engine.web.doors import Download
from engine.web.serving import serve

KEY = "csk_" + "k" * 40
CLERK = Actor("p-1", "clerk1", "张三", "session")
TILL = Actor("p-2", "till1", "Till", "key")
NOTE = "0190a6f0-0000-7000-8000-000000000001"


class Bulletin:
    """What is pinned on it is told to everybody once; `look` is called by one thread."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._read = len(notes.pinned)

    def look(self, ears: Sequence[Ear], *, beat: bool) -> list[Heard | None]:
        self._notes.looks += 1
        if self._notes.looking is not None:
            raise self._notes.looking
        fresh, self._read = self._notes.pinned[self._read :], len(self._notes.pinned)
        return [self._told(each, fresh, beat=beat) for each in ears]

    def _told(self, ear: Ear, fresh: list[tuple[str, Any]], *, beat: bool) -> Heard | None:
        if self._notes.identify(ear.token) is None:
            return Heard("", ended=True)
        missed = [("missed", {"after": ear.after})] if ear.after is not None else []
        ear.after = None
        found = (*missed, *fresh)
        return Heard(str(len(self._notes.pinned)), found) if found or beat else None


class Notes:
    """Keeps notes, sessions and files; every answer it gives is its own."""

    def __init__(self) -> None:
        self.sessions: dict[str, Actor] = {}
        self.calls: list[tuple[Call, str, str, Any, Mapping[str, str], str | None]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self._numbers = itertools.count(1)
        self.pinned: list[tuple[str, Any]] = []
        self.looks = 0
        self.looking: Exception | None = None
        self.is_ready = (True, "")

    def run(
        self, call: Call, method: str, path: str, body: Any, query: Mapping[str, str], if_match: str | None
    ) -> Answer:
        self.calls.append((call, method, path, body, query, if_match))
        word = path.rpartition("/")[2]
        if word == "broken":
            raise RuntimeError("secret inner words")
        if word == "away":
            raise Refusal(Kind.UNAVAILABLE, "unavailable", text("The database is away.", "数据库不可用。"))
        if word == "foreign":
            raise Refusal(Kind.NOT_FOUND, "hidden_from_you", text("Belongs to S02.", "属于 S02。"))
        if word == "forbidden":
            raise forbidden()
        if word == "stale":
            raise conflict("stale", text("Your copy is stale.", "您的副本已过期。"), status=412)
        if word == "faulty":
            raise invalid([Fault("/lines/2/shipped", "decimal", text("No number.", "不是数字。"), row="r-7")])
        if word == "slow":
            time.sleep(0.5)
        if method == "POST":
            return Answer(201, {"id": NOTE, "revision": 1, "body": body, "key": call.key})
        answer = {"id": word, "revision": 3, "query": dict(query), "if_match": if_match, "body": body}
        return Answer(200, {**answer, "language": call.language, "preview": call.preview})

    @contextmanager
    def look(self, call: Call) -> Iterator[Callable[[str, Mapping[str, str]], Answer]]:
        yield lambda path, query: self.run(call, "GET", f"/api/{path}", None, query, None)

    def sign_in(self, account: str, password: str, language: str) -> SignedIn:
        if (account, password) != ("clerk1", "correct horse"):
            raise Refusal(Kind.RIGHT, "sign_in", text("Not right.", "不正确。"), status=401)
        token = "css_" + secrets.token_urlsafe(32)
        self.sessions[token] = CLERK
        return SignedIn(token, self.csrf_of(token), False)

    def sign_out(self, token: str) -> None:
        self.sessions.pop(token, None)

    def identify(self, token: str) -> Actor | None:
        return TILL if token == KEY else self.sessions.get(token)

    def csrf_of(self, token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    def store_attachment(self, call: Call, name: str, content: bytes) -> Answer:
        number = f"file-{next(self._numbers)}"
        self.files[number] = (name, content)
        return Answer(201, {"id": number, "name": name, "size": len(content)})

    def read_attachment(self, call: Call, attachment: str) -> Download:
        if attachment not in self.files:
            raise not_found()
        name, content = self.files[attachment]
        return name, "application/octet-stream", [content]

    def import_rows(self, call: Call, form: str, content: bytes, name: str, mode: str, *, dry: bool) -> Answer:
        return Answer(200, {"form": form, "name": name, "size": len(content), "mode": mode, "dry": dry})

    def export(self, call: Call, form: str, query: Mapping[str, str]) -> Download:
        def pieces() -> Iterator[bytes]:
            for number in range(3):
                yield f"{form},{number}\r\n".encode()

        return f"{form} 调拨.csv", "text/csv; charset=utf-8", pieces()

    def openapi(self, call: Call) -> Mapping[str, Any]:
        secret = {"/api/records/note": _NOTE_PATH} if call.actor else {}
        title = "说明" if call.language == "zh" else "Reference"
        return {
            "openapi": "3.1.0",
            "info": {"title": title, "version": "1"},
            "tags": [{"name": "note"}],
            "paths": secret,
        }

    def news(self) -> Bulletin:
        return Bulletin(self)

    def ready(self) -> tuple[bool, str]:
        return self.is_ready

    def metrics(self, call: Call) -> bytes:
        if call.actor is None or call.actor.account != "till1":
            raise forbidden()
        return b"notes_kept 1\n"


_NOTE_PATH = {
    "post": {
        "tags": ["note"],
        "summary": "Make a note <b>now</b>",
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["values"],
                        "properties": {
                            "values": {
                                "type": "object",
                                "properties": {
                                    "quantity": {"type": "string", "title": "数量", "example": "24"},
                                    "lines": {
                                        "type": "array",
                                        "items": {
                                            "type": "object",
                                            "properties": {"item": {"type": "string", "title": "Item"}},
                                        },
                                    },
                                },
                            }
                        },
                    }
                }
            }
        },
    }
}


def linger(ending: threading.Event) -> None:
    """Background work that only waits for its end."""
    ending.wait()


def build(settings: Settings, number: int) -> FastAPI:
    """The application of one worker."""
    notes = Notes()
    return create_app(notes, settings, notes.news, background=(linger,))


if __name__ == "__main__":
    sys.exit(serve(build, Settings(port=int(sys.argv[1]), workers=int(sys.argv[2]))))
