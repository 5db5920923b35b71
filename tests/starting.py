"""Starts `chainstock` as a process, by forking one that has read the code: a start then costs what a command does.

A process is as real as one of `subprocess`: signals, exit codes and files are its own. Used by `serving`.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tests.preloaded import NUMBER

BIN = Path(sys.executable).parent / "chainstock"
PRELOADED = Path(__file__).with_name("preloaded.py")


class Started:
    """A process that was started, with what `subprocess.Popen` would have of it."""

    def __init__(self, words: Sequence[str], told: int) -> None:
        self.args = [str(BIN), *words]
        self.returncode: int | None = None
        self._told = told
        self._one = threading.Lock()
        self.pid = self._number()

    def _number(self) -> int:
        said = os.read(self._told, NUMBER)
        if len(said) < NUMBER:
            raise RuntimeError("the process that starts others is gone")
        return int.from_bytes(said, "little", signed=True)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, or minus the signal that ended it, as soon as it has ended."""
        with self._one:
            if self.returncode is None:
                ending = select.poll()
                ending.register(self._told, select.POLLIN)
                if not ending.poll(None if timeout is None else timeout * 1000):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
                self.returncode = self._number()
                os.close(self._told)
            return self.returncode

    def poll(self) -> int | None:
        """Its exit code if it has ended."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@functools.cache
def _parent() -> socket.socket:
    """The process that forks, started when first it is asked, ended with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, str(PRELOADED), str(theirs.fileno()), str(BIN)]
    env = {key: value for key, value in os.environ.items() if not key.startswith("CHAINSTOCK_")}
    null = subprocess.DEVNULL
    process = subprocess.Popen(words, env=env, pass_fds=[theirs.fileno()], stdin=null, stdout=null)
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait(10)

    atexit.register(end)
    return ours


def start(*words: str, env: Mapping[str, str], out: IO[str] | int, err: IO[str] | int) -> Started:
    """Start `chainstock ...`, which writes to these files."""
    asked = json.dumps([words, dict(env), str(Path.cwd())]).encode()
    told, tell = os.pipe()
    with open(os.devnull) as nothing:
        files = [nothing, out, err, tell]
        socket.send_fds(_parent(), [asked], [each if isinstance(each, int) else each.fileno() for each in files])
    os.close(tell)
    return Started(words, told)


def run(*words: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `chainstock ...` to its end."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = start(*words, env=env, out=out, err=err)
        code = process.wait()
        for each in (out, err):
            each.seek(0)
        return subprocess.CompletedProcess(process.args, code, out.read(), err.read())
