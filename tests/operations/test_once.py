"""A key lands once: the same bytes again, refusals remembered, another body refused; and batches of commands."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.operations.house import Desk, House


def key() -> str:
    return uuid.uuid4().hex


def test_the_same_key_gives_the_same_bytes_and_acts_once(house: House) -> None:
    clerk, mine = house.be("clerk1"), key()
    body = {"values": {"note": mine}}
    first = clerk.send("POST", "records/memo", body, key=mine)
    again = clerk.send("POST", "records/memo", body, key=mine)
    assert (first.status, first.raw) == (201, again.raw)
    assert again.status == 201
    assert len(clerk.get("records/memo", filter=f"note == '{mine}'")["items"]) == 1


def test_a_replay_does_not_follow_what_happened_since(house: House) -> None:
    clerk, mine = house.be("clerk1"), key()
    record = clerk.makes("memo", {"note": "a"})
    first = clerk.send("POST", f"records/memo/{record}/actions/hand_in", {}, key=mine)
    house.be("mgr1").edits("memo", record, {"note": "b"})
    again = clerk.send("POST", f"records/memo/{record}/actions/hand_in", {}, key=mine)
    assert first.raw == again.raw


def test_another_request_under_the_same_key_is_refused(house: House) -> None:
    clerk, mine = house.be("clerk1"), key()
    record = clerk.makes("memo", {"note": "a"})
    assert clerk.send("PATCH", f"records/memo/{record}", {"note": "b"}, if_match=1, key=mine).status == 200
    for method, path, body, seen in (
        ("PATCH", f"records/memo/{record}", {"note": "c"}, 1),
        ("PATCH", f"records/memo/{record}", {"note": "b"}, 2),
        ("POST", f"records/memo/{record}/actions/hand_in", {"note": "b"}, 1),
    ):
        refused = clerk.send(method, path, body, if_match=seen, key=mine)
        assert (refused.status, refused.errors) == (422, [("/Idempotency-Key", "key_reused")])
    assert clerk.reads("memo", record)["note"] == "b"


def test_the_order_of_words_in_a_body_means_nothing(house: House) -> None:
    clerk, mine = house.be("clerk1"), key()
    first = clerk.send("POST", "records/memo", {"values": {"note": "a", "days": 1}}, key=mine)
    again = clerk.send("POST", "records/memo", {"values": {"days": 1, "note": "a"}}, key=mine)
    assert first.raw == again.raw


def test_keys_belong_to_their_account(house: House) -> None:
    mine = key()
    first = house.be("clerk1").send("POST", "records/memo", {"values": {"note": "a"}}, key=mine)
    other = house.be("clerk2").send("POST", "records/memo", {"values": {"note": "b"}}, key=mine)
    assert first.status == other.status == 201
    assert first.body["id"] != other.body["id"]


def test_a_refusal_is_remembered_and_worded_for_its_reader(house: House) -> None:
    clerk, mine = house.be("clerk1"), key()
    body = {"values": {"urgent": True}, "action": "hand_in"}
    first = clerk.send("POST", "records/memo", body, key=mine)
    again = clerk.send("POST", "records/memo", body, key=mine)
    assert (first.status, first.raw) == (422, again.raw)
    chinese = Desk(house, clerk.actor, "zh").send("POST", "records/memo", body, key=mine)
    assert chinese.errors == first.errors
    assert chinese.body["title"] != first.body["title"]


def test_a_refusal_stays_even_when_it_would_go_well_now(house: House) -> None:
    item, clerk, mine = house.item(S01=1), house.be("clerk1"), key()
    record = clerk.makes("crate", {"lines": [{"item": {"code": item}, "quantity": "5"}]})
    path = f"records/crate/{record}/actions/send"
    assert clerk.send("POST", path, {}, key=mine).status == 409
    house.bring(item, "S01", 10)
    assert clerk.send("POST", path, {}, key=mine).status == 409
    assert clerk.send("POST", path, {}, key=key()).status == 200
    assert clerk.stock(item, "S01")[0] == "6"


def test_nobody_signed_in_is_not_remembered(house: House) -> None:
    mine = key()
    assert Desk(house, None).send("POST", "records/memo", {"values": {"note": "a"}}, key=mine).status == 401
    assert house.be("clerk1").send("POST", "records/memo", {"values": {"note": "a"}}, key=mine).status == 201


@pytest.mark.parametrize("bad", ["x" * 201, "a\nb", "\x00"])
def test_a_key_that_is_none_is_refused(house: House, bad: str) -> None:
    refused = house.be("clerk1").send("POST", "records/memo", {"values": {"note": "a"}}, key=bad)
    assert (refused.status, refused.errors) == (422, [("/Idempotency-Key", "bad_key")])


def command(name: str, method: str, path: str, body: object = None, **more: object) -> dict[str, object]:
    return {"key": name, "method": method, "path": f"/api/{path}", "body": body, **more}


def test_a_batch_answers_each_command_in_order(house: House) -> None:
    clerk, record = house.be("clerk1"), str(uuid.uuid4())
    keys = [key() for _ in range(5)]
    sent = [
        command(keys[0], "POST", "records/memo", {"id": record, "values": {"note": "a"}}),
        command(keys[1], "PATCH", f"records/memo/{record}", {"note": "b"}, if_match=1),
        command(keys[2], "POST", f"records/memo/{record}/actions/finish"),
        command(keys[3], "POST", f"records/memo/{record}/actions/hand_in"),
        command(keys[4], "GET", f"records/memo/{record}"),
    ]
    answers = clerk.does("POST", "batch", sent)
    assert [(each["key"], each["status"]) for each in answers] == [
        (keys[0], 201),
        (keys[1], 200),
        (keys[2], 403),
        (keys[3], 200),
        (keys[4], answers[4]["status"]),
    ]
    assert clerk.state("memo", record) == "open"
    assert clerk.reads("memo", record)["note"] == "b"
    again = clerk.does("POST", "batch", sent)
    assert again[:4] == answers[:4]
    assert len(clerk.history("memo", record)) == 3


def test_a_command_that_refuses_leaves_nothing_and_stops_nobody(house: House) -> None:
    item, clerk = house.item(S01=5), house.be("clerk1")
    made = [str(uuid.uuid4()) for _ in range(3)]
    sent = [
        command(key(), "POST", "records/crate", {
            "id": record, "values": {"lines": [{"item": {"code": item}, "quantity": quantity}]}, "action": "send"
        })
        for record, quantity in zip(made, ("3", "4", "2"), strict=True)
    ]  # fmt: skip
    assert [each["status"] for each in clerk.does("POST", "batch", sent)] == [201, 409, 201]
    assert clerk.stock(item, "S01")[0] == "0"
    assert clerk.send("GET", f"records/crate/{made[1]}").status == 404


def test_the_moment_of_a_device_is_kept_within_bounds(house: House) -> None:
    item, clerk = house.item(S01=9), house.be("clerk1")
    now = datetime.now(UTC)
    moments = {"past": now - timedelta(days=2), "old": now - timedelta(days=400), "future": now + timedelta(days=3)}
    for at in moments.values():
        record = str(uuid.uuid4())
        values = {"lines": [{"item": {"code": item}, "quantity": "1"}]}
        body = {"id": record, "values": values, "action": "send"}
        assert clerk.does("POST", "batch", [command(key(), "POST", "records/crate", body, at=at.isoformat())])
    moved = clerk.get("stock/movements", item=item)["items"][1:]
    happened = [datetime.fromisoformat(each["happened"]) for each in moved]
    assert abs(happened[0] - moments["past"]) < timedelta(seconds=1)
    assert abs(happened[1] - (now - timedelta(days=45))) < timedelta(minutes=1)
    assert abs(happened[2] - now) < timedelta(minutes=1)
    assert all(datetime.fromisoformat(each["recorded"]) >= now - timedelta(minutes=1) for each in moved)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"method": "POST", "path": "/api/records/memo"}, "required"),
        ({"key": "a1", "method": "POST", "path": "/records/memo"}, "bad_path"),
        ({"key": "a2", "method": 5, "path": "/api/records/memo"}, "bad_path"),
        ({"key": "a3", "method": "POST", "path": "/api/nothing"}, "not_found"),
        ({"key": "a4", "method": "POST", "path": "/api/batch", "body": []}, "not_found"),
        ({"key": "a5", "method": "POST", "path": "/api/records/memo", "at": "today"}, "bad_moment"),
        ({"key": "a6", "method": "POST", "path": "/api/records/memo", "at": "2026-01-01T10:00:00"}, "bad_moment"),
        ({"key": "a7", "method": "POST", "path": "/api/records/memo", "if_match": "1"}, "not_a_number"),
        ({"key": "a8", "method": "POST", "path": "/api/records/memo", "colour": 1}, "unknown_field"),
        ("word", "not_an_object"),
    ],
)
def test_a_command_that_is_none_is_refused_alone(house: House, sent: object, code: str) -> None:
    good = command(key(), "POST", "records/memo", {"values": {"note": "a"}})
    answers = house.be("clerk1").does("POST", "batch", [sent, good])
    assert answers[0]["body"]["errors"][0]["code"] == code
    assert answers[1]["status"] == 201


def test_a_batch_is_a_list_and_not_too_long(house: House) -> None:
    clerk = house.be("clerk1")
    assert clerk.send("POST", "batch", {"a": 1}).code == "not_a_list"
    assert clerk.send("POST", "batch", [{}] * 1001).status == 413
    assert clerk.does("POST", "batch", []) == []
    assert Desk(house, None).send("POST", "batch", []).status == 401
