"""Alerts of the library: turned on and off where figures move, in the same transaction, and fired as timers.

`follow` is called when stock and facts are written (`settling`, `together`); `alarming` fires them. Alerts are never
pinned: the newest library says what is watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from engine.clock import to_stored
from engine.database.dialects import run_together
from engine.definitions.models import Alert, Fact
from engine.expressions import Reference, Value, holds
from engine.ledger import Posting, balances, trail
from engine.quantities import write
from engine.records import alerts, facts, timers

if TYPE_CHECKING:
    from engine.operations.factbook import Moved
    from engine.operations.operation import Operation

PREFIX = "alert:"
WATCHED = "watched"
MOST = 1_000_000
_READ: Mapping[str, Callable[[Any], Value]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "moment": datetime.fromisoformat,
}
Pairs = set[tuple[str, str]]
Wanted = dict[tuple[str, str], Mapping[str, Any]]
"""By an alert's name and key: what it is asked for, by parameter."""


def watches_stock(operation: Operation) -> bool:
    """Whether any alert watches figures of stock; else nothing of it is looked up."""
    return any(each.of_stock for each in operation.library.alerts.values())


def promised(operation: Operation, postings: Iterable[Posting]) -> Pairs:
    """Items and places of what these are to promise, or to free; asked before they are posted."""
    if not watches_stock(operation):
        return set()
    found = {(each.item, each.place.key) for posting in postings for each in posting.promises}
    freed = {posting.source for posting in postings if posting.releases or posting.moves}
    for source in sorted(freed):
        found |= {(each.item, each.place.key) for each in balances.promises_of(operation.connection, source)}
    return found


def follow(operation: Operation, pairs: Pairs, seqs: Iterable[int], moved: Sequence[Moved]) -> None:
    """Turn the alerts on whose condition holds now, and off those whose does not; set a timer for each that came on."""
    library = operation.library
    if not library.alerts:
        return
    if watches_stock(operation):
        found = trail.touched(operation.connection, set(seqs), MOST)
        pairs = pairs | {(item, place) for _seq, item, place in found}
    wanted = _of_stock(operation, pairs) | _of_facts(library.alerts, moved)
    marks = alerts.lock(operation.connection, wanted)
    set_now = []
    for key, mark in sorted(marks.items()):
        alert, named = library.alerts[key[0]], wanted[key]
        watched = _figure(operation, alert, key[1], named)
        on = holds(alert.when, _environment(operation, alert, named, watched))
        if on == mark.active:
            continue
        times = mark.times + on
        alerts.turn(operation.connection, key, alerts.Mark(on, times), to_stored(operation.now))
        if on:
            told = orjson.dumps({"times": times, "key": named, WATCHED: write(watched)}, option=orjson.OPT_SORT_KEYS)
            due = to_stored(operation.now)
            set_now.append(timers.Timer(named[alert.about], f"{PREFIX}{alert.name}", told.decode(), alert.form, due))
    if set_now:
        run_together(operation.connection, timers.setting(operation.connection, set_now))


def _of_stock(operation: Operation, pairs: Pairs) -> Wanted:
    wanted: Wanted = {}
    for alert in operation.library.alerts.values():
        if not alert.of_stock:
            continue
        for item, place in sorted(pairs):
            known = {name: operation.shelf.head(each) for name, each in (("item", item), ("place", place))}
            if all(each is not None and each.form == alert.parameters[name] for name, each in known.items()):
                named = {"item": item, "place": place}
                wanted[alert.name, orjson.dumps(named, option=orjson.OPT_SORT_KEYS).decode()] = named
    return wanted


def _of_facts(declared: Mapping[str, Alert], moved: Sequence[Moved]) -> Wanted:
    wanted: Wanted = {}
    for alert in declared.values():
        for fact, before, after in moved:
            if fact.name != alert.figure or alert.of_stock:
                continue
            for key in {*before, *after}:
                named = orjson.loads(key)
                if named.get(alert.about) is not None:
                    wanted[alert.name, key] = named
    return wanted


def _figure(operation: Operation, alert: Alert, key: str, named: Mapping[str, Any]) -> Decimal:
    if not alert.of_stock:
        return facts.value(operation.connection, operation.library.facts[alert.figure], key)
    asked = (named["item"], named["place"], None)
    found: Decimal = getattr(balances.figures(operation.connection, [asked])[asked], alert.figure)
    return found


def _environment(operation: Operation, alert: Alert, named: Mapping[str, Any], watched: Decimal) -> Any:
    return operation.environment(None).with_names(**names_of(operation, alert, named), watched=watched)


def names_of(operation: Operation, alert: Alert, named: Mapping[str, Any]) -> dict[str, Value]:
    """What its expressions name: records, what else a fact is asked by, and the record that it is about."""
    fact = operation.library.facts.get(alert.figure)
    names: dict[str, Value] = {
        name: Reference(alert.parameters[name], str(value)) if name in alert.parameters else _typed(fact, name, value)
        for name, value in named.items()
    }
    about = names[alert.about]
    return {**names, "each": about, "it": about, "record": about}


def _typed(fact: Fact | None, name: str, value: Any) -> Value:
    read = _READ.get(fact.parameters[name].kind) if fact is not None and value is not None else None
    return read(value) if read else value
