"""A chain of one's own for process tests: a database in a file that is thrown away, a clock that is put, nobody else.

Used by `testing` and its steps. Whatever is asked here goes through the same commands as everybody's: nothing is
written beside them, and what would go outside stays in the outbox of the scratch.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from engine.database import open_database
from engine.database.migrations import migrate
from engine.definitions import Loaded
from engine.definitions.assembly import library_hash
from engine.errors import Refusal
from engine.operations import commands, filing, founding, loading, publishing, timing
from engine.operations.calls import Actor, Answer, Call
from engine.operations.once import REHEARSED
from engine.operations.operation import Operation
from engine.operations.services import Caches, Services
from engine.operations.testclock import StoodClock

if TYPE_CHECKING:
    from engine.definitions.models import Library

SYSTEM_CALL = Call(Actor("system", "system", "system", "system"), "en", route=REHEARSED)
NAMES = uuid.UUID("6f0f4a9e-5a54-5d0b-9d57-0f5e3f2b7c11")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b8"
    "0000000049454e44ae426082"
)
"""What is handed in where a picture is asked for."""


@dataclass
class Moment:
    """The clock of a scratch chain; it goes on by a second with every step."""

    at: datetime

    def put(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by


@dataclass
class Scratch:
    """One chain: its services, its clock, who is there, and which records have names."""

    services: Services
    moment: Moment
    file: Path
    records: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By name: form and id."""
    until: int | None = None
    """When whoever waits has waited long enough, in nanoseconds of the machine's own counting."""

    @property
    def library(self) -> Library:
        """What is published here."""
        with self.services.database.reading() as connection:
            return loading.state_of(self.services, connection, self.moment.at).library

    def send(
        self, who: str | None, method: str, path: str, body: Any = None, if_match: int | None = None, **query: str
    ) -> Answer | Refusal:
        """One command by an account (None: *system*); a refusal is an answer too."""
        call = SYSTEM_CALL if who is None else Call(self.actor(who), "en", route=REHEARSED)
        try:
            return commands.run(self.services, call, method, path, body, query, if_match)
        except Refusal as refusal:
            return refusal

    def actor(self, account: str) -> Actor:
        """Somebody by his account."""
        with self.services.database.reading() as connection:
            directory = loading.state_of(self.services, connection, self.moment.at).directory
        person = directory.person_of_account(account)
        assert person is not None, account
        return Actor(person.id, person.account, person.name, "session")

    def unit(self, code: str) -> str | None:
        """The id of an org unit by its code."""
        with self.services.database.reading() as connection:
            units = loading.state_of(self.services, connection, self.moment.at).directory.units
        return next((each.id for each in units.values() if each.code == code), None)

    def keep(self, who: str, name: str) -> str:
        """Hand in a file of this name: a picture, or its own name as text."""
        content = PIXEL if name.endswith(".png") else name.encode()
        kept: Mapping[str, Any] = filing.store(
            self.services, Call(self.actor(who), "en", route=REHEARSED), name, content
        ).body
        return str(kept["id"])

    def wait(self, by: timedelta) -> None:
        """Let time pass, and everything be done that is due by then."""
        self.moment.put(by)
        timing.fire_due(self.services)

    def copied(self, file: Path) -> Scratch:
        """The same once more, as it stands now; this one must be closed."""
        shutil.copy(self.file, file)
        return replace(opened(self.services, file, Moment(self.moment.at), dict(self.records)), until=self.until)

    def close(self) -> None:
        """Let its database go; the file holds everything then."""
        self.services.database.close()


def name_id(*words: str) -> str:
    """The id of what has a name in a test; the same each time."""
    return str(uuid.uuid5(NAMES, "/".join(words)))


def opened(services: Services, file: Path, moment: Moment, records: dict[str, tuple[str, str]]) -> Scratch:
    """A chain whose database lies in a file; what was compiled once is not compiled again."""
    database = open_database(f"sqlite:///{file}", 2, lasting=False)
    caches = Caches(libraries=services.caches.libraries, matrices=services.caches.matrices)
    caches.tested |= services.caches.tested
    settings = services.settings.model_copy(update={"test_clock": None})
    scratch = replace(
        services,
        database=database,
        settings=settings,
        caches=caches,
        clock_for=lambda _connection: StoodClock(moment.at),
        attachments=file.parent / "attachments",
    )
    return Scratch(scratch, moment, file, records)


def founded(services: Services, loaded: Loaded, file: Path, moment: Moment) -> Scratch:
    """An empty chain that runs on what was read, with its founder."""
    own = replace(services, caches=Caches(tested={library_hash(loaded.documents): ()}))
    scratch = opened(own, file, moment, {})
    migrate(scratch.services.database)

    def work(connection: Any) -> None:
        publishing.put(scratch.services, connection, loaded, "tests", "")

    def first(connection: Any) -> None:
        founding.found(scratch.services, Operation(scratch.services, connection, SYSTEM_CALL), token_urlsafe(12))

    scratch.services.database.transaction(work)
    scratch.services.database.transaction(first)
    return scratch
