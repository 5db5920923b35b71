"""The outermost layer: hosts, methods and paths that are refused unseen, headers on every answer, and the last catch.

Wrapped around the whole application by `app`; nothing is sent that has not passed through here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

from engine.errors import Kind, Refusal, not_found, text
from engine.settings import Settings
from engine.web.answers import Reply, problem, unexpected, wrong_method
from engine.web.asking import Asked, Gone, Receive, Scope, Send, asked_of, language_of
from engine.web.metering import Gauge
from engine.web.sending import send_reply

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_PATH = re.compile(r"(/|(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+)\Z", re.ASCII)
_LONGEST_PATH = 500

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept-Language, Authorization, Cookie"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
"""On every answer that does not say something else itself."""

_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")

Worded = Callable[[Asked, Reply], Reply]

_log = structlog.get_logger("web")


class Guard:
    """ASGI middleware around everything."""

    def __init__(self, app: Any, settings: Settings, gauge: Gauge, worded: Worded) -> None:
        """`worded` makes a page of a refusal for who reads pages."""
        self._app = app
        self._worded = worded
        self._hosts = frozenset(host.lower() for host in settings.allowed_hosts)
        self._headers = (*HEADERS, _HSTS) if settings.secure_cookies else HEADERS
        self._gauge = gauge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._gauge.arrived()
        status = 499

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in self._headers if each[0] not in given)]
            await send(message)

        asked = asked_of(scope)
        try:
            refused = self._refused(asked)
            if refused is not None:
                await send_reply(send_guarded, self._worded(asked, refused), head=asked.method == "HEAD")
            else:
                await self._app(scope, receive, send_guarded)
        except Gone:
            pass
        except Exception:
            identity = secrets.token_hex(6)
            _log.exception("broke", id=identity, method=asked.method, path=asked.path[:200])
            if status != 499:
                raise
            told = self._worded(asked, unexpected(identity, language_of(asked)))
            await send_reply(send_guarded, told, head=asked.method == "HEAD")
        finally:
            self._gauge.answered(began, asked.method if asked.method in METHODS else "other", status)

    def _refused(self, asked: Asked) -> Reply | None:
        """The answer to what is refused whatever it asks for."""
        if asked.method not in METHODS:
            return wrong_method(METHODS, asked.language)
        if not self._is_known_host(asked):
            says = text("This server does not go by that name.", "服务器不接受该主机名。")
            return problem(Refusal(Kind.INVALID, "host", says, status=400), asked.language)
        if len(asked.path) > _LONGEST_PATH or not _PATH.match(asked.path):
            return problem(not_found(), language_of(asked))
        return None

    def _is_known_host(self, asked: Asked) -> bool:
        host = asked.headers.get("host", "").lower()
        if asked.twice == "host" or not host:
            return False
        name = re.sub(r":[0-9]{1,5}\Z", "", host)
        return name in self._hosts or "*" in self._hosts
