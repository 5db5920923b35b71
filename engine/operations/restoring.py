"""Noticing that an older copy of the database was put back: what was taken away since must not come to life again.

Beside the attachments stands how far each database had come when it was last seen. One that has gone back since is an
older copy: every session and key ends, and its log says so. Used by bootstrap: at the start, and while it runs.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from engine.access import security, sessions
from engine.clock import SystemClock
from engine.database.dialects import run
from engine.operations.services import Services

FILE = "seen.json"
MACHINE = SystemClock()
_REACHED = (
    "SELECT (SELECT coalesce(max(seq), 0) FROM history) AS seq, "
    "(SELECT coalesce(max(number), 0) FROM security_log) AS line"
)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a database has come: the last number of its history, and of its security log."""

    seq: int
    line: int

    def behind(self, other: Reached) -> bool:
        """Whether something is gone that the other had."""
        return self.seq < other.seq or self.line < other.line


def reached(connection: Connection) -> Reached:
    """How far this database has come."""
    row = run(connection, _REACHED).one()
    return Reached(int(row.seq), int(row.line))


def look(services: Services) -> bool:
    """Whether the database is an older copy of what was here; if it is, nobody is signed in and no key opens."""
    stands = _seen(services)  # before the database is read: another process may write down meanwhile what is newer
    with services.database.reading() as connection:
        found = reached(connection)
    older = found.behind(stands)
    if older:
        forget(services)
    note(services, anew=older)
    return older


def forget(services: Services) -> None:
    """End every session and key of this database, and say so in its log."""

    def work(connection: Connection) -> None:
        now = MACHINE.now()
        sessions.end_all(connection, now)
        security.note(connection, security.Entry(now, "restored", reason="older_copy"))

    services.database.transaction(work)


def note(services: Services, *, anew: bool = False) -> None:
    """Write down how far the database has come; `anew` also if that is less than what stands there."""
    with services.database.reading() as connection:
        found = reached(connection)
    stands = _seen(services)
    if found != stands and (anew or not found.behind(stands)):
        _write(services, found)


def _file(services: Services) -> Path:
    return services.settings.data / FILE


def _name(services: Services) -> str:
    """A database is known by its secret, which its copies share."""
    return hashlib.sha256(b"chainstock database\0" + services.secret).hexdigest()[:16]


def _all(services: Services) -> dict[str, Any]:
    try:
        found = orjson.loads(_file(services).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _seen(services: Services) -> Reached:
    match _all(services).get(_name(services)):
        case [int(seq), int(line)]:
            return Reached(seq, line)
    return Reached(0, 0)


def _write(services: Services, found: Reached) -> None:
    """Whole or not at all: who reads at the same time reads the old or the new."""
    kept = {**_all(services), _name(services): [found.seq, found.line]}
    target = _file(services)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{FILE}.{uuid.uuid4().hex}.part")  # another process may be writing its own
    try:
        part.write_bytes(orjson.dumps(kept))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)  # it is tried again every second: on a full disk each try would leave one
