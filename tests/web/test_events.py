"""Listening over HTTP: who may, how many, how it is spelled, and how it ends: by us, by them, by neither."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from engine.operations.calls import Ear, Heard
from engine.settings import Settings
from engine.web import events
from engine.web.events import Listener, spelled
from tests.web.conftest import Served
from tests.web.small_operations import KEY, TILL
from tests.web.test_serving import ended, process, until

BEARER = {"Authorization": f"Bearer {KEY}"}


class Stream:
    """A stream that is read as it comes."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def next(self) -> dict[str, str]:
        """The next block: `event`, `data`, `id`, `retry`, or `""` for a comment."""
        block: dict[str, str] = {}
        for line in self._lines:
            if not line and block:
                return block
            name, _, value = line.partition(":")
            block[name] = value.strip()
        return block

    def until(self, kind: str) -> dict[str, str]:
        """The next event of a kind."""
        while (block := self.next()).get("event") != kind:
            assert block, "the stream has ended"
        return block


@contextmanager
def listening(served: Served, **headers: str) -> Iterator[Stream]:
    with (
        httpx.Client(base_url=served.url, timeout=20) as client,
        client.stream("GET", "/api/events", headers={**BEARER, **headers}) as answer,
    ):
        yield Stream(answer)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A beat that a test can wait for."""
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(events, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(events, "CHECK_SECONDS", 0.2)


@pytest.fixture
def house(serve_with: Callable[..., Served], quick: None) -> Served:
    """A server of one's own."""
    return serve_with(Settings())


def joined(served: Served) -> None:
    """Wait until somebody is looked for."""
    before = served.notes.looks
    until(lambda: True if served.notes.looks > before + 1 else None)


def test_what_is_told_comes_as_events_with_the_mark_at_the_last(house: Served) -> None:
    with listening(house) as stream:
        assert stream.answer.status_code == 200
        assert stream.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.answer.headers["cache-control"] == "no-store"
        assert stream.next() == {"retry": "3000"}
        joined(house)
        house.notes.pinned.append(("stock", {"item": {"code": "A100"}}))
        assert stream.until("stock") == {"event": "stock", "data": '{"item":{"code":"A100"}}', "id": "1"}


def test_a_quiet_stream_is_kept_alive_and_tells_the_mark(house: Served) -> None:
    with listening(house) as stream:
        found = [stream.next() for _ in range(3)]
        assert found[0] == {"retry": "3000"}
        assert {"id": "0", "": "here"} in found


def test_a_cookie_listens_as_well_as_a_key(house: Served) -> None:
    with httpx.Client(base_url=house.url) as client:
        client.post("/api/session", json={"account": "clerk1", "password": "correct horse"})
        with client.stream("GET", "/api/events") as answer:
            assert answer.status_code == 200
            assert Stream(answer).next() == {"retry": "3000"}


