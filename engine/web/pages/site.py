"""Finds the page of a path, lets in who may see it, and words a refusal as a page. Used by `app`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

import orjson

from engine.errors import Kind, Refusal, not_found, say
from engine.operations.calls import Actor, Answer, Call
from engine.web import refusals
from engine.web.answers import PROBLEM, Reply, problem, wrong_method
from engine.web.api import Api
from engine.web.asking import Asked, Receive, Scope, Send, asked_of, language_of, read_body
from engine.web.assets import Assets
from engine.web.doors import Look, Operations
from engine.web.identity import Doorman
from engine.web.metering import Gauge
from engine.web.pages.plain import Plain
from engine.web.pages.routes import ROUTES
from engine.web.pages.visit import Handler, Visit
from engine.web.reading import read_query
from engine.web.rendering import Renderer
from engine.web.sending import send_reply
from engine.web.threads import Threads

_FORM_LIMIT = 4096
PASSING = (408, 429, 500, 503)
"""What may be otherwise when one tries again."""
_PARTS = {"form": "[a-z][a-z0-9_]{0,62}", "id": "[A-Za-z0-9][A-Za-z0-9_-]{0,63}"}


class Pages:
    """Answers every path that is not the API's."""

    def __init__(self, operations: Operations, doorman: Doorman, threads: Threads, api: Api, gauge: Gauge) -> None:
        self._operations = operations
        self._doorman = doorman
        self._threads = threads
        self._api = api
        self._renderer = Renderer()
        self._assets = Assets()
        self._plain = Plain(operations, doorman, api, gauge, self._renderer, self._assets)
        self._fixed = self._plain.by_path()
        self._routes = tuple((_pattern(template), handler) for template, handler in ROUTES)

    def has(self, path: str) -> bool:
        """Whether the path is a page's although it looks like the API's."""
        return path in self._fixed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = asked_of(scope)
        try:
            asked.require_once()
            body = await read_body(receive, asked, _FORM_LIMIT)
            reply = await self._threads.run(lambda: self._answer(asked, body))
        except Refusal as refusal:
            reply = problem(refusal, language_of(asked))
        await send_reply(send, self.worded(asked, reply), head=asked.method == "HEAD")

    def _answer(self, asked: Asked, body: bytes) -> Reply:
        method = "GET" if asked.method == "HEAD" else asked.method
        plain = self._fixed.get(asked.path)
        if plain is not None:
            known = plain.get(method)
            return known(asked, body) if known else wrong_method(plain, language_of(asked))
        if asked.path.startswith("/assets/"):
            return self._assets.reply(asked)
        if method != "GET":
            return wrong_method(("GET",), language_of(asked))
        return self._page(asked)

    def _page(self, asked: Asked) -> Reply:
        found = self._find(asked.path)
        if found is None:
            return problem(not_found(), language_of(asked))
        handler, words = found
        actor, token = self._plain.who(asked), self._doorman.token(asked)
        if actor is None or token is None or actor.via != "session":
            to = f"?to={quote(asked.where)}" if asked.where != "/" else ""
            return Reply(303, headers={"Location": f"/sign-in{to}"})
        language, csrf = language_of(asked), self._operations.csrf_of(token)
        with self._operations.look(Call(actor, language, route="page")) as look:
            query, assets = read_query(asked.query), self._assets.paths()
            metered = self._metered(look, actor)
            visit = Visit(asked, words, query, actor, csrf, language, metered, self._renderer, assets)
            try:
                return handler(visit)
            except Refusal as refusal:
                refusals.note(asked, actor, refusal)
                return _refused(visit, refusal)

    def _metered(self, look: Look, actor: Actor) -> Look:
        """The doors, where a search by a page is a search of who looks."""

        def seen(path: str, query: Mapping[str, str]) -> Answer:
            self._api.spend_search(actor.person, query)
            return look(path, query)

        return seen

    def worded(self, asked: Asked, reply: Reply) -> Reply:
        """A refusal for who reads pages: a page that leads on, with the same status. Others get it as it is."""
        is_api = asked.path.startswith("/api/") and not self.has(asked.path)
        if reply.media_type != PROBLEM or is_api or "text/html" not in asked.headers.get("accept", ""):
            return reply
        detail = orjson.loads(reply.body)["detail"]
        page = self._plain.shown(asked, "nothing.html", reply.status, detail=detail, again=reply.status in PASSING)
        return Reply(page.status, page.body, page.media_type, {**page.headers, **reply.headers})

    def _find(self, path: str) -> tuple[Handler, Mapping[str, str]] | None:
        for pattern, handler in self._routes:
            met = pattern.match(path)
            if met is not None:
                return handler, met.groupdict()
        return None


def _pattern(template: str) -> re.Pattern[str]:
    spelled = re.sub(r"\{([a-z]+)\}", lambda part: f"(?P<{part[1]}>{_PARTS[part[1]]})", template)
    return re.compile(spelled + r"\Z", re.ASCII)


def _refused(visit: Visit, refusal: Refusal) -> Reply:
    """A refusal as a page: what is the matter, and where to go on."""
    if refusal.kind is Kind.NOT_FOUND:
        refusal = not_found()
    faults = [say(each.says, visit.language) for each in refusal.faults]
    detail, up = say(refusal.says, visit.language), visit.words.get("form")
    return visit.shown("refused.html", refusal.status, detail=detail, faults=faults, up=up)
