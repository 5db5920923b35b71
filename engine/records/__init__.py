"""Filled records: their values, how they are kept and found, and everything that hangs on them.

Kept: `archive` (load, find, insert, save, discard), `stored` (the frozen record and its hash), `indexing` and `words`
(what a record is found by), `listing` with `columns` (filter, sort, search, pages), `publishing` (partitions, indexes).
Told: `journal` (history chained by hash), `votes`, `links`, `numbering`, `facts`, `audit` (recounts it all).
Hanging on records: `tasks`, `timers`, `outbox`, `notices`, `attachments`, `images`; `requests` (keys, for ever).
Filled: `filling` and its parts, `forms_json` (between stored JSON and typed values). `tables` defines what they share.
The contract with other rooms: `docs/developer/rooms.md`.
"""
