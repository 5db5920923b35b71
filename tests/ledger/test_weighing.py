"""The law by itself, without a database: what refuses leaves the state as it was, what is weighed is the sum."""

from __future__ import annotations

import copy
from collections import defaultdict
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import to_stored
from engine.errors import Refusal
from engine.ledger.drafting import Draft, Held, Line, Promised
from engine.ledger.state import State
from engine.ledger.values import Posting, Release, Unhold
from engine.ledger.weighing import EVERYBODY, Weighed, weigh
from engine.quantities import LARGEST, UNIT
from tests.ledger.making import NOW

STORE, SHOP, OUTSIDE = 1, 2, 3
APPLE, PHONE = 1, 2
AT = to_stored(NOW)

PLACES = st.sampled_from((STORE, SHOP, OUTSIDE))
LINES = st.lists(
    st.tuples(PLACES, PLACES, st.integers(1, 6), st.sampled_from((0, 7)), st.sampled_from((0, 9))).filter(
        lambda drawn: drawn[0] != drawn[1]
    ),
    max_size=4,
)
PROMISES = st.lists(
    st.tuples(st.sampled_from("xy"), PLACES, st.sampled_from((0, 7)), st.integers(0, 6)),
    max_size=2,
    unique_by=lambda drawn: drawn[0],
)
RELEASES = st.sampled_from(((), (Release(),), (Release("x"),)))
Drawn = tuple[int, int, int, int, int]


def line(
    origin: int, target: int, quantity: int, lot: int = 0, owner: int = 0, name: str = "", item: int = APPLE
) -> Line:
    """A movement in ids."""
    names = (str(item), str(lot or ""), str(owner or ""), str(origin), str(target), "")
    serial = item == PHONE
    whole = quantity * UNIT
    return Line("k", item, lot, owner, origin, target, whole, None, "move", name, None, serial, names)


def draft(*lines: Line, source: str = "r", happened: int = AT, unit: str = "", **parts: Any) -> Draft:
    """A draft of these lines; what is outside may go below zero."""
    promises, holds = parts.pop("promises", ()), parts.pop("holds", ())
    said = Posting(source, "c", NOW, NOW, unit=unit, promises=tuple(promises), holds=tuple(holds), **parts)
    return Draft(said, happened, AT, list(lines), list(promises), list(holds), [], {OUTSIDE})


def promised(name: str, place: int, lot: int, quantity: int) -> Promised:
    """A promise of apples."""
    return Promised("keep", name, (place, APPLE, lot, 0), quantity * UNIT, "apple")


def state(stock: dict[tuple[int, int, int, int], int], kept: dict[tuple[str, str], tuple[int, int, int]]) -> State:
    """A picture of this stock and these promises: (source, line) -> place, lot, quantity."""
    made = State()
    for key, number in stock.items():
        made.on_hand[key] = number * UNIT
        _sum(made, key, number * UNIT, 0)
    for (source, name), (place, lot, number) in kept.items():
        at = (place, APPLE, lot, 0)
        made.promises[source, "keep", name] = (at, number * UNIT)
        made.reserved[at] = made.reserved.get(at, 0) + number * UNIT
        _sum(made, at, 0, number * UNIT)
    return made


def _sum(made: State, key: tuple[int, int, int, int], more: int, promised_more: int) -> None:
    place, item, _, owner = key
    for level in (EVERYBODY, owner):
        sums = made.sums.setdefault((place, item, level), [0, 0])
        sums[0] += more
        sums[1] += promised_more


def full() -> State:
    """Five of no lot, five of a lot and three of somebody's at each strict place, two promised to another."""
    stock = {
        (place, APPLE, lot, owner): number
        for place in (STORE, SHOP)
        for lot, owner, number in ((0, 0, 5), (7, 0, 5), (0, 9, 3))
    }
    return state(stock, {("other", "z"): (STORE, 0, 2), ("r", "x"): (STORE, 7, 3)})


def codes(answer: Weighed | Refusal) -> list[tuple[str, str | None]]:
    """Every fault, in no order."""
    return sorted((each.code, each.row) for each in answer.faults) if isinstance(answer, Refusal) else []


