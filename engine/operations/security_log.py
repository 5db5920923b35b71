"""The security log for whoever looks after it (`security, see`): who was let in or refused, when and why. For `routes`.

Lines are numbered and never change, so that another system can fetch what is new by the last number that it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.access import security
from engine.clock import to_stored
from engine.errors import not_found
from engine.operations import presenting, rights
from engine.operations.calls import Answer
from engine.operations.paging import counted, known_only, read_limit

if TYPE_CHECKING:
    from engine.operations.operation import Operation

OBJECT = "security"
WORDS = ("after", "event", "limit")


def page(operation: Operation, query: Mapping[str, str]) -> Answer:
    """`?after=&event=&limit=` -> `{items, next}`, oldest first; `next` is what to ask `after` for what follows."""
    if rights.reach(operation, OBJECT, "see") is not None:
        raise not_found()
    known_only(query, WORDS)
    limit = read_limit(query)
    after = counted(query.get("after", "0"))
    found = security.read_log(operation.connection, after, limit, query.get("event"))
    following = str(found[-1][0]) if len(found) == limit else None
    items = [_told(operation, number, entry) for number, entry in found]
    return Answer(200, {"items": items, "next": following})


def _told(operation: Operation, number: int, entry: security.Entry) -> dict[str, Any]:
    return {
        "number": number,
        "at": presenting.moment(to_stored(entry.at)),
        "event": entry.event,
        "person": presenting.person(operation, entry.person),
        "account": entry.account,
        "route": entry.route,
        "reason": entry.reason,
        "detail": entry.detail,
    }
