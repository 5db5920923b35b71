"""Writing a `Reply` to the connection: whole, or piece by piece for downloads. Used by `api`, `pages` and `guard`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.web.answers import Reply
from engine.web.asking import Send
from engine.web.threads import Threads


async def send_reply(send: Send, reply: Reply, threads: Threads | None = None, *, head: bool = False) -> None:
    """Send one answer; `head` leaves the body away. Pieces are fetched in threads, one at a time."""
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
    if reply.media_type is not None:
        headers.append((b"content-type", reply.media_type.encode("latin-1")))
    if reply.pieces is None and reply.status != 204:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.pieces is not None and threads is not None and not head:
        await _send_pieces(send, iter(reply.pieces), threads)
    await send({"type": "http.response.body", "body": b"" if head or reply.pieces is not None else reply.body})


async def _send_pieces(send: Send, pieces: Iterator[bytes], threads: Threads) -> None:
    while (piece := await threads.run(lambda: next(pieces, None))) is not None:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
