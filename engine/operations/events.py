"""What has changed, for everybody who listens in this process: one look reads for all. Used by the web's `events`.

A look reads what was committed since the last one, by whichever process, and says for each listener what he may see of
it. A mark is a number up to which everything is decided: who comes again with it misses nothing, and may be told some
things twice. What is too much to be told one by one is told as `reset`: read anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.access import sessions
from engine.clock import to_stored
from engine.database.dialects import alone
from engine.ledger.order import Order, head
from engine.operations import events_found, signing
from engine.operations.calls import Call, Ear, Heard
from engine.operations.events_found import MOST
from engine.operations.events_seen import Event, News, told_notices
from engine.operations.operation import Operation

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.operations.services import Services

LOOK_BACK = 1_000
"""So many numbers before the first look may belong to transactions that still run."""
OLDEST = 20_000
"""Who comes with a mark that is further back than this reads anew."""
LATELY = timedelta(seconds=10)
"""Who begins to listen looks at a page that was made a moment ago: he is told what has changed since about then."""
LONGEST_MARK = 18
READY: tuple[Event, ...] = (("ready", {}),)
"""From here on he hears everything; what he knew before may be older."""
RESET: tuple[Event, ...] = (("reset", {}),)
NOTHING: frozenset[int] = frozenset()


class Watch:
    """Looks for what has changed. One per process, called by one thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._order = Order(alone=alone(services.database.dialect))
        self._known: frozenset[int] | None = None
        """Numbers above what is decided that everybody has been told of; None before the first look."""
        self._floor = 0
        self._head = 0

    def look(self, ears: Sequence[Ear], *, beat: bool) -> Sequence[Heard | None]:
        """For each listener what there is to tell him, None when nothing; with `beat` everybody is told his mark.

        Raises `Refusal` while the database is away; nothing is lost then.
        """
        with self._services.database.glance() as connection:
            now = head(connection)
        decided = self._order.look(now)
        fresh = now.seq != self._head or self._floor < now.seq or self._known is None
        if not (fresh or beat or any(each.after is not None or _begins(each) for each in ears)):
            return [None] * len(ears)
        with self._services.database.reading() as connection:
            told = self._read(connection, ears, now.seq, beat=beat)
        self._settle(now.seq, decided)
        mark = str(self._floor)
        return [None if each is None else Heard(mark, each.events, each.ended) for each in told]

    def _read(self, connection: Connection, ears: Sequence[Ear], seq: int, *, beat: bool) -> list[Heard | None]:
        """What each is told; `_known` is then every number that was read above the floor."""
        if self._known is None:
            self._begin(connection, seq)
        lately = to_stored(self._services.now(connection) - LATELY)
        fresh, wanted = self._wanted(connection, ears, seq, lately)
        found = events_found.among(connection, fresh.union(*(each for each in wanted.values() if each)))
        if found.flood:
            self._begin(connection, seq)
            return [self._told(connection, each, RESET, beat=beat) for each in ears]
        news = News(self._operation(connection), found)
        begins = [each for each in ears if _begins(each)]
        ready = {id(each) for each in begins if each.after is None}
        counted = ears if beat or fresh or len(wanted) > len(ready) else begins
        changed = {id(each) for each in told_notices(connection, counted, lately)} if counted else set()
        out: list[Heard | None] = []
        for each in ears:
            mine = wanted.get(id(each), fresh)
            events = (*(READY if id(each) in ready else ()), *(RESET if mine is None else news.of(each, mine)))
            notices: tuple[Event, ...] = (("notices", {}),) if id(each) in changed else ()
            out.append(self._told(connection, each, (*events, *notices), beat=beat))
        news.let_go()
        return out

    def _wanted(
        self, connection: Connection, ears: Sequence[Ear], seq: int, lately: int
    ) -> tuple[set[int], dict[int, set[int] | None]]:
        """The numbers that are new to everybody, and to those who come or come again; None: too many, or lost."""
        before = self._known or NOTHING
        marks = {id(each): _mark(each.after, seq) for each in ears if each.after is not None}
        begins = {id(each) for each in ears if _begins(each) and each.after is None}
        back = [max(0, seq - LOOK_BACK)] if begins else []
        there = events_found.numbers(
            connection, min([self._floor, *back, *(each for each in marks.values() if each is not None)])
        )
        fresh = {one for one in there if one > self._floor} - before
        wanted: dict[int, set[int] | None] = dict.fromkeys(marks)
        for each, mark in marks.items():
            if mark is not None:
                wanted[each] = {one for one in there if one > mark} | fresh
        for each in begins:
            wanted[each] = {one for one, at in there.items() if at >= lately} | fresh
        self._known = frozenset(one for one in there if one > self._floor)
        return fresh, {each: mine if mine is None or len(mine) <= MOST else None for each, mine in wanted.items()}

    def _begin(self, connection: Connection, seq: int) -> None:
        """From now on: everything that is there has been told, or need not be."""
        self._floor = max(self._floor, seq - LOOK_BACK)
        self._known = frozenset(events_found.numbers(connection, self._floor))

    def _told(self, connection: Connection, ear: Ear, events: tuple[Event, ...], *, beat: bool) -> Heard | None:
        """Nothing is told before it is seen that the listener's token still names him."""
        ear.after = None
        if not (events or beat):
            return None
        at = signing.MACHINE.now() if ear.token.startswith(sessions.SESSION) else self._services.now(connection)
        known = sessions.identify(connection, ear.token, at)
        if known is None or (known.person, known.grants) != (ear.actor.person, ear.actor.grants):
            return Heard("", ended=True)
        return Heard("", events)

    def _settle(self, seq: int, decided: int) -> None:
        """The look is over: what is decided need not be read again."""
        self._head = seq
        self._floor = max(self._floor, decided)
        self._known = frozenset(each for each in self._known or () if each > self._floor)

    def _operation(self, connection: Connection) -> Operation:
        return Operation(self._services, connection, Call(None, "en", route="events"))


def _begins(ear: Ear) -> bool:
    """Whether nothing was told to him yet."""
    return "notices" not in ear.kept


def _mark(sent: str | None, seq: int) -> int | None:
    """The number in a mark; what is none of ours, or too long ago, is none."""
    mark = int(sent) if sent and sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_MARK else -1
    return mark if mark >= 0 and 0 <= seq - mark <= OLDEST else None
