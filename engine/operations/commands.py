"""The one door: every command of the HTTP contract, whoever brings it (page, API, bulk, import, batch, automation).

`run` is what the web calls; `route_of` is used by `batch`, so that a command in a batch is the same command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import Kind, Refusal, invalid_at, not_found, text
from engine.operations import (
    acting,
    bulk,
    changing,
    choosing,
    codes,
    commenting,
    creating,
    deciding,
    deliveries,
    endpoints,
    formview,
    inbox,
    listing,
    moving,
    onrows,
    pacing,
    periods,
    publishing,
    reading,
    reporting,
    reportrows,
    signing,
    standing_in,
    stock,
    stocktrail,
    testclock,
    trying,
    undoing,
    viewing,
    why,
)
from engine.operations.calls import Answer, Call
from engine.operations.once import perform, request_hash
from engine.operations.operation import Operation

if TYPE_CHECKING:
    from engine.operations.services import Services

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
    _route("GET", "records/*/*/fill", lambda op, a: trying.stored(op, a.words[0], a.words[1], None)),
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
    _route("GET", "notices", lambda op, a: inbox.notices(op, a.query)),
    _route("GET", "stock", lambda op, a: stock.page(op, a.query)),
    _route("GET", "stock/movements", lambda op, a: stocktrail.movements(op, a.query)),
    _route("GET", "stock/trail", lambda op, a: stocktrail.trail(op, a.query)),
    _route("GET", "stock/moving", lambda op, a: stocktrail.moving(op, a.query)),
    _route("POST", "verify", lambda op, a: stock.verify(op), writes=False),
    _route("GET", "periods", lambda op, a: periods.show(op)),
    _route("POST", "periods", lambda op, a: periods.close(op, a.object)),
    _route("GET", "why", lambda op, a: why.why(op, a.query)),
    _route("GET", "definitions", lambda op, a: publishing.names(op)),
    _route("GET", "definitions/*/*", lambda op, a: publishing.show(op, a.words[0], a.words[1], a.query)),
    _route("GET", "definitions/*/*/history", lambda op, a: publishing.history(op, a.words[0], a.words[1])),
    _route("GET", "definitions/*/*/diff", lambda op, a: publishing.difference(op, a.words[0], a.words[1], a.query)),
    _route("POST", "definitions/check", lambda op, a: publishing.check(op, a.object), writes=False),
    _route("POST", "definitions/publish", lambda op, a: publishing.publish(op, a.object)),
    _route("POST", "definitions/rollback", lambda op, a: publishing.rollback(op, a.object)),
    _route("GET", "keys", lambda op, a: signing.keys(op)),
    _route("DELETE", "keys/*", lambda op, a: signing.end_key(op, a.words[0])),
    _route("PATCH", "notices", lambda op, a: inbox.read_notices(op)),
    _route("PATCH", "notices/*", lambda op, a: inbox.read_notice(op, a.words[0])),
    _route("POST", "keys", lambda op, a: signing.make_key(op, a.object)),
    _route("POST", "people/*/password", lambda op, a: signing.set_password(op, a.words[0], a.object)),
    _route("GET", "clock", lambda op, a: testclock.show(op)),
)


def run(
    services: Services, call: Call, method: str, path: str, body: Any, query: Query, if_match: int | None = None
) -> Answer:
    """Answer one command. `path` is below `/api/`; raises `Refusal`."""
    if call.actor is None:
        raise not_signed_in()
    if method != "GET":
        require_known(query, {"preview"} if can_be_previewed(path) else set())
    special = _SPECIAL.get((method, _shape(path)))
    if special is not None:
        return special(services, call, path, body)
    route, words = route_of(method, path)
    asked = Asked(words, body, query, if_match)
    if not route.writes:
        with services.database.reading() as connection:
            return route.answer(Operation(services, connection, call), asked)
    if query.get("preview") == "true" and can_be_previewed(path):
        return _preview(services, call, asked)
    return perform(
        services, call, request_hash(method, path, body, _text(if_match)), lambda op: route.answer(op, asked)
    )


@contextmanager
def looking(services: Services, call: Call) -> Iterator[Callable[[str, Query], Answer]]:
    """Many questions of one person at one moment: each is answered as `run` answers it, all of one state."""
    if call.actor is None:
        raise not_signed_in()
    with services.database.reading() as connection:
        first = Operation(services, connection, call)

        def look(path: str, query: Query) -> Answer:
            route, words = route_of("GET", path)
            return route.answer(Operation(services, connection, call, beside=first), Asked(words, None, query, None))

        yield look


def _shape(path: str) -> str:
    parts = path.split("/")
    if len(parts) == 4 and (parts[0], parts[2]) == ("records", "actions"):
        return "records/*/actions/*"
    return "tasks/actions/*" if len(parts) == 3 and parts[:2] == ["tasks", "actions"] else path


def _bulk_act(services: Services, call: Call, path: str, body: Any) -> Answer:
    _, form, _, action = path.split("/")
    if isinstance(body, Mapping) and "rows" in body and "ids" not in body:
        asked = request_hash("POST", path, body)
        return perform(services, call, asked, lambda op: onrows.act(op, form, action, body))
    return bulk.act(services, call, form, action, Asked((), body, {}, None).object)


def _bulk_decide(services: Services, call: Call, path: str, body: Any) -> Answer:
    return bulk.decide(services, call, path.rpartition("/")[2], Asked((), body, {}, None).object)


def _set_clock(services: Services, call: Call, path: str, body: Any) -> Answer:
    return testclock.set_clock(services, call, Asked((), body, {}, None).object)


_SPECIAL: Mapping[tuple[str, str], Callable[[Services, Call, str, Any], Answer]] = {
    ("POST", "records/*/actions/*"): _bulk_act,
    ("POST", "tasks/actions/*"): _bulk_decide,
    ("PUT", "clock"): _set_clock,
}
"""Commands that are many operations, or none of one record."""


def require_known(query: Query, known: set[str]) -> None:
    """What a writing command does not know is refused: somebody may have meant it to hold the command back."""
    for name in query:
        if name not in known:
            says = text("This command has no such parameter.", "该命令没有此参数。")
            raise invalid_at(f"/{name[:80]}", "unknown_parameter", says)


def not_signed_in() -> Refusal:
    """Nobody is signed in."""
    return Refusal(Kind.RIGHT, "not_signed_in", text("Please sign in.", "请先登录。"), status=401)


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


def can_be_previewed(path: str) -> bool:
    """Whether a path makes a record, or takes an action on one."""
    parts = path.split("/")
    return parts[0] == "records" and (len(parts) == 2 or (len(parts) == 5 and parts[3] == "actions"))


def _match(pattern: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...] | None:
    if len(pattern) != len(parts):
        return None
    if any(want not in ("*", got) for want, got in zip(pattern, parts, strict=True)):
        return None
    return tuple(got for want, got in zip(pattern, parts, strict=True) if want == "*")


def revision_of(if_match: str | None) -> int | None:
    """The revision in an `If-Match`; what is no revision matches none."""
    if if_match is None:
        return None
    return int(if_match) if if_match.isascii() and if_match.isdigit() and len(if_match) <= 18 else -1


def _text(if_match: int | None) -> str | None:
    return None if if_match is None else str(if_match)


class _Undone(Exception):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer


def _preview(services: Services, call: Call, asked: Asked) -> Answer:
    def work(connection: Any) -> Answer:
        operation = Operation(services, connection, call)
        if len(asked.words) == 1:
            raise _Undone(creating.preview(operation, asked.words[0], asked.object))
        raise _Undone(acting.preview(operation, asked.words[0], asked.words[1], asked.words[2], asked.object))

    try:
        return services.database.transaction(work)
    except _Undone as undone:
        return undone.answer
