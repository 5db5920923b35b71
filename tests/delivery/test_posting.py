"""Posting to endpoints that do not behave: redirects, slowness, floods, lines that break, names that lead inside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from time import monotonic

import pytest

from engine.delivery.failing import NotDelivered
from engine.delivery.posting import Poster
from engine.records.parcels import Opens, Parcel
from tests.receiving import Endpoint, endpoint

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECRET = "whsec_" + "QUFB" * 8


@pytest.fixture(scope="module")
def line() -> Iterator[Endpoint]:
    with endpoint() as made:
        yield made


@pytest.fixture
def hook(line: Endpoint) -> Endpoint:
    """The endpoint, as if nothing had come yet."""
    line.got.clear()
    line.answers[:] = [(200, b"{}")]
    return line


def post(url: str, poster: Poster | None = None, **more: object) -> str:
    told = {"key": "k1", "url": url, "format": "standard", "secrets": (Opens(SECRET),), "type": "news", "at": 1,
            "data": {"id": "r1"}, "words": "x", **more}  # fmt: skip
    return (poster or Poster(private=True)).post(Parcel(**told), NOW)  # type: ignore[arg-type]


def fails(url: str, poster: Poster | None = None, **more: object) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        post(url, poster, **more)
    return caught.value


def test_what_is_posted_is_json_under_the_hosts_own_name(hook: Endpoint) -> None:
    assert post(hook.url.replace("127.0.0.1", "localhost") + "?a=b") == "answered 200"
    (got,) = hook.got
    assert got.path == "/hook?a=b"
    assert got.headers["host"].startswith("localhost:")
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert got.said == {"type": "news", "timestamp": "1970-01-01T00:00:00Z", "data": {"id": "r1"}}


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_not_followed(hook: Endpoint, status: int) -> None:
    with endpoint() as elsewhere:
        hook.answers[:] = [(status, elsewhere.url.encode())]
        assert fails(hook.url).said == f"answered {status}"
        assert elsewhere.got == []


@pytest.mark.parametrize(("status", "final"), [(500, False), (404, False), (410, True), (199, False)])
def test_an_answer_that_is_no_yes_is_none(hook: Endpoint, status: int, final: bool) -> None:
    hook.answers[:] = [(status, b"<h1>a page of the receiver</h1>")]
    failure = fails(hook.url, Poster(private=True, seconds=1) if status == 199 else None)
    assert failure.final is final
    assert "page" not in failure.said


def test_a_name_that_leads_inside_is_not_connected_to(hook: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the resolver says the second time: it is asked once, and one address inside is one too many."""
    asked: list[str] = []
    port = int(hook.url.rpartition(":")[2].partition("/")[0])
    answers = [["8.8.8.8", "127.0.0.1"], ["127.0.0.1"], ["::ffff:127.0.0.1"]]

    def resolve(host: str, _port: int, **_more: object) -> list[tuple[object, ...]]:
        asked.append(host)
        kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (kinds[6 if ":" in each else 4], socket.SOCK_STREAM, 6, "", (each, port))
            for each in answers[len(asked) - 1]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for _ in answers:
        failure = fails("https://hook.example.com/hook", Poster(private=False))
        assert failure.said == "This address is inside: it is not open to everybody."
    assert asked == ["hook.example.com"] * 3
    assert hook.got == []


def test_the_address_that_was_looked_at_is_the_one_connected_to(
    hook: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = hook.url.partition("//")[2].partition("/")[0].split(":")
    real = socket.getaddrinfo
    asked: list[str] = []

    def resolve(host: str, port: int, **more: object) -> object:
        asked.append(host)
        return real(place[0] if len(asked) == 1 else "192.0.2.1", port, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert post(f"http://moves.example.com:{place[1]}/hook") == "answered 200"
    assert asked == ["moves.example.com"]
    assert hook.got[0].headers["host"] == f"moves.example.com:{place[1]}"


@pytest.mark.parametrize("where", ["head", "body"])
def test_an_answer_that_drips_is_cut_off(hook: Endpoint, where: str) -> None:
    ending = threading.Event()

    def drip(answering: BaseHTTPRequestHandler) -> None:
        begins = b"HTTP/1.1 200 OK\r\n" + (b"X-Long: " if where == "head" else b"Content-Length: 1000\r\n\r\n")
        answering.wfile.write(begins)
        while not ending.wait(0.05):
            try:
                answering.wfile.write(b"a")
            except OSError:
                return

    hook.answers[:] = [drip]
    began = monotonic()
    assert fails(hook.url, Poster(private=True, seconds=1)).said == "no answer within 1 s"
    assert monotonic() - began < 5
    ending.set()


def test_an_endless_answer_is_not_read_to_its_end(hook: Endpoint) -> None:
    def flood(answering: BaseHTTPRequestHandler) -> None:
        answering.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                answering.wfile.write(b"a" * 65536)
        except OSError:
            return

    hook.answers[:] = [flood]
    assert post(hook.url) == "answered 200"


@pytest.mark.parametrize(
    ("answer", "said"),
    [(b"", "no answer (RemoteDisconnected)"), (b"nonsense\r\n\r\n", "no answer (BadStatusLine)")],
)
def test_a_line_that_breaks_or_talks_nonsense_is_no_answer(hook: Endpoint, answer: bytes, said: str) -> None:
    def break_off(answering: BaseHTTPRequestHandler) -> None:
        answering.wfile.write(answer)

    hook.answers[:] = [break_off]
    assert fails(hook.url).said == said


def test_where_nobody_listens_or_tls_is_not_spoken_nothing_is_sent(hook: Endpoint) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    assert fails(f"http://127.0.0.1:{closed}/").said == "no answer (ConnectionRefusedError)"
    assert fails(hook.url.replace("http:", "https:"), Poster(private=True, seconds=2)).said.startswith("no ")
    assert hook.got == []


def test_what_is_too_large_is_given_up_and_what_is_no_address_is_not_sent(hook: Endpoint) -> None:
    failure = fails(hook.url, data={"x": "y" * 300_000})
    assert (failure.said, failure.final) == ("too large to send", True)
    assert fails("http://a@b/").said == "This is no address to send to."
    assert hook.got == []
