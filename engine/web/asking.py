"""One HTTP request as this room sees it, its body read within limits of size and time. Used by `api` and `pages`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Fault, Kind, Refusal, invalid, text
from engine.web.answers import too_large
from engine.web.reading import read_language

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_SECONDS = 30
"""A body of ordinary size must have come within this time; a large one has four times as long."""

ABORT = "chainstock.abort"
"""In the state of a scope: breaks the connection off."""

_KEPT = "chainstock.asked"

_ONCE = frozenset(
    {"authorization", "content-length", "content-type", "host", "idempotency-key", "if-match", "origin", "x-csrf-token"}
)


class Gone(Exception):
    """The caller went away before he had said everything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request without its body. `headers` in lower case; `address` is the peer's, whatever any header says."""

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    language: str
    address: str
    scheme: str
    twice: str | None = None
    """A header that may be given once and was given twice."""

    @property
    def where(self) -> str:
        """Path and query, as they stand in the address."""
        return f"{self.path}?{self.query.decode('ascii', 'replace')}" if self.query else self.path

    def cookie(self, name: str) -> str | None:
        """One cookie; None when there is none. What others have set on this host is not read, however odd it is."""
        for each in self.headers.get("cookie", "").split(";"):
            found, _, value = each.strip().partition("=")
            if found == name:
                return value.strip('"')
        return None

    def require_once(self) -> None:
        """Refused as invalid when a header that decides something was given twice."""
        if self.twice is not None:
            says = text(f"The header {self.twice} is given twice.", f"请求头 {self.twice} 重复出现。")
            raise invalid([Fault("", "duplicate_header", says)])


def asked_of(scope: Scope) -> Asked:
    """What a scope says, worked out once; the path is taken as it was sent, undecoded."""
    known: Asked | None = scope.get(_KEPT)
    if known is None:
        known = scope[_KEPT] = _read(scope)
    return known


def _read(scope: Scope) -> Asked:
    headers: dict[str, str] = {}
    twice = None
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1")
        value = raw_value.decode("latin-1")
        if name in headers:
            twice = name if name in _ONCE else twice
            value = f"{headers[name]}; {value}" if name == "cookie" else f"{headers[name]}, {value}"
        headers[name] = value
    client = scope.get("client")
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
    return Asked(
        scope["method"],
        raw_path.decode("latin-1"),
        scope.get("query_string", b""),
        headers,
        read_language(headers.get("accept-language")),
        client[0] if client else "",
        scope.get("scheme", "http"),
        twice,
    )


LANGUAGE = "language"
"""The cookie that keeps which language somebody chose for his pages."""


def language_of(asked: Asked) -> str:
    """The language of an answer: what was chosen on this device (links ask for files too), else what is preferred."""
    chosen = asked.cookie(LANGUAGE)
    return chosen if chosen in ("zh", "en") else asked.language


THEME = "theme"
"""The cookie that keeps on a device whether its pages are light or dark; without it they are as the device is."""


def theme_of(asked: Asked) -> str | None:
    """`light` or `dark` when somebody chose."""
    chosen = asked.cookie(THEME)
    return chosen if chosen in ("light", "dark") else None


async def read_body(receive: Receive, asked: Asked, limit: int, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body; refused with 413 before it is read when it says that it is too large, 408 when it is slow."""
    declared = asked.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise too_large(limit)
    try:
        async with asyncio.timeout(seconds):
            return await _collect(receive, limit)
    except TimeoutError as error:
        says = text("The body came too slowly.", "请求体传输过慢。")
        raise Refusal(Kind.LIMIT, "too_slow", says, status=408) from error


async def _collect(receive: Receive, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        pieces.append(piece)
        more = message.get("more_body", False)
    return b"".join(pieces)