def test_who_comes_again_says_what_he_has_heard(house: Served) -> None:
    with listening(house, **{"Last-Event-ID": "41"}) as stream:
        assert stream.until("missed")["data"] == '{"after":"41"}'


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({}, "/api/events", 401),
        ({"Authorization": "Bearer csk_wrong"}, "/api/events", 401),
        ({"Cookie": "chainstock=css_wrong"}, "/api/events", 401),
        (BEARER, "/api/events?x=1", 422),
        (BEARER, "/api/events/", 404),
    ],
)
def test_who_may_not_listen_is_refused_as_everywhere(
    served: Served, headers: dict[str, str], path: str, status: int
) -> None:
    answer = httpx.get(served.url + path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_it_is_only_ever_read(served: Served) -> None:
    assert httpx.post(served.url + "/api/events", headers=BEARER, json={}).headers["allow"] == "GET"
    answer = httpx.head(served.url + "/api/events", headers=BEARER)
    assert (answer.status_code, answer.content) == (200, b"")


def test_one_person_listens_so_often_and_no_more_and_a_place_is_free_when_one_goes(
    house: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_PER_PERSON", 2)
    with listening(house) as first, listening(house):
        first.next()
        refused = httpx.get(house.url + "/api/events", headers=BEARER)
        assert (refused.status_code, refused.json()["kind"], refused.headers["retry-after"]) == (429, "limit", "5")
        with httpx.Client(base_url=house.url) as other:
            other.post("/api/session", json={"account": "clerk1", "password": "correct horse"})
            with other.stream("GET", "/api/events") as answer:
                assert answer.status_code == 200
    assert until(lambda: True if _status(house) == 200 else None)


def _status(served: Served) -> int:
    with httpx.stream("GET", served.url + "/api/events", headers=BEARER) as answer:
        return answer.status_code


def test_a_server_is_listened_to_so_often_and_no_more(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST", 1)
    with listening(house) as stream:
        stream.next()
        assert httpx.get(house.url + "/api/events", headers=BEARER).status_code == 429


def test_a_session_that_ends_ends_its_stream(house: Served) -> None:
    with httpx.Client(base_url=house.url, timeout=20) as client:
        begun = client.post("/api/session", json={"account": "clerk1", "password": "correct horse"})
        with client.stream("GET", "/api/events") as answer:
            lines = answer.iter_lines()
            assert next(lines) == "retry: 3000"
            client.delete("/api/session", headers={"X-CSRF-Token": begun.json()["csrf"]})
            assert [line for line in lines if line.startswith("event")] == []


def test_it_is_seen_in_time_that_a_session_ended() -> None:
    """A look may be late by one: both together stay below the five seconds of the contract."""
    assert events.CHECK_SECONDS + 2 * events.LOOK_SECONDS < 5


def test_what_breaks_while_looking_ends_no_stream_and_loses_nothing(house: Served) -> None:
    with listening(house) as stream:
        joined(house)
        house.notes.looking = RuntimeError("the database is away")
        joined(house)
        house.notes.pinned.append(("stock", {"n": 1}))
        house.notes.looking = None
        assert stream.until("stock")["data"] == '{"n":1}'


def test_nobody_looks_while_nobody_listens(house: Served) -> None:
    with listening(house) as stream:
        stream.next()
        joined(house)

    def still() -> bool | None:
        before = house.notes.looks
        threading.Event().wait(0.2)
        return True if house.notes.looks == before else None

    assert until(still)


def test_listeners_hold_no_thread(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_PER_PERSON", 200)
    request = f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
    wires = [socket.create_connection(house.address, timeout=20) for _ in range(100)]
    for wire in wires:
        wire.sendall(request)
        assert b"200 OK" in wire.recv(4096)
    before = threading.active_count()
    assert before < 60
    assert httpx.get(house.url + "/api/me", headers=BEARER).status_code == 200
    house.notes.pinned.append(("stock", {"n": 1}))
    for wire in wires:
        told = b""
        while b"event: stock" not in told:
            told += wire.recv(4096)
        wire.close()


def test_a_slow_reader_is_told_to_read_anew_and_holds_no_more_than_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_WAITING", 2_000)
    listener = _listener()
    for number in range(1_000):
        listener.put(Heard(str(number), (("stock", {"n": number}),)))
        assert listener._size <= 2_000
    waits = b"".join(listener._waiting)
    assert waits.count(b"event: reset") == 1
    assert waits.index(b"event: reset") < waits.index(b"event: stock")
    assert waits.endswith(b'id: 999\nevent: stock\ndata: {"n":999}\n\n')


def _listener() -> Listener:
    return Listener(Ear("t", TILL))


def test_a_reader_who_takes_nothing_is_let_go(house: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SEND_SECONDS", 0.3)
    monkeypatch.setattr(events, "MOST_PER_PERSON", 1)
    with socket.create_connection(house.address, timeout=20) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        wire.sendall(f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())
        assert b"200 OK" in wire.recv(512)

        def others_may() -> bool | None:
            house.notes.pinned.append(("stock", {"words": "x" * 100_000}))
            return True if _status(house) == 200 else None

        assert until(others_may)


@pytest.mark.parametrize(
    ("heard", "bytes_"),
    [
        (Heard("7"), b"id: 7\n: here\n\n"),
        (Heard("", (), ended=True), b""),
        (Heard("7", (("a", {}),)), b"id: 7\nevent: a\ndata: {}\n\n"),
        (
            Heard("7", (("a", {}), ("b", {"x": "\n\n"}))),
            b'event: a\ndata: {}\n\nid: 7\nevent: b\ndata: {"x":"\\n\\n"}\n\n',
        ),
    ],
)
def test_the_mark_stands_at_the_last_event_and_no_value_can_end_one(heard: Heard, bytes_: bytes) -> None:
    assert spelled(heard) == bytes_


@pytest.mark.parametrize("workers", [1, 2])
def test_the_server_ends_in_time_while_many_listen(workers: int) -> None:
    with process(workers) as (server, url), httpx.Client(base_url=url, timeout=20) as client:
        streams = [client.stream("GET", "/api/events", headers=BEARER) for _ in range(5)]
        answers = [each.__enter__() for each in streams]
        assert {each.status_code for each in answers} == {200}
        assert next(answers[0].iter_lines()) == "retry: 3000"
        code, out, err = ended(server)
        assert (code, out) == (0, "")
        assert "Traceback" not in err
        for answer in answers[1:]:
            assert answer.read().startswith(b"retry: 3000")
        for stream in streams:
            stream.__exit__(None, None, None)
