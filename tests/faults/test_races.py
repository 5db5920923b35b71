"""Two at once over HTTP: exactly one wins, the other is told why, history has one line, and everything recounts.

Both requests are sent to the last byte before either is answered; a round in which that was not so does not count. On
PostgreSQL the two are served by different processes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults.arena import Arena
from tests.faults.racing import Request

FEW = 2
IN_FLIGHT = 200
STALE = "conflict stale 412"
GONE = "conflict not_in_state 409"
DONE_BEFORE = "conflict task_done 409"
SHORT = "rule short 409"
NOT_YOURS = "right not_yours 403"


@dataclass(frozen=True)
class Pair:
    """Two requests, what each is told when the other was faster, and how one sees afterwards that one was."""

    requests: tuple[Request, Request]
    loses: tuple[str, str]
    states: tuple[str, str]
    """The state that the record is in when the first won, and when the second did."""
    record: str = ""
    actions: tuple[str, ...] = ()


def last_piece_at_two_tills(arena: Arena) -> Pair:
    """The last piece is sold twice, by the keys of two tills."""
    code = arena.new_item()
    arena.receive("clerk1", "S01", code, "1")
    lines = [{"item": {"code": code}, "quantity": "1", "price": "2.00"}]
    body = {"values": {"store": {"code": "S01"}, "lines": lines}, "action": "post"}
    first, second = (Request(arena.key(who), "POST", "records/ticket", body) for who in ("clerk1", "clerk1b"))
    return Pair((first, second), (SHORT, SHORT), ("", ""))


def last_piece_promised_twice(arena: Arena) -> Pair:
    """Two transfers want the last piece: the second approval has nothing left to promise."""
    code = arena.new_item()
    arena.receive("dck", "DC1", code, "1")
    made = [arena.transfer("approval", to=to, by=by, item=code) for to, by in (("S01", "clerk1"), ("S02", "clerk2"))]
    first, second = (
        Request(arena.who(who), "POST", f"tasks/{arena.task(record, who)}/approve", {})
        for who, record in zip(("dckm", "mgr2"), made, strict=True)
    )
    return Pair((first, second), (SHORT, SHORT), ("approved", "approval"), made[0])


def ship_against_ship(arena: Arena) -> Pair:
    """Two clerks of the warehouse ship the same goods."""
    made = arena.transfer("approved")
    first, second = (arena.action(arena.who(who), made, "ship") for who in ("dck", "clerk3"))
    return Pair((first, second), (GONE, GONE), ("in_transit",) * 2, made, ("ship",))


def receive_by_two(arena: Arena) -> Pair:
    """Two clerks of the store receive the same goods."""
    made = arena.transfer("in_transit")
    row = arena.be("aud").get(f"records/transfer/{made}")["values"]["lines"][0]["row"]
    came = {"lines": [{"row": row, "received": "1", "damaged": "0"}]}

    def receive(who: str) -> Request:
        asks = {"signature": {"typed": arena.be(who).get("me")["name"]}}
        return arena.action(arena.who(who), made, "receive", {"values": came, "asks": asks})

    first, second = (receive(who) for who in ("clerk1", "clerk1b"))
    return Pair((first, second), (GONE, GONE), ("done",) * 2, made, ("receive",))


def approve_against_withdraw(arena: Arena) -> Pair:
    """The manager approves what its submitter withdraws."""
    made = arena.transfer("approval")
    approve = Request(arena.who("dckm"), "POST", f"tasks/{arena.task(made)}/approve", {})
    withdraw = arena.action(arena.who("clerk1c"), made, "withdraw")
    return Pair((approve, withdraw), (DONE_BEFORE, GONE), ("approved", "withdrawn"), made, ("approve", "withdraw"))


def first_of_two_approvals_against_withdraw(arena: Arena) -> Pair:
    """The same when another step follows: the record is still in approval, and somebody has decided."""
    made = arena.transfer("approval", quantity="501")
    approve = Request(arena.who("dckm"), "POST", f"tasks/{arena.task(made)}/approve", {})
    withdraw = arena.action(arena.who("clerk1c"), made, "withdraw")
    loses = (DONE_BEFORE, "rule undecided 409")
    return Pair((approve, withdraw), loses, ("approval", "withdrawn"), made, ("approve", "withdraw"))


def approve_against_reject(arena: Arena) -> Pair:
    """One manager approves what the other rejects."""
    made = arena.transfer("approval")
    task = arena.task(made)
    approve = Request(arena.who("dckm"), "POST", f"tasks/{task}/approve", {})
    reject = Request(arena.who("mgr2"), "POST", f"tasks/{task}/reject", {"comment": "no"})
    return Pair((approve, reject), (DONE_BEFORE,) * 2, ("approved", "rejected"), made, ("approve", "reject"))


def approve_against_edit(arena: Arena) -> Pair:
    """The manager approves what its submitter edits: an approval is for one content."""
    made = arena.transfer("approval")
    approve = Request(arena.who("dckm"), "POST", f"tasks/{arena.task(made)}/approve", {})
    seen = {"If-Match": f'"{arena.revision(made)}"'}
    edit = Request(arena.who("clerk1c"), "PATCH", f"records/transfer/{made}", {"reason": "slow"}, seen)
    return Pair((approve, edit), (DONE_BEFORE, STALE), ("approved", "approval"), made, ("approve", "edit"))


def approve_against_handing_over(arena: Arena) -> Pair:
    """The manager approves in one window what he hands over in another."""
    made = arena.transfer("approval")
    task, to = arena.task(made), arena.be("ame").get("me")["person"]["id"]
    approve = Request(arena.who("dckm"), "POST", f"tasks/{task}/approve", {})
    hand = Request(arena.who("dckm"), "POST", f"tasks/{task}/hand_over", {"to": to})
    return Pair((approve, hand), (NOT_YOURS, DONE_BEFORE), ("approved", "approval"), made, ("approve", "hand_over"))


def next_decision_against_taking_back(arena: Arena) -> Pair:
    """The next approver decides while the one before takes his decision back."""
    made = arena.transfer("approval", quantity="501")
    first = arena.task(made)
    arena.be("dckm").does(f"tasks/{first}/approve", {})
    following = Request(arena.who("ame"), "POST", f"tasks/{arena.task(made, 'ame')}/approve", {})
    back = Request(arena.who("dckm"), "POST", f"tasks/{first}/take_back", {})
    return Pair((following, back), (DONE_BEFORE, "rule followed 409"), ("approved", "approval"), made)


def two_edits_of_one_revision(arena: Arena) -> Pair:
    """Two people edit the copy that both of them read."""
    made = arena.transfer("draft")
    seen = {"If-Match": f'"{arena.revision(made)}"'}
    first, second = (
        Request(arena.who(who), "PATCH", f"records/transfer/{made}", {"reason": reason}, seen)
        for who, reason in (("clerk1", "slow"), ("clerk1b", "recall"))
    )
    return Pair((first, second), (STALE, STALE), ("draft",) * 2, made, ("edit",))


RACES: tuple[Callable[[Arena], Pair], ...] = (
    last_piece_at_two_tills,
    last_piece_promised_twice,
    ship_against_ship,
    receive_by_two,
    approve_against_withdraw,
    first_of_two_approvals_against_withdraw,
    approve_against_reject,
    approve_against_edit,
    approve_against_handing_over,
    next_decision_against_taking_back,
    two_edits_of_one_revision,
)
all_races = pytest.mark.parametrize("race", RACES, ids=lambda each: each.__name__)


def run(arena: Arena, race: Callable[[Arena], Pair], rounds: int) -> None:
    """So many rounds in which both requests were under way at once."""
    counted = tried = 0
    while counted < rounds:
        pair = race(arena)
        answers, raced = arena.race(*pair.requests, turned=tried % 2 == 1)
        assert_one_won(arena, pair, [each.outcome for each in answers])
        counted += raced
        tried += 1
        assert tried <= 2 * rounds + FEW
    arena.assert_clean()


def assert_one_won(arena: Arena, pair: Pair, outcomes: list[str]) -> None:
    """One is done; the other is refused as it must be; the record is where the winner brought it, once."""
    assert outcomes.count("done") == 1, outcomes
    winner = outcomes.index("done")
    assert outcomes[1 - winner] == pair.loses[1 - winner]
    if pair.record:
        assert arena.state(pair.record) == pair.states[winner]
    if pair.actions:
        assert len(arena.lines_done(pair.record, *pair.actions)) == 1


@all_races
def test_exactly_one_wins(arena: Arena, race: Callable[[Arena], Pair]) -> None:
    run(arena, race, FEW)


@all_races
def test_who_comes_later_is_refused_as_who_is_slower(arena: Arena, race: Callable[[Arena], Pair]) -> None:
    for faster in (0, 1):
        pair = race(arena)
        first, second = (each.outcome for each in arena.in_turn(pair.requests[faster], pair.requests[1 - faster]))
        assert (first, second) == ("done", pair.loses[1 - faster])


@pytest.mark.long
@all_races
def test_exactly_one_wins_however_often(arena: Arena, race: Callable[[Arena], Pair], rounds: int) -> None:
    run(arena, race, rounds)


def submit_at_once(arena: Arena, count: int) -> None:
    """So many submissions at once have as many numbers, one after the other."""
    drafts = [arena.transfer("draft", to="S02", by="clerk2") for _ in range(count)]
    before = numbers(arena)
    answers = arena.at_once([arena.action(arena.who("clerk2"), each, "submit") for each in drafts])
    assert {each.outcome for each in answers} == {"done"}
    given = sorted(int(each.body["number"].rpartition("-")[2]) for each in answers)
    first = max(before, default=0) + 1
    assert given == list(range(first, first + count))
    assert numbers(arena) == before | set(given)
    assert len({each.body["seq"] for each in answers}) == count


def numbers(arena: Arena) -> set[int]:
    """The counters in the numbers of all transfers."""
    found: set[int] = set()
    cursor: dict[str, str] = {}
    while True:
        page = arena.be("aud").get("records/transfer", fields="number", limit="500", **cursor)
        found |= {int(each["number"].rpartition("-")[2]) for each in page["items"] if each["number"]}
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_many_submissions_at_once_get_numbers_without_gaps(arena: Arena) -> None:
    submit_at_once(arena, 20)


@pytest.mark.long
def test_200_submissions_at_once_get_numbers_without_gaps(arena: Arena) -> None:
    submit_at_once(arena, IN_FLIGHT)
    arena.assert_clean()


def test_parallel_approvals_never_promise_more_than_there_is(arena: Arena) -> None:
    code = arena.new_item()
    arena.receive("dck", "DC1", code, "10")
    waiting = [arena.transfer("approval", item=code) for _ in range(20)]
    who = [arena.who(each) for each in ("dckm", "mgr2")]
    asked = [
        Request(who[number % 2], "POST", f"tasks/{arena.task(record)}/approve", {})
        for number, record in enumerate(waiting)
    ]
    outcomes = [each.outcome for each in arena.at_once(asked)]
    assert sorted(outcomes) == ["done"] * 10 + [SHORT] * 10
    (stock,) = arena.be("aud").get("stock", item=code, place="DC1")["items"]
    assert (stock["on_hand"], stock["reserved"], stock["available"]) == ("10", "10", "0")
    for record, outcome in zip(waiting, outcomes, strict=True):
        assert arena.state(record) == ("approved" if outcome == "done" else "approval")
    arena.assert_clean()


def same_key_at_once(arena: Arena, rounds: int) -> None:
    """One key sent twice at once: one effect and one answer, of a success and of a refusal."""
    for number in range(rounds):
        made = arena.transfer("approved")
        key = {"Idempotency-Key": str(uuid.uuid4())}
        ship = arena.action(arena.who("dck"), made, "ship", **key)
        answers, _ = arena.race(ship, ship, turned=number % 2 == 1)
        assert [each.outcome for each in answers] == ["done", "done"]
        assert answers[0].body == answers[1].body
        assert arena.lines_done(made, "ship") == ["ship"]
        key = {"Idempotency-Key": str(uuid.uuid4())}
        late = arena.action(arena.who("clerk3"), made, "ship", **key)
        answers, _ = arena.race(late, late)
        assert [each.outcome for each in answers] == [GONE, GONE]
        assert answers[0].body == answers[1].body


def test_one_key_twice_at_once_has_one_effect_and_one_answer(arena: Arena) -> None:
    same_key_at_once(arena, FEW)


@pytest.mark.long
def test_one_key_twice_at_once_has_one_effect_however_often(arena: Arena, rounds: int) -> None:
    same_key_at_once(arena, rounds)
    arena.assert_clean()


def test_one_key_for_two_requests_at_once_serves_one_of_them(arena: Arena) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    made = [arena.transfer("approved") for _ in range(2)]
    answers, _ = arena.race(*(arena.action(arena.who("dck"), each, "ship", **key) for each in made))
    assert sorted(each.outcome for each in answers) == ["done", "invalid key_reused 422"]
    assert sorted(map(arena.state, made)) == ["approved", "in_transit"]
