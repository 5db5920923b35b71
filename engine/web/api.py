"""The API's door: from a request to an operation and back. Mounted by `app` below `/api/`.

The event loop finds the route and reads the body; one job in a thread then recognises the caller, reads the JSON, runs
the operation and spells the answer. The order of refusals is the contract's: no such path, method, not signed in, too
large, then whatever the operation says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Fault, Refusal, invalid, not_found, text
from engine.operations.calls import Actor, Answer, Call
from engine.settings import Settings
from engine.web import refusals
from engine.web.answers import Reply, disposition, json_reply, not_signed_in, problem, text_reply, wrong_method
from engine.web.asking import ABORT, BODY_SECONDS, Asked, Receive, Scope, Send, asked_of, language_of, read_body
from engine.web.doors import Download, Operations
from engine.web.events import Hub, Listener, stream
from engine.web.identity import Doorman
from engine.web.limits import Limits, Meter
from engine.web.reading import read_json, read_query
from engine.web.routes import JSON, Match, find
from engine.web.sending import send_reply
from engine.web.threads import Threads
from engine.web.uploads import read_upload

EVENTS = "text/event-stream; charset=utf-8"
_OPEN = ("session", "openapi")
_LONGEST_KEY = 200
_SEARCHES = {"q", "text"}
"""The words of an address that search."""


@dataclass(frozen=True, slots=True)
class Job:
    """A request that was read: everything a handler needs."""

    asked: Asked
    match: Match
    call: Call
    query: Mapping[str, str]
    body: bytes


class Api:
    """The ASGI application of `/api/`."""

    def __init__(
        self,
        operations: Operations,
        settings: Settings,
        doorman: Doorman,
        threads: Threads,
        meter: Meter,
        limits: Limits,
        hub: Hub,
    ) -> None:
        self._hub = hub
        self._operations = operations
        self._settings = settings
        self._doorman = doorman
        self._threads = threads
        self._meter = meter
        self._limits = limits
        self._handlers: Mapping[str, Callable[[Job], Reply]] = {
            JSON: self._json,
            "session": self._session,
            "openapi": self._openapi,
            "upload": self._upload,
            "attachment": self._attachment,
            "import": self._import,
            "export": self._export,
            "events": lambda _job: Reply(200, media_type=EVENTS),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = asked_of(scope)
        try:
            reply = await self._reply(asked, receive)
        except Refusal as refusal:
            reply = self._refused(asked, None, refusal)
        if isinstance(reply, Listener):
            await stream(self._hub, reply, receive, send, scope.get("state", {}).get(ABORT, _stay))
            return
        await send_reply(send, reply, self._threads, head=asked.method == "HEAD")

    async def _reply(self, asked: Asked, receive: Receive) -> Reply | Listener:
        match = find(asked.path)
        if match is None:
            raise not_found()
        method = "GET" if asked.method == "HEAD" else asked.method
        if method not in match.route.methods:
            return wrong_method(match.route.methods, language_of(asked))
        asked.require_once()
        if match.route.door not in _OPEN and not self._doorman.names_somebody(asked):
            raise not_signed_in()
        if match.route.large:
            await self._threads.run(lambda: self._doorman.who(asked))
            body = await read_body(receive, asked, self._settings.upload_limit, BODY_SECONDS * 4)
        else:
            body = await read_body(receive, asked, self._settings.body_limit)
        if match.route.door == "events" and asked.method == "GET":
            return await self._listen(asked)
        return await self._threads.run(lambda: self._work(asked, match, method, body))

    async def _listen(self, asked: Asked) -> Listener:
        """Whoever is known may listen; who he is takes a thread, listening does not."""
        query = read_query(asked.query)
        for name in query.keys() - {"after"}:
            raise _unknown(f"/{name[:80]}", "after")
        actor = await self._threads.run(lambda: self._doorman.who(asked))
        token = self._doorman.said(asked)
        if actor is None or token is None:
            raise not_signed_in()
        return self._hub.join(token, actor, asked.headers.get("last-event-id", query.get("after")))

    def _work(self, asked: Asked, match: Match, method: str, body: bytes) -> Reply:
        """Everything that may take long; runs in a thread."""
        actor: Actor | None = None
        try:
            signing_in = match.route.door == "session" and method == "POST"
            actor = None if signing_in else self._doorman.who(asked)
            if actor is None and match.route.door not in _OPEN:
                raise not_signed_in()
            query = read_query(asked.query)
            self._spend(match, actor, query)
            call = Call(actor, language_of(asked), _key(asked), None, "api", _preview(query))
            return self._handlers[match.route.door](Job(asked, match, call, query, body))
        except Refusal as refusal:
            return self._refused(asked, actor, refusal)

    def _spend(self, match: Match, actor: Actor | None, query: Mapping[str, str]) -> None:
        caller = actor.person if actor else ""
        if match.route.dear:
            self._meter.spend(self._limits.dear, caller)
            self._meter.spend(self._limits.dear_everybody, "")
        if match.route.told:
            self._meter.spend(self._limits.told, caller)
        self.spend_search(caller, query)

    def spend_search(self, caller: str, query: Mapping[str, str]) -> None:
        """Count a search of this person, if it is one: at whichever door, a page's too."""
        if query.keys() & _SEARCHES:
            self._meter.spend(self._limits.search, caller)

    def _refused(self, asked: Asked, actor: Actor | None, refusal: Refusal) -> Reply:
        """The problem document; who was refused for a lack of rights is one line in the security log."""
        refusals.note(asked, actor, refusal)
        return problem(refusal, language_of(asked))

    # -- the doors -----------------------------------------------------------------------------------------------

    def _json(self, job: Job) -> Reply:
        method = "GET" if job.asked.method == "HEAD" else job.asked.method
        apart = job.asked.path == "/api/batch"
        kind = job.asked.headers.get("content-type")
        body = None if method == "GET" else read_json(job.body, kind, apart=apart)
        answer = self._operations.run(
            job.call, method, job.asked.path, body, job.query, _if_match(job.asked.headers.get("if-match"))
        )
        return text_reply(answer, job.asked.headers.get("accept")) or json_reply(answer)

    def _session(self, job: Job) -> Reply:
        if job.asked.method == "DELETE":
            token = self._doorman.token(job.asked)
            if job.call.actor is None or token is None:
                raise not_signed_in()
            self._operations.sign_out(token)
            return Reply(204, headers={"Set-Cookie": self._doorman.see_out()})
        account, password = _credentials(read_json(job.body, job.asked.headers.get("content-type")))
        return self.sign_in(job.asked, account, password)

    def sign_in(self, asked: Asked, account: str, password: str) -> Reply:
        """Begin a new session; the one that the browser had ends. The page's form comes in here too."""
        self._doorman.require_own_origin(asked)
        self._meter.spend(self._limits.sign_in_address, asked.address)
        self._meter.spend(self._limits.sign_in_account, account.casefold()[:100])
        begun = self._operations.sign_in(account, password, language_of(asked))
        old = self._doorman.token(asked)
        if old is not None:
            self._operations.sign_out(old)
        answer = Answer(200, {"csrf": begun.csrf, "must_change": begun.must_change})
        reply = json_reply(answer)
        return Reply(reply.status, reply.body, reply.media_type, {"Set-Cookie": self._doorman.let_in(begun.token)})

    def _openapi(self, job: Job) -> Reply:
        return json_reply(Answer(200, self._operations.openapi(job.call)))

    def _upload(self, job: Job) -> Reply:
        file = read_upload(job.body, job.asked.headers.get("content-type"))
        return json_reply(self._operations.store_attachment(job.call, file.name, file.content))

    def _attachment(self, job: Job) -> Reply:
        return _download(self._operations.read_attachment(job.call, job.match.words["id"]))

    def _import(self, job: Job) -> Reply:
        file = read_upload(job.body, job.asked.headers.get("content-type"))
        asked = {**job.query, **file.fields}
        for name in asked:
            if name not in ("mode", "dry"):
                raise _unknown(f"/{name[:80]}", "mode, dry")
        mode, dry = asked.get("mode", "all"), asked.get("dry", "false")
        if mode not in ("all", "good"):
            raise _unknown("/mode", "all, good")
        if dry not in ("true", "false"):
            raise _unknown("/dry", "true, false")
        answer = self._operations.import_rows(
            job.call, job.match.words["form"], file.content, file.name, mode, dry=dry == "true"
        )
        return json_reply(answer)

    def _export(self, job: Job) -> Reply:
        return _download(self._operations.export(job.call, job.match.words["form"], job.query))


