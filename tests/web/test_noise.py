"""Anything at all sent to the server: it answers as it should or closes, never 5xx, and goes on serving."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Refusal
from engine.settings import Settings
from engine.web.reading import parse_json, read_language, read_query
from engine.web.routes import find
from engine.web.uploads import read_upload
from tests.web.conftest import Served
from tests.web.small_operations import KEY, NOTE

SHARED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOTES = "/api/records/note"
PIECES = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b":",
        b",",
        b"1",
        b"-",
        b"1.5",
        b"null",
        b"\\u0000",
        b"\\ud800",
        b"a",
        b"\xff",
        b" ",
        b"NaN",
    ]
)
JSONISH = st.lists(PIECES, max_size=30).map(b"".join) | st.binary(max_size=60)


def outcome(work: Callable[[], Any]) -> tuple[int, Any]:
    """200 and what `work` gives, or the status of its refusal; whatever else it raises is a fault."""
    try:
        return 200, work()
    except Refusal as refusal:
        return refusal.status, None


@given(JSONISH)
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    status, value = outcome(lambda: parse_json(raw))
    assert status in (200, 422)
    if status == 200:
        assert orjson.loads(orjson.dumps(value)) == orjson.loads(raw)


@given(st.binary(max_size=80))
def test_any_query_is_words_or_refused(raw: bytes) -> None:
    status, found = outcome(lambda: read_query(raw))
    assert status in (200, 422)
    assert all("\0" not in name + value for name, value in (found or {}).items())


@given(st.text(max_size=60))
def test_any_language_is_one_of_ours(header: str) -> None:
    assert read_language(header) in ("en", "zh")


@given(
    st.lists(
        st.sampled_from(
            [b"--b", b"--b--", b"\r\n", b'Content-Disposition: form-data; name="file"; filename="a"', b"x", b"\0"]
        ),
        max_size=12,
    )
)
def test_any_parts_are_an_upload_or_refused(pieces: list[bytes]) -> None:
    status, upload = outcome(lambda: read_upload(b"".join(pieces), "multipart/form-data; boundary=b"))
    assert status in (200, 422)
    assert upload is None or (upload.name.isprintable() and not {"/", "\\"} & set(upload.name))


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_any_path_is_a_route_of_ours_or_none(path: str) -> None:
    found = find("/api/" + path)
    assert found is None or found.route.template.split("/")[2] == path.split("/", maxsplit=1)[0]


@given(raw=st.binary(max_size=200))
@SHARED
def test_any_bytes_on_a_connection_leave_the_server_well(served: Served, stranger: httpx.Client, raw: bytes) -> None:
    with socket.create_connection(served.address, timeout=10) as wire:
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while piece := wire.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert stranger.get("/healthz").status_code == 200


@given(path=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#?"), max_size=40))
@SHARED
def test_any_path_is_answered_with_our_headers(served: Served, path: str) -> None:
    answer = served.raw(f"GET /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    status = int(answer.split(b" ", 2)[1])
    assert status in (200, 303, 400, 401, 404, 405)
    assert b"x-content-type-options: nosniff" in answer
    assert b"content-security-policy: default-src 'none'" in answer


@given(body=JSONISH)
@SHARED
def test_any_body_is_taken_or_refused(till: httpx.Client, body: bytes) -> None:
    answer = till.post(NOTES, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (201, 422)


@given(
    headers=st.dictionaries(
        st.sampled_from(
            ["Accept-Language", "Authorization", "Cookie", "If-Match", "Idempotency-Key", "Origin", "X-CSRF-Token"]
        ),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
        max_size=4,
    )
)
@SHARED
def test_any_headers_are_understood_or_refused(stranger: httpx.Client, headers: dict[str, str]) -> None:
    answer = stranger.post(f"{NOTES}/{NOTE}/actions/ship", json={}, headers=headers)
    assert answer.status_code in (401, 403, 422)


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 2",
        "Content-Length: 2\r\nContent-Length: 3",
        "Content-Length: 2, 3",
        "Content-Length: +2",
        "Content-Length: 0x2",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
    ],
)
def test_a_body_whose_length_is_not_clear_is_never_followed_by_a_second_request(served: Served, head: str) -> None:
    hidden = f"DELETE {NOTES}/smuggled HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    request = (
        f"POST {NOTES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\n{head}\r\n\r\n0\r\n\r\n{hidden}"
    )
    assert served.raw(request.encode()).startswith(b"HTTP/1.1 400 ")
    assert not [call for call in served.notes.calls if call[2].endswith("/smuggled")]


def test_requests_sent_ahead_are_answered_in_their_order(served: Served) -> None:
    one = "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n{}\r\n"
    numbers = [f"n-{number}" for number in range(8)]
    request = "".join(
        one.format(f"{NOTES}/{number}", KEY, "Connection: close\r\n" * (number == "n-7")) for number in numbers
    )
    with socket.create_connection(served.address, timeout=10) as wire:
        wire.sendall(request.encode())
        answer = b""
        while piece := wire.recv(65536):
            answer += piece
    found = [
        line.partition(b'"id":"')[2].partition(b'"')[0].decode() for line in answer.split(b"\r\n") if b'"id":"' in line
    ]
    assert [each.removesuffix("HTTP/1.1 200 OK") for each in found] == numbers


def test_a_connection_is_not_used_again_after_a_body_that_was_not_read(serve_with: Callable[..., Served]) -> None:
    small = serve_with(Settings(body_limit=100))
    hidden = f"DELETE {NOTES}/smuggled HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    request = (
        f"POST {NOTES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{hidden}"
    )
    assert small.raw(request.encode()).startswith(b"HTTP/1.1 413 ")
    assert small.notes.calls == []
