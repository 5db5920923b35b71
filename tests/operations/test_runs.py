"""Commands that are written down together come to what each would have come to alone, in the same order."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.database.dialects import run
from engine.operations import runs
from engine.operations.once import Result
from tests.operations.house import Desk, House

PLENTY = 6
"""What there is of an item."""


class Scene:
    """Commands about an item of their own: what they come to depends on those before them only."""

    def __init__(self, house: House) -> None:
        self.item = house.item(S01=PLENTY)
        self.words = uuid.uuid4().hex[:8]
        self.made: list[str] = []

    def command(self, kind: str, size: int) -> dict[str, Any]:
        """One command with a key of its own."""
        record = str(uuid.uuid4())
        body: dict[str, Any] = {"id": record, "values": {}}
        path = "records/memo"
        line = {"item": {"code": self.item}, "quantity": str(size)}
        if kind == "memo":
            body["values"] = {"note": "n", "code": f"{self.words}-{size}"}
        elif kind == "wordless":
            body["values"] = {"body": "no note"}
            body["action"] = "hand_in"
        elif kind == "wish":
            path, body["action"] = "records/wish", "grant"
            body["values"] = {"lines": [{**line, "quantity": str(size * 40)}]}
        elif kind == "crate":
            path, body["action"] = "records/crate", "send"
            body["values"] = {"lines": [line]}
        elif kind == "follow" and self.made:
            path, body = f"records/memo/{self.made[-1]}/actions/hand_in", {}
        elif kind == "taken" and self.made:
            body = {"id": self.made[-1], "values": {"note": "again"}}
        if kind == "memo":
            self.made.append(record)
        return {"key": uuid.uuid4().hex, "method": "POST", "path": f"/api/{path}", "body": body}


KINDS = ["memo", "memo", "wordless", "wish", "crate", "crate", "follow", "taken"]
STORIES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 4)), min_size=1, max_size=14)


def one_by_one(clerk: Desk, sent: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    replies = [
        clerk.send(each["method"], each["path"].removeprefix("/api/"), each["body"], key=each["key"]) for each in sent
    ]
    return [{"status": each.status, "body": each.body} for each in replies]


def essence(answers: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What answers say, without what is drawn anew each time."""
    told = []
    for each in answers:
        body = each["body"]
        faults = tuple((fault["path"], fault["code"]) for fault in body.get("errors", ()))
        told.append((each["status"], body.get("form"), body.get("state"), body.get("revision"), faults))
    return told


@given(STORIES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_a_batch_comes_to_what_its_commands_come_to_one_by_one(house: House, story: list[tuple[str, int]]) -> None:
    clerk = house.be("clerk1")
    together, apart = Scene(house), Scene(house)
    sent = [together.command(*each) for each in story]
    answers = clerk.does("POST", "batch", sent)
    alone = one_by_one(clerk, [apart.command(*each) for each in story])
    assert essence(answers) == essence(alone)
    assert clerk.stock(together.item, "S01") == clerk.stock(apart.item, "S01")
    assert clerk.does("POST", "batch", sent) == answers


def test_what_one_of_them_counts_includes_those_before_it(house: House) -> None:
    scene, clerk = Scene(house), house.be("clerk1")
    answers = clerk.does("POST", "batch", [scene.command("wish", 3) for _ in range(4)])
    assert [each["status"] for each in answers] == [201, 201, 409, 409]


def test_the_refused_give_their_numbers_back(house: House) -> None:
    scene, clerk = Scene(house), house.be("clerk1")
    story = [("memo", 1), ("memo", 2), ("wordless", 1), ("memo", 2), ("memo", 3), ("wordless", 1), ("memo", 4)]
    answers = clerk.does("POST", "batch", [scene.command(*each) for each in story])
    assert [each["status"] for each in answers] == [201, 201, 422, 422, 201, 422, 201]
    numbers = [int(each["body"]["number"].rpartition("-")[2]) for each in answers if each["status"] == 201]
    assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_one_key_twice_in_a_batch_lands_once(house: House) -> None:
    scene, clerk = Scene(house), house.be("clerk1")
    first, other = scene.command("memo", 1), scene.command("memo", 2)
    answers = clerk.does("POST", "batch", [first, first, other, {**other, "key": first["key"]}])
    assert answers[0] == answers[1]
    assert [each["status"] for each in answers] == [201, 201, 201, 422]
    assert answers[3]["body"]["errors"][0]["code"] == "key_reused"
    assert len(clerk.get("records/memo", filter=f"code == '{scene.words}-1'")["items"]) == 1


def test_what_was_answered_before_stays_among_what_is_new(house: House) -> None:
    scene, clerk = Scene(house), house.be("clerk1")
    sent = [scene.command("crate", 1) for _ in range(5)]
    before = clerk.does("POST", "batch", [sent[1], sent[3]])
    answers = clerk.does("POST", "batch", sent)
    assert [answers[1], answers[3]] == before
    assert [each["status"] for each in answers] == [201] * 5
    assert clerk.stock(scene.item, "S01")[0] == str(PLENTY - 5)


def test_the_same_batch_from_many_at_once_lands_once(house: House) -> None:
    scene = Scene(house)
    sent = [scene.command("crate", 1) for _ in range(8)] + [scene.command("memo", 1)]
    start, answers = threading.Barrier(4), []

    def send() -> None:
        clerk = house.be("clerk1")
        start.wait()
        answers.append(clerk.does("POST", "batch", sent))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(answers) == 4
    assert all(each == answers[0] for each in answers)
    assert [each["status"] for each in answers[0]] == [201] * PLENTY + [409] * 2 + [201]
    assert house.be("clerk1").stock(scene.item, "S01")[0] == "0"


def test_each_has_a_place_of_its_own_in_the_order_of_the_ledger(house: House) -> None:
    scene, clerk = Scene(house), house.be("clerk1")
    house.bring(scene.item, "S01", 100)
    sent = [scene.command("crate", 1) for _ in range(40)]
    seqs = [each["body"]["seq"] for each in clerk.does("POST", "batch", sent)]
    assert seqs == sorted(set(seqs))
    with house.services.database.reading() as connection:
        lines = run(connection, "SELECT DISTINCT seq FROM movement WHERE seq >= :first", {"first": seqs[0]})
        assert set(seqs) <= set(lines.scalars())


def test_a_run_that_cannot_be_written_is_tried_in_smaller_ones() -> None:
    tried: list[int] = []
    bad = {5, 17}

    def together(chunk: Sequence[int]) -> Sequence[Result]:
        tried.append(len(chunk))
        if bad & set(chunk):
            raise runs.Overtaken
        return [Result()] * len(chunk)

    alone: list[int] = []

    def one(number: int) -> Result:
        alone.append(number)
        return Result()

    assert len(runs.in_order(range(64), together, one)) == 64
    assert bad <= set(alone)
    assert len(tried) < 40


def test_an_item_that_comes_twice_at_once_under_one_key_is_made_once(house: House) -> None:
    for _ in range(6):
        record = str(uuid.uuid4())
        values = {"code": record[:8].upper(), "name": "Thing", "category": {"code": "FOOD"}, "tracking": "none"}
        start, replies = threading.Barrier(4), []

        def send(
            body: dict[str, Any], key: str, start: threading.Barrier = start, replies: list[Any] = replies
        ) -> None:
            adm = house.be("adm")
            start.wait()
            replies.append(adm.send("POST", "records/item", body, key=key))

        body = {"id": record, "values": {**values, "cost": "10"}}
        threads = [threading.Thread(target=send, args=(body, record)) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert [each.status for each in replies] == [201] * 4
        assert all(each.body == replies[0].body for each in replies)
