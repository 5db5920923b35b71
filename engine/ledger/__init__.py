"""The ledger: stock and money, moved by postings that are never changed. It knows no form and no process.

Map: `values` is what it is told; `book` is the only writer (`naming` finds ids in the `chart`, `drafting` turns a
posting into lines, `state` locks and reads, `weighing` is the law, `writing` the statements, `hashing` the seal);
`balances`, `past` and `trail` answer questions; `periods` closes periods and builds months; `audit` recounts
everything by another path. `tables` are its tables, `refusals` its ways of saying no.
"""

from engine.ledger.book import Book
from engine.ledger.values import Hold, LedgerPlace, Movement, Posted, Posting, Promise, Release, Unhold

__all__ = ["Book", "Hold", "LedgerPlace", "Movement", "Posted", "Posting", "Promise", "Release", "Unhold"]
