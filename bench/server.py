"""Databases and server processes for a bench: started, killed as by a power cut, started again. Used by every bench."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.database.embedded import start_server

PASSWORD = "figures and nothing else"
BIN = Path(sys.executable).parent / "chainstock"
POSTGRES = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
"""`fsync` stays on, as everything that makes a commit last."""


class Serving:
    """A chainstock server that may be killed and started again at the same address."""

    def __init__(self, database: str, folder: Path, workers: int = 1) -> None:
        self.database = database
        self._folder = folder
        self._workers = workers
        self._port = 0
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait for its ready line."""
        words = [str(BIN), "serve", "--port", str(self._port), "--workers", str(self._workers)]
        with (self._folder / "server.log").open("a") as log:
            process = subprocess.Popen(words, env=self._environment(), stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        self.url = next((line.split()[1] for line in process.stdout if line.startswith("ready ")), "")
        if not self.url:
            raise RuntimeError((self._folder / "server.log").read_text()[-2000:])
        self._port = int(self.url.rpartition(":")[2])
        self._process = process

    def command(self, *words: str) -> str:
        """Run another `chainstock` command on the same database, to its end; what it printed."""
        done = subprocess.run([str(BIN), *words], env=self._environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nobody is told."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """End in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._end()

    def memory(self) -> int:
        """Bytes that the server's processes hold, the largest of them."""
        assert self._process is not None
        return max(_resident(each) for each in [self._process.pid, *_children(self._process.pid)])

    def processor_seconds(self) -> float:
        """Processor time of the server's processes so far; what others do on the machine is not in it."""
        assert self._process is not None
        return sum(_processor(each) for each in [self._process.pid, *_children(self._process.pid)])

    def _end(self) -> None:
        if self._process is not None:
            self._process.wait(30)
            assert self._process.stdout is not None
            self._process.stdout.close()
        self._process = None

    def _environment(self) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith("CHAINSTOCK_")}
        return {
            **own,
            "CHAINSTOCK_DATABASE": self.database,
            "CHAINSTOCK_DATA": str(self._folder),
            "CHAINSTOCK_DEMO_PASSWORD": PASSWORD,
        }


def _children(process: int) -> list[int]:
    told = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in told.read_text().split()] if told.exists() else []


def _resident(process: int) -> int:
    told = Path(f"/proc/{process}/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.exists() else 0


def _processor(process: int) -> float:
    told = Path(f"/proc/{process}/stat")
    if not told.exists():
        return 0.0
    fields = told.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of one's own, open enough for a PostgreSQL that runs as another user."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        yield Path(made)


@contextmanager
def database(kind: str, where: Path) -> Iterator[str]:
    """The address of an empty database: `sqlite`, `postgres` (started here, `fsync` on), or an address as it is."""
    if kind == "sqlite":
        yield f"sqlite:///{where / 'bench.db'}"
    elif kind == "postgres":
        server = start_server(where / "postgres", POSTGRES)
        try:
            yield server.url()
        finally:
            server.stop("fast")
    else:
        yield kind
