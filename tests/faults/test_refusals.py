"""A refusal of any kind leaves nothing: ledger, records, definitions and policy are as they were."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from engine.database import Database, open_database
from tests.faults.arena import SIGNED, Arena
from tests.faults.contents import BESIDE, contents, differences
from tests.faults.copies import Copies
from tests.faults.racing import Request

NOBODY = str(uuid.UUID(int=0))


@pytest.fixture(scope="module")
def database(arena: Arena, copies: Copies) -> Iterator[Database]:
    """What the server's database holds."""
    opened = open_database(copies.made[0])
    yield opened
    opened.close()


def edit(arena: Arena, who: str, record: str, body: object, seen: str | None) -> Request:
    """Somebody edits a transfer."""
    headers = {} if seen is None else {"If-Match": seen}
    return Request(arena.who(who), "PATCH", f"records/transfer/{record}", body, headers)


def publish(arena: Arena, who: str, text: str) -> Request:
    """Somebody publishes a form."""
    body = {"texts": [{"kind": "form", "name": "transfer", "text": text}]}
    return Request(arena.who(who), "POST", "definitions/publish", body)


def refused(arena: Arena) -> list[tuple[str, Request]]:
    """Requests of every kind that is refused, each with what it is told."""
    draft, waiting, ready, away = (arena.transfer(each) for each in ("draft", "approval", "approved", "in_transit"))
    bare = arena.new_item()
    asked = arena.asked()
    row = arena.be("aud").get(f"records/transfer/{away}")["values"]["lines"][0]["row"]
    more = {"values": {"lines": [{"row": row, "received": "2", "damaged": "0"}]}, "asks": SIGNED}
    none_left = arena.transfer("approval", item=bare)
    ticket = {"store": {"code": "S01"}, "lines": [{"item": {"code": bare}, "quantity": "1", "price": "1.00"}]}
    clerk, adm, dckm = arena.who("clerk1c"), arena.who("adm"), arena.who("dckm")
    make = "records/transfer"
    return [
        ("right not_signed_in 401", Request({}, "POST", make, {"values": asked})),
        ("right csrf 403", Request({"Cookie": clerk["Cookie"]}, "POST", make, {"values": asked})),
        ("not_found not_found 404", arena.action(clerk, NOBODY, "submit")),
        ("not_found not_found 404", arena.action(arena.who("clerk4"), waiting, "withdraw")),
        ("not_found not_found 404", Request(clerk, "POST", "records/nothing", {"values": {}})),
        ("not_found not_found 404", Request(dckm, "POST", f"tasks/{NOBODY}/approve", {})),
        ("right not_yours 403", arena.action(clerk, ready, "ship")),
        ("right not_yours 403", Request(arena.who("aud"), "POST", make, {"values": asked})),
        ("right not_yours 403", publish(arena, "clerk1", "format: 1")),
        ("right not_writable 403", edit(arena, "clerk1c", draft, {"number": "TR-1"}, '"1"')),
        ("conflict stale 412", edit(arena, "clerk1c", draft, {"reason": "slow"}, '"7"')),
        ("conflict no_revision 428", edit(arena, "clerk1c", draft, {"reason": "slow"}, None)),
        ("conflict not_in_state 409", arena.action(clerk, ready, "submit")),
        ("conflict id_taken 409", Request(clerk, "POST", make, {"id": draft, "values": asked})),
        ("invalid unknown_field 422", edit(arena, "clerk1c", draft, {"colour": "red"}, '"1"')),
        ("invalid required 422", Request(clerk, "POST", make, {"values": {"reason": "other"}, "action": "submit"})),
        ("invalid number 422", Request(clerk, "POST", make, float("nan"))),
        ("invalid too_short 422", Request(adm, "PUT", "me/password", {"password": "x"})),
        ("rule not_more 409", arena.action(arena.who("clerk1"), away, "receive", more)),
        ("rule short 409", Request(dckm, "POST", f"tasks/{arena.task(none_left)}/approve", {})),
        (
            "rule short 409",
            Request(arena.key("clerk1"), "POST", "records/ticket", {"values": ticket, "action": "post"}),
        ),
        ("rule submitted 409", Request(clerk, "DELETE", f"records/transfer/{waiting}", {})),
        ("invalid yaml 422", publish(arena, "adm", "form: [")),
        ("not_found not_found 404", Request(adm, "POST", "definitions/rollback", {"version": 99})),
        ("limit too_many 413", Request(clerk, "POST", "batch", [{}] * 1001)),
    ]


def test_a_refusal_leaves_nothing(arena: Arena, database: Database) -> None:
    wrong = []
    cases = refused(arena)
    before = contents(database, BESIDE)
    for told, request in cases:
        (answer,) = arena.in_turn(request)
        left = differences(before, contents(database, BESIDE))
        if answer.outcome != told or left:
            wrong.append((told, answer.outcome, left))
    assert wrong == []


def test_a_refusal_with_a_key_leaves_only_its_memory(arena: Arena, database: Database) -> None:
    ready = arena.transfer("approved")
    before = contents(database, BESIDE)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    twice = arena.in_turn(*[arena.action(arena.who("clerk1c"), ready, "submit", **key)] * 2)
    assert [each.outcome for each in twice] == ["conflict not_in_state 409"] * 2
    assert twice[0].body == twice[1].body
    assert differences(before, contents(database, BESIDE)) == []


def test_a_preview_leaves_nothing(arena: Arena, database: Database) -> None:
    ready = arena.transfer("approved")
    before = contents(database, BESIDE)
    path = f"records/transfer/{ready}/actions/ship"
    (shown,) = arena.in_turn(Request(arena.who("dck"), "POST", f"{path}?preview=true", {}))
    assert shown.outcome == "done"
    assert differences(before, contents(database, BESIDE)) == []
    (done,) = arena.in_turn(Request(arena.who("dck"), "POST", path, {}))
    assert done.outcome == "done"
    assert "movement" in differences(before, contents(database, BESIDE))


def test_what_is_refused_in_a_batch_leaves_nothing_of_itself(arena: Arena, database: Database) -> None:
    ready = arena.transfer("approved")
    before = contents(database, BESIDE)
    path = f"/api/records/transfer/{ready}/actions/submit"
    commands = [{"key": str(uuid.uuid4()), "method": "POST", "path": path, "body": {}} for _ in range(3)]
    (answer,) = arena.in_turn(Request(arena.who("clerk1c"), "POST", "batch", commands))
    assert [each["status"] for each in answer.body] == [409, 409, 409]
    assert differences(before, contents(database, BESIDE)) == []