def drafted(drawn: list[Drawn], promises: list[Any], releases: Any) -> Draft:
    """What hypothesis drew."""
    lines = [line(*each, name=str(number)) for number, each in enumerate(drawn)]
    return draft(*lines, promises=[promised(*each) for each in promises], releases=releases)


@settings(max_examples=50)
@given(LINES, PROMISES, RELEASES)
def test_a_refusal_leaves_the_state_and_what_is_applied_is_lawful(
    drawn: list[Drawn], promises: list[Any], releases: Any
) -> None:
    before = full()
    after = copy.deepcopy(before)
    answer = weigh(drafted(drawn, promises, releases), after)
    if isinstance(answer, Refusal):
        assert after == before
        return
    more: dict[tuple[int, int, int, int], int] = defaultdict(int)
    for origin, target, quantity, lot, owner in drawn:
        more[origin, APPLE, lot, owner] -= quantity * UNIT
        more[target, APPLE, lot, owner] += quantity * UNIT
    keys = before.on_hand.keys() | more.keys()
    assert {key: after.on_hand.get(key, 0) - before.on_hand.get(key, 0) for key in keys} == {k: more[k] for k in keys}
    for (place, item, lot, owner), number in after.on_hand.items():
        assert place == OUTSIDE or number >= (after.reserved.get((place, item, lot, owner), 0) if lot else 0)
    for (place, item, level), (there, kept) in after.sums.items():
        own = [key for key in after.on_hand.keys() | after.reserved.keys() if key[:2] == (place, item)]
        own = [key for key in own if level in (EVERYBODY, key[3])]
        assert there == sum(after.on_hand.get(key, 0) for key in own)
        assert kept == sum(after.reserved.get(key, 0) for key in own)
        # What is promised of nobody in particular counts against everybody's goods, not one's own alone.
        assert place == OUTSIDE or level == 0 or there >= kept
    assert sum(quantity for _, quantity in after.promises.values()) == sum(after.reserved.values())


@settings(max_examples=40)
@given(LINES, PROMISES, RELEASES)
def test_the_order_of_lines_does_not_matter(drawn: list[Drawn], promises: list[Any], releases: Any) -> None:
    one = drafted(drawn, promises, releases)
    expected, there = codes(weigh(one, first := full())), first
    for lines in list(permutations(one.lines))[1:7]:
        again = full()
        turned = Draft(one.posting, AT, AT, list(lines), one.promises[::-1], [], [], {OUTSIDE})
        assert codes(weigh(turned, again)) == expected
        assert (again.on_hand, again.sums, again.promises) == (there.on_hand, there.sums, there.promises)


QUARTER = LARGEST // 4


@pytest.mark.parametrize(
    ("there", "more", "code"),
    [
        (QUARTER - 1, 1, None),
        (QUARTER, 1, "too_large"),
        (QUARTER - 1, 2, "too_large"),
        (-QUARTER + 1, -1, None),
        (-QUARTER, -1, "too_large"),
    ],
)
def test_a_balance_keeps_to_a_quarter_of_64_bits_either_way(there: int, more: int, code: str | None) -> None:
    origin, target = (OUTSIDE, SHOP) if more > 0 else (SHOP, OUTSIDE)
    made = State(on_hand={(SHOP, APPLE, 0, 0): there}, sums={(SHOP, APPLE, EVERYBODY): [there, 0]})
    one = line(origin, target, 1)
    one.quantity = abs(more)
    answer = weigh(Draft(draft().posting, AT, AT, [one], [], [], [], {OUTSIDE, SHOP}), made)
    assert (answer.code if isinstance(answer, Refusal) else None) == code


