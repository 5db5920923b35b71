"""The one door: every command of the HTTP contract, whoever brings it (page, API, bulk, import, batch, automation).

`run` is what the web calls; `route_of` is used by `batch`, so that a command in a batch is the same command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from engine.errors import Kind, Refusal, invalid_at, text
from engine.operations import acting, bulk, creating, foreseeing, onrows, testclock
from engine.operations.calls import Answer, Call
from engine.operations.once import perform, request_hash
from engine.operations.operation import Operation
from engine.operations.routes import Asked, Query, route_of

if TYPE_CHECKING:
    from engine.operations.services import Services


def run(
    services: Services, call: Call, method: str, path: str, body: Any, query: Query, if_match: int | None = None
) -> Answer:
    """Answer one command. `path` is below `/api/`; raises `Refusal`."""
    if call.actor is None:
        raise not_signed_in()
    if method != "GET":
        require_known(query, _words_of(path, body))
    if query.get("preview") == "true" and _is_of_rows(path, body):
        return _rows_foreseen(services, call, path, body)
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


def _words_of(path: str, body: Any) -> set[str]:
    """The words that the address of a writing command may have."""
    if path.startswith("definitions/"):
        return {"layer"}
    return {"preview"} if can_be_previewed(path) or _is_of_rows(path, body) else set()


def _shape(path: str) -> str:
    parts = path.split("/")
    if len(parts) == 4 and (parts[0], parts[2]) == ("records", "actions"):
        return "records/*/actions/*"
    return "tasks/actions/*" if len(parts) == 3 and parts[:2] == ["tasks", "actions"] else path


def _bulk_act(services: Services, call: Call, path: str, body: Any) -> Answer:
    _, form, _, action = path.split("/")
    if _is_of_rows(path, body):
        asked = request_hash("POST", path, body)
        return perform(services, call, asked, lambda op: onrows.act(op, form, action, body))
    return bulk.act(services, call, form, action, Asked((), body, {}, None).object)


def _is_of_rows(path: str, body: Any) -> bool:
    """Whether a command takes an action on chosen rows of a report: all at once, not each for itself."""
    return _shape(path) == "records/*/actions/*" and isinstance(body, Mapping) and "rows" in body and "ids" not in body


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


def can_be_previewed(path: str) -> bool:
    """Whether a path makes a record, or takes an action on one."""
    parts = path.split("/")
    return parts[0] == "records" and (len(parts) == 2 or (len(parts) == 5 and parts[3] == "actions"))


def revision_of(if_match: str | None) -> int | None:
    """The revision in an `If-Match`; what is no revision matches none."""
    if if_match is None:
        return None
    return int(if_match) if if_match.isascii() and if_match.isdigit() and len(if_match) <= 18 else -1


def _text(if_match: int | None) -> str | None:
    return None if if_match is None else str(if_match)


def _preview(services: Services, call: Call, asked: Asked) -> Answer:
    words = asked.words
    if len(words) == 1:
        return foreseeing.undone(services, call, lambda op: creating.preview(op, words[0], asked.object))
    return foreseeing.undone(services, call, lambda op: acting.preview(op, words[0], words[1], words[2], asked.object))


def _rows_foreseen(services: Services, call: Call, path: str, body: Any) -> Answer:
    _, form, _, action = path.split("/")
    return foreseeing.undone(services, call, lambda op: onrows.preview(op, form, action, body))
