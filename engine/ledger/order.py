"""How far the one order has come, for who follows what is committed. Used by operations.

On SQLite the writer is alone: what is drawn and seen is all there is. On PostgreSQL a number may be drawn and its
transaction still run while later ones are committed. A number is decided when every transaction that ran when it was
drawn has ended; the database knows when the oldest that still runs began.
"""

from __future__ import annotations

from collections import deque

from sqlalchemy import Connection

from engine.database.counters import Head, look
from engine.ledger.tables import SEQ


def head(connection: Connection) -> Head:
    """Look once; a statement of its own, finished before what was committed is read."""
    return look(connection, SEQ)


class Order:
    """Up to which number everything is decided, from one look to the next."""

    def __init__(self, *, alone: bool) -> None:
        """`alone`: there is one writer, so that what is seen is decided."""
        self._alone = alone
        self._marks: deque[tuple[int, int]] = deque()
        self._last: int | None = None
        self.decided = 0

    def look(self, found: Head) -> int:
        """Take a look in; gives up to which number everything is decided that was committed before this look.

        A look's number is dated with the moment of the next one: whoever drew it had begun by then.
        """
        if self._alone:
            self.decided = found.seq
            return self.decided
        while self._marks and (found.oldest is None or found.oldest > self._marks[0][0]):
            self.decided = max(self.decided, self._marks.popleft()[1])
        if self._last is not None and (not self._marks or self._marks[-1][1] < self._last):
            self._marks.append((found.at, self._last))
        self._last = found.seq
        return self.decided