SERIALS: tuple[tuple[int | None, tuple[tuple[int, int], ...], int | None], ...] = (
    (None, ((OUTSIDE, STORE),), STORE),
    (STORE, ((STORE, SHOP),), SHOP),
    (STORE, ((STORE, SHOP), (SHOP, OUTSIDE)), OUTSIDE),
    (OUTSIDE, ((OUTSIDE, STORE), (STORE, SHOP)), SHOP),
    (STORE, ((OUTSIDE, SHOP),), None),
    (STORE, ((STORE, SHOP), (STORE, OUTSIDE)), None),
    (None, ((OUTSIDE, STORE), (OUTSIDE, SHOP)), None),
    (SHOP, ((OUTSIDE, STORE), (STORE, OUTSIDE)), None),
)


@pytest.mark.parametrize(("at", "ways", "ends"), SERIALS)
def test_a_serial_leaves_only_where_it_is(at: int | None, ways: tuple[tuple[int, int], ...], ends: int | None) -> None:
    made = State(serials={} if at is None else {8: at})
    if at is not None:
        made.on_hand[at, PHONE, 8, 0] = UNIT
        _sum(made, (at, PHONE, 8, 0), UNIT, 0)
    answer = weigh(draft(*(line(*way, 1, 8, name="s", item=PHONE) for way in ways)), made)
    if ends is None:
        assert "serial_elsewhere" in {code for code, _ in codes(answer)}
    assert made.serials.get(8) == (at if ends is None else ends)


@pytest.mark.parametrize(
    ("chain", "unit", "refused"),
    [(None, None, False), (AT, None, False), (AT + 1, None, True), (None, AT + 1, True), (AT - 1, AT, False)],
)
@pytest.mark.parametrize("moves", [True, False])
def test_the_later_of_the_chains_and_the_units_close_counts_and_only_for_what_moves(
    chain: int | None, unit: int | None, refused: bool, moves: bool
) -> None:
    made = full()
    made.closed = {name: until for name, until in (("", chain), ("north", unit), ("south", AT + 9)) if until}
    lines = (line(STORE, SHOP, 1),) if moves else ()
    answer = weigh(draft(*lines, unit="north"), made)
    assert codes(answer) == ([("period_closed", None)] if refused and moves else [])


def test_a_hold_is_set_by_its_name_and_stops_all_but_who_set_it() -> None:
    made = full()
    for place in (STORE, SHOP):  # the second one moves the first
        assert not codes(weigh(draft(source="count", holds=[Held("freeze", "a", place, APPLE, 0)]), made))
    ways = {"from": line(STORE, OUTSIDE, 1), "to": line(OUTSIDE, SHOP, 1), "away": line(SHOP, OUTSIDE, 1, 7)}
    told = {name: codes(weigh(draft(each), copy.deepcopy(made))) for name, each in ways.items()}
    assert told == {"from": [], "to": [("held", None)], "away": [("held", None)]}
    assert not codes(weigh(draft(ways["away"], source="count"), copy.deepcopy(made)))
    assert not codes(weigh(draft(source="other", unholds=(Unhold(),)), made))
    assert codes(weigh(draft(ways["to"]), made)) == [("held", None)]
    assert not codes(weigh(draft(source="count", unholds=(Unhold("a"),)), made))
    assert not codes(weigh(draft(ways["to"]), made))


@pytest.mark.parametrize(("lot", "available"), [(0, 5), (7, 2), (5, 0)])
def test_what_a_refusal_calls_available_would_have_been_posted_and_no_piece_more(lot: int, available: int) -> None:
    """Of the lot three are promised; of five without a lot two may still be taken from the other lot."""
    made = full()
    answer = weigh(draft(line(STORE, OUTSIDE, 6, lot, name="a"), line(STORE, SHOP, 3, lot, name="b")), made)
    assert isinstance(answer, Refusal)
    told = [(each.row, each.params["asked"], each.params["available"]) for each in answer.faults]
    assert told == [(row, "9", str(available)) for row in "ab"]
    assert codes(weigh(draft(line(STORE, OUTSIDE, available + 1, lot, name="x")), made)) == [("short", "x")]
    if available:
        assert not codes(weigh(draft(line(STORE, OUTSIDE, available, lot)), made))
        assert codes(weigh(draft(line(STORE, OUTSIDE, 1, lot, name="y")), made)) == [("short", "y")]
