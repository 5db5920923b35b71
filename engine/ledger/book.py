"""The book: the only writer of the ledger. Used by `operations`, inside their transaction.

A posting is named (ids for keys), locked and read, weighed against the law, and written: four short steps, each a
module. One posting or hundreds go the same way, and hundreds are weighed one after another in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import Connection

from engine.errors import Refusal
from engine.ledger import chart, refusals
from engine.ledger.drafting import Draft, draft_all, known_keys
from engine.ledger.naming import Resolver
from engine.ledger.state import State, lock_pairs, next_seq, read_state
from engine.ledger.values import Posted, Posting
from engine.ledger.weighing import weigh
from engine.ledger.writing import Change, Unwritten, write

TRIES = 3


class Book:
    """Posts to the ledger on one connection; the caller commits."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def post(self, posting: Posting) -> Posted:
        """Post it, or raise `Refusal` with every line that the law refuses; the transaction is then to be ended."""
        (answer,) = self._together([posting])
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def post_many(self, postings: Sequence[Posting]) -> list[Posted | Refusal]:
        """Post each or refuse it, in order, as if posted one after another; what was refused leaves nothing."""
        answers: list[Posted | Refusal] = []
        for alone, group in groupby(postings, key=lambda posting: bool(posting.reversals)):
            for chunk in ([each] for each in group) if alone else [list(group)]:
                answers.extend(self._in_savepoint(chunk))
        return answers

    def lock(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Lock (item, place) before deciding on their balances; the rest of the transaction sees them unchanged."""
        pairs = list(wanted)
        items = chart.read_items(self.connection, {item for item, _ in pairs})
        places = chart.read_places(self.connection, {place for _, place in pairs})
        known = {(places[p].id, items[i].id) for i, p in pairs if i in items and p in places}
        lock_pairs(self.connection, known, known)

    def draw_seq(self) -> int:
        """A number of the one order, for an operation that posts nothing."""
        return next_seq(self.connection)

    def _in_savepoint(self, postings: list[Posting]) -> list[Posted | Refusal]:
        savepoint = self.connection.begin_nested()
        try:
            answers = self._together(postings)
        except Refusal as refusal:
            savepoint.rollback()
            if len(postings) == 1:
                return [refusal]
            return [answer for posting in postings for answer in self._in_savepoint([posting])]
        savepoint.commit()
        return answers

    def _together(self, postings: Sequence[Posting]) -> list[Posted | Refusal]:
        drafts, state = self._read(postings)
        posted: set[str] = known_keys(self.connection, drafts) if len(drafts) > 1 else set()
        change = Change(dict(state.promises))
        answers: list[Posted | Refusal] = []
        for draft in drafts:
            keys = [line.key for line in draft.lines]
            if len(set(keys)) < len(keys) or not posted.isdisjoint(keys):
                answers.append(refusals.no("posted_already"))
                continue
            weighed = weigh(draft, state)
            if isinstance(weighed, Refusal):
                # Alone, its keys were not looked up yet; what was posted already is refused as that.
                again = len(drafts) == 1 and known_keys(self.connection, drafts)
                answers.append(refusals.no(_met(drafts)) if again else weighed)
                continue
            posted.update(keys)
            answers.append(change.add(weighed, state))
        if change.postings:
            self._write(change, drafts)
        return answers

    def _read(self, postings: Sequence[Posting]) -> tuple[list[Draft], State]:
        for _ in range(TRIES):
            resolver = Resolver(self.connection)
            resolver.learn(postings)
            drafts = draft_all(self.connection, postings, resolver)
            state = read_state(self.connection, drafts)
            if not resolver.is_stale(state.chart):
                return drafts, state
            chart.forget(self.connection)
        raise refusals.busy()

    def _write(self, change: Change, drafts: Sequence[Draft]) -> None:
        try:
            write(self.connection, change)
        except Unwritten as unwritten:
            raise self._explain(str(unwritten), drafts) from unwritten

    def _explain(self, unwritten: str, drafts: Sequence[Draft]) -> Refusal:
        """Which law somebody else's posting has made this one break."""
        if unwritten == "movements":
            return refusals.no(_met(drafts))
        if unwritten == "serials":
            return refusals.no("serial_elsewhere")
        if unwritten == "balances":
            # What lies in a free place is not read before: only there a balance can outgrow unseen.
            strict = any(line.origin not in draft.free for draft in drafts for line in draft.lines)
            return refusals.no("short" if strict else "too_large")
        return refusals.busy()


def _met(drafts: Sequence[Draft]) -> str:
    """The law that a key breaks which somebody else was faster with; a reversal's is made of what it undoes."""
    return "reversed_already" if any(line.reverses for draft in drafts for line in draft.lines) else "posted_already"
