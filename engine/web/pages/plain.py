"""Pages for who is not signed in, and for machines: signing in and out, the API's reference, health. Used by `site`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from engine.errors import Kind, Refusal, Text, say, text
from engine.operations.calls import Actor, Call
from engine.web.answers import Reply, not_signed_in
from engine.web.api import Api
from engine.web.asking import LANGUAGE, THEME, Asked, language_of, theme_of
from engine.web.assets import Assets
from engine.web.doors import Operations
from engine.web.identity import Doorman
from engine.web.metering import Gauge
from engine.web.pages.visit import own_path
from engine.web.pages.words import WORDS
from engine.web.reading import read_query
from engine.web.reference import sections
from engine.web.rendering import Renderer

_KINDS: tuple[tuple[str, str, Text], ...] = (
    ("invalid", "422", text("The data's form is wrong; every fault with its path.", "数据格式有误，逐项指出位置。")),
    ("right", "403, 401", text("You may not, or nobody is signed in.", "无权操作，或尚未登录。")),
    ("rule", "409", text("A guard, a duty or the ledger says no.", "不符合规则、职责分离或库存约束。")),
    ("conflict", "409, 412, 428", text("Somebody was faster, or your copy is stale.", "内容已被他人更改。")),
    ("not_found", "404", text("It does not exist, or is not yours to see.", "不存在或无权查看。")),
    ("limit", "413, 429", text("Too large, or too many.", "过大或过多。")),
    ("unavailable", "503", text("The database is away; nothing was done.", "数据库不可用，未做任何更改。")),
)

Handler = Callable[[Asked, bytes], Reply]


class Plain:
    """The handlers of these pages; each runs in a thread."""

    def __init__(
        self, operations: Operations, doorman: Doorman, api: Api, gauge: Gauge, renderer: Renderer, assets: Assets
    ) -> None:
        self._operations = operations
        self._doorman = doorman
        self._api = api
        self._gauge = gauge
        self._renderer = renderer
        self._assets = assets

    def by_path(self) -> Mapping[str, Mapping[str, Handler]]:
        """Every one of them by its path and method."""
        return {
            "/api/docs": {"GET": self._reference},
            "/sign-in": {"GET": self._sign_in_form, "POST": self._sign_in},
            "/sign-out": {"POST": self._sign_out},
            "/language": {"GET": self._language},
            "/theme": {"GET": self._theme},
            "/healthz": {"GET": self._alive},
            "/readyz": {"GET": self._ready},
            "/metrics": {"GET": self._metrics},
        }

    def who(self, asked: Asked) -> Actor | None:
        """Who looks at a page; a cookie that is over is nobody here, because a page only shows less then."""
        try:
            return self._doorman.who(asked)
        except Refusal as refusal:
            if refusal.status != 401 or "authorization" in asked.headers:
                raise
            return None

    def shown(self, asked: Asked, template: str, status: int = 200, **values: Any) -> Reply:
        """A page without a frame, for whoever asks."""
        language = language_of(asked)
        words = {name: say(each, language) for name, each in WORDS.items()}
        told = {"words": words, "theme": theme_of(asked), "assets": self._assets.paths(), "path": asked.path, **values}
        return self._renderer.page(template, language, told, status)

    def _reference(self, asked: Asked, _body: bytes) -> Reply:
        actor = self.who(asked)
        document = self._operations.openapi(Call(actor, language_of(asked), route="page"))
        kinds = [(name, status, say(meaning, language_of(asked))) for name, status, meaning in _KINDS]
        info = document.get("info", {})
        address = f"{asked.scheme}://{asked.headers.get('host', '')}"
        return self.shown(
            asked, "reference.html", actor=actor, info=info, address=address, sections=sections(document), kinds=kinds
        )

    def _sign_in_form(self, asked: Asked, _body: bytes) -> Reply:
        return self.shown(asked, "sign_in.html", message=None, to=read_query(asked.query).get("to", ""))

    def _sign_in(self, asked: Asked, body: bytes) -> Reply:
        kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            says = text("The body must be a form.", "请求体必须为表单。")
            raise Refusal(Kind.INVALID, "media_type", says, status=415)
        form = read_query(body)
        try:
            begun = self._api.sign_in(asked, form.get("account", ""), form.get("password", ""))
        except Refusal as refusal:
            told = {"message": say(refusal.says, language_of(asked)), "to": form.get("to", "")}
            return self.shown(asked, "sign_in.html", refusal.status, account=form.get("account", "")[:100], **told)
        to = "/password" if orjson.loads(begun.body)["must_change"] else own_path(form.get("to"))
        return Reply(303, headers={"Location": to, "Set-Cookie": begun.headers["Set-Cookie"]})

    def _sign_out(self, asked: Asked, _body: bytes) -> Reply:
        self._doorman.require_own_origin(asked)
        token = self._doorman.token(asked)
        if token is not None:
            self._operations.sign_out(token)
        return Reply(303, headers={"Location": "/sign-in", "Set-Cookie": self._doorman.see_out()})

    def _language(self, asked: Asked, _body: bytes) -> Reply:
        """Go on in another language: kept in a cookie, for it says nothing of anybody."""
        query = read_query(asked.query)
        return _kept(LANGUAGE, "zh" if query.get("to") == "zh" else "en", query.get("back"))

    def _theme(self, asked: Asked, _body: bytes) -> Reply:
        """Go on in light or dark; anything else is as the device is. Known before the first paint."""
        query = read_query(asked.query)
        chosen = query.get("to", "")
        return _kept(THEME, chosen if chosen in ("light", "dark") else "", query.get("back"))

    def _alive(self, _asked: Asked, _body: bytes) -> Reply:
        return Reply(200, b'{"status":"alive"}', "application/json")

    def _ready(self, asked: Asked, _body: bytes) -> Reply:
        ready, reason = self._operations.ready()
        document = {"status": "ready" if ready else "not_ready", "reason": reason}
        return Reply(200 if ready else 503, orjson.dumps(document), "application/json")

    def _metrics(self, asked: Asked, _body: bytes) -> Reply:
        """Only for who has the right to it; never open, because a proxy on this machine looks like this machine."""
        actor = self._doorman.who(asked)
        if actor is None:
            raise not_signed_in()
        figures = self._operations.metrics(Call(actor, asked.language, route="metrics"))
        return Reply(200, figures + self._gauge.spell(), "text/plain; version=0.0.4; charset=utf-8")


def _kept(name: str, value: str, back: str | None) -> Reply:
    """Back to where one was, with a cookie for a year; an empty one is taken away."""
    age = 31_536_000 if value else 0
    cookie = f"{name}={value}; Max-Age={age}; Path=/; SameSite=Lax"
    return Reply(303, headers={"Location": own_path(back), "Set-Cookie": cookie})
