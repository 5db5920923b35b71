"""What has been committed with later numbers than one: which records changed, and what stock. Used by `events`.

Read from the history, the movements and the postings, so that it does not matter which process wrote them. A posting
without a movement promises or releases: it may have touched every item at every place that its record names or named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.ledger import balances, chart, trail
from engine.records import archive, journal
from engine.records.stored import dumps

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 2_000
"""More than this at once is not told one by one: whoever listens reads anew."""
MOST_PAIRS = 400

Pair = tuple[str, str]
"""Item and place."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(slots=True)
class Found:
    """What changed, each with the numbers of its changes. `flood`: too much to be told."""

    records: dict[str, set[int]] = field(default_factory=dict)
    pairs: dict[Pair, set[int]] = field(default_factory=dict)
    flood: bool = False

    def add(self, pair: Pair, seq: int) -> None:
        """Some of an item at a place was moved, promised or released."""
        self.pairs.setdefault(pair, set()).add(seq)


def among(connection: Connection, wanted: Set[int]) -> Found:
    """What was committed with these numbers."""
    found = Found(flood=len(wanted) > MOST)
    if found.flood or not wanted:
        return found
    lines = journal.of_numbers(connection, wanted)
    changes: dict[str, list[str]] = {}
    for line in lines:
        found.records.setdefault(line.record, set()).add(line.seq)
        changes.setdefault(line.record, []).append(line.changes)
    quiet = trail.sources(connection, wanted)
    for seq, item, place in trail.touched(connection, wanted, MOST + 1):
        found.add((item, place), seq)
        quiet.pop(seq, None)
    for source, pairs in _named(connection, set(quiet.values()), changes).items():
        for seq in (each for each, of in quiet.items() if of == source):
            for pair in pairs:
                found.add(pair, seq)
    found.flood = max(len(found.pairs), len(found.records)) > MOST
    return found


def numbers(connection: Connection, after: int) -> Mapping[int, int]:
    """The later numbers than `after` that are committed, with their moments."""
    return journal.numbers(connection, after) | trail.numbers(connection, after)


def _named(connection: Connection, sources: Iterable[str], changes: Mapping[str, list[str]]) -> Mapping[str, set[Pair]]:
    """By record: every item at every place that it names, or named before it changed, or has promises at."""
    wanted = sorted(sources)
    stored = archive.load(connection, wanted) if wanted else {}
    named: dict[str, set[Pair]] = {}
    for source in wanted:
        record = stored.get(source)
        texts = [*changes.get(source, ()), *([dumps(record.values), dumps(record.rows)] if record else ())]
        ids = {each for words in texts for each in _ID.findall(words)}
        items = chart.read_items(connection, ids)
        places = chart.read_places(connection, ids)
        pairs = {(item, place) for item in items for place in places}
        promised = {(each.item, each.place.key) for each in balances.promises_of(connection, source)}
        named[source] = promised | (pairs if len(pairs) <= MOST_PAIRS else set())
    return named
