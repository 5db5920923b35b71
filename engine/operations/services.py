"""What lives as long as the process: the database, the clock, and caches of what was published. Made by bootstrap.

Caches are keyed by numbers that the database keeps (library version, stamps of people and org tree), which every
operation reads first: a change made by another process is in force at the next request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection

from engine.access.directory import Directory
from engine.access.matrix import Matrix
from engine.access.sealing import Seal
from engine.clock import Clock
from engine.database import Database
from engine.definitions import Loaded
from engine.definitions.assembly import library_hash
from engine.definitions.findings import Finding
from engine.definitions.models import Library
from engine.definitions.vocabulary import Vocabulary
from engine.settings import Settings

Judge: TypeAlias = Callable[[Library, Library], tuple[Finding, ...]]
Rehearse: TypeAlias = "Callable[[Services, Loaded], tuple[Finding, ...]]"
KEPT_TESTED = 16


@dataclass
class Caches:
    """Published values by their number; a lock only while one is being made."""

    libraries: dict[int, Library] = field(default_factory=dict)
    matrices: dict[int, Matrix] = field(default_factory=dict)
    directories: dict[tuple[int, int, str], Directory] = field(default_factory=dict)
    broken: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """Runs of schedules that broke: how often in this process, and until when it leaves each alone."""
    tested: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    """By the hash of a library: what its process tests found wrong with it."""
    making: threading.RLock = field(default_factory=threading.RLock)


@dataclass(frozen=True)
class Services:
    """Everything an operation needs from outside, handed in by bootstrap."""

    database: Database
    settings: Settings
    vocabulary: Vocabulary
    clock_for: Callable[[Connection], Clock]
    """The machine's clock, or the settable one that the database keeps."""
    secret: bytes
    """Signs cursors."""
    attachments: Path
    render: Callable[[str, Mapping[str, Any]], str]
    """Words of a template with plain values, in a sandbox."""
    seal: Seal
    """Closes and opens what must be read again and is not to stand in the database."""
    judge: Judge
    """Walks what of a library is not as in the one before; gives what it finds wrong."""
    rehearse: Rehearse
    """Runs the process tests of a library on a scratch chain; gives what they find wrong."""
    caches: Caches = field(default_factory=Caches)

    def now(self, connection: Connection) -> datetime:
        """The moment of an operation; asked once."""
        return self.clock_for(connection).now()

    def tested(self, loaded: Loaded) -> tuple[Finding, ...]:
        """What the process tests of a library find, run once for each text. Never within a transaction that writes."""
        key, known = library_hash(loaded.documents), self.caches.tested
        if key not in known:
            found = self.rehearse(self, loaded) if loaded.tests else ()
            while len(known) >= KEPT_TESTED:
                known.pop(next(iter(known)), None)
            known[key] = found
        return known.get(key, ())
