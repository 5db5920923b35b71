"""Weighs one draft on the state: the ledger's law. Either refuses and leaves the state as it was, or applies the draft.

Used by `book`. Pure: no database. Releases and unholds apply before movements, promises and holds after them; what is
weighed is the sum, so that the order of lines within one posting does not matter (but for a serial's way).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from engine.errors import Fault, Refusal
from engine.ledger.drafting import Draft, Key, Line
from engine.ledger.refusals import fault, refused, short
from engine.ledger.state import Named, State
from engine.quantities import LARGEST

EVERYBODY = -1


@dataclass(slots=True)
class Weighed:
    """What a draft does, as differences."""

    draft: Draft
    on_hand: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    reserved: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    serials: dict[int, int] = field(default_factory=dict)
    promises: dict[Named, tuple[Key, int] | None] = field(default_factory=dict)
    """Promises set anew; None ends one."""
    holds: dict[Named, tuple[int, int, int] | None] = field(default_factory=dict)


def weigh(draft: Draft, state: State) -> Weighed | Refusal:
    """Refuse with every fault at once, or say what the draft does and apply it to the state."""
    weighed = Weighed(draft)
    faults = list(draft.faults)
    if draft.lines and draft.happened < _closed_until(draft, state):
        faults.append(fault("period_closed", None))
    for line in draft.lines:
        weighed.on_hand[line.origin, line.item, line.lot, line.owner] -= line.quantity
        weighed.on_hand[line.target, line.item, line.lot, line.owner] += line.quantity
    _set_promises(weighed, state)
    _set_holds(weighed, state)
    faults.extend(_check_holds(draft, state))
    faults.extend(_check_serials(weighed, state))
    faults.extend(_check_stock(weighed, state))
    if faults:
        return refused(faults)
    _apply(weighed, state)
    return weighed


def _closed_until(draft: Draft, state: State) -> int:
    return max(state.closed.get("", -LARGEST), state.closed.get(draft.posting.unit, -LARGEST))


def _set_promises(weighed: Weighed, state: State) -> None:
    posting = weighed.draft.posting
    if not posting.promises and not posting.releases:
        return
    source = posting.source
    own = {name: promise for name, promise in state.promises.items() if name[0] == source}
    wanted = dict(own)
    for release in posting.releases:
        wanted = {name: promise for name, promise in wanted.items() if release.line not in (None, name[2])}
    for promise in weighed.draft.promises:
        name = (source, promise.effect, promise.line)
        wanted.pop(name, None)
        if promise.quantity:
            wanted[name] = (promise.at, promise.quantity)
    for name in own.keys() | wanted.keys():
        before, after = own.get(name), wanted.get(name)
        if before == after:
            continue
        weighed.promises[name] = after
        if before:
            weighed.reserved[before[0]] -= before[1]
        if after:
            weighed.reserved[after[0]] += after[1]


def _set_holds(weighed: Weighed, state: State) -> None:
    posting = weighed.draft.posting
    for unhold in posting.unholds:
        for name in state.own_holds:
            if name[0] == posting.source and unhold.line in (None, name[2]):
                weighed.holds[name] = None
    for hold in weighed.draft.holds:
        weighed.holds[posting.source, hold.effect, hold.line] = (hold.place, hold.item, hold.lot)


def _check_holds(draft: Draft, state: State) -> list[Fault]:
    """Nobody but who holds it moves it."""
    if not state.holds:
        return []
    source = draft.posting.source
    return [
        fault("held", line.line or None, item=line.names[0], lot=line.names[1] or None)
        for line in draft.lines
        if any(
            name[0] != source and lot in (0, line.lot)
            for place in (line.origin, line.target)
            for name, lot in state.holds.get((place, line.item), {}).items()
        )
    ]


def _check_serials(weighed: Weighed, state: State) -> list[Fault]:
    """A serial leaves where it is, and nowhere else; one that was never seen comes from outside."""
    faults: list[Fault] = []
    for line in weighed.draft.lines:
        if not line.serial:
            continue
        at = weighed.serials.get(line.lot, state.serials.get(line.lot))
        if at is not None and at != line.origin:
            faults.append(fault("serial_elsewhere", line.line or None, item=line.names[0], lot=line.names[1]))
        weighed.serials[line.lot] = line.target
    return faults


def _check_stock(weighed: Weighed, state: State) -> list[Fault]:
    """Nothing below zero where that is forbidden: on hand of the key, available of the lot, the owner and the item."""
    faults: list[Fault] = []
    free = weighed.draft.free
    changes: dict[tuple[int, int, int], list[int]] = {}
    said: set[tuple[int, int]] = set()
    for key in weighed.on_hand.keys() | weighed.reserved.keys():
        place, item, lot, owner = key
        more, promised = weighed.on_hand.get(key, 0), weighed.reserved.get(key, 0)
        on_hand, reserved = state.on_hand.get(key, 0) + more, state.reserved.get(key, 0) + promised
        if abs(on_hand) > LARGEST // 4 or reserved > LARGEST // 4:
            faults.append(fault("too_large", None))
        if place in free:
            continue
        for level in (EVERYBODY, owner) if owner else (EVERYBODY,):
            change = changes.setdefault((place, item, level), [0, 0])
            change[0] += more
            change[1] += promised
        lacking = min(on_hand if more < 0 else 0, on_hand - reserved if lot and more < promised else 0)
        if lacking < 0:
            said.add((place, item))
            faults.extend(_short(weighed, lacking, place, item, lot, owner))
    for (place, item, level), (more, promised) in changes.items():
        had, kept = state.sums.get((place, item, level), (0, 0))
        left = had + more - kept - promised
        if more < promised and left < 0 and (place, item) not in said:
            said.add((place, item))
            faults.extend(_short(weighed, left, place, item, None, None if level == EVERYBODY else level))
    return faults


def _short(weighed: Weighed, lacking: int, place: int, item: int, lot: int | None, owner: int | None) -> list[Fault]:
    """One fault for each line and promise that asks for it; what is available is said once for all of them."""

    def meant(at: Key) -> bool:
        return at[:2] == (place, item) and lot in (None, at[2]) and owner in (None, at[3])

    lines = [each for each in weighed.draft.lines if meant((each.origin, each.item, each.lot, each.owner))]
    promises = [each for each in weighed.draft.promises if meant(each.at)]
    asked = sum(each.quantity for each in lines) + sum(each.quantity for each in promises)
    faults = [short(each.line or None, asked + lacking, asked, **_names(each)) for each in lines]
    faults.extend(short(each.line or None, asked + lacking, asked, item=each.item) for each in promises)
    return faults or [short(None, asked + lacking, asked)]


def _names(line: Line) -> dict[str, str | None]:
    return {"item": line.names[0], "place": line.names[3], "lot": line.names[1] or None}


def _apply(weighed: Weighed, state: State) -> None:
    for key, more in weighed.on_hand.items():
        state.on_hand[key] = state.on_hand.get(key, 0) + more
    for key, more in weighed.reserved.items():
        state.reserved[key] = state.reserved.get(key, 0) + more
    for changes, index in ((weighed.on_hand, 0), (weighed.reserved, 1)):
        for (place, item, _, owner), more in changes.items():
            for level in (EVERYBODY, owner):
                state.sums.setdefault((place, item, level), [0, 0])[index] += more
    state.serials.update(weighed.serials)
    for name, promise in weighed.promises.items():
        if promise is None:
            state.promises.pop(name, None)
        else:
            state.promises[name] = promise
    for name, hold in weighed.holds.items():
        before = state.own_holds.pop(name, None)
        if before:
            state.holds[before[:2]].pop(name, None)
        if hold:
            state.own_holds[name] = hold
            state.holds[hold[:2]][name] = hold[2]
