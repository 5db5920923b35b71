"""How stock came to be: movements, the running balance, and what is on its way. Used by `commands`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import invalid_at, not_found, text
from engine.expressions import Reference
from engine.ledger import trail as ledger_trail
from engine.operations import presenting, stock, stockwords
from engine.operations.calls import Answer
from engine.operations.paging import known_only, read_limit
from engine.quantities import write

if TYPE_CHECKING:
    from engine.operations.operation import Operation

LONGEST_SEQ = 12
KNOWN_ON_ITS_WAY = {"item", "place", "limit"}


def movements(operation: Operation, query: Mapping[str, str]) -> Answer:
    """Movements after a seq, oldest first, as far as the actor may see one of their ends."""
    known_only(query, {"after", "item", "place", "record", "limit", "cursor", "below", "newest"})
    limit = read_limit(query)
    after = query.get("after", "0")
    cursor = query.get("cursor", "0")
    for name, sent in (("after", after), ("cursor", cursor)):
        _require_number(name, sent)
    source = query.get("record")
    places = stock.asked_places(operation, {key: value for key, value in query.items() if key != "record"})
    if source is not None and stock.record_seen(operation, source):
        places = None if query.get("place") is None else places
    items = stock.asked_items(operation, query.get("item"))
    if (items is not None and not items) or (places is not None and not places):
        return Answer(200, {"items": [], "next": None})
    found = ledger_trail.movements(
        operation.connection,
        after_seq=int(after),
        after=int(cursor),
        items=items,
        places=places,
        source=source,
        limit=limit + 1,
        newest=_newest(query),
    )
    following = str(found[limit - 1].id) if len(found) > limit else None
    return Answer(200, {"items": _shown(operation, found[:limit]), "next": following})


def _newest(query: Mapping[str, str]) -> bool:
    asked = query.get("newest", "false")
    if asked not in ("true", "false"):
        raise invalid_at("/newest", "choice", text("It is one of: true, false.", "只能是：true、false。"))
    return asked == "true"


def _require_number(name: str, sent: str) -> None:
    """A seq or a place in a list; longer than any of ours is none."""
    if not (sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_SEQ):
        raise invalid_at(f"/{name}", "not_a_number", text("A whole number is expected.", "应为整数。"))


def _shown(operation: Operation, moved: Sequence[ledger_trail.Moved]) -> list[dict[str, Any]]:
    named = {key for each in moved for key in (each.item, each.lot, each.source, each.person) if key}
    places = {key.partition("/")[0] for each in moved for key in (each.origin, each.target)}
    operation.shelf.prefetch(named | places)
    known: dict[str, Any] = {}
    return [_moved(operation, each, known) for each in moved]


def _moved(operation: Operation, each: ledger_trail.Moved, known: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": each.seq,
        "key": each.key,
        "item": presenting.reference(operation, Reference("", each.item)),
        "lot": presenting.reference(operation, Reference("", each.lot)) if each.lot else None,
        "owner": each.owner,
        "quantity": write(each.quantity),
        "from": stockwords.place(operation, each.origin, known),
        "to": stockwords.place(operation, each.target, known),
        "kind": each.kind,
        "record": each.source,
        "reason": each.reason,
        "because": stockwords.cause(operation, each.source, each.reason, known),
        "unit": stockwords.unit(operation, each.item),
        "row": each.line,
        "reverses": each.reverses,
        "person": presenting.person(operation, each.person),
        "version": each.version,
        "happened": each.happened.isoformat().replace("+00:00", "Z"),
        "recorded": each.recorded.isoformat().replace("+00:00", "Z"),
    }


def trail(operation: Operation, query: Mapping[str, str]) -> Answer:
    """Movements of one item at one place with the running balance."""
    known_only(query, {"item", "place", "lot", "limit", "cursor", "newest"})
    limit = read_limit(query)
    items = stock.asked_items(operation, query.get("item"))
    places = stock.asked_places(operation, query)
    cursor = query.get("cursor", "0")
    _require_number("cursor", cursor)
    lots = stock.asked_lots(operation, query.get("lot"))
    if not items or not places or len(items) != 1 or len(places) != 1 or lots == []:
        raise not_found()
    steps = ledger_trail.trail(
        operation.connection,
        items[0],
        places[0],
        lots[0] if lots else None,
        after=int(cursor),
        limit=limit + 1,
        newest=_newest(query),
    )
    told = zip(_shown(operation, [each.moved for each in steps[:limit]]), steps, strict=False)
    shown = [{**moved, "change": write(each.change), "balance": write(each.balance)} for moved, each in told]
    return Answer(200, {"items": shown, "next": str(steps[limit - 1].moved.id) if len(steps) > limit else None})


def moving(operation: Operation, query: Mapping[str, str]) -> Answer:
    """What of an item lies in places of records (on its way), by record; with `place` of records that are its too."""
    known_only(query, KNOWN_ON_ITS_WAY)
    limit = read_limit(query)
    items = stock.asked_items(operation, query.get("item"))
    if not items or len(items) != 1:
        raise not_found()
    here = None
    if "place" in query:
        here = stock.asked_places(operation, {"place": query["place"]})
        if not here:
            raise not_found()
    known: dict[str, Any] = {}
    shown: list[dict[str, Any]] = []
    for each in ledger_trail.moving(operation.connection, items[0]):
        told = _on_its_way(operation, each, here[0] if here else None, known)
        if told is not None and len(shown) < limit:
            shown.append(told)
    return Answer(200, {"items": shown, "next": None})


def _on_its_way(
    operation: Operation, each: ledger_trail.Moving, here: str | None, known: dict[str, Any]
) -> dict[str, Any] | None:
    """One quantity on its way, if the actor may see the record that it lies in, and it has to do with the place."""
    record = each.place.partition("/")[0]
    stored = operation.shelf.head(record)
    form = operation.library.forms.get(stored.form) if stored else None
    if stored is None or form is None or "place" in (form.told.get("ledger") or {}):
        return None
    shown = stockwords.cause(operation, record, "", known)["of"]
    if shown is None or (here is not None and here.partition("/")[0] not in _units(form.org, stored.values)):
        return None
    return {
        "item": presenting.reference(operation, Reference("", each.item)),
        "lot": presenting.reference(operation, Reference("", each.lot)) if each.lot else None,
        "quantity": write(each.quantity),
        "unit": stockwords.unit(operation, each.item),
        "place": stockwords.place(operation, each.place),
        "from": stockwords.place(operation, each.origin) if each.origin else None,
        "leaves": None if here is None else each.origin == here,
        "since": each.since.isoformat().replace("+00:00", "Z") if each.since else None,
        "record": shown,
    }


def _units(names: Sequence[str], values: Mapping[str, Any]) -> set[str]:
    return {str(values[name]) for name in names if values.get(name)}
