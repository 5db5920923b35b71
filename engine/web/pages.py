"""Our own plain pages: the front page, signing in and out, the API's reference, and what machines ask for their health.

No script anywhere; what a page shows is what its reader may see. Mounted by `app`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from engine.errors import Kind, Refusal, Text, say, text
from engine.operations.calls import Actor, Call
from engine.web.answers import Reply, not_signed_in, problem, wrong_method
from engine.web.api import Api
from engine.web.asking import Asked, Receive, Scope, Send, asked_of, read_body
from engine.web.doors import Operations
from engine.web.identity import Doorman
from engine.web.metering import Gauge
from engine.web.reading import read_query
from engine.web.reference import sections
from engine.web.rendering import HERE, Renderer
from engine.web.sending import send_reply
from engine.web.threads import Threads

_FORM_LIMIT = 4096
_ASSETS: Mapping[str, str] = {"plain.css": "text/css; charset=utf-8"}

_WORDS: Mapping[str, Text] = {
    "title": text("Chainstock", "连锁库存"),
    "reference": text("API reference", "接口说明"),
    "sign_in": text("Sign in", "登录"),
    "sign_out": text("Sign out", "退出"),
    "account": text("Account", "账号"),
    "password": text("Password", "密码"),
    "signed_in_as": text("Signed in as", "当前用户"),
    "stranger": text("Sign in to see the forms that are yours.", "登录后可查看您有权使用的表单。"),
    "begin": text("To begin with", "从这里开始"),
    "begin_about": text(
        "Sign in, make a key, and use it. Every write may carry an Idempotency-Key: sent again with the same body, it "
        "gives the same answer and acts once. What you may change carries a revision: send it back as If-Match. "
        "Quantities and money are text.",
        "先登录并创建密钥，然后使用密钥调用。写操作可带 Idempotency-Key：相同请求重发只执行一次并得到相同答复。"
        "修改记录时用 If-Match 带回其 revision。数量和金额一律用字符串。",
    ),
    "everything_else": text("Everything else", "其他"),
    "method": text("Method", "方法"),
    "field": text("Field", "字段"),
    "type": text("Type", "类型"),
    "meaning": text("Meaning", "含义"),
    "required": text("required", "必填"),
    "parameters": text("Parameters", "参数"),
    "body": text("Body", "请求体"),
    "example": text("Example", "示例"),
    "refusals": text("Refusals", "拒绝的种类"),
}

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


class Page:
    """One path as an ASGI application."""

    def __init__(self, handlers: Mapping[str, Handler], threads: Threads) -> None:
        self._handlers = handlers
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = asked_of(scope)
        handler = self._handlers.get("GET" if asked.method == "HEAD" else asked.method)
        try:
            if handler is None:
                reply = wrong_method(self._handlers, asked.language)
            else:
                asked.require_once()
                body = await read_body(receive, asked, _FORM_LIMIT)
                reply = await self._threads.run(lambda: handler(asked, body))
        except Refusal as refusal:
            reply = problem(refusal, asked.language)
        await send_reply(send, reply, head=asked.method == "HEAD")


class Pages:
    """The handlers of the pages; each runs in a thread."""

    def __init__(self, operations: Operations, doorman: Doorman, threads: Threads, api: Api, gauge: Gauge) -> None:
        self._operations = operations
        self._doorman = doorman
        self._threads = threads
        self._api = api
        self._gauge = gauge
        self._renderer = Renderer()

    def by_path(self) -> Mapping[str, Page]:
        """Every page by its path."""
        listed: Mapping[str, Mapping[str, Handler]] = {
            "/": {"GET": self._front},
            "/api/docs": {"GET": self._reference},
            "/sign-in": {"GET": self._sign_in_form, "POST": self._sign_in},
            "/sign-out": {"POST": self._sign_out},
            "/healthz": {"GET": self._alive},
            "/readyz": {"GET": self._ready},
            "/metrics": {"GET": self._metrics},
            **{f"/assets/{name}": {"GET": self._asset} for name in _ASSETS},
        }
        return {path: Page(handlers, self._threads) for path, handlers in listed.items()}

    def _who(self, asked: Asked) -> Actor | None:
        """Who looks at a page; a cookie that is over is nobody here, because a page only shows less then."""
        try:
            return self._doorman.who(asked)
        except Refusal as refusal:
            if refusal.status != 401 or "authorization" in asked.headers:
                raise
            return None

    def _shown(self, asked: Asked, template: str, status: int = 200, **values: Any) -> Reply:
        words = {name: say(each, asked.language) for name, each in _WORDS.items()}
        return self._renderer.page(template, asked.language, {"words": words, **values}, status)

    def _front(self, asked: Asked, _body: bytes) -> Reply:
        return self._shown(asked, "front.html", actor=self._who(asked))

    def _reference(self, asked: Asked, _body: bytes) -> Reply:
        actor = self._who(asked)
        document = self._operations.openapi(Call(actor, asked.language, route="page"))
        kinds = [(name, status, say(meaning, asked.language)) for name, status, meaning in _KINDS]
        info = document.get("info", {})
        address = f"{asked.scheme}://{asked.headers.get('host', '')}"
        return self._shown(
            asked, "reference.html", actor=actor, info=info, address=address, sections=sections(document), kinds=kinds
        )

    def _sign_in_form(self, asked: Asked, _body: bytes) -> Reply:
        return self._shown(asked, "sign_in.html", message=None)

    def _sign_in(self, asked: Asked, body: bytes) -> Reply:
        kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            says = text("The body must be a form.", "请求体必须为表单。")
            raise Refusal(Kind.INVALID, "media_type", says, status=415)
        form = read_query(body)
        try:
            begun = self._api.sign_in(asked, form.get("account", ""), form.get("password", ""))
        except Refusal as refusal:
            return self._shown(asked, "sign_in.html", refusal.status, message=say(refusal.says, asked.language))
        return Reply(303, headers={"Location": "/", "Set-Cookie": begun.headers["Set-Cookie"]})

    def _sign_out(self, asked: Asked, _body: bytes) -> Reply:
        self._doorman.require_own_origin(asked)
        token = self._doorman.token(asked)
        if token is not None:
            self._operations.sign_out(token)
        return Reply(303, headers={"Location": "/", "Set-Cookie": self._doorman.see_out()})

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

    def _asset(self, asked: Asked, _body: bytes) -> Reply:
        name = asked.path.rpartition("/")[2]
        content = (HERE / "assets" / name).read_bytes()
        return Reply(200, content, _ASSETS[name], {"Cache-Control": "public, max-age=3600"})
