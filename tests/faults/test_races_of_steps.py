"""Two at once in steps that several people take: rows, parallel parts, substitutes, hand-overs.

Where both may decide, both are heard, and what follows from both together happens once, whoever was first. Where one
takes from the other what he needs, one result stands. Rounds count as those of `test_races` do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.days import there
from tests.faults.arena import Arena
from tests.faults.racing import Request
from tests.faults.test_races import DONE_BEFORE, FEW, NOT_YOURS
from tests.operations import lab, times
from tests.operations.house import kind_of, name_of

FORMS = ("basket", "plea", "chore")
DONE = "done"
UNSEEN = "not_found not_found 404"
VERDICTS = ("see", "approve", "reject", "return")


@dataclass(frozen=True)
class Meeting:
    """Two requests about one record, and for all that both may be told together: its state then, and its history."""

    form: str
    record: str
    requests: tuple[Request, Request]
    may: Mapping[tuple[str, str], tuple[str, Mapping[str, int]]]
    after: Callable[[], None] = lambda: None
    """What must hold besides, whoever was first."""


@pytest.fixture(scope="module")
def court(arena: Arena) -> Arena:
    """The arena with steps by rows, in parallel parts, and with substitutes."""
    adm = arena.be("adm")
    texts = [each for each in (*lab.TEXTS, *times.TEXTS) if name_of(each) in FORMS and kind_of(each) != "notice"]
    sent = [{"kind": kind_of(each), "name": name_of(each), "text": each} for each in texts]
    lines = [each for each in (*lab.policy(), *times.policy()) if each.split(", ")[2] in FORMS]
    lines += [f"p, manager, plea, {each}, chain" for each in VERDICTS]
    lines += ["p, clerk, person, see, chain"]
    lines += [f"p, auditor, {form}, see, chain" for form in FORMS]
    policy = adm.get("definitions/permissions/policy")["text"]
    whole = "\n".join([policy, *dict.fromkeys(lines), ""])
    sent.append({"kind": "permissions", "name": "policy", "text": whole})
    adm.does("definitions/publish", {"texts": sent, "note": "for races of steps"})
    return arena


def verdict(arena: Arena, account: str, form: str, record: str, word: str = "approve", **body: Any) -> Request:
    """Somebody decides his task of a record, as he saw it last."""
    found = arena.be(account).get(f"records/{form}/{record}")["tasks"]
    (task,) = [each for each in found if word in each["actions"]]
    return Request(arena.who(account), "POST", f"tasks/{task['id']}/{word}", body)


def person(arena: Arena, account: str) -> str:
    """The record of somebody."""
    found: str = arena.be(account).get("me")["person"]["id"]
    return found


def basket(arena: Arena) -> str:
    """Two rows wait for two people."""
    lines = [{"item": {"code": "A100"}, "quantity": "1", "checker": {"code": each}} for each in ("buyA", "buyB")]
    return arena.be("clerk1").makes("basket", {"lines": lines}, "hand_in")


def last_two_rows(arena: Arena) -> Meeting:
    """The last two rows are approved in one instant: the record goes on once."""
    made = basket(arena)
    requests = verdict(arena, "buyA", "basket", made), verdict(arena, "buyB", "basket", made)
    whole = "whole", {"approve": 2, "accept": 1}
    return Meeting("basket", made, requests, {(DONE, DONE): whole})


def last_two_rows_differently(arena: Arena) -> Meeting:
    """One of them is refused: what follows from both together waits for one more person, once."""
    made = basket(arena)
    requests = verdict(arena, "buyA", "basket", made), verdict(arena, "buyB", "basket", made, "reject")

    def waits_once() -> None:
        assert len(arena.be("ame").get(f"records/basket/{made}")["tasks"]) == 1

    return Meeting("basket", made, requests, {(DONE, DONE): ("approval", {"approve": 1, "reject": 1})}, waits_once)


def parts_that_join(arena: Arena) -> Meeting:
    """Two parallel parts end in one instant: what joins them happens once."""
    made = arena.be("clerk1").makes("chore", {"what": "share"}, "spread")
    requests = verdict(arena, "mgr1", "chore", made), verdict(arena, "ame", "chore", made)
    return Meeting("chore", made, requests, {(DONE, DONE): ("doing", {"approve": 2, "accept": 1})})


def parts_that_differ(arena: Arena) -> Meeting:
    """One part approves what the other refuses: it is refused once, whoever was first."""
    made = arena.be("clerk1").makes("chore", {"what": "share"}, "spread")
    requests = verdict(arena, "mgr1", "chore", made), verdict(arena, "ame", "chore", made, "reject")
    refused = {"reject": 1, "refuse": 1}
    may = {(DONE, DONE): ("refused", {"approve": 1, **refused}), (DONE_BEFORE, DONE): ("refused", refused)}
    return Meeting("chore", made, requests, may)


def plea(arena: Arena) -> str:
    """Something for the manager of the store."""
    return arena.be("clerk1").makes("plea", {"amount": "50"}, "hand_in")


def stands_in(arena: Arena, account: str, by: str) -> str:
    """Somebody is away from today on; the id of it."""
    body: dict[str, Any] = {"person": person(arena, by)}
    today = there(arena.be("adm").get("me/waiting")["now"]).date()
    body |= {"from": str(today - timedelta(days=1)), "until": str(today + timedelta(days=2))}
    answer = arena.be(account).send("PUT", "me/substitute", body)
    assert answer.status_code == 200, answer.text
    made: str = answer.json()["id"]
    return made


def decision_against_the_end_of_standing_in(arena: Arena) -> Meeting:
    """A substitute decides in the instant in which he ceases to be one: it counts, or it is not his any more."""
    made, other = plea(arena), plea(arena)
    away = stands_in(arena, "mgr1", "mgr2")
    decides = verdict(arena, "mgr2", "plea", made)
    late = verdict(arena, "mgr2", "plea", other)
    ends = Request(arena.who("mgr1"), "DELETE", f"me/substitute/{away}", None)

    def over() -> None:
        (answer,) = arena.at_once([late])
        assert answer.outcome == NOT_YOURS
        assert arena.lines_done(other, "approve", form="plea") == []

    may = {(DONE, DONE): ("granted", {"approve": 1, "grant": 1}), (NOT_YOURS, DONE): ("approval", {})}
    return Meeting("plea", made, (decides, ends), may, over)


def two_who_may_decide_for_one(arena: Arena) -> Meeting:
    """Who is away and who stands in for him decide in one instant, each otherwise."""
    made, away = plea(arena), stands_in(arena, "mgr1", "mgr2")
    requests = verdict(arena, "mgr1", "plea", made), verdict(arena, "mgr2", "plea", made, "reject")

    def back() -> None:
        assert arena.be("mgr1").send("DELETE", f"me/substitute/{away}").status_code == 200

    may = {(DONE, DONE_BEFORE): ("granted", {"approve": 1, "grant": 1}),
           (DONE_BEFORE, DONE): ("denied", {"reject": 1, "deny": 1})}  # fmt: skip
    return Meeting("plea", made, requests, may, back)


def two_hand_overs(arena: Arena) -> Meeting:
    """Somebody hands one task to two people, in two windows: one of them has it."""
    made = plea(arena)
    to = [person(arena, each) for each in ("fin1", "dir1")]
    first, second = (verdict(arena, "mgr1", "plea", made, "hand_over", to=each) for each in to)

    def one_has_it() -> None:
        tasks = {each: arena.be(each).get(f"records/plea/{made}")["tasks"] for each in ("mgr1", "fin1", "dir1")}
        has = [each for each, found in tasks.items() if any("approve" in task["actions"] for task in found)]
        assert len(has) == 1
        assert has != ["mgr1"]

    handed = "approval", {"hand_over": 1}
    return Meeting("plea", made, (first, second), {(DONE, NOT_YOURS): handed, (NOT_YOURS, DONE): handed}, one_has_it)


def decision_against_withdrawal_of_a_plea(arena: Arena) -> Meeting:
    """What is withdrawn goes back to its submitter, or is granted: never both."""
    made = plea(arena)
    withdraw = Request(arena.who("clerk1"), "POST", f"records/plea/{made}/actions/withdraw", {})
    may = {(DONE, "conflict not_in_state 409"): ("granted", {"approve": 1, "grant": 1}),
           (DONE_BEFORE, DONE): ("draft", {"withdraw": 1})}  # fmt: skip
    return Meeting("plea", made, (verdict(arena, "mgr1", "plea", made), withdraw), may)


def decision_on_content_that_changes(arena: Arena) -> Meeting:
    """The submitter writes something else in the instant of the decision: it is for what was seen, or for nothing."""
    made = plea(arena)
    decides = verdict(arena, "mgr1", "plea", made)
    seen = {"If-Match": f'"{arena.revision(made, "plea")}"'}
    edit = Request(arena.who("clerk1"), "PATCH", f"records/plea/{made}", {"title": "another"}, seen)

    def fits() -> None:
        found = arena.be("aud").get(f"records/plea/{made}")
        assert (found["values"]["title"] == "another") == (found["state"] == "approval")

    may = {(DONE, "conflict stale 412"): ("granted", {"approve": 1, "grant": 1}),
           (DONE_BEFORE, DONE): ("approval", {"edit": 1})}  # fmt: skip
    return Meeting("plea", made, (decides, edit), may, fits)


MEETINGS: tuple[Callable[[Arena], Meeting], ...] = (
    last_two_rows,
    last_two_rows_differently,
    parts_that_join,
    parts_that_differ,
    decision_against_the_end_of_standing_in,
    two_who_may_decide_for_one,
    two_hand_overs,
    decision_against_withdrawal_of_a_plea,
    decision_on_content_that_changes,
)
WORDS = ("approve", "reject", "accept", "refuse", "grant", "deny", "hand_over", "withdraw", "edit")
all_meetings = pytest.mark.parametrize("meeting", MEETINGS, ids=lambda each: each.__name__)


def settled(arena: Arena, met: Meeting, outcomes: tuple[str, str]) -> None:
    """Both were told what may be told together, and the record and its history say the same."""
    assert outcomes in met.may, outcomes
    state, lines = met.may[outcomes]
    done = Counter(each.partition(":")[0] for each in arena.lines_done(met.record, *WORDS, form=met.form))
    assert (arena.state(met.record, met.form), done) == (state, Counter(lines)), outcomes
    met.after()


def run(arena: Arena, meeting: Callable[[Arena], Meeting], rounds: int) -> Counter[tuple[str, str]]:
    """So many rounds in which both were under way at once; what came of them, and how often."""
    found: Counter[tuple[str, str]] = Counter()
    tried = 0
    while found.total() < rounds:
        met = meeting(arena)
        answers, raced = arena.race(*met.requests, turned=tried % 2 == 1)
        outcomes = answers[0].outcome, answers[1].outcome
        settled(arena, met, outcomes)
        found[outcomes] += raced
        tried += 1
        assert tried <= 2 * rounds + FEW
    arena.assert_clean()
    return found


@all_meetings
def test_both_are_heard_or_one_and_what_follows_happens_once(court: Arena, meeting: Callable[[Arena], Meeting]) -> None:
    run(court, meeting, FEW)


@all_meetings
def test_one_after_the_other_comes_to_the_same(court: Arena, meeting: Callable[[Arena], Meeting]) -> None:
    for faster in (0, 1):
        met = meeting(court)
        first, second = (each.outcome for each in court.in_turn(met.requests[faster], met.requests[1 - faster]))
        assert first == DONE
        settled(court, met, (second, first) if faster else (first, second))


@pytest.mark.long
@all_meetings
def test_both_are_heard_or_one_however_often(court: Arena, meeting: Callable[[Arena], Meeting], rounds: int) -> None:
    run(court, meeting, rounds)
