"""A program that has read the code of `chainstock` and forks a process for each start that is asked of it.

Reading the code takes longer than most commands do. Each process is one of its own from then on: it gets its words,
environment, folder and standard files, runs the very script that is installed, and nothing is open in it. Started by
`starting`, over a socket on which one message is one start; what became of it is told through a pipe of its own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CODE = ("engine.cli", "uvicorn.lifespan.on", "uvloop")
"""What a server has read when it answers; the last two only then."""

MOST = 1 << 17
FILES = 4
NUMBER = 4
"""Bytes of a number in the pipe: first the process, then how it ended, as `subprocess` tells it."""


@dataclass(frozen=True)
class Order:
    """A start that was asked of us."""

    words: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    standard: Sequence[int]


def load() -> None:
    """Read the code. Whoever forks may have no thread and no database: a fork would take them along, broken."""
    for name in CODE:
        importlib.import_module(name)
    database = sys.modules["sqlalchemy"].Engine
    if threading.active_count() > 1 or any(isinstance(each, database) for each in gc.get_objects()):
        raise RuntimeError("importing the engine started something")
    gc.collect()
    gc.freeze()  # what is shared stays so


class Parent:
    """Forks, and tells what became of each child."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._told: dict[int, int] = {}
        self._awake, self._wake = socket.socketpair()
        for each in (self._awake, self._wake):
            each.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the children are interrupted; who asked for them ends us
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def attend(self) -> Order | None:
        """Until nobody asks any more; in a child, what it is to be."""
        while True:
            ready, _, _ = select.select([self._control, self._awake], [], [])
            if self._awake in ready:
                self._awake.recv(MOST)
                self._reap()
            if self._control in ready:
                asked, files, _, _ = socket.recv_fds(self._control, MOST, FILES)
                if not asked:
                    self._end()
                    return None
                order = self._fork(asked, files)
                if order is not None:
                    return order

    def _fork(self, asked: bytes, files: Sequence[int]) -> Order | None:
        *standard, told = files
        child = os.fork()
        if child == 0:
            os.close(told)
            self._forget()
            words, environment, folder = json.loads(asked)
            return Order(words, environment, folder, standard)
        self._told[child] = told
        _tell(told, child)
        for each in standard:
            os.close(each)
        return None

    def _forget(self) -> None:
        """A child has nothing of its parent."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for each in (self._control, self._awake, self._wake):
            each.close()
        for told in self._told.values():
            os.close(told)

    def _end(self) -> None:
        """Whoever asked is gone, and nobody else would end what runs."""
        for child in self._told:
            os.kill(child, signal.SIGKILL)

    def _reap(self) -> None:
        for child, told in list(self._told.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                _tell(told, os.waitstatus_to_exitcode(status))
                os.close(self._told.pop(child))


def _tell(pipe: int, number: int) -> None:
    try:
        os.write(pipe, number.to_bytes(NUMBER, "little", signed=True))
    except BrokenPipeError:
        return  # nobody wants to know


def become(order: Order, script: str) -> None:
    """Be a process that was started with the script."""
    for number, given in enumerate(order.standard):
        os.dup2(given, number)
        os.close(given)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    sys.argv = [script, *order.words]
    runpy.run_path(script, run_name="__main__")


def main(number: str, script: str) -> None:
    """Attend to the socket with this number."""
    sys.path[0] = str(Path(script).parent)  # as it is when the script is started
    load()
    order = Parent(socket.socket(fileno=int(number))).attend()
    if order is not None:
        become(order, script)


if __name__ == "__main__":
    main(*sys.argv[1:])