def _stay() -> None:
    """A server that cannot break a connection off."""


def _download(file: Download) -> Reply:
    name, media_type, pieces = file
    headers = {"Content-Disposition": disposition(name), "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Reply(200, b"", media_type, headers, pieces)


def _key(asked: Asked) -> str | None:
    """The idempotency key; refused as invalid unless it is 1 to 200 plain characters."""
    key = asked.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        says = text("Idempotency-Key is 1 to 200 plain characters.", "Idempotency-Key 须为 1 到 200 个普通字符。")
        raise invalid([Fault("", "idempotency_key", says)])
    return key


def _if_match(header: str | None) -> str | None:
    """The revision in an `If-Match`; what is no strong tag (`*`, weak, a list) stays, and so matches nothing."""
    if header is None:
        return None
    inner = header.strip().strip('"')
    return inner if header.strip() in (f'"{inner}"', inner) and inner.isdecimal() else header.strip() or "-"


def _preview(query: Mapping[str, str]) -> bool:
    given = query.get("preview", "false")
    if given not in ("true", "false"):
        raise _unknown("/preview", "true, false")
    return given == "true"


def _credentials(body: Any) -> tuple[str, str]:
    if not isinstance(body, dict):
        raise invalid([Fault("", "type", text("An object is needed.", "需要一个对象。"))])
    faults = [
        Fault(f"/{name}", "unknown_field", text("There is no such field.", "没有此字段。"))
        for name in body
        if name not in ("account", "password")
    ]
    faults += [
        Fault(f"/{name}", "required", text("Text is needed here.", "此处需要文本。"))
        for name in ("account", "password")
        if not isinstance(body.get(name), str)
    ]
    if faults:
        raise invalid(faults)
    return body["account"], body["password"]


def _unknown(path: str, words: str) -> Refusal:
    return invalid([Fault(path, "choice", text(f"It is one of: {words}.", f"只能是：{words}。"))])
