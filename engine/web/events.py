"""Server-sent events: who listens, and the one thread that looks for all of them. Used by `api`, joined by `app`.

A connection holds no thread: it sleeps in the event loop until the looking thread has something for it. What a slow
reader has not taken is bounded; past that he is told to read anew. There are never more listeners than a number.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import orjson
import structlog

from engine.operations.calls import Actor, Ear, Heard
from engine.web.asking import Receive, Send
from engine.web.limits import too_many

LOOK_SECONDS = 0.5
BEAT_SECONDS = 15
"""After so much silence a sign of life is sent."""
CHECK_SECONDS = 3
"""So often it is seen whether a listener's session still stands: it ends within five seconds of its end."""
SEND_SECONDS = 30
"""Whoever does not take what is sent within this time has gone."""
MOST_PER_PERSON = 12
MOST = 1_000
MOST_WAITING = 128 * 1024
"""Bytes that wait for one reader."""
RETRY = b"retry: 3000\n\n"
_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]

_log = structlog.get_logger("web")


class News(Protocol):
    """Looks for what has changed; `operations.events.Watch` is one. Called by one thread."""

    def look(self, ears: Sequence[Ear], *, beat: bool) -> Sequence[Heard | None]:
        """For each listener what there is to tell him; with `beat` everybody is told his mark."""
        ...


MakesNews: TypeAlias = Callable[[], News]
"""Begins to look."""


class Listener:
    """One connection that listens. Its own methods run in the event loop."""

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        self.ended = False
        self._waiting = [RETRY]
        self._size = 0
        self._there = asyncio.Event()
        self._there.set()

    def put(self, heard: Heard) -> None:
        """Something to tell; too much of it becomes one word: read anew."""
        self.ended = self.ended or heard.ended
        piece = spelled(heard)
        if self._size + len(piece) > MOST_WAITING:
            self._waiting, self._size = [], 0
            piece = spelled(Heard(heard.mark, (("reset", {}),)))
        self._waiting.append(piece)
        self._size += len(piece)
        self._there.set()

    def end(self) -> None:
        """Nothing more will come."""
        self.ended = True
        self._there.set()

    async def next(self, patience: float) -> bytes:
        """What waits; a comment when nothing came for so long, so that nobody between us takes us for dead."""
        try:
            async with asyncio.timeout(patience):
                await self._there.wait()
        except TimeoutError:
            return b": here\n\n"
        pieces, self._waiting, self._size = self._waiting, [], 0
        self._there.clear()
        return b"".join(pieces)


def spelled(heard: Heard) -> bytes:
    """Events as they travel. The last carries the mark: who lost the connection before it is told all of them again."""
    pieces = [b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(told)) for kind, told in heard.events]
    if not heard.mark:
        return b"".join(pieces)
    mark = b"id: %b\n" % heard.mark.encode()
    return b"".join([*pieces[:-1], mark + (pieces[-1] if pieces else b": here\n\n")])


class Hub:
    """Everybody who listens to this process."""

    def __init__(self, begin: MakesNews) -> None:
        self._begin = begin
        self._lock = threading.Lock()
        self._listeners: dict[Listener, asyncio.AbstractEventLoop] = {}
        self._somebody = threading.Event()
        self._closed = False

    def join(self, token: str, actor: Actor, after: str | None) -> Listener:
        """Begin to listen; refused (429) when this person, or everybody together, listens too often already."""
        listener = Listener(Ear(token, actor, after))
        with self._lock:
            mine = sum(1 for each in self._listeners if each.ear.actor.person == actor.person)
            if self._closed or mine >= MOST_PER_PERSON or len(self._listeners) >= MOST:
                raise too_many(5)
            self._listeners[listener] = asyncio.get_running_loop()
        self._somebody.set()
        return listener

    def leave(self, listener: Listener) -> None:
        """He has gone."""
        with self._lock:
            self._listeners.pop(listener, None)
            if not self._listeners and not self._closed:
                self._somebody.clear()

    def close(self) -> None:
        """The server ends: so does every stream, and nobody joins any more. Called in the event loop."""
        with self._lock:
            self._closed = True
            listeners = list(self._listeners)
        for each in listeners:
            each.end()

    def work(self, ending: threading.Event) -> None:
        """Look for everybody until the end; nothing is asked of the database while nobody listens."""
        news: News | None = None
        beat = 0.0
        while not ending.wait(LOOK_SECONDS):
            with self._lock:
                listeners = dict(self._listeners)
            if not listeners:
                news = None
                self._rest(ending)
                continue
            due = time.monotonic() >= beat
            beat = time.monotonic() + CHECK_SECONDS if due else beat
            try:
                news = news or self._begin()
                told = news.look([each.ear for each in listeners], beat=due)
            except Exception:  # whatever it is, the next look tells what this one did not
                _log.exception("events")
                continue
            for (listener, loop), heard in zip(listeners.items(), told, strict=True):
                if heard is not None and not loop.is_closed():
                    loop.call_soon_threadsafe(listener.put, heard)

    def _rest(self, ending: threading.Event) -> None:
        while not ending.is_set() and not self._somebody.wait(LOOK_SECONDS):
            pass


async def stream(hub: Hub, listener: Listener, receive: Receive, send: Send, abort: Callable[[], None]) -> None:
    """Send to one listener until he goes, his right ends, or the server does; `abort` breaks the connection off."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        while not gone.done():
            coming = asyncio.ensure_future(listener.next(BEAT_SECONDS))
            await asyncio.wait({coming, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                coming.cancel()
                return
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": coming.result(), "more_body": True})
            if listener.ended:
                await send({"type": "http.response.body", "body": b""})
                return
    except TimeoutError:
        abort()  # else what he does not take is kept for him until he goes
        await asyncio.sleep(0)
    finally:
        hub.leave(listener)
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
