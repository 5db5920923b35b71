"""Sends what waits in the outbox, at least once and in order per record and target. Run by bootstrap in a thread.

Messages are taken for the time of a lease, sent outside any transaction, and marked after. A process that dies between
leaves them to be taken again. Targets are served side by side; where one does not answer, the rest of what waits for it
is left alone for a while, so that nobody else waits for it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from time import monotonic

import structlog
from sqlalchemy import Connection

from engine.clock import to_stored
from engine.database import Database
from engine.delivery.failing import NotDelivered
from engine.delivery.mailing import Mailer
from engine.delivery.posting import Poster
from engine.errors import Kind, Refusal
from engine.records import outbox
from engine.records.outbox import MAIL, Message, New
from engine.records.parcels import Letter, NotSent, Outgoing

log = structlog.get_logger("chainstock.delivery")

SECONDS = 1.0
LEASE = timedelta(minutes=2)
TURN = 30
"""Seconds after which what was taken and is not yet sent is given back: well within the lease."""
FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=12)
KEPT = timedelta(days=30)
SIDE_BY_SIDE = 8


def wait_of(tries: int, spread: Callable[[int], int] = secrets.randbelow) -> timedelta:
    """How long to wait after so many tries: three times as long each time, up to a fifth more or less by chance."""
    wait: timedelta = min(FIRST * 3 ** min(tries - 1, 20), LONGEST)
    return timedelta(microseconds=wait // timedelta(microseconds=1) * (80 + spread(41)) // 100)


@dataclass(frozen=True)
class Office:
    """What sending needs. `compose` words a message; `mailer` is None where no mail is sent."""

    database: Database
    now: Callable[[Connection], datetime]
    compose: Callable[[Message], Outgoing]
    new_id: Callable[[datetime], str]
    poster: Poster
    mailer: Mailer | None
    tries: int
    spread: Callable[[int], int] = secrets.randbelow
    swept: list[datetime] = field(default_factory=list)
    """When what has arrived long ago was taken away last."""

    def send_due(self) -> int:
        """Gather what is due, then send what waits; says how many messages were taken."""
        with self.database.reading() as connection:
            now = self.now(connection)
            if not outbox.anything(connection, to_stored(now)):
                return 0
        self.gather()
        taken = self.database.transaction(self._claim)
        parts = [list(part) for _, part in groupby(sorted(taken, key=_through), _through)]
        serve = partial(self._serve, monotonic() + TURN)
        if len(parts) == 1:
            serve(parts[0])
        elif parts:
            with ThreadPoolExecutor(min(len(parts), SIDE_BY_SIDE)) as pool:
                list(pool.map(serve, parts))
        return len(taken)

    def gather(self) -> None:
        """For everybody for whom something gathered is due, one mail with all of it, in one transaction.

        What cannot be gathered for one person is put off, and given up like any message; the others get theirs.
        """
        with self.database.reading() as connection:
            people = outbox.due_to_gather(connection, to_stored(self.now(connection)))
        for person in people:
            try:
                self.database.transaction(partial(self._gather, person))
            except Exception as error:
                if isinstance(error, Refusal) and error.kind is Kind.UNAVAILABLE:
                    raise
                log.exception("what was gathered broke", target=person)
                self.database.transaction(partial(self._not_gathered, person, f"broke ({type(error).__name__})"))

    def _gather(self, person: str, connection: Connection) -> None:
        now = self.now(connection)
        found = outbox.gather(connection, person, to_stored(now))
        if found:
            notices = [each for message in found for each in message.payload["notices"]]
            mail = New(person, MAIL, {"notices": notices}, to_stored(now))
            outbox.put(connection, lambda: self.new_id(now), found[-1].seq, person, to_stored(now), [mail])

    def _not_gathered(self, person: str, said: str, connection: Connection) -> None:
        now = self.now(connection)
        tries = outbox.tries_to_gather(connection, person, to_stored(now)) + 1
        until = None if tries >= self.tries else to_stored(now + wait_of(tries, self.spread))
        outbox.not_gathered(connection, person, to_stored(now), until, said)

    def sweep(self) -> None:
        """Once an hour, take away what has arrived long ago."""
        with self.database.reading() as connection:
            now = self.now(connection)
        if self.swept and now - self.swept[-1] < timedelta(hours=1):
            return
        self.swept[:] = [now]
        while self.database.transaction(lambda connection: outbox.forget(connection, to_stored(now - KEPT))):
            pass

    def _claim(self, connection: Connection) -> list[Message]:
        now = self.now(connection)
        return outbox.claim(connection, to_stored(now), to_stored(now + LEASE))

    def _serve(self, until: float, messages: list[Message]) -> None:
        """Send these by one way, in their order, until one fails or the turn is over; the rest is given back."""
        for position, message in enumerate(messages):
            if monotonic() > until:
                self._give_back(messages[position:], timedelta(0))
                return
            if not self._send(message):
                self._give_back(messages[position + 1 :], wait_of(1, self.spread))
                return

    def _give_back(self, messages: list[Message], wait: timedelta) -> None:
        def work(connection: Connection) -> None:
            outbox.give_back(connection, messages, to_stored(self.now(connection) + wait))

        self.database.transaction(work)

    def _send(self, message: Message) -> bool:
        """Send one, and mark what came of it; whether the next may be sent the same way."""
        try:
            said = self._sent(message)
        except NotDelivered as failure:
            return self._failed(message, failure)
        except Refusal as refusal:
            return self._failed(message, NotDelivered(refusal.code))
        except Exception as error:
            log.exception("message broke", topic=message.topic, message=message.key)
            return self._failed(message, NotDelivered(f"broke ({type(error).__name__})"))

        def work(connection: Connection) -> None:
            outbox.delivered(connection, message, to_stored(self.now(connection)), said)

        self.database.transaction(work)
        return True

    def _sent(self, message: Message) -> str:
        with self.database.reading() as connection:
            now = self.now(connection)
        found = self.compose(message)
        if isinstance(found, NotSent):
            if not found.fine:
                raise NotDelivered(found.said, final=True)
            return found.said
        if not isinstance(found, Letter):
            return self.poster.post(found, now)
        if self.mailer is None:
            raise NotDelivered("no mail server is set")
        return self.mailer.send(found, now)

    def _failed(self, message: Message, failure: NotDelivered) -> bool:
        """Keep what went wrong: it is tried again, or given up; whether the next may be sent the same way."""
        told = {"topic": message.topic, "message": message.key, "said": failure.said, "tries": message.tries}
        ends = failure.final or message.tries >= self.tries

        def work(connection: Connection) -> None:
            now = self.now(connection)
            if ends:
                outbox.give_up(connection, message, to_stored(now), failure.said)
            else:
                outbox.failed(connection, message, to_stored(now + wait_of(message.tries, self.spread)), failure.said)

        self.database.transaction(work)
        log.warning("message given up" if ends else "message not delivered", **told)
        return failure.final


def _through(message: Message) -> str:
    """By which way it goes: mails all by one server, the rest each to its target."""
    return MAIL if message.topic == MAIL else message.target


def watch(office: Office, ending: threading.Event) -> None:
    """Send again and again until told to end; what breaks is met again later."""
    while not ending.wait(SECONDS):
        try:
            while office.send_due() and not ending.is_set():
                pass
            office.sweep()
        except Refusal as refusal:
            log.warning("sending waits", code=refusal.code)
        except Exception:
            log.exception("sending failed")
