"""Serving the application: one process, or several that share one socket. Called by the command line.

Prints one line, `ready http://HOST:PORT`, when it answers; ends within ten seconds of SIGTERM. With several workers the
first process only watches: it starts a worker again that died, and the workers end when it is gone, however it went.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

from engine.settings import Settings
from engine.web.connections import make_server

Build = Callable[[Settings, int], Any]
"""Makes the application in the process that serves it; the number is the worker's, 0 for the first."""

FAREWELL_SECONDS = 9
_BACKLOG = 2048
_BIND_SECONDS = 5
_LOOK_SECONDS = 0.2


def serve(build: Build, settings: Settings) -> int:
    """Serve until told to end; gives the exit code. Workers must be able to import `build` by its name."""
    shared = _bind(settings.host, settings.port)
    port = shared.getsockname()[1]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    greeting = f"ready http://{shown}:{port}"
    if settings.workers > 1:
        return _Workers(build, settings, shared).watch(greeting)
    _serve_here(build, settings, 0, shared, lambda: print(greeting, flush=True))  # noqa: T201 - the promised line
    return 0


def log_to_stderr() -> None:
    """Logs are JSON lines on standard error; standard output has only what was promised."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _serve_here(
    build: Build, settings: Settings, number: int, shared: socket.socket, answering: Callable[[], None]
) -> None:
    log_to_stderr()
    make_server(build(settings, number), answering).run(sockets=[shared])


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket; waits a moment for the workers of a server that was killed to let go of the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    patience = time.monotonic() + _BIND_SECONDS
    while True:
        shared = socket.socket(family, socket.SOCK_STREAM)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            shared.bind((host, port))
            shared.listen(_BACKLOG)
        except OSError:
            shared.close()
            if time.monotonic() > patience:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            shared.setblocking(False)
            return shared


class _Workers:
    """The processes that serve, and the one that watches them."""

    def __init__(self, build: Build, settings: Settings, shared: socket.socket) -> None:
        self._build = build
        self._settings = settings
        self._shared = shared
        self._context = multiprocessing.get_context("spawn")
        self._watched, self._lifeline = self._context.Pipe(duplex=False)
        self._processes: dict[int, BaseProcess] = {}
        self._ending = threading.Event()

    def watch(self, greeting: str) -> int:
        """Start the workers, greet when all answer, keep them running, and end them when told to."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: self._ending.set())
        told = [self._start(number) for number in range(self._settings.workers)]
        if not all(self._answers(number, each) for number, each in enumerate(told)):
            self._end()
            return 0 if self._ending.is_set() else 3
        print(greeting, flush=True)  # noqa: T201 - the promised line
        while not self._ending.wait(_LOOK_SECONDS):
            for number, process in list(self._processes.items()):
                if not process.is_alive():
                    self._start(number)
        self._end()
        return 0

    def _start(self, number: int) -> Pipe:
        answers, tell = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=_work,
            args=(self._build, self._settings, number, self._shared, tell, self._watched),
            name=f"worker-{number}",
        )
        process.start()
        tell.close()
        self._processes[number] = process
        return answers

    def _answers(self, number: int, answers: Pipe) -> bool:
        """Wait until a worker serves; no when it ended before, or when we are told to end."""
        while not answers.poll(_LOOK_SECONDS):
            if self._ending.is_set() or not self._processes[number].is_alive():
                return False
        try:
            return bool(answers.recv())
        except EOFError:
            return False

    def _end(self) -> None:
        for process in self._processes.values():
            process.terminate()
        patience = time.monotonic() + FAREWELL_SECONDS
        for process in self._processes.values():
            process.join(max(0.0, patience - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


def _work(build: Build, settings: Settings, number: int, shared: socket.socket, tell: Pipe, watched: Pipe) -> None:
    """One worker. When the watching process is gone, the other end of `watched` closes, and so does this one."""
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()
    _serve_here(build, settings, number, shared, lambda: tell.send(True))


def _end_with(watched: Pipe) -> None:
    try:
        watched.recv()
    except (EOFError, OSError):
        os._exit(1)
