"""The outbox: in order per record and target, taken by one at a time, given up, sent again, gathered, forgotten."""

from __future__ import annotations

import threading

from sqlalchemy import text

from engine.database import Database
from engine.records import outbox
from engine.records.outbox import GATHERED, MAIL, WEBHOOK, Message, New
from tests.records.makers import new_id


def put(database: Database, record: str, what: str, target: str = "t", topic: str = WEBHOOK, since: int = 10) -> None:
    new = New(target, topic, {"what": what}, since)
    database.transaction(lambda c: outbox.put(c, new_id, 1, record, 10, [new]))


def claim(database: Database, now: int, lease: int | None = None, **most: int) -> dict[str, Message]:
    found = database.transaction(lambda c: outbox.claim(c, now, lease or now + 100, **most))
    return {each.payload["what"]: each for each in found}


def keys(database: Database, state: str) -> list[str]:
    return [each.key for each in database.transaction(lambda c: outbox.page(c, state))]


def test_of_each_record_and_target_the_oldest_goes_first_until_it_has_arrived(database: Database) -> None:
    for record, what, target in (("r1", "a", "t"), ("r1", "b", "t"), ("r2", "c", "t"), ("r1", "d", "u")):
        put(database, record, what, target)
    assert claim(database, 9) == {}
    first = claim(database, 10)
    assert set(first) == {"a", "c", "d"}
    assert claim(database, 50) == {}
    database.transaction(lambda c: outbox.failed(c, first["a"], 60, "answered 500"))
    database.transaction(lambda c: outbox.delivered(c, first["c"], 11, "answered 200"))
    assert claim(database, 59) == {}
    again = claim(database, 60)
    assert [(each.payload["what"], each.tries, each.key) for each in again.values()] == [("a", 2, first["a"].key)]
    database.transaction(lambda c: outbox.delivered(c, again["a"], 61, "answered 200"))
    assert set(claim(database, 62)) == {"b"}


def test_what_a_dead_process_took_is_taken_again_when_its_lease_is_over(database: Database) -> None:
    put(database, "r1", "a")
    put(database, "r1", "b")
    assert set(claim(database, 10, lease=40)) == {"a"}
    assert claim(database, 39) == {}
    assert {each.tries for each in claim(database, 40).values()} == {2}


def test_many_processes_take_each_message_once(database: Database) -> None:
    for index in range(60):
        put(database, f"r{index}", f"m{index}", f"t{index % 7}")
    taken: list[str] = []
    gate = threading.Barrier(5)

    def take() -> None:
        gate.wait()
        while found := claim(database, 10, lease=10_000, limit=9):
            taken.extend(found)

    threads = [threading.Thread(target=take) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(taken) == sorted(f"m{index}" for index in range(60))


def test_of_one_target_only_so_many_are_taken_so_that_others_come_to_their_turn(database: Database) -> None:
    for index in range(8):
        put(database, f"r{index}", f"m{index}")
    put(database, "r9", "other", "u")
    assert set(claim(database, 10, each=3)) == {"m0", "m1", "m2", "other"}


def test_what_is_given_up_holds_nothing_back_and_can_be_tried_again(database: Database) -> None:
    put(database, "r1", "a")
    put(database, "r1", "b")
    (first,) = claim(database, 10).values()
    database.transaction(lambda c: outbox.give_up(c, first, 11, "x" * 1000))
    assert set(claim(database, 12)) == {"b"}
    assert keys(database, outbox.DEAD) == [first.key]
    kept = database.transaction(lambda c: outbox.kept(c, first.key))
    assert kept is not None
    assert (kept.state, kept.said) == ("dead", "x" * outbox.LONGEST_SAID)
    assert not database.transaction(lambda c: outbox.resend(c, "unknown", 20))
    assert database.transaction(lambda c: outbox.resend(c, first.key, 20))
    assert not database.transaction(lambda c: outbox.resend(c, first.key, 20))
    assert {each.tries for each in claim(database, 20).values()} == {1}


def test_what_was_not_tried_is_given_back_as_if_it_had_not_been_taken(database: Database) -> None:
    put(database, "r1", "a")
    taken = claim(database, 10)
    database.transaction(lambda c: outbox.give_back(c, taken.values(), 15))
    database.transaction(lambda c: outbox.give_back(c, [], 15))
    assert claim(database, 14) == {}
    assert claim(database, 15)["a"].tries == 1


def test_what_is_gathered_waits_for_its_time_and_holds_no_mail_back(database: Database) -> None:
    put(database, "r1", "later", "p", GATHERED, 50)
    put(database, "r1", "now", "p", MAIL)
    put(database, "r2", "later too", "p", GATHERED, 50)
    put(database, "r2", "of another", "q", GATHERED, 90)
    assert set(claim(database, 10)) == {"now"}
    assert database.transaction(lambda c: outbox.due_to_gather(c, 49)) == []
    assert database.transaction(lambda c: outbox.due_to_gather(c, 50)) == ["p"]
    found = database.transaction(lambda c: outbox.gather(c, "p", 50))
    assert [each.payload["what"] for each in found] == ["later", "later too"]
    assert database.transaction(lambda c: outbox.gather(c, "p", 60)) == []


def test_a_message_that_somebody_else_marked_meanwhile_is_counted_once(database: Database) -> None:
    put(database, "r1", "a")
    (message,) = claim(database, 10).values()
    for _ in range(2):
        database.transaction(lambda c: outbox.delivered(c, message, 11, "answered 200"))
    database.transaction(lambda c: outbox.failed(c, message, 20, "answered 500"))
    database.transaction(lambda c: outbox.give_up(c, message, 20, "answered 500"))
    put(database, "r1", "b")
    figures = database.transaction(outbox.figures)
    assert figures == [(WEBHOOK, "sent", 1), (WEBHOOK, "now_waiting", 1)]


def test_what_arrived_long_ago_is_forgotten_and_pages_go_on_where_one_ended(database: Database) -> None:
    for index in range(5):
        put(database, f"r{index}", f"m{index}")
    found = claim(database, 10)
    for index, message in enumerate(found.values()):
        database.transaction(lambda c, m=message, i=index: outbox.delivered(c, m, 100 + i, ""))
    page = database.transaction(lambda c: outbox.page(c, outbox.DELIVERED, None, 2))
    rest = database.transaction(lambda c: outbox.page(c, outbox.DELIVERED, page[-1].id, 9))
    assert [each.id for each in (*page, *rest)] == sorted((each.id for each in found.values()), reverse=True)
    assert database.transaction(lambda c: outbox.forget(c, 103)) == 3
    assert database.transaction(lambda c: outbox.forget(c, 103)) == 0
    left = database.transaction(lambda c: [line.delivered for line in c.execute(text("SELECT delivered FROM outbox"))])
    assert sorted(left) == [103, 104]
