"""Who asks: a session's cookie or a key, and whether a browser was tricked into asking. Used by `api` and `pages`.

A token that names nobody is a refusal, never an anonymous request. A key comes in `Authorization: Bearer`, never in the
address. What a cookie signs in must also come from our own pages: the CSRF token for the API, the origin for both.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from engine.errors import forbidden, text
from engine.operations.calls import Actor
from engine.settings import Settings
from engine.web.answers import not_signed_in
from engine.web.asking import Asked
from engine.web.doors import Operations
from engine.web.limits import Limits, Meter

_SAFE = ("GET", "HEAD")


class Doorman:
    """Recognises callers and sets their cookies."""

    def __init__(self, operations: Operations, settings: Settings, meter: Meter, limits: Limits) -> None:
        self._operations = operations
        self._meter = meter
        self._limits = limits
        self._secure = settings.secure_cookies
        self._lasts = settings.session_hours * 3600
        self.cookie_name = "__Host-chainstock" if self._secure else "chainstock"

    def names_somebody(self, asked: Asked) -> bool:
        """Whether the request claims to come from somebody at all."""
        return "authorization" in asked.headers or self.token(asked) is not None

    def token(self, asked: Asked) -> str | None:
        """The session's token in the cookie, if there is one."""
        return asked.cookie(self.cookie_name)

    def said(self, asked: Asked) -> str | None:
        """The token by which `who` recognises the caller."""
        authorization = asked.headers.get("authorization")
        return self.token(asked) if authorization is None else authorization.partition(" ")[2].strip()

    def who(self, asked: Asked) -> Actor | None:
        """Who asks; None when the request claims nobody. Refused with 401, 403 (CSRF) or 429."""
        authorization = asked.headers.get("authorization")
        if authorization is not None:
            scheme, _, key = authorization.partition(" ")
            actor = self._operations.identify(key.strip()) if scheme.lower() == "bearer" else None
            if actor is None or actor.via != "key":
                raise self._stranger(asked)
            return actor
        token = self.token(asked)
        if token is None:
            return None
        actor = self._operations.identify(token)
        if actor is None or actor.via != "session":
            raise self._stranger(asked)
        if asked.method not in _SAFE:
            self.require_own_origin(asked)
            self._require_csrf(asked, token)
        return actor

    def require_own_origin(self, asked: Asked) -> None:
        """Refused when a browser says that another site made it ask."""
        site = asked.headers.get("sec-fetch-site", "same-origin")
        origin = asked.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != asked.headers.get("host", "").lower()
        if site not in ("same-origin", "none") or foreign:
            raise forbidden("csrf", text("Another site may not do this for you.", "不允许其他网站代您执行此操作。"))

    def let_in(self, token: str) -> str:
        """`Set-Cookie` for a session that began."""
        return f"{self.cookie_name}={token}; Max-Age={self._lasts}; {self._attributes()}"

    def see_out(self) -> str:
        """`Set-Cookie` that removes the session's cookie."""
        return f"{self.cookie_name}=; Max-Age=0; {self._attributes()}"

    def _require_csrf(self, asked: Asked, token: str) -> None:
        given = asked.headers.get("x-csrf-token", "")
        if not secrets.compare_digest(given.encode("latin-1"), self._operations.csrf_of(token).encode()):
            raise forbidden(
                "csrf", text("The header X-CSRF-Token is missing or wrong.", "请求头 X-CSRF-Token 缺失或错误。")
            )

    def _stranger(self, asked: Asked) -> Exception:
        self._meter.spend(self._limits.stranger, asked.address)
        return not_signed_in()

    def _attributes(self) -> str:
        return "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if self._secure else "")
