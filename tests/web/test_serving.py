"""The server as a process: one line, clean ends, workers that come back, patience with slow clients that ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import httpx
import psutil
import pytest

from engine.settings import Settings
from engine.web.connections import Connection
from tests.web.conftest import Served
from tests.web.small_operations import KEY, NOTE

ROOT = Path(__file__).resolve().parent.parent.parent
ONE = f"/api/records/note/{NOTE}"
TILL = {"Authorization": f"Bearer {KEY}"}


@contextmanager
def process(workers: int, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its address."""
    command = [sys.executable, "-m", "tests.web.small_operations", str(port), str(workers)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            assert server.stdout is not None
            word, url = server.stdout.readline().split()
            assert word == "ready"
            yield server, url
        finally:
            if server.poll() is None:
                server.kill()


def ended(server: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Tell the server to end; its exit code, and what it wrote since it was ready."""
    server.send_signal(signal.SIGTERM)
    out, err = server.communicate(timeout=10)
    return server.returncode, out, err


@pytest.mark.parametrize("workers", [1, 2])
def test_the_server_says_one_line_when_it_answers_and_ends_cleanly_in_the_middle_of_work(workers: int) -> None:
    with process(workers) as (server, url), ThreadPoolExecutor(1) as pool:
        assert httpx.get(url + "/healthz").status_code == 200
        with httpx.Client(base_url=url, headers=TILL) as client:
            client.get(ONE)
            under_way = pool.submit(client.get, "/api/records/note/slow")
            assert ended(server)[:2] == (0, "")
            assert under_way.result().status_code == 200


def test_the_log_names_who_was_refused_and_why_and_no_secret() -> None:
    with process(1) as (server, url):
        httpx.get(f"{url}/api/records/note/forbidden?token={KEY}", headers=TILL)
        httpx.get(f"{url}{ONE}", headers={"Authorization": f"Bearer {KEY}x"})
        httpx.post(f"{url}/api/session", json={"account": "clerk1", "password": "hunter2-canary"})
        httpx.get(f"{url}/api/records/note/broken", headers=TILL)
        _, _, log = ended(server)
    lines = [json.loads(line) for line in log.splitlines()]
    refused = [(line["account"], line["status"], line["reason"]) for line in lines if line["event"] == "refused"]
    assert refused == [("till1", 403, "not_yours"), (None, 401, "not_signed_in"), (None, 401, "sign_in")]
    assert [line["exception"].rpartition("\n")[2] for line in lines if line["event"] == "broke"] == [
        "RuntimeError: secret inner words"
    ]
    assert KEY not in log
    assert "hunter2" not in log


def test_workers_share_the_port_and_one_that_dies_is_replaced() -> None:
    with process(2) as (server, url):
        first = worker_pids(server)
        assert len(first) == 2
        victim = min(first)
        os.kill(victim, signal.SIGKILL)
        psutil.wait_procs([each for each in psutil.Process(server.pid).children() if each.pid == victim], timeout=10)
        fresh = until(lambda: worker_pids(server) if len(worker_pids(server) - {victim}) == 2 else None)
        assert victim not in fresh
        assert until(lambda: answered(url)) == 200
        assert ended(server)[0] == 0


def test_workers_end_when_the_process_that_watches_is_killed_and_the_port_is_free_again() -> None:
    with process(2) as (server, url):
        workers = [psutil.Process(pid) for pid in worker_pids(server)]
        server.kill()
        server.communicate()
        gone, alive = psutil.wait_procs(workers, timeout=10)
        assert (len(gone), alive) == (2, [])
        with process(1, int(url.rpartition(":")[2])) as (again, same):
            assert same == url
            assert httpx.get(url + "/healthz").status_code == 200
            assert ended(again)[0] == 0


def worker_pids(server: subprocess.Popen[str]) -> set[int]:
    """The processes that serve (the interpreter has one more, for itself)."""
    children = psutil.Process(server.pid).children()
    return {each.pid for each in children if "spawn_main" in " ".join(each.cmdline())}


def answered(url: str) -> int | None:
    """The status of one request; None when the connection was lost."""
    try:
        return httpx.get(url + "/healthz").status_code
    except httpx.TransportError:
        return None


def until(ask: Callable[[], object]) -> object:
    """Ask until there is an answer; the test fails when there is none for long."""
    patience = threading.Event()
    for _ in range(100):
        found = ask()
        if found is not None:
            return found
        patience.wait(0.1)
    raise AssertionError("nothing came")


class Impatient(Connection):
    """One second for a head, six connections for an address."""

    held: ClassVar[Counter[str]] = Counter()
    head_seconds = 1
    most_per_address = 6


def closed_by_server(wire: socket.socket) -> bool:
    """Whether the server has closed; waits for it."""
    try:
        return wire.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b"])
def test_a_head_that_does_not_come_closes_the_connection(serve_with: Callable[..., Served], sent: bytes) -> None:
    server = serve_with(Settings(), Impatient)
    with socket.create_connection(server.address, timeout=10) as wire:
        wire.sendall(sent)
        assert closed_by_server(wire)
    assert httpx.get(server.url + "/healthz").status_code == 200


def test_a_second_head_on_one_connection_has_its_own_time(serve_with: Callable[..., Served]) -> None:
    server = serve_with(Settings(), Impatient)
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    with socket.create_connection(server.address, timeout=10) as wire:
        wire.sendall(request + b"\r\n")
        assert wire.recv(65536).startswith(b"HTTP/1.1 200")
        wire.sendall(request)
        assert closed_by_server(wire)


def test_an_address_holds_so_many_connections_and_no_more(serve_with: Callable[..., Served]) -> None:
    server = serve_with(Settings(), Impatient)
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    wires = [socket.create_connection(server.address, timeout=10) for _ in range(Impatient.most_per_address)]
    for wire in wires:
        wire.sendall(request)
        assert wire.recv(65536).startswith(b"HTTP/1.1 200")
    with socket.create_connection(server.address, timeout=10) as one_more:
        assert closed_by_server(one_more)
    for wire in wires:
        wire.close()
    assert until(lambda: answered(server.url)) == 200


@pytest.mark.parametrize(
    "request_line",
    [b"\x16\x03\x01 not http\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"],
)
def test_what_is_no_http_is_answered_with_our_headers_too(served: Served, request_line: bytes) -> None:
    answer = served.raw(request_line)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"x-content-type-options: nosniff" in answer
    assert b"content-security-policy: default-src 'none'" in answer
    assert b"application/problem+json" in answer


def test_no_answer_names_the_software(served: Served) -> None:
    assert "server" not in httpx.get(served.url + "/healthz").headers


def test_slow_clients_do_not_slow_the_others(served: Served) -> None:
    head = f"POST /api/records/note HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
    body = b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    wires = [socket.create_connection(served.address, timeout=10) for _ in range(200)]
    for number, wire in enumerate(wires):
        wire.sendall(head.encode() + (body if number % 2 else b""))
    with httpx.Client(base_url=served.url, headers=TILL) as client:
        assert {client.get(ONE).status_code for _ in range(100)} == {200}
    for wire in wires:
        wire.close()


def test_more_at_once_than_there_are_threads_are_all_answered(served: Served) -> None:
    limits = httpx.Limits(max_connections=60)
    with httpx.Client(base_url=served.url, headers=TILL, limits=limits) as client, ThreadPoolExecutor(60) as pool:
        statuses = list(pool.map(lambda _: client.get("/api/records/note/slow").status_code, range(60)))
    assert statuses == [200] * 60
