"""Every command of the HTTP contract that is one operation: method, path and what answers it. Used by `commands`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Kind, Refusal, invalid_at, not_found, text
from engine.operations import (
    acting,
    carryover,
    changing,
    choosing,
    codes,
    commenting,
    creating,
    deciding,
    deliveries,
    drafting,
    endpoints,
    formview,
    inbox,
    listing,
    moving,
    notified,
    pacing,
    periods,
    planned,
    previewing,
    publishing,
    reading,
    reporting,
    reportrows,
    reviewing,
    security_log,
    signing,
    standing_in,
    stock,
    stocktrail,
    testclock,
    trying,
    undoing,
    versions,
    viewing,
    why,
)
from engine.operations.calls import Answer
from engine.operations.operation import Operation

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One command: the words of its path that stood for something, body, query and the revision that was seen."""

    words: tuple[str, ...]
    body: Any
    query: Query
    if_match: int | None

    @property
    def object(self) -> Mapping[str, Any]:
        """The body as an object; nothing sent is an empty one."""
        if self.body is None:
            return {}
        if not isinstance(self.body, Mapping):
            raise invalid_at("", "not_an_object", text("An object is expected.", "应为对象。"))
        return self.body


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path (`*` stands for one word), and what answers it; `writes` begins a transaction."""

    method: str
    path: tuple[str, ...]
    answer: Callable[[Operation, Asked], Answer]
    writes: bool


def _route(
    method: str, path: str, answer: Callable[[Operation, Asked], Answer], *, writes: bool | None = None
) -> Route:
    return Route(method, tuple(path.split("/")), answer, method != "GET" if writes is None else writes)


def _form(operation: Operation, name: str) -> Answer:
    if name in operation.library.reports:
        return reporting.form(operation, name)
    return formview.form(operation, name)


def _listed(operation: Operation, name: str, query: Query) -> Answer:
    if name in operation.library.reports:
        return reportrows.page(operation, name, query)
    return listing.page(operation, name, query)


ROUTES: tuple[Route, ...] = (
    _route("GET", "me", lambda op, a: reading.me(op)),
    _route("PUT", "me/password", lambda op, a: signing.set_password(op, op.actor_id, a.object)),
    _route("GET", "me/waiting", lambda op, a: inbox.waits(op)),
    _route("GET", "me/substitute", lambda op, a: standing_in.page(op)),
    _route("DELETE", "me/substitute", lambda op, a: standing_in.end(op)),
    _route("PUT", "me/substitute", lambda op, a: standing_in.name(op, a.object)),
    _route("DELETE", "me/substitute/*", lambda op, a: standing_in.end(op, one=a.words[0])),
    _route("GET", "people/*/substitute", lambda op, a: standing_in.page(op, a.words[0])),
    _route("DELETE", "people/*/substitute", lambda op, a: standing_in.end(op, a.words[0])),
    _route("PUT", "people/*/substitute", lambda op, a: standing_in.name(op, a.object, a.words[0])),
    _route("DELETE", "people/*/substitute/*", lambda op, a: standing_in.end(op, a.words[0], a.words[1])),
    _route("GET", "me/views", lambda op, a: viewing.page(op, a.query)),
    _route("PUT", "me/views/*", lambda op, a: viewing.put(op, a.words[0], a.object)),
    _route("DELETE", "me/views/*", lambda op, a: viewing.end(op, a.words[0])),
    _route("GET", "me/channels", lambda op, a: choosing.show(op)),
    _route("PUT", "me/channels", lambda op, a: choosing.put(op, a.object)),
    _route("GET", "deliveries", lambda op, a: deliveries.page(op, a.query)),
    _route("POST", "deliveries/resend", lambda op, a: deliveries.resend_all(op, a.object)),
    _route("POST", "deliveries/*/resend", lambda op, a: deliveries.resend(op, a.words[0])),
    _route("GET", "endpoints/*/secrets", lambda op, a: endpoints.secrets_of(op, a.words[0])),
    _route("POST", "endpoints/*/secrets", lambda op, a: endpoints.make_secret(op, a.words[0], a.object)),
    _route("GET", "forms", lambda op, a: reporting.forms(op)),
    _route("GET", "forms/*", lambda op, a: _form(op, a.words[0])),
    _route("GET", "codes", lambda op, a: codes.page(op, a.query)),
    _route("GET", "records/*", lambda op, a: _listed(op, a.words[0], a.query)),
    _route("POST", "records/*", lambda op, a: creating.create(op, a.words[0], a.object)),
    _route("GET", "records/*/fill", lambda op, a: trying.fresh(op, a.words[0], None)),
    _route("POST", "records/*/fill", lambda op, a: trying.fresh(op, a.words[0], a.object), writes=False),
    _route("GET", "records/*/*/fill", lambda op, a: trying.begun(op, a.words[0], a.words[1], a.query)),
    _route("POST", "records/*/*/fill", lambda op, a: trying.stored(op, a.words[0], a.words[1], a.object), writes=False),
    _route("GET", "records/*/*", lambda op, a: reading.record(op, a.words[0], a.words[1], a.query)),
    _route("PATCH", "records/*/*", lambda op, a: changing.patch(op, a.words[0], a.words[1], a.object, a.if_match)),
    _route("DELETE", "records/*/*", lambda op, a: changing.discard(op, a.words[0], a.words[1], a.if_match)),
    _route(
        "POST",
        "records/*/*/actions/*",
        lambda op, a: acting.act(op, a.words[0], a.words[1], a.words[2], a.object, a.if_match),
    ),
    _route("POST", "records/*/*/comments", lambda op, a: commenting.add(op, a.words[0], a.words[1], a.object)),
    _route("GET", "records/*/*/people", lambda op, a: commenting.people(op, a.words[0], a.words[1], a.query)),
    _route("GET", "records/*/*/history", lambda op, a: reading.history(op, a.words[0], a.words[1], a.query)),
    _route("GET", "records/*/*/trail", lambda op, a: reading.trail(op, a.words[0], a.words[1])),
    _route("GET", "records/*/*/route", lambda op, a: reading.route(op, a.words[0], a.words[1])),
    _route("GET", "tasks", lambda op, a: inbox.page(op, a.query)),
    _route("GET", "waiting", lambda op, a: pacing.page(op, a.query)),
    _route("GET", "tasks/*", lambda op, a: inbox.show(op, a.words[0])),
    _route("POST", "tasks/*/hand_over", lambda op, a: moving.hand_over(op, a.words[0], a.object)),
    _route("POST", "tasks/*/add_signer", lambda op, a: moving.add_signer(op, a.words[0], a.object)),
    _route("POST", "tasks/*/remove_signer", lambda op, a: moving.remove_signer(op, a.words[0], a.object)),
    _route("POST", "tasks/*/take_back", lambda op, a: undoing.take_back(op, a.words[0], a.object)),
    _route("POST", "tasks/*/nudge", lambda op, a: moving.nudge(op, a.words[0], a.object)),
    _route("GET", "tasks/*/people", lambda op, a: moving.people(op, a.words[0], a.query)),
    _route("POST", "tasks/*/comment", lambda op, a: deciding.comment(op, a.words[0], a.object)),
    _route("POST", "tasks/*/*", lambda op, a: deciding.decide(op, a.words[0], a.words[1], a.object)),
    _route("GET", "notices", lambda op, a: notified.notices(op, a.query)),
    _route("GET", "stock", lambda op, a: stock.page(op, a.query)),
    _route("GET", "stock/movements", lambda op, a: stocktrail.movements(op, a.query)),
    _route("GET", "stock/trail", lambda op, a: stocktrail.trail(op, a.query)),
    _route("GET", "stock/moving", lambda op, a: stocktrail.moving(op, a.query)),
    _route("POST", "verify", lambda op, a: stock.verify(op), writes=False),
    _route("GET", "periods", lambda op, a: periods.show(op)),
    _route("POST", "periods", lambda op, a: periods.close(op, a.object)),
    _route("GET", "why", lambda op, a: why.why(op, a.query)),
    _route("GET", "security", lambda op, a: security_log.page(op, a.query)),
    _route("GET", "definitions", lambda op, a: versions.names(op)),
    _route("GET", "definitions/drafts", lambda op, a: drafting.page(op)),
    _route("GET", "definitions/drafts/*/*", lambda op, a: drafting.show(op, a.words[0], a.words[1], a.query)),
    _route(
        "PUT",
        "definitions/drafts/*/*",
        lambda op, a: drafting.put(op, a.words[0], a.words[1], a.query, a.object, a.if_match),
    ),
    _route(
        "DELETE",
        "definitions/drafts/*/*",
        lambda op, a: drafting.delete(op, a.words[0], a.words[1], a.query, a.if_match),
    ),
    _route("GET", "definitions/finished/*", lambda op, a: reviewing.page(op, a.words[0], a.query)),
    _route("GET", "definitions/planned", lambda op, a: planned.page(op)),
    _route("DELETE", "definitions/planned/*", lambda op, a: planned.call_off(op, a.words[0])),
    _route("GET", "definitions/carry/*", lambda op, a: carryover.show(op, a.words[0])),
    _route("GET", "definitions/*/*", lambda op, a: versions.show(op, a.words[0], a.words[1], a.query)),
    _route("DELETE", "definitions/*/*", lambda op, a: drafting.remove(op, a.words[0], a.words[1], a.query, a.if_match)),
    _route("GET", "definitions/*/*/history", lambda op, a: versions.history(op, a.words[0], a.words[1])),
    _route("GET", "definitions/*/*/diff", lambda op, a: versions.difference(op, a.words[0], a.words[1], a.query)),
    _route("POST", "definitions/check", lambda op, a: publishing.check(op, a.object), writes=False),
    _route("POST", "definitions/preview", lambda op, a: previewing.preview(op, a.object), writes=False),
    _route("POST", "definitions/publish", lambda op, a: planned.publish(op, a.object)),
    _route("POST", "definitions/carry", lambda op, a: carryover.carry(op, a.object)),
    _route("POST", "definitions/carry/*/undo", lambda op, a: carryover.undo(op, a.words[0])),
    _route("POST", "definitions/rollback", lambda op, a: publishing.rollback(op, a.object)),
    _route("GET", "keys", lambda op, a: signing.keys(op)),
    _route("DELETE", "keys/*", lambda op, a: signing.end_key(op, a.words[0])),
    _route("PATCH", "notices", lambda op, a: notified.read_notices(op)),
    _route("PATCH", "notices/*", lambda op, a: notified.read_notice(op, a.words[0])),
    _route("POST", "keys", lambda op, a: signing.make_key(op, a.object)),
    _route("POST", "people/*/password", lambda op, a: signing.set_password(op, a.words[0], a.object)),
    _route("GET", "clock", lambda op, a: testclock.show(op)),
)


def route_of(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """The route of a method and path, with the words that its stars stand for; refused when there is none."""
    parts = tuple(path.split("/"))
    known = False
    for route in ROUTES:
        words = _match(route.path, parts)
        if words is not None:
            if route.method == method:
                return route, words
            known = True
    if known:
        raise bad_method()
    raise not_found()


def bad_method() -> Refusal:
    """The path exists, but not for this method or not through this door."""
    return Refusal(Kind.INVALID, "bad_method", text("Not this way.", "不支持该方法。"), status=405)


def _match(pattern: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...] | None:
    if len(pattern) != len(parts):
        return None
    if any(want not in ("*", got) for want, got in zip(pattern, parts, strict=True)):
        return None
    return tuple(got for want, got in zip(pattern, parts, strict=True) if want == "*")
