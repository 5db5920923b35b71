"""How far the one order has come, for who follows what is committed. Used by operations.

On SQLite the writer is alone: what is drawn and seen is all there is. On PostgreSQL a number may be drawn and its
transaction still run while later ones are committed. A number is decided when every transaction that ran when it was
drawn has ended; the database knows when the oldest that still runs began.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.database.dialects import run


@dataclass(frozen=True, slots=True)
class Head:
    """One look: the last number drawn, the database's own moment, and when the oldest transaction that runs began."""

    seq: int
    at: int
    oldest: int | None


_ALONE = "SELECT seq, 0 AS at, NULL AS oldest FROM ledger_state"
_TOGETHER = """
SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ledger_seq) AS seq,
  CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS at,
  (SELECT CAST(extract(epoch FROM min(a.xact_start)) * 1000000 AS bigint) FROM pg_stat_activity a
   WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend') AS oldest
"""


def head(connection: Connection) -> Head:
    """Look once; a statement of its own, finished before what was committed is read."""
    row = run(connection, _ALONE if connection.dialect.name == "sqlite" else _TOGETHER).first()
    return Head(0, 0, None) if row is None else Head(int(row.seq), int(row.at), row.oldest)


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
